//! `link`: one row of another table, by id.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Link;

impl FieldKind for Link {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Link
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_i64().map(Value::Integer).ok_or_else(|| type_error("id"))
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        written.parse().map(Value::Integer).map_err(|_| type_error("id"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        value.as_integer().map_or(Json::Null, Json::from)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        value.as_integer().map(|id| id.to_string()).unwrap_or_default()
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        value.as_integer().map_or(Stored::Null, Stored::Integer)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        if let Stored::Integer(id) = stored { Value::Integer(id) } else { Value::Unset }
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        needs_target(field)
    }
}

/// A link says which table it points at.
pub fn needs_target(field: &Field) -> Vec<(String, String)> {
    if field.target.is_some() {
        Vec::new()
    } else {
        vec![("/x-field/table".into(), "a link names the table it points at".into())]
    }
}
