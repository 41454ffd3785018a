//! A filter with every value known, and what it means for one row.
//!
//! Every test is two-valued: an unset field meets no test but `empty`, and meets every negated one ("is not A" includes
//! rows where nothing was filled in). SQL's third value never decides.

use super::filter::{FieldPath, Operator};
use crate::base::value::Value;
use std::cmp::Ordering;

/// A condition on rows, ready to be compiled or evaluated.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Condition {
    /// Every row.
    #[default]
    Always,
    /// No row.
    Never,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// At least one line of the lines field meets the condition.
    AnyLine {
        lines: String,
        condition: Box<Condition>,
    },
    Test(Test),
}

/// One comparison. `operator` is never `Ne` or `NotIn`: those are `Not` around their opposite.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub path: FieldPath,
    pub operator: Operator,
    /// One value; two for `Between`; any number for `In`; none for `Empty`. `Under`: the path of a cascade as a list, or ids.
    pub values: Vec<Value>,
}

/// Gives the value of a path in a row. A field with several values is a `List`.
pub trait RowValues {
    fn value(&self, path: &FieldPath) -> Value;

    /// The lines of a lines field; what has no lines has none.
    fn lines(&self, _key: &str) -> Vec<&dyn RowValues> {
        Vec::new()
    }
}

impl Condition {
    /// Both conditions, simplified.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, condition) | (condition, Self::Always) => condition,
            (Self::All(mut parts), Self::All(more)) => {
                parts.extend(more);
                Self::All(parts)
            }
            (Self::All(mut parts), condition) => {
                parts.push(condition);
                Self::All(parts)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// At least one of the conditions, simplified.
    #[must_use]
    pub fn any_of(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = Vec::new();
        for condition in conditions {
            match condition {
                Self::Always => return Self::Always,
                Self::Never => {}
                other if parts.contains(&other) => {}
                other => parts.push(other),
            }
        }
        match parts.len() {
            0 => Self::Never,
            1 => parts.swap_remove(0),
            _ => Self::Any(parts),
        }
    }

    /// A test that a field equals a value.
    #[must_use]
    pub fn equals(path: FieldPath, value: Value) -> Self {
        Self::Test(Test { path, operator: Operator::Eq, values: vec![value] })
    }

    /// Whether the row meets the condition.
    #[must_use]
    pub fn matches(&self, row: &dyn RowValues) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::All(parts) => parts.iter().all(|part| part.matches(row)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(row)),
            Self::Not(part) => !part.matches(row),
            Self::AnyLine { lines, condition } => row.lines(lines).into_iter().any(|line| condition.matches(line)),
            Self::Test(test) => test.matches(&row.value(&test.path)),
        }
    }

    /// Every path that it looks at, lines aside.
    #[must_use]
    pub fn paths(&self) -> Vec<&FieldPath> {
        match self {
            Self::Always | Self::Never | Self::AnyLine { .. } => Vec::new(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Not(part) => part.paths(),
            Self::Test(test) => vec![&test.path],
        }
    }
}

impl Test {
    fn matches(&self, value: &Value) -> bool {
        if self.operator == Operator::Empty {
            return value.is_unset();
        }
        if value.is_unset() {
            return false;
        }
        let first = self.values.first();
        let compared = |wanted: Ordering| first.and_then(|other| compare(value, other)) == Some(wanted);
        match self.operator {
            Operator::Eq => compared(Ordering::Equal),
            Operator::Lt => compared(Ordering::Less),
            Operator::Gt => compared(Ordering::Greater),
            Operator::Le => compared(Ordering::Less) || compared(Ordering::Equal),
            Operator::Ge => compared(Ordering::Greater) || compared(Ordering::Equal),
            Operator::In => self.values.iter().any(|other| compare(value, other) == Some(Ordering::Equal)),
            Operator::Between => match self.values.as_slice() {
                [low, high] => {
                    matches!(compare(value, low), Some(Ordering::Greater | Ordering::Equal))
                        && matches!(compare(value, high), Some(Ordering::Less | Ordering::Equal))
                }
                _ => false,
            },
            Operator::Contains => match (value, first) {
                (Value::List(items), Some(wanted)) => items.contains(wanted),
                (Value::Text(text), Some(Value::Text(part))) => fold(text).contains(&fold(part)),
                _ => false,
            },
            Operator::Starts => match (value, first) {
                (Value::Text(text), Some(Value::Text(part))) => fold(text).starts_with(&fold(part)),
                _ => false,
            },
            Operator::Under => match (value, first) {
                (Value::List(path), Some(Value::List(start))) => path.starts_with(start),
                // What lies below an id is known to the database alone: such a test is only ever asked there.
                _ => self.values.iter().any(|other| compare(value, other) == Some(Ordering::Equal)),
            },
            Operator::Ne | Operator::NotIn | Operator::Empty => false,
        }
    }
}

/// How part searches see text: Latin letters without case, all else as it is. Both databases can do exactly this.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The order of two values of one kind; text by code point. Values of different kinds have none.
#[must_use]
pub fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
        _ => Some(one.as_decimal()?.cmp(&other.as_decimal()?)),
    }
}
