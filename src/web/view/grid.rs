//! A list of records: saved views, search, filters, columns, rows, pages.

use super::action::{Action, Tab};
use super::cards::Laid;
use super::cell::Cell;
use super::field::Choice;
use super::notice::{Empty, Note};
use super::shell::Shell;
use crate::i18n::Texts;
use askama::Template;

/// `/apps/{app}/{table}`.
#[derive(Template)]
#[template(path = "grid.html")]
pub struct GridPage {
    pub shell: Shell,
    pub grid: Grid,
}

/// The bar, the table and the pager alone.
#[derive(Template)]
#[template(path = "fragments/grid.html")]
pub struct GridFragment {
    pub t: Texts,
    pub grid: Grid,
}

/// One row alone, after it was changed.
#[derive(Template)]
#[template(path = "fragments/grid_row.html")]
pub struct RowsFragment<'a> {
    pub t: Texts,
    pub grid: &'a Grid,
    pub row: &'a Row,
}

/// The control of a cell.
#[derive(Template)]
#[template(path = "fragments/cell.html")]
pub struct CellFragment {
    pub t: Texts,
    pub field: super::Field,
}

#[derive(Debug, Clone)]
pub struct Grid {
    pub title: String,
    /// One line under the title; may be empty.
    pub subtitle: String,
    /// The button for a new record comes last.
    pub actions: Vec<Action>,
    pub notes: Vec<Note>,
    /// The views of the table; none without the right to more than one.
    pub views: Vec<Tab>,
    pub view_menu: Option<ViewMenu>,
    pub search: Option<Search>,
    pub filters: Vec<Filter>,
    pub builder: Option<FilterBuilder>,
    pub tools: Option<Tools>,
    /// How the records stand; the members below are those of a table.
    pub laid: Laid,
    pub columns: Vec<Column>,
    pub body: Vec<BodyRow>,
    /// One per column, `None` where nothing is worked out. Quantities of different units are never summed.
    pub totals: Vec<Option<Figure>>,
    /// Where totals are, which take too long to be added up unasked.
    pub totals_at: Option<String>,
    /// What the totals are of.
    pub totals_label: String,
    /// Instead of the table: nothing there, nothing found, not allowed.
    pub empty: Option<Empty>,
    pub height: &'static str,
    pub pager: Pager,
    /// Explains the ticks of [`Cell::Level`] cells; may be empty.
    pub legend: String,
    pub editing: Option<Editing>,
}

/// What scripts need to change cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// Takes changes; with the parameters of this list, so that rows come back as they are shown here.
    pub url: String,
    /// The list alone: `/apps/{app}/{table}`.
    pub base: String,
    /// How many rows the conditions find.
    pub count: u64,
    /// The same for people: `1,000+` where counting stopped.
    pub counted: String,
    /// Rows may be made by pasting.
    pub creates: bool,
    /// Rows may be moved to the trash.
    pub deletes: bool,
    /// Fields that the bulk bar can set: path and title.
    pub fields: Vec<(String, String)>,
}

/// The search box. It is a GET form on the page's own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub action: String,
    pub value: String,
    pub placeholder: String,
    /// Parameters to keep: view, sort, filters, page size.
    pub keep: Vec<(String, String)>,
}

/// A condition in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// For example `仓库 是 上海总仓`.
    pub label: String,
    /// The same list without the condition; empty where the view itself sets it.
    pub remove: String,
}

/// What can be done with the open view. Every form posts to `action` with its word as `do`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewMenu {
    pub action: String,
    pub title: String,
    /// What is on screen differs from the view.
    pub changed: bool,
    /// Back to the view as it is saved.
    pub discard: String,
    /// The open view can be overwritten, renamed, moved and deleted.
    pub editable: bool,
    pub saved: bool,
    pub shared: bool,
    /// May make views for everybody.
    pub shares: bool,
    /// The list opens with this view.
    pub first: bool,
    /// The deleted records of the table, for who may bring them back.
    pub trash: Option<String>,
    /// The kinds that a new view can have; that of the open one is chosen.
    pub kinds: Vec<Choice>,
}

/// Conditions as a tree. A GET form: `f.join`, `f.0.field`, `f.0.op`, `f.0.value`; `f.1.join`, `f.1.0.field` … for a group.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterBuilder {
    pub action: String,
    pub keep: Vec<(String, String)>,
    pub root: FilterGroup,
    /// Open, because the reader is at it or because something in it is wrong.
    pub open: bool,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FilterGroup {
    /// `1.0`; empty for the whole.
    pub place: String,
    pub joins: Vec<Choice>,
    pub parts: Vec<FilterPart>,
    /// Groups may be put into it.
    pub nests: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilterPart {
    Row(FilterRow),
    Group(FilterGroup),
}

#[derive(Debug, Clone, PartialEq)]
pub struct FilterRow {
    pub place: String,
    /// The fields one may filter by; the first option is usually blank.
    pub fields: Vec<Choice>,
    pub operators: Vec<Choice>,
    /// None, one or two controls that fit the field and the comparison.
    pub values: Vec<super::Field>,
    /// What is wrong with the value.
    pub error: Option<String>,
}

/// The menus beside the conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Tools {
    pub action: String,
    pub sort: SortTool,
    pub group: Option<SortTool>,
    pub columns: ColumnTool,
    /// Compact, normal, tall; none where there are no rows.
    pub heights: Vec<Tab>,
    /// The same list as another kind of view, each with its icon.
    pub kinds: Vec<(&'static str, Tab)>,
    pub drawn: Option<DrawnTool>,
    /// Spreadsheets in and out: label, icon, address; none without the right.
    pub files: Vec<(String, &'static str, String)>,
}

/// Keys of an order, each with its direction, and a blank one: fields as choices, whether it descends.
#[derive(Debug, Clone, PartialEq)]
pub struct SortTool {
    pub label: String,
    pub keep: Vec<(String, String)>,
    pub keys: Vec<(Vec<Choice>, bool)>,
    pub active: bool,
}

/// The fields by which a kind of view is drawn: the name of each control, its label and its choices.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnTool {
    pub label: String,
    pub keep: Vec<(String, String)>,
    pub fields: Vec<(&'static str, String, Vec<Choice>)>,
}

/// The columns there can be, those that show first and in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnTool {
    pub label: String,
    pub keep: Vec<(String, String)>,
    pub columns: Vec<Choice>,
    /// None where there is nothing to freeze.
    pub frozen: Vec<Choice>,
    /// As the view has them.
    pub reset: String,
}

/// A row of the table's body.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyRow {
    Row(Row),
    Group(GroupRow),
    /// More rows of the group above.
    More {
        href: String,
        label: String,
    },
}

/// What stands above the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// From 1.
    pub level: usize,
    pub title: String,
    pub value: Cell,
    pub count: String,
    /// One per column behind the lead.
    pub figures: Vec<Option<Figure>>,
    /// Its rows alone; where they are not on this page, they are read from there.
    pub href: String,
    /// Its rows are on this page.
    pub loaded: bool,
    /// Its rows, and not groups, stand right below it.
    pub deepest: bool,
}

/// A figure of a column with the word for what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// The path of the field; empty for a head that belongs to the one before.
    pub path: String,
    /// Right-aligned.
    pub numeric: bool,
    pub sort: Option<Sort>,
    pub on_phone: OnPhone,
    pub width: Option<u32>,
    /// Stays in sight while the others scroll sideways.
    pub frozen: bool,
    /// What can be done with the column: label, icon, address; `true` for what holds now.
    pub menu: Vec<(String, &'static str, String, bool)>,
}

/// The link in a column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The same list, sorted by this column, or the other way round.
    pub href: String,
    /// How the list is sorted by this column now, if at all.
    pub direction: Option<SortDirection>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortDirection {
    Ascending,
    Descending,
}

/// The place of a column in the card that a row becomes on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnPhone {
    /// First line, strong.
    Title,
    /// Right end of the first line: the status.
    Corner,
    /// Right end of the last line: the number that counts.
    Figure,
    /// With its label, below.
    #[default]
    Labelled,
    /// Without its label, below.
    Bare,
    Hidden,
}

impl OnPhone {
    /// Whether the card shows the column's label.
    pub fn labelled(self) -> bool {
        matches!(self, Self::Labelled | Self::Figure)
    }

    pub fn class(self) -> &'static str {
        match self {
            Self::Title => "at-title",
            Self::Corner => "at-corner",
            Self::Figure => "at-figure",
            Self::Labelled => "at-label",
            Self::Bare => "at-bare",
            Self::Hidden => "at-none",
        }
    }
}

impl Column {
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            path: String::new(),
            numeric: false,
            sort: None,
            on_phone: OnPhone::Labelled,
            width: None,
            frozen: false,
            menu: Vec::new(),
        }
    }

    pub fn ascending(&self) -> bool {
        self.sort.as_ref().is_some_and(|sort| sort.direction == Some(SortDirection::Ascending))
    }

    pub fn aria_sort(&self) -> Option<&'static str> {
        match self.sort.as_ref().and_then(|sort| sort.direction)? {
            SortDirection::Ascending => Some("ascending"),
            SortDirection::Descending => Some("descending"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: i64,
    pub version: i64,
    /// How the record is called.
    pub label: String,
    /// Opens the record; empty if there is none to open. The first cell becomes the link.
    pub href: String,
    /// One per column.
    pub cells: Vec<Cell>,
    /// One per column: whether the reader may change it, and what a spreadsheet's cell would hold.
    pub edits: Vec<Edit>,
}

/// What scripts know of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub open: bool,
    /// Nothing where the cell's own words say it.
    pub text: Option<String>,
}

/// Pages by key, so there is no number of pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    pub previous: Option<String>,
    pub next: Option<String>,
    /// For example `本页 50 条`.
    pub text: String,
    /// Where the rows are counted on, if they were not counted to the end.
    pub tally: Option<String>,
    /// Rows on a page and the address for it, the chosen one first flagged.
    pub sizes: Vec<Tab>,
}

impl Grid {
    pub fn has_bar(&self) -> bool {
        self.search.is_some() || !self.filters.is_empty() || self.builder.is_some()
    }

    /// The columns that the words of a total or of a group span: those before the first figure.
    pub fn lead(&self) -> usize {
        let figures = self.totals.iter().position(Option::is_some).unwrap_or(self.columns.len());
        figures.max(1)
    }

    /// The cells of a row with their columns.
    pub fn trios<'a>(&'a self, row: &'a Row) -> Vec<(&'a Column, &'a Cell, &'a Edit)> {
        let cells = row.cells.iter().zip(&row.edits);
        self.columns.iter().zip(cells).map(|(column, (cell, edit))| (column, cell, edit)).collect()
    }

    /// The figures of each column behind the lead, with its label.
    pub fn behind<'a>(&'a self, figures: &'a [Option<Figure>]) -> Vec<(&'a Column, Option<&'a Figure>)> {
        self.columns.iter().zip(figures.iter().map(Option::as_ref)).skip(self.lead()).collect()
    }

    /// How many columns the table has, with the one for choosing rows.
    pub fn width(&self) -> usize {
        self.columns.len() + usize::from(self.editing.is_some())
    }
}
