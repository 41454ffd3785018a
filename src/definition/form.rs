//! A form: layout and behaviour of one way to fill in a table. Rules are expressions over `record`, `line` and `user`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{action::Step, view::FilterDocument};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub key: String,
    pub table: String,
    pub title: String,
    pub layout: Vec<Section>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What can be done with a record besides filling it in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    #[serde(default, skip_serializing_if = "Audience::is_members")]
    pub audience: Audience,
    /// What strangers read around a public form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<PublicTexts>,
}

/// Steps that whoever may change the record runs by pressing a button. They run as the app, on the record, in one transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    pub key: String,
    pub title: String,
    /// Whether it is offered; always, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
    /// Asked before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Question>,
    pub steps: Vec<Step>,
}

/// What is asked before something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub message: String,
}

/// The words around a public form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicTexts {
    /// Above the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// On the page after sending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Who may open a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    #[default]
    Members,
    /// Whoever has a link to it; what is sent comes in as the app's own record.
    Public,
}

impl Audience {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    const fn is_members(&self) -> bool {
        matches!(self, Self::Members)
    }
}

/// A titled group of items in 1 to 4 columns: a card of the form, or one of its tabs.
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
    /// Closes everything in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readonly: Option<Rule>,
    /// Whether it can be folded, and how it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collapse: Option<Collapse>,
    pub items: Vec<Item>,
}

impl Default for Section {
    fn default() -> Self {
        Self { title: String::new(), columns: two(), visible: None, readonly: None, collapse: None, items: Vec::new() }
    }
}

/// How a section that can be folded starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collapse {
    Open,
    Closed,
}

const fn two() -> u8 {
    2
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_two(columns: &u8) -> bool {
    *columns == 2
}

/// One thing in a section: exactly one of `field`, `lines`, `text`, `divider` and `tabs` is set.
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
    /// Sections of which one shows at a time; they hold no tabs themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tabs: Vec<Section>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Text>,
    /// What a new record starts with: an expression, or `true`, `false` or a number. It goes before the table's own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
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
    /// Narrows what a link offers. A value may be `{"record": "shelf"}` or, in a grid, `{"line": "item"}`: the condition
    /// holds as soon as that field is filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<FilterDocument>,
    /// A public form shows what this link can be: the labels of the table it points at, as `options` narrows them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub public_options: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<Fill>,
    /// The columns of a lines grid; all of the table's, where nothing is said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Item>,
    /// Columns of a lines grid whose sum stands under it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<String>,
    /// Columns of a lines grid that together are different in every line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distinct: Vec<String>,
    /// Other documents whose lines can be taken over into this grid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// A button that reads a code with the camera or a scanner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// A text as it stands, or an expression that yields one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Constant(String),
    Expression { expression: String },
}

impl Text {
    /// The text, where it is no expression.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Expression { .. } => None,
        }
    }
}

/// Scanning into a field, or into the lines of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scan {
    Field(bool),
    Lines(ScanLines),
}

/// A code adds a line, or counts up the line that has it already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanLines {
    /// The column that the code is for.
    pub column: String,
    /// The number that grows by one; without it every scan is a new line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increment: Option<String>,
}

/// Lines of another document that can be taken over into a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The button: 从采购订单带入.
    pub title: String,
    /// The table of the documents.
    pub table: String,
    /// Its lines field.
    pub lines: String,
    /// Which documents are offered. A value may be `{"record": "supplier"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterDocument>,
    /// Column of this grid → column of the source's lines, or `record.no` for a field of the document, or `@record` and `@line`
    /// for their ids.
    pub map: IndexMap<String, String>,
    /// Field of this form → field of the document, taken over with the first lines where it is still empty.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub record: IndexMap<String, String>,
    /// The column of this grid whose number can be changed while choosing: only a part is taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
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
    /// The options of a choice under each other.
    Radio,
    /// A number with buttons for one less and one more.
    Stepper,
    /// Yes or no as a switch.
    Switch,
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

impl Section {
    /// Every item with its JSON Pointer, those in tabs included, columns of grids not.
    pub fn places<'a>(&'a self, here: &str) -> Vec<(String, &'a Item)> {
        let mut found = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            let place = format!("{here}/items/{index}");
            let tabs = item.tabs.iter().enumerate();
            let inner: Vec<_> =
                tabs.flat_map(|(tab, section)| section.places(&format!("{place}/tabs/{tab}"))).collect();
            found.push((place, item));
            found.extend(inner);
        }
        found
    }
}

impl Form {
    /// Every item with its JSON Pointer, in reading order; columns of lines grids not.
    pub fn places(&self) -> impl Iterator<Item = (String, &Item)> {
        self.layout.iter().enumerate().flat_map(|(index, section)| section.places(&format!("/layout/{index}")))
    }

    /// Every item with its JSON Pointer, columns of lines grids included.
    pub fn items(&self) -> impl Iterator<Item = (String, &Item)> {
        self.places().flat_map(|(here, item)| {
            let columns = item.columns.iter().enumerate().map({
                let here = here.clone();
                move |(c, column)| (format!("{here}/columns/{c}"), column)
            });
            std::iter::once((here.clone(), item)).chain(columns)
        })
    }

    /// The item that shows a field (`customer`) or a column of a grid (`lines.item`).
    #[must_use]
    pub fn item(&self, path: &str) -> Option<&Item> {
        match path.split_once('.') {
            None => self
                .places()
                .map(|(_, item)| item)
                .find(|item| item.field.as_deref().or(item.lines.as_deref()) == Some(path)),
            Some((lines, column)) => {
                self.item(lines)?.columns.iter().find(|shown| shown.field.as_deref() == Some(column))
            }
        }
    }
}

/// The source of a default: an expression as it is written, a constant as it reads.
#[must_use]
pub fn default_source(default: &serde_json::Value) -> String {
    default.as_str().map_or_else(|| default.to_string(), str::to_owned)
}
