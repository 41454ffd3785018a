//! What the core asks of the shell, and what the shell answers.

use indexmap::IndexMap;

use super::event::EffectKey;
use crate::base::id::UserId;
use crate::definition::action::Step;
use crate::definition::flow::Who;

#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// The people whom the rules name, in order; answered by `Answer::People`.
    People {
        node: String,
        /// JSON Pointer of the rules in the flow.
        pointer: String,
        rules: Vec<Who>,
        starter: UserId,
        /// Whom a `handler` rule means, by its node: the core alone knows what this very command has decided.
        handlers: IndexMap<String, Vec<UserId>>,
        /// Login → weight; who is not named weighs 1.
        weights: IndexMap<String, u32>,
    },
    /// The direct superior of a user, if there is one; answered by `Answer::People`.
    Superior { of: UserId },
    /// The head of a user's department, if there is one; answered by `Answer::People`.
    Head { of: UserId },
    /// The app's administrators, at the end of the chain the main administrator; answered by `Answer::People`.
    Administrators,
    /// Whether a condition holds; answered by `Answer::Value`.
    Value { node: String, pointer: String, expression: String },
    /// Run the steps (or take them back) in this transaction; answered by `Answer::Done` or `Answer::Refused`.
    Effect { effect: EffectKey, steps: Vec<Step> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    People(Vec<Candidate>),
    Value(Result<bool, RuleError>),
    Done,
    /// The effect cannot be; the text goes to the caller as it is.
    Refused(String),
}

/// A person found by a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub user: UserId,
    pub disabled: bool,
    /// Who stands in for them now; never somebody disabled.
    pub substitute: Option<UserId>,
    pub weight: u32,
}

/// Why a condition has no value: `unset_value` with the field, or another code of the rule engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    pub code: String,
    pub field: Option<String>,
    pub message: String,
}

impl Candidate {
    /// A living person without a substitute, of weight 1.
    pub fn of(user: UserId) -> Self {
        Self { user, disabled: false, substitute: None, weight: 1 }
    }
}
