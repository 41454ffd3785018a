//! Import of a spreadsheet, and a job on its way.

use super::action::Action;
use super::notice::Note;
use super::shell::{Crumb, Shell};
use askama::Template;

/// `/apps/{app}/{table}/import` and `…/import/{id}`: one of upload, plan, progress and outcome.
#[derive(Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub stages: Vec<Stage>,
    pub notes: Vec<Note>,
    pub upload: Option<Upload>,
    pub plan: Option<PlanForm>,
    pub progress: Option<Progress>,
    pub outcome: Option<Outcome>,
}

/// `/jobs/{id}`.
#[derive(Template)]
#[template(path = "job.html")]
pub struct JobPage {
    pub shell: Shell,
    pub title: String,
    pub notes: Vec<Note>,
    pub progress: Option<Progress>,
    pub actions: Vec<Action>,
}

/// A step of the way, in the order they are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub label: String,
    pub done: bool,
    pub now: bool,
}

/// Choosing a file. Posts `file` as multipart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub action: String,
    pub template: String,
    pub past: Vec<Past>,
}

/// An earlier import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub href: String,
    pub file: String,
    pub who: String,
    pub when: String,
    pub machine: String,
    pub state: super::cell::Status,
    pub counts: String,
}

/// An option of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

/// A select with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub options: Vec<Pick>,
}

/// Where the columns go and what is done. Posts each [`Select`], `map.N` per column, and `_do` (`read`, `check`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanForm {
    pub action: String,
    pub file: String,
    pub facts: Vec<(String, String)>,
    pub settings: Vec<Select>,
    /// Ticked or not; nothing where the table has no flow.
    pub submit: Option<bool>,
    pub columns: Vec<PlanColumn>,
    /// Cells of the first rows, by column.
    pub rows: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanColumn {
    pub letters: String,
    pub title: String,
    pub select: Select,
    pub mapped: bool,
}

/// How far a job is. The page asks again until it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub label: String,
    pub done: i64,
    pub total: i64,
    pub text: String,
    /// Where the page asks again.
    pub again: String,
    /// Posts here to stop.
    pub cancel: String,
}

/// What a check found or an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub counts: Vec<(String, String, &'static str)>,
    pub actions: Vec<Action>,
    /// Titles of the columns shown.
    pub heads: Vec<(String, String)>,
    pub rows: Vec<BadRow>,
    pub more: Option<String>,
    /// Heading of the rows.
    pub title: String,
}

/// A row that was refused, as the sheet says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub number: String,
    pub cells: Vec<BadCell>,
    /// What is wrong with the row as a whole.
    pub whole: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    pub label: String,
    pub text: String,
    /// Empty for a cell that is fine.
    pub error: String,
}
