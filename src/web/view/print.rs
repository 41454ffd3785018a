//! What is printed: sheets as plain data.

use super::shell::{Crumb, Frame};
use askama::Template;

/// `…/print`: a preview that prints as it is.
#[derive(Template)]
#[template(path = "print.html")]
pub struct PrintPage {
    pub frame: Frame,
    pub title: String,
    pub crumbs: Vec<Crumb>,
    /// The stylesheet with the measures of this paper.
    pub paper_css: String,
    pub bar: PrintBar,
    /// What the reader should know before printing; never printed.
    pub notes: Vec<String>,
    pub sheets: Vec<Sheet>,
}

/// The choices above the preview.
pub struct PrintBar {
    /// The page's own path, to which the choices are sent.
    pub action: String,
    /// The records, where several are printed.
    pub ids: String,
    pub prints: Vec<PrintChoice>,
    pub papers: Vec<PrintChoice>,
    pub copies: u8,
}

/// One choice of a list.
pub struct PrintChoice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// One document or label; a document may run over several pages.
#[derive(Clone)]
pub struct Sheet {
    /// `page`, `struck` or `label`.
    pub class: &'static str,
    pub watermark: String,
    pub header: [String; 3],
    pub footer: [String; 3],
    pub blocks: Vec<PrintBlock>,
    /// That something is left out; may be empty.
    pub note: String,
}

impl Sheet {
    pub fn has_header(&self) -> bool {
        self.header.iter().any(|text| !text.is_empty())
    }

    pub fn has_footer(&self) -> bool {
        self.footer.iter().any(|text| !text.is_empty())
    }
}

/// A block with its values.
#[derive(Clone)]
pub enum PrintBlock {
    Title {
        text: String,
        class: &'static str,
    },
    Text {
        text: String,
        class: String,
    },
    Fields {
        columns: u8,
        boxed: bool,
        items: Vec<PrintFact>,
    },
    Lines(PrintLines),
    Totals(Vec<PrintFact>),
    Amount {
        label: String,
        words: String,
        figures: String,
    },
    Code(PrintCode),
    Images {
        label: String,
        items: Vec<PrintImage>,
        class: &'static str,
    },
    Approvals {
        title: String,
        rows: Vec<PrintDecision>,
    },
    Signatures(Vec<PrintFact>),
    Row(Vec<PrintCell>),
    Divider,
    PageBreak,
    /// What is wrong with the print at this place.
    Problem(String),
}

/// A label with what it says.
#[derive(Clone)]
pub struct PrintFact {
    pub label: String,
    pub value: String,
    pub span: u8,
}

/// A table of lines.
#[derive(Clone)]
pub struct PrintLines {
    pub label: String,
    pub columns: Vec<PrintColumn>,
    pub numbered: bool,
    /// Rows that may part from each other; the last one stays with the totals.
    pub groups: Vec<PrintRows>,
    pub last: PrintRows,
}

#[derive(Clone)]
pub struct PrintColumn {
    pub label: String,
    /// Per cent of the width.
    pub width: String,
    pub class: &'static str,
}

/// Rows that stay together with what sums them up.
#[derive(Clone, Default)]
pub struct PrintRows {
    pub rows: Vec<PrintRow>,
    /// Label and a figure for each column.
    pub sums: Vec<PrintSum>,
    /// Whether no page ends within them.
    pub keep: bool,
}

#[derive(Clone)]
pub struct PrintRow {
    pub number: String,
    pub cells: Vec<String>,
}

#[derive(Clone)]
pub struct PrintSum {
    pub label: String,
    pub cells: Vec<String>,
    /// The sum of all, not of a group.
    pub total: bool,
}

/// A code drawn as SVG; sizes in millimetres.
#[derive(Clone)]
pub struct PrintCode {
    pub view_box: String,
    pub path: String,
    pub width: String,
    pub height: String,
    pub square: bool,
    /// Under it; may be empty.
    pub text: String,
    /// What it says, for who cannot scan it.
    pub says: String,
    pub class: &'static str,
}

/// A picture, as high as the sheet wants it.
#[derive(Clone)]
pub struct PrintImage {
    pub src: String,
    pub name: String,
    /// CSS pixels.
    pub height: u32,
}

#[derive(Clone)]
pub struct PrintDecision {
    pub step: String,
    pub who: String,
    pub verdict: String,
    pub opinion: String,
    pub time: String,
}

#[derive(Clone)]
pub struct PrintCell {
    /// Per cent of the width.
    pub width: String,
    pub blocks: Vec<PrintBlock>,
}
