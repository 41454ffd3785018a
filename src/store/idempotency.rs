//! The answers to requests that carried a key: the same key is answered once more instead of done once more.

use super::{Connection, Error, Tx, entity::idempotency};
use crate::base::{id::UserId, time::Timestamp};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict, Query},
};

/// How long an answer is kept: 24 hours in milliseconds.
pub const KEPT: i64 = 24 * 60 * 60 * 1000;

/// What names a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub user: UserId,
    pub method: String,
    pub path: String,
    pub key: String,
    /// SHA-256 of the body in hex: the same key with another body is a mistake of the client.
    pub body_hash: String,
}

/// The answer to a request, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub body_hash: String,
    /// The HTTP status.
    pub status: i64,
    pub answer: String,
    pub created_at: Timestamp,
}

impl From<idempotency::Model> for Answer {
    fn from(row: idempotency::Model) -> Self {
        Self { body_hash: row.body_hash, status: row.status, answer: row.answer, created_at: Timestamp(row.created_at) }
    }
}

/// Takes the key for this transaction, which must end it with [`complete`]. A known key is answered instead; one that another
/// transaction is just using is waited for.
///
/// # Errors
/// The database failed.
pub async fn claim(tx: &Tx, request: &Request, now: Timestamp) -> Result<Option<Answer>, Error> {
    let insert = Query::insert()
        .into_table(idempotency::Entity)
        .columns([
            idempotency::Column::UserId,
            idempotency::Column::Method,
            idempotency::Column::Path,
            idempotency::Column::Key,
            idempotency::Column::BodyHash,
            idempotency::Column::Status,
            idempotency::Column::Answer,
            idempotency::Column::CreatedAt,
        ])
        .values_panic([
            request.user.0.into(),
            request.method.as_str().into(),
            request.path.as_str().into(),
            request.key.as_str().into(),
            request.body_hash.as_str().into(),
            0i64.into(),
            "".into(),
            now.0.into(),
        ])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    if tx.execute(&insert).await? == 1 {
        return Ok(None);
    }
    match find(tx, request).await? {
        Some(answer) if answer.created_at.plus(KEPT) > now => Ok(Some(answer)),
        Some(_) => {
            idempotency::Entity::delete_many().filter(named(request)).exec(tx.orm()).await?;
            if tx.execute(&insert).await? == 1 { Ok(None) } else { Err(Error::Busy) }
        }
        None => Err(Error::Busy),
    }
}

/// Stores the answer of the request that was claimed in this transaction.
///
/// # Errors
/// [`Error::Stale`] when it was not claimed.
pub async fn complete(tx: &Tx, request: &Request, status: u16, answer: &str) -> Result<(), Error> {
    let done = idempotency::Entity::update_many()
        .col_expr(idempotency::Column::Status, Expr::val(i64::from(status)))
        .col_expr(idempotency::Column::Answer, Expr::val(answer))
        .filter(named(request))
        .exec(tx.orm())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// The answer to a request that was completed.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, request: &Request) -> Result<Option<Answer>, Error> {
    Ok(idempotency::Entity::find().filter(named(request)).one(conn.orm()).await?.map(Answer::from))
}

/// Forgets answers from before a moment; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    Ok(idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(before.0))
        .exec(tx.orm())
        .await?
        .rows_affected)
}

fn named(request: &Request) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(idempotency::Column::UserId.eq(request.user.0))
        .add(idempotency::Column::Method.eq(request.method.as_str()))
        .add(idempotency::Column::Path.eq(request.path.as_str()))
        .add(idempotency::Column::Key.eq(request.key.as_str()))
}
