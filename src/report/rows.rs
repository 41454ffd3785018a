//! Rows of a report: the groups of several requests put together, and what is computed from them.

use crate::{
    base::value::Value,
    definition::field::Field,
    query::Function,
    rules::{Expression, RuleCode, RuleError, Variable},
};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A column of a report.
#[derive(Debug, Clone)]
pub struct Column {
    pub key: String,
    pub title: String,
    /// Reads, writes and shows its values.
    pub field: Field,
    pub from: From,
    /// Read by expressions, but not shown.
    pub hidden: bool,
    /// Whether a total of it says something.
    pub total: bool,
}

/// Where a column's values come from.
#[derive(Debug, Clone)]
pub enum From {
    Group,
    Measure(Function),
    Expression(Expression),
}

/// The figures of one group, as one request answered them.
#[derive(Debug, Clone)]
pub struct Part {
    /// `(column, value)` of the groups.
    pub keys: Vec<(usize, Value)>,
    /// `(column, value)` of the measures.
    pub figures: Vec<(usize, Value)>,
}

/// One value for each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub values: Vec<Value>,
}

impl Row {
    #[must_use]
    pub fn get(&self, column: usize) -> &Value {
        self.values.get(column).unwrap_or(&Value::Unset)
    }
}

/// Puts the answers together: one row for each group that any of them has, in the order in which they come. Where no rows were
/// counted, sums and counts are zero and other measures unset.
#[must_use]
pub fn merge(columns: &[Column], parts: impl IntoIterator<Item = Part>) -> Vec<Row> {
    let blank = Row { values: columns.iter().map(nothing).collect() };
    let mut rows: IndexMap<Vec<String>, Row> = IndexMap::new();
    for part in parts {
        let name = part.keys.iter().map(|(column, value)| columns[*column].field.write(value).to_string()).collect();
        let row = rows.entry(name).or_insert_with(|| blank.clone());
        for (column, value) in part.keys.into_iter().chain(part.figures) {
            row.values[column] = value;
        }
    }
    rows.into_values().collect()
}

/// What a column holds where nothing was counted.
fn nothing(column: &Column) -> Value {
    match column.from {
        From::Measure(Function::Count | Function::CountDistinct) => Value::Integer(0),
        From::Measure(Function::Sum) => Value::Decimal(Decimal::ZERO),
        _ => Value::Unset,
    }
}

/// Evaluates an expression over named variables.
pub type Evaluate<'a> = dyn Fn(&Expression, &[(&str, Variable<'_>)]) -> Result<Value, RuleError> + 'a;

/// Computes the expressions, from left to right. One that reads something unset or divides by nothing is unset; another failure
/// is answered with the column where it happened first.
///
/// # Errors
/// The column and what went wrong in it.
pub fn complete(columns: &[Column], rows: &mut [Row], evaluate: &Evaluate<'_>) -> Result<(), (usize, RuleError)> {
    for row in rows {
        for (index, column) in columns.iter().enumerate() {
            let From::Expression(expression) = &column.from else { continue };
            let known: Vec<(&str, Variable<'_>)> = columns[..index]
                .iter()
                .zip(&row.values)
                .map(|(column, value)| (column.key.as_str(), Variable::Value(value)))
                .collect();
            let value = match evaluate(expression, &known) {
                Ok(value) => column.field.settle(value),
                Err(error) if matches!(error.code, RuleCode::UnsetValue | RuleCode::DivisionByZero) => Value::Unset,
                Err(error) => return Err((index, error)),
            };
            row.values[index] = value;
        }
    }
    Ok(())
}

/// Sorts by `(column, descending)` keys and then by the groups; unset values come last in either direction.
pub fn sort(
    columns: &[Column],
    rows: &mut [Row],
    keys: &[(usize, bool)],
    compare: &dyn Fn(&Field, &Value, &Value) -> Ordering,
) {
    let groups = columns.iter().enumerate().filter(|(_, column)| matches!(column.from, From::Group));
    let keys: Vec<(usize, bool)> = keys.iter().copied().chain(groups.map(|(index, _)| (index, false))).collect();
    rows.sort_by(|one, other| {
        let order = keys.iter().map(|(index, descending)| {
            let (one, other) = (one.get(*index), other.get(*index));
            match (one.is_unset(), other.is_unset()) {
                (false, false) if *descending => compare(&columns[*index].field, other, one),
                (false, false) => compare(&columns[*index].field, one, other),
                (one, other) => one.cmp(&other),
            }
        });
        order.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
}
