//! Where an app's tables and fields lie in the database. A physical name is made of numbers only (`t12`, `t12_f7`, `f31`), so
//! that no key of a definition ever becomes a part of a statement and renaming moves nothing.

use super::{
    Connection, Error, Tx,
    entity::{catalogue_column, catalogue_table},
};
use crate::base::{
    id::{AppId, ColumnId, TableId},
    time::Timestamp,
};
use indexmap::IndexMap;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, ExprTrait, Query},
};

/// A column of a physical table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub id: ColumnId,
    pub key: String,
    /// The kind of the field that is stored in it.
    pub kind: String,
    /// Decimal places of a scaled integer; 0 for every other kind.
    pub scale: u32,
}

impl Column {
    /// The column's name in the database: `f31`.
    #[must_use]
    pub fn physical(&self) -> String {
        format!("f{}", self.id)
    }
}

/// A physical table: of a table of the app, or of a lines field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub id: TableId,
    pub key: String,
    /// The table whose lines these are.
    pub parent: Option<TableId>,
    /// The columns that are in use, by key.
    pub columns: IndexMap<String, Column>,
}

impl Table {
    /// The table's name in the database: `t12`, or `t12_f7` for lines of `t12`.
    #[must_use]
    pub fn physical(&self) -> String {
        physical(self.id, self.parent)
    }
}

/// All tables of one app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    tables: IndexMap<TableId, Table>,
    names: IndexMap<(Option<TableId>, String), TableId>,
}

impl Catalogue {
    /// The table with this key.
    #[must_use]
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.find(None, key)
    }

    /// The lines of a field of a table.
    #[must_use]
    pub fn lines(&self, parent: TableId, key: &str) -> Option<&Table> {
        self.find(Some(parent), key)
    }

    /// The table with this number.
    #[must_use]
    pub fn by_id(&self, id: TableId) -> Option<&Table> {
        self.tables.get(&id)
    }

    /// All tables, in the order of their numbers.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The same tables with one called otherwise.
    pub fn rename_table(&mut self, from: &str, to: &str) {
        self.call(None, from, to);
    }

    /// The same tables with a field, a lines field or a column of lines called otherwise.
    pub fn rename_field(&mut self, table: &str, lines: Option<&str>, from: &str, to: &str) {
        let Some(table) = self.table(table).map(|table| table.id) else { return };
        let id = match lines {
            None => Some(table),
            Some(lines) => self.lines(table, lines).map(|lines| lines.id),
        };
        if lines.is_none() {
            self.call(Some(table), from, to);
        }
        let Some(table) = id.and_then(|id| self.tables.get_mut(&id)) else { return };
        if let Some(mut column) = table.columns.shift_remove(from) {
            to.clone_into(&mut column.key);
            table.columns.insert(to.to_owned(), column);
        }
    }

    fn call(&mut self, parent: Option<TableId>, from: &str, to: &str) {
        let Some(id) = self.names.shift_remove(&(parent, from.to_owned())) else { return };
        self.names.insert((parent, to.to_owned()), id);
        if let Some(table) = self.tables.get_mut(&id) {
            to.clone_into(&mut table.key);
        }
    }

    fn find(&self, parent: Option<TableId>, key: &str) -> Option<&Table> {
        let id = self.names.get(&(parent, key.to_owned()))?;
        self.tables.get(id)
    }
}

/// The name of a table in the database.
#[must_use]
pub fn physical(id: TableId, parent: Option<TableId>) -> String {
    match parent {
        None => format!("t{id}"),
        Some(parent) => format!("t{parent}_f{id}"),
    }
}

/// The catalogue of an app, in two statements.
///
/// # Errors
/// The database failed.
pub async fn load(conn: &impl Connection, app: AppId) -> Result<Catalogue, Error> {
    let tables = catalogue_table::Entity::find()
        .filter(catalogue_table::Column::AppId.eq(app.0))
        .filter(catalogue_table::Column::RetiredAt.is_null())
        .order_by_asc(catalogue_table::Column::Id)
        .all(conn.orm())
        .await?;
    let of_app = Query::select()
        .column(catalogue_table::Column::Id)
        .from(catalogue_table::Entity)
        .and_where(Expr::col(catalogue_table::Column::AppId).eq(app.0))
        .take();
    let columns = catalogue_column::Entity::find()
        .filter(catalogue_column::Column::TableId.in_subquery(of_app))
        .filter(catalogue_column::Column::RetiredAt.is_null())
        .order_by_asc(catalogue_column::Column::Id)
        .all(conn.orm())
        .await?;
    let mut catalogue = Catalogue::default();
    for row in tables {
        let (id, parent) = (TableId(row.id), parent(row.parent_id));
        catalogue.names.insert((parent, row.key.clone()), id);
        catalogue.tables.insert(id, Table { id, key: row.key, parent, columns: IndexMap::new() });
    }
    for row in columns {
        if let Some(table) = catalogue.tables.get_mut(&TableId(row.table_id)) {
            table.columns.insert(row.key.clone(), column(row));
        }
    }
    Ok(catalogue)
}

/// The number of a table, allotted if the key is new; the physical table itself is not made here. `new` tells which it was.
///
/// # Errors
/// [`Error::ForeignKey`] when the app is unknown.
pub async fn ensure_table(
    tx: &Tx,
    app: AppId,
    key: &str,
    parent: Option<TableId>,
    now: Timestamp,
) -> Result<Ensured<TableId>, Error> {
    let parent_id = parent.map_or(0, |parent| parent.0);
    let known = catalogue_table::Entity::find()
        .filter(catalogue_table::Column::AppId.eq(app.0))
        .filter(catalogue_table::Column::ParentId.eq(parent_id))
        .filter(catalogue_table::Column::Key.eq(key))
        .filter(catalogue_table::Column::RetiredAt.is_null())
        .one(tx.orm())
        .await?;
    if let Some(row) = known {
        return Ok(Ensured { value: TableId(row.id), new: false });
    }
    let row = catalogue_table::ActiveModel {
        id: NotSet,
        app_id: Set(app.0),
        key: Set(key.to_owned()),
        parent_id: Set(parent_id),
        created_at: Set(now.0),
        retired_at: Set(None),
        definition: Set(None),
    }
    .insert(tx.orm())
    .await?;
    Ok(Ensured { value: TableId(row.id), new: true })
}

/// The column of a key, allotted if the key is new; the physical column itself is not made here. To store another kind or
/// scale under the same key, [`retire_column`] first.
///
/// # Errors
/// [`Error::Other`] when the key's column stores another kind or scale.
pub async fn ensure_column(
    tx: &Tx,
    table: TableId,
    key: &str,
    kind: &str,
    scale: u32,
) -> Result<Ensured<Column>, Error> {
    let known = catalogue_column::Entity::find()
        .filter(catalogue_column::Column::TableId.eq(table.0))
        .filter(catalogue_column::Column::Key.eq(key))
        .filter(catalogue_column::Column::RetiredAt.is_null())
        .one(tx.orm())
        .await?;
    if let Some(row) = known {
        if row.kind != kind || row.scale != i64::from(scale) {
            return Err(Error::other(format!(
                "column f{} of table t{table} stores {} with scale {}, not {kind} with scale {scale}",
                row.id, row.kind, row.scale
            )));
        }
        return Ok(Ensured { value: column(row), new: false });
    }
    let row = catalogue_column::ActiveModel {
        id: NotSet,
        table_id: Set(table.0),
        key: Set(key.to_owned()),
        kind: Set(kind.to_owned()),
        scale: Set(i64::from(scale)),
        retired_at: Set(None),
        definition: Set(None),
        converted: Set(0),
    }
    .insert(tx.orm())
    .await?;
    Ok(Ensured { value: column(row), new: true })
}

/// Frees a column's key; the column and its data stay.
///
/// # Errors
/// [`Error::Stale`] when there is no such column in use.
pub async fn retire_column(tx: &Tx, id: ColumnId, now: Timestamp) -> Result<(), Error> {
    let done = catalogue_column::Entity::update_many()
        .col_expr(catalogue_column::Column::RetiredAt, Expr::val(now.0))
        .filter(catalogue_column::Column::Id.eq(id.0))
        .filter(catalogue_column::Column::RetiredAt.is_null())
        .exec(tx.orm())
        .await?;
    changed_one(done.rows_affected)
}

/// Gives a table another key.
///
/// # Errors
/// [`Error::Unique`] when the key is taken; [`Error::Stale`] when there is no such table.
pub async fn rename_table(tx: &Tx, id: TableId, key: &str) -> Result<(), Error> {
    let done = catalogue_table::Entity::update_many()
        .col_expr(catalogue_table::Column::Key, Expr::val(key))
        .filter(catalogue_table::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    changed_one(done.rows_affected)
}

/// Gives a column another key.
///
/// # Errors
/// [`Error::Unique`] when the key is taken; [`Error::Stale`] when there is no such column.
pub async fn rename_column(tx: &Tx, id: ColumnId, key: &str) -> Result<(), Error> {
    let done = catalogue_column::Entity::update_many()
        .col_expr(catalogue_column::Column::Key, Expr::val(key))
        .filter(catalogue_column::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    changed_one(done.rows_affected)
}

/// What was there or was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensured<T> {
    pub value: T,
    /// Whether it was made just now, so that its physical side has to be made too.
    pub new: bool,
}

const fn changed_one(rows: u64) -> Result<(), Error> {
    match rows {
        1 => Ok(()),
        _ => Err(Error::Stale),
    }
}

fn parent(id: i64) -> Option<TableId> {
    (id != 0).then_some(TableId(id))
}

fn column(row: catalogue_column::Model) -> Column {
    Column { id: ColumnId(row.id), key: row.key, kind: row.kind, scale: u32::try_from(row.scale).unwrap_or(0) }
}
