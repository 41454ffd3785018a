//! A report as it is laid out: heads, rows with subtotals, totals; plain, or with one group's values as columns.

use super::rows::{Column, From, Row};
use crate::base::value::Value;

/// What a reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    pub heads: Vec<Head>,
    pub rows: Vec<SheetRow>,
    /// One value for each head; nothing where there are no totals.
    pub totals: Option<Vec<Value>>,
}

/// The head of a column of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The column of the report.
    pub column: usize,
    /// The value of the pivot that this column is for.
    pub across: Option<Value>,
}

/// A row of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// One value for each head.
    pub values: Vec<Value>,
    /// `(column, value)` of the groups that the row is about.
    pub keys: Vec<(usize, Value)>,
    /// Figures over the rows before it that share its first group.
    pub is_subtotal: bool,
}

/// Rows under the columns that show. `subtotals` hold one row for each value of the first group, in the order wanted: the rows
/// are gathered under them.
#[must_use]
pub fn plain(columns: &[Column], rows: &[Row], subtotals: &[Row], totals: Option<&Row>) -> Sheet {
    let heads: Vec<Head> = shown(columns).map(|(column, _)| Head { column, across: None }).collect();
    let line = |row: &Row, is_subtotal: bool| SheetRow {
        values: heads.iter().map(|head| total_of(columns, row, head.column, is_subtotal)).collect(),
        keys: keys_of(columns, row, is_subtotal),
        is_subtotal,
    };
    let first = columns.iter().position(|column| matches!(column.from, From::Group));
    let mut lines = Vec::new();
    match first.filter(|_| !subtotals.is_empty()) {
        None => lines.extend(rows.iter().map(|row| line(row, false))),
        Some(first) => {
            for subtotal in subtotals {
                let own = rows.iter().filter(|row| row.get(first) == subtotal.get(first));
                lines.extend(own.map(|row| line(row, false)));
                lines.push(line(subtotal, true));
            }
        }
    }
    let totals = totals.map(|row| heads.iter().map(|head| total_of(columns, row, head.column, true)).collect());
    Sheet { heads, rows: lines, totals }
}

/// The values of the group `pivot` as columns. `rows` are for every group, `sides` for the groups without the pivot, `tops` for the
/// pivot's values alone (in the order of the columns), `total` over everything.
#[must_use]
pub fn pivoted(
    columns: &[Column],
    pivot: usize,
    rows: &[Row],
    sides: &[Row],
    tops: &[Row],
    total: Option<&Row>,
) -> Sheet {
    let is_group = |column: &Column| matches!(column.from, From::Group);
    let groups: Vec<usize> =
        shown(columns).filter(|(index, column)| is_group(column) && *index != pivot).map(|(index, _)| index).collect();
    let figures: Vec<usize> = shown(columns).filter(|(_, column)| !is_group(column)).map(|(index, _)| index).collect();
    let mut heads: Vec<Head> = groups.iter().map(|column| Head { column: *column, across: None }).collect();
    for top in tops {
        heads.extend(figures.iter().map(|column| Head { column: *column, across: Some(top.get(pivot).clone()) }));
    }
    let last = total.is_some();
    if last {
        heads.extend(figures.iter().map(|column| Head { column: *column, across: None }));
    }
    let lines = sides.iter().map(|side| {
        let same = |row: &&Row| groups.iter().all(|group| row.get(*group) == side.get(*group));
        let own: Vec<&Row> = rows.iter().filter(same).collect();
        let values = heads.iter().map(|head| match &head.across {
            Some(across) => {
                let cell = own.iter().find(|row| row.get(pivot) == across);
                cell.map_or(Value::Unset, |row| row.get(head.column).clone())
            }
            None => total_of(columns, side, head.column, figures.contains(&head.column)),
        });
        SheetRow { values: values.collect(), keys: keys_without(columns, side, pivot), is_subtotal: false }
    });
    let totals = total.map(|total| {
        let value = |head: &Head| match &head.across {
            Some(across) => {
                let top = tops.iter().find(|top| top.get(pivot) == across);
                top.map_or(Value::Unset, |top| total_of(columns, top, head.column, true))
            }
            None => total_of(columns, total, head.column, true),
        };
        heads.iter().map(value).collect()
    });
    Sheet { rows: lines.collect(), totals, heads }
}

fn shown(columns: &[Column]) -> impl Iterator<Item = (usize, &Column)> {
    columns.iter().enumerate().filter(|(_, column)| !column.hidden)
}

/// A value of a row; of one that gathers others, only where a total says something.
fn total_of(columns: &[Column], row: &Row, column: usize, gathered: bool) -> Value {
    let silent = gathered && !columns[column].total && !matches!(columns[column].from, From::Group);
    if silent { Value::Unset } else { row.get(column).clone() }
}

fn keys_of(columns: &[Column], row: &Row, only_first: bool) -> Vec<(usize, Value)> {
    let groups = columns.iter().enumerate().filter(|(_, column)| matches!(column.from, From::Group));
    let keys = groups.map(|(index, _)| (index, row.get(index).clone()));
    if only_first { keys.take(1).collect() } else { keys.collect() }
}

fn keys_without(columns: &[Column], row: &Row, pivot: usize) -> Vec<(usize, Value)> {
    keys_of(columns, row, false).into_iter().filter(|(index, _)| *index != pivot).collect()
}
