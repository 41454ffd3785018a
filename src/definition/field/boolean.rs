//! `boolean`: yes or no; stored as 1 or 0 on both databases.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Boolean;

impl FieldKind for Boolean {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Checkbox
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_bool().map(Value::Bool).ok_or_else(|| type_error("boolean"))
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        match written.to_lowercase().as_str() {
            "true" | "1" | "yes" | "y" | "on" | "是" | "√" => Ok(Value::Bool(true)),
            "false" | "0" | "no" | "n" | "off" | "否" | "×" => Ok(Value::Bool(false)),
            _ => Err(type_error("boolean")),
        }
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        if let Value::Bool(truth) = value { Json::Bool(*truth) } else { Json::Null }
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        if let Value::Bool(truth) = value { truth.to_string() } else { String::new() }
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        if let Value::Bool(truth) = value { Stored::Integer(i64::from(*truth)) } else { Stored::Null }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        if let Stored::Integer(number) = stored { Value::Bool(number != 0) } else { Value::Unset }
    }
}
