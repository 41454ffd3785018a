//! What surrounds a page: head of the document, top bar, side menu, dock.

use super::cell::Person;
use super::notice::Flash;
use crate::i18n::{Locale, Texts};

/// Light, dark, or whatever the reader's system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    Light,
    Dark,
    #[default]
    System,
}

impl Theme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Light, Self::Dark, Self::System].into_iter().find(|theme| theme.as_str() == text)
    }
}

/// What every document needs, signed in or not.
#[derive(Debug, Clone)]
pub struct Frame {
    pub t: Texts,
    pub theme: Theme,
    /// May be empty before set-up.
    pub organisation: String,
    /// Path and query of this page, to come back after a change of language or theme.
    pub path: String,
}

impl Frame {
    /// The language a reader would switch to.
    pub fn other_locale(&self) -> Locale {
        match self.t.locale() {
            Locale::ZhCn => Locale::En,
            Locale::En => Locale::ZhCn,
        }
    }
}

/// The surroundings of a page for somebody signed in.
#[derive(Debug, Clone)]
pub struct Shell {
    pub frame: Frame,
    /// The page's name in the window title, without the product's name.
    pub title: String,
    pub place: Place,
    pub me: Person,
    /// Open tasks; more than 99 shows as `99+`.
    pub todo_count: u32,
    /// Unread notices; more than 99 shows as `99+`.
    pub message_count: u32,
    /// One per app, in the order of the menu.
    pub groups: Vec<MenuGroup>,
    pub flash: Option<Flash>,
    /// Without the menus around it: the page is looked at within another.
    pub bare: bool,
}

/// Which entry of menu and dock is marked. Entries of apps carry their own mark in [`MenuEntry::current`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Home,
    Todo,
    Messages,
    /// The list of apps.
    Apps,
    /// Somewhere inside an app.
    App,
    Me,
    Elsewhere,
}

/// The menu of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuGroup {
    pub title: String,
    pub entries: Vec<MenuEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    pub label: String,
    /// A name from [`crate::web::view::icon::ICONS`]; an unknown one is drawn as `file`.
    pub icon: String,
    pub href: String,
    pub current: bool,
}

/// A step of the path above a page's title. The last has an empty `href`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

impl Crumb {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// A count as it is shown: `99+` beyond 99.
pub fn capped(count: u32) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

impl Shell {
    pub fn todo_badge(&self) -> Option<String> {
        (self.todo_count > 0).then(|| capped(self.todo_count))
    }

    pub fn message_badge(&self) -> Option<String> {
        (self.message_count > 0).then(|| capped(self.message_count))
    }

    pub fn at(&self, place: Place) -> bool {
        self.place == place
    }
}
