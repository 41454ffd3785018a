//! What went wrong, as a page of its own or as a fragment.

use super::action::Action;
use super::shell::{Frame, Shell};
use crate::i18n::{Arg, Texts};
use askama::Template;

/// For somebody signed in.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    pub shell: Shell,
    pub problem: Problem,
}

/// For somebody who is not, and where even the menu cannot be had.
#[derive(Template)]
#[template(path = "problem_plain.html")]
pub struct PlainProblemPage {
    pub frame: Frame,
    pub problem: Problem,
}

/// For an htmx request.
#[derive(Template)]
#[template(path = "fragments/problem.html")]
pub struct ProblemFragment {
    pub t: Texts,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    pub icon: String,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub body: String,
    /// To quote when asking for help; may be empty.
    pub request_id: String,
    pub actions: Vec<Action>,
}

impl Problem {
    fn of(t: Texts, status: u16, icon: &str, key: &str, back: (&str, &str)) -> Self {
        Self {
            status,
            icon: icon.to_owned(),
            title: t.get(&format!("{key}-title")),
            body: t.get(&format!("{key}-body")),
            request_id: String::new(),
            actions: vec![Action::link(t.get(back.0), back.1)],
        }
    }

    /// 403. `ask` names who can grant it, for example `仓库主管 赵强`; empty for the main administrator.
    pub fn forbidden(t: Texts, ask: &str) -> Self {
        let mut problem = Self::of(t, 403, "lock", "problem-forbidden", ("problem-home", "/"));
        if !ask.is_empty() {
            problem.body = t.with("problem-forbidden-ask", &[("who", Arg::Text(ask))]);
        }
        problem
    }

    /// 404.
    pub fn not_found(t: Texts) -> Self {
        Self::of(t, 404, "search", "problem-not-found", ("problem-home", "/"))
    }

    /// 409: the thing is not in a state for this.
    pub fn conflict(t: Texts, message: &str, back: &str) -> Self {
        let mut problem = Self::of(t, 409, "clock", "problem-conflict", ("problem-back", back));
        if !message.is_empty() {
            problem.body = message.to_owned();
        }
        problem
    }

    /// 412: somebody else saved first. `reload` opens the thing as it is now.
    pub fn stale(t: Texts, reload: &str) -> Self {
        Self::of(t, 412, "clock", "problem-stale", ("problem-reload", reload))
    }

    /// 500.
    pub fn internal(t: Texts, request_id: &str) -> Self {
        let mut problem = Self::of(t, 500, "alert", "problem-internal", ("problem-home", "/"));
        problem.request_id = request_id.to_owned();
        problem
    }

    /// 503.
    pub fn unavailable(t: Texts, request_id: &str) -> Self {
        let mut problem = Self::of(t, 503, "offline", "problem-unavailable", ("problem-home", "/"));
        problem.request_id = request_id.to_owned();
        problem
    }

    /// Any other refusal, with a message that says all.
    pub fn other(t: Texts, status: u16, message: &str, back: &str) -> Self {
        let mut problem = Self::of(t, status, "alert", "problem-other", ("problem-back", back));
        problem.body = message.to_owned();
        problem
    }
}
