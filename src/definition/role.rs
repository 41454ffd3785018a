//! A role of an app: what its members may do, on which rows and fields, and where they start.

use super::view::FilterDocument;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub home: Vec<HomeEntry>,
    /// Keys of views and tables, in the order of the menu; the app's menu where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub menu: Vec<String>,
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
}

/// How much members may take away at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Rows of one export; as many as the program exports where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_rows: Option<u64>,
}

impl Limits {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Some actions on some rows and fields of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub table: String,
    pub actions: Vec<Action>,
    #[serde(default)]
    pub scope: Scope,
    /// Field (`amount`, `lines.price`, `lines.*`, `*`) → right; `edit` where nothing is said.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldRight>,
}

/// What can be done to a record by right of a role. Approving comes from a flow's task instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    View,
    Create,
    Edit,
    EditApproved,
    Delete,
    Submit,
    Import,
    Export,
    Print,
    Comment,
    History,
    Share,
}

impl Action {
    pub const ALL: [Self; 12] = [
        Self::View,
        Self::Create,
        Self::Edit,
        Self::EditApproved,
        Self::Delete,
        Self::Submit,
        Self::Import,
        Self::Export,
        Self::Print,
        Self::Comment,
        Self::History,
        Self::Share,
    ];

    /// The word in definitions, codes and message keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::EditApproved => "edit_approved",
            Self::Delete => "delete",
            Self::Submit => "submit",
            Self::Import => "import",
            Self::Export => "export",
            Self::Print => "print",
            Self::Comment => "comment",
            Self::History => "history",
            Self::Share => "share",
        }
    }
}

/// Which rows a grant covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scope {
    Preset(ScopePreset),
    Filter(FilterDocument),
}

impl Default for Scope {
    fn default() -> Self {
        Self::Preset(ScopePreset::All)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopePreset {
    All,
    /// Rows that the person owns.
    Own,
    /// Rows of the person's departments.
    Department,
    /// The same and everything below.
    DepartmentTree,
    /// Rows of the departments that the person heads, and below.
    Managed,
    None,
}

/// What a grant says of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldRight {
    Hidden,
    Read,
    Edit,
}

/// A tile on the home page: a view with its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeEntry {
    pub title: String,
    pub view: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

impl Grant {
    /// The right on a field by the most specific name: `lines.qty`, then `lines.*`, then `*`.
    #[must_use]
    pub fn right(&self, path: &str) -> FieldRight {
        let group = path.split_once('.').map(|(lines, _)| format!("{lines}.*"));
        let by_name = self.fields.get(path);
        by_name
            .or_else(|| group.and_then(|group| self.fields.get(&group)))
            .or_else(|| self.fields.get("*"))
            .copied()
            .unwrap_or(FieldRight::Edit)
    }
}
