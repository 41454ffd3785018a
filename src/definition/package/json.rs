//! Reading JSON that a person or another program wrote: depth known before parsing, a member named twice refused.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};
use std::fmt;

/// Why a text is not a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not JSON: {reason} (line {line}, column {column})")]
pub struct JsonError {
    pub reason: String,
    pub line: usize,
    pub column: usize,
}

/// Parses a document. Of a member named twice a parser keeps one and loses the other silently, so that is an error here.
///
/// # Errors
/// What is wrong, with line and column counted from 1.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0).map_err(|error| {
        let said = error.to_string();
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        JsonError { reason: reason.to_owned(), line: error.line(), column: error.column() }
    })
}

/// What a text asks of whoever parses it, known without parsing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// The deepest nesting of brackets outside strings.
    pub depth: usize,
    /// Values at most: one, and one more for each comma and bracket.
    pub parts: usize,
    /// The longest string in bytes, as it is written.
    pub longest: usize,
}

/// Needs no well-formed text and no stack.
pub fn shape(text: &str) -> Shape {
    let (mut now, mut shape) = (0_usize, Shape { parts: 1, ..Shape::default() });
    let (mut in_string, mut escaped, mut length) = (false, false, 0_usize);
    for byte in text.bytes() {
        if in_string {
            length += 1;
            shape.longest = shape.longest.max(length);
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => (in_string, length) = (true, 0),
            b'{' | b'[' => {
                now += 1;
                shape.parts += 1;
                shape.depth = shape.depth.max(now);
            }
            b',' => shape.parts += 1,
            b'}' | b']' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    shape
}

struct Strict(Json);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Number::from_f64(number).map(Json::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the member \"{name}\" is named twice")));
            }
            let Strict(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}
