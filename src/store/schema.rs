//! Where an app's tables really lie: physical names by key. Keys never reach SQL; only these names do.

use super::{
    Error,
    catalogue::{self, Catalogue},
    records::rollup::Rollups,
    vault::Vault,
};
use crate::{
    base::{
        id::{ColumnId, RecordId, TableId},
        value::Value,
    },
    definition::{
        app::App,
        field::{Field, Kind, Stored},
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
    vault: Option<Arc<Vault>>,
}

/// All tables of an app, with the definitions they store.
#[derive(Debug, Clone)]
pub struct Schema {
    pub app: Arc<App>,
    tables: HashMap<String, Physical>,
    pub(super) rollups: Arc<Rollups>,
}

impl Physical {
    fn of(catalogue: &Catalogue, table: &catalogue::Table) -> Self {
        let columns = table.columns.values().map(|column| (column.key.clone(), column.id)).collect();
        let lines = catalogue
            .tables()
            .filter(|lines| lines.parent == Some(table.id))
            .map(|lines| (lines.key.clone(), Self::of(catalogue, lines)))
            .collect();
        Self { id: table.id, name: table.physical(), columns, lines, vault: None }
    }

    /// The name of a field's column. Published definitions have one for each; a missing one is a fault of the program,
    /// told by a name that no table has.
    #[must_use]
    pub fn column(&self, key: &str) -> String {
        self.columns.get(key).map_or_else(|| "missing_column".to_owned(), |id| column_name(*id))
    }

    /// A value as a bound parameter for its column in `record` (for a line, the record it belongs to), sealed where the field
    /// is.
    ///
    /// # Errors
    /// The field is sealed and there is no key.
    pub(super) fn bind(&self, field: &Field, record: RecordId, value: &Value) -> Result<SqlValue, Error> {
        let stored = match value {
            Value::Sealed(kept) => return Ok(bind(Stored::Text(kept.clone()))),
            value => field.store(value),
        };
        if !field.sealed || stored == Stored::Null {
            return Ok(bind_for(field, stored));
        }
        let vault = self.vault.as_ref().ok_or_else(|| Error::other("there is no key for encrypted fields"))?;
        Ok(bind(Stored::Text(vault.seal(&stored, &self.column(&field.key), record)?)))
    }

    /// Opens what was read from a sealed column. A secret stays closed, and so does what this key does not open.
    pub(super) fn open(&self, field: &Field, record: RecordId, value: &mut Value) {
        let Value::Sealed(sealed) = &*value else { return };
        if field.kind == Kind::Secret {
            return;
        }
        let opened = self.vault.as_ref().and_then(|vault| vault.open(sealed, &self.column(&field.key), record));
        match opened {
            Some(stored) => *value = field.load(stored),
            None => tracing::warn!(table = self.name, %record, "an encrypted value does not open with this key"),
        }
    }

    fn seal_with(&mut self, vault: &Arc<Vault>) {
        self.vault = Some(vault.clone());
        self.lines.values_mut().for_each(|lines| lines.seal_with(vault));
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
        let rollups = Arc::new(Rollups::of(&app));
        Self { app, tables, rollups }
    }

    /// The same with the key of the fields that are kept sealed.
    #[must_use]
    pub fn sealed_with(mut self, vault: Option<&Arc<Vault>>) -> Self {
        if let Some(vault) = vault {
            self.tables.values_mut().for_each(|table| table.seal_with(vault));
        }
        self
    }

    /// Definition and place of a table.
    ///
    /// # Errors
    /// No such table: the caller asked for what no published definition names.
    pub fn table(&self, key: &str) -> Result<(&Table, &Physical), Error> {
        self.app
            .tables
            .get(key)
            .zip(self.tables.get(key))
            .ok_or_else(|| Error::other(format!("no published table \"{key}\"")))
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
    match (stored, field.stored_as()) {
        (Stored::Null, Some(crate::definition::field::Column::Text)) => SqlValue::String(None),
        (stored, _) => bind(stored),
    }
}
