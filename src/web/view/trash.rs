//! The trash of a table.

use super::{
    action::Action,
    cell::Person,
    notice::{Empty, Note},
    shell::{Crumb, Shell},
};
use askama::Template;

/// `/apps/{app}/{table}/trash`.
#[derive(Template)]
#[template(path = "trash.html")]
pub struct TrashPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub notes: Vec<Note>,
    pub rows: Vec<TrashRow>,
    pub empty: Option<Empty>,
    pub next: Option<String>,
}

/// One record in the trash.
pub struct TrashRow {
    pub name: String,
    pub who: Person,
    pub time: String,
    /// The moment as machines write it.
    pub machine: String,
    /// How long it stays, in words.
    pub kept: String,
    pub restore: Action,
}
