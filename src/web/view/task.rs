//! Deciding one task.
//!
//! The decision is posted to [`super::form::Form::action`] with the operation in `_op`, the opinion in `comment`, `_key`,
//! `_version` and the fields the step lets the reader change. [`super::form::Form::buttons`] stays empty.

use super::action::Action;
use super::cell::Status;
use super::flow::{Step, TimelineEntry};
use super::form::Form;
use super::notice::Note;
use super::shell::{Crumb, Shell};
use crate::i18n::Texts;
use askama::Template;

/// `/todo/{id}`.
#[derive(Template)]
#[template(path = "task.html")]
pub struct TaskPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub code: String,
    pub status: Option<Status>,
    pub meta: String,
    pub actions: Vec<Action>,
    pub track: Vec<Step>,
    /// Why the task came to the reader; may be empty.
    pub reason: String,
    pub notes: Vec<Note>,
    /// Why the last attempt to decide did not succeed.
    pub refusal: Option<Refusal>,
    /// The record: sections with facts, the fields that may be changed here, and lines.
    pub form: Form,
    pub timeline: Vec<TimelineEntry>,
    pub decide: Decide,
}

/// The record's part of the page, for a live change.
#[derive(Template)]
#[template(path = "fragments/task.html")]
pub struct TaskFragment {
    pub t: Texts,
    pub form: Form,
}

/// What the action bar holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Decide {
    Open(Decision),
    /// It is decided, or no longer the reader's: who, when, how, in one sentence; and what else is to do.
    Closed {
        text: String,
        next: Option<Action>,
    },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Only what may be done now; the one that stands out last.
    pub ops: Vec<Operation>,
    pub comment: String,
    pub comment_error: Option<String>,
}

/// One button of the bar, posted as `_op`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `approve`, `reject`, `return` …
    pub name: String,
    pub label: String,
}

impl Operation {
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { name: name.into(), label: label.into() }
    }

    pub fn icon(&self) -> Option<&'static str> {
        match self.name.as_str() {
            "approve" | "complete" => Some("check"),
            "return" => Some("return"),
            "transfer" => Some("forward"),
            "add" => Some("useradd"),
            _ => None,
        }
    }

    pub fn class(&self) -> &'static str {
        match self.name.as_str() {
            "approve" | "complete" => "btn primary",
            "reject" => "btn danger",
            _ => "btn",
        }
    }
}

/// The decision did not happen: the posting was refused, a field is wrong, somebody was faster.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What did not happen and why, for example `没有同意：3 行库存不足`.
    pub title: String,
    /// Every single reason.
    pub reasons: Vec<String>,
    /// What to do; may be empty.
    pub advice: String,
    /// The offered way out, for example to return it with the shortage as the opinion.
    pub offer: Option<Action>,
}
