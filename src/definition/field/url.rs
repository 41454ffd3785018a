//! `url`: a web address.

use super::{Column, Field, FieldKind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Url;

impl FieldKind for Url {
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
        text::check_format(field, value, "url", is_web_address)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }
}

/// Only `http` and `https`: an address is shown as a link, and a link must never run a script.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}
