//! `json`: any JSON document, kept without needless blanks.

use super::{Column, Field, FieldKind, Stored, Widget, text, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Document;

/// Characters that a document may have when the definition does not say.
const LONGEST: usize = 100_000;
/// The deepest nesting.
const DEEPEST: usize = 64;

pub struct Json;

impl FieldKind for Json {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Json
    }

    fn read(&self, _field: &Field, json: &Document) -> Result<Value, FieldError> {
        let compact = json.to_string();
        // PostgreSQL keeps no NUL, not even written as an escape that somebody later turns into one.
        if compact.contains("\\u0000") || depth(json) > DEEPEST {
            return Err(type_error("json"));
        }
        Ok(Value::Text(compact))
    }

    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        match serde_json::from_str::<Document>(written) {
            Ok(Document::Null) => Ok(Value::Unset),
            Ok(json) => self.read(field, &json),
            Err(problem) => Err(FieldError::new("", "json")
                .with("line", problem.line())
                .with("column", problem.column())
                .with("detail", problem.to_string())),
        }
    }

    fn write(&self, _field: &Field, value: &Value) -> Document {
        value.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        text::show(value)
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        text::check_length(field, value, LONGEST)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }

    /// A text that a rule made is a document if it reads as one, else a JSON string.
    fn settle(&self, field: &Field, value: Value) -> Value {
        match &value {
            Value::Text(text) => {
                self.read_text(field, text).unwrap_or_else(|_| Value::Text(Document::from(text.as_str()).to_string()))
            }
            _ => value,
        }
    }
}

/// The document over several lines, as it is edited.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let compact = value.as_text().unwrap_or_default();
    let document: Result<Document, _> = serde_json::from_str(compact);
    document.and_then(|document| serde_json::to_string_pretty(&document)).unwrap_or_else(|_| compact.to_owned())
}

fn depth(json: &Document) -> usize {
    match json {
        Document::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Document::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
