//! The gallery of templates, and a package that is looked at before it is imported.

use super::{
    build::{DifferenceRow, StepRow},
    notice::{Empty, Note},
    scenario::Scenarios,
    shell::{Crumb, Shell},
};
use askama::Template;

/// `/templates`. Searched by `q`.
#[derive(Template)]
#[template(path = "templates.html")]
pub struct TemplatesPage {
    pub shell: Shell,
    pub words: String,
    pub cards: Vec<TemplateCard>,
    pub empty: Option<Empty>,
}

pub struct TemplateCard {
    pub href: String,
    pub icon: String,
    pub title: String,
    pub description: String,
    /// `14 tables`, `9 flows`, …
    pub facts: Vec<String>,
    pub version: String,
    /// What is installed, in a word: its tone and label; nothing where it is not.
    pub state: Option<(&'static str, String)>,
}

/// `/templates/import`. Posts `file` as multipart.
#[derive(Template)]
#[template(path = "template_upload.html")]
pub struct UploadPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub notes: Vec<Note>,
}

/// `/templates/import/{id}` and `/templates/{key}`. Posts there: `do` (`import`, `upgrade`, `undo`, `drop`), `samples`, `agree`,
/// `in_spite`, `decide.N`, `fingerprint`, `confirm`.
#[derive(Template)]
#[template(path = "template.html")]
pub struct TemplatePage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub lead: String,
    /// How to begin, paragraph by paragraph.
    pub guide: Vec<String>,
    pub action: String,
    pub notes: Vec<Note>,
    pub parts: Vec<Part>,
    /// What is wrong with it; it cannot be imported then.
    pub findings: Vec<FindingLine>,
    pub scenarios: Option<Scenarios>,
    /// Hosts to agree to.
    pub addresses: Vec<String>,
    pub offer: Offer,
}

/// `/build/{app}/share`: what goes into a package, and downloading it.
#[derive(Template)]
#[template(path = "share.html")]
pub struct SharePage {
    pub bench: super::designer::Bench,
    pub title: String,
    pub ways: Vec<Way>,
}

/// One way to export.
pub struct Way {
    pub title: String,
    pub lead: String,
    pub href: String,
    /// Tables with how many rows go along.
    pub rows: Vec<(String, String)>,
    /// What stays, each with why.
    pub left_out: Vec<(String, String)>,
    /// It is the one that is offered first.
    pub first: bool,
}

/// What can be done with the package.
pub enum Offer {
    /// Nothing, for the reason that the notes give.
    Nothing,
    Import {
        /// What the sample data are, in words; nothing where there are none.
        samples: Option<String>,
    },
    Upgrade(Box<UpgradeForm>),
    /// It is installed as it is.
    Installed {
        href: String,
        undo: Option<String>,
    },
}

pub struct UpgradeForm {
    pub lead: String,
    pub conflicts: Vec<ConflictRow>,
    /// How many nobody has decided, and that in words.
    pub open: usize,
    pub open_words: String,
    pub differences: Vec<DifferenceRow>,
    pub steps: Vec<StepRow>,
    pub fingerprint: String,
    /// The sentence to agree to, where data will not be seen any more.
    pub confirm: Option<String>,
    /// What stands in the way.
    pub blocked: Option<String>,
    pub button: String,
    /// The last upgrade can be undone: the sentence on the button.
    pub undo: Option<String>,
}

/// What both sides changed: decided by `decide.N`.
pub struct ConflictRow {
    pub name: String,
    pub id: String,
    pub document: String,
    /// The way to the place, in words.
    pub place: String,
    pub base: String,
    pub theirs: String,
    pub mine: String,
    pub takes_mine: bool,
    pub takes_theirs: bool,
}

/// One section of what a package holds.
pub struct Part {
    pub icon: &'static str,
    pub title: String,
    pub summary: String,
    /// Each with what is said of it.
    pub rows: Vec<(String, String)>,
    pub open: bool,
}

pub struct FindingLine {
    pub error: bool,
    pub place: String,
    pub message: String,
    pub suggestion: String,
}
