//! What uses a field or a table: every place that would be written anew if it were called otherwise.

use crate::definition::{
    app::App,
    evolution::{Rename, apply_rename},
    package::Documents,
};
use serde_json::Value as Json;

/// A document that names something, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub path: String,
    /// JSON Pointers.
    pub places: Vec<String>,
}

/// A key that nothing has.
const NOBODY: &str = "zz_nobody_is_called_so";

/// Every use of a field of a table, or of a column of its lines, the definition itself aside.
#[must_use]
pub fn of_field(documents: &Documents, app: &App, table: &str, lines: Option<&str>, field: &str) -> Vec<Use> {
    let rename = Rename::Field {
        table: table.to_owned(),
        lines: lines.map(str::to_owned),
        from: field.to_owned(),
        to: NOBODY.to_owned(),
    };
    let own = match lines {
        None => format!("/properties/{field}"),
        Some(lines) => format!("/properties/{lines}/items/properties/{field}"),
    };
    let mut found = places(documents, &apply_rename(documents, app, &rename));
    for used in found.iter_mut().filter(|used| used.path == super::table::path(table)) {
        used.places.retain(|place| *place != own);
    }
    found.retain(|used| !used.places.is_empty());
    found
}

/// Every use of a table.
#[must_use]
pub fn of_table(documents: &Documents, app: &App, table: &str) -> Vec<Use> {
    let rename = Rename::Table { from: table.to_owned(), to: NOBODY.to_owned() };
    let own = super::table::path(table);
    let mut found = places(documents, &apply_rename(documents, app, &rename));
    found.retain(|used| used.path != own);
    found
}

/// Where two sets of documents differ, by the paths of the first.
fn places(before: &Documents, after: &Documents) -> Vec<Use> {
    let mut found = Vec::new();
    for (path, text) in before.iter().filter(|(path, _)| path.ends_with(".json") && !path.starts_with("demo/")) {
        let Some(new) = after.get(path).filter(|new| *new != text) else { continue };
        let (Ok(old), Ok(new)) = (serde_json::from_str::<Json>(text), serde_json::from_str::<Json>(new)) else {
            continue;
        };
        let mut places = Vec::new();
        differing(&old, &new, "", &mut places);
        found.push(Use { path: path.to_owned(), places });
    }
    found
}

fn differing(old: &Json, new: &Json, here: &str, places: &mut Vec<String>) {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            for (name, value) in old {
                match new.get(name) {
                    Some(other) => differing(value, other, &format!("{here}/{name}"), places),
                    None => places.push(format!("{here}/{name}")),
                }
            }
        }
        (Json::Array(old), Json::Array(new)) if old.len() == new.len() => {
            for (index, (value, other)) in old.iter().zip(new).enumerate() {
                differing(value, other, &format!("{here}/{index}"), places);
            }
        }
        (old, new) if old != new => places.push(here.to_owned()),
        _ => {}
    }
}
