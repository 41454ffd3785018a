//! Imports of files into tables, and what became of each record in them.

use super::{
    Connection, Error, Tx,
    entity::{record_import, record_import_row},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, Query},
};

pub use record_import::Model as Import;
pub use record_import_row::Model as Row;

/// Rows of one statement: SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

/// An import to be.
#[derive(Debug, Clone)]
pub struct New {
    pub user: UserId,
    pub app: AppId,
    pub table: String,
    pub file: i64,
    pub file_name: String,
    /// JSON.
    pub options: String,
}

/// Begins an import; answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, new: &New, now: Timestamp) -> Result<i64, Error> {
    let inserted = record_import::Entity::insert(record_import::ActiveModel {
        id: NotSet,
        user_id: Set(new.user.0),
        app_id: Set(new.app.0),
        table_key: Set(new.table.clone()),
        file_id: Set(new.file),
        file_name: Set(new.file_name.clone()),
        state: Set("uploaded".into()),
        options: Set(new.options.clone()),
        job_id: Set(None),
        counts: Set(None),
        created_at: Set(now.0),
        finished_at: Set(None),
    })
    .exec(tx.orm())
    .await?;
    Ok(inserted.last_insert_id)
}

/// An import.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, id: i64) -> Result<Option<Import>, Error> {
    Ok(record_import::Entity::find_by_id(id).one(conn.orm()).await?)
}

/// What changes of an import.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub options: Option<String>,
    pub job: Option<i64>,
    pub counts: Option<String>,
    pub finished: Option<Timestamp>,
}

/// Moves an import from one of the states `from` to `state`.
///
/// # Errors
/// [`Error::Stale`] when it is in none of them.
pub async fn advance(tx: &Tx, id: i64, from: &[&str], state: &str, change: &Change) -> Result<(), Error> {
    use record_import::Column;
    let mut update = record_import::Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(from.iter().copied()));
    if let Some(options) = &change.options {
        update = update.col_expr(Column::Options, Expr::val(options.as_str()));
    }
    if let Some(job) = change.job {
        update = update.col_expr(Column::JobId, Expr::val(job));
    }
    if let Some(counts) = &change.counts {
        update = update.col_expr(Column::Counts, Expr::val(counts.as_str()));
    }
    if let Some(finished) = change.finished {
        update = update.col_expr(Column::FinishedAt, Expr::val(finished.0));
    }
    if update.exec(tx.orm()).await?.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// The imports into a table that wrote something, newest first; of one person, or of all.
///
/// # Errors
/// The database failed.
pub async fn of_table(
    conn: &impl Connection,
    app: AppId,
    table: &str,
    user: Option<UserId>,
    limit: u64,
) -> Result<Vec<Import>, Error> {
    use record_import::Column;
    let mut find = record_import::Entity::find()
        .filter(Column::AppId.eq(app.0))
        .filter(Column::TableKey.eq(table))
        .filter(Column::State.is_in(["running", "done", "stopped", "undoing", "undone"]))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(user) = user {
        find = find.filter(Column::UserId.eq(user.0));
    }
    Ok(find.all(conn.orm()).await?)
}

/// The imports that read a file, in the order in which they were begun.
///
/// # Errors
/// The database failed.
pub async fn of_file(conn: &impl Connection, file: i64) -> Result<Vec<Import>, Error> {
    use record_import::Column;
    let find = record_import::Entity::find().filter(Column::FileId.eq(file)).order_by_asc(Column::Id);
    Ok(find.all(conn.orm()).await?)
}

/// Stores what became of some records, in few statements.
///
/// # Errors
/// The database failed.
pub async fn insert_rows(tx: &Tx, rows: &[Row]) -> Result<(), Error> {
    for chunk in rows.chunks(CHUNK) {
        record_import_row::Entity::insert_many(chunk.iter().cloned().map(|row| record_import_row::ActiveModel {
            import_id: Set(row.import_id),
            ordinal: Set(row.ordinal),
            row: Set(row.row),
            action: Set(row.action),
            record_id: Set(row.record_id),
            version: Set(row.version),
            before: Set(row.before),
            errors: Set(row.errors),
            undo: Set(row.undo),
        }))
        .exec_without_returning(tx.orm())
        .await?;
    }
    Ok(())
}

/// Forgets what a check found, before the import itself begins.
///
/// # Errors
/// The database failed.
pub async fn clear_rows(tx: &Tx, import: i64) -> Result<(), Error> {
    record_import_row::Entity::delete_many()
        .filter(record_import_row::Column::ImportId.eq(import))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// The ordinal after the last that is stored: where a run goes on.
///
/// # Errors
/// The database failed.
pub async fn next_ordinal(conn: &impl Connection, import: i64) -> Result<i64, Error> {
    let last = record_import_row::Entity::find()
        .filter(record_import_row::Column::ImportId.eq(import))
        .order_by_desc(record_import_row::Column::Ordinal)
        .one(conn.orm())
        .await?;
    Ok(last.map_or(0, |row| row.ordinal + 1))
}

/// Records that were refused, in the order of the file, after an ordinal.
///
/// # Errors
/// The database failed.
pub async fn refused(conn: &impl Connection, import: i64, after: i64, limit: u64) -> Result<Vec<Row>, Error> {
    use record_import_row::Column;
    Ok(record_import_row::Entity::find()
        .filter(Column::ImportId.eq(import))
        .filter(Column::Action.eq("refused"))
        .filter(Column::Ordinal.gt(after))
        .order_by_asc(Column::Ordinal)
        .limit(limit)
        .all(conn.orm())
        .await?)
}

/// Records that were made or changed and not yet taken back, the last first.
///
/// # Errors
/// The database failed.
pub async fn to_undo(conn: &impl Connection, import: i64, limit: u64) -> Result<Vec<Row>, Error> {
    use record_import_row::Column;
    Ok(record_import_row::Entity::find()
        .filter(Column::ImportId.eq(import))
        .filter(Column::Action.is_in(["made", "changed"]))
        .filter(Column::Undo.is_null())
        .order_by_desc(Column::Ordinal)
        .limit(limit)
        .all(conn.orm())
        .await?)
}

/// Records whose undoing was refused, in the order of the file.
///
/// # Errors
/// The database failed.
pub async fn not_undone(conn: &impl Connection, import: i64, limit: u64) -> Result<Vec<Row>, Error> {
    use record_import_row::Column;
    Ok(record_import_row::Entity::find()
        .filter(Column::ImportId.eq(import))
        .filter(Column::Undo.is_not_null())
        .filter(Column::Undo.ne(UNDONE))
        .order_by_asc(Column::Ordinal)
        .limit(limit)
        .all(conn.orm())
        .await?)
}

/// What `undo` holds of a record that was taken back; else a code.
pub const UNDONE: &str = "done";

/// Writes down what became of taking a record back.
///
/// # Errors
/// The database failed.
pub async fn set_undo(tx: &Tx, import: i64, ordinals: &[i64], outcome: &str) -> Result<(), Error> {
    use record_import_row::Column;
    if ordinals.is_empty() {
        return Ok(());
    }
    record_import_row::Entity::update_many()
        .col_expr(Column::Undo, Expr::val(outcome))
        .filter(Column::ImportId.eq(import))
        .filter(Column::Ordinal.is_in(ordinals.iter().copied()))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Forgets why records could not be taken back, so that it is tried again.
///
/// # Errors
/// The database failed.
pub async fn retry_undo(tx: &Tx, import: i64) -> Result<(), Error> {
    use record_import_row::Column;
    record_import_row::Entity::update_many()
        .col_expr(Column::Undo, Expr::val(Option::<String>::None))
        .filter(Column::ImportId.eq(import))
        .filter(Column::Undo.ne(UNDONE))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// How many records there are by what became of them.
///
/// # Errors
/// The database failed.
pub async fn counts(conn: &impl Connection, import: i64) -> Result<Vec<(String, i64)>, Error> {
    use record_import_row::{Column, Entity};
    let select = Query::select()
        .column(Column::Action)
        .expr(super::integer(Expr::cust("COUNT(*)")))
        .from(Entity)
        .and_where(Column::ImportId.eq(import))
        .group_by_col(Column::Action)
        .take();
    conn.query(&select).await?.iter().map(|row| Ok((row.text(0)?, row.i64(1)?))).collect()
}
