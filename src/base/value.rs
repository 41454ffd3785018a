//! The value of a field, and a document: the values and lines of one record, apart from how they are stored or shown.

use super::time::Timestamp;
use indexmap::IndexMap;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;

/// The value of one field. Links, members and files are `Integer` ids; a choice is the `Text` of its option's value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Nothing was filled in: `null` in JSON, `()` in rules.
    #[default]
    Unset,
    Bool(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(String),
    Date(Date),
    Time(Time),
    Instant(Timestamp),
    /// Several members, links or choices, in the order given.
    List(Vec<Value>),
    /// Something is there that cannot be read: a secret, as it lies sealed. It is kept or replaced, never shown.
    Sealed(String),
}

impl Value {
    #[must_use]
    pub const fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        matches!(self, Self::Sealed(_))
    }

    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The number of an integer or a decimal.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// Values by field key, in the order of the table.
pub type Values = IndexMap<String, Value>;

/// One row of a lines field. `id` is absent until the row is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub id: Option<i64>,
    pub values: Values,
}

/// What a record says: its values, and its lines by the key of the lines field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    pub values: Values,
    pub lines: IndexMap<String, Vec<Line>>,
}

impl Document {
    /// The value of a field, `Unset` where there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or(&Value::Unset)
    }

    #[must_use]
    pub fn lines_of(&self, key: &str) -> &[Line] {
        self.lines.get(key).map_or(&[], Vec::as_slice)
    }
}

impl Line {
    #[must_use]
    pub fn get(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or(&Value::Unset)
    }
}
