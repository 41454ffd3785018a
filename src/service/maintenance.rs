//! Housekeeping: what has had its time is forgotten.

use super::{Error, Service};
use crate::store::{drafts, idempotency, job_files, jobs, session, sign_in};

/// Failed sign-ins are looked at for minutes; a day is kept for whoever asks why somebody was locked out.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Ended jobs and their files are kept for a month: an import may be looked at again.
const MONTH: i64 = 30 * DAY;

impl Service {
    /// Forgets old idempotency keys, failed sign-ins, drafts of forms, sessions and jobs that have ended with their files, files
    /// that nobody needs, and records long in the trash; answers how many.
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
                    let ended = jobs::prune(tx, now.plus(-MONTH)).await?;
                    let files = job_files::prune(tx, now.plus(-MONTH)).await?;
                    Ok::<_, Error>(keys + failures + sessions + forms + ended + files)
                })
            })
            .await?;
        let epoch = self.epoch().await?;
        let apps = self.live.all(&self.store.reader(), epoch).await?;
        Ok(rows + self.empty_trash(&apps).await? + self.tidy_files().await?)
    }
}
