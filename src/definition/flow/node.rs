//! The nodes of a flow and what each may say.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Dedupe, Due, Empty, FieldAccess, Mode, OnReject, Ops, ReturnPolicy, SelfPolicy, Who, is_default};
use crate::definition::action::Step;

/// One node, told apart by `"type"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Node {
    Approve(Box<ApproveNode>),
    Handle(Box<HandleNode>),
    Cc(CcNode),
    Branch(BranchNode),
    Delay(DelayNode),
    Action(ActionNode),
    Subflow(SubflowNode),
    Route(RouteNode),
    End(EndNode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Start,
    Approve,
    Handle,
    Cc,
    Branch,
    Delay,
    Action,
    Subflow,
    Route,
    End,
}

/// 审批: people decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldAccess>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_reject: OnReject,
    #[serde(default, rename = "return", skip_serializing_if = "is_default")]
    pub back: ReturnPolicy,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ops: Ops,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedupe: Option<Dedupe>,
    #[serde(default, rename = "self", skip_serializing_if = "Option::is_none")]
    pub own: Option<SelfPolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
}

/// 办理: people work without a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandleNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldAccess>,
    #[serde(default, rename = "return", skip_serializing_if = "is_default")]
    pub back: ReturnPolicy,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ops: Ops,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
}

/// 抄送: people are shown the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CcNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldAccess>,
}

/// The only node that nests; the join belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub mode: BranchMode,
    pub arms: Vec<Arm>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchMode {
    /// 条件: the first arm whose condition holds, else the else arm.
    #[default]
    Exclusive,
    /// 并行: all arms.
    Parallel,
    /// 包容: all arms whose condition holds, else the else arm.
    Inclusive,
}

/// One way through a branch. Arms are tried in the order written; the else arm last wherever it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    #[serde(default, rename = "else", skip_serializing_if = "is_default")]
    pub otherwise: bool,
    pub nodes: Vec<Node>,
}

/// Waits for a time (`for`) or until a moment (`until`, an expression).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// 自动: steps in the same transaction; with `wait`, goes on only when called back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Step>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub wait: bool,
}

/// Starts another flow, once or for each line; `wait` makes it synchronous.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubflowNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub flow: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: IndexMap<String, String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub wait: bool,
}

/// Jumps to a node, at most `most` times in a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    pub most: u32,
}

/// Ends the case here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndNode {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: EndOutcome,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndOutcome {
    #[default]
    Approved,
    Rejected,
}

impl Node {
    pub fn id(&self) -> &str {
        match self {
            Self::Approve(node) => &node.id,
            Self::Handle(node) => &node.id,
            Self::Cc(node) => &node.id,
            Self::Branch(node) => &node.id,
            Self::Delay(node) => &node.id,
            Self::Action(node) => &node.id,
            Self::Subflow(node) => &node.id,
            Self::Route(node) => &node.id,
            Self::End(node) => &node.id,
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Self::Approve(node) => &node.title,
            Self::Handle(node) => &node.title,
            Self::Cc(node) => &node.title,
            Self::Branch(node) => &node.title,
            Self::Delay(node) => &node.title,
            Self::Action(node) => &node.title,
            Self::Subflow(node) => &node.title,
            Self::Route(node) => &node.title,
            Self::End(node) => &node.title,
        }
    }

    pub fn kind(&self) -> NodeKind {
        match self {
            Self::Approve(_) => NodeKind::Approve,
            Self::Handle(_) => NodeKind::Handle,
            Self::Cc(_) => NodeKind::Cc,
            Self::Branch(_) => NodeKind::Branch,
            Self::Delay(_) => NodeKind::Delay,
            Self::Action(_) => NodeKind::Action,
            Self::Subflow(_) => NodeKind::Subflow,
            Self::Route(_) => NodeKind::Route,
            Self::End(_) => NodeKind::End,
        }
    }

    /// The people of a human node, those to be told of a cc; nothing for the others.
    pub fn who(&self) -> &[Who] {
        match self {
            Self::Approve(node) => &node.who,
            Self::Handle(node) => &node.who,
            Self::Cc(node) => &node.who,
            _ => &[],
        }
    }

    /// The rights on fields that the node names.
    pub fn fields(&self) -> Option<&IndexMap<String, FieldAccess>> {
        match self {
            Self::Approve(node) => Some(&node.fields),
            Self::Handle(node) => Some(&node.fields),
            Self::Cc(node) => Some(&node.fields),
            _ => None,
        }
    }

    /// Whether a person decides or works here.
    pub fn is_human(&self) -> bool {
        matches!(self, Self::Approve(_) | Self::Handle(_))
    }
}
