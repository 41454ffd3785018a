//! `lines`: the rows of a sub-table. They have a table of their own, so a lines field never holds a value itself.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Lines;

impl FieldKind for Lines {
    fn column(&self) -> Option<Column> {
        None
    }

    fn widget(&self) -> Widget {
        Widget::Lines
    }

    fn read(&self, _field: &Field, _json: &Json) -> Result<Value, FieldError> {
        Err(type_error("lines"))
    }

    fn read_text(&self, _field: &Field, _written: &str) -> Result<Value, FieldError> {
        Err(type_error("lines"))
    }

    fn write(&self, _field: &Field, _value: &Value) -> Json {
        Json::Null
    }

    fn show(&self, _field: &Field, _value: &Value) -> String {
        String::new()
    }

    fn store(&self, _field: &Field, _value: &Value) -> Stored {
        Stored::Null
    }

    fn load(&self, _field: &Field, _stored: Stored) -> Value {
        Value::Unset
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        if field.columns.is_empty() {
            vec![("/items/properties".into(), "lines need at least one column".into())]
        } else {
            Vec::new()
        }
    }
}
