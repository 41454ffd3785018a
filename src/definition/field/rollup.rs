//! `rollup`: a figure of other rows that belong to the record, kept true by the server: of its own lines, of the records of a table
//! that link to it, or of the lines of such a table. Its kind follows from the measure.

use super::{Field, FieldAnnotation, derived::Derived};
use crate::definition::measure::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub const ROLLUP: Derived = Derived { problems };

/// Where a rollup gathers its rows, as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RollupSource {
    /// The table whose records link here; absent for the record's own lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The lines field whose rows are gathered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// The link to this table, of the other table or of its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What a rollup computes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rollup {
    pub from: RollupSource,
    pub function: Function,
    /// The field that is measured; absent in `count()`.
    pub of: Option<String>,
    /// Which rows count, in the filter language.
    pub filter: Option<Json>,
    /// Decimal places, where the definition says them.
    pub scale: Option<u32>,
    /// Why `measure` does not read; nothing where it does.
    #[serde(skip)]
    broken: Option<String>,
}

impl Rollup {
    pub(super) fn new(annotation: &FieldAnnotation) -> Self {
        let (figure, broken) = match annotation.measure.as_deref().map(Function::read) {
            None => (None, Some("a rollup says what it computes: \"measure\": \"sum(amount)\"".to_owned())),
            Some(Err(message)) => (None, Some(message)),
            Some(Ok(figure)) => (Some(figure), None),
        };
        Self {
            from: annotation.from.clone().unwrap_or_default(),
            function: figure.map_or(Function::Count, |(function, _)| function),
            of: figure.and_then(|(_, of)| of).map(str::to_owned),
            filter: annotation.filter.clone(),
            scale: annotation.scale,
            broken,
        }
    }

    /// The lines field of the same record that it gathers, where it does.
    #[must_use]
    pub fn own_lines(&self) -> Option<&str> {
        self.from.lines.as_deref().filter(|_| self.from.table.is_none())
    }

    /// The measure as it is written.
    #[must_use]
    pub fn measure(&self) -> String {
        format!("{}({})", self.function.as_str(), self.of.as_deref().unwrap_or_default())
    }
}

fn problems(field: &Field) -> Vec<(String, String)> {
    let Some(rollup) = &field.rollup else { return Vec::new() };
    let mut problems = Vec::new();
    if let Some(message) = &rollup.broken {
        problems.push(("/x-field/measure".to_owned(), message.clone()));
    }
    let RollupSource { table, lines, field } = &rollup.from;
    let reads = match (table, lines, field) {
        (None, Some(_), None) | (Some(_), _, Some(_)) => None,
        (Some(_), _, None) => {
            Some("\"from\" names the link to this table: {\"table\": \"order\", \"field\": \"customer\"}")
        }
        (None, Some(_), Some(_)) => {
            Some("own lines belong to the record, so \"from\" names no link: {\"lines\": \"lines\"}")
        }
        (None, None, _) => Some(
            "a rollup says whose rows it gathers: \"from\": {\"table\": \"order\", \"field\": \"customer\"} or {\"lines\": \"lines\"}",
        ),
    };
    problems.extend(reads.map(|message| ("/x-field/from".to_owned(), message.to_owned())));
    problems
}
