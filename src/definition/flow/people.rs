//! Who: the rules by which people are found for a node.

use serde::{Deserialize, Serialize};

use super::{Expression, ExpressionKind, is_default};

/// One rule, told apart by `"rule"`. A node names several; their people are taken in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// Named people by login.
    Members {
        members: Vec<String>,
    },
    /// Everybody in a role; with `where`, only those tied to a value of the record.
    Role {
        role: String,
        #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
        tied: Option<RoleWhere>,
    },
    /// The head or the members of a department: the one named, the one in a field, else the starter's.
    Department {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        #[serde(default, skip_serializing_if = "is_default")]
        take: DepartmentPart,
    },
    /// The starter's superior of exactly this level; 1 is the direct one.
    Superior {
        #[serde(default = "first_level", skip_serializing_if = "is_first_level")]
        level: u32,
    },
    /// The starter's superiors, nearest first, up to a level, up to the first in a role, or (with neither) to the top.
    Superiors {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    Starter {},
    /// A member, members, department or departments field of the record.
    Field {
        field: String,
    },
    /// Those who decided at an earlier node.
    Handler {
        node: String,
    },
    /// Chosen by the starter when submitting.
    StarterChoice {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Who>,
    },
    /// Chosen by whoever decides at the node before.
    PreviousChoice {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Who>,
    },
    /// An expression that gives a user id or a list of them.
    Rule {
        expression: String,
    },
    /// Every member; only for who may start.
    Anyone {},
}

/// `{"field": "shelf"}`: the people whose own values of this kind contain the record's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleWhere {
    pub field: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentPart {
    #[default]
    Head,
    Members,
}

fn first_level() -> u32 {
    1
}

fn is_first_level(level: &u32) -> bool {
    *level == 1
}

impl Who {
    /// Adds this rule's expressions to `found`; `pointer` is the rule's own place.
    pub fn expression<'a>(&'a self, pointer: &str, found: &mut Vec<Expression<'a>>) {
        match self {
            Self::Rule { expression } => found.push(Expression {
                pointer: format!("{pointer}/expression"),
                text: expression,
                kind: ExpressionKind::People,
                lines: None,
            }),
            Self::StarterChoice { from } | Self::PreviousChoice { from } => {
                for (index, who) in from.iter().enumerate() {
                    who.expression(&format!("{pointer}/from/{index}"), found);
                }
            }
            _ => {}
        }
    }
}
