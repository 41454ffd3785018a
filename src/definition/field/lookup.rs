//! `lookup`: what a field of the record behind a link holds at this moment. It is never stored; its kind is that field's.

use super::{Field, FieldAnnotation, derived::Derived};
use serde::Serialize;

pub const LOOKUP: Derived = Derived { problems };

/// What a lookup reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The link of the same record, or of the same line.
    pub link: String,
    /// The field of the link's target.
    pub field: String,
    /// The link's target: known once the app is.
    pub table: String,
}

impl Lookup {
    pub(super) fn new(annotation: &FieldAnnotation) -> Self {
        Self {
            link: annotation.link.clone().unwrap_or_default(),
            field: annotation.field.clone().unwrap_or_default(),
            table: String::new(),
        }
    }
}

fn problems(field: &Field) -> Vec<(String, String)> {
    let Some(lookup) = &field.lookup else { return Vec::new() };
    let missing = [
        (
            lookup.link.is_empty(),
            "/x-field/link",
            "a lookup names the link that it reads through: \"link\": \"customer\"",
        ),
        (lookup.field.is_empty(), "/x-field/field", "a lookup names the field that it shows: \"field\": \"phone\""),
        (field.index, "/x-field/index", "a lookup is not stored, so an index is of no use"),
    ];
    missing.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, at, why)| (at.to_owned(), why.to_owned())).collect()
}
