//! The reader's own page.

use super::cell::Fact;
use super::notice::Note;
use super::shell::Shell;
use askama::Template;

/// `/me`. Posts `current`, `password`, `password_again` to `/me/password`, `locale` to `/me/locale`, `theme` to `/me/theme`.
#[derive(Template)]
#[template(path = "me.html")]
pub struct MePage {
    pub shell: Shell,
    pub facts: Vec<Fact>,
    pub note: Option<Note>,
    /// Posted name and message of what is wrong in the password form.
    pub errors: Vec<(String, String)>,
}

impl MePage {
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
}
