//! What an import is to do: which sheet, which column goes where, whether records are made or changed, what becomes of bad rows.

use crate::{
    access::Permit,
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    document::{Sheet, address},
    spreadsheet::cells::DateOrder,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Whether rows become new records or change known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Insert,
    Update,
    /// Changes the record with the same key, makes one where there is none.
    Upsert,
}

/// What becomes of the others when a row is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// Nothing is imported.
    #[default]
    Stop,
    /// The others are.
    Skip,
}

/// What a blank cell does to a record that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    #[default]
    Keep,
    Clear,
}

/// Where a column of the sheet goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapped {
    /// Counted from 0.
    pub column: usize,
    pub title: String,
    /// `qty`, `lines.qty`; nothing for a column that is left out.
    pub field: Option<String>,
}

/// What an import is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// Nothing for the first.
    pub sheet: Option<String>,
    /// All sheets of the file.
    pub sheets: Vec<String>,
    pub header_rows: usize,
    pub mode: Mode,
    /// Fields that name a record together.
    pub key: Vec<String>,
    pub date_order: DateOrder,
    pub bad_rows: BadRows,
    pub blank: Blank,
    pub submit: bool,
    pub columns: Vec<Mapped>,
    /// Rows below the header that hold no record, such as sums; counted from 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<usize>,
    /// Rows of the file below its header.
    pub rows: usize,
}

impl Plan {
    /// The column that a field is read from.
    #[must_use]
    pub fn column_of(&self, path: &str) -> Option<&Mapped> {
        self.columns.iter().find(|mapped| mapped.field.as_deref() == Some(path))
    }

    /// Columns that go nowhere.
    pub fn unmapped(&self) -> impl Iterator<Item = &Mapped> {
        self.columns.iter().filter(|mapped| mapped.field.is_none() && !mapped.title.is_empty())
    }
}

/// A field that a column can go to.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// `qty`, `lines.qty`.
    pub path: String,
    /// `数量`, `明细.数量`.
    pub title: String,
    pub field: &'a Field,
    pub in_lines: bool,
    pub required: bool,
}

/// Kinds whose values a cell cannot hold.
#[must_use]
pub fn fits_a_cell(field: &Field) -> bool {
    field.kind.behaviour().column().is_some()
        && !["attachment", "image", "signature", "secret"].contains(&field.kind.name())
}

/// The fields that the person may fill in by import, in the order of the table; a key field may also be one that they only read.
#[must_use]
pub fn targets<'a>(table: &'a Table, permits: &[&Permit]) -> Vec<Target<'a>> {
    let may = |path: &str| {
        permits.iter().any(|permit| {
            let all = vec![true; permit.grants().len()];
            let rights = permit.rights(&all);
            [Action::Create, Action::Edit].iter().any(|action| rights.can_write(*action, path))
        })
    };
    let names: Vec<Vec<&str>> = table.unique_sets().collect();
    let names_a_record = |key: &str| names.iter().any(|set| set == &[key]);
    let mut found = Vec::new();
    for field in table.fields.values() {
        if field.kind == Kind::Lines {
            for column in field.columns.values().filter(|column| fits_a_cell(column) && !column.read_only) {
                let path = format!("{}.{}", field.key, column.key);
                if may(&path) && may(&field.key) {
                    let title = format!("{}.{}", field.title, column.title);
                    found.push(Target { path, title, field: column, in_lines: true, required: column.required });
                }
            }
        } else if fits_a_cell(field) && may(&field.key) && (!field.read_only || names_a_record(&field.key)) {
            let required = field.required && field.default.is_none();
            let (path, title) = (field.key.clone(), field.title.clone());
            found.push(Target { path, title, field, in_lines: false, required });
        }
    }
    found
}

/// A title without what people add to it: case, width, spaces, stars, brackets with a remark.
#[must_use]
pub fn folded(title: &str) -> String {
    let mut folded = String::with_capacity(title.len());
    let mut depth = 0_u32;
    for c in title.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            c if depth > 0 || c.is_whitespace() || "*:：_-/、·\"'".contains(c) => {}
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Where each column goes: as the person chose the last time, else by title, by key, by the title alone of a column of lines.
/// `faces` are the same table in every language.
#[must_use]
pub fn guess(
    sheet: &Sheet,
    header_rows: usize,
    targets: &[Target<'_>],
    faces: &[&Table],
    remembered: &HashMap<String, Option<String>>,
) -> Vec<Mapped> {
    let mut known: HashMap<String, &str> = HashMap::new();
    let mut alone: HashMap<String, Option<&str>> = HashMap::new();
    for target in targets {
        for face in faces {
            let Some(field) = face.field_at(&target.path) else { continue };
            let lines = target.path.split_once('.').and_then(|(lines, _)| face.field(lines));
            let title = lines.map_or_else(|| field.title.clone(), |lines| format!("{}.{}", lines.title, field.title));
            known.entry(folded(&title)).or_insert(&target.path);
            if target.in_lines {
                let named = alone.entry(folded(&field.title)).or_insert(Some(&target.path));
                if *named != Some(target.path.as_str()) {
                    *named = None;
                }
            }
        }
        known.entry(folded(&target.path)).or_insert(&target.path);
    }
    let mut taken: Vec<String> = Vec::new();
    let mut columns = Vec::new();
    for (column, title) in sheet.titles(header_rows).into_iter().enumerate() {
        let fold = folded(&title);
        // Rows of a header above the one that counts may say what the whole sheet is about.
        let parts: Vec<&str> = title.split('.').collect();
        let named = || {
            (0..parts.len()).find_map(|skipped| {
                let fold = folded(&parts[skipped..].join("."));
                known.get(&fold).copied().or_else(|| alone.get(&fold).copied().flatten())
            })
        };
        let before = remembered
            .get(&fold)
            .filter(|field| field.as_ref().is_none_or(|field| targets.iter().any(|target| target.path == *field)));
        let field = if fold.is_empty() { None } else { before.cloned().unwrap_or_else(|| named().map(str::to_owned)) };
        let field = field.filter(|field| !taken.contains(field));
        taken.extend(field.clone());
        columns.push(Mapped { column, title, field });
    }
    columns
}

/// The letters of a column, as a spreadsheet names it.
#[must_use]
pub fn letters(mapped: &Mapped) -> String {
    address::letters(mapped.column)
}
