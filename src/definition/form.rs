//! A form: layout and behaviour of one way to fill in a table. Rules are expressions over `record`, `line` and `user`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::view::FilterDocument;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub key: String,
    pub table: String,
    pub title: String,
    pub layout: Vec<Section>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Audience::is_members")]
    pub audience: Audience,
}

/// Who may open a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    #[default]
    Members,
}

impl Audience {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    const fn is_members(&self) -> bool {
        matches!(self, Self::Members)
    }
}

/// A titled group of items in 1 to 4 columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub columns: u8,
    /// Whether the section shows; always, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
    pub items: Vec<Item>,
}

const fn two() -> u8 {
    2
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_two(columns: &u8) -> bool {
    *columns == 2
}

/// One thing in a section: exactly one of `field`, `lines`, `text` and `divider` is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Item {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The key of a lines field, shown as a grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub divider: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widget: Option<Appearance>,
    /// Spans all columns of the section.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readonly: Option<Rule>,
    /// Narrows what a link offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<FilterDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<Fill>,
    /// The columns of a lines grid; all of the table's, where nothing is said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Item>,
    /// Columns of a lines grid whose sum stands under it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<String>,
}

/// A constant or an expression that yields true or false.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    Constant(bool),
    Expression(String),
}

/// A control other than the kind's usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// The options of a choice side by side.
    Segments,
}

/// Data linkage: when this link is chosen, values of its target are copied into other fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    /// The link that triggers it; the item's own field where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Field of this form → field of the target.
    pub map: IndexMap<String, String>,
}

/// A condition that must hold when the form is submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// True when all is well.
    pub rule: String,
    pub message: String,
    /// Where the message stands: `amount`, `lines.qty`; the whole form where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Checked for every line of this lines field, with `line` bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
}

impl Form {
    /// Every item with its JSON Pointer, columns of lines grids included.
    pub fn items(&self) -> impl Iterator<Item = (String, &Item)> {
        self.layout.iter().enumerate().flat_map(|(s, section)| {
            section.items.iter().enumerate().flat_map(move |(i, item)| {
                let here = format!("/layout/{s}/items/{i}");
                let columns = item.columns.iter().enumerate().map({
                    let here = here.clone();
                    move |(c, column)| (format!("{here}/columns/{c}"), column)
                });
                std::iter::once((here, item)).chain(columns)
            })
        })
    }
}
