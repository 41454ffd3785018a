//! Which rows of a table a caller asks for, and by what right: the same for a list, a count and a total.

use super::{Error, permits::Rights, views};
use crate::{
    access::{Permit, Visibility},
    base::error::FieldError,
    definition::{app::App, field::Lookup, role::Action, table::Table, view::View},
    query::{Condition, FieldPath, FieldSource, Filter, FilterError, TableNames, resolve},
    store::{Connection, Reading},
};
use serde_json::Value as Json;
use std::{borrow::Cow, collections::HashMap};

/// The rows of a table that a view and a filter choose, as far as the person may see them.
pub struct Selection<'a> {
    pub permit: Permit,
    /// Leave to see what its links point at, by table.
    pub targets: HashMap<String, Permit>,
    pub view: Option<Cow<'a, View>>,
    pub condition: Condition,
    shown: Shown,
}

impl<'a> Selection<'a> {
    /// # Errors
    /// `NotFound` for a table or view that the person cannot see; a filter that does not fit.
    pub async fn new(
        conn: &impl Connection,
        rights: &Rights<'a>,
        table: &str,
        view: Option<&str>,
        filter: Option<&Json>,
    ) -> Result<Self, Error> {
        let live = rights.live;
        let permit = rights.permit(table, Action::View)?;
        let app = live.app();
        let definition = app.tables.get(table).ok_or(Error::NotFound)?;
        let targets = rights.targets(definition);
        let shown = Shown::new(app, definition, &permit, &targets);
        let defined = view.and_then(|key| app.views.get(key)).filter(|view| view.table == table);
        let saved = match view {
            Some(key) if defined.is_none() => Some(views::find(conn, rights, table, key).await?.view),
            _ => None,
        };
        let mut condition = Condition::Always;
        if let Some(json) = defined.and_then(|view| view.filter.as_ref()) {
            condition = rights.bind(conn, &live.filter(table, json)?).await?;
        }
        if let Some(json) = saved.as_ref().and_then(|view| view.filter.as_ref()) {
            // The app's own views see what they name; what a person saved sees what its reader sees.
            let filter = Filter::parse(json, &shown.table, &shown).map_err(|error| filter_error("/view", error))?;
            condition = rights.bind(conn, &filter).await?;
        }
        let view = defined.map(Cow::Borrowed).or(saved.map(Cow::Owned));
        let mut selection = Self { permit, targets, view, condition, shown };
        if let Some(json) = filter {
            let narrowed = selection.filter(conn, rights, "/filter", json).await?;
            selection.condition = std::mem::take(&mut selection.condition).and(narrowed);
        }
        Ok(selection)
    }

    /// A filter that the caller wrote, over what they see.
    ///
    /// # Errors
    /// One that does not fit, at `pointer`.
    pub async fn filter(
        &self,
        conn: &impl Connection,
        rights: &Rights<'_>,
        pointer: &str,
        json: &Json,
    ) -> Result<Condition, Error> {
        let filter = Filter::parse_with(json, &self.names()).map_err(|error| filter_error(pointer, error))?;
        rights.bind(conn, &filter).await
    }

    #[must_use]
    pub const fn reading(&self) -> Reading<'_> {
        Reading { permit: &self.permit, targets: &self.targets }
    }

    /// The names that this reader may use: a field that no grant shows is indistinguishable from an unknown one, by code,
    /// place and suggestion alike.
    #[must_use]
    pub fn names(&self) -> TableNames<'_> {
        TableNames { table: &self.shown.table, source: &self.shown }
    }

    /// Whether the reader knows a field of this name.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        resolve(path, &self.shown.table, &self.shown).is_ok()
    }

    /// What these names read besides the fields; those that the reader does not know are left out.
    #[must_use]
    pub fn hops(&self, names: &[String]) -> Vec<FieldPath> {
        let read = |name: &String| resolve(name, &self.shown.table, &self.shown).ok().map(|(path, _)| path);
        names.iter().filter_map(read).collect()
    }

    /// Whether the reader may use every name of a filter.
    #[must_use]
    pub fn can_filter(&self, json: &Json) -> bool {
        Filter::parse_with(json, &self.names()).is_ok()
    }

    /// Whether the reader sees the values at a path in some of the rows only. `rows` also asks whether what a link points at
    /// can be seen in every row.
    #[must_use]
    pub fn is_partial(&self, path: &FieldPath, rows: bool) -> bool {
        let partly = |permit: &Permit, path: &FieldPath| match path {
            FieldPath::Field(key) => matches!(permit.visibility(key), Visibility::When(_)),
            _ => false,
        };
        match path {
            FieldPath::Hop(link, end) => {
                let target = self.shown.table.field(link).and_then(|field| field.target.as_deref());
                let behind = target.and_then(|target| self.targets.get(target));
                partly(&self.permit, &FieldPath::Field(link.clone()))
                    || behind.is_none_or(|permit| {
                        partly(permit, end) || (rows && permit.visible_rows() != Condition::Always)
                    })
            }
            own => {
                let field = match own {
                    FieldPath::Field(key) => self.shown.table.field(key),
                    _ => None,
                };
                let lookup = field.and_then(|field| field.lookup.as_ref());
                let hidden = |lookup: &Lookup| {
                    let end = FieldPath::Field(lookup.field.clone());
                    self.permit.behind(&lookup.table).is_none_or(|permit| {
                        permit.visibility(&lookup.field) == Visibility::Never
                            || partly(permit, &end)
                            || (rows && permit.visible_rows() != Condition::Always)
                    })
                };
                partly(&self.permit, own)
                    || lookup.is_some_and(|lookup| {
                        partly(&self.permit, &FieldPath::Field(lookup.link.clone())) || hidden(lookup)
                    })
            }
        }
    }
}

/// The tables as this reader knows them: a field that no grant shows is indistinguishable from an unknown one, by code,
/// place and suggestion alike.
pub(super) struct Shown {
    table: Table,
    targets: HashMap<String, Table>,
}

impl Shown {
    pub(super) fn new(app: &App, table: &Table, permit: &Permit, targets: &HashMap<String, Permit>) -> Self {
        let known =
            targets.iter().filter_map(|(key, permit)| Some((key.clone(), masked(app.tables.get(key)?, permit))));
        Self { table: masked(table, permit), targets: known.collect() }
    }

    /// The table of the list.
    pub(super) const fn table(&self) -> &Table {
        &self.table
    }
}

impl FieldSource for Shown {
    fn table(&self, key: &str) -> Option<&Table> {
        self.targets.get(key)
    }
}

fn masked(table: &Table, permit: &Permit) -> Table {
    let mut shown = table.clone();
    shown.fields.retain(|key, _| permit.visibility(key) != Visibility::Never);
    for field in shown.fields.values_mut() {
        let lines = field.key.clone();
        field.columns.retain(|key, _| permit.visibility(&format!("{lines}.{key}")) != Visibility::Never);
    }
    shown
}

/// A filter, sort or figure that does not fit, as an error at what the caller sent.
pub(super) fn filter_error(pointer: &str, error: FilterError) -> Error {
    let code = if error.code == "malformed" { "invalid_filter" } else { error.code };
    let mut field = FieldError::new(format!("{pointer}{}", error.path), code).with("detail", error.message);
    if let Some(name) = error.name {
        field = field.with("field", name);
    }
    if let Some(near) = error.suggestion {
        field = field.with("near", near);
    }
    Error::Invalid(vec![field])
}
