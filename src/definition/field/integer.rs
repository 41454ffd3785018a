//! `integer`: a whole number.

use super::{Column, Field, FieldKind, Stored, Widget, number, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Integer;

impl FieldKind for Integer {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Whole
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_i64().map(Value::Integer).ok_or_else(|| type_error("integer"))
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        whole(number::read_typed(written)?).ok_or_else(|| type_error("integer"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        value.as_integer().map_or(Json::Null, Json::from)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        value.as_integer().map(|number| number.to_string()).unwrap_or_default()
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        number::check(field, value, 0)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        value.as_integer().map_or(Stored::Null, Stored::Integer)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        match stored {
            Stored::Integer(number) => Value::Integer(number),
            Stored::Text(_) | Stored::Null => Value::Unset,
        }
    }

    fn settle(&self, _field: &Field, value: Value) -> Value {
        whole(number::settle(value.clone(), 0)).unwrap_or(value)
    }
}

/// The whole number a value stands for, if it is one.
pub fn whole(value: Value) -> Option<Value> {
    let number = value.as_decimal()?.normalize();
    if number.scale() > 0 {
        return None;
    }
    i64::try_from(number).ok().map(Value::Integer)
}
