//! `barcode`: what a scanner reads; one line without control characters.

use super::{Column, Field, FieldKind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Barcode;

impl FieldKind for Barcode {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Line
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        text::read(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        Ok(Value::from(written))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        text::write(value)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        text::show(value)
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        text::check_format(field, value, "barcode", |text| !text.chars().any(char::is_control))
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }
}
