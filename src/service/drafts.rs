//! Half-filled forms that are kept while somebody is filling them in. A draft is never a record: it is what was posted, read
//! again with the rights and the definition of the moment in which it is continued.

use super::{Call, Error, LiveApp, Service, kept};
use crate::{
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
    },
    store::{Connection, drafts, vault::Vault},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Drafts that nobody continued are forgotten after so many milliseconds: 30 days.
pub const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;

/// What was typed, and what it was typed over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Names and values as the form posts them.
    pub pairs: Vec<(String, String)>,
    /// The record's version that was on the page.
    pub version: Option<i64>,
    /// Titles of the fields that are filled in, for when one is gone: `lines.qty` → 数量.
    pub titles: IndexMap<String, String>,
}

/// A draft that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub draft: Draft,
    pub at: Timestamp,
}

fn place(call: &Call, live: &LiveApp, form: &str, record: Option<RecordId>) -> drafts::Form {
    drafts::Form { user: call.actor.user, app: live.id, form: form.to_owned(), record }
}

/// The person's draft of a form.
///
/// # Errors
/// The database failed.
pub async fn find(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    form: &str,
    record: Option<RecordId>,
) -> Result<Option<Kept>, Error> {
    let row = drafts::find(conn, &place(call, live, form, record)).await?;
    let fresh = row.filter(|row| row.updated_at > call.now.plus(-KEPT).0);
    Ok(fresh.and_then(|row| {
        let at = Timestamp(row.updated_at);
        let draft = serde_json::from_str(&kept::read(live.vault.as_ref(), &kept_at(&row), row.values)?).ok()?;
        Some(Kept { draft, at })
    }))
}

/// Everything a person has half filled in, newest first, as JSON; at most `limit`.
///
/// # Errors
/// The database failed.
pub(super) async fn of_user(
    conn: &impl Connection,
    vault: Option<&Arc<Vault>>,
    user: UserId,
    limit: u64,
) -> Result<Vec<String>, Error> {
    let rows = drafts::of_user(conn, user, limit).await?;
    Ok(rows.into_iter().filter_map(|row| kept::read(vault, &kept_at(&row), row.values)).collect())
}

fn kept_at(row: &drafts::Row) -> kept::Place {
    kept::Place::new(format!("form_draft/{}/{}/{}", row.user_id, row.app_id, row.form), row.record_id)
}

impl Service {
    /// Keeps a draft in the place of an earlier one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_draft(
        &self,
        call: &Call,
        live: &LiveApp,
        form: &str,
        record: Option<RecordId>,
        draft: &Draft,
    ) -> Result<(), Error> {
        let (place, now) = (place(call, live, form, record), call.now);
        let values = serde_json::to_string(draft).map_err(|error| Error::internal(error.to_string()))?;
        let what = format!("form_draft/{}/{}/{form}", call.actor.user, live.id);
        let values = kept::keep(live, &kept::Place::new(what, record.map_or(0, |record| record.0)), values)?;
        self.store
            .transaction_with((place, values, now), |tx, (place, values, now)| {
                Box::pin(async move { Ok::<_, Error>(drafts::put(tx, place, values, *now).await?) })
            })
            .await
    }

    /// Forgets a draft: the form was stored, or given up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_draft(
        &self,
        call: &Call,
        live: &LiveApp,
        form: &str,
        record: Option<RecordId>,
    ) -> Result<(), Error> {
        let place = place(call, live, form, record);
        self.store
            .transaction_with(place, |tx, place| {
                Box::pin(async move { Ok::<_, Error>(drafts::remove(tx, place).await?) })
            })
            .await
    }
}
