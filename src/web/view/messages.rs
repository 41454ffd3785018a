//! Notices.

use super::action::Tab;
use super::cell::Person;
use super::notice::Empty;
use super::shell::Shell;
use askama::Template;

/// `/messages`. Marks all read by `POST /messages/read`.
#[derive(Template)]
#[template(path = "messages.html")]
pub struct MessagesPage {
    pub shell: Shell,
    /// All, unread; may be empty.
    pub tabs: Vec<Tab>,
    pub messages: Vec<Message>,
    pub empty: Option<Empty>,
    pub any_unread: bool,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub text: String,
    pub detail: String,
    /// Opens what it is about and marks it read; may be empty.
    pub href: String,
    pub who: Option<Person>,
    pub time: String,
    pub machine: String,
    pub unread: bool,
}
