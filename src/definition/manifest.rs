//! `app.json`: what the app is called, what it needs, its menu and its settings.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub key: String,
    pub title: String,
    /// Semantic version of the template.
    pub version: String,
    /// The language the documents are written in.
    #[serde(default = "base_locale")]
    pub locale: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How to begin, for whoever imports it; a paragraph a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub guide: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Other apps this one links to, with a version range.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub requires: IndexMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub menu: Vec<MenuEntry>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub settings: IndexMap<String, Setting>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub user_values: IndexMap<String, UserValue>,
}

fn base_locale() -> String {
    "zh-CN".into()
}

/// One entry of the app's menu: a view, a table, a report or a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// A figure or switch that administrators may change without touching a definition; `setting("…")` in rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    #[serde(rename = "type")]
    pub kind: SettingKind,
    pub default: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    Text,
    Integer,
    Decimal,
    Money,
    Boolean,
}

/// Ids of the rows of `table` whose members field contains the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserValue {
    pub table: String,
    pub member_field: String,
}

impl Setting {
    /// The value that a stored or default text stands for, if it fits the type.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<crate::base::value::Value> {
        use crate::base::{decimal, value::Value};
        match self.kind {
            SettingKind::Text => Some(Value::from(text)),
            SettingKind::Integer => text.parse().ok().map(Value::Integer),
            SettingKind::Decimal | SettingKind::Money => decimal::parse(text).map(Value::Decimal),
            SettingKind::Boolean => text.parse().ok().map(Value::Bool),
        }
    }
}
