//! Sorting and keyset paging: a page starts where the last one ended, however far down the list that is.

use super::{
    filter::{FieldPath, SystemField},
    parse::{FieldSource, FilterError, resolve},
};
use crate::definition::table::Table;
use serde_json::{Value as Json, json};

/// The most sort keys of one list.
const MOST_KEYS: usize = 5;

/// One sort key. Unset values come last in either direction; the id decides last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub path: FieldPath,
    pub descending: bool,
}

/// Where a page starts and how long it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub limit: u64,
    pub after: Option<Cursor>,
}

/// The sort values and id of the last row of a page, and a mark of the query they belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Stored forms (integer, text or null) in the order of the sort keys.
    pub values: Vec<Json>,
    pub id: i64,
    pub query: String,
}

/// A cursor that was not made by this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct CursorError;

impl Sort {
    /// Reads `-date,no`. A key that repeats an earlier one is dropped.
    ///
    /// # Errors
    /// An unknown field, or too many keys.
    pub fn parse(text: &str, table: &Table, source: &dyn FieldSource) -> Result<Vec<Self>, FilterError> {
        let mut keys: Vec<Self> = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (name, descending) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
            let (path, resolved) = resolve(name, table, source)?;
            super::parse::comparable(name, resolved)?;
            if resolved.field.is_some_and(|field| field.kind.is_several()) {
                let message = format!("\"{name}\" holds several values and cannot be sorted by");
                return Err(FilterError::new("", "malformed", message));
            }
            if keys.iter().all(|key| key.path != path) {
                keys.push(Self { path, descending });
            }
        }
        if keys.len() > MOST_KEYS {
            let message = format!("a list is sorted by at most {MOST_KEYS} fields");
            return Err(FilterError::new("", "limit", message));
        }
        Ok(keys)
    }

    /// The direction of the id, the last key: that of the first sort key, newest first without one.
    #[must_use]
    pub fn id_descending(keys: &[Self]) -> bool {
        keys.first().is_none_or(|key| key.descending)
    }

    /// The key as it is written.
    #[must_use]
    pub fn to_text(keys: &[Self]) -> String {
        let words: Vec<String> =
            keys.iter().map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.path)).collect();
        words.join(",")
    }

    /// Whether a key already decides the order alone.
    #[must_use]
    pub fn has_id(keys: &[Self]) -> bool {
        keys.iter().any(|key| key.path == FieldPath::System(SystemField::Id))
    }
}

impl Cursor {
    /// Text for the `cursor` parameter; opaque to callers.
    #[must_use]
    pub fn encode(&self) -> String {
        let json = json!([self.query, self.id, self.values]).to_string();
        json.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// # Errors
    /// Text that no list made.
    pub fn decode(text: &str) -> Result<Self, CursorError> {
        if text.len() > 8_192 || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return Err(CursorError);
        }
        let bytes: Result<Vec<u8>, _> =
            (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16)).collect();
        let json: Json = serde_json::from_slice(&bytes.map_err(|_| CursorError)?).map_err(|_| CursorError)?;
        let (Some(query), Some(id), Some(values)) = (json[0].as_str(), json[1].as_i64(), json[2].as_array()) else {
            return Err(CursorError);
        };
        Ok(Self { values: values.clone(), id, query: query.to_owned() })
    }
}
