//! Uploaded files: whose they are, which record they belong to, and which contents nobody needs any more.

use super::{
    Connection, Error, Tx,
    entity::{blob, file},
};
use crate::base::{
    id::{AppId, RecordId, TableId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::NotSet,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict, Query},
};

/// A file to be stored.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// SHA-256 of the content, which lies in the blob store already.
    pub hash: String,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub by: UserId,
}

/// The record that files belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub app: AppId,
    pub table: TableId,
    pub record: RecordId,
}

/// Stores a file that belongs to no record yet; answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, new: &NewFile, now: Timestamp) -> Result<i64, Error> {
    blob::Entity::insert(blob::ActiveModel { id: Set(new.hash.clone()), size: Set(new.size), created_at: Set(now.0) })
        .on_conflict(OnConflict::column(blob::Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.orm())
        .await?;
    let row = file::ActiveModel {
        id: NotSet,
        blob_id: Set(Some(new.hash.clone())),
        name: Set(new.name.clone()),
        media_type: Set(new.media_type.clone()),
        size: Set(new.size),
        uploaded_by: Set(new.by.0),
        uploaded_at: Set(now.0),
        app_id: Set(None),
        table_id: Set(None),
        record_id: Set(None),
        field: Set(None),
        removed_at: Set(None),
    };
    Ok(file::Entity::insert(row).exec(tx.orm()).await?.last_insert_id)
}

/// A file.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, id: i64) -> Result<Option<file::Model>, Error> {
    Ok(file::Entity::find_by_id(id).one(conn.orm()).await?)
}

/// The files with these ids, as far as there are such.
///
/// # Errors
/// The database failed.
pub async fn with_ids(conn: &impl Connection, ids: impl Iterator<Item = i64>) -> Result<Vec<file::Model>, Error> {
    let ids: Vec<i64> = ids.collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(file::Entity::find().filter(file::Column::Id.is_in(ids)).all(conn.orm()).await?)
}

/// How many files of a person belong to no record.
///
/// # Errors
/// The database failed.
pub async fn unbound_of(conn: &impl Connection, user: UserId, limit: u64) -> Result<usize, Error> {
    let ids: Vec<i64> = file::Entity::find()
        .select_only()
        .column(file::Column::Id)
        .filter(file::Column::UploadedBy.eq(user.0))
        .filter(file::Column::RecordId.is_null())
        .limit(limit)
        .into_tuple()
        .all(conn.orm())
        .await?;
    Ok(ids.len())
}

/// Makes a file belong to a record's field, if it is the person's own and belongs to nothing, or belongs to this record already.
/// Answers whether it does now.
///
/// # Errors
/// The database failed.
pub async fn bind(tx: &Tx, id: i64, owner: Owner, field: &str, by: UserId) -> Result<bool, Error> {
    let own = Condition::all().add(file::Column::RecordId.is_null()).add(file::Column::UploadedBy.eq(by.0));
    let here = Condition::all()
        .add(file::Column::TableId.eq(owner.table.0))
        .add(file::Column::RecordId.eq(owner.record.0))
        .add(file::Column::BlobId.is_not_null());
    let done = file::Entity::update_many()
        .col_expr(file::Column::AppId, Expr::value(owner.app.0))
        .col_expr(file::Column::TableId, Expr::value(owner.table.0))
        .col_expr(file::Column::RecordId, Expr::value(owner.record.0))
        .col_expr(file::Column::Field, Expr::value(field))
        .col_expr(file::Column::RemovedAt, Expr::value(Option::<i64>::None))
        .filter(file::Column::Id.eq(id))
        .filter(Condition::any().add(own).add(here))
        .exec(tx.orm())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Marks files of a record as taken out of it.
///
/// # Errors
/// The database failed.
pub async fn mark_removed(tx: &Tx, ids: &[i64], owner: Owner, now: Timestamp) -> Result<(), Error> {
    file::Entity::update_many()
        .col_expr(file::Column::RemovedAt, Expr::value(now.0))
        .filter(file::Column::Id.is_in(ids.iter().copied()))
        .filter(file::Column::TableId.eq(owner.table.0))
        .filter(file::Column::RecordId.eq(owner.record.0))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Files that belong to no record and were uploaded before `before`, oldest first.
///
/// # Errors
/// The database failed.
pub async fn unbound_before(conn: &impl Connection, before: Timestamp, limit: u64) -> Result<Vec<file::Model>, Error> {
    Ok(file::Entity::find()
        .filter(file::Column::RecordId.is_null())
        .filter(file::Column::UploadedAt.lt(before.0))
        .order_by_asc(file::Column::UploadedAt)
        .limit(limit)
        .all(conn.orm())
        .await?)
}

/// Forgets files that still belong to no record; answers how many.
///
/// # Errors
/// The database failed.
pub async fn forget_unbound(tx: &Tx, ids: &[i64]) -> Result<u64, Error> {
    let done = file::Entity::delete_many()
        .filter(file::Column::Id.is_in(ids.iter().copied()))
        .filter(file::Column::RecordId.is_null())
        .exec(tx.orm())
        .await?;
    Ok(done.rows_affected)
}

/// Lets go of the contents of files that were taken out of their records before `before`; their names stay.
///
/// # Errors
/// The database failed.
pub async fn release_removed(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    let done = file::Entity::update_many()
        .col_expr(file::Column::BlobId, Expr::value(Option::<String>::None))
        .filter(file::Column::RemovedAt.lt(before.0))
        .filter(file::Column::BlobId.is_not_null())
        .exec(tx.orm())
        .await?;
    Ok(done.rows_affected)
}

/// Lets go of the contents of files whose records are gone for good; their names stay.
///
/// # Errors
/// The database failed.
pub async fn release_of(tx: &Tx, table: TableId, records: &[i64], now: Timestamp) -> Result<(), Error> {
    file::Entity::update_many()
        .col_expr(file::Column::BlobId, Expr::value(Option::<String>::None))
        .col_expr(file::Column::RemovedAt, Expr::value(now.0))
        .filter(file::Column::TableId.eq(table.0))
        .filter(file::Column::RecordId.is_in(records.iter().copied()))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Hashes of contents that no file names.
///
/// # Errors
/// The database failed.
pub async fn unused_blobs(conn: &impl Connection, limit: u64) -> Result<Vec<String>, Error> {
    Ok(blob::Entity::find()
        .select_only()
        .column(blob::Column::Id)
        .filter(blob::Column::Id.not_in_subquery(used()))
        .limit(limit)
        .into_tuple()
        .all(conn.orm())
        .await?)
}

/// Deletes the row of a content that no file names; answers whether there is none now.
///
/// # Errors
/// The database failed; [`Error::ForeignKey`] when a file that names it was stored meanwhile.
pub async fn forget_blob(tx: &Tx, hash: &str) -> Result<bool, Error> {
    blob::Entity::delete_many()
        .filter(blob::Column::Id.eq(hash))
        .filter(blob::Column::Id.not_in_subquery(used()))
        .exec(tx.orm())
        .await?;
    Ok(blob::Entity::find_by_id(hash.to_owned()).one(tx.orm()).await?.is_none())
}

fn used() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(file::Column::BlobId)
        .from(file::Entity)
        .and_where(file::Column::BlobId.is_not_null())
        .to_owned()
}
