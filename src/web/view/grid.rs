//! A list of records: saved views, search, filters, columns, rows, pages.

use super::action::{Action, Tab};
use super::cell::Cell;
use super::field::{Choice, Widget};
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

#[derive(Debug, Clone)]
pub struct Grid {
    pub title: String,
    /// One line under the title; may be empty.
    pub subtitle: String,
    /// The button for a new record comes last.
    pub actions: Vec<Action>,
    pub notes: Vec<Note>,
    /// Saved views.
    pub views: Vec<Tab>,
    pub search: Option<Search>,
    pub filters: Vec<Filter>,
    pub builder: Option<FilterBuilder>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// One per column, `None` where a sum says nothing. Empty without a totals row. Quantities of different units are never summed.
    pub totals: Vec<Option<String>>,
    /// Instead of the table: nothing there, nothing found, not allowed.
    pub empty: Option<Empty>,
    /// Lower rows, smaller type.
    pub compact: bool,
    pub pager: Pager,
    /// Explains the ticks of [`Cell::Level`] cells; may be empty.
    pub legend: String,
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

/// Conditions as rows. A GET form: `f.0.field`, `f.0.op`, `f.0.value`, `f.1.field` …; rows without a field count for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterBuilder {
    pub action: String,
    pub keep: Vec<(String, String)>,
    /// The conditions there are, and one or more blank rows.
    pub rows: Vec<FilterRow>,
    /// Open, because the reader is at it or because something in it is wrong.
    pub open: bool,
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FilterRow {
    /// The fields one may filter by; the first option is usually blank.
    pub fields: Vec<Choice>,
    pub operators: Vec<Choice>,
    /// A text box, or a list where the chosen field has options.
    pub value: Widget,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Right-aligned.
    pub numeric: bool,
    pub sort: Option<Sort>,
    pub on_phone: OnPhone,
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
        Self { label: label.into(), numeric: false, sort: None, on_phone: OnPhone::Labelled }
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
    /// Opens the record; empty if there is none to open. The first cell becomes the link.
    pub href: String,
    /// One per column.
    pub cells: Vec<Cell>,
}

/// Pages by key, so there is no number of pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    pub previous: Option<String>,
    pub next: Option<String>,
    /// For example `本页 50 条`.
    pub text: String,
    /// Rows on a page and the address for it, the chosen one first flagged.
    pub sizes: Vec<Tab>,
}

impl Grid {
    pub fn has_bar(&self) -> bool {
        self.search.is_some() || !self.filters.is_empty() || self.builder.is_some()
    }

    /// How many leading columns the word 合计 spans: those without a sum.
    pub fn totals_lead(&self) -> usize {
        self.totals.iter().take_while(|total| total.is_none()).count().max(1)
    }

    /// The cells of a row with their columns.
    pub fn pairs<'a>(&'a self, row: &'a Row) -> Vec<(&'a Column, &'a Cell)> {
        self.columns.iter().zip(&row.cells).collect()
    }

    /// The label and total of each column behind the lead.
    pub fn totals_rest(&self) -> Vec<(&str, Option<&str>)> {
        let labels = self.columns.iter().map(|column| column.label.as_str());
        labels.zip(self.totals.iter().map(Option::as_deref)).skip(self.totals_lead()).collect()
    }
}
