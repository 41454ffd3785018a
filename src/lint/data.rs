//! Data that comes with an app: every file belongs to a table, every header to a field, every row is as long as its header.

use super::paths::{no_such, no_table};
use crate::{
    base::key::nearest,
    definition::{
        app::{App, DEMO_COLUMNS, KEY_COLUMN, PARENT_COLUMN},
        field::{Field, Kind},
        finding::Finding,
    },
};
use csv::ReaderBuilder;
use indexmap::IndexMap;

/// Problems that are told of one file: a file of nothing but mistakes needs no more.
const TOLD: usize = 100;

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for (folder, files) in [("data", &app.data), ("demo", &app.demo)] {
        for (stem, text) in files {
            let file = format!("{folder}/{stem}.csv");
            if let Some((fields, lines)) = columns(app, &file, stem, findings) {
                rows(&file, text, fields, lines, findings);
            }
        }
    }
}

/// The fields that a file may name, and whether it holds lines.
fn columns<'a>(
    app: &'a App,
    file: &str,
    stem: &str,
    findings: &mut Vec<Finding>,
) -> Option<(&'a IndexMap<String, Field>, bool)> {
    let (name, lines) = stem.split_once('.').map_or((stem, None), |(table, lines)| (table, Some(lines)));
    let Some(table) = app.table(name) else {
        findings.push(no_table(app, name).finding(file, ""));
        return None;
    };
    if app.ledger_of(name).is_some() || table.append_only {
        let message = format!("the rows of \"{name}\" come from posting to its ledger; no file can bring them");
        findings.push(Finding::error(file, "", message));
        return None;
    }
    let Some(lines) = lines else { return Some((&table.fields, false)) };
    match table.field(lines).filter(|field| field.kind == Kind::Lines) {
        Some(field) => Some((&field.columns, true)),
        None => {
            let missing = no_such("lines field", lines, table.lines().map(|field| field.key.as_str()));
            findings.push(missing.finding(file, ""));
            None
        }
    }
}

fn rows(file: &str, text: &str, fields: &IndexMap<String, Field>, lines: bool, findings: &mut Vec<Finding>) {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            findings.push(Finding::error(file, "", format!("this is not CSV: {error}")));
            return;
        }
    };
    let known = || fields.values().filter(|field| field.kind != Kind::Lines).map(|field| field.key.as_str());
    let mut error = |row: String, message: String| findings.push(Finding::error(file, row, message));
    if lines && !headers.iter().any(|header| header == PARENT_COLUMN) {
        error("/0".into(), format!("lines need the column {PARENT_COLUMN}, which names the record of each"));
    }
    for (index, header) in headers.iter().enumerate() {
        if headers.iter().take(index).any(|earlier| earlier == header) {
            error("/0".into(), format!("the column \"{header}\" is there twice"));
        }
        let demo = file.starts_with("demo/") && DEMO_COLUMNS.contains(&header);
        if if lines { header == PARENT_COLUMN } else { header == KEY_COLUMN || demo } {
            continue;
        }
        match fields.get(header) {
            Some(field) if field.kind == Kind::Lines => {
                error("/0".into(), format!("\"{header}\" are lines, which have a file of their own"));
            }
            Some(field) if field.formula.is_some() => {
                error("/0".into(), format!("\"{header}\" is computed; leave the column out"));
            }
            Some(_) => {}
            None => {
                let message = match nearest(header, known()) {
                    Some(near) => format!("no field has the key \"{header}\"; did you mean \"{near}\"?"),
                    None => format!("no field has the key \"{header}\""),
                };
                error("/0".into(), message);
            }
        }
    }
    let before = findings.len();
    for (index, record) in reader.records().enumerate() {
        if findings.len() > before + TOLD {
            let message = format!("there is more to correct from row {} on", index + 1);
            findings.push(Finding::error(file, "", message));
            return;
        }
        let mut error = |row: String, message: String| findings.push(Finding::error(file, row, message));
        match record {
            Ok(record) if record.len() != headers.len() => {
                let message = format!("row {} has {} values, the header {}", index + 1, record.len(), headers.len());
                error(format!("/{}", index + 1), message);
            }
            Ok(record) => {
                for (header, cell) in headers.iter().zip(&record).filter(|(_, cell)| !cell.trim().is_empty()) {
                    if let Some(message) = fields.get(header).and_then(|field| misfit(field, cell)) {
                        error(format!("/{}", index + 1), format!("row {}: {message}", index + 1));
                    }
                }
            }
            Err(problem) => {
                error(format!("/{}", index + 1), format!("row {} cannot be read: {problem}", index + 1));
                return;
            }
        }
    }
}

/// A day relative to the day on which the data is brought in: `@today-30`.
const TODAY: &str = "@today";

/// Why a cell does not fit its field. Links and people are given by what they are called, which only the import can look up.
fn misfit(field: &Field, cell: &str) -> Option<String> {
    if field.kind.is_file() {
        return Some(format!("\"{}\" holds files, which data of an app cannot bring along", field.key));
    }
    if field.kind.is_identity() || field.kind == Kind::Lines {
        return None;
    }
    if let Some(days) = cell.trim().strip_prefix(TODAY) {
        let fits =
            matches!(field.kind, Kind::Date | Kind::DateTime) && (days.is_empty() || days.parse::<i32>().is_ok());
        return (!fits).then(|| format!("\"{cell}\" does not fit \"{}\"; relative days read {TODAY}-30", field.key));
    }
    let error = match field.read_text(cell) {
        Ok(value) => field.check(&value).err()?,
        Err(error) => error,
    };
    Some(format!("\"{cell}\" does not fit \"{}\" ({})", field.key, error.code))
}
