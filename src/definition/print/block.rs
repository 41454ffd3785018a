//! What a sheet is put together from.

use crate::definition::form::Rule;
use serde::{Deserialize, Serialize};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One thing on a sheet, told apart by `"block"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    Title(TextBlock),
    Text(TextBlock),
    Fields(FieldsBlock),
    Lines(LinesBlock),
    Totals(TotalsBlock),
    RmbUpper(AmountBlock),
    Qr(QrBlock),
    Barcode(BarcodeBlock),
    Image(ImageBlock),
    Approval(ApprovalBlock),
    SignatureLine(SignatureBlock),
    Row(RowBlock),
    Divider(PlainBlock),
    PageBreak(PlainBlock),
}

impl Block {
    /// Whether it shows; always, where nothing is said.
    #[must_use]
    pub const fn visible(&self) -> Option<&Rule> {
        match self {
            Self::Title(block) | Self::Text(block) => block.visible.as_ref(),
            Self::Fields(block) => block.visible.as_ref(),
            Self::Lines(block) => block.visible.as_ref(),
            Self::Totals(block) => block.visible.as_ref(),
            Self::RmbUpper(block) => block.visible.as_ref(),
            Self::Qr(block) => block.visible.as_ref(),
            Self::Barcode(block) => block.visible.as_ref(),
            Self::Image(block) => block.visible.as_ref(),
            Self::Approval(block) => block.visible.as_ref(),
            Self::SignatureLine(block) => block.visible.as_ref(),
            Self::Row(block) => block.visible.as_ref(),
            Self::Divider(block) | Self::PageBreak(block) => block.visible.as_ref(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Start,
    Center,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    Small,
    #[default]
    Normal,
    Large,
}

/// A template: `{field}` places, and `{= expression }`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TextBlock {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    #[serde(skip_serializing_if = "is_default")]
    pub size: TextSize,
    #[serde(skip_serializing_if = "is_default")]
    pub bold: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// Labels with their values in 1 to 6 columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldsBlock {
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub columns: u8,
    /// Frames every value, as paper forms do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub boxed: bool,
    pub items: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

const fn two() -> u8 {
    2
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_two(columns: &u8) -> bool {
    *columns == 2
}

/// A field by its key alone, or with how it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    Field(String),
    Detailed(Box<Detail>),
}

/// Exactly one of `field` and `value` is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Detail {
    /// A field, a system field, or one hop over a link: `item.code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// An expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How a number that was computed is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Columns of the block that it takes; a column of lines has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<u8>,
    /// The share of the width that a column of lines has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Whether a column of lines is summed.
    #[serde(skip_serializing_if = "is_default")]
    pub total: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Two decimals, grouped.
    Money,
    /// As many decimals as it has, grouped.
    Quantity,
    Percent,
    /// 人民币大写
    RmbUpper,
}

impl Entry {
    /// The entry in full.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self {
            Self::Field(field) => Detail { field: Some(field.clone()), ..Detail::default() },
            Self::Detailed(detail) => (**detail).clone(),
        }
    }
}

/// The rows of a lines field as a table whose head is repeated on every page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinesBlock {
    pub lines: String,
    /// All of the table's, where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Entry>,
    /// Numbers the rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub numbered: bool,
    /// A column by which rows are put together, each group with its subtotal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Empty rows are added up to this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// Figures under each other at the right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalsBlock {
    pub items: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// An amount in the formal characters of invoices, with its figures beside them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountBlock {
    /// An expression.
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// A QR code; of the record's own address where no content is given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QrBlock {
    /// A template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Millimetres, 8 to 80.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Shown under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarcodeBlock {
    /// A template.
    pub content: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: BarcodeFormat,
    /// Millimetres, 5 to 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Leaves out the words under it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bare: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarcodeFormat {
    #[default]
    Code128,
    Code39,
    Ean13,
    Gs1128,
    DataMatrix,
}

/// The pictures of a field, side by side: photographs, a signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageBlock {
    /// A field of files of the record or, on the sheet of a line, of the line.
    pub field: String,
    /// Millimetres, 5 to 250.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Shown above them; the field's own title where nothing is said, nothing where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// Who decided what in the record's newest case, when, and with which opinion.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalBlock {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

/// 签字栏: places to sign by hand, side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureBlock {
    pub items: Vec<Signer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    pub label: String,
    /// A name that is known already, as a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Blocks side by side. Cells hold no rows of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowBlock {
    pub cells: Vec<CellBlock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellBlock {
    /// The share of the width, 1 to 12.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub share: u8,
    pub blocks: Vec<Block>,
}

const fn one() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_one(share: &u8) -> bool {
    *share == 1
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlainBlock {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Rule>,
}
