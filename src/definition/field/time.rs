//! `time`: a time of day to the minute or second; stored as `HH:MM:SS`.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use jiff::civil::Time;
use serde_json::Value as Json;

pub struct TimeKind;

impl FieldKind for TimeKind {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Time
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_str().and_then(parse).map(Value::Time).ok_or_else(|| type_error("time"))
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        parse(&written.replace('：', ":")).map(Value::Time).ok_or_else(|| type_error("time"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        if let Value::Time(time) = value { Json::String(format(*time)) } else { Json::Null }
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        if let Value::Time(time) = value { format(*time) } else { String::new() }
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        if let Value::Time(time) = value { Stored::Text(format(*time)) } else { Stored::Null }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        match stored {
            Stored::Text(text) => parse(&text).map_or(Value::Unset, Value::Time),
            Stored::Integer(_) | Stored::Null => Value::Unset,
        }
    }
}

fn parse(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(str::parse::<i8>);
    let hour = parts.next()?.ok()?;
    let minute = parts.next()?.ok()?;
    let second = parts.next().transpose().ok()?.unwrap_or(0);
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

fn format(time: Time) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}
