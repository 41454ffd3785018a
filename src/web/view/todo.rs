//! The to-do centre.

use super::action::Tab;
use super::cell::{Cell, Person, Status, Tag};
use super::grid::Search;
use super::notice::Empty;
use super::shell::Shell;
use askama::Template;

/// `/todo?box=todo|done|started|cc`.
#[derive(Template)]
#[template(path = "todo.html")]
pub struct TodoPage {
    pub shell: Shell,
    /// The four boxes.
    pub boxes: Vec<Tab>,
    pub search: Search,
    /// Narrow the box to one table; empty without.
    pub chips: Vec<Tab>,
    pub rows: Vec<TaskRow>,
    pub empty: Option<Empty>,
    /// For example `共 7 张`; may be empty.
    pub text: String,
    /// The next page, by key.
    pub next: Option<String>,
}

/// A task, a case the reader started, or a copy, in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    pub href: String,
    pub title: String,
    pub tags: Vec<Tag>,
    /// The document's number; may be empty.
    pub code: String,
    /// The facts of the flow's summary, masked for this reader.
    pub facts: Vec<Cell>,
    /// Who started it.
    pub who: Person,
    /// The step it is at.
    pub node: String,
    /// How long it waits, or how it ended.
    pub age: Status,
    /// The icon of the table's menu entry.
    pub icon: String,
    /// The reader has not opened it yet.
    pub unread: bool,
}
