//! What people ask of a case.

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;
use crate::base::time::Timestamp;
use crate::definition::flow::Resume;

/// A command with who gives it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub actor: Actor,
    pub at: Timestamp,
    pub command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    /// Whether they administer the app that the case belongs to.
    pub administrator: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// The shell has seen to it that the actor may submit and the record has no other open case.
    Submit,
    Approve {
        task: u32,
        comment: Option<String>,
    },
    Reject {
        task: u32,
        comment: Option<String>,
    },
    /// Back to the starter. Without `resume` the node's own way holds, else a rerun.
    ReturnToStart {
        task: u32,
        resume: Option<Resume>,
        comment: Option<String>,
    },
    Resubmit {
        task: u32,
        comment: Option<String>,
    },
    Withdraw {
        comment: Option<String>,
    },
    Terminate {
        reason: String,
    },
}
