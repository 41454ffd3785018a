//! `date`: a day of the calendar, without a zone; stored as `YYYY-MM-DD`, which sorts as it reads.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use jiff::civil::Date;
use serde_json::Value as Json;

pub struct DateKind;

impl FieldKind for DateKind {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Date
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_str().and_then(strict).map(Value::Date).ok_or_else(|| type_error("date"))
    }

    /// Also `2026/3/9`, `2026.3.9` and `2026年3月9日`.
    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        let plain = written.replace(['/', '.', '年', '月'], "-").replace('日', "");
        let mut parts = plain.split('-').map(|part| part.trim().parse::<i16>());
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(type_error("date"));
        };
        let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
            return Err(type_error("date"));
        };
        if !(1000..=9999).contains(&year) {
            return Err(type_error("date"));
        }
        Date::new(year, month, day).map(Value::Date).map_err(|_| type_error("date"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        if let Value::Date(day) = value { Json::String(day.to_string()) } else { Json::Null }
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        if let Value::Date(day) = value { day.to_string() } else { String::new() }
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        if let Value::Date(day) = value { Stored::Text(day.to_string()) } else { Stored::Null }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        match stored {
            Stored::Text(text) => strict(&text).map_or(Value::Unset, Value::Date),
            Stored::Integer(_) | Stored::Null => Value::Unset,
        }
    }
}

/// Exactly `YYYY-MM-DD`, years 1000 to 9999.
fn strict(text: &str) -> Option<Date> {
    if text.len() == 10 && !text.starts_with(['-', '+', '0']) { text.parse().ok() } else { None }
}
