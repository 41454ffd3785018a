//! One record, to read.

use super::action::{Action, Tab};
use super::cell::{Fact, Status};
use super::flow::{HistoryEntry, Step, TimelineEntry};
use super::form::Section;
use super::notice::{Empty, Note};
use super::shell::{Crumb, Shell};
use askama::Template;

/// `/apps/{app}/{table}/{id}`.
#[derive(Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    /// The document's number, if it is not the title; may be empty.
    pub code: String,
    pub status: Option<Status>,
    /// Who and when, in one line; may be empty.
    pub meta: String,
    /// Edit, submit, withdraw, delete …: only what may be done now; the primary one last.
    pub actions: Vec<Action>,
    /// Why it was rejected, returned or withdrawn, and the like.
    pub notes: Vec<Note>,
    /// The path of the case; empty without one.
    pub track: Vec<Step>,
    /// 详情, 流程, 历史, as far as there is something to show; empty or one leaves the bar out.
    pub tabs: Vec<Tab>,
    pub pane: RecordPane,
    /// Version, created by, changed by.
    pub footer: Vec<String>,
}

/// What the chosen tab shows.
pub enum RecordPane {
    /// Sections of read-only fields, facts and lines.
    Details(Vec<Section>),
    Flow(Vec<TimelineEntry>),
    History {
        entries: Vec<HistoryEntry>,
        next: Option<String>,
    },
    Empty(Empty),
}

impl RecordPage {
    /// The sections of the details, if they are shown.
    pub fn sections(&self) -> Option<&[Section]> {
        match &self.pane {
            RecordPane::Details(sections) => Some(sections),
            _ => None,
        }
    }
}

/// A convenience for sections of facts.
pub fn facts_section(title: impl Into<String>, facts: Vec<Fact>) -> Section {
    Section { title: title.into(), columns: 3, fold: None, items: vec![super::form::Item::Facts(facts)] }
}
