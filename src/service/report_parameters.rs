//! What the reader of a report or dashboard fills in, read by its kind.

use super::{Call, Error, LiveApp, context::Circumstances};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Value},
    },
    definition::{
        field::Field,
        report::{Parameter, filled},
        table::Table,
        view::FilterDocument,
    },
    rules::Inputs,
};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// What the reader filled in, as text by parameter.
pub type Given = IndexMap<String, String>;

/// The parameters with what was filled in or, where nothing was, their defaults.
#[derive(Debug, Default)]
pub struct Parameters {
    pub fields: Vec<(Field, Value)>,
}

impl Parameters {
    /// The value of a parameter in the API's form; nothing where it is empty.
    #[must_use]
    pub fn json(&self, key: &str) -> Option<Json> {
        let (field, value) = self.fields.iter().find(|(field, _)| field.key == key)?;
        (!value.is_unset()).then(|| field.write(value))
    }

    /// A filter with the values in place.
    #[must_use]
    pub fn fill(&self, filter: Option<&FilterDocument>) -> Option<FilterDocument> {
        filter.and_then(|filter| filled(filter, &|key| self.json(key)))
    }
}

/// Reads parameters: what was given, else the default.
///
/// # Errors
/// A value that does not fit, or a required one that is missing, at `/key`.
pub fn parameters(
    call: &Call,
    live: &LiveApp,
    wanted: &IndexMap<String, Parameter>,
    given: &Given,
) -> Result<Parameters, Error> {
    let around = Circumstances::new(call, live);
    let (blank, empty) = (Table::blank(), Document::default());
    let mut fields = Vec::new();
    let mut errors = Vec::new();
    for (key, parameter) in wanted {
        let Some(field) = parameter.field(key) else { continue };
        let value = match (given.get(key), &parameter.default) {
            (Some(text), _) => field.read_text(text).and_then(|value| field.check(&value).map(|()| value)),
            (None, Some(default)) => {
                let value = live
                    .expression(default)
                    .and_then(|rule| rule.evaluate(&Inputs::new(around.context(), &blank, &empty)));
                Ok(value.map(|value| field.settle(value)).unwrap_or_default())
            }
            (None, None) => Ok(Value::Unset),
        };
        match value {
            Ok(value) => {
                if value.is_unset() && parameter.required {
                    errors.push(FieldError::new(format!("/{key}"), "required").with("field", &parameter.title));
                }
                fields.push((field, value));
            }
            Err(error) => errors.push(error.under(&format!("/{key}"))),
        }
    }
    if errors.is_empty() { Ok(Parameters { fields }) } else { Err(Error::Invalid(errors)) }
}
