//! Beginning with a spreadsheet: a file is chosen, what becomes of it is adjusted on one page, and what was made is shown.

use super::{
    field::Choice,
    notice::Note,
    shell::Frame,
    transfer::{Progress, Stage},
};
use askama::Template;

/// `/build/new/excel`, `/build/{app}/from-excel` and what is below: one of upload, adjust and made.
#[derive(Template)]
#[template(path = "from_excel.html")]
pub struct FromExcelPage {
    pub frame: Frame,
    pub title: String,
    /// Label and address of what is above.
    pub back: (String, String),
    pub stages: Vec<Stage>,
    pub notes: Vec<Note>,
    /// Where the file is posted; also where another one can be chosen.
    pub choose: String,
    pub upload: bool,
    pub adjust: Option<Adjust>,
    pub made: Option<MadeFrom>,
}

impl FromExcelPage {
    fn t(&self) -> crate::i18n::Texts {
        self.frame.t
    }
}

/// What becomes of the sheets. Posts `sN` for each sheet that stands here, `sN.take`, `sN.title`, `sN.head`, `sN.key`, `sN.lines`,
/// `sN.lines_title`, and for each column `sN.cM.title`, `sN.cM.kind`, `sN.cM.required`, `sN.cM.in`; `_do` is `look` or `create`.
pub struct Adjust {
    pub action: String,
    pub file: String,
    /// A new app: its title as typed, what is wrong with it, and the icons.
    pub app: Option<NewApp>,
    pub sheets: Vec<SheetForm>,
    /// What will be made, in a sentence.
    pub summary: String,
    pub button: String,
}

pub struct NewApp {
    pub title: String,
    pub error: Option<String>,
    pub icons: Vec<Choice>,
}

pub struct SheetForm {
    pub number: usize,
    pub name: String,
    /// Why it cannot be read or has nothing; then nothing else stands here.
    pub problem: Option<String>,
    pub taken: bool,
    pub title: String,
    pub heads: Vec<Choice>,
    /// The header that the columns below were read by.
    pub was: String,
    pub keys: Vec<Choice>,
    pub why_key: String,
    pub lines: bool,
    pub lines_title: String,
    pub why_lines: String,
    pub facts: Vec<String>,
    pub columns: Vec<ColumnForm>,
    pub rows: Vec<SampleRow>,
    /// Rows that are not shown.
    pub rest: String,
    /// Cells that do not fit: address, title of the column, value, reason.
    pub misfits: Vec<(String, String, String, String)>,
    pub misfit_count: String,
    pub misfits_more: String,
    pub preview: Option<Preview>,
}

pub struct ColumnForm {
    pub column: usize,
    pub letters: String,
    pub header: String,
    pub title: String,
    pub kinds: Vec<Choice>,
    pub icon: &'static str,
    pub why: String,
    pub required: bool,
    pub can_be_required: bool,
    pub in_lines: bool,
    pub left_out: bool,
    pub is_key: bool,
    /// How many of its cells do not fit, in words; may be empty.
    pub odd: String,
    /// The options, where it becomes a choice.
    pub options: String,
}

pub struct SampleRow {
    pub number: String,
    pub cells: Vec<SampleCell>,
}

pub struct SampleCell {
    pub text: String,
    /// `odd` where it does not fit, `again` where a merged block repeats it.
    pub class: &'static str,
}

/// The form that will be made.
pub struct Preview {
    pub title: String,
    pub small: String,
    pub fields: Vec<PreviewField>,
    pub lines: Option<PreviewLines>,
}

pub struct PreviewField {
    pub title: String,
    pub value: String,
    pub required: bool,
    pub is_key: bool,
    pub wide: bool,
    pub icon: &'static str,
}

pub struct PreviewLines {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What was made, and how far the rows are.
pub struct MadeFrom {
    pub lead: String,
    pub progress: Option<Progress>,
    pub rows: Vec<MadeRow>,
    pub open: String,
    pub design: String,
    pub people: String,
}

pub struct MadeRow {
    pub title: String,
    pub href: String,
    pub import: String,
    pub state: super::cell::Status,
    pub counts: String,
    pub refused: String,
}
