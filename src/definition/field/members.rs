//! `members`: several people, by id, in order.

use super::{Column, Field, FieldKind, Stored, Widget, id_list};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Members;

impl FieldKind for Members {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Members
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        id_list::read(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        id_list::read_text(written)
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        id_list::write(value)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        id_list::show(value)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        id_list::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        id_list::load(stored)
    }
}
