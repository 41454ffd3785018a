//! Where an app's tables really lie: physical names by key. Keys never reach SQL; only these names do.

use super::catalogue::{self, Catalogue};
use crate::{
    base::id::{ColumnId, TableId},
    definition::{
        app::App,
        field::{Field, Stored},
        table::Table,
    },
};
use sea_orm::sea_query::{Expr, IntoColumnRef, Value as SqlValue};
use std::{collections::HashMap, sync::Arc};

/// One table of an app, or the table of a lines field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Physical {
    pub id: TableId,
    pub name: String,
    columns: HashMap<String, ColumnId>,
    lines: HashMap<String, Physical>,
}

/// All tables of an app, with the definitions they store.
#[derive(Debug, Clone)]
pub struct Schema {
    pub app: Arc<App>,
    tables: HashMap<String, Physical>,
}

impl Physical {
    fn of(catalogue: &Catalogue, table: &catalogue::Table) -> Self {
        let columns = table.columns.values().map(|column| (column.key.clone(), column.id)).collect();
        let lines = catalogue
            .tables()
            .filter(|lines| lines.parent == Some(table.id))
            .map(|lines| (lines.key.clone(), Self::of(catalogue, lines)))
            .collect();
        Self { id: table.id, name: table.physical(), columns, lines }
    }

    /// The name of a field's column. Published definitions have one for each; a missing one is a fault of the program,
    /// told by a name that no table has.
    #[must_use]
    pub fn column(&self, key: &str) -> String {
        self.columns.get(key).map_or_else(|| "missing_column".to_owned(), |id| column_name(*id))
    }

    #[must_use]
    pub fn column_id(&self, key: &str) -> Option<ColumnId> {
        self.columns.get(key).copied()
    }

    #[must_use]
    pub fn lines(&self, key: &str) -> Option<&Self> {
        self.lines.get(key)
    }

    /// The fields of a broken unique index as the database names it: PostgreSQL by the index (`u12_f31_f32`), SQLite by its
    /// columns (`t12.f31, t12.f32`).
    #[must_use]
    pub fn fields_of_unique(&self, constraint: &str) -> Option<Vec<&str>> {
        let names: Vec<&str> = match constraint.strip_prefix(&unique_prefix(self.id)) {
            Some(columns) => columns.split('_').collect(),
            None => constraint
                .split(", ")
                .map(|name| name.strip_prefix(&self.name)?.strip_prefix('.'))
                .collect::<Option<Vec<_>>>()?,
        };
        let key =
            |name: &&str| self.columns.iter().find(|(_, id)| column_name(**id) == **name).map(|(key, _)| key.as_str());
        names.iter().map(key).collect()
    }
}

/// `f31`.
#[must_use]
pub fn column_name(id: ColumnId) -> String {
    format!("f{id}")
}

/// The start of the names of a table's unique indexes; the columns follow, joined by `_`.
#[must_use]
pub fn unique_prefix(id: TableId) -> String {
    format!("u{id}_")
}

impl Schema {
    #[must_use]
    pub fn new(app: Arc<App>, catalogue: &Catalogue) -> Self {
        let of = |key: &String| catalogue.table(key).map(|table| (key.clone(), Physical::of(catalogue, table)));
        let tables = app.tables.keys().filter_map(of).collect();
        Self { app, tables }
    }

    /// Definition and place of a table.
    ///
    /// # Errors
    /// No such table: the caller asked for what no published definition names.
    pub fn table(&self, key: &str) -> Result<(&Table, &Physical), super::Error> {
        self.app
            .tables
            .get(key)
            .zip(self.tables.get(key))
            .ok_or_else(|| super::Error::other(format!("no published table \"{key}\"")))
    }

    /// The key of a table by its place.
    #[must_use]
    pub fn key_of(&self, id: TableId) -> Option<&str> {
        self.tables.iter().find(|(_, physical)| physical.id == id).map(|(key, _)| key.as_str())
    }

    #[must_use]
    pub fn id_of(&self, key: &str) -> Option<TableId> {
        self.tables.get(key).map(|physical| physical.id)
    }
}

/// A column of an aliased table.
pub(super) fn column(alias: &str, name: &str) -> Expr {
    Expr::col((alias.to_owned(), name.to_owned()).into_column_ref())
}

/// A value as a bound parameter.
pub(super) fn bind(stored: Stored) -> SqlValue {
    match stored {
        Stored::Null => SqlValue::BigInt(None),
        Stored::Integer(number) => SqlValue::BigInt(Some(number)),
        Stored::Text(text) => SqlValue::String(Some(text)),
    }
}

/// A value for a column of this field: a null carries the column's type, which PostgreSQL asks for.
pub(super) fn bind_for(field: &Field, stored: Stored) -> SqlValue {
    match (stored, field.kind.behaviour().column()) {
        (Stored::Null, Some(crate::definition::field::Column::Text)) => SqlValue::String(None),
        (stored, _) => bind(stored),
    }
}
