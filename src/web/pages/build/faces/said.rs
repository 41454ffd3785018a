//! Expressions and filters in a sentence.

use super::{About, Faces, Sort, operator_word};
use crate::{
    i18n::Arg,
    rules::faces::{Join, conditions::TypedRows},
    web::view::expression::RowValue,
};

impl Faces {
    /// An expression or a filter in the reader's words; as it is written where no face shows it.
    pub fn said(&self, sort: &Sort, about: About<'_>, written: &str) -> String {
        if sort.is_filter()
            && let Some(rows) = self.rows_of(sort, about, written)
        {
            return self.said_rows(sort, about, &rows);
        }
        if let Some(rows) = self.rows_of(sort, about, written).filter(|rows| !rows.rows.is_empty()) {
            return self.said_rows(sort, about, &rows);
        }
        self.formula_of(sort, about, written).unwrap_or_else(|| written.to_owned())
    }

    fn said_rows(&self, sort: &Sort, about: About<'_>, rows: &TypedRows) -> String {
        let texts = self.texts;
        let known = self.compared(about);
        let said = rows.rows.iter().filter_map(|row| {
            let one = known.iter().find(|one| one.path == row.field)?;
            let value = match self.value_of(sort, one, row) {
                RowValue::Select(choices) | RowValue::Boxes(choices) => {
                    let chosen = choices.into_iter().filter(|choice| choice.selected).map(|choice| choice.label);
                    chosen.collect::<Vec<_>>().join(&texts.get("list-separator"))
                }
                RowValue::Day(day, days) => {
                    let named = days.into_iter().find(|choice| choice.value == day);
                    named.map_or(day, |choice| choice.label)
                }
                _ => row.value.clone(),
            };
            let operator = operator_word(texts, row.operator);
            let value = if row.operator.takes_value() { value } else { String::new() };
            let values = [("field", one.title.as_str()), ("op", &operator), ("value", &value)];
            let values = values.map(|(name, value)| (name, Arg::Text(value)));
            Some(texts.with("filter-chip", &values).trim().to_owned())
        });
        let word = texts.get(if rows.join == Join::Any { "filter-or" } else { "filter-and" });
        said.collect::<Vec<_>>().join(&format!(" {word} "))
    }
}
