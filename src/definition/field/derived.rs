//! Kinds that say where a value comes from instead of what it is: once all tables of an app are known, such a field takes on the
//! kind of what it reads (`definition::computed`). Until then it holds nothing.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::{
    base::{error::FieldError, value::Value},
    definition::measure::Function,
};
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

impl Field {
    /// Whether the server computes it from other values.
    #[must_use]
    pub const fn is_computed(&self) -> bool {
        self.formula.is_some() || self.rollup.is_some() || self.lookup.is_some()
    }

    /// Whether it is a figure of rows outside of the record, which changes when those do.
    #[must_use]
    pub fn is_gathered(&self) -> bool {
        self.rollup.as_ref().is_some_and(|rollup| rollup.from.table.is_some())
    }

    /// What a record that nothing belongs to yet has in the field: figures that add up begin at zero.
    #[must_use]
    pub fn of_nothing(&self) -> Value {
        match self.rollup.as_ref().map(|rollup| rollup.function) {
            Some(Function::Sum | Function::Count | Function::CountDistinct) => self.load(Stored::Integer(0)),
            _ => Value::Unset,
        }
    }

    /// Takes on the kind of what it reads.
    pub(in crate::definition) fn become_like(&mut self, other: &Self) {
        let scale = self.rollup.as_ref().and_then(|rollup| rollup.scale);
        self.kind = other.kind;
        self.scale = scale.unwrap_or(other.scale);
        self.options.clone_from(&other.options);
        self.target.clone_from(&other.target);
        self.sensitive |= other.sensitive;
        if self.unit.is_none() {
            self.unit.clone_from(&other.unit);
        }
    }
}
