//! The document of an approval flow: a tree of nodes with settings and hooks, as people draw it and as a package carries it.
//!
//! The types hold the whole format. `Flow::check` finds what is wrong in the document by itself, `Flow::unsupported` what is right but not
//! run by this version; references to tables, fields, roles and ledgers are judged where those are known.

mod check;
mod node;
mod people;
mod policy;
mod support;
mod walk;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use check::Problem;
pub use node::{
    ActionNode, ApproveNode, Arm, BranchMode, BranchNode, CcNode, DelayNode, EndNode, EndOutcome, HandleNode, Node,
    NodeKind, RouteNode, SubflowNode,
};
pub use people::{DepartmentPart, RoleWhere, Who};
pub use policy::{
    AddPosition, Due, DueAction, FieldAccess, Mode, OnReject, Ops, Pass, RejectRule, Resume, ResumePolicy,
    ReturnPolicy, ReturnTo, Signature,
};
pub use walk::{Expression, ExpressionKind, escape};

use super::action::Step;

/// The id of the node where the starter fills in the form; no other node may carry it.
pub const START: &str = "start";

/// One approval flow of one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub key: String,
    pub table: String,
    pub title: String,
    #[serde(default)]
    pub starts: Starts,
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Start,
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
    pub nodes: Vec<Node>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: Hooks,
}

/// What starts a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// Submitting the record; at most one such flow per table, and it drives the record's state.
    #[default]
    Submit,
    Button,
    /// Asking to revoke an approved record.
    Revoke,
}

/// The start node: who may start, and what they may fill in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Empty means whoever may submit the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldAccess>,
}

/// What holds for the whole flow; a node may differ in `dedupe`, `self` and `empty`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default, skip_serializing_if = "is_default")]
    pub dedupe: Dedupe,
    #[serde(default, rename = "self", skip_serializing_if = "is_default")]
    pub own: SelfPolicy,
    #[serde(default, skip_serializing_if = "is_default")]
    pub empty: Empty,
    #[serde(default, skip_serializing_if = "is_default")]
    pub withdraw: WithdrawPolicy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke: Option<Revoke>,
    /// The working calendar by which `wh` and `wd` are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Template of a case's title, `{field}` places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Fields shown with a task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<String>,
}

/// When somebody who has approved already is spared from approving again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dedupe {
    #[default]
    None,
    /// They approved at the approval just before, on the path really taken.
    Adjacent,
    /// They approved anywhere earlier on the path.
    AnyEarlier,
}

/// What happens when the starter is among the approvers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfPolicy {
    /// They decide like anybody else.
    #[default]
    Allow,
    /// The others decide; with no others the node passes.
    Skip,
    /// Their superior decides instead.
    Superior,
    /// The head of their department decides instead.
    Head,
    /// The others decide; with no others the empty policy holds, and it never gives the task to the starter.
    Forbid,
}

/// What happens when nobody is found for a node: `{"do": "members", "members": ["li"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {
    #[serde(rename = "do")]
    pub action: EmptyAction,
    /// Login names, for `members` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyAction {
    Pass,
    Reject,
    /// The people named; with none of them left, the administrators.
    Members,
    #[default]
    Admins,
    /// The command that would enter the node is refused.
    Refuse,
}

/// Until when the starter may take the case back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawPolicy {
    /// Until a person has decided since the last submission.
    #[default]
    BeforeFirstDecision,
    AnyTime,
    Never,
}

/// For how many days after approval the starter may ask to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    pub days: u32,
}

/// Steps run in the transaction of the transition that they are named for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hooks {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submitted: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terminated: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<Step>,
}

/// A transition that steps may be hung on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    Submitted,
    Approved,
    Rejected,
    Withdrawn,
    Returned,
    Terminated,
    Revoked,
}

impl Hook {
    pub const ALL: [Self; 7] = [
        Self::Submitted,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Returned,
        Self::Terminated,
        Self::Revoked,
    ];

    /// The member of `on` that holds its steps.
    pub fn key(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Returned => "returned",
            Self::Terminated => "terminated",
            Self::Revoked => "revoked",
        }
    }
}

impl Hooks {
    pub fn steps(&self, hook: Hook) -> &[Step] {
        match hook {
            Hook::Submitted => &self.submitted,
            Hook::Approved => &self.approved,
            Hook::Rejected => &self.rejected,
            Hook::Withdrawn => &self.withdrawn,
            Hook::Returned => &self.returned,
            Hook::Terminated => &self.terminated,
            Hook::Revoked => &self.revoked,
        }
    }
}

/// Keeps written documents short: a member that says what holds anyway is left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
