//! `text`: one line of text; and what every textual kind is made of.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// Characters a text may have when its definition does not say.
pub const LONGEST_LINE: usize = 1_000;
/// The same for several lines of text.
pub const LONGEST_PARAGRAPH: usize = 20_000;

/// A kind whose values are text: how it is filled in, and what it accepts.
pub struct Textual {
    pub widget: Widget,
    pub check: fn(&Field, &Value) -> Result<(), FieldError>,
    pub problems: fn(&Field) -> Vec<(String, String)>,
}

impl Textual {
    /// A line of text that passes `check`.
    pub const fn line(check: fn(&Field, &Value) -> Result<(), FieldError>) -> Self {
        Self { widget: Widget::Line, check, problems: |_| Vec::new() }
    }
}

/// `text`.
pub const TEXT: Textual = Textual::line(|field, value| check_length(field, value, LONGEST_LINE));

impl FieldKind for Textual {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        self.widget
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        read(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        Ok(Value::from(written))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        write(value)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        show(value)
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        (self.check)(field, value)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        load(stored)
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        (self.problems)(field)
    }
}

/// A JSON string; an empty one is unset. NUL is refused because PostgreSQL cannot keep it.
pub fn read(json: &Json) -> Result<Value, FieldError> {
    match json {
        Json::String(text) if text.is_empty() => Ok(Value::Unset),
        Json::String(text) if text.contains('\0') => Err(FieldError::new("", "format").with("expected", "text")),
        Json::String(text) => Ok(Value::Text(text.clone())),
        _ => Err(type_error("text")),
    }
}

pub fn write(value: &Value) -> Json {
    value.as_text().map_or(Json::Null, Json::from)
}

pub fn show(value: &Value) -> String {
    value.as_text().unwrap_or_default().to_owned()
}

pub fn store(value: &Value) -> Stored {
    value.as_text().map_or(Stored::Null, |text| Stored::Text(text.to_owned()))
}

pub fn load(stored: Stored) -> Value {
    match stored {
        Stored::Text(text) => Value::Text(text),
        Stored::Integer(_) | Stored::Null => Value::Unset,
    }
}

/// At least `minLength` and at most `maxLength` characters, or `default` where the definition does not say.
pub fn check_length(field: &Field, value: &Value, default: usize) -> Result<(), FieldError> {
    let most = field.max_length.unwrap_or(default);
    match value.as_text() {
        Some(text) if field.min_length.is_some_and(|least| text.chars().count() < least) => {
            Err(FieldError::new("", "too_short").with("minimum", field.min_length.unwrap_or(0)))
        }
        Some(text) if text.chars().count() > most => Err(FieldError::new("", "too_long").with("maximum", most)),
        _ => Ok(()),
    }
}

/// One line whose whole text passes `accepts`, else `format` with what was expected.
pub fn check_format(field: &Field, value: &Value, expected: &str, accepts: fn(&str) -> bool) -> Result<(), FieldError> {
    check_length(field, value, LONGEST_LINE)?;
    match value.as_text() {
        Some(text) if !accepts(text) => Err(FieldError::new("", "format").with("expected", expected)),
        _ => Ok(()),
    }
}
