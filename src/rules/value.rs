//! Values as rules see them: every number a decimal, unset as `()` tagged with where it came from, and types of our own for
//! dates, times, moments, links and lines.

use super::error::{Fault, RuleCode};
use crate::base::{decimal, time::Timestamp, value::Value};
use indexmap::IndexMap;
use jiff::civil::{Date, Time};
use rhai::{Array, Dynamic, ImmutableString, Map};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub Date);

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimeOfDay(pub Time);

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub Timestamp);

/// The row a link or member field points at. Fields behind it are read where the expression names them (`item.code`), so the
/// value itself is only the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Linked(pub i64);

/// The lines of a record, as far as an expression reads them.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    pub count: usize,
    pub columns: Arc<IndexMap<String, Vec<Dynamic>>>,
}

impl IntoIterator for Lines {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        let row = |index: usize| {
            let cells = self.columns.iter();
            let map: Map = cells.map(|(key, cells)| (key.as_str().into(), cells[index].clone())).collect();
            Dynamic::from_map(map)
        };
        (0..self.count).map(row).collect::<Vec<_>>().into_iter()
    }
}

/// An unset value that remembers by `tag` which path it was read from.
pub(super) fn unset(tag: i32) -> Dynamic {
    let mut nothing = Dynamic::UNIT;
    nothing.set_tag(tag);
    nothing
}

/// What a value is in rules. `identity` says that integers are ids of rows or people.
pub(super) fn to_dynamic(value: &Value, identity: bool, tag: i32) -> Dynamic {
    match value {
        Value::Unset => unset(tag),
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(id) if identity => Dynamic::from(Linked(*id)),
        Value::Integer(number) => Decimal::from(*number).into(),
        Value::Decimal(number) => (*number).into(),
        Value::Text(text) => ImmutableString::from(text.as_str()).into(),
        Value::Date(date) => Dynamic::from(Day(*date)),
        Value::Time(time) => Dynamic::from(TimeOfDay(*time)),
        Value::Instant(moment) => Dynamic::from(Moment(*moment)),
        // A rule may ask whether it is set, and learns no more.
        Value::Sealed(_) => ImmutableString::from("••••••").into(),
        Value::List(items) => {
            let items: Array = items.iter().map(|item| to_dynamic(item, identity, tag)).collect();
            Dynamic::from_array(items)
        }
    }
}

/// What came out of a rule, as a value of a record.
pub(super) fn from_dynamic(value: &Dynamic) -> Result<Value, Fault> {
    if value.is_unit() {
        return Ok(Value::Unset);
    }
    if let Ok(number) = value.as_int() {
        return Ok(Value::Integer(number));
    }
    if let Ok(number) = value.as_decimal() {
        return Ok(Value::Decimal(number));
    }
    if let Ok(truth) = value.as_bool() {
        return Ok(Value::Bool(truth));
    }
    if let Some(text) = text(value) {
        return Ok(if text.is_empty() { Value::Unset } else { Value::Text(text.to_string()) });
    }
    if let Some(day) = get::<Day>(value) {
        return Ok(Value::Date(day.0));
    }
    if let Some(link) = get::<Linked>(value) {
        return Ok(Value::Integer(link.0));
    }
    if let Some(time) = get::<TimeOfDay>(value) {
        return Ok(Value::Time(time.0));
    }
    if let Some(moment) = get::<Moment>(value) {
        return Ok(Value::Instant(moment.0));
    }
    if let Ok(items) = value.as_array_ref() {
        let items: Vec<Value> = items.iter().map(from_dynamic).collect::<Result<_, _>>()?;
        return Ok(if items.is_empty() { Value::Unset } else { Value::List(items) });
    }
    Err(Fault::new(RuleCode::TypeMismatch, format!("{} is not a value of a field", kind(value))))
}

/// The value as one of our own types.
pub(super) fn get<T: Clone + 'static>(value: &Dynamic) -> Option<T> {
    value.read_lock::<T>().map(|inner| inner.clone())
}

/// The number, whether it was written as a whole one or not.
pub(super) fn number(value: &Dynamic) -> Option<Decimal> {
    match value.as_int() {
        Ok(whole) => Some(Decimal::from(whole)),
        Err(_) => value.as_decimal().ok(),
    }
}

pub(super) fn text(value: &Dynamic) -> Option<ImmutableString> {
    match value.as_immutable_string_ref() {
        Ok(text) => Some((*text).clone()),
        Err(_) => value.as_char().ok().map(|letter| letter.to_string().into()),
    }
}

/// How a value reads inside a text; nothing for values that do not.
pub(super) fn show(value: &Dynamic) -> Option<String> {
    text(value)
        .map(|text| text.to_string())
        .or_else(|| number(value).map(decimal::to_plain))
        .or_else(|| get::<Day>(value).map(|day| day.0.to_string()))
        .or_else(|| get::<TimeOfDay>(value).map(|time| time.0.strftime("%H:%M").to_string()))
}

/// What kind of value it is, as messages name it.
pub(super) fn kind(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "nothing"
    } else if number(value).is_some() {
        "a number"
    } else if value.is_bool() {
        "yes or no"
    } else if value.is_string() || value.is_char() {
        "a text"
    } else if value.is::<Day>() {
        "a date"
    } else if value.is::<TimeOfDay>() {
        "a time of day"
    } else if value.is::<Moment>() {
        "a point in time"
    } else if value.is::<Linked>() {
        "a link"
    } else if value.is::<Lines>() {
        "lines"
    } else if value.is_array() {
        "a list"
    } else {
        "something else"
    }
}
