//! `rating`: a whole number of stars, 1 to `max` (5 unless said).

use super::{Column, Field, FieldKind, Stored, Widget, integer::Integer};
use crate::base::{error::FieldError, value::Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;

pub struct Rating;

impl FieldKind for Rating {
    fn column(&self) -> Option<Column> {
        Integer.column()
    }

    fn widget(&self) -> Widget {
        Integer.widget()
    }

    fn read(&self, field: &Field, json: &Json) -> Result<Value, FieldError> {
        Integer.read(field, json)
    }

    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        Integer.read_text(field, written)
    }

    fn write(&self, field: &Field, value: &Value) -> Json {
        Integer.write(field, value)
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        Integer.show(field, value)
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        let most = field.max.unwrap_or(Decimal::from(5));
        match value.as_decimal() {
            Some(stars) if stars < Decimal::ONE => Err(FieldError::new("", "minimum").with("minimum", 1)),
            Some(stars) if stars > most => Err(FieldError::new("", "maximum").with("maximum", most)),
            _ => Ok(()),
        }
    }

    fn store(&self, field: &Field, value: &Value) -> Stored {
        Integer.store(field, value)
    }

    fn load(&self, field: &Field, stored: Stored) -> Value {
        Integer.load(field, stored)
    }
}
