//! A report: what the reader fills in, the picture, the table.

use super::{
    action::Action,
    cell::Cell,
    chart::Chart,
    field::Field,
    notice::{Empty, Note},
    shell::Shell,
};
use crate::i18n::Texts;
use askama::Template;

/// `/apps/{app}/reports/{report}`.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    pub shell: Shell,
    pub report: Report,
}

#[derive(Debug, Clone)]
pub struct Report {
    pub title: String,
    pub description: String,
    /// The page's own address, where the parameters are sent.
    pub action: String,
    pub actions: Vec<Action>,
    pub parameters: Vec<Field>,
    pub notes: Vec<Note>,
    pub chart: Option<Chart>,
    pub table: ReportTable,
    /// Instead of chart and table.
    pub empty: Option<Empty>,
}

/// A table of figures.
#[derive(Debug, Clone, Default)]
pub struct ReportTable {
    pub caption: String,
    /// One row of heads; two where values stand across and each has several figures.
    pub heads: Vec<Vec<Head>>,
    pub rows: Vec<ReportRow>,
    pub totals: Option<Vec<ReportCell>>,
}

#[derive(Debug, Clone)]
pub struct Head {
    pub text: String,
    pub numeric: bool,
    pub columns: usize,
    pub rows: usize,
}

#[derive(Debug, Clone)]
pub struct ReportRow {
    pub cells: Vec<ReportCell>,
    pub is_subtotal: bool,
    /// The records behind it.
    pub href: Option<String>,
}

#[derive(Debug, Clone)]
pub struct ReportCell {
    pub cell: Cell,
    pub numeric: bool,
}

impl ReportPage {
    fn t(&self) -> Texts {
        self.shell.frame.t
    }
}
