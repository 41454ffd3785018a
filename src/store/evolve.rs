//! Bringing an app's tables from one version to the next: the catalogue's side of a migration plan, and in `rows` counting for it
//! and moving values from column to column. [`super::ddl`] makes what is new.

mod rows;

pub use rows::{BATCH, collisions, filled, read_rows, running_cases, using_option, write_column};

use super::{
    Connection, Error, Tx,
    catalogue::{self, physical},
    ddl::unique_name,
    entity::{catalogue_column, catalogue_table},
    schema::{Physical, Schema, column_name},
};
use crate::{
    base::{
        id::{AppId, ColumnId, TableId},
        time::Timestamp,
    },
    definition::{
        evolution::{Place, Retired, RetiredField, RetiredTable, Step},
        field::Field,
        table::Table,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use std::collections::{BTreeSet, HashMap};

/// What is kept of something that is removed: its definition as JSON.
pub type DefinitionOf<'a> = &'a (dyn Fn(&Place, Option<&str>) -> Option<String> + Sync);

/// Does the catalogue's part of a plan: renames, and what is removed, converted or brought back. Nothing is deleted.
///
/// # Errors
/// The catalogue does not hold what the plan names, or the database failed.
pub async fn prepare(
    tx: &Tx,
    app: AppId,
    steps: &[Step],
    definition_of: DefinitionOf<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    for step in steps {
        match step {
            Step::RenameTable { from, to } => {
                catalogue::rename_table(tx, find(tx, app, &Place::table(from)).await?, to).await?;
            }
            Step::RenameField { place, from, to } => rename_field(tx, app, place, from, to).await?,
            Step::RemoveTable { table } => {
                let place = Place::table(table);
                retire_table(tx, find(tx, app, &place).await?, definition_of(&place, None), now).await?;
            }
            Step::RemoveLines { place } => {
                retire_table(tx, find(tx, app, place).await?, definition_of(place, None), now).await?;
            }
            Step::RestoreTable { table } => revive_table(tx, app, &Place::table(table)).await?,
            Step::RestoreLines { place } => revive_table(tx, app, place).await?,
            Step::RemoveField { place, field } => {
                retire_field(tx, app, place, field, definition_of(place, Some(field)), false, now).await?;
            }
            Step::Convert { place, field } => {
                retire_field(tx, app, place, field, definition_of(place, Some(field)), true, now).await?;
            }
            Step::RestoreField { .. } | Step::Retype { .. } => {}
            _ => {}
        }
    }
    Ok(())
}

/// What has to know the new definition of a field: its kind where the column stays, or the column that comes back.
///
/// # Errors
/// As [`prepare`].
pub async fn adopt(tx: &Tx, app: AppId, place: &Place, field: &Field, restored: bool) -> Result<(), Error> {
    use catalogue_column::Column;
    let table = find(tx, app, place).await?;
    let scale = crate::definition::evolution::stored_scale(field);
    let mut update = catalogue_column::Entity::update_many().filter(Column::TableId.eq(table.0));
    if restored {
        let newest = catalogue_column::Entity::find()
            .filter(Column::TableId.eq(table.0))
            .filter(Column::Key.eq(field.key.as_str()))
            .filter(Column::Kind.eq(field.kind.name()))
            .filter(Column::Scale.eq(i64::from(scale)))
            .filter(Column::RetiredAt.is_not_null())
            .order_by_desc(Column::RetiredAt)
            .order_by_desc(Column::Id)
            .one(tx.orm())
            .await?
            .ok_or(Error::Stale)?;
        update = update
            .filter(Column::Id.eq(newest.id))
            .col_expr(Column::RetiredAt, Expr::val(None::<i64>))
            .col_expr(Column::Definition, Expr::val(None::<String>))
            .col_expr(Column::Converted, Expr::val(0_i64));
    } else {
        update = update
            .filter(Column::Key.eq(field.key.as_str()))
            .filter(Column::RetiredAt.is_null())
            .col_expr(Column::Kind, Expr::val(field.kind.name()))
            .col_expr(Column::Scale, Expr::val(i64::from(scale)));
    }
    changed_one(update.exec(tx.orm()).await?.rows_affected)
}

/// Columns of a table that came back which its definition does not have as they are: they go to the trash of fields.
///
/// # Errors
/// The database failed.
pub async fn retire_strangers(
    tx: &Tx,
    app: AppId,
    place: &Place,
    fields: &[&Field],
    now: Timestamp,
) -> Result<(), Error> {
    let table = find(tx, app, place).await?;
    let known = catalogue_column::Entity::find()
        .filter(catalogue_column::Column::TableId.eq(table.0))
        .filter(catalogue_column::Column::RetiredAt.is_null())
        .all(tx.orm())
        .await?;
    for column in known {
        let fits = fields.iter().any(|field| {
            field.key == column.key
                && field.kind.name() == column.kind
                && i64::from(crate::definition::evolution::stored_scale(field)) == column.scale
        });
        if !fits {
            catalogue::retire_column(tx, ColumnId(column.id), now).await?;
        }
    }
    Ok(())
}

async fn find(tx: &Tx, app: AppId, place: &Place) -> Result<TableId, Error> {
    let known = catalogue::load(tx, app).await?;
    let missing = || Error::other(format!("the catalogue has no table for {place:?}"));
    let table = known.table(&place.table).ok_or_else(missing)?;
    match &place.lines {
        None => Ok(table.id),
        Some(lines) => Ok(known.lines(table.id, lines).ok_or_else(missing)?.id),
    }
}

async fn rename_field(tx: &Tx, app: AppId, place: &Place, from: &str, to: &str) -> Result<(), Error> {
    let known = catalogue::load(tx, app).await?;
    let table = find(tx, app, place).await?;
    // A lines field is a table of its own.
    if let Some(lines) = known.lines(table, from) {
        return catalogue::rename_table(tx, lines.id, to).await;
    }
    let column = known.by_id(table).and_then(|table| table.columns.get(from));
    match column {
        Some(column) => catalogue::rename_column(tx, column.id, to).await,
        // Fields without a column of their own are only names.
        None => Ok(()),
    }
}

async fn retire_table(tx: &Tx, id: TableId, definition: Option<String>, now: Timestamp) -> Result<(), Error> {
    use catalogue_table::Column;
    let update = catalogue_table::Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::val(now.0))
        .col_expr(Column::Definition, Expr::val(definition))
        .filter(Column::Id.eq(id.0));
    changed_one(update.exec(tx.orm()).await?.rows_affected)
}

async fn revive_table(tx: &Tx, app: AppId, place: &Place) -> Result<(), Error> {
    use catalogue_table::Column;
    let (parent, key) = match &place.lines {
        None => (0, &place.table),
        Some(lines) => (find(tx, app, &Place::table(&place.table)).await?.0, lines),
    };
    let newest = catalogue_table::Entity::find()
        .filter(Column::AppId.eq(app.0))
        .filter(Column::ParentId.eq(parent))
        .filter(Column::Key.eq(key.as_str()))
        .filter(Column::RetiredAt.is_not_null())
        .order_by_desc(Column::RetiredAt)
        .one(tx.orm())
        .await?
        .ok_or(Error::Stale)?;
    let update = catalogue_table::Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::val(None::<i64>))
        .col_expr(Column::Definition, Expr::val(None::<String>))
        .filter(Column::Id.eq(newest.id));
    changed_one(update.exec(tx.orm()).await?.rows_affected)
}

async fn retire_field(
    tx: &Tx,
    app: AppId,
    place: &Place,
    key: &str,
    definition: Option<String>,
    converted: bool,
    now: Timestamp,
) -> Result<(), Error> {
    use catalogue_column::Column;
    let table = find(tx, app, place).await?;
    let update = catalogue_column::Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::val(now.0))
        .col_expr(Column::Definition, Expr::val(definition))
        .col_expr(Column::Converted, Expr::val(i64::from(converted)))
        .filter(Column::TableId.eq(table.0))
        .filter(Column::Key.eq(key))
        .filter(Column::RetiredAt.is_null());
    changed_one(update.exec(tx.orm()).await?.rows_affected)
}

const fn changed_one(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// A field in the trash of fields.
#[derive(Debug, Clone)]
pub struct TrashedField {
    pub column: ColumnId,
    pub place: Place,
    pub key: String,
    pub kind: String,
    pub scale: u32,
    pub retired_at: Timestamp,
    /// The field's JSON Schema as it was.
    pub definition: Option<String>,
    pub converted: bool,
    /// `t12`.
    pub physical: String,
}

/// A table, or the rows of a lines field, in the trash.
#[derive(Debug, Clone)]
pub struct TrashedTable {
    pub place: Place,
    pub retired_at: Timestamp,
    pub definition: Option<String>,
    pub physical: String,
}

/// Everything of an app that was removed and can come back, newest first. Three statements.
///
/// # Errors
/// The database failed.
pub async fn trash(conn: &impl Connection, app: AppId) -> Result<(Vec<TrashedTable>, Vec<TrashedField>), Error> {
    let tables = catalogue_table::Entity::find()
        .filter(catalogue_table::Column::AppId.eq(app.0))
        .order_by_desc(catalogue_table::Column::RetiredAt)
        .all(conn.orm())
        .await?;
    let by_id: HashMap<i64, &catalogue_table::Model> = tables.iter().map(|row| (row.id, row)).collect();
    let place = |row: &catalogue_table::Model| match by_id.get(&row.parent_id) {
        None => Place::table(&row.key),
        Some(parent) => Place::lines(&parent.key, &row.key),
    };
    let name = |row: &catalogue_table::Model| {
        physical(TableId(row.id), (row.parent_id != 0).then_some(TableId(row.parent_id)))
    };
    let gone = tables.iter().filter_map(|row| {
        Some(TrashedTable {
            place: place(row),
            retired_at: Timestamp(row.retired_at?),
            definition: row.definition.clone(),
            physical: name(row),
        })
    });
    let ids: Vec<i64> = tables.iter().filter(|row| row.retired_at.is_none()).map(|row| row.id).collect();
    let columns = catalogue_column::Entity::find()
        .filter(catalogue_column::Column::TableId.is_in(ids))
        .filter(catalogue_column::Column::RetiredAt.is_not_null())
        .order_by_desc(catalogue_column::Column::RetiredAt)
        .order_by_desc(catalogue_column::Column::Id)
        .all(conn.orm())
        .await?;
    let fields = columns.into_iter().filter_map(|row| {
        let table = by_id.get(&row.table_id)?;
        Some(TrashedField {
            column: ColumnId(row.id),
            place: place(table),
            key: row.key,
            kind: row.kind,
            scale: u32::try_from(row.scale).unwrap_or(0),
            retired_at: Timestamp(row.retired_at?),
            definition: row.definition,
            converted: row.converted != 0,
            physical: name(table),
        })
    });
    Ok((gone.collect(), fields.collect()))
}

/// The same as a plan asks for it.
///
/// # Errors
/// The database failed.
pub async fn retired(conn: &impl Connection, app: AppId) -> Result<Retired, Error> {
    let (tables, fields) = trash(conn, app).await?;
    Ok(Retired {
        tables: tables.into_iter().map(|table| RetiredTable { place: table.place }).collect(),
        fields: fields
            .into_iter()
            .map(|field| RetiredField { place: field.place, key: field.key, kind: field.kind, scale: field.scale })
            .collect(),
    })
}

/// Drops the unique indexes of the old version that the new one does not have.
///
/// # Errors
/// The database failed.
pub async fn drop_unique(tx: &Tx, old: &Schema, new: &Schema) -> Result<(), Error> {
    let names = |schema: &Schema| {
        let mut names = BTreeSet::new();
        for table in schema.app.tables.values() {
            let Ok((_, physical)) = schema.table(&table.key) else { continue };
            names.extend(unique_names(table, physical));
        }
        names
    };
    let kept = names(new);
    for name in names(old).difference(&kept) {
        tx.execute_text(&format!("DROP INDEX IF EXISTS {name}")).await?;
    }
    Ok(())
}

fn unique_names(table: &Table, physical: &Physical) -> Vec<String> {
    let sets = table.unique_sets().map(|set| {
        let columns: Vec<String> = set.iter().filter_map(|key| physical.column_id(key)).map(column_name).collect();
        unique_name(physical.id, &columns)
    });
    sets.collect()
}
