//! What happens in a case: the entries of its log. Each carries all that is needed to make the rows again.

use serde::{Deserialize, Serialize};

use super::state::{CaseState, Scope, TaskState, Via};
use super::tally::Rule;
use crate::base::id::UserId;
use crate::base::time::Timestamp;
use crate::definition::flow::{Hook, NodeKind, Resume};

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without gaps within a case.
    pub sequence: u32,
    /// The case's `rev` after the command; all entries of a command share it.
    pub rev: u32,
    pub at: Timestamp,
    /// Who gave the command.
    pub by: UserId,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Submitted {
        activation: u32,
    },
    /// A node was entered; a branch with the arms it takes, a human node with its tasks.
    Entered {
        activation: u32,
        node: String,
        kind: NodeKind,
        scope: Option<Scope>,
        arms: Vec<String>,
        rule: Option<Rule>,
        tasks: Vec<NewTask>,
    },
    Copied {
        activation: u32,
        node: String,
        scope: Option<Scope>,
        copies: Vec<NewCopy>,
    },
    /// The turn of a waiting task has come.
    Opened {
        task: u32,
    },
    Decided {
        task: u32,
        verdict: Verdict,
        by: UserId,
        comment: Option<String>,
        automatic: Option<Automatic>,
    },
    /// An arm of a branch has ended.
    ArmEnded {
        branch: u32,
        arm: String,
    },
    Closed {
        activation: u32,
        outcome: Outcome,
        skip: Option<Skip>,
    },
    Returned {
        task: u32,
        resume: Resume,
        /// The start node opened anew, and the starter's task in it.
        activation: u32,
        start_task: u32,
        comment: Option<String>,
    },
    Resubmitted {
        task: u32,
        comment: Option<String>,
    },
    Effected {
        effect: EffectKey,
    },
    Ended {
        state: CaseState,
        comment: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    pub ordinal: u32,
    pub holder: UserId,
    pub on_behalf_of: Option<UserId>,
    pub via: Via,
    pub weight: u32,
    /// `Open`, or `Waiting` for its turn.
    pub state: TaskState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCopy {
    pub ordinal: u32,
    pub user: UserId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approved,
    Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Rejected,
}

/// Why a task was decided without its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Automatic {
    /// The holder had approved in this earlier task.
    AlreadyApproved { task: u32 },
}

/// Why a node closed without the people it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Nobody was found, and the empty policy decided.
    Nobody,
    /// Nobody but the starter was found, who is spared.
    Starter,
}

/// The name under which an effect runs once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EffectKey {
    pub effect: Hook,
    pub round: u32,
    pub direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Run the steps.
    Forward,
    /// Take back what the steps did to ledgers when they ran forward in that round.
    Undo,
}
