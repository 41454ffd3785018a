//! What one link and one member are made of: an id.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// A kind that holds one id.
pub struct Id {
    pub widget: Widget,
    pub problems: fn(&Field) -> Vec<(String, String)>,
}

impl FieldKind for Id {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        self.widget
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
        (self.problems)(field)
    }
}
