//! `location`: a place on the earth in exact degrees, with what it is called: `31.230416,121.473701 Old harbour`.

use super::{Column, Field, FieldKind, Stored, Widget, text, type_error};
use crate::base::{decimal, error::FieldError, value::Value};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// Decimal places of a degree that are kept: a tenth of a metre.
const PLACES: u32 = 6;
/// Characters of the label.
const LONGEST: usize = 200;

pub struct Location;

impl FieldKind for Location {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Location
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        let object = json.as_object().ok_or_else(|| type_error("location"))?;
        if let Some(name) = object.keys().find(|name| !["latitude", "longitude", "label"].contains(&name.as_str())) {
            return Err(FieldError::new(format!("/{name}"), "unknown_field").with("field", name));
        }
        let degrees = |name: &str| {
            let number = match object.get(name) {
                Some(Json::String(text)) => decimal::parse(text),
                Some(Json::Number(number)) => decimal::parse(&number.to_string()),
                _ => None,
            };
            number.ok_or_else(|| type_error("number").under(&format!("/{name}")))
        };
        let label = match object.get("label") {
            None | Some(Json::Null) => "",
            Some(Json::String(label)) if !label.contains('\0') => label,
            Some(_) => return Err(type_error("text").under("/label")),
        };
        Ok(value_of(degrees("latitude")?, degrees("longitude")?, label))
    }

    /// `31.230416,121.473701`, then what the place is called.
    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        let (latitude, rest) = written.split_once([',', '，']).ok_or_else(|| type_error("location"))?;
        let rest = rest.trim_start();
        let (longitude, label) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match (decimal::parse(latitude.trim()), decimal::parse(longitude)) {
            (Some(latitude), Some(longitude)) => Ok(value_of(latitude, longitude, label)),
            _ => Err(type_error("location")),
        }
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        let Some((latitude, longitude, label)) = parts(value) else { return Json::Null };
        json!({"latitude": latitude, "longitude": longitude, "label": if label.is_empty() { None } else { Some(label) }})
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        match parts(value) {
            Some((latitude, longitude, "")) => format!("{latitude}, {longitude}"),
            Some((.., label)) => label.to_owned(),
            None => String::new(),
        }
    }

    fn text(&self, _field: &Field, value: &Value) -> String {
        text::show(value)
    }

    fn check(&self, _field: &Field, value: &Value) -> Result<(), FieldError> {
        let (latitude, longitude, label) = parts(value).ok_or_else(|| type_error("location"))?;
        for (name, written, most) in [("latitude", latitude, 90), ("longitude", longitude, 180)] {
            let degrees = decimal::parse(written).ok_or_else(|| type_error("number").under(&format!("/{name}")))?;
            let here = |code: &str| FieldError::new(format!("/{name}"), code);
            if degrees.scale() > PLACES {
                return Err(here("too_precise").with("scale", PLACES));
            }
            if degrees > Decimal::from(most) {
                return Err(here("maximum").with("maximum", most));
            }
            if degrees < Decimal::from(-most) {
                return Err(here("minimum").with("minimum", -most));
            }
        }
        if label.chars().count() > LONGEST {
            return Err(FieldError::new("/label", "too_long").with("maximum", LONGEST));
        }
        Ok(())
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }
}

/// Degrees without needless zeros, and the label in one line.
fn value_of(latitude: Decimal, longitude: Decimal, label: &str) -> Value {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = format!("{},{} {label}", decimal::to_plain(latitude), decimal::to_plain(longitude));
    Value::Text(place.trim_end().to_owned())
}

/// Latitude, longitude and label of a value.
#[must_use]
pub fn parts(value: &Value) -> Option<(&str, &str, &str)> {
    let (latitude, rest) = value.as_text()?.split_once(',')?;
    let (longitude, label) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((latitude, longitude, label))
}
