//! `multiline`: several lines of plain text.

use super::{Column, Field, FieldKind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Multiline;

impl FieldKind for Multiline {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Paragraph
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
        text::check_length(field, value, text::LONGEST_PARAGRAPH)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }
}
