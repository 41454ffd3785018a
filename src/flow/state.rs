//! A case: one run of a flow, as plain rows.
//!
//! Activations, tasks and copies carry ordinals from one counter inside the case; a row's identity is (case, ordinal).

use serde::{Deserialize, Serialize};

use super::event::{Automatic, EffectKey, Outcome, Skip};
use super::tally::{Counters, Rule};
use crate::base::id::{CaseId, UserId};
use crate::base::time::Timestamp;
use crate::definition::flow::NodeKind;

/// One run of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    /// Counts the commands that have changed the case.
    pub rev: u32,
    pub state: CaseState,
    /// Nobody before the submission.
    pub starter: Option<UserId>,
    /// 1 from the submission on, one more with each resubmission.
    pub round: u32,
    /// The ordinal that the next activation, task or copy gets; the first is 1.
    pub next_ordinal: u32,
    /// The number of the last log entry.
    pub sequence: u32,
    /// While returned to come straight back: the activation that sent the case back.
    pub origin: Option<u32>,
    pub activations: Vec<Activation>,
    pub tasks: Vec<Task>,
    pub copies: Vec<Copy>,
    /// Effects that were run, in order.
    pub effects: Vec<EffectKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Not yet submitted.
    New,
    Running,
    Returned,
    Suspended,
    Revoking,
    Approved,
    Rejected,
    Withdrawn,
    Terminated,
    Revoked,
}

/// The state of the record that a submit flow drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    Draft,
    InApproval,
    Approved,
    Rejected,
    Revoked,
}

/// A node that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    pub ordinal: u32,
    pub node: String,
    pub kind: NodeKind,
    /// The arm of a branch activation that this one lies in; nothing in the root block.
    pub scope: Option<Scope>,
    pub state: ActivationState,
    pub standing: Standing,
    pub round: u32,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    /// Why the node closed without the people it names.
    pub skip: Option<Skip>,
    /// The arms a branch took.
    pub arms: Vec<String>,
    /// Those of `arms` that have not ended.
    pub open_arms: Vec<String>,
    /// How the tasks decide, fixed when the node was entered.
    pub rule: Option<Rule>,
    pub counters: Counters,
}

/// A place inside a branch activation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    pub branch: u32,
    pub arm: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationState {
    Open,
    Parked,
    Done,
    Cancelled,
}

/// What an activation still means after a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// On the path, and its approvals count.
    Current,
    /// On the path, but the record was reworked since: its approvals spare nobody from approving again.
    Stale,
    /// Replaced by a rerun; no longer on the path.
    Lapsed,
}

/// One person's part in a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub ordinal: u32,
    pub activation: u32,
    pub state: TaskState,
    pub holder: UserId,
    /// Whom the holder stands in for.
    pub on_behalf_of: Option<UserId>,
    pub via: Via,
    pub weight: u32,
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Who decided it, or whose command closed it.
    pub closed_by: Option<UserId>,
    pub comment: Option<String>,
    /// Decided without its holder, and why.
    pub automatic: Option<Automatic>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Its turn has not come.
    Waiting,
    Open,
    Approved,
    Rejected,
    /// Work without a verdict is done.
    Completed,
    /// Its holder sent the case back.
    Returned,
    Transferred,
    /// The others have decided.
    Superseded,
    /// Hidden until the case comes back.
    Parked,
    Cancelled,
}

/// By what a task came to its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The node's rules.
    Rule,
    /// In place of the starter: their superior.
    Superior,
    /// In place of the starter: the head of their department.
    Head,
    /// Nobody was found: the people named for that.
    Members,
    /// Nobody was found: the administrators.
    Administrators,
    /// The starter's own task after a return.
    Starter,
}

/// A copy for information.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    pub ordinal: u32,
    pub activation: u32,
    pub user: UserId,
    pub at: Timestamp,
}

/// The rows that differ from an earlier state of the same case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    pub activations: Vec<&'a Activation>,
    pub tasks: Vec<&'a Task>,
    pub copies: Vec<&'a Copy>,
    pub effects: Vec<&'a EffectKey>,
}

impl Case {
    /// A case that has not been submitted.
    pub fn new(id: CaseId) -> Self {
        Self {
            id,
            rev: 0,
            state: CaseState::New,
            starter: None,
            round: 0,
            next_ordinal: 1,
            sequence: 0,
            origin: None,
            activations: Vec::new(),
            tasks: Vec::new(),
            copies: Vec::new(),
            effects: Vec::new(),
        }
    }

    pub fn activation(&self, ordinal: u32) -> Option<&Activation> {
        self.activations.iter().find(|row| row.ordinal == ordinal)
    }

    pub fn task(&self, ordinal: u32) -> Option<&Task> {
        self.tasks.iter().find(|row| row.ordinal == ordinal)
    }

    /// The tasks of an activation in their order.
    pub fn tasks_of(&self, activation: u32) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.activation == activation)
    }

    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.state == TaskState::Open)
    }

    /// The rows that are new or different since `before`; rows are never removed.
    pub fn changes_since(&self, before: &Self) -> Changes<'_> {
        Changes {
            activations: differing(&self.activations, &before.activations),
            tasks: differing(&self.tasks, &before.tasks),
            copies: differing(&self.copies, &before.copies),
            effects: self.effects.iter().skip(before.effects.len()).collect(),
        }
    }
}

/// Rows are appended and changed in place, so that equal positions are the same row.
fn differing<'a, T: PartialEq>(now: &'a [T], before: &[T]) -> Vec<&'a T> {
    now.iter().enumerate().filter(|(index, row)| before.get(*index) != Some(*row)).map(|(_, row)| row).collect()
}

impl CaseState {
    /// Whether nothing more happens by itself or by a task.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Withdrawn | Self::Terminated | Self::Revoked)
    }

    /// What the record's `state` is while its case is in this one.
    pub fn record(self) -> RecordState {
        match self {
            Self::New | Self::Withdrawn => RecordState::Draft,
            Self::Running | Self::Returned | Self::Suspended => RecordState::InApproval,
            Self::Approved | Self::Revoking => RecordState::Approved,
            Self::Rejected | Self::Terminated => RecordState::Rejected,
            Self::Revoked => RecordState::Revoked,
        }
    }
}

impl TaskState {
    /// Whether its holder has had a say by it.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Completed | Self::Returned)
    }

    /// Whether it can still be decided, now or later.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Open | Self::Parked)
    }
}
