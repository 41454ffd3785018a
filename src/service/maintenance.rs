//! Housekeeping: what has had its time is forgotten.

use super::{Error, Service};
use crate::store::{drafts, idempotency, session, sign_in};

/// Failed sign-ins are looked at for minutes; a day is kept for whoever asks why somebody was locked out.
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Service {
    /// Forgets old idempotency keys, failed sign-ins, drafts of forms and sessions that have ended, and files that nobody needs;
    /// answers how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        let rows = self
            .store
            .transaction(move |tx| {
                Box::pin(async move {
                    let keys = idempotency::prune(tx, now.plus(-idempotency::KEPT)).await?;
                    let failures = sign_in::prune(tx, now.plus(-DAY)).await?;
                    let sessions = session::prune(tx, now).await?;
                    let forms = drafts::prune(tx, now.plus(-super::drafts::KEPT)).await?;
                    Ok::<_, Error>(keys + failures + sessions + forms)
                })
            })
            .await?;
        Ok(rows + self.tidy_files().await?)
    }
}
