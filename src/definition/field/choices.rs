//! `choices`: several options at once, stored as `|a|b|` so that one can be looked for exactly.

use super::{Column, Field, FieldKind, Stored, Widget, choice, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

pub struct Choices;

impl FieldKind for Choices {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Choices
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        let Some(items) = json.as_array() else {
            return Err(type_error("choices"));
        };
        let mut chosen = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(text) = item.as_str() else {
                return Err(type_error("text").under(&format!("/{index}")));
            };
            let value = Value::from(text);
            if !chosen.contains(&value) {
                chosen.push(value);
            }
        }
        Ok(if chosen.is_empty() { Value::Unset } else { Value::List(chosen) })
    }

    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        // Values and titles may hold any separator but "|": where that stands, it is the only one.
        let separators: &[char] = if written.contains('|') { &['|'] } else { &[',', '，', '、', ';', '；'] };
        let parts = written.split(separators).map(str::trim).filter(|part| !part.is_empty());
        let mut chosen = Vec::new();
        for part in parts {
            let value = Value::from(choice::named(field, part).unwrap_or(part));
            if !chosen.contains(&value) {
                chosen.push(value);
            }
        }
        Ok(if chosen.is_empty() { Value::Unset } else { Value::List(chosen) })
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        texts(value).map(Json::from).collect()
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        let titles: Vec<&str> =
            texts(value).map(|text| field.option(text).map_or(text, |option| option.title.as_str())).collect();
        titles.join("、")
    }

    /// Titles where they lead back to the same options, else values.
    fn text(&self, field: &Field, value: &Value) -> String {
        let shown = self.show(field, value);
        if self.read_text(field, &shown).as_ref() == Ok(value) {
            return shown;
        }
        texts(value).map(|text| format!("{text}|")).collect()
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        for (index, text) in texts(value).enumerate() {
            if field.option(text).is_none() {
                return Err(choice::not_an_option(field, text).under(&format!("/{index}")));
            }
        }
        Ok(())
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        let joined: String = texts(value).map(|text| format!("{text}|")).collect();
        if joined.is_empty() { Stored::Null } else { Stored::Text(format!("|{joined}")) }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        let Stored::Text(joined) = stored else {
            return Value::Unset;
        };
        Value::List(joined.split('|').filter(|part| !part.is_empty()).map(Value::from).collect())
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        choice::option_problems(field)
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items: &[Value] = if let Value::List(items) = value { items } else { &[] };
    items.iter().filter_map(Value::as_text)
}
