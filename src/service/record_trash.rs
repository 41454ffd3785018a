//! Records in the trash: brought back by whoever may delete them, and gone for good after thirty days.

use super::{
    Answer, Call, Error, LiveApp, Service, audit,
    permits::Rights,
    represent,
    save_record::{Edit, unique_error},
};
use crate::{
    base::{id::RecordId, time::Timestamp},
    definition::role::Action,
    store::{self, Connection, Tx, records},
};
use std::sync::Arc;

/// How long a record stays in the trash, in milliseconds.
pub const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
/// Records that are removed for good in one transaction.
const BATCH: u64 = 200;

/// A page of the records in the trash that the caller may bring back, newest there first, after a moment and an id.
///
/// # Errors
/// `NotFound` or `Forbidden` for who may not delete records of the table; the database failed.
pub async fn trashed(
    conn: &impl Connection,
    rights: &Rights<'_>,
    live: &LiveApp,
    table: &str,
    after: Option<(Timestamp, RecordId)>,
    limit: u64,
) -> Result<Vec<records::Trashed>, Error> {
    if !rights.may_read() {
        return Err(Error::forbidden("forbidden"));
    }
    let permit = rights.permit(table, Action::Delete)?;
    Ok(records::trashed(conn, &live.schema, &permit, after, limit).await?)
}

impl Service {
    /// Brings a record back from the trash and answers it. Its number stays its own.
    ///
    /// # Errors
    /// `NotFound` where it is not in the trash or not the caller's to delete; `unique` with the fields whose values somebody took
    /// meanwhile; `Stale`.
    pub async fn restore_record(&self, call: Call, edit: Edit) -> Result<Answer, Error> {
        self.command(call, edit, |tx, service, call, edit| {
            Box::pin(async move {
                restore(tx, call, edit).await?;
                Ok(Answer::new(200, represent::written(tx, service, call, &edit.live, &edit.table, edit.id).await?))
            })
        })
        .await
    }

    /// Removes for good what has been in the trash for longer than [`KEPT`]; answers how many records. What something still
    /// points at stays.
    ///
    /// # Errors
    /// The database failed.
    pub async fn empty_trash(&self, apps: &[Arc<LiveApp>]) -> Result<u64, Error> {
        let before = self.clock.now().plus(-KEPT);
        let mut gone = 0;
        for live in apps {
            for table in live.app().tables.values().filter(|table| !table.append_only) {
                let mut after = 0;
                loop {
                    let reader = self.store.reader();
                    let ids = records::long_trashed(&reader, &live.schema, &table.key, before, after, BATCH).await?;
                    let Some(last) = ids.last() else { break };
                    after = *last;
                    gone += self.remove_for_good(live, &table.key, ids).await?;
                }
            }
        }
        Ok(gone)
    }

    /// All of a batch at once, or one by one where something points at one of them.
    async fn remove_for_good(&self, live: &Arc<LiveApp>, table: &str, ids: Vec<i64>) -> Result<u64, Error> {
        match self.remove_rows(live, table, ids.clone()).await {
            Ok(count) => return Ok(count),
            Err(store::Error::ForeignKey) => {}
            Err(other) => return Err(other.into()),
        }
        let mut gone = 0;
        for id in ids {
            match self.remove_rows(live, table, vec![id]).await {
                Ok(count) => gone += count,
                Err(store::Error::ForeignKey) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(gone)
    }

    async fn remove_rows(&self, live: &Arc<LiveApp>, table: &str, ids: Vec<i64>) -> Result<u64, store::Error> {
        self.store
            .transaction_with((live.clone(), table.to_owned(), ids, self.clock.now()), |tx, (live, table, ids, now)| {
                Box::pin(records::purge(tx, &live.schema, table, ids, *now))
            })
            .await
    }
}

/// Takes a record out of the trash inside a transaction.
///
/// # Errors
/// As [`Service::restore_record`].
pub(super) async fn restore(tx: &Tx, call: &Call, edit: &Edit) -> Result<(), Error> {
    let live = &*edit.live;
    let rights = Rights::load(tx, call, live).await?;
    let permit = rights.permit(&edit.table, Action::Delete)?;
    let seen = records::get_trashed(tx, &live.schema, &permit, edit.id).await?.ok_or(Error::NotFound)?;
    if edit.version.is_some_and(|version| version != seen.version) {
        return Err(Error::Stale { version: seen.version });
    }
    let table = live.table(&call.actor.locale, &edit.table)?;
    let back =
        records::restore(tx, &live.schema, &permit, edit.id, seen.version, Some(call.actor.user), call.now).await;
    back.map_err(|error| match unique_error(live, table, error) {
        Error::Invalid(errors) => {
            let fields = errors.first().and_then(|error| error.params.get("fields").cloned()).unwrap_or_default();
            Error::conflict("unique").with("fields", fields)
        }
        other => other,
    })?;
    audit::record(tx, call, live, "record.restore", table, edit.id, (&seen.document, &seen.document)).await
}
