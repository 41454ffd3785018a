//! Building an app: its documents, one of them as text, and publishing.

use super::{
    action::Action,
    designer::Bench,
    notice::{Empty, Note},
    scenario::Scenarios,
};
use askama::Template;

/// `/build/{app}/{kind}/{key}`. Posts there: `text`, `_version`, and `do` (`save`, `remove`, `discard`).
#[derive(Template)]
#[template(path = "build_document.html")]
pub struct DocumentPage {
    pub bench: Bench,
    pub path: String,
    pub mark: String,
    pub action: String,
    pub revision: String,
    pub text: String,
    pub removable: bool,
    pub discardable: bool,
}

/// Something wrong or doubtful in a document.
pub struct FindingRow {
    pub error: bool,
    pub file: String,
    /// The document's editor; may be empty.
    pub href: String,
    /// JSON Pointer; empty for the whole.
    pub pointer: String,
    pub message: String,
    pub suggestion: String,
}

/// `/build/{app}/removed-fields`. Posts there: `field`.
#[derive(Template)]
#[template(path = "removed_fields.html")]
pub struct RemovedFieldsPage {
    pub bench: Bench,
    pub title: String,
    pub notes: Vec<Note>,
    pub rows: Vec<RemovedFieldRow>,
    pub empty: Option<Empty>,
}

pub struct RemovedFieldRow {
    pub title: String,
    /// The table, and its lines.
    pub place: String,
    pub kind: String,
    /// Removed, or converted to another kind.
    pub why: String,
    /// How many rows have a value, in words.
    pub rows: String,
    pub time: String,
    pub machine: String,
    /// Nothing where the draft has a field of its key.
    pub restore: Option<Action>,
}

/// `/build/{app}/publish`. Posts there: `do` (`publish` with `fingerprint`, `confirm`, `note`; `discard`; `restore` with
/// `number`).
#[derive(Template)]
#[template(path = "publish.html")]
pub struct PublishPage {
    pub bench: Bench,
    pub title: String,
    pub lead: String,
    pub action: String,
    pub notes: Vec<Note>,
    /// Instead of a plan, where the draft is the live version.
    pub empty: Option<Empty>,
    pub findings: Vec<FindingRow>,
    pub differences: Vec<DifferenceRow>,
    pub steps: Vec<StepRow>,
    /// Nothing where there is nothing to publish.
    pub scenarios: Option<Scenarios>,
    pub gates: Vec<Gate>,
    pub fingerprint: String,
    /// The sentence to agree to, where data will not be seen any more.
    pub confirm: Option<String>,
    /// What stands in the way; publishing is possible where there is nothing.
    pub blocked: Option<String>,
    pub button: String,
    /// The note as it was typed.
    pub note: String,
    pub compared: Option<Compared>,
    pub versions: Vec<VersionItem>,
    pub next: Option<String>,
}

pub struct DifferenceRow {
    /// `plus`, `less` or nothing.
    pub class: &'static str,
    pub mark: &'static str,
    pub document: String,
    pub sentence: String,
}

pub struct StepRow {
    pub place: String,
    pub sentence: String,
    pub rows: String,
    /// `ok`, `warn` or `bad`.
    pub tone: &'static str,
    pub result: String,
    /// Rows that the step is about, in words.
    pub examples: Vec<String>,
}

/// One thing that is checked before publishing.
pub struct Gate {
    /// `ok`, `warn` or `bad`.
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    pub detail: String,
}

/// What differs from a version to the live one.
pub struct Compared {
    pub title: String,
    pub differences: Vec<DifferenceRow>,
}

pub struct VersionItem {
    pub number: String,
    pub version: String,
    pub live: bool,
    pub note: String,
    pub by: String,
    pub time: String,
    pub machine: String,
    pub compare: String,
}
