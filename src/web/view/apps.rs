//! The apps and the menu of one.

use super::action::Action;
use super::notice::Empty;
use super::shell::{MenuGroup, Shell};
use askama::Template;

/// `/apps`.
#[derive(Template)]
#[template(path = "apps.html")]
pub struct AppsPage {
    pub shell: Shell,
    /// To the templates and to a new app, for whoever may bring one in.
    pub actions: Vec<Action>,
    pub apps: Vec<AppCard>,
    pub empty: Option<Empty>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCard {
    pub title: String,
    pub icon: String,
    pub href: String,
    pub description: String,
    /// The first few entries of its menu.
    pub entries: Vec<(String, String)>,
}

/// `/apps/{app}`.
#[derive(Template)]
#[template(path = "app.html")]
pub struct AppPage {
    pub shell: Shell,
    pub title: String,
    pub description: String,
    pub actions: Vec<Action>,
    pub groups: Vec<MenuGroup>,
    pub empty: Option<Empty>,
}
