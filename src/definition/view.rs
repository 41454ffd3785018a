//! A view: a saved list of a table.

use serde::{Deserialize, Serialize};

/// A filter as it is written in a definition; `query::Filter` is what it means.
pub type FilterDocument = serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    pub key: String,
    pub table: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "is_grid")]
    pub kind: ViewKind,
    pub columns: Vec<ViewColumn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterDocument>,
    /// Field keys, `-` in front for descending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    #[default]
    Grid,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_grid(kind: &ViewKind) -> bool {
    matches!(kind, ViewKind::Grid)
}

/// A column: a field's key alone, or with how it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ViewColumn {
    Field(String),
    Detailed(ColumnDetail),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDetail {
    /// A field of the table, or one link hop: `item.code`.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A second field, small, under the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<ColumnDisplay>,
}

/// How a number shows, other than as digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum ColumnDisplay {
    /// A bar from 0 to the largest of the field and `of`, with the field's share filled.
    Level { of: String },
    /// What is left of something: red at zero and below.
    Remaining,
}

impl ViewColumn {
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Field(field) => field,
            Self::Detailed(detail) => &detail.field,
        }
    }

    #[must_use]
    pub const fn detail(&self) -> Option<&ColumnDetail> {
        match self {
            Self::Field(_) => None,
            Self::Detailed(detail) => Some(detail),
        }
    }
}

impl View {
    /// `(field, descending)` in order.
    pub fn sort_keys(&self) -> impl Iterator<Item = (&str, bool)> {
        self.sort.iter().map(|key| match key.strip_prefix('-') {
            Some(field) => (field, true),
            None => (key.as_str(), false),
        })
    }
}
