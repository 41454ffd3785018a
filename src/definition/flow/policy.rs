//! How a step of people works: how their decisions count, where it may be sent back to, what it offers, when it is due.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{START, Who, is_default};

/// How several people decide: `{"pass": "percent", "need": 60, "reject": "complement"}`. Unsaid: any one approval passes, any one rejection
/// rejects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    #[serde(default)]
    pub pass: Pass,
    /// Percent of people 1–100, a number of people, or a sum of weights; for those three ways only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub reject: RejectRule,
    /// Login name → weight, for `weight` only; who is not named weighs 1.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub weights: IndexMap<String, u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// 会签
    All,
    /// 或签
    #[default]
    Any,
    /// 依次: all, one after the other.
    Sequence,
    Percent,
    Count,
    Weight,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectRule {
    /// One rejection rejects.
    #[default]
    First,
    /// Rejected once a pass has become impossible.
    Complement,
}

/// What the holder of a task may do with a field, most specific name first: `lines.qty`, `lines.*`, `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldAccess {
    Hidden,
    Read,
    Edit,
    Required,
}

/// What a rejection leads to: `{"do": "end"}` or `{"do": "return", "to": "check"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum OnReject {
    End {},
    Return {
        to: String,
        #[serde(default, skip_serializing_if = "is_default")]
        resume: Resume,
    },
}

impl Default for OnReject {
    fn default() -> Self {
        Self::End {}
    }
}

/// Where a holder may send the case back to, and how it comes back. Unsaid: to the start, the holder chooses how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnPolicy {
    #[serde(default)]
    pub to: ReturnTo,
    #[serde(default, skip_serializing_if = "is_default")]
    pub resume: ResumePolicy,
}

/// `"none"`, `"start"`, `"any"`, or a list of node ids (among them possibly `start`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReturnTo {
    None,
    #[default]
    Start,
    Any,
    Nodes(Vec<String>),
}

impl ReturnTo {
    pub fn allows_start(&self) -> bool {
        match self {
            Self::None => false,
            Self::Start | Self::Any => true,
            Self::Nodes(nodes) => nodes.iter().any(|id| id == START),
        }
    }
}

impl Serialize for ReturnTo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Start => serializer.serialize_str(START),
            Self::Any => serializer.serialize_str("any"),
            Self::Nodes(nodes) => nodes.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ReturnTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "`return.to` must be \"none\", \"start\", \"any\" or a list of node ids")]
        enum Form {
            Word(String),
            Nodes(Vec<String>),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Word(word) => match word.as_str() {
                "none" => Self::None,
                "any" => Self::Any,
                START => Self::Start,
                _ => Self::Nodes(vec![word]),
            },
            Form::Nodes(nodes) => Self::Nodes(nodes),
        })
    }
}

/// How the case goes on when what was asked for is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// Again from the target on.
    #[default]
    Rerun,
    /// Straight back to the node that sent it back.
    Direct,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumePolicy {
    /// Whoever sends it back chooses.
    #[default]
    Ask,
    Rerun,
    Direct,
}

/// Operations beyond deciding that a node offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ops {
    #[serde(default, skip_serializing_if = "is_default")]
    pub transfer: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub delegate: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<AddPosition>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub remove: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub take_back: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddPosition {
    Before,
    After,
    Parallel,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    #[default]
    None,
    Optional,
    Required,
}

/// `{"after": "1wd", "remind": ["-4wh"], "do": "transfer", "to": […]}`; times are `30m 4h 2d` natural, `4wh 1wd` working.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    pub after: String,
    /// Relative to the due moment; before it with a minus sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remind: Vec<String>,
    #[serde(default, rename = "do", skip_serializing_if = "is_default")]
    pub action: DueAction,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Who>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueAction {
    #[default]
    Remind,
    Pass,
    Reject,
    Transfer,
    Escalate,
}
