//! `choice`: one of the options of the definition; the option's value is stored, its title shown.

use super::{ChoiceOption, Column, Field, FieldKind, Kind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Choice;

impl FieldKind for Choice {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Choice
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        text::read(json)
    }

    /// The option's value or, as in a spreadsheet, its title.
    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        Ok(Value::from(named(field, written).unwrap_or(written)))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        text::write(value)
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        let stored = value.as_text().unwrap_or_default();
        field.option(stored).map_or_else(|| stored.to_owned(), |option| option.title.clone())
    }

    /// The title where it leads back to the same option, else the value.
    fn text(&self, field: &Field, value: &Value) -> String {
        let stored = value.as_text().unwrap_or_default();
        let title = field.option(stored).map_or(stored, |option| option.title.as_str()).trim();
        if named(field, title) == Some(stored) { title.to_owned() } else { stored.to_owned() }
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        match value.as_text() {
            Some(chosen) if field.option(chosen).is_some() => Ok(()),
            Some(chosen) => Err(not_an_option(field, chosen)),
            None => Err(super::type_error("text")),
        }
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        option_problems(field)
    }
}

/// The value of the option whose value or title was written.
pub fn named<'a>(field: &'a Field, written: &str) -> Option<&'a str> {
    let by_value = field.option(written);
    by_value.or_else(|| field.options.iter().find(|option| option.title == written)).map(|option| option.value.as_str())
}

pub fn not_an_option(field: &Field, chosen: &str) -> FieldError {
    not_one_of(&field.options, chosen)
}

pub fn not_one_of(options: &[ChoiceOption], chosen: &str) -> FieldError {
    let titles: Vec<&str> = options.iter().map(|option| option.title.as_str()).collect();
    FieldError::new("", "option").with("value", chosen).with("options", titles.join(", "))
}

/// A choice needs options, and each its own value.
pub fn option_problems(field: &Field) -> Vec<(String, String)> {
    if field.options.is_empty() {
        return vec![("/x-field/options".into(), "a choice needs at least one option".into())];
    }
    let mut problems = Vec::new();
    if field.kind != Kind::Cascade
        && let Some(index) = field.options.iter().position(|option| !option.children.is_empty())
    {
        let message = "only a cascade has options below options";
        problems.push((format!("/x-field/options/{index}/children"), message.into()));
    }
    problems_of(&field.options, "/x-field/options", &mut problems);
    problems
}

/// What is wrong with the options of one list, at `pointer`.
pub fn problems_of(options: &[ChoiceOption], pointer: &str, problems: &mut Vec<(String, String)>) {
    for (index, option) in options.iter().enumerate() {
        let here = format!("{pointer}/{index}/value");
        if option.value.trim().is_empty() || option.value.trim() != option.value || option.value.contains('|') {
            let message = "an option's value is not empty, has no blank at its ends and no \"|\"";
            problems.push((here.clone(), message.into()));
        }
        if options[..index].iter().any(|earlier| earlier.value == option.value) {
            problems.push((here, format!("two options have the value \"{}\"", option.value)));
        }
    }
}
