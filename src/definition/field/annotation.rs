//! `x-field`: what a property of a table's schema says beyond JSON Schema, as it is written.

use super::Reset;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// `x-field` of a property, as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct FieldAnnotation {
    pub kind: String,
    pub table: Option<String>,
    pub on_delete: Option<OnDelete>,
    pub scale: Option<u32>,
    pub min: Option<Json>,
    pub max: Option<Json>,
    pub exclusive_min: Option<Json>,
    pub options: Vec<ChoiceOption>,
    pub pattern: Option<String>,
    pub reset: Option<Reset>,
    pub formula: Option<String>,
    pub default: Option<String>,
    pub unique: bool,
    pub index: bool,
    pub searchable: bool,
    pub sensitive: bool,
    /// Kept sealed under a key outside the database; it cannot be filtered, sorted, searched or unique.
    pub encrypted: bool,
    pub scan: bool,
    pub help: Option<String>,
    /// What a number counts, shown behind it: `kg`.
    pub unit: Option<String>,
    /// The largest file in bytes.
    pub max_size: Option<u64>,
    /// The types of files that are taken: `application/pdf`, `image/*`, `.dwg`.
    pub accept: Vec<String>,
}

/// What happens to this field when the record it points at is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The target cannot be deleted while it is used.
    #[default]
    Restrict,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    pub value: String,
    #[serde(default)]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// What can be chosen below it, in a cascade.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ChoiceOption>,
}

impl ChoiceOption {
    /// An option without a title is called by its value.
    pub(super) fn name(&mut self) {
        if self.title.is_empty() {
            self.title.clone_from(&self.value);
        }
        self.children.iter_mut().for_each(Self::name);
    }
}
