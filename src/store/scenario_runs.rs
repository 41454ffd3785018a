//! What became of scenarios, by a digest of the documents: the same documents need not be tried twice.

use super::{Connection, Error, Tx, entity::scenario_run};
use crate::base::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set, sea_query::OnConflict};

/// The result for these documents, as it was stored.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, fingerprint: &str) -> Result<Option<String>, Error> {
    Ok(scenario_run::Entity::find_by_id(fingerprint).one(conn.orm()).await?.map(|row| row.result))
}

/// Keeps a result; one that is there already stays.
///
/// # Errors
/// The database failed.
pub async fn keep(tx: &Tx, fingerprint: &str, result: String, now: Timestamp) -> Result<(), Error> {
    let row =
        scenario_run::ActiveModel { fingerprint: Set(fingerprint.to_owned()), result: Set(result), at: Set(now.0) };
    scenario_run::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.orm())
        .await?;
    Ok(())
}

/// Forgets results from before a moment; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    let old = scenario_run::Entity::delete_many().filter(scenario_run::Column::At.lt(before.0));
    Ok(old.exec(tx.orm()).await?.rows_affected)
}
