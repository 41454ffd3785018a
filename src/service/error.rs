//! What a use case answers when it does not do what was asked. Each has a stable code, which is also its message's key.

use crate::{
    access::Denied,
    base::error::{FieldError, Params},
    flow::refusal::Refusal,
    rules::RuleError,
    store,
};

/// A refusal or failure of a use case. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the credentials are wrong (`code` says which).
    #[error("not signed in: {code}")]
    Unauthenticated { code: String, params: Params },
    /// Seen, but not allowed.
    #[error("forbidden: {code}")]
    Forbidden { code: String, params: Params },
    /// It does not exist for this person.
    #[error("not found")]
    NotFound,
    /// The request cannot be read.
    #[error("malformed: {message}")]
    Malformed { message: String },
    /// The state of things does not allow it now.
    #[error("conflict: {code}")]
    Conflict { code: String, message: Option<String>, params: Params, shortages: Vec<Shortage> },
    /// Somebody else saved since; `version` is what is stored now.
    #[error("stale: version {version} is stored")]
    Stale { version: i64 },
    /// Values that do not fit.
    #[error("invalid: {} errors", .0.len())]
    Invalid(Vec<FieldError>),
    /// Items of a batch that do not fit.
    #[error("invalid: {} items", .0.len())]
    Items(Vec<super::batch::ItemError>),
    /// Too much, too often: seconds until it may be tried again.
    #[error("limited: {code}")]
    Limited { code: String, retry_after: u64, params: Params },
    /// Too large.
    #[error("too large: {code}")]
    TooLarge { code: String, params: Params },
    /// The disk is full.
    #[error("storage is full")]
    StorageFull,
    /// The database had no time.
    #[error("busy")]
    Busy,
    /// A fault of ours; never shown.
    #[error("internal: {0}")]
    Internal(#[source] store::Source),
}

/// One balance that a post found short: the check's own sentence, in the reader's language, with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub code: String,
    pub message: String,
    /// The sentence by language, for whoever else is told.
    pub in_languages: Vec<(&'static str, String)>,
    pub params: Params,
    /// Positions of the document's lines, from 0.
    pub lines: Vec<usize>,
    pub lines_field: String,
}

impl Error {
    #[must_use]
    pub fn conflict(code: impl Into<String>) -> Self {
        Self::Conflict { code: code.into(), message: None, params: Params::new(), shortages: Vec::new() }
    }

    #[must_use]
    pub fn forbidden(code: impl Into<String>) -> Self {
        Self::Forbidden { code: code.into(), params: Params::new() }
    }

    #[must_use]
    pub fn invalid(path: &str, code: &str) -> Self {
        Self::Invalid(vec![FieldError::new(path, code)])
    }

    #[must_use]
    pub fn unauthenticated(code: &str) -> Self {
        Self::Unauthenticated { code: code.to_owned(), params: Params::new() }
    }

    #[must_use]
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed { message: message.into() }
    }

    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// Adds a figure to the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::Unauthenticated { params, .. }
        | Self::Forbidden { params, .. }
        | Self::Conflict { params, .. }
        | Self::Limited { params, .. }
        | Self::TooLarge { params, .. } = &mut self
        {
            params.insert(name.to_owned(), value.to_string());
        }
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Unauthenticated { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Conflict { code, .. }
            | Self::Limited { code, .. }
            | Self::TooLarge { code, .. } => code,
            Self::NotFound => "not_found",
            Self::Malformed { .. } => "malformed",
            Self::Stale { .. } => "stale",
            Self::Invalid(errors) => match errors.as_slice() {
                [only]
                    if matches!(
                        only.code.as_str(),
                        "unknown_field" | "unset_value" | "unique" | "idempotency_mismatch"
                    ) =>
                {
                    &only.code
                }
                _ => "invalid",
            },
            // Items that are refused for one and the same reason are refused as a whole for it.
            Self::Items(items) => {
                let mut codes = items.iter().map(|item| item.error.code());
                let first = codes.next().unwrap_or("invalid");
                if codes.all(|code| code == first) { first } else { "invalid" }
            }
            Self::StorageFull => "storage_full",
            Self::Busy => "busy",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale => Self::Stale { version: 0 },
            store::Error::Busy => Self::Busy,
            store::Error::Full => Self::StorageFull,
            store::Error::TooLarge { field } => Self::conflict("figure_too_large").with("field", field),
            store::Error::ForeignKey => Self::invalid("", "link_not_found"),
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Invisible => Self::NotFound,
            Denied::Forbidden => Self::forbidden("forbidden"),
            Denied::Broken { .. } => Self::Internal(Box::new(denied)),
        }
    }
}

impl From<RuleError> for Error {
    fn from(error: RuleError) -> Self {
        Self::Invalid(vec![error.at_field("")])
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code().to_owned();
        match refusal {
            Refusal::NoSuchTask { .. } => Self::NotFound,
            Refusal::NotYours { .. } => Self::forbidden(code),
            Refusal::NotAllowed { reason } => Self::forbidden(reason.code()),
            Refusal::ReasonRequired => Self::invalid("/comment", "reason_required"),
            Refusal::AlreadyDecided { by, at, .. } => {
                let mut error = Self::conflict(code);
                if let Some(by) = by {
                    error = error.with("by", by);
                }
                if let Some(at) = at {
                    error = error.with("at", at);
                }
                error
            }
            Refusal::Rule { error, pointer, .. } => {
                let mut field = FieldError::new("", error.code.clone()).with("rule", pointer);
                if let Some(title) = &error.field {
                    field = field.with("field", title);
                }
                Self::Invalid(vec![field.with("detail", &error.message)])
            }
            Refusal::Nobody { node } => Self::conflict(code).with("node", node),
            Refusal::TooManyPeople { node, count, most } => {
                Self::conflict(code).with("node", node).with("count", count).with("maximum", most)
            }
            Refusal::Budget { limit } => Self::conflict(code).with("limit", limit),
            Refusal::Broken(_) | Refusal::WrongAnswer { .. } | Refusal::Unsupported { .. } => {
                Self::internal(refusal.to_string())
            }
            _ => Self::conflict(code),
        }
    }
}
