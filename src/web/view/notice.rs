//! What a page says about itself: a message after an action, a note, an empty list, a change by somebody else.

use super::action::Action;

/// The message shown once after an action, with the way back if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub text: String,
    pub action: Option<Action>,
    pub bad: bool,
}

/// A boxed remark above a page's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub tone: NoteTone,
    pub text: String,
    /// A link behind the text: label and address.
    pub link: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteTone {
    Info,
    Warn,
    Bad,
}

impl Note {
    pub fn new(tone: NoteTone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), link: None }
    }

    /// The CSS classes and the icon of the note.
    pub fn class(&self) -> &'static str {
        match self.tone {
            NoteTone::Info => "note",
            NoteTone::Warn => "note warn",
            NoteTone::Bad => "note bad",
        }
    }

    pub fn icon(&self) -> &'static str {
        match self.tone {
            NoteTone::Info => "info",
            NoteTone::Warn => "clock",
            NoteTone::Bad => "alert",
        }
    }
}

/// Stands where a list would be: nothing there yet, nothing found, or not for the reader's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Empty {
    pub icon: String,
    pub title: String,
    /// What to do next, or whom to ask.
    pub body: String,
    pub action: Option<Action>,
}

impl Empty {
    pub fn new(icon: impl Into<String>, title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { icon: icon.into(), title: title.into(), body: body.into(), action: None }
    }
}

/// A half-filled form from before, to continue or to give up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftNote {
    pub text: String,
    /// Continues it.
    pub href: String,
    /// Gives it up, by POST.
    pub discard: String,
}

/// Somebody else saved the record while the reader was editing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub who: String,
    /// Formatted, for example `10:31`.
    pub when: String,
    pub fields: Vec<StaleField>,
    /// Opens the record as it is now; what was typed is lost.
    pub reload: String,
}

/// A field that differs, with what is stored now and what the reader typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleField {
    /// The name under which `theirs` or `mine` is posted.
    pub name: String,
    pub label: String,
    /// As it was when the form was opened, where that is known.
    pub base: Option<String>,
    pub stored: String,
    pub typed: String,
    /// What others stored is chosen, not what was typed.
    pub theirs: bool,
    /// Both changed it.
    pub both: bool,
}
