//! The two pages before anybody is signed in: the first run and the sign-in.

use super::notice::Note;
use super::shell::Frame;
use askama::Template;

/// `/login`. Posts `login`, `password` and `next` to `/login`.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    pub frame: Frame,
    /// What was typed, or what `?login=` fills in.
    pub login: String,
    /// Where to go after signing in; a path on this server, may be empty.
    pub next: String,
    pub note: Option<Note>,
    /// The people of the demo company; empty everywhere else.
    pub demo: Vec<DemoSignIn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSignIn {
    pub login: String,
    pub name: String,
    pub title: String,
    pub href: String,
}

/// `/setup`. Posts `locale`, `organisation`, `name`, `login`, `password`, `password_again`, `start` (empty or a template's
/// key) and `demo` (`true` or absent) to `/setup`, with `_key`.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    pub frame: Frame,
    pub key: String,
    pub organisation: String,
    pub name: String,
    pub login: String,
    pub templates: Vec<TemplateChoice>,
    /// The key of the chosen template; empty for none.
    pub start: String,
    pub demo: bool,
    pub errors: Vec<SetupError>,
}

/// A bundled template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateChoice {
    pub key: String,
    pub title: String,
    pub description: String,
    pub has_demo: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError {
    /// The posted name; empty for the whole form.
    pub field: String,
    pub message: String,
}

impl SetupPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    pub fn first_error(&self) -> Option<&SetupError> {
        self.errors.iter().find(|error| !error.field.is_empty())
    }

    pub fn any_demo(&self) -> bool {
        self.templates.iter().any(|template| template.has_demo)
    }
}
