//! What a person may do with each place of a form: the form's own rules and their rights together.

use crate::{
    base::value::{Document, Line},
    definition::field::Kind,
    rules::option_filter::{self, Around},
    service::{Access, forms::Working},
};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// How one place stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not on the page at all.
    Hidden,
    Read,
    Write {
        required: bool,
    },
}

impl Standing {
    pub fn writable(self) -> bool {
        matches!(self, Self::Write { .. })
    }

    pub fn required(self) -> bool {
        matches!(self, Self::Write { required: true })
    }
}

/// A form over a working document, with what a step of a flow says besides.
pub struct Standings<'a> {
    pub working: &'a Working<'a>,
    /// Grids whose rows are neither added nor removed.
    pub fixed_rows: BTreeSet<String>,
    /// What has to be filled in here beyond the form's own rules: `amount`, `lines.qty`.
    pub demanded: BTreeSet<String>,
}

impl<'a> Standings<'a> {
    /// The form as it is, for whoever creates or edits the record.
    pub fn of(working: &'a Working<'a>) -> Self {
        Self { working, fixed_rows: BTreeSet::new(), demanded: BTreeSet::new() }
    }

    pub fn field(&self, key: &str) -> Standing {
        let state = self.working.state.field(key);
        self.standing(state.map(|state| (state.visible, state.readonly, state.required)), key)
    }

    pub fn cell(&self, lines: &str, row: usize, column: &str) -> Standing {
        let state = self.working.state.cell(lines, row, column);
        let standing = self
            .standing(state.map(|state| (state.visible, state.readonly, state.required)), &format!("{lines}.{column}"));
        match self.field(lines) {
            Standing::Hidden => Standing::Hidden,
            Standing::Read if standing.writable() => Standing::Read,
            _ => standing,
        }
    }

    fn standing(&self, state: Option<(bool, bool, bool)>, path: &str) -> Standing {
        let access = self.working.access(path);
        match state {
            None | Some((false, _, _)) => Standing::Hidden,
            Some(_) if access == Access::Hidden => Standing::Hidden,
            Some((_, readonly, required)) => {
                if readonly || access != Access::Write {
                    Standing::Read
                } else {
                    Standing::Write { required: required || self.demanded.contains(path) }
                }
            }
        }
    }

    /// The filter of a picker with the form's values in it. `lines` is the grid's key where there is a line, else the field's.
    pub fn narrowed(&self, lines: &str, filter: Option<&Json>, line: Option<&Line>) -> Option<Json> {
        let (table, document) = (self.working.table, &self.working.document);
        let line = line.and_then(|line| Some((table.field(lines)?, line)));
        option_filter::with_values(filter?, Around { table, document, line })
    }

    /// Whether rows of a grid may be added and removed.
    pub fn rows_open(&self, lines: &str) -> bool {
        self.field(lines).writable() && !self.fixed_rows.contains(lines)
    }

    /// The document as the API takes it: exactly what the form offers to be written, lines complete with their ids.
    pub fn values(&self) -> Json {
        let document: &Document = &self.working.document;
        let mut values = Map::new();
        for field in self.working.table.fields.values().filter(|field| self.field(&field.key).writable()) {
            if field.kind != Kind::Lines {
                values.insert(field.key.clone(), field.write(document.get(&field.key)));
                continue;
            }
            let rows = document.lines_of(&field.key).iter().enumerate().map(|(row, line)| {
                let mut object = Map::new();
                if let Some(id) = line.id {
                    object.insert("id".into(), id.into());
                }
                for column in field.columns.values() {
                    if self.cell(&field.key, row, &column.key).writable() {
                        object.insert(column.key.clone(), column.write(line.get(&column.key)));
                    }
                }
                Json::Object(object)
            });
            values.insert(field.key.clone(), rows.collect());
        }
        Json::Object(values)
    }
}
