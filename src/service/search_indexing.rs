//! Keeping the search indexes: rows that have changed are taken in a little later, so that no write waits for it.

use super::{Error, Service, jobs::Stop};
use crate::store::search_index;
use std::time::Instant;

/// Rows of one transaction, for which all other writers wait: a few milliseconds.
const CHUNK: u64 = 100;

impl Service {
    /// Takes in all rows that wait, resting between transactions as long as each took, so that others may write.
    ///
    /// # Errors
    /// The database failed; the rows wait on.
    pub async fn index_for_search(&self, stop: &Stop) -> Result<(), Error> {
        let reader = self.store.reader();
        let epoch = self.epoch().await?;
        for live in self.live.all(&reader, epoch).await? {
            for table in search_index::waiting(&reader, &live.schema).await? {
                loop {
                    let (known, state, key) = (live.clone(), self.live.clone(), table.clone());
                    #[allow(clippy::disallowed_methods, reason = "how long to rest, which decides nothing")]
                    let started = Instant::now();
                    let taken = self.store.transaction(move |tx| {
                        let (known, state, key) = (known.clone(), state.clone(), key.clone());
                        Box::pin(async move {
                            let live = state.current(tx, &known).await?;
                            if !live.app().tables.contains_key(&key) {
                                return Ok(0);
                            }
                            Ok::<_, Error>(search_index::take_in(tx, &live.schema, &key, CHUNK).await?)
                        })
                    });
                    if taken.await? < CHUNK {
                        break;
                    }
                    if stop.is_asked() {
                        return Ok(());
                    }
                    tokio::time::sleep(started.elapsed()).await;
                }
            }
        }
        Ok(())
    }
}
