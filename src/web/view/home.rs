//! The workbench: what to do, what is used often, what was open last.

use super::action::Action;
use super::cell::Tone;
use super::notice::Note;
use super::shell::Shell;
use super::todo::TaskRow;
use askama::Template;

/// `/`.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    pub shell: Shell,
    /// For example `上午好，李敏`.
    pub greeting: String,
    /// Date and the like; may be empty.
    pub subtitle: String,
    pub actions: Vec<Action>,
    pub notes: Vec<Note>,
    pub counters: Vec<Counter>,
    /// The most urgent few.
    pub todo: Vec<TaskRow>,
    /// All open tasks, for example `7` or `99+`; `None` for none.
    pub todo_count: Option<String>,
    pub pinned: Vec<Pin>,
    pub recent: Vec<Recent>,
    /// For the main administrator of a new company.
    pub checklist: Option<Checklist>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    pub label: String,
    pub count: String,
    pub href: String,
    /// A small line below; may be empty.
    pub note: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub label: String,
    pub icon: String,
    pub href: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub label: String,
    /// The label is a document's number.
    pub code: bool,
    /// What it is, for example the table's title.
    pub kind: String,
    pub time: String,
    pub href: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    pub items: Vec<ChecklistItem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecklistItem {
    pub label: String,
    pub help: String,
    pub done: bool,
    /// Where it is done; may be empty.
    pub href: String,
}

impl Checklist {
    pub fn done(&self) -> usize {
        self.items.iter().filter(|item| item.done).count()
    }
}
