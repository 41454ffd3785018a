//! Filters of pickers that read the form: `{"field": "shelf", "op": "eq", "value": {"record": "shelf"}}`.

use crate::{
    base::value::{Document, Line, Value},
    definition::{field::Field, table::Table},
};
use serde_json::{Map, Value as Json};

/// What a filter's values may read.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub table: &'a Table,
    pub document: &'a Document,
    /// The lines field and the line that is filled in.
    pub line: Option<(&'a Field, &'a Line)>,
}

impl Around<'_> {
    fn value(&self, place: &str, key: &str) -> Option<Json> {
        let (field, value) = match (place, self.line) {
            ("record", _) => (self.table.field(key)?, self.document.get(key)),
            ("line", Some((lines, line))) => (lines.column(key)?, line.get(key)),
            _ => return None,
        };
        (value != &Value::Unset).then(|| field.write(value))
    }
}

/// The filter with the form's values in it. A condition whose field is not filled in yet asks for nothing; where nothing is
/// asked at all, there is no filter.
#[must_use]
pub fn with_values(filter: &Json, around: Around<'_>) -> Option<Json> {
    resolve(filter, &|place, key| around.value(place, key))
}

/// The fields that a filter reads: (`record` or `line`, key).
#[must_use]
pub fn reads(filter: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found
}

fn collect(json: &Json, found: &mut Vec<(String, String)>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(members) => match members.get("value").and_then(reference) {
            Some((place, key)) => found.push((place.to_owned(), key.to_owned())),
            None => members.values().for_each(|value| collect(value, found)),
        },
        _ => {}
    }
}

/// `{"record": "shelf"}` or `{"line": "item"}`.
fn reference(value: &Json) -> Option<(&str, &str)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (place, key) = object.iter().next()?;
    matches!(place.as_str(), "record" | "line").then_some((place.as_str(), key.as_str()?))
}

fn resolve(filter: &Json, value_of: &dyn Fn(&str, &str) -> Option<Json>) -> Option<Json> {
    let Some(object) = filter.as_object() else { return Some(filter.clone()) };
    for group in ["all", "any"] {
        if let Some(parts) = object.get(group).and_then(Json::as_array) {
            let left: Vec<Json> = parts.iter().filter_map(|part| resolve(part, value_of)).collect();
            return (!left.is_empty()).then(|| Json::Object(Map::from_iter([(group.to_owned(), Json::Array(left))])));
        }
    }
    if let Some(inner) = object.get("not") {
        return resolve(inner, value_of).map(|inner| Json::Object(Map::from_iter([("not".to_owned(), inner)])));
    }
    if let Some(inner) = object.get("where") {
        let inner = resolve(inner, value_of)?;
        let mut known = object.clone();
        known.insert("where".into(), inner);
        return Some(Json::Object(known));
    }
    match object.get("value").and_then(reference) {
        None => Some(filter.clone()),
        Some((place, key)) => {
            let value = value_of(place, key)?;
            let mut known = object.clone();
            known.insert("value".into(), value);
            Some(Json::Object(known))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_on_what_is_not_filled_in_ask_for_nothing() {
        let filter = json!({"all": [
            {"field": "status", "op": "eq", "value": "active"},
            {"field": "shelf", "op": "eq", "value": {"record": "shelf"}},
            {"not": {"field": "item", "op": "eq", "value": {"line": "item"}}}
        ]});
        let known = |place: &str, key: &str| (place == "record" && key == "shelf").then(|| json!(7));
        assert_eq!(
            resolve(&filter, &known),
            Some(
                json!({"all": [{"field": "status", "op": "eq", "value": "active"}, {"field": "shelf", "op": "eq", "value": 7}]})
            )
        );
        let alone = json!({"field": "shelf", "op": "eq", "value": {"record": "shelf"}});
        assert_eq!(resolve(&alone, &|_, _| None), None);
        let named = [("record".to_owned(), "shelf".to_owned()), ("line".to_owned(), "item".to_owned())];
        assert_eq!(reads(&filter), named);
    }
}
