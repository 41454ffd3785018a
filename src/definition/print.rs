//! A print: how a record, or each of its lines, is put on paper.

mod block;
mod generated;
mod paper;
mod reads;
mod template;

pub use block::{
    Align, AmountBlock, ApprovalBlock, BarcodeBlock, BarcodeFormat, Block, CellBlock, Detail, Entry, FieldsBlock,
    Format, ImageBlock, LinesBlock, PlainBlock, QrBlock, RowBlock, SignatureBlock, Signer, TextBlock, TextSize,
    TotalsBlock,
};
pub use generated::{LABEL, RECORD, label, record};
pub use paper::{Geometry, Margin, Orientation, Paper, PaperSize};
pub use reads::{Reads, What};
pub use template::{Piece, pieces};

use serde::{Deserialize, Serialize};

/// What templates know besides fields: the organisation's name, the record's own address, who prints, and when.
pub const EXTRAS: [&str; 4] = ["organisation", "record_address", "printed_by", "printed_at"];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Print {
    pub key: String,
    pub table: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Paper::is_default")]
    pub paper: Paper,
    /// How often each sheet is printed, 1 to 9.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub copies: u8,
    /// One sheet for each line of this lines field, with `line` bound: labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// How many of each sheet: an expression that yields a whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<String>,
    /// What is written across the sheets of a record in a state; where nothing is said, every state but `approved` is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermarks: Option<Vec<Watermark>>,
    /// Repeated at the top of every page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Band>,
    /// Repeated below the content of every page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<Band>,
    /// Whether pages are numbered; where nothing is said, all but labels are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_numbers: Option<bool>,
    pub blocks: Vec<Block>,
}

const fn one() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_one(copies: &u8) -> bool {
    *copies == 1
}

/// Templates at the left, in the middle and at the right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Band {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub center: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<Words>,
}

/// A template in a band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    pub state: String,
    pub text: String,
}

#[cfg(test)]
mod tests;
