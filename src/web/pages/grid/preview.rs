//! The first rows of a view, on a page that shows other things too.

use super::{Asked, Built, build};
use crate::{
    definition::view::{View, ViewKind},
    service::{Error, LiveApp},
    web::{
        Web,
        caller::Caller,
        view::{
            BodyRow, Column, Row,
            report::{Head, ReportCell, ReportRow, ReportTable},
        },
    },
};
use indexmap::IndexMap;

/// The first rows of an app's view as a table to look at, and whether there are more.
///
/// # Errors
/// `NotFound` for a view that the person may not open.
pub async fn preview(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    view: &View,
    rows: u64,
) -> std::result::Result<(ReportTable, bool), Error> {
    let asked = Asked {
        view: Some(view.key.clone()),
        kind: Some(ViewKind::Grid),
        group: Some(Vec::new()),
        totals: Some(IndexMap::new()),
        limit: rows,
        ..Asked::of(live.key(), &view.table, None)
    };
    let Built::Grid(grid) = build(web, caller, live, &view.table, &asked).await? else { return Err(Error::NotFound) };
    let head = |column: &Column| Head { text: column.label.clone(), numeric: column.numeric, columns: 1, rows: 1 };
    let row = |row: &Row| {
        let cells = grid.columns.iter().zip(&row.cells);
        let cells = cells.map(|(column, cell)| ReportCell { cell: cell.clone(), numeric: column.numeric });
        ReportRow { cells: cells.collect(), is_subtotal: false, href: Some(row.href.clone()) }
    };
    let rows = grid.body.iter().filter_map(|line| if let BodyRow::Row(own) = line { Some(row(own)) } else { None });
    let table = ReportTable {
        heads: vec![grid.columns.iter().map(head).collect()],
        rows: rows.collect(),
        ..ReportTable::default()
    };
    Ok((table, grid.pager.next.is_some()))
}
