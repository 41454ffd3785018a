//! `number_series`: the document's number, taken by the engine at the first submit.

use super::{Column, Field, FieldKind, SeriesPattern, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct NumberSeries;

impl FieldKind for NumberSeries {
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

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        let pattern = field.pattern.as_deref().unwrap_or_default();
        match SeriesPattern::parse(pattern, field.reset.unwrap_or_default()) {
            Ok(_) => Vec::new(),
            Err(message) => vec![("/x-field/pattern".into(), message)],
        }
    }
}
