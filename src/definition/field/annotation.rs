//! `x-field`: what a property of a table's schema says beyond JSON Schema, as it is written.

use super::{Kind, Reset, RollupSource};
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
    /// Whose rows a rollup gathers.
    pub from: Option<RollupSource>,
    /// What a rollup computes of them: `sum(amount)`.
    pub measure: Option<String>,
    /// Which of them count.
    pub filter: Option<Json>,
    /// The link that a lookup reads through.
    pub link: Option<String>,
    /// The field that it shows.
    pub field: Option<String>,
}

impl FieldAnnotation {
    /// Members that mean something for another kind only, each with that kind.
    pub(in crate::definition) fn strangers(&self, kind: Kind) -> impl Iterator<Item = (&'static str, &'static str)> {
        let members = [
            (self.from.is_some(), "from", Kind::Rollup),
            (self.measure.is_some(), "measure", Kind::Rollup),
            (self.filter.is_some(), "filter", Kind::Rollup),
            (self.link.is_some(), "link", Kind::Lookup),
            (self.field.is_some(), "field", Kind::Lookup),
        ];
        let strange = members.into_iter().filter(move |(given, _, of)| *given && *of != kind);
        strange.map(|(_, name, of)| (name, of.name()))
    }
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
