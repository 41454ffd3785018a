//! Files that jobs read and make, in pieces, so that no statement carries a whole one. They hold whatever records hold, so a
//! program with a key seals them, each piece at its place.

use super::{
    Connection, Error, Tx,
    entity::{job_file, job_file_part},
    vault::Vault,
};
use crate::base::{id::UserId, time::Timestamp};
use sea_orm::{ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, Set};

/// Bytes of a piece.
const PIECE: usize = 1024 * 1024;
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
    let inserted = job_file::Entity::insert(job_file::ActiveModel {
        id: NotSet,
        user_id: Set(user.0),
        name: Set(name.to_owned()),
        size: Set(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        created_at: Set(now.0),
    })
    .exec(tx.orm())
    .await?;
    let id = inserted.last_insert_id;
    for (ordinal, piece) in (0_i64..).zip(bytes.chunks(PIECE)) {
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
    }
    Ok(id)
}

/// A file's name and bytes.
///
/// # Errors
/// The database failed, or the file was sealed with another key.
pub async fn load(conn: &impl Connection, vault: Option<&Vault>, id: i64) -> Result<Option<(String, Vec<u8>)>, Error> {
    let Some(file) = job_file::Entity::find_by_id(id).one(conn.orm()).await? else { return Ok(None) };
    let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0));
    for ordinal in 0.. {
        match job_file_part::Entity::find_by_id((id, ordinal)).one(conn.orm()).await? {
            Some(part) => match part.content.strip_prefix(SEALED) {
                None => bytes.extend_from_slice(&part.content),
                Some(sealed) => {
                    let opened = vault.and_then(|vault| vault.open_bytes(sealed, &place(id, ordinal)));
                    bytes.extend(opened.ok_or_else(|| Error::other("a job's file does not open with this key"))?);
                }
            },
            None => break,
        }
    }
    Ok(Some((file.name, bytes)))
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
