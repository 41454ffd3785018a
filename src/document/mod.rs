//! Forms in which data leaves and enters besides pages and JSON: spreadsheets as tables of cells (XLSX, XLS, CSV), barcodes.
//!
//! A leaf: it knows no app, no database and no person. What is read is bounded, because files come from outside.

pub mod address;
pub mod barcode;
pub mod csv;
mod guard;
pub mod read;
pub mod serial;
pub mod write;

pub use read::{Limits, Problem, read, sheets};

/// What a cell held, besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    Empty,
    Text,
    /// A plain decimal number without exponent.
    Number,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM:SS`.
    Time,
    /// `YYYY-MM-DD HH:MM:SS`, with `.mmm` where there are milliseconds.
    DateTime,
    /// An error of a formula: `#DIV/0!`.
    Error,
}

/// One cell: its text, trimmed, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    pub text: String,
    pub kind: Kind,
    /// The value stands in another cell: this one lies below or beside it in a merged block.
    pub merged: bool,
}

impl Cell {
    #[must_use]
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        let text = text.into();
        let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let text = if trimmed.len() == text.len() { text } else { trimmed.to_owned() };
        if text.is_empty() { Self::default() } else { Self { text, kind, merged: false } }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// One sheet. Rows are counted from 0; a short row ends in empty cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
    /// How many columns the widest row has.
    pub width: usize,
    /// Rows at the top over which cells are merged sideways: what a header of several rows looks like.
    pub merged_heads: usize,
}

static EMPTY: Cell = Cell { text: String::new(), kind: Kind::Empty, merged: false };

impl Sheet {
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&EMPTY)
    }

    /// How many rows the header seems to have, 1 to 3: merged cells reach sideways over all but its last row.
    #[must_use]
    pub fn likely_header_rows(&self) -> usize {
        (self.merged_heads + 1).clamp(1, MOST_HEADER_ROWS)
    }

    /// The title of each column, the rows of the header joined by a dot; what is repeated is said once.
    #[must_use]
    pub fn titles(&self, header_rows: usize) -> Vec<String> {
        (0..self.width)
            .map(|column| {
                let mut parts: Vec<&str> = Vec::new();
                for row in 0..header_rows {
                    let text = self.cell(row, column).text.as_str();
                    if !text.is_empty() && parts.last() != Some(&text) {
                        parts.push(text);
                    }
                }
                parts.join(".")
            })
            .collect()
    }
}

/// The most rows of a header.
pub const MOST_HEADER_ROWS: usize = 3;

#[cfg(test)]
mod tests;
