//! Failed sign-ins, counted by account and by address for the lock-out.

use super::{Connection, Error, Tx, entity::sign_in_failure};
use crate::base::time::Timestamp;
use sea_orm::{ActiveValue::NotSet, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

/// Remembers a failure for each subject (`account:wang`, `address:10.0.0.7`).
///
/// # Errors
/// The database failed.
pub async fn record_failure(tx: &Tx, subjects: &[String], now: Timestamp) -> Result<(), Error> {
    if subjects.is_empty() {
        return Ok(());
    }
    sign_in_failure::Entity::insert_many(subjects.iter().map(|subject| sign_in_failure::ActiveModel {
        id: NotSet,
        subject: Set(subject.clone()),
        at: Set(now.0),
    }))
    .exec_without_returning(tx.orm())
    .await?;
    Ok(())
}

/// How many failures a subject has had since a moment.
///
/// # Errors
/// The database failed.
pub async fn failures_since(conn: &impl Connection, subject: &str, since: Timestamp) -> Result<u64, Error> {
    Ok(sign_in_failure::Entity::find()
        .filter(sign_in_failure::Column::Subject.eq(subject))
        .filter(sign_in_failure::Column::At.gte(since.0))
        .count(conn.orm())
        .await?)
}

/// Forgets a subject's failures, after a sign-in that succeeded.
///
/// # Errors
/// The database failed.
pub async fn forget(tx: &Tx, subject: &str) -> Result<(), Error> {
    sign_in_failure::Entity::delete_many().filter(sign_in_failure::Column::Subject.eq(subject)).exec(tx.orm()).await?;
    Ok(())
}

/// Forgets all failures before a moment; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    Ok(sign_in_failure::Entity::delete_many()
        .filter(sign_in_failure::Column::At.lt(before.0))
        .exec(tx.orm())
        .await?
        .rows_affected)
}
