//! `datetime`: a moment; RFC 3339 in UTC in the API, whole milliseconds in the database.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, time::Timestamp, value::Value};
use serde_json::Value as Json;

pub struct DateTime;

impl FieldKind for DateTime {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::DateTime
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_str().and_then(Timestamp::parse_rfc3339).map(Value::Instant).ok_or_else(|| type_error("datetime"))
    }

    /// RFC 3339; a wall-clock time without an offset is turned into one further out, where the zone is known.
    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        Timestamp::parse_rfc3339(written).map(Value::Instant).ok_or_else(|| type_error("datetime"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        if let Value::Instant(moment) = value { Json::String(moment.to_rfc3339()) } else { Json::Null }
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        if let Value::Instant(moment) = value { moment.to_rfc3339() } else { String::new() }
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        if let Value::Instant(moment) = value { Stored::Integer(moment.0) } else { Stored::Null }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        if let Stored::Integer(milliseconds) = stored { Value::Instant(Timestamp(milliseconds)) } else { Value::Unset }
    }
}
