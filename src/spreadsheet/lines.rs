//! Rows that belong together: one record, and the lines of it.

use super::{
    cells, column,
    head::{Rows, is_below},
};
use crate::document::Sheet;
use std::collections::HashSet;

/// How the rows of a sheet make records with lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The column that names the record.
    pub by: usize,
    /// The columns that differ within a record.
    pub columns: Vec<usize>,
    pub records: usize,
}

/// The rows of each record: those that leave its column blank, repeat it, or are merged with the row above go on with it.
#[must_use]
pub fn records(sheet: &Sheet, rows: &Rows, by: usize) -> Vec<Vec<usize>> {
    let mut records: Vec<Vec<usize>> = Vec::new();
    for row in &rows.records {
        let text = &sheet.cell(*row, by).text;
        match records.last_mut() {
            Some(record) if text.is_empty() || *text == sheet.cell(record[0], by).text => record.push(*row),
            _ => records.push(vec![*row]),
        }
    }
    records
}

/// Whether the rows of a sheet are lines: of records that a column names, each in rows that follow one another, in which some columns
/// are the same and others are not. `unique` are the columns that tell every row apart.
#[must_use]
pub fn find(sheet: &Sheet, rows: &Rows, headers: &[&str], unique: &[usize]) -> Option<Lines> {
    let coded = |column: usize| column::names_codes(headers[column]);
    let mut candidates: Vec<usize> = (0..headers.len()).filter(|column| !headers[*column].is_empty()).collect();
    candidates.sort_by_key(|column| !coded(*column));
    candidates.into_iter().find_map(|by| {
        let joined =
            rows.records.iter().skip(1).any(|row| sheet.cell(*row, by).is_empty() || is_below(sheet, *row, by));
        if !joined && !coded(by) {
            return None;
        }
        // A row with a name of its own is a record, whatever it shares with its neighbours. A figure is no name.
        let figures = |column: usize| {
            let texts = rows.records.iter().map(|row| &sheet.cell(*row, column).text);
            texts.filter(|text| !text.is_empty()).all(|text| cells::plain_number(text).is_some())
        };
        if unique.iter().any(|column| coded(*column) || (!coded(by) && !figures(*column))) {
            return None;
        }
        found(sheet, rows, headers, by)
    })
}

fn found(sheet: &Sheet, rows: &Rows, headers: &[&str], by: usize) -> Option<Lines> {
    let first = *rows.records.first()?;
    if sheet.cell(first, by).is_empty() {
        return None;
    }
    let records = records(sheet, rows, by);
    let names: HashSet<&str> = records.iter().map(|record| sheet.cell(record[0], by).text.as_str()).collect();
    // A name that is said twice by mistake makes no lines.
    if names.len() != records.len() || records.len() < 2 || rows.records.len() * 5 < records.len() * 6 {
        return None;
    }
    let columns = differing(sheet, rows, by);
    // Every row says something of its own; a blank row below a record would be one of it for no reason.
    let every_row = rows.records.iter().all(|row| columns.iter().any(|column| !sheet.cell(*row, *column).is_empty()));
    // Where nearly everything differs, rows only stand below the same heading.
    let master = headers
        .iter()
        .enumerate()
        .filter(|(column, header)| !header.is_empty() && !columns.contains(column) && *column != by);
    let shares = master.count() > 0 || column::names_codes(headers[by]);
    (!columns.is_empty() && every_row && shares).then_some(Lines { by, columns, records: records.len() })
}

/// The columns that differ within a record, where this column names it.
#[must_use]
pub fn differing(sheet: &Sheet, rows: &Rows, by: usize) -> Vec<usize> {
    let records = records(sheet, rows, by);
    let differs = |column: &usize| {
        records.iter().any(|record| {
            let own = &sheet.cell(record[0], *column).text;
            record[1..].iter().any(|row| {
                let text = &sheet.cell(*row, *column).text;
                !text.is_empty() && text != own
            })
        })
    };
    (0..sheet.width).filter(|column| *column != by && differs(column)).collect()
}
