//! The links to an app's public forms.

use super::{
    field::Choice,
    shell::{Crumb, Shell},
};
use askama::Template;

/// `/apps/{app}/links`. Posts there: `form title expires_on most most_a_day password` for a new link, or `link` with `do` (`open`,
/// `close`, `remove`).
#[derive(Template)]
#[template(path = "links.html")]
pub struct LinksPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub action: String,
    /// The public forms of the app.
    pub forms: Vec<Choice>,
    pub rows: Vec<LinkRow>,
    pub errors: Vec<String>,
    /// What was typed, by name.
    pub typed: Vec<(String, String)>,
}

impl LinksPage {
    pub fn value(&self, name: &str) -> &str {
        self.typed.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// One link.
pub struct LinkRow {
    pub id: String,
    pub path: String,
    pub form: String,
    pub title: String,
    /// It can be used now, as far as time goes.
    pub open: bool,
    pub switched_on: bool,
    pub sent: String,
    /// Until when, how many; may be empty.
    pub limits: String,
}
