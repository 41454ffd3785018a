//! The designer that is drawn from a meta-schema: the things of a document on the stage, what is said of one of them beside it.

use super::{
    Tab,
    designer::{Bench, CanvasThing, Panel},
    flow_tree::{FlowTree, TrialForm},
    role_matrix::{RoleList, RoleMatrix, RoleRights},
};
use askama::Template;

/// `/build/{app}/{folder}/{key}`, `/build/{app}/menu`, `/build/{app}/settings`.
#[derive(Template)]
#[template(path = "build_sheet.html")]
pub struct SheetPage {
    pub bench: Bench,
    /// The document: `views/open.json`.
    pub path: String,
    /// Its folder, for what is drawn of one kind only.
    pub folder: String,
    pub title: String,
    /// One sentence of what this is for.
    pub lead: String,
    /// Selects the document as a whole.
    pub whole: CanvasThing,
    pub groups: Vec<ThingGroup>,
    /// What is drawn of this kind of document instead of its lists.
    pub stage: Stage,
    pub selected: String,
    /// From the document down to what is selected.
    pub way: Vec<Tab>,
    pub panel: Panel,
    /// What can be done with what is selected; nothing for the document as a whole.
    pub tools: Option<CanvasThing>,
    /// It stands in an order with others.
    pub ordered: bool,
    /// The lists within what is selected.
    pub within: Vec<ThingGroup>,
    /// Shows what comes of it, where that can be seen.
    pub preview: Option<Tab>,
    /// Shows the draft over the rows that there are.
    pub framed: Option<String>,
    /// Can be thrown away.
    pub removable: bool,
}

/// How the things of a document are drawn.
pub enum Stage {
    /// As lists.
    Lists,
    /// A flow as a tree of cards.
    Flow { tree: Box<FlowTree>, trial: Box<TrialForm> },
    /// A role as a matrix of tables and actions.
    Role { list: RoleList, matrix: Box<RoleMatrix>, rights: Option<RoleRights> },
}

impl Stage {
    /// How the page is divided, as a class.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Lists => "two",
            Self::Flow { .. } => "flow-bench",
            Self::Role { .. } => "role-bench",
        }
    }
}

/// Things of one list.
pub struct ThingGroup {
    pub title: String,
    pub help: String,
    pub empty: String,
    /// Where a new one goes: the end of the list.
    pub at: String,
    pub add: Vec<Adder>,
    pub items: Vec<ThingItem>,
    /// They stand in an order.
    pub ordered: bool,
}

/// A way to add a thing.
pub struct Adder {
    pub variant: String,
    pub label: String,
    /// It is asked how the thing is called.
    pub titled: bool,
}

pub struct ThingItem {
    pub thing: CanvasThing,
    /// What it is, in a word; may be empty.
    pub word: String,
    /// What is said of it, in a few words.
    pub facts: Vec<String>,
    pub first: bool,
    pub last: bool,
    /// What is wrong with it.
    pub findings: Vec<String>,
    pub groups: Vec<ThingGroup>,
}
