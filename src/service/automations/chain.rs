//! Automations that set each other off: how deep, how many, and which of them failed.

use super::{Cause, Waiting};
use crate::{
    automation::{DEEPEST, MOST_RUNS},
    base::{
        error::Params,
        id::{AppId, RecordId, TableId, UserId},
        time::Timestamp,
    },
    i18n::{Arg, Locale, Texts},
    service::Error,
};
use serde_json::{Value as Json, json};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// The automations that led to a command, and what became of them. A fresh one belongs to each command of a person.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    titles: Vec<String>,
    /// What one write of a person has set off; there is none before the first.
    begun: Option<Arc<Begun>>,
    noted: Arc<Noted>,
}

#[derive(Debug, Default)]
struct Begun {
    runs: AtomicUsize,
    /// Each with the titles of those that led to it.
    waiting: Mutex<VecDeque<(Vec<String>, Waiting)>>,
}

#[derive(Debug, Default)]
struct Noted {
    failed: Mutex<Option<Failed>>,
    sent: AtomicBool,
}

/// A run that failed, to be written down once what it was part of has been taken back.
#[derive(Debug, Clone)]
pub(in crate::service) struct Failed {
    pub app: AppId,
    pub automation: String,
    pub cause: Cause,
    pub table: Option<TableId>,
    pub record: Option<RecordId>,
    pub title: String,
    pub user: UserId,
    pub steps: i64,
    pub problem: Json,
    pub started: Timestamp,
}

impl Chain {
    /// The chain of what an automation does.
    ///
    /// # Errors
    /// `automation_loop` with the way, `automation_too_many`.
    pub(super) fn deeper(&self, title: &str) -> Result<Self, Error> {
        let mut titles = self.titles.clone();
        titles.push(title.to_owned());
        if titles.len() > DEEPEST {
            let way = titles.iter().skip(DEEPEST.saturating_sub(3)).cloned().collect::<Vec<_>>().join(" → ");
            return Err(Error::conflict("automation_loop").with("way", way).with("maximum", DEEPEST));
        }
        // What one write of a person causes is counted together, however it branches.
        let begun = self.begun.clone().unwrap_or_default();
        if begun.runs.fetch_add(1, Ordering::Relaxed) >= MOST_RUNS {
            return Err(Error::conflict("automation_too_many").with("maximum", MOST_RUNS));
        }
        Ok(Self { titles, begun: Some(begun), noted: self.noted.clone() })
    }

    /// The chain once something is set off, and whether this is the first: who begins it sees it to its end.
    pub(super) fn begun(&self) -> (Self, bool) {
        let first = self.begun.is_none();
        (Self { begun: Some(self.begun.clone().unwrap_or_default()), ..self.clone() }, first)
    }

    /// Lets an automation wait for its turn.
    pub(super) fn wait(&self, waiting: Waiting) {
        if let Some(begun) = &self.begun {
            let mut queue = begun.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push_back((self.titles.clone(), waiting));
        }
    }

    /// The next that waits, with the chain that led to it.
    pub(super) fn next(&self) -> Option<(Self, Waiting)> {
        let mut queue = self.begun.as_ref()?.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (titles, waiting) = queue.pop_front()?;
        Some((Self { titles, ..self.clone() }, waiting))
    }

    /// Notes a run that failed; the first is the one that counts, those around it fail because of it.
    pub(super) fn note(&self, failed: Failed) {
        self.noted.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failed);
    }

    /// The run that failed, once.
    pub(in crate::service) fn failed(&self) -> Option<Failed> {
        self.noted.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Something waits to be sent.
    pub(super) fn sent(&self) {
        self.noted.sent.store(true, Ordering::Relaxed);
    }

    /// Whether something waits to be sent, once.
    pub(in crate::service) fn has_sent(&self) -> bool {
        self.noted.sent.swap(false, Ordering::Relaxed)
    }
}

/// The error with the automation's title. Values that do not fit are not those that the person sent, so they are told as a sentence.
pub(super) fn named(error: Error, title: &str, locale: &str) -> Error {
    let reason = match &error {
        Error::Internal(_) | Error::Busy | Error::StorageFull => return error,
        Error::Conflict { params, .. } if params.contains_key("automation") => return error,
        Error::Conflict { .. } => return error.with("automation", title),
        Error::Invalid(errors) => errors.first().map(|error| {
            let field = error.params.get("field").map(|field| format!("{field}: ")).unwrap_or_default();
            let said = error.message.clone().unwrap_or_else(|| words(&error.code, &error.params, locale));
            if said.contains(field.trim_end_matches(": ")) { said } else { format!("{field}{said}") }
        }),
        other => Some(words(other.code(), &Params::new(), locale)),
    };
    Error::conflict("automation_failed").with("automation", title).with("reason", reason.unwrap_or_default())
}

/// Why a run failed, as it is written down: `{"code", "message"}`, the sentence in the language of whoever caused it.
pub(super) fn problem(error: &Error, locale: &str) -> Json {
    let message = match error {
        Error::Conflict { message: Some(message), .. } => message.clone(),
        Error::Conflict { code, params, .. } => words(code, params, locale),
        other => words(other.code(), &Params::new(), locale),
    };
    json!({"code": error.code(), "message": message})
}

fn words(code: &str, params: &Params, locale: &str) -> String {
    let texts = Texts(Locale::parse(locale).unwrap_or_default());
    let arguments: Vec<(&str, Arg<'_>)> =
        params.iter().map(|(name, value)| (name.as_str(), Arg::Text(value.as_str()))).collect();
    texts.error(code, &arguments).unwrap_or_else(|| code.to_owned())
}
