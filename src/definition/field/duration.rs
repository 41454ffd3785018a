//! `duration`: a length of time in exact whole seconds, typed like `1:30`, `90 min` or `1小时30分`.

use super::{Column, Field, FieldKind, Stored, Widget, integer, number, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// Words of units as people write them, and their seconds. Longer words stand before those they begin with.
const UNITS: [(&str, i64); 28] = [
    ("seconds", 1),
    ("second", 1),
    ("secs", 1),
    ("sec", 1),
    ("秒钟", 1),
    ("秒", 1),
    ("s", 1),
    ("minutes", 60),
    ("minute", 60),
    ("mins", 60),
    ("min", 60),
    ("分钟", 60),
    ("分", 60),
    ("m", 60),
    ("hours", 3_600),
    ("hour", 3_600),
    ("hrs", 3_600),
    ("hr", 3_600),
    ("个小时", 3_600),
    ("小时", 3_600),
    ("钟头", 3_600),
    ("时", 3_600),
    ("h", 3_600),
    ("days", 86_400),
    ("day", 86_400),
    ("d", 86_400),
    ("天", 86_400),
    ("日", 86_400),
];

pub struct Duration;

impl FieldKind for Duration {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Duration
    }

    /// Whole seconds.
    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        json.as_i64().map(Value::Integer).ok_or_else(|| type_error("duration"))
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        parse(written).map(Value::Integer).ok_or_else(|| type_error("duration"))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        value.as_integer().map_or(Json::Null, Json::from)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        value.as_integer().map(clock).unwrap_or_default()
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        number::check(field, value, 0)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        value.as_integer().map_or(Stored::Null, Stored::Integer)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        if let Stored::Integer(seconds) = stored { Value::Integer(seconds) } else { Value::Unset }
    }

    fn settle(&self, _field: &Field, value: Value) -> Value {
        integer::whole(number::settle(value.clone(), 0)).unwrap_or(value)
    }
}

/// `1:30` for an hour and a half, `1:30:05` with seconds, `26:00` beyond a day.
#[must_use]
pub fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let whole = seconds.unsigned_abs();
    let (hours, minutes, left) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if left == 0 { format!("{sign}{hours}:{minutes:02}") } else { format!("{sign}{hours}:{minutes:02}:{left:02}") }
}

/// `1:30`, `1:30:05`, or numbers with units: `90 min`, `1.5h`, `1小时30分`. A number alone could mean anything, so it is
/// refused.
fn parse(written: &str) -> Option<i64> {
    let plain: String = written
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + u8::try_from(u32::from(c) - u32::from('０')).unwrap_or(0)),
            '：' => ':',
            '．' => '.',
            '－' | '−' => '-',
            other => other,
        })
        .collect();
    let (sign, plain) = plain.strip_prefix('-').map_or((1, plain.as_str()), |rest| (-1, rest));
    let seconds = if plain.contains(':') { of_clock(plain)? } else { of_units(plain)? };
    (seconds <= crate::base::decimal::SCALED_LIMIT).then_some(sign * seconds)
}

fn of_clock(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split(':').map(|part| digits(part.trim())).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    if minutes > 59 || seconds > 59 {
        return None;
    }
    hours.checked_mul(3_600)?.checked_add(minutes * 60 + seconds)
}

fn digits(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn of_units(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total = rust_decimal::Decimal::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount = crate::base::decimal::parse(&rest[..end])?;
        rest = rest[end..].trim_start();
        let (word, seconds) = UNITS.iter().find(|(word, _)| rest.starts_with(word))?;
        total = total.checked_add(amount.checked_mul((*seconds).into())?)?;
        rest = rest[word.len()..].trim_start();
    }
    let total = total.normalize();
    if total.scale() > 0 { None } else { i64::try_from(total).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_type_lengths_of_time_their_way() {
        for (written, seconds) in [
            ("1:30", 5_400),
            ("1：30", 5_400),
            ("0:00:45", 45),
            ("90 min", 5_400),
            ("90分钟", 5_400),
            ("1小时30分", 5_400),
            ("1.5h", 5_400),
            ("1 h 30 m", 5_400),
            ("2天", 172_800),
            ("-0:15", -900),
            ("26:15", 94_500),
        ] {
            assert_eq!(parse(written), Some(seconds), "{written}");
            assert_eq!(parse(&clock(seconds)), Some(seconds), "{written}");
        }
        for written in ["90", "1:75", "1:2:3:4", "an hour", "1h30", ":", "h", "0.5s", "+1:00"] {
            assert_eq!(parse(written), None, "{written}");
        }
    }
}
