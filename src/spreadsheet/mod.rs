//! What a spreadsheet means: its cells as values of fields, and whole sheets as tables that are not there yet.
//!
//! Pure. A guess is made of the cells and of the names of people and departments that somebody read before; each says why in a code,
//! and each can be changed before anything is made of it.

pub mod cells;
pub mod check;
pub mod column;
pub mod guess;
pub mod head;
pub mod lines;
pub mod made;

use crate::{base::error::Params, definition::field::Kind, document::Sheet};
use head::Head;
use std::collections::HashSet;

/// A file: its name without the ending, and its sheets. One that cannot be read is empty.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    pub name: &'a str,
    pub sheets: &'a [&'a Sheet],
}

/// Who and what there is that cells may name, each in the form of [`folded`].
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Logins, and names that one person alone has.
    pub people: HashSet<String>,
    pub departments: HashSet<String>,
}

/// A name as it is compared: full width, case and spaces around it do not count.
#[must_use]
pub fn folded(text: &str) -> String {
    cells::halved(text).trim().to_lowercase()
}

/// Why something was guessed: the code of a message, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub code: &'static str,
    pub values: Params,
}

impl Why {
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, values: Params::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// It is left out.
    Nothing,
    Kind(Kind),
    /// A link to the table of another sheet, by its number in the book.
    Link(usize),
}

impl Becomes {
    /// As a form posts it: `-`, `date`, `link:2`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Kind(kind) => kind.name().to_owned(),
            Self::Link(sheet) => format!("link:{sheet}"),
        }
    }

    /// What [`Self::text`] wrote; only kinds that a column can become.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "-" {
            return Some(Self::Nothing);
        }
        if let Some(sheet) = text.strip_prefix("link:") {
            return sheet.parse().ok().map(Self::Link);
        }
        Kind::named(text).filter(|kind| KINDS.contains(kind)).map(Self::Kind)
    }
}

/// The kinds that a column can become, in the order in which they are offered.
pub const KINDS: [Kind; 17] = [
    Kind::Text,
    Kind::Multiline,
    Kind::Integer,
    Kind::Decimal,
    Kind::Money,
    Kind::Percent,
    Kind::Date,
    Kind::DateTime,
    Kind::Time,
    Kind::Boolean,
    Kind::Choice,
    Kind::Phone,
    Kind::Email,
    Kind::Url,
    Kind::Barcode,
    Kind::Member,
    Kind::Department,
];

/// What becomes of one column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlan {
    /// Counted from 0.
    pub column: usize,
    /// What the sheet calls it; units in brackets stand here.
    pub header: String,
    pub title: String,
    pub becomes: Becomes,
    pub required: bool,
    /// Whether it goes into the lines, where the sheet has any.
    pub in_lines: bool,
}

/// What becomes of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPlan {
    /// A sheet that is not taken makes no table.
    pub taken: bool,
    pub title: String,
    pub head: Head,
    pub columns: Vec<ColumnPlan>,
    /// The column that names a record and occurs once.
    pub key: Option<usize>,
    /// What the lines are called, where rows belong together as the lines of a record.
    pub lines: Option<String>,
}

impl SheetPlan {
    /// The columns that become fields, of the record itself or of its lines.
    pub fn fields(&self, in_lines: bool) -> impl Iterator<Item = &ColumnPlan> {
        let lined = self.has_lines();
        let taken = self.columns.iter().filter(|column| column.becomes != Becomes::Nothing);
        taken.filter(move |column| (lined && column.in_lines) == in_lines)
    }

    /// Whether there are lines with a column of their own, and a record to hold them.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        let taken = || self.columns.iter().filter(|column| column.becomes != Becomes::Nothing);
        self.lines.is_some() && taken().any(|column| column.in_lines) && taken().any(|column| !column.in_lines)
    }

    #[must_use]
    pub fn column(&self, column: usize) -> Option<&ColumnPlan> {
        self.columns.iter().find(|plan| plan.column == column)
    }
}

#[cfg(test)]
mod tests;
