//! Rollups over a record's own lines: computed with its formulas, from the lines as they stand in the document.

use super::error::{RuleCode, RuleError};
use crate::{
    base::value::{Line, Value},
    definition::{
        field::{Field, Rollup},
        measure::{Function, unit_scale},
        table::Table,
    },
    query::{Condition, FieldPath, FieldSource, Filter, RowValues, average, compare},
};
use rust_decimal::Decimal;
use std::{cmp::Ordering, collections::HashSet};

/// A figure of the lines of one lines field.
#[derive(Debug, Clone)]
pub(super) struct LinesRollup {
    pub lines: String,
    function: Function,
    /// The column that is measured; absent in `count()`.
    of: Option<Field>,
    condition: Condition,
}

/// Conditions on lines follow no links.
struct NoTables;

impl FieldSource for NoTables {
    fn table(&self, _key: &str) -> Option<&Table> {
        None
    }
}

struct Row<'a>(&'a Line);

impl RowValues for Row<'_> {
    fn value(&self, path: &FieldPath) -> Value {
        match path {
            FieldPath::Field(key) => self.0.get(key).clone(),
            _ => Value::Unset,
        }
    }
}

impl LinesRollup {
    /// # Errors
    /// A filter that does not fit the lines.
    pub fn compile(table: &Table, key: &str, rollup: &Rollup) -> Result<Self, RuleError> {
        let lines = table.field(key).ok_or_else(|| RuleError::unknown("field", key, []))?;
        let refused = |message: String| RuleError::new(RuleCode::Failed, message);
        let inside = Table::of_lines(lines);
        let condition = match &rollup.filter {
            None => Condition::Always,
            Some(json) => {
                let filter = Filter::parse(json, &inside, &NoTables).map_err(|error| refused(error.message))?;
                filter.fixed(&inside).map_err(refused)?
            }
        };
        let of = rollup.of.as_deref().and_then(|of| lines.column(of)).cloned();
        Ok(Self { lines: key.to_owned(), function: rollup.function, of, condition })
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let filtered = self.condition.paths().into_iter().filter_map(|path| match path {
            FieldPath::Field(key) => Some(key.as_str()),
            _ => None,
        });
        self.of.iter().map(|field| field.key.as_str()).chain(filtered)
    }

    /// The figure of these lines, as the field that keeps it holds it.
    pub fn value(&self, field: &Field, lines: &[Line]) -> Value {
        let counted = lines.iter().filter(|line| self.condition.matches(&Row(line)));
        let Some(of) = &self.of else {
            return whole(counted.count());
        };
        let values: Vec<&Value> = counted.map(|line| line.get(&of.key)).filter(|value| !value.is_unset()).collect();
        let extreme = |wanted: Ordering| {
            let pick = |best: &&Value, next: &&Value| compare(next, best) == Some(wanted);
            let found = values.iter().copied().reduce(|best, next| if pick(&best, &next) { next } else { best });
            found.cloned().unwrap_or_default()
        };
        let total = || values.iter().filter_map(|value| value.as_decimal()).sum::<Decimal>();
        let figure = match self.function {
            Function::Count => whole(values.len()),
            Function::CountDistinct => whole(values.iter().map(|value| of.store(value)).collect::<HashSet<_>>().len()),
            Function::Minimum => extreme(Ordering::Less),
            Function::Maximum => extreme(Ordering::Greater),
            Function::Sum => Value::Decimal(total()),
            Function::Average => {
                let scale = unit_scale(of).unwrap_or(0);
                let mut total = total();
                total.rescale(scale);
                average(total.mantissa(), i64::try_from(values.len()).unwrap_or(i64::MAX), scale)
            }
        };
        field.settle(figure)
    }
}

fn whole(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Unset, Value::Integer)
}
