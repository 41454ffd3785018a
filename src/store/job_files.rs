//! Files that jobs read and make, in pieces, so that no statement carries a whole one. They hold whatever records hold, so a
//! program with a key seals them, each piece at its place.

use super::{
    Connection, Error, Tx,
    entity::{job_file, job_file_part},
    vault::Vault,
};
use crate::base::{id::UserId, time::Timestamp};
use sea_orm::{
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, ExprTrait},
};

/// Bytes of a piece.
pub const PIECE: usize = 1024 * 1024;
/// How a sealed piece begins: no file of people begins so.
const SEALED: &[u8] = b"\0formwork sealed 1\0";

/// Stores a file; answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(
    tx: &Tx,
    vault: Option<&Vault>,
    user: UserId,
    name: &str,
    bytes: &[u8],
    now: Timestamp,
) -> Result<i64, Error> {
    let id = begin(tx, user, name, now).await?;
    for (ordinal, piece) in (0_i64..).zip(bytes.chunks(PIECE)) {
        append(tx, vault, id, ordinal, piece).await?;
    }
    Ok(id)
}

/// Begins a file that is written piece by piece; answers its id.
///
/// # Errors
/// The database failed.
pub async fn begin(tx: &Tx, user: UserId, name: &str, now: Timestamp) -> Result<i64, Error> {
    let inserted = job_file::Entity::insert(job_file::ActiveModel {
        id: NotSet,
        user_id: Set(user.0),
        name: Set(name.to_owned()),
        size: Set(0),
        created_at: Set(now.0),
    })
    .exec(tx.orm())
    .await?;
    Ok(inserted.last_insert_id)
}

/// Adds the piece with this number, counted from 0.
///
/// # Errors
/// The database failed.
pub async fn append(tx: &Tx, vault: Option<&Vault>, id: i64, ordinal: i64, piece: &[u8]) -> Result<(), Error> {
    job_file_part::Entity::insert(job_file_part::ActiveModel {
        file_id: Set(id),
        ordinal: Set(ordinal),
        content: Set(match vault {
            Some(vault) => [SEALED, &vault.seal_bytes(piece, &place(id, ordinal))?].concat(),
            None => piece.to_vec(),
        }),
    })
    .exec_without_returning(tx.orm())
    .await?;
    let length = i64::try_from(piece.len()).unwrap_or(i64::MAX);
    job_file::Entity::update_many()
        .col_expr(job_file::Column::Size, Expr::col(job_file::Column::Size).add(length))
        .filter(job_file::Column::Id.eq(id))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Forgets a file.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &Tx, id: i64) -> Result<(), Error> {
    job_file::Entity::delete_by_id(id).exec(tx.orm()).await?;
    Ok(())
}

/// A file's name and its size in bytes.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, id: i64) -> Result<Option<(String, u64)>, Error> {
    let found = job_file::Entity::find_by_id(id).one(conn.orm()).await?;
    Ok(found.map(|file| (file.name, u64::try_from(file.size).unwrap_or(0))))
}

/// Whose file it is.
///
/// # Errors
/// The database failed.
pub async fn owner(conn: &impl Connection, id: i64) -> Result<Option<UserId>, Error> {
    Ok(job_file::Entity::find_by_id(id).one(conn.orm()).await?.map(|row| UserId(row.user_id)))
}

/// One piece of a file; nothing after the last.
///
/// # Errors
/// The database failed, or the file was sealed with another key.
pub async fn piece(
    conn: &impl Connection,
    vault: Option<&Vault>,
    id: i64,
    ordinal: i64,
) -> Result<Option<Vec<u8>>, Error> {
    let Some(part) = job_file_part::Entity::find_by_id((id, ordinal)).one(conn.orm()).await? else { return Ok(None) };
    let Some(sealed) = part.content.strip_prefix(SEALED) else { return Ok(Some(part.content)) };
    let opened = vault.and_then(|vault| vault.open_bytes(sealed, &place(id, ordinal)));
    Ok(Some(opened.ok_or_else(|| Error::other("a job's file does not open with this key"))?))
}

/// A file's name and bytes.
///
/// # Errors
/// The database failed, or the file was sealed with another key.
pub async fn load(conn: &impl Connection, vault: Option<&Vault>, id: i64) -> Result<Option<(String, Vec<u8>)>, Error> {
    let Some((name, size)) = find(conn, id).await? else { return Ok(None) };
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut ordinal = 0;
    while let Some(piece) = piece(conn, vault, id, ordinal).await? {
        bytes.extend(piece);
        ordinal += 1;
    }
    Ok(Some((name, bytes)))
}

fn place(file: i64, ordinal: i64) -> String {
    format!("job_file/{file}/{ordinal}")
}

/// Forgets files from before a moment; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    let old = job_file::Entity::delete_many().filter(job_file::Column::CreatedAt.lt(before.0));
    Ok(old.exec(tx.orm()).await?.rows_affected)
}
