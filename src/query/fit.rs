//! A filter that was written for an earlier shape of its tables: what still fits.

use super::{filter::Filter, parse::FieldSource};
use crate::definition::table::Table;
use serde_json::{Value as Json, json};

/// The filter without the tests that do not fit any more, and the fields that those name.
///
/// A group that lost all its tests goes with them; a filter that lost everything is none.
#[must_use]
pub fn fitting(json: &Json, table: &Table, source: &dyn FieldSource) -> (Option<Json>, Vec<String>) {
    if Filter::parse(json, table, source).is_ok() {
        return (Some(json.clone()), Vec::new());
    }
    let mut lost = Vec::new();
    let left = part(json, table, source, &mut lost);
    // What is wrong as a whole, such as too many tests, is nothing that can be kept.
    (left.filter(|left| Filter::parse(left, table, source).is_ok()), lost)
}

fn part(json: &Json, table: &Table, source: &dyn FieldSource, lost: &mut Vec<String>) -> Option<Json> {
    for name in ["all", "any"] {
        let Some(parts) = json.get(name).and_then(Json::as_array) else { continue };
        let left: Vec<Json> = parts.iter().filter_map(|one| part(one, table, source, lost)).collect();
        return (!left.is_empty() || parts.is_empty()).then(|| json!({name: left}));
    }
    if let Some(inner) = json.get("not") {
        return part(inner, table, source, lost).map(|left| json!({"not": left}));
    }
    if let Some(lines) = json.get("any_line").and_then(Json::as_str)
        && Filter::parse(json, table, source).is_err()
    {
        // What is asked of one line together is kept whole or not at all.
        lost.push(lines.to_owned());
        return None;
    }
    if Filter::parse(json, table, source).is_ok() {
        return Some(json.clone());
    }
    lost.extend(json.get("field").and_then(Json::as_str).map(str::to_owned));
    None
}
