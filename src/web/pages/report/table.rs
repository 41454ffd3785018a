//! The table of a report: heads, rows with the way to their records, totals.

use super::super::{
    cell::{self, Showing},
    find,
};
use crate::{
    base::value::Value,
    report::{From, Head as SheetHead},
    service::reports::Ran,
    web::view::{
        Cell,
        report::{Head, ReportCell, ReportRow, ReportTable},
    },
};
use serde_json::Value as Json;

/// The sheet of a report as cells.
#[must_use]
pub fn table(show: &Showing<'_>, ran: &Ran, app: &str) -> ReportTable {
    let sheet = &ran.sheet;
    let numeric = |head: &SheetHead| ran.columns[head.column].field.kind.is_number();
    let cells = |values: &[Value]| -> Vec<ReportCell> {
        let pairs = sheet.heads.iter().zip(values);
        pairs
            .map(|(head, value)| ReportCell { cell: show_value(show, ran, head.column, value), numeric: numeric(head) })
            .collect()
    };
    let rows = sheet.rows.iter().map(|row| {
        let (table, view) = (&ran.report.source.table, ran.report.drill.as_deref());
        let href = behind_filter(app, table, view, ran.behind(&row.keys).as_ref());
        ReportRow { cells: cells(&row.values), is_subtotal: row.is_subtotal, href: Some(href) }
    });
    ReportTable {
        caption: ran.report.title.clone(),
        heads: heads(show, ran),
        rows: rows.collect(),
        totals: sheet.totals.as_deref().map(cells),
    }
}

/// The list of the records that a filter finds.
#[must_use]
pub fn behind_filter(app: &str, table: &str, view: Option<&str>, filter: Option<&Json>) -> String {
    let view = view.map(|view| ("view".to_owned(), view.to_owned()));
    let filter = filter.map(|filter| ("filter".to_owned(), filter.to_string()));
    let pairs: Vec<(String, String)> = view.into_iter().chain(filter).collect();
    find::address(&format!("/apps/{app}/{table}"), &pairs)
}

/// One value of a column: a stretch of the calendar by its name.
#[must_use]
pub fn show_value(show: &Showing<'_>, ran: &Ran, column: usize, value: &Value) -> Cell {
    let bucket = ran.keys.get(column).and_then(Option::as_ref).and_then(|key| key.bucket);
    match (bucket, value) {
        (Some(bucket), Value::Date(first)) => Cell::text(bucket.name_of(*first)),
        _ => cell::cell(show, &ran.columns[column].field, value),
    }
}

/// One row of heads, or two where values stand across.
fn heads(show: &Showing<'_>, ran: &Ran) -> Vec<Vec<Head>> {
    let sheet = &ran.sheet;
    let title = |head: &SheetHead| ran.columns[head.column].title.clone();
    let numeric = |head: &SheetHead| !matches!(ran.columns[head.column].from, From::Group);
    let single = |head: &SheetHead, rows: usize| Head { text: title(head), numeric: numeric(head), columns: 1, rows };
    let Some(pivot) = ran.report.pivot.as_deref().and_then(|key| ran.place(key)) else {
        return vec![sheet.heads.iter().map(|head| single(head, 1)).collect()];
    };
    let figures = sheet.heads.iter().filter(|head| head.across.is_none() && numeric(head)).count();
    let across = |value: &Value| {
        let text = cell::as_text(show.texts, &show_value(show, ran, pivot, value));
        if text.is_empty() { show.texts.get("report-none") } else { text }
    };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    let mut last: Option<&Option<Value>> = None;
    for head in &sheet.heads {
        if !numeric(head) {
            above.push(single(head, if figures > 1 { 2 } else { 1 }));
            continue;
        }
        if figures > 1 {
            below.push(single(head, 1));
        }
        if last == Some(&head.across) {
            continue;
        }
        last = Some(&head.across);
        let text = head.across.as_ref().map_or_else(|| show.texts.get("report-total"), &across);
        above.push(Head { text, numeric: true, columns: figures.max(1), rows: 1 });
    }
    if below.is_empty() { vec![above] } else { vec![above, below] }
}
