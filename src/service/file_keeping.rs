//! Housekeeping of files: uploads that never came to a record, contents that nobody needs.
//!
//! Kept for ever is a file's row (its name, type and size), so that a record's history can name what was taken out of it. Its
//! content stays for [`KEPT_AFTER_REMOVAL`] after that, and as long as any other file has the same content.

use super::{Error, Service, drafts};
use crate::{
    base::id::UserId,
    store::{self, files},
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long an upload may wait for its record, in milliseconds; longer only while a saved draft of a form names it.
pub const KEPT_UNBOUND: i64 = DAY;
/// How long the content of a file stays after the file was taken out of its record, in milliseconds.
pub const KEPT_AFTER_REMOVAL: i64 = 30 * DAY;
/// How many are looked at in one go; the next hour goes on.
const AT_ONCE: u64 = 1_000;
/// The most drafts of a person that are looked into.
const MOST_DRAFTS: u64 = 200;

impl Service {
    /// Removes what has had its time; answers how many files and contents.
    ///
    /// # Errors
    /// The database or the blob store failed.
    pub async fn tidy_files(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        let waiting = self.abandoned().await?;
        let released = self
            .store
            .transaction(move |tx| {
                let waiting = waiting.clone();
                Box::pin(async move {
                    let forgotten = files::forget_unbound(tx, &waiting).await?;
                    let released = files::release_removed(tx, now.plus(-KEPT_AFTER_REMOVAL)).await?;
                    Ok::<_, Error>(forgotten + released)
                })
            })
            .await?;
        self.blobs.drop_stale_incoming(now.plus(-DAY).0).await?;
        for aside in self.blobs.left_aside().await? {
            self.decide_aside(aside).await?;
        }
        let mut removed = 0;
        for hash in files::unused_blobs(&self.store.reader(), AT_ONCE).await? {
            match self.blobs.set_aside(&hash).await? {
                Some(aside) => removed += u64::from(self.decide_aside(aside).await?),
                None => removed += u64::from(self.forget_blob(&hash).await?),
            }
        }
        Ok(released + removed)
    }

    /// Uploads that waited too long and that no saved draft of their uploader names.
    async fn abandoned(&self) -> Result<Vec<i64>, Error> {
        let reader = self.store.reader();
        let rows = files::unbound_before(&reader, self.clock.now().plus(-KEPT_UNBOUND), AT_ONCE).await?;
        let mut named: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for user in rows.iter().map(|row| row.uploaded_by).collect::<BTreeSet<_>>() {
            let mut numbers = BTreeSet::new();
            for draft in drafts::of_user(&reader, self.live.vault(), UserId(user), MOST_DRAFTS).await? {
                if let Ok(values) = serde_json::from_str(&draft) {
                    collect(&values, &mut numbers);
                }
            }
            named.insert(user, numbers);
        }
        let free = |row: &store::entity::file::Model| {
            named.get(&row.uploaded_by).is_none_or(|numbers| !numbers.contains(&row.id))
        };
        Ok(rows.iter().filter(|row| free(row)).map(|row| row.id).collect())
    }

    /// Drops a content that was set aside, or puts it back where it is still used; answers whether it is gone.
    async fn decide_aside(&self, aside: store::blobs::SetAside) -> Result<bool, Error> {
        if self.forget_blob(&aside.hash).await? {
            self.blobs.drop_aside(aside).await?;
            Ok(true)
        } else {
            self.blobs.put_back(aside).await?;
            Ok(false)
        }
    }

    async fn forget_blob(&self, hash: &str) -> Result<bool, Error> {
        let forgotten = self
            .store
            .transaction_with(hash.to_owned(), |tx, hash| Box::pin(async move { files::forget_blob(tx, hash).await }))
            .await;
        match forgotten {
            // A file with the same content was stored meanwhile.
            Err(store::Error::ForeignKey) => Ok(false),
            other => Ok(other?),
        }
    }
}

/// Every whole number of a draft, written as number or as text: any may be the id of a file.
fn collect(json: &Json, numbers: &mut BTreeSet<i64>) {
    match json {
        Json::Number(number) => numbers.extend(number.as_i64()),
        Json::String(text) => numbers.extend(text.parse::<i64>().ok()),
        Json::Array(items) => items.iter().for_each(|item| collect(item, numbers)),
        Json::Object(members) => members.values().for_each(|member| collect(member, numbers)),
        Json::Null | Json::Bool(_) => {}
    }
}
