//! Designers: what surrounds every one of them, panels of properties, and the designers themselves.
//!
//! Every change is a form posted to the designer's own address with `on` and `do` (see `definition::edit`), `_seen` (the revision
//! that was looked at), and what the operation takes. `set.NAME` is a property, `NAME[]` an item of a list.

use super::{
    build::{DifferenceRow, FindingRow},
    field::Choice,
    notice::{Flash, Note},
    shell::Frame,
};
use askama::Template;

/// What surrounds a designer.
pub struct Bench {
    pub frame: Frame,
    pub flash: Option<Flash>,
    pub title: String,
    /// Label and address of what is above.
    pub back: (String, String),
    /// The draft differs from the live version.
    pub drafted: bool,
    /// When the document was saved, in words; may be empty.
    pub saved: String,
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// Where undoing is posted.
    pub steps: String,
    /// This page, to come back to.
    pub here: String,
    pub publish: String,
    pub tabs: Vec<super::Tab>,
    pub nav: Vec<NavGroup>,
    pub notes: Vec<Note>,
    pub findings: Vec<FindingRow>,
    pub revision: String,
}

/// The documents of one kind.
pub struct NavGroup {
    pub title: String,
    /// Leads there at once, where the group is one page.
    pub href: String,
    pub current: bool,
    pub entries: Vec<NavEntry>,
}

pub struct NavEntry {
    pub title: String,
    pub icon: &'static str,
    pub href: String,
    pub current: bool,
    /// It belongs to the entry before.
    pub below: bool,
    /// How it differs from the live version, in a word; may be empty.
    pub mark: String,
    /// The document as text.
    pub json: String,
    pub removed: bool,
}

/// `/build/{app}`.
#[derive(Template)]
#[template(path = "build.html")]
pub struct BuildPage {
    pub bench: Bench,
    pub lead: String,
    pub key: String,
    /// Its own address.
    pub home: String,
    pub tables: Vec<NavEntry>,
    pub groups: Vec<NavGroup>,
    pub differences: Vec<DifferenceRow>,
    pub changed: usize,
    pub app: Panel,
    pub roles: Vec<RoleRow>,
    pub people: Vec<Choice>,
    /// The kinds of documents that are begun by a title and go on in their designers.
    pub designed: Vec<Choice>,
    /// What was typed as the title of one, and what is wrong with it.
    pub new_document: (String, Option<String>),
    /// The kinds of documents that can be begun as text.
    pub kinds: Vec<Choice>,
    pub share: String,
    pub removed_fields: String,
    /// What was typed as the title of a new table, and what is wrong with it.
    pub new_table: (String, Option<String>),
}

/// Who works with the app.
pub struct RoleRow {
    pub title: String,
    pub key: String,
    pub members: Vec<(String, String)>,
    /// It is not published yet, so that nobody can have it.
    pub unpublished: bool,
}

/// `/build/new`.
#[derive(Template)]
#[template(path = "build_new.html")]
pub struct NewAppPage {
    pub shell: super::Shell,
    pub crumbs: Vec<super::Crumb>,
    pub title: String,
    pub typed: String,
    pub error: Option<String>,
    pub icons: Vec<Choice>,
}

/// Things to put in, by subject.
pub struct PaletteGroup {
    pub title: String,
    pub items: Vec<PaletteItem>,
}

pub struct PaletteItem {
    /// Posted in `pick`: `field:text`.
    pub pick: String,
    pub label: String,
    pub icon: &'static str,
}

/// Properties of one thing.
pub struct Panel {
    pub title: String,
    pub small: String,
    /// Posted with all of it.
    pub hidden: Vec<(String, String)>,
    pub groups: Vec<PanelGroup>,
}

/// Properties that belong together; without a title they show at once.
pub struct PanelGroup {
    pub title: String,
    pub open: bool,
    pub controls: Vec<Control>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    pub name: String,
    pub id: String,
    pub label: String,
    pub help: String,
    pub error: Option<String>,
    pub value: String,
    pub input: Input,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Line,
    Number,
    Paragraph,
    /// Expressions, filters, JSON: every character counts.
    Code,
    Flag,
    Select(Vec<Choice>),
    /// Posted as a list, `NAME[]`.
    Boxes(Vec<Choice>),
    /// Several in an order, each chosen; posted as a list too.
    Selects(Vec<Vec<Choice>>),
    Pairs(Box<super::expression::PairsInput>),
    Rows(Box<super::expression::RowsInput>),
    Formula(Box<super::expression::FormulaInput>),
    /// A text as it stands; a formula where it begins with `=`.
    Literal(String),
    /// An expression as it is written, with links to its other faces.
    Written {
        face: String,
        others: Vec<super::Tab>,
    },
}

/// A row of the list of fields.
pub struct FieldRow {
    pub key: String,
    pub lines: String,
    pub title: String,
    pub kind: String,
    pub icon: &'static str,
    pub href: String,
    pub current: bool,
    pub marks: Vec<String>,
    pub first: bool,
    pub last: bool,
}

/// The options of a choice.
pub struct OptionRow {
    pub value: String,
    pub title: String,
    pub color: String,
}

/// A question before something is done to a field, with what it means.
pub struct Question {
    pub title: String,
    pub sentences: Vec<String>,
    /// Places that use it: label and address.
    pub uses: Vec<(String, String)>,
    pub button: String,
    pub danger: bool,
    pub hidden: Vec<(String, String)>,
    pub cancel: String,
}

/// `/build/{app}/tables/{table}`.
#[derive(Template)]
#[template(path = "build_table.html")]
pub struct TablePage {
    pub bench: Bench,
    pub table: String,
    pub palette: Vec<PaletteGroup>,
    /// What the palette adds to: its lines' columns, where lines or one of their columns are selected.
    pub into: Option<(String, String)>,
    pub rows: Vec<FieldRow>,
    pub panel: Panel,
    /// The selected field: its key and lines.
    pub selected: Option<(String, String)>,
    pub options: Option<Vec<OptionRow>>,
    pub colors: Vec<Choice>,
    pub tree: Option<String>,
    pub kinds: Vec<Choice>,
    pub question: Option<Question>,
    pub sets: Vec<SetGroup>,
    pub fields: Vec<Choice>,
}

/// Sets of fields of one sort.
pub struct SetGroup {
    pub member: &'static str,
    pub title: String,
    pub help: String,
    pub sets: Vec<String>,
}

/// `/build/{app}/forms/{form}`.
#[derive(Template)]
#[template(path = "build_form.html")]
pub struct FormPage {
    pub bench: Bench,
    pub form: String,
    pub title: String,
    pub palette: Vec<PaletteGroup>,
    /// Where the palette puts things.
    pub at: String,
    pub at_label: String,
    pub sections: Vec<CanvasSection>,
    pub checks: Vec<CanvasThing>,
    pub buttons: Vec<CanvasThing>,
    /// What is asked of a new button.
    pub fields: Vec<Choice>,
    pub selected: String,
    pub panels: Vec<Panel>,
    pub fill: Option<Fill>,
    /// `desktop` or `phone`; nothing while it is designed.
    pub mode: Option<&'static str>,
    pub modes: Vec<super::Tab>,
    pub preview: String,
    pub field_page: Option<(String, String)>,
}

/// What a link copies.
pub struct Fill {
    pub rows: Vec<(Vec<Choice>, Vec<Choice>)>,
}

/// A section on the canvas.
pub struct CanvasSection {
    pub thing: CanvasThing,
    pub columns: String,
    pub items: Vec<CanvasItem>,
    /// Where something goes that is put at its end.
    pub end: Insert,
}

/// A place where something can be put.
pub struct Insert {
    pub at: String,
    pub href: String,
    pub here: bool,
}

/// Something that can be selected.
pub struct CanvasThing {
    pub at: String,
    pub title: String,
    pub href: String,
    pub current: bool,
    /// Signs beside the title: icon and word.
    pub marks: Vec<(&'static str, String)>,
}

pub struct CanvasItem {
    pub before: Insert,
    pub thing: CanvasThing,
    pub wide: bool,
    pub required: bool,
    pub body: CanvasBody,
}

pub enum CanvasBody {
    /// What the control is like: its icon and a word.
    Field {
        icon: &'static str,
        word: String,
        read_only: bool,
    },
    Lines {
        columns: Vec<CanvasThing>,
        add: Insert,
    },
    Text(String),
    Divider,
    Tabs {
        tabs: Vec<CanvasSection>,
        add: String,
    },
    /// The field is not in the table.
    Missing,
}

/// `/build/{app}/forms/{form}/preview`.
#[derive(Template)]
#[template(path = "build_preview.html")]
pub struct PreviewPage {
    pub frame: Frame,
    pub title: String,
    pub form: Option<super::form::Form>,
    pub note: String,
}

impl Control {
    /// The property that it is for, without the word before it.
    pub fn face_name(&self) -> &str {
        self.name.strip_prefix("set.").unwrap_or(&self.name)
    }
}

impl NavGroup {
    /// How many there are, what belongs to others not counted.
    pub fn count(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.below).count()
    }
}

impl BuildPage {
    pub fn table_count(&self) -> usize {
        self.tables.iter().filter(|entry| !entry.below).count()
    }
}

impl Bench {
    pub fn t(&self) -> crate::i18n::Texts {
        self.frame.t
    }
}
