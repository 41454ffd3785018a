//! What can be wrong with one field: a stable code, where it is, and the figures a message needs.

use indexmap::IndexMap;
use serde::Serialize;

/// The figures of a message by name: `{minimum: "1"}`.
pub type Params = IndexMap<String, String>;

/// One thing that is wrong with a value that was sent.
///
/// `path` is a JSON Pointer relative to the record's values (`/lines/0/qty`), empty for the document as a whole.
/// `code` is stable and also the key of the message. `message` is set where the definition itself says the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    pub path: String,
    pub code: String,
    pub message: Option<String>,
    pub params: Params,
}

impl FieldError {
    #[must_use]
    pub fn new(path: impl Into<String>, code: impl Into<String>) -> Self {
        Self { path: path.into(), code: code.into(), message: None, params: Params::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Says the definition's own sentence instead of the code's.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same error seen from one level further out.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = format!("{prefix}{}", self.path);
        self
    }
}
