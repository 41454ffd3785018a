//! The face of conditions: rows of field, comparison and value, joined by "all" or "any", groups within groups.
//!
//! Comparing what is not filled in is an error in expressions. In a row it is simply not so (and "is not" is so), which is what
//! people expect of a condition; the rows write that down.

use super::node::{Binary, Node};

/// Rows that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    pub join: Join,
    pub parts: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    All,
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Test { path: Vec<String>, operator: RowOperator, value: Option<Node> },
    Group(Rows),
}

/// How a row compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    Starts,
    /// One of a list.
    OneOf,
    NotOneOf,
    Set,
    Blank,
    True,
    False,
}

impl RowOperator {
    pub const ALL: [Self; 14] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Contains,
        Self::Starts,
        Self::OneOf,
        Self::NotOneOf,
        Self::Set,
        Self::Blank,
        Self::True,
        Self::False,
    ];

    /// Its name in forms, and the end of its message's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Contains => "contains",
            Self::Starts => "starts",
            Self::OneOf => "in",
            Self::NotOneOf => "nin",
            Self::Set => "set",
            Self::Blank => "empty",
            Self::True => "true",
            Self::False => "false",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Whether a row needs a value.
    #[must_use]
    pub const fn takes_value(self) -> bool {
        !matches!(self, Self::Set | Self::Blank | Self::True | Self::False)
    }

    const fn comparison(self) -> Option<Binary> {
        Some(match self {
            Self::Equal => Binary::Equal,
            Self::NotEqual => Binary::NotEqual,
            Self::Less => Binary::Less,
            Self::LessOrEqual => Binary::LessOrEqual,
            Self::Greater => Binary::Greater,
            Self::GreaterOrEqual => Binary::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether a value that is not filled in meets it.
    const fn is_met_by_nothing(self) -> bool {
        matches!(self, Self::NotEqual | Self::NotOneOf | Self::False)
    }
}

/// A tree as rows; nothing where it is no condition of this form.
#[must_use]
pub fn read_rows(node: &Node) -> Option<Rows> {
    let (join, operator) = match node {
        Node::Binary(Binary::Or, ..) if guarded(node).is_none() => (Join::Any, Binary::Or),
        _ => (Join::All, Binary::And),
    };
    // The guard of a row is joined by the same operator as the rows, so that it is looked for among the parts.
    let all = node.parts(operator);
    let mut parts = Vec::new();
    let mut rest = all.as_slice();
    while let [first, tail @ ..] = rest {
        let pair = tail.first().and_then(|second| pair(operator, first, second));
        if let Some(row) = pair {
            parts.push(row);
            rest = &tail[1..];
            continue;
        }
        parts.push(match guarded(first).or_else(|| bare(first)) {
            Some(row) => row,
            None if matches!(first, Node::Binary(Binary::And | Binary::Or, ..)) => Row::Group(read_rows(first)?),
            None => return None,
        });
        rest = tail;
    }
    Some(Rows { join, parts })
}

/// `is_set(a) && a > 1`, `!is_set(a) || a != 1`.
fn guarded(node: &Node) -> Option<Row> {
    match node {
        Node::Binary(operator @ (Binary::And | Binary::Or), left, right) => pair(*operator, left, right),
        _ => None,
    }
}

/// A guard and the comparison that it is for.
fn pair(operator: Binary, guard: &Node, test: &Node) -> Option<Row> {
    let Row::Test { path, operator: own, value } = bare(test)? else { return None };
    let expected = guard_of(&path, own)?;
    let wanted = if own.is_met_by_nothing() { Binary::Or } else { Binary::And };
    (operator == wanted && *guard == expected).then_some(Row::Test { path, operator: own, value })
}

fn guard_of(path: &[String], operator: RowOperator) -> Option<Node> {
    let set = Node::call("is_set", [Node::Path(path.to_vec())]);
    match operator {
        RowOperator::Set | RowOperator::Blank => None,
        operator if operator.is_met_by_nothing() => Some(set.negated()),
        _ => Some(set),
    }
}

/// A comparison without a guard.
fn bare(node: &Node) -> Option<Row> {
    let row = |path: &[String], operator, value: Option<&Node>| {
        Some(Row::Test { path: path.to_vec(), operator, value: value.cloned() })
    };
    match node {
        Node::Path(path) => row(path, RowOperator::True, None),
        Node::Binary(comparison, left, right) => {
            let operator = RowOperator::ALL.into_iter().find(|row| row.comparison() == Some(*comparison))?;
            match (&**left, &**right) {
                (Node::Path(path), value) if is_value(value) => row(path, operator, Some(value)),
                _ => None,
            }
        }
        Node::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("is_set", [Node::Path(path)]) => row(path, RowOperator::Set, None),
            ("contains", [Node::Path(path), value]) if is_value(value) => row(path, RowOperator::Contains, Some(value)),
            ("starts_with", [Node::Path(path), value]) if is_value(value) => {
                row(path, RowOperator::Starts, Some(value))
            }
            ("contains", [list @ Node::List(items), Node::Path(path)]) if items.iter().all(is_value) => {
                row(path, RowOperator::OneOf, Some(list))
            }
            _ => None,
        },
        Node::Not(inner) => match bare(inner)? {
            Row::Test { path, operator: RowOperator::Set, .. } => row(&path, RowOperator::Blank, None),
            Row::Test { path, operator: RowOperator::True, .. } => row(&path, RowOperator::False, None),
            Row::Test { path, operator: RowOperator::OneOf, value } => {
                row(&path, RowOperator::NotOneOf, value.as_ref())
            }
            _ => None,
        },
        _ => None,
    }
}

/// What may stand at the end of a row: something written there, another field, or a day reckoned from today.
fn is_value(node: &Node) -> bool {
    match node {
        Node::Number(_) | Node::Text(_) | Node::Bool(_) | Node::Path(_) => true,
        Node::Negate(inner) => matches!(**inner, Node::Number(_)),
        Node::Call(name, arguments) => {
            matches!((name.as_str(), arguments.as_slice()), ("today" | "now", []) | ("setting", [Node::Text(_)]))
        }
        Node::Binary(Binary::Add | Binary::Subtract, left, right) => {
            left.is_call("today") && matches!(**right, Node::Number(_))
        }
        _ => false,
    }
}

/// Rows as a tree; nothing for no rows, and for one that lacks its value.
#[must_use]
pub fn write_rows(rows: &Rows) -> Option<Node> {
    let operator = match rows.join {
        Join::All => Binary::And,
        Join::Any => Binary::Or,
    };
    let parts = rows.parts.iter().map(|row| match row {
        Row::Group(rows) => write_rows(rows),
        Row::Test { path, operator, value } => test(path, *operator, value.as_ref()),
    });
    let parts: Vec<Node> = parts.collect::<Option<_>>()?;
    Node::joined(operator, parts)
}

fn test(path: &[String], operator: RowOperator, value: Option<&Node>) -> Option<Node> {
    let field = Node::Path(path.to_vec());
    let compared = match (operator, value) {
        (RowOperator::Set, _) => return Some(Node::call("is_set", [field])),
        (RowOperator::Blank, _) => return Some(Node::call("is_set", [field]).negated()),
        (RowOperator::True, _) => field,
        (RowOperator::False, _) => field.negated(),
        (RowOperator::Contains, Some(value)) => Node::call("contains", [field, value.clone()]),
        (RowOperator::Starts, Some(value)) => Node::call("starts_with", [field, value.clone()]),
        (RowOperator::OneOf, Some(list)) => Node::call("contains", [list.clone(), field]),
        (RowOperator::NotOneOf, Some(list)) => Node::call("contains", [list.clone(), field]).negated(),
        (operator, Some(value)) => Node::binary(operator.comparison()?, field, value.clone()),
        (_, None) => return None,
    };
    let joining = if operator.is_met_by_nothing() { Binary::Or } else { Binary::And };
    Some(Node::binary(joining, guard_of(path, operator)?, compared))
}
