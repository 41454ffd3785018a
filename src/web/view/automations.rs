//! What runs by itself in an app, and what became of it.

use super::{
    action::{Action, Tab},
    designer::Bench,
    notice::{Empty, Note},
};
use askama::Template;

/// `/build/{app}/automations`.
#[derive(Template)]
#[template(path = "automations.html")]
pub struct AutomationsPage {
    pub bench: Bench,
    pub title: String,
    pub lead: String,
    pub rows: Vec<AutomationRow>,
    /// In the place of rows, where there are none.
    pub empty: Option<Empty>,
}

pub struct AutomationRow {
    pub title: String,
    /// Its document.
    pub href: String,
    /// Its runs.
    pub runs: String,
    /// What sets it off, in words.
    pub trigger: String,
    pub on: bool,
    /// When it ran last and whether it could; empty where it never did.
    pub last: String,
    pub failed: bool,
}

/// `/build/{app}/automations/{automation}/runs`. Posts there: `do` (`retry` with `run`, `open`, `close`).
#[derive(Template)]
#[template(path = "automation_runs.html")]
pub struct RunsPage {
    pub bench: Bench,
    pub title: String,
    pub lead: String,
    pub actions: Vec<Action>,
    pub action: String,
    pub notes: Vec<Note>,
    /// The address at which it is called, where it is called from outside.
    pub hook: Option<HookCard>,
    /// All runs, or only those that failed.
    pub tabs: Vec<Tab>,
    pub rows: Vec<RunRow>,
    pub empty: Option<Empty>,
    /// The next page.
    pub next: Option<String>,
}

pub struct HookCard {
    pub open: bool,
    /// Shown once, when it was made.
    pub address: Option<String>,
    /// Since when, and when it was called last.
    pub text: String,
}

/// One run.
pub struct RunRow {
    pub id: String,
    pub when: String,
    pub took: String,
    /// What set it off, and who.
    pub trigger: String,
    pub record: String,
    /// Empty where there is no record.
    pub href: String,
    pub failed: bool,
    pub steps: String,
    /// Why it failed; empty where it did not.
    pub problem: String,
    pub sent: Vec<SentRow>,
    pub can_retry: bool,
}

/// Something that left because of a run.
pub struct SentRow {
    pub host: String,
    /// `ok`, `now` or `bad`.
    pub tone: &'static str,
    pub state: String,
    /// Its attempts, newest last.
    pub attempts: Vec<String>,
}
