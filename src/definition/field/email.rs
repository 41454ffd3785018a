//! `email`: an address that mail can be sent to.

use super::{Column, Field, FieldKind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Email;

impl FieldKind for Email {
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
        text::check_format(field, value, "email", is_email)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }
}

/// The shape that matters in practice: `local@domain.tld`, no blanks. Whether it exists only a message can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}
