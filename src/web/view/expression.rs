//! Controls for expressions: rows of conditions, a formula with the fields that it may name.

use super::{Tab, field::Choice};

/// Rows of conditions with a blank one to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsInput {
    /// Posted with them: which face this is, and of what it speaks.
    pub face: String,
    pub joins: Vec<Choice>,
    pub rows: Vec<RowInput>,
    /// What a new row can be about.
    pub fields: Vec<Choice>,
    /// The same in other faces.
    pub others: Vec<Tab>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowInput {
    pub number: String,
    pub fields: Vec<Choice>,
    pub operators: Vec<Choice>,
    pub value: RowValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowValue {
    None,
    Text(String),
    Select(Vec<Choice>),
    Boxes(Vec<Choice>),
    /// A day as it is typed, and those that are offered.
    Day(String, Vec<Choice>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaInput {
    pub face: String,
    /// Opens what can be put in.
    pub pick: String,
    /// Fields: how they are called, and what is put into the formula.
    pub chips: Vec<(String, String)>,
    /// The expression as it lies in the document; empty where nothing is said.
    pub source: String,
    /// What it yields on a real record, in a sentence; empty where there is none.
    pub sample: String,
    /// Functions: their name, and what they do.
    pub functions: Vec<(String, String)>,
    pub others: Vec<Tab>,
}

/// A value for each of some names, with a blank pair to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairsInput {
    pub rows: Vec<PairRow>,
    pub keys_label: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow {
    /// Where the name is posted.
    pub name: String,
    pub keys: Vec<Choice>,
    /// A name that is typed.
    pub typed: Option<String>,
    pub value: super::designer::Control,
}

impl RowsInput {
    /// The field that a row was about when it was drawn.
    pub fn was<'a>(&self, row: &'a RowInput) -> &'a str {
        row.fields.iter().find(|choice| choice.selected).map_or("", |choice| choice.value.as_str())
    }
}
