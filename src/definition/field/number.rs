//! What the exact kinds are made of: reading, bounds, scaled storage.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{
    decimal::{self, ScaleError},
    error::FieldError,
    value::Value,
};
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// A kind whose values are exact numbers at the field's scale: how one is written in the API and shown.
pub struct Exact {
    pub write: fn(&Field, Decimal) -> String,
    pub show: fn(&Field, Decimal) -> String,
    /// What may stand behind the number where it is typed.
    pub sign: Option<char>,
}

impl FieldKind for Exact {
    fn column(&self) -> Option<Column> {
        Some(Column::Integer)
    }

    fn widget(&self) -> Widget {
        Widget::Number
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        read_decimal(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        let full_width = |sign: char| if sign == '%' { '％' } else { sign };
        let plain = self.sign.map_or(written, |sign| written.trim_end_matches([sign, full_width(sign)]).trim_end());
        read_typed(plain)
    }

    fn write(&self, field: &Field, value: &Value) -> Json {
        value.as_decimal().map_or(Json::Null, |number| Json::String((self.write)(field, number)))
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        value.as_decimal().map(|number| (self.show)(field, number)).unwrap_or_default()
    }

    /// Without a sign behind it.
    fn text(&self, field: &Field, value: &Value) -> String {
        value.as_decimal().map(|number| (self.write)(field, number)).unwrap_or_default()
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        check(field, value, field.scale)
    }

    fn store(&self, field: &Field, value: &Value) -> Stored {
        store(value, field.scale)
    }

    fn load(&self, field: &Field, stored: Stored) -> Value {
        load(stored, field.scale)
    }

    fn settle(&self, field: &Field, value: Value) -> Value {
        settle(value, field.scale)
    }
}

/// Without needless zeros: `12.5`.
pub fn plain(_field: &Field, number: Decimal) -> String {
    decimal::to_plain(number)
}

/// At the field's scale: `12.50`.
pub fn fixed(field: &Field, number: Decimal) -> String {
    decimal::round_half_up(number, field.scale).to_string()
}

/// An exact number from the API: a string, or a JSON number that was written without an exponent.
pub fn read_decimal(json: &Json) -> Result<Value, FieldError> {
    let parsed = match json {
        Json::String(text) if text.is_empty() => return Ok(Value::Unset),
        Json::String(text) => decimal::parse(text),
        Json::Number(number) => decimal::parse(&number.to_string()),
        _ => None,
    };
    parsed.map(Value::Decimal).ok_or_else(|| type_error("number"))
}

/// A number as people type it: thousands separators and full-width digits are understood.
pub fn read_typed(text: &str) -> Result<Value, FieldError> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{a0}'))
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '．' | '。' => '.',
            '－' | '−' => '-',
            other => other,
        })
        .collect();
    decimal::parse(&plain).map(Value::Decimal).ok_or_else(|| type_error("number"))
}

/// The bounds of the definition, and what can be stored at its scale.
pub fn check(field: &Field, value: &Value, scale: u32) -> Result<(), FieldError> {
    let Some(number) = value.as_decimal() else {
        return Err(type_error("number"));
    };
    match decimal::to_scaled(number, scale) {
        Err(ScaleError::TooPrecise) => {
            return Err(FieldError::new("", "too_precise").with("scale", scale));
        }
        Err(ScaleError::TooLarge) => {
            return Err(FieldError::new("", "too_large").with("maximum", largest(scale)));
        }
        Ok(_) => {}
    }
    let broken =
        |code: &str, name: &str, bound: Decimal| Err(FieldError::new("", code).with(name, decimal::to_plain(bound)));
    match (field.min, field.max, field.exclusive_min) {
        (Some(min), _, _) if number < min => broken("minimum", "minimum", min),
        (_, Some(max), _) if number > max => broken("maximum", "maximum", max),
        (_, _, Some(min)) if number <= min => broken("exclusive_minimum", "minimum", min),
        _ => Ok(()),
    }
}

fn largest(scale: u32) -> Decimal {
    decimal::from_scaled(decimal::SCALED_LIMIT, scale).normalize()
}

pub fn store(value: &Value, scale: u32) -> Stored {
    let scaled =
        value.as_decimal().and_then(|number| decimal::to_scaled(decimal::round_half_up(number, scale), scale).ok());
    scaled.map_or(Stored::Null, Stored::Integer)
}

pub fn load(stored: Stored, scale: u32) -> Value {
    match stored {
        Stored::Integer(scaled) => Value::Decimal(decimal::from_scaled(scaled, scale)),
        Stored::Text(_) | Stored::Null => Value::Unset,
    }
}

pub fn settle(value: Value, scale: u32) -> Value {
    match value.as_decimal() {
        Some(number) => Value::Decimal(decimal::round_half_up(number, scale)),
        None => value,
    }
}
