//! What a lookup can read, and what a rollup can gather.

use super::{
    Refusal,
    fields::kind_of,
    table::{fields_of, path},
};
use crate::definition::{field::Kind, package::Documents};
use serde_json::{Value as Json, json};

/// What a new lookup reads: the first field behind the first link.
pub(super) fn seek(
    documents: &Documents,
    table: &Json,
    lines: Option<&str>,
    property: &mut Json,
) -> Result<(), Refusal> {
    let fields = fields_of(table, lines).ok_or_else(Refusal::gone)?;
    let link = fields.iter().find(|(_, field)| kind_of(field) == Some(Kind::Link));
    let (key, link) = link.ok_or_else(|| Refusal::new("edit_needs_link"))?;
    let target = documents.json(&path(link["x-field"]["table"].as_str().unwrap_or_default())).unwrap_or_default();
    let shown = |field: &Json| {
        !matches!(kind_of(field), None | Some(Kind::Lines | Kind::Lookup | Kind::Secret))
            && !kind_of(field).is_some_and(Kind::is_file)
    };
    let field = fields_of(&target, None).and_then(|fields| fields.iter().find(|(_, field)| shown(field)));
    let (field, _) = field.ok_or_else(|| Refusal::new("edit_needs_link"))?;
    property["x-field"]["link"] = key.as_str().into();
    property["x-field"]["field"] = field.as_str().into();
    Ok(())
}

/// What a new rollup counts: the record's own lines, or the records that link here.
pub(super) fn gather(documents: &Documents, table: &Json, own: &str, property: &mut Json) -> Result<(), Refusal> {
    let from = sources(documents, table, own).into_iter().next();
    property["x-field"]["from"] = from.ok_or_else(|| Refusal::new("edit_needs_rows"))?;
    property["x-field"]["measure"] = "count()".into();
    Ok(())
}

/// Everything that a rollup of a table can gather, as its `from` is written.
#[must_use]
pub fn sources(documents: &Documents, table: &Json, own: &str) -> Vec<Json> {
    let mut found = Vec::new();
    let fields = fields_of(table, None);
    for (key, _) in fields.into_iter().flatten().filter(|(_, field)| kind_of(field) == Some(Kind::Lines)) {
        found.push(json!({"lines": key}));
    }
    let links = |field: &Json| kind_of(field) == Some(Kind::Link) && field["x-field"]["table"] == own;
    for (other, _) in documents.folder("tables") {
        let Ok(json) = documents.json(&path(other)) else { continue };
        for (key, field) in fields_of(&json, None).into_iter().flatten() {
            if links(field) {
                found.push(json!({"table": other, "field": key}));
            }
            for (column, _) in fields_of(&json, Some(key)).into_iter().flatten().filter(|(_, field)| links(field)) {
                found.push(json!({"table": other, "lines": key, "field": column}));
            }
        }
    }
    found
}
