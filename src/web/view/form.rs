//! Filling in a record: sections of fields and lines, buttons, errors.
//!
//! The form is posted as `application/x-www-form-urlencoded`; names are paths (`customer`, `lines.0.qty`). Besides the
//! fields it carries `_key` (idempotency), `_version` (of the record being edited), `lines.0._id` for rows that exist,
//! and `_rows` once per lines grid in the form `lines:3`, so that an empty grid is known as empty.
//!
//! Every change posts the form to [`Form::live_url`], with the changed field's name in `_changed`; the answer to an htmx
//! request (header `HX-Request`) is a [`FormFragment`], to any other a [`FormPage`]. Adding and removing rows posts there
//! too, with `_add=lines` or `_remove=lines.2`, and so does leaving the form by Enter where it has lines.
//! The chosen button of [`Form::buttons`] is posted to [`Form::action`] in `_do`.

use super::cell::Fact;
use super::field::{Choice, Field, control_id};
use super::notice::{DraftNote, Note, Stale};
use super::shell::{Crumb, Shell};
use crate::i18n::Texts;
use askama::Template;

/// `/apps/{app}/{table}/new` and `…/{id}/edit`.
#[derive(Template)]
#[template(path = "form.html")]
pub struct FormPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    /// Stands behind the title, for example that a draft was saved; may be empty.
    pub subtitle: String,
    pub form: Form,
}

/// The form alone, for a live change.
#[derive(Template)]
#[template(path = "fragments/form.html")]
pub struct FormFragment {
    pub t: Texts,
    pub form: Form,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub action: String,
    pub live_url: String,
    /// The idempotency key, new for every form that is opened, kept while it is corrected.
    pub key: String,
    /// The version the reader started from; `None` for a new record.
    pub version: Option<String>,
    /// Other values to carry along.
    pub hidden: Vec<(String, String)>,
    pub sections: Vec<Section>,
    /// The last is the one that stands out.
    pub buttons: Vec<FormButton>,
    /// Everything that is wrong, in reading order: those at a field, which show there as well, and those of the whole.
    pub errors: Vec<FormError>,
    pub notes: Vec<Note>,
    pub stale: Option<Stale>,
    /// A draft from before.
    pub draft: Option<DraftNote>,
    /// Where what is typed is kept; empty where it is not.
    pub draft_url: String,
    /// Beside the form on wide screens: what happens after submitting and the like.
    pub aside: Vec<Fact>,
    /// In the action bar, for example how many lines there are; may be empty.
    pub summary: String,
    /// Where 取消 leads; empty leaves it out.
    pub cancel: String,
    /// Lines of another document that are being chosen.
    pub taking: Option<Taking>,
    /// A field that only robots fill in stands in the form.
    pub trap: bool,
    /// What came of the last act, for example of a scan: the words, and whether it went well.
    pub said: Option<(String, bool)>,
}

/// Choosing a document and its lines, within the form they go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The grid and the number of its source, posted as `_source`.
    pub place: String,
    pub title: String,
    /// What was searched for.
    pub words: String,
    pub documents: Vec<Choice>,
    /// The heads of the lines of the chosen document; none as long as none is chosen.
    pub heads: Vec<String>,
    pub lines: Vec<TakingLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakingLine {
    pub id: String,
    pub cells: Vec<String>,
    pub chosen: bool,
    /// The name and value of the box for how much of it.
    pub quantity: Option<(String, String)>,
}

/// A button that sends the form, with `value` in `_do`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormButton {
    pub label: String,
    pub value: String,
    pub primary: bool,
}

impl FormButton {
    pub fn new(label: impl Into<String>, value: impl Into<String>, primary: bool) -> Self {
        Self { label: label.into(), value: value.into(), primary }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    pub message: String,
    /// The posted name of the field (or `lines`, or `lines.2`) it belongs to; `None` where it belongs to the whole form.
    pub name: Option<String>,
}

impl FormError {
    /// The link to the place of the error.
    pub fn href(&self) -> String {
        self.name.as_deref().map_or_else(|| "#form-errors".to_owned(), |name| format!("#{}", control_id(name)))
    }
}

/// A card of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub title: String,
    /// 1 to 4; always one on phones.
    pub columns: u8,
    /// Whether it can be folded, and whether it is open to begin with.
    pub fold: Option<bool>,
    pub items: Vec<Item>,
}

/// What a section holds, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Field(Field),
    Lines(Lines),
    /// A remark.
    Text(String),
    Divider,
    /// Values that cannot be changed here, closer together than read-only fields.
    Facts(Vec<Fact>),
    /// Sections of which one shows at a time. Without scripts all of them show, one below the other.
    Tabs(Vec<Section>),
}

/// The id of a card.
pub fn card_id(index: &usize) -> String {
    format!("s-{index}")
}

/// The id of something within: the second tab of `s-1-3` is `s-1-3-2`.
pub fn part_id(id: &str, number: &usize) -> String {
    format!("{id}-{number}")
}

impl Form {
    /// Whether files can be chosen, which are sent in parts.
    pub fn takes_files(&self) -> bool {
        self.sections.iter().any(Section::takes_files)
    }
}

impl Section {
    /// Whether the section is nothing but one lines grid, which then fills the card.
    pub fn only_lines(&self) -> Option<&Lines> {
        match self.items.as_slice() {
            [Item::Lines(lines)] => Some(lines),
            _ => None,
        }
    }

    pub fn error_count(&self) -> usize {
        self.items
            .iter()
            .map(|item| match item {
                Item::Field(field) => usize::from(field.error.is_some()),
                Item::Lines(lines) => lines.error_count(),
                Item::Tabs(tabs) => tabs.iter().map(Section::error_count).sum(),
                Item::Text(_) | Item::Divider | Item::Facts(_) => 0,
            })
            .sum()
    }

    /// Folded away: closed by the definition, and nothing in it is wrong.
    pub fn folded(&self) -> bool {
        self.fold == Some(false) && self.error_count() == 0
    }

    fn takes_files(&self) -> bool {
        let takes = |field: &Field| matches!(field.widget, super::field::Widget::Files(_));
        self.items.iter().any(|item| match item {
            Item::Field(field) => takes(field),
            Item::Lines(lines) => lines.rows.iter().flat_map(|row| &row.cells).any(takes),
            Item::Tabs(tabs) => tabs.iter().any(Self::takes_files),
            Item::Text(_) | Item::Divider | Item::Facts(_) => false,
        })
    }

    /// Every grid in it, those in tabs included.
    pub fn grids(&self) -> Vec<&Lines> {
        self.items
            .iter()
            .flat_map(|item| match item {
                Item::Lines(lines) => vec![lines],
                Item::Tabs(tabs) => tabs.iter().flat_map(Section::grids).collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    pub fn columns_class(&self) -> &'static str {
        match self.columns {
            0 | 1 => "fields one",
            2 => "fields",
            3 => "fields three",
            _ => "fields four",
        }
    }
}

/// A grid of lines, to fill in or to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// The posted name, for example `lines`.
    pub name: String,
    pub label: String,
    /// A remark at the head of the grid; may be empty.
    pub note: String,
    pub columns: Vec<LineColumn>,
    pub rows: Vec<Line>,
    pub can_add: bool,
    /// Codes can be scanned into it.
    pub scan: bool,
    /// Documents whose lines can be taken over: (address, title).
    pub sources: Vec<(String, String)>,
    /// One per column, `None` where a sum says nothing. Empty without a footer.
    pub sums: Vec<Option<String>>,
    /// An error of the grid as a whole, for example that it has no line.
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineColumn {
    pub label: String,
    pub required: bool,
    /// Right-aligned.
    pub numeric: bool,
    /// What a line is about; takes the room that is left and heads the card on a phone.
    pub main: bool,
}

impl LineColumn {
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), required: false, numeric: false, main: false }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The id of a stored line, posted as `_id`.
    pub id: Option<String>,
    /// One per column, named `lines.0.qty` and so on; `label` is the column's.
    pub cells: Vec<Field>,
    /// Errors of the line as a whole.
    pub errors: Vec<String>,
    pub can_remove: bool,
}

impl Line {
    /// Everything to say under the line.
    pub fn messages(&self) -> Vec<(String, &str)> {
        let at_cells = self
            .cells
            .iter()
            .filter_map(|cell| cell.error.as_deref().map(|message| (format!("{}-error", cell.id()), message)));
        at_cells.chain(self.errors.iter().map(|message| (String::new(), message.as_str()))).collect()
    }
}

impl Lines {
    pub fn id(&self) -> String {
        control_id(&self.name)
    }

    pub fn error_id(&self) -> String {
        format!("{}-error", self.id())
    }

    pub fn error_count(&self) -> usize {
        usize::from(self.error.is_some()) + self.rows.iter().map(|row| row.messages().len()).sum::<usize>()
    }

    pub fn removable(&self) -> bool {
        self.rows.iter().any(|row| row.can_remove)
    }

    /// Nothing in the grid can be changed: it is drawn as a table.
    pub fn read_only(&self) -> bool {
        !self.can_add && !self.removable() && self.rows.iter().all(|row| row.cells.iter().all(Field::read_only))
    }

    /// The cells of a row with their columns.
    pub fn pairs<'a>(&'a self, row: &'a Line) -> Vec<(&'a LineColumn, &'a Field)> {
        self.columns.iter().zip(&row.cells).collect()
    }

    /// The sums with the labels of their columns.
    pub fn labelled_sums(&self) -> Vec<(&str, Option<&str>)> {
        self.columns.iter().map(|column| column.label.as_str()).zip(self.sums.iter().map(Option::as_deref)).collect()
    }

    /// Columns of the whole grid: number, fields, and the button that removes a line.
    pub fn width(&self) -> usize {
        self.columns.len() + 1 + usize::from(self.removable())
    }
}

impl Taking {
    pub fn has_quantity(&self) -> bool {
        self.lines.iter().any(|line| line.quantity.is_some())
    }
}

impl Form {
    pub fn has_lines(&self) -> bool {
        self.sections.iter().flat_map(Section::grids).any(|lines| !lines.read_only())
    }

    /// Errors that stand at no field.
    pub fn own_errors(&self) -> Vec<&FormError> {
        self.errors.iter().filter(|error| error.name.is_none()).collect()
    }
}
