//! `decimal`: an exact number with up to `scale` places (6 unless said).

use super::{Column, Field, FieldKind, Stored, Widget, number};
use crate::base::{decimal, error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct DecimalKind;

impl FieldKind for DecimalKind {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Number
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        number::read_decimal(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        number::read_typed(written)
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        number::write_plain(value)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        value.as_decimal().map(decimal::to_plain).unwrap_or_default()
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        number::check(field, value, field.scale)
    }

    fn store(&self, field: &Field, value: &Value) -> Stored {
        number::store(value, field.scale)
    }

    fn load(&self, field: &Field, stored: Stored) -> Value {
        number::load(stored, field.scale)
    }

    fn settle(&self, field: &Field, value: Value) -> Value {
        number::settle(value, field.scale)
    }
}
