//! What an import changed, kept so that it can be put back.

use super::super::kept::Place;
use crate::{
    base::value::{Document, Line},
    definition::{field::Stored, table::Table},
    store::imports::Row,
};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;

/// Where what a row took away is kept.
pub(super) fn place(row: &Row) -> Place {
    Place::new(format!("import/{}", row.import_id), row.ordinal)
}

/// What a change takes away, in the form that columns hold, so that every kind comes back exactly.
pub(super) fn snapshot(table: &Table, before: &Document, after: &Document) -> Json {
    let form = |stored: Stored| match stored {
        Stored::Null => Json::Null,
        Stored::Integer(number) => number.into(),
        Stored::Text(text) => text.into(),
    };
    let mut values = Map::new();
    for field in table.stored().filter(|field| before.get(&field.key) != after.get(&field.key)) {
        values.insert(field.key.clone(), form(field.store(before.get(&field.key))));
    }
    let mut lines = Map::new();
    for field in table.lines().filter(|field| before.lines_of(&field.key) != after.lines_of(&field.key)) {
        let rows: Vec<Json> = before
            .lines_of(&field.key)
            .iter()
            .map(|line| {
                let mut row: Map<String, Json> = field
                    .stored_columns()
                    .map(|column| (column.key.clone(), form(column.store(line.get(&column.key)))))
                    .collect();
                row.insert("id".into(), line.id.map_or(Json::Null, Json::from));
                Json::Object(row)
            })
            .collect();
        lines.insert(field.key.clone(), rows.into());
    }
    json!({"values": values, "lines": lines})
}

/// The document with what [`snapshot`] kept put back over it.
pub(super) fn restored(table: &Table, now: &Document, snapshot: &Json) -> Document {
    let stored = |json: &Json| match json {
        Json::Number(number) => number.as_i64().map_or(Stored::Null, Stored::Integer),
        Json::String(text) => Stored::Text(text.clone()),
        _ => Stored::Null,
    };
    let mut document = now.clone();
    for (key, json) in snapshot["values"].as_object().into_iter().flatten() {
        if let Some(field) = table.field(key) {
            document.values.insert(key.clone(), field.load(stored(json)));
        }
    }
    for (key, rows) in snapshot["lines"].as_object().into_iter().flatten() {
        let Some(field) = table.field(key) else { continue };
        let there: HashSet<i64> = now.lines_of(key).iter().filter_map(|line| line.id).collect();
        let lines = rows.as_array().into_iter().flatten().map(|row| {
            let mut line = Line { id: row["id"].as_i64().filter(|id| there.contains(id)), ..Line::default() };
            for column in field.stored_columns() {
                line.values.insert(column.key.clone(), column.load(stored(&row[&column.key])));
            }
            line
        });
        document.lines.insert(key.clone(), lines.collect());
    }
    document
}
