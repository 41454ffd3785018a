//! `address`: a postal address in its parts, from the province down; kept with a line for each part, so that a search finds
//! what stands in any of them.

use super::{Column, Field, FieldKind, Stored, Widget, text, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::{Map, Value as Json};

/// The parts, the largest first.
pub const PARTS: [&str; 5] = ["province", "city", "district", "street", "detail"];
/// Characters of one part.
const LONGEST: usize = 200;

pub struct Address;

impl FieldKind for Address {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Address
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        let object = json.as_object().ok_or_else(|| type_error("address"))?;
        let mut parts = [""; PARTS.len()];
        for (name, part) in object {
            let Some(place) = PARTS.iter().position(|known| known == name) else {
                return Err(FieldError::new(format!("/{name}"), "unknown_field").with("field", name));
            };
            parts[place] = match part {
                Json::Null => "",
                Json::String(text) if !text.contains('\0') => text,
                _ => return Err(type_error("text").under(&format!("/{name}"))),
            };
        }
        Ok(value_of(parts))
    }

    /// Parts with `/` between them, or the API's object.
    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        if written.starts_with('{') {
            let json: Json = serde_json::from_str(written).map_err(|_| type_error("address"))?;
            return self.read(field, &json);
        }
        let mut parts = [""; PARTS.len()];
        if !written.contains('/') {
            // An address written in one go has no parts to be told apart.
            parts[PARTS.len() - 1] = written;
            return Ok(value_of(parts));
        }
        for (place, part) in written.splitn(PARTS.len(), '/').enumerate() {
            parts[place] = part;
        }
        Ok(value_of(parts))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        let part =
            |(name, part): (&str, &str)| (name.to_owned(), if part.is_empty() { Json::Null } else { Json::from(part) });
        Json::Object(PARTS.into_iter().zip(parts(value)).map(part).collect::<Map<_, _>>())
    }

    /// As it stands on an envelope: Chinese parts follow one another, others have a blank between them.
    fn show(&self, _field: &Field, value: &Value) -> String {
        let mut shown = String::new();
        for part in parts(value).into_iter().filter(|part| !part.is_empty()) {
            let both_wide =
                shown.chars().last().is_none_or(|c| !c.is_ascii()) && !part.starts_with(|c: char| c.is_ascii());
            if !both_wide {
                shown.push(' ');
            }
            shown.push_str(part);
        }
        shown
    }

    fn text(&self, field: &Field, value: &Value) -> String {
        let joined = parts(value).join("/");
        if self.read_text(field, &joined).as_ref() == Ok(value) { joined } else { self.write(field, value).to_string() }
    }

    fn check(&self, _field: &Field, value: &Value) -> Result<(), FieldError> {
        for (name, part) in PARTS.into_iter().zip(parts(value)) {
            if part.chars().count() > LONGEST {
                return Err(FieldError::new(format!("/{name}"), "too_long").with("maximum", LONGEST));
            }
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

/// Each part in one line, without blanks around it.
fn value_of(parts: [&str; PARTS.len()]) -> Value {
    let lines = parts.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    if lines.iter().all(String::is_empty) { Value::Unset } else { Value::Text(lines.join("\n")) }
}

/// The parts of a value in the order of [`PARTS`]; empty where there are none.
#[must_use]
pub fn parts(value: &Value) -> [&str; PARTS.len()] {
    let mut parts = [""; PARTS.len()];
    for (place, line) in value.as_text().unwrap_or_default().split('\n').enumerate().take(PARTS.len()) {
        parts[place] = line;
    }
    parts
}
