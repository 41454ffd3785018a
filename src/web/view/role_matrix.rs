//! What a role may do as its designer shows it: a matrix of tables and actions, and the rights on the fields of one of them.

use super::{Tab, field::Choice};

/// Every table of the app with what the role may do there.
pub struct RoleMatrix {
    pub role: String,
    pub title: String,
    pub help: String,
    /// Who has the role, and where that is changed; nobody can before it is published.
    pub members: Option<(String, String)>,
    pub columns: Vec<String>,
    /// The actions that the columns stand for.
    pub shown: Vec<String>,
    pub bands: Vec<MatrixBand>,
}

/// Tables of one sort.
pub struct MatrixBand {
    pub title: String,
    pub rows: Vec<MatrixRow>,
}

/// One grant on a table, or a table without one.
pub struct MatrixRow {
    pub id: String,
    pub table: String,
    pub title: String,
    /// The grant's place; empty where there is none.
    pub at: String,
    pub href: String,
    pub current: bool,
    /// A box for each column; nothing where the action makes no sense.
    pub boxes: Vec<Option<Choice>>,
    /// Which records, in words.
    pub scope: String,
    /// What is not as usual with its fields, in words.
    pub fields: String,
}

/// The roles of the app.
pub struct RoleList {
    pub roles: Vec<RoleLink>,
    /// Where a new one is posted.
    pub action: String,
}

pub struct RoleLink {
    pub tab: Tab,
    /// Members.
    pub count: String,
    pub small: String,
}

/// The rights on the fields of the grant that is selected.
pub struct RoleRights {
    pub role: String,
    pub at: String,
    pub table: String,
    pub title: String,
    /// Actions that have no column.
    pub more: Vec<Choice>,
    pub rights: Vec<String>,
    pub rows: Vec<RightRow>,
}

pub struct RightRow {
    /// `amount`, `lines.qty`, `*`.
    pub name: String,
    pub title: String,
    /// It is a column of the lines above it.
    pub below: bool,
    /// The right as one of the words of `rights`.
    pub choices: Vec<Choice>,
}
