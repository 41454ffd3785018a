//! Binding a filter to a person and a day.

use super::{
    condition::{Condition, Test},
    filter::{FieldPath, Filter, FilterTest, Operand, Operator},
};
use crate::{
    base::{id::UserId, time::Timestamp, value::Value},
    definition::table::Table,
};
use indexmap::IndexMap;
use jiff::{civil::Date, tz::TimeZone};

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
            Self::AnyLine { lines, filter } => match filter.bind(binding)? {
                Condition::Never => Condition::Never,
                condition => Condition::AnyLine { lines: lines.clone(), condition: Box::new(condition) },
            },
            Self::Test(test) => bind_test(test, binding)?,
        })
    }
}

impl Filter {
    /// The condition of a filter that means the same for everybody on every day, and looks at fields of its own row only: what
    /// is kept in a record can depend on nothing else.
    ///
    /// # Errors
    /// What it depends on, as a sentence.
    pub fn fixed(&self, table: &Table) -> Result<Condition, String> {
        fn depends(operand: &Operand, of_moments: bool) -> bool {
            match operand {
                Operand::User(_) | Operand::Relative(_) => true,
                Operand::Value(value) => of_moments && matches!(value, Value::Date(_)),
                Operand::Values(parts) => parts.iter().any(|part| depends(part, of_moments)),
            }
        }
        fn looks_into_lines(filter: &Filter) -> bool {
            match filter {
                Filter::All(parts) | Filter::Any(parts) => parts.iter().any(looks_into_lines),
                Filter::Not(part) => looks_into_lines(part),
                Filter::AnyLine { .. } => true,
                Filter::Test(_) => false,
            }
        }
        if looks_into_lines(self) {
            return Err("the rows of a rollup are counted by their own fields, not by their lines".to_owned());
        }
        for test in self.tests() {
            let path = &test.path;
            if test.operator == Operator::Under && !matches!(test.operand, Operand::Value(Value::List(_))) {
                return Err(format!(
                    "what lies below \"{path}\" changes without the record; write the values with \"in\""
                ));
            }
            let elsewhere = match path {
                FieldPath::Hop(..) => true,
                FieldPath::Field(key) => table.field(key).is_some_and(|field| field.lookup.is_some()),
                FieldPath::System(_) => false,
            };
            if elsewhere {
                return Err(format!(
                    "\"{path}\" changes without the record; only fields of the record itself can be asked"
                ));
            }
            if depends(&test.operand, test.of_moments) {
                return Err(format!(
                    "what \"{path}\" is compared with depends on who asks or when; write a fixed value"
                ));
            }
        }
        let nobody = IndexMap::new();
        let binding = Binding {
            user: UserId(0),
            departments: &[],
            user_values: &nobody,
            today: Date::constant(2000, 1, 1),
            zone: &TimeZone::UTC,
        };
        self.bind(&binding).map_err(|error| error.to_string())
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

/// What one operand stands for: all stored values from the first to the second.
type Range = (Value, Value);

fn bind_test(test: &FilterTest, binding: &Binding<'_>) -> Result<Condition, BindError> {
    let ranges = ranges_of(&test.operand, test.of_moments, binding)?;
    let make = |operator, values| Condition::Test(Test { path: test.path.clone(), operator, values });
    let (low, high) = match (ranges.first(), ranges.last()) {
        (Some((low, _)), Some((_, high))) => (low.clone(), high.clone()),
        _ => (Value::Unset, Value::Unset),
    };
    Ok(match test.operator {
        Operator::Eq | Operator::In => within(&test.path, ranges),
        Operator::Ne | Operator::NotIn => negate(within(&test.path, ranges)),
        Operator::Empty => {
            let empty = make(Operator::Empty, Vec::new());
            if low == Value::Bool(false) { negate(empty) } else { empty }
        }
        // A user value stands for several ids: a field with several values holds one of them.
        Operator::Contains => {
            Condition::any_of(ranges.into_iter().map(|(value, _)| make(Operator::Contains, vec![value])))
        }
        Operator::Under => match ranges.is_empty() {
            true => Condition::Never,
            false => make(Operator::Under, ranges.into_iter().map(|(value, _)| value).collect()),
        },
        Operator::Between => make(Operator::Between, vec![low, high]),
        operator @ (Operator::Lt | Operator::Ge | Operator::Starts) => make(operator, vec![low]),
        operator @ (Operator::Le | Operator::Gt) => make(operator, vec![high]),
    })
}

/// One of the ranges; a user value stands for any of its ids.
fn within(path: &FieldPath, ranges: Vec<Range>) -> Condition {
    let make = |operator, values| Condition::Test(Test { path: path.clone(), operator, values });
    let (single, wide): (Vec<Range>, Vec<Range>) = ranges.into_iter().partition(|(low, high)| low == high);
    let mut single: Vec<Value> = single.into_iter().map(|(value, _)| value).collect();
    let equal = match single.len() {
        0 => Condition::Never,
        1 => make(Operator::Eq, vec![single.swap_remove(0)]),
        _ => make(Operator::In, single),
    };
    let wide = wide.into_iter().map(|(low, high)| make(Operator::Between, vec![low, high]));
    Condition::any_of(std::iter::once(equal).chain(wide))
}

fn ranges_of(operand: &Operand, of_moments: bool, binding: &Binding<'_>) -> Result<Vec<Range>, BindError> {
    let same = |value: Value| (value.clone(), value);
    let integers = |ids: &[i64]| ids.iter().map(|id| same(Value::Integer(*id))).collect();
    Ok(match operand {
        Operand::Value(Value::Date(day)) if of_moments => vec![moments(*day, *day, binding.zone)],
        Operand::Value(value) => vec![same(value.clone())],
        Operand::Values(parts) => {
            let lists: Vec<Vec<Range>> =
                parts.iter().map(|part| ranges_of(part, of_moments, binding)).collect::<Result<_, _>>()?;
            lists.into_iter().flatten().collect()
        }
        Operand::User(name) => match (name.as_str(), binding.user_values.get(name)) {
            (_, Some(ids)) => integers(ids),
            ("id", None) => integers(&[binding.user.0]),
            ("departments", None) => integers(binding.departments),
            _ => return Err(BindError(name.clone())),
        },
        Operand::Relative(relative) => {
            let (first, last) = relative.days(binding.today);
            vec![if of_moments { moments(first, last, binding.zone) } else { (Value::Date(first), Value::Date(last)) }]
        }
    })
}

/// The first and the last moment of a stretch of days.
fn moments(first: Date, last: Date, zone: &TimeZone) -> Range {
    let begins = |day: Date, or: Timestamp| {
        let begins = day.to_zoned(zone.clone()).and_then(|day| day.start_of_day());
        begins.map_or(or, |moment| Timestamp(moment.timestamp().as_millisecond()))
    };
    let end = last.tomorrow().map_or(Timestamp(i64::MAX), |next| begins(next, Timestamp(i64::MAX)));
    (Value::Instant(begins(first, Timestamp(i64::MIN))), Value::Instant(end.plus(-1)))
}
