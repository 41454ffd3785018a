//! Binding a filter to a person and a day.

use super::{
    condition::{Condition, Test},
    filter::{FieldPath, Filter, FilterTest, Operand, Operator},
};
use crate::base::{id::UserId, value::Value};
use indexmap::IndexMap;
use jiff::{Span, civil::Date, tz::TimeZone};

/// What user values and relative dates stand for.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    pub user: UserId,
    /// Ids of the person's departments.
    pub departments: &'a [i64],
    /// The app's user values: ids by name.
    pub user_values: &'a IndexMap<String, Vec<i64>>,
    /// Today in the organisation's zone.
    pub today: Date,
    /// The organisation's zone: where its days begin.
    pub zone: &'a TimeZone,
}

/// A user value that the app does not define.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no user value \"{0}\"")]
pub struct BindError(pub String);

impl Filter {
    /// # Errors
    /// A user value that the app does not define.
    pub fn bind(&self, binding: &Binding<'_>) -> Result<Condition, BindError> {
        Ok(match self {
            Self::All(parts) => {
                let mut all = Condition::Always;
                for part in parts {
                    all = all.and(part.bind(binding)?);
                }
                all
            }
            Self::Any(parts) => {
                Condition::any_of(parts.iter().map(|part| part.bind(binding)).collect::<Result<Vec<_>, _>>()?)
            }
            Self::Not(part) => negate(part.bind(binding)?),
            Self::Test(test) => bind_test(test, binding)?,
        })
    }
}

fn negate(condition: Condition) -> Condition {
    match condition {
        Condition::Always => Condition::Never,
        Condition::Never => Condition::Always,
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

fn bind_test(test: &FilterTest, binding: &Binding<'_>) -> Result<Condition, BindError> {
    let values = values_of(&test.operand, binding)?;
    let make = |operator, values| Condition::Test(Test { path: test.path.clone(), operator, values });
    Ok(match test.operator {
        Operator::Ne => negate(equality(&test.path, values)),
        Operator::Eq => equality(&test.path, values),
        Operator::In => within(&test.path, values),
        Operator::NotIn => negate(within(&test.path, values)),
        Operator::Empty => {
            let empty = make(Operator::Empty, Vec::new());
            if values.first() == Some(&Value::Bool(false)) { negate(empty) } else { empty }
        }
        // A user value stands for several ids: a field with several values holds one of them.
        Operator::Contains if values.len() != 1 => {
            Condition::any_of(values.into_iter().map(|value| make(Operator::Contains, vec![value])))
        }
        operator => make(operator, values),
    })
}

/// Equality with a user value means one of its ids.
fn equality(path: &FieldPath, values: Vec<Value>) -> Condition {
    match values.len() {
        0 => Condition::Never,
        1 => Condition::Test(Test { path: path.clone(), operator: Operator::Eq, values }),
        _ => within(path, values),
    }
}

fn within(path: &FieldPath, values: Vec<Value>) -> Condition {
    if values.is_empty() {
        return Condition::Never;
    }
    Condition::Test(Test { path: path.clone(), operator: Operator::In, values })
}

fn values_of(operand: &Operand, binding: &Binding<'_>) -> Result<Vec<Value>, BindError> {
    let integers = |ids: &[i64]| ids.iter().copied().map(Value::Integer).collect();
    Ok(match operand {
        Operand::Value(value) => vec![value.clone()],
        Operand::Values(parts) => {
            let lists: Vec<Vec<Value>> = parts.iter().map(|part| values_of(part, binding)).collect::<Result<_, _>>()?;
            lists.into_iter().flatten().collect()
        }
        Operand::User(name) => match (name.as_str(), binding.user_values.get(name)) {
            (_, Some(ids)) => integers(ids),
            ("id", None) => vec![Value::Integer(binding.user.0)],
            ("departments", None) => integers(binding.departments),
            _ => return Err(BindError(name.clone())),
        },
        Operand::Today(days) => {
            let day = binding.today.saturating_add(Span::new().days(*days));
            vec![Value::Date(day)]
        }
    })
}
