//! Which cells do not fit what their columns become, before anything is made.

use super::{
    Becomes, Book, Known, SheetPlan, column, folded,
    head::{self, Rows},
    lines,
    made::Made,
};
use crate::{
    base::error::FieldError,
    definition::{
        field::{Field, Kind},
        table::Table,
    },
    document::Sheet,
};
use std::collections::{HashMap, HashSet};

/// A cell that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Counted from 0.
    pub row: usize,
    pub column: usize,
    pub error: FieldError,
}

/// What a sheet will make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub records: usize,
    /// Rows that become lines.
    pub lines: usize,
    /// In the order of the sheet.
    pub misfits: Vec<Misfit>,
}

/// Looks through a sheet as the import will.
#[must_use]
pub fn sheet(book: Book<'_>, plans: &[SheetPlan], made: &Made, known: &Known) -> Checked {
    let (Some(own), Some(plan)) = (book.sheets.get(made.sheet), plans.get(made.sheet)) else {
        return Checked::default();
    };
    let Ok(table) = Table::parse(&made.document) else { return Checked::default() };
    let rows = head::rows(own, plan.head);
    let first = first_rows(own, plan, &rows);
    let mut misfits = Vec::new();
    for (column, path) in &made.paths {
        let (Some(field), Some(plan_of)) = (table.field_at(path), plan.column(*column)) else { continue };
        let in_lines = path.contains('.');
        let names = names(book, plans, plan_of.becomes, known);
        let mut taken: HashMap<&str, usize> = HashMap::new();
        for row in &rows.records {
            let cell = own.cell(*row, *column);
            if !in_lines && !first.contains(row) {
                continue;
            }
            let wrong = if cell.is_empty() {
                field.required.then(|| FieldError::new("", "required"))
            } else if let Some(names) = &names {
                let found = names.contains(&folded(&cell.text));
                (!found).then(|| FieldError::new("", nobody(plan_of.becomes)).with("value", &cell.text))
            } else {
                judged(field, plan.key == Some(*column), own, *row, *column, &mut taken)
            };
            misfits.extend(wrong.map(|error| Misfit { row: *row, column: *column, error }));
        }
    }
    misfits.sort_by_key(|misfit| (misfit.row, misfit.column));
    Checked { records: first.len(), lines: if plan.has_lines() { rows.records.len() } else { 0 }, misfits }
}

/// What is said of a name that nobody and nothing has.
const fn nobody(becomes: Becomes) -> &'static str {
    match becomes {
        Becomes::Kind(Kind::Member) => "nobody_called_so",
        Becomes::Kind(Kind::Department) => "no_department_called_so",
        _ => "not_in_the_other_sheet",
    }
}

fn judged<'s>(
    field: &Field,
    is_key: bool,
    sheet: &'s Sheet,
    row: usize,
    column: usize,
    taken: &mut HashMap<&'s str, usize>,
) -> Option<FieldError> {
    let cell = sheet.cell(row, column);
    if let Err(error) = column::fits(field, cell) {
        return Some(error);
    }
    if is_key && field.unique && taken.insert(cell.text.as_str(), row).is_some() {
        return Some(FieldError::new("", "unique").with("value", &cell.text));
    }
    None
}

/// The rows in which records begin.
fn first_rows(sheet: &Sheet, plan: &SheetPlan, rows: &Rows) -> HashSet<usize> {
    let by =
        plan.has_lines().then(|| plan.key.or_else(|| plan.fields(false).next().map(|column| column.column))).flatten();
    match by {
        Some(by) => lines::records(sheet, rows, by).iter().map(|record| record[0]).collect(),
        None => rows.records.iter().copied().collect(),
    }
}

/// What the cells of a column may name, where they name rows or people.
fn names(book: Book<'_>, plans: &[SheetPlan], becomes: Becomes, known: &Known) -> Option<HashSet<String>> {
    match becomes {
        Becomes::Kind(Kind::Member) => Some(known.people.clone()),
        Becomes::Kind(Kind::Department) => Some(known.departments.clone()),
        Becomes::Link(other) => {
            let (plan, sheet) = (plans.get(other)?, book.sheets.get(other)?);
            if !plan.taken {
                return None;
            }
            let Some(key) = plan.key else { return Some(HashSet::new()) };
            let rows = head::rows(sheet, plan.head);
            Some(rows.records.iter().map(|row| folded(&sheet.cell(*row, key).text)).collect())
        }
        _ => None,
    }
}
