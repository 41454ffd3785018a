//! Why a command was refused. A refused command changes nothing.

use thiserror::Error;

use super::event::EffectKey;
use super::need::RuleError;
use super::state::{CaseState, TaskState};
use crate::base::id::UserId;
use crate::base::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the record is already in an approval ({state:?})")]
    InApproval { state: CaseState },
    #[error("there is no task {task} in this case")]
    NoSuchTask { task: u32 },
    #[error("the task belongs to somebody else")]
    NotYours { task: u32 },
    /// Decided, or closed by what others decided; `by` and `at` say whose act it was.
    #[error("the task is already closed ({state:?})")]
    AlreadyDecided { task: u32, state: TaskState, by: Option<UserId>, at: Option<Timestamp> },
    #[error("the task is not open yet ({state:?})")]
    TaskNotOpen { task: u32, state: TaskState },
    #[error("the case is {state:?}; this cannot be done now")]
    CaseNotOpen { state: CaseState },
    #[error("this may not be done: {reason}")]
    NotAllowed { reason: Forbidden },
    #[error("a reason is required")]
    ReasonRequired,
    #[error("the condition at {pointer} (node {node}) has no value: {}", error.message)]
    Rule { node: String, pointer: String, error: Box<RuleError> },
    #[error("nobody can be found for the node {node}; name people for it, or an administrator")]
    Nobody { node: String },
    #[error("the node {node} names {count} people; at most {most} can decide together")]
    TooManyPeople { node: String, count: usize, most: usize },
    #[error("the flow did not come to rest within {limit} steps")]
    Budget { limit: u32 },
    #[error("what the decision would do cannot be done: {payload}")]
    EffectRefused { effect: EffectKey, payload: String },
    #[error("this version does not run the node {node}")]
    Unsupported { node: String },
    /// The case and its flow do not fit together.
    #[error("the case does not fit its flow: {0}")]
    Broken(String),
    /// The shell gave an answer of another kind than was asked for.
    #[error("answer {index} is of the wrong kind")]
    WrongAnswer { index: usize },
}

/// Why an operation is closed to this person or in this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Forbidden {
    #[error("only the starter may withdraw")]
    NotStarter,
    #[error("this flow does not allow withdrawing")]
    WithdrawNever,
    #[error("somebody has decided already; ask them to return it")]
    WithdrawAfterDecision,
    #[error("only an administrator may do this")]
    NotAdministrator,
    #[error("this step does not allow returning to the starter")]
    NoReturn,
    #[error("this step fixes how a returned case comes back")]
    ResumeFixed,
    #[error("this task takes another kind of decision")]
    OtherTask,
}

impl Refusal {
    /// The stable code, which is also the key of the message.
    pub fn code(&self) -> &str {
        match self {
            Self::InApproval { .. } => "in_approval",
            Self::NoSuchTask { .. } => "not_found",
            Self::NotYours { .. } => "not_yours",
            Self::AlreadyDecided { .. } => "already_decided",
            Self::TaskNotOpen { .. } | Self::CaseNotOpen { .. } => "not_open",
            Self::NotAllowed { .. } => "not_allowed",
            Self::ReasonRequired => "reason_required",
            Self::Rule { error, .. } => &error.code,
            Self::Nobody { .. } => "nobody",
            Self::TooManyPeople { .. } => "too_many_people",
            Self::Budget { .. } => "budget",
            Self::EffectRefused { .. } => "effect_refused",
            Self::Unsupported { .. } => "unsupported",
            Self::Broken(_) | Self::WrongAnswer { .. } => "internal",
        }
    }
}

impl Forbidden {
    /// The stable name of the reason; a message may be keyed by it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotStarter => "not_starter",
            Self::WithdrawNever => "withdraw_never",
            Self::WithdrawAfterDecision => "withdraw_after_decision",
            Self::NotAdministrator => "not_administrator",
            Self::NoReturn => "no_return",
            Self::ResumeFixed => "resume_fixed",
            Self::OtherTask => "other_task",
        }
    }
}
