//! The tables that are made of sheets as they were planned.

use super::{
    Becomes, Book, ColumnPlan, SheetPlan,
    column::{Seen, names_codes, names_things, property},
    head,
};
use crate::{
    base::key::made_of,
    definition::{
        edit::fields::{Words, can_be_required, fresh, properties},
        field::Kind,
        table::SYSTEM_FIELDS,
    },
    document::Sheet,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// A table of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The sheet's number in the book.
    pub sheet: usize,
    pub key: String,
    pub title: String,
    pub document: Json,
    /// Which field each column goes to: `qty`, `lines.qty`.
    pub paths: Vec<(usize, String)>,
    /// The field that names a record, where one is chosen.
    pub key_field: Option<String>,
}

/// Links that lead in a circle, by the sheets' titles: no table could be filled first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle(pub Vec<String>);

/// The tables of the sheets that are taken, each behind those that it links to. `taken` are keys that other tables have; `lines` is
/// what lines are called whose sheet does not say it.
///
/// # Errors
/// [`Circle`].
pub fn tables(
    book: Book<'_>,
    plans: &[SheetPlan],
    lines: &str,
    taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<Made>, Circle> {
    let mut keys: Vec<Option<String>> = vec![None; plans.len()];
    for (number, plan) in plans.iter().enumerate().filter(|(_, plan)| makes_table(plan)) {
        let used = |key: &str| taken(key) || keys.iter().flatten().any(|known| known == key);
        let key = made_of(&plan.title, "table", &used);
        keys[number] = Some(key);
    }
    let mut made = Vec::new();
    for number in order(plans)? {
        if let (Some(key), Some(sheet)) = (&keys[number], book.sheets.get(number)) {
            made.push(table(sheet, number, &plans[number], key, &keys, lines));
        }
    }
    Ok(made)
}

/// Whether a table is made of a sheet.
#[must_use]
pub fn makes_table(plan: &SheetPlan) -> bool {
    plan.taken && plan.columns.iter().any(|column| column.becomes != Becomes::Nothing)
}

/// The sheets, each behind those that it links to.
fn order(plans: &[SheetPlan]) -> Result<Vec<usize>, Circle> {
    let mut left: BTreeSet<usize> = (0..plans.len()).filter(|number| makes_table(&plans[*number])).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let waits = |number: usize| {
            plans[number].columns.iter().any(
                |column| matches!(column.becomes, Becomes::Link(other) if other != number && left.contains(&other)),
            )
        };
        let Some(next) = left.iter().copied().find(|number| !waits(*number)) else {
            return Err(Circle(left.iter().map(|number| plans[*number].title.clone()).collect()));
        };
        left.remove(&next);
        order.push(next);
    }
    Ok(order)
}

struct Fields<'a> {
    sheet: &'a Sheet,
    plan: &'a SheetPlan,
    keys: &'a [Option<String>],
    rows: head::Rows,
}

impl Fields<'_> {
    /// The properties of a record or of its lines, and which of them are asked for.
    fn make(&self, in_lines: bool, paths: &mut Vec<(usize, String)>) -> (Map<String, Json>, Vec<Json>) {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for column in self.plan.fields(in_lines) {
            let Some((kind, property)) = self.property(column) else { continue };
            let used = |key: &str| properties.contains_key(key) || SYSTEM_FIELDS.contains(&key);
            let key = made_of(&column.title, "field", &used);
            let mut property = property;
            if self.plan.key == Some(column.column) && !in_lines && can_be_unique(kind) {
                property["x-field"]["unique"] = true.into();
            }
            if column.required && can_be_required(kind) {
                required.push(Json::from(key.as_str()));
            }
            paths.push((column.column, key.clone()));
            properties.insert(key, property);
        }
        (properties, required)
    }

    fn property(&self, column: &ColumnPlan) -> Option<(Kind, Json)> {
        let (kind, table) = match column.becomes {
            Becomes::Nothing => return None,
            Becomes::Kind(kind) => (kind, ""),
            // The table of a sheet that is not taken is not there to link to.
            Becomes::Link(other) => match self.keys.get(other).and_then(Option::as_deref) {
                Some(key) => (Kind::Link, key),
                None => (Kind::Text, ""),
            },
        };
        let cells = self.rows.records.iter().map(|row| self.sheet.cell(*row, column.column));
        let seen = Seen::of(&column.header, cells);
        let title = column.title.trim();
        Some((kind, property(kind, if title.is_empty() { &column.header } else { title }, &seen, table)))
    }
}

fn can_be_unique(kind: Kind) -> bool {
    properties(kind, false).iter().any(|property| property.name == "unique")
}

fn table(
    sheet: &Sheet,
    number: usize,
    plan: &SheetPlan,
    key: &str,
    keys: &[Option<String>],
    lines_title: &str,
) -> Made {
    let fields = Fields { sheet, plan, keys, rows: head::rows(sheet, plan.head) };
    let mut paths = Vec::new();
    let (mut properties, mut required) = fields.make(false, &mut paths);
    let named = |column: usize| paths.iter().find(|(known, _)| *known == column).map(|(_, key)| key.clone());
    let key_field = plan.key.and_then(named);
    let display = key_field.as_ref().map(|own| {
        let name = plan.fields(false).find(|column| {
            Some(column.column) != plan.key
                && column.becomes == Becomes::Kind(Kind::Text)
                && names_things(&column.header)
        });
        let coded = plan.key.and_then(|column| plan.column(column)).is_some_and(|column| names_codes(&column.header));
        match name.filter(|_| coded).and_then(|column| named(column.column)) {
            Some(name) => format!("{{{own}}} {{{name}}}"),
            None => format!("{{{own}}}"),
        }
    });
    if plan.has_lines() {
        let title = plan.lines.as_deref().filter(|title| !title.is_empty()).unwrap_or(lines_title);
        let used = |key: &str| properties.contains_key(key) || SYSTEM_FIELDS.contains(&key);
        let lines = made_of(title, "lines", &used);
        let mut inside = Vec::new();
        let (columns, asked) = fields.make(true, &mut inside);
        let mut property = fresh(Kind::Lines, title, Words::default());
        let mut items = json!({"type": "object", "properties": columns});
        if !asked.is_empty() {
            items["required"] = asked.into();
        }
        property["items"] = items;
        paths.extend(inside.into_iter().map(|(column, key)| (column, format!("{lines}.{key}"))));
        properties.insert(lines, property);
    }
    let mut annotation = json!({"key": key});
    if let Some(display) = display {
        annotation["display"] = display.into();
    }
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": plan.title.trim(), "type": "object",
        "x-table": annotation, "properties": properties,
    });
    required.dedup();
    if !required.is_empty() {
        document["required"] = required.into();
    }
    Made { sheet: number, key: key.to_owned(), title: plan.title.trim().to_owned(), document, paths, key_field }
}
