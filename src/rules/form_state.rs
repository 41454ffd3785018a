//! How a form stands over a document: what shows, what must be filled in, what may be changed.

use crate::{
    base::error::FieldError,
    definition::form::{Item, Text},
};
use indexmap::IndexMap;

/// How one control stands: shown, to be filled in, closed. A hidden control is never required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemState {
    pub visible: bool,
    pub required: bool,
    pub readonly: bool,
}

/// A section and its items, in the order of the form's layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SectionState {
    pub visible: bool,
    pub items: Vec<ItemState>,
    /// The tabs of an item, by its place among the items.
    pub tabs: IndexMap<usize, Vec<SectionState>>,
}

/// The words of an item whose definition computes them; those that stand as they are, are not here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub label: Option<String>,
    pub help: Option<String>,
    pub placeholder: Option<String>,
}

/// The cells of a lines grid by column key; columns that the grid does not show are not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridState {
    pub rows: Vec<IndexMap<String, ItemState>>,
    /// The cells of a line in which nothing is filled in yet.
    pub blank: IndexMap<String, ItemState>,
}

/// A form over one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormState {
    pub sections: Vec<SectionState>,
    /// By key of the field or lines field; fields that the form does not have are not there.
    pub fields: IndexMap<String, ItemState>,
    pub grids: IndexMap<String, GridState>,
    /// Computed words by path: `customer`, `lines.qty`.
    pub words: IndexMap<String, Words>,
    /// Rules that failed, as errors of the whole form.
    pub errors: Vec<FieldError>,
}

impl FormState {
    /// What an item is called, where the form says so. `path` is `customer` or `lines.qty`.
    #[must_use]
    pub fn label(&self, path: &str, item: Option<&Item>) -> Option<String> {
        word(self.words.get(path).and_then(|words| words.label.as_ref()), item?.label.as_ref())
    }

    /// What stands under it.
    #[must_use]
    pub fn help(&self, path: &str, item: Option<&Item>) -> Option<String> {
        word(self.words.get(path).and_then(|words| words.help.as_ref()), item?.help.as_ref())
    }

    /// What stands in it while it is empty.
    #[must_use]
    pub fn placeholder(&self, path: &str, item: Option<&Item>) -> Option<String> {
        word(self.words.get(path).and_then(|words| words.placeholder.as_ref()), item?.placeholder.as_ref())
    }

    /// The state of a field of the record, where the form has it.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<ItemState> {
        self.fields.get(key).copied()
    }

    /// The state of a cell, where the form has its column.
    #[must_use]
    pub fn cell(&self, lines: &str, row: usize, column: &str) -> Option<ItemState> {
        let grid = self.grids.get(lines)?;
        grid.rows.get(row).unwrap_or(&grid.blank).get(column).copied()
    }

    /// Whether a column of a grid has anything to show: in one of the lines, or in the next one to come.
    #[must_use]
    pub fn column_visible(&self, lines: &str, column: &str) -> bool {
        let shows = |cells: &IndexMap<String, ItemState>| cells.get(column).is_some_and(|cell| cell.visible);
        self.grids.get(lines).is_some_and(|grid| shows(&grid.blank) || grid.rows.iter().any(shows))
    }
}

fn word(computed: Option<&String>, written: Option<&Text>) -> Option<String> {
    computed.cloned().or_else(|| written?.constant().map(str::to_owned))
}
