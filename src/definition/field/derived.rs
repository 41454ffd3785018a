//! Kinds that say where a value comes from instead of what it is: once all tables of an app are known, such a field takes on the
//! kind of what it reads (`definition::computed`). Until then it holds nothing.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Derived {
    pub problems: fn(&Field) -> Vec<(String, String)>,
}

impl FieldKind for Derived {
    fn column(&self) -> Option<Column> {
        None
    }

    fn widget(&self) -> Widget {
        Widget::Line
    }

    fn read(&self, _field: &Field, _json: &Json) -> Result<Value, FieldError> {
        Err(type_error("nothing"))
    }

    fn read_text(&self, _field: &Field, _written: &str) -> Result<Value, FieldError> {
        Err(type_error("nothing"))
    }

    fn write(&self, _field: &Field, _value: &Value) -> Json {
        Json::Null
    }

    fn show(&self, _field: &Field, _value: &Value) -> String {
        String::new()
    }

    fn store(&self, _field: &Field, _value: &Value) -> Stored {
        Stored::Null
    }

    fn load(&self, _field: &Field, _stored: Stored) -> Value {
        Value::Unset
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        let own = [
            (field.required, "/x-field/kind", "what is computed cannot be required"),
            (field.unique, "/x-field/unique", "what is computed from other records cannot be unique"),
            (
                field.searchable,
                "/x-field/searchable",
                "the search box cannot look here; make the field it reads searchable",
            ),
            (field.default.is_some(), "/x-field/default", "what is computed has no default; remove the member"),
            (field.formula.is_some(), "/x-field/formula", "it is computed already; remove the formula"),
            (field.sealed, "/x-field/encrypted", "what is computed from other records cannot be encrypted"),
        ];
        let own = own.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, at, why)| (at.to_owned(), why.to_owned()));
        own.chain((self.problems)(field)).collect()
    }
}
