//! The records of a sheet: which rows belong together, and what their cells say.

use super::{
    cells,
    lookup::Lookup,
    plan::{Mapped, Plan},
};
use crate::{
    base::{error::FieldError, value::Values},
    definition::{field::Field, table::Table},
    document::{Sheet, address},
};
use indexmap::IndexMap;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Rows of the sheet that make one record: the first holds its own fields, each may hold lines. Counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub rows: Vec<usize>,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// `C17`; only the row where no column stands for it.
    pub address: String,
    /// Counted from 1.
    pub row: usize,
    /// The column's title.
    pub column: String,
    /// `qty`, `lines.qty`; empty for the record as a whole.
    pub field: String,
    /// What the cell says.
    pub value: String,
    pub code: String,
    pub params: crate::base::error::Params,
    /// The definition's own sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl CellError {
    /// The error as a field's, to be said in the reader's language.
    #[must_use]
    pub fn as_field_error(&self) -> FieldError {
        FieldError {
            path: String::new(),
            code: self.code.clone(),
            message: self.message.clone(),
            params: self.params.clone(),
        }
    }
}

/// A record as the sheet says it, not yet judged.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Rows of the sheet, counted from 0.
    pub rows: Vec<usize>,
    pub values: Values,
    /// By lines field: the line's values, and the row that each stands in.
    pub lines: IndexMap<String, Vec<(usize, Values)>>,
    /// Paths as in a record's values: `/qty`, `/lines/3/qty`.
    pub errors: Vec<FieldError>,
}

/// A table in the reader's language and in the app's others: whoever filled in the sheet may have read another.
#[derive(Debug, Clone)]
pub struct Languages<'a> {
    pub own: &'a Table,
    pub others: Vec<&'a Table>,
}

/// One mapped column with its field.
struct Column<'a> {
    mapped: &'a Mapped,
    field: &'a Field,
    /// The lines field it is a column of.
    lines: Option<&'a str>,
}

fn columns<'a>(plan: &'a Plan, table: &'a Table) -> Vec<Column<'a>> {
    let found = plan.columns.iter().filter_map(|mapped| {
        let path = mapped.field.as_deref()?;
        let field = table.field_at(path)?;
        Some(Column { mapped, field, lines: path.split_once('.').map(|(lines, _)| lines) })
    });
    found.collect()
}

/// Rows that make a record each. A row goes on with the record above it where lines are mapped and its own fields are blank, merged
/// with those above, or repeat the key (without one: everything).
#[must_use]
pub fn group(sheet: &Sheet, plan: &Plan, table: &Table) -> Vec<Group> {
    let columns = columns(plan, table);
    let heads: Vec<&Column<'_>> = columns.iter().filter(|column| column.lines.is_none()).collect();
    let lines: Vec<&Column<'_>> = columns.iter().filter(|column| column.lines.is_some()).collect();
    let named: Vec<&Column<'_>> = heads.iter().copied().filter(|column| plan.key.contains(&column.field.key)).collect();
    let mut groups: Vec<Group> = Vec::new();
    for row in plan.header_rows..sheet.rows.len() {
        let cell = |column: &&Column<'_>| sheet.cell(row, column.mapped.column);
        let left_out = plan.left_out.binary_search(&row).is_ok();
        if left_out || columns.iter().all(|column| cell(&column).is_empty()) {
            continue;
        }
        let goes_on = groups.last().is_some_and(|group| {
            let first = group.rows[0];
            let same = |column: &&Column<'_>| cell(column).text == sheet.cell(first, column.mapped.column).text;
            let blank = |column: &&Column<'_>| cell(column).is_empty() || (cell(column).merged && same(column));
            let repeated = if named.is_empty() { &heads } else { &named };
            let has_lines = |row: usize| lines.iter().any(|column| !sheet.cell(row, column.mapped.column).is_empty());
            has_lines(row)
                && (heads.iter().all(blank)
                    || (!repeated.is_empty()
                        && repeated.iter().all(same)
                        && repeated.iter().any(|column| !cell(column).is_empty())))
        });
        match groups.last_mut() {
            Some(group) if goes_on => group.rows.push(row),
            _ => groups.push(Group { rows: vec![row] }),
        }
    }
    groups
}

/// The cells of some records that name rows or people: what [`Lookup::load`] has to find.
pub fn named<'a>(
    sheet: &'a Sheet,
    plan: &'a Plan,
    table: &'a Table,
    groups: &'a [Group],
) -> impl Iterator<Item = (&'a Field, &'a str)> {
    let links: Vec<(usize, &Field)> = columns(plan, table)
        .into_iter()
        .filter(|column| column.field.kind.is_identity())
        .map(|column| (column.mapped.column, column.field))
        .collect();
    groups.iter().flat_map(|group| &group.rows).flat_map(move |row| {
        links.clone().into_iter().map(move |(column, field)| (field, sheet.cell(*row, column).text.as_str()))
    })
}

/// Reads the cells of some records.
#[must_use]
pub fn read(
    sheet: &Sheet,
    plan: &Plan,
    tables: &Languages<'_>,
    groups: &[Group],
    lookup: &Lookup,
    zone: &TimeZone,
) -> Vec<Draft> {
    let columns = columns(plan, tables.own);
    let value = |column: &Column<'_>, row: usize| {
        let cell = sheet.cell(row, column.mapped.column);
        let read = |field: &Field| {
            let value = if field.kind.is_identity() {
                lookup.read(field, &cell.text)
            } else {
                cells::read(field, cell, plan.date_order, zone)
            }?;
            field.check(&value)?;
            Ok(value)
        };
        read(column.field).or_else(|error| {
            // Titles of options are all that is read by its language.
            let others = tables.others.iter().filter(|_| !column.field.options.is_empty());
            let mut fields = others.filter_map(|table| table.field_at(column.mapped.field.as_deref()?));
            fields.find_map(|field| read(field).ok()).ok_or(error)
        })
    };
    let read_one = |group: &Group| {
        let mut draft = Draft { rows: group.rows.clone(), ..Draft::default() };
        for column in columns.iter().filter(|column| column.lines.is_none()) {
            let key = &column.field.key;
            match value(column, group.rows[0]) {
                Ok(value) => {
                    draft.values.insert(key.clone(), value);
                }
                Err(error) => {
                    let error: FieldError = error;
                    draft.errors.push(error.under(&format!("/{key}")));
                }
            }
        }
        for row in &group.rows {
            let mut started: Vec<&str> = Vec::new();
            for column in &columns {
                let Some(lines) = column.lines else { continue };
                if sheet.cell(*row, column.mapped.column).is_empty() {
                    continue;
                }
                let list = draft.lines.entry(lines.to_owned()).or_default();
                if !started.contains(&lines) {
                    started.push(lines);
                    list.push((*row, Values::new()));
                }
                let index = list.len() - 1;
                match value(column, *row) {
                    Ok(value) => {
                        list[index].1.insert(column.field.key.clone(), value);
                    }
                    Err(error) => {
                        let error: FieldError = error;
                        draft.errors.push(error.under(&format!("/{lines}/{index}/{}", column.field.key)));
                    }
                }
            }
        }
        draft
    };
    groups.iter().map(read_one).collect()
}

/// Errors of a record's values as errors of the sheet's cells.
#[must_use]
pub fn in_cells(sheet: &Sheet, plan: &Plan, table: &Table, draft: &Draft, errors: &[FieldError]) -> Vec<CellError> {
    let first = draft.rows.first().copied().unwrap_or(0);
    errors
        .iter()
        .map(|error| {
            let parts: Vec<&str> = error.path.trim_start_matches('/').split('/').collect();
            let (path, row) = match parts.as_slice() {
                [lines, index, column, ..] if index.parse::<usize>().is_ok() && draft.lines.contains_key(*lines) => {
                    let index = index.parse::<usize>().unwrap_or(0);
                    let row = draft.lines[*lines].get(index).map_or(first, |(row, _)| *row);
                    (format!("{lines}.{column}"), row)
                }
                [key, ..] => ((*key).to_owned(), first),
                [] => (String::new(), first),
            };
            let mapped = plan.column_of(&path);
            let title = mapped.map(|mapped| mapped.title.clone());
            CellError {
                address: mapped.map_or_else(|| (row + 1).to_string(), |mapped| address::of(row, mapped.column)),
                row: row + 1,
                column: title.or_else(|| table.field_at(&path).map(|field| field.title.clone())).unwrap_or_default(),
                value: mapped.map(|mapped| sheet.cell(row, mapped.column).text.clone()).unwrap_or_default(),
                field: path,
                code: error.code.clone(),
                params: error.params.clone(),
                message: error.message.clone(),
            }
        })
        .collect()
}
