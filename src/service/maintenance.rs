//! Housekeeping: what has had its time is forgotten.

use super::{Error, Service, live::to_documents};
use crate::{
    base::id::AppId,
    definition::app::App,
    store::{apps, ddl, drafts, idempotency, job_files, jobs, scenario_runs, session, sign_in},
};
use std::sync::Arc;

/// Failed sign-ins are looked at for minutes; a day is kept for whoever asks why somebody was locked out.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Ended jobs and their files are kept for a month: an import may be looked at again.
const MONTH: i64 = 30 * DAY;

impl Service {
    /// Gives the tables of apps that an earlier program published what this one expects of them, each app in one transaction.
    ///
    /// # Errors
    /// A stored version does not load, or the database failed; then what was there is as it was.
    pub async fn lay_out_tables(&self) -> Result<(), Error> {
        let now = self.clock.now();
        for row in apps::list(&self.store.reader()).await? {
            if row.layout >= ddl::LAYOUT || row.live_version == 0 {
                continue;
            }
            let id = AppId(row.id);
            let laid_out = self.store.ddl(move |tx| {
                let number = row.live_version;
                Box::pin(async move {
                    let Some((_, documents)) = apps::version(tx, id, number).await? else { return Ok(()) };
                    let app = App::parse(&to_documents(documents)?)
                        .map_err(|_| Error::internal(format!("the live version of app {id} does not load")))?;
                    ddl::publish(tx, id, &Arc::new(app), now).await?;
                    Ok::<_, Error>(apps::laid_out(tx, id).await?)
                })
            });
            laid_out.await?;
        }
        self.live.forget();
        Ok(())
    }

    /// Forgets old idempotency keys, failed sign-ins, drafts of forms, sessions and jobs that have ended with their files, files
    /// that nobody needs, runs of automations, and records long in the trash; answers how many.
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
                    let runs = scenario_runs::prune(tx, now.plus(-MONTH)).await?;
                    Ok::<_, Error>(keys + failures + sessions + forms + ended + files + runs)
                })
            })
            .await?;
        let epoch = self.epoch().await?;
        let apps = self.live.all(&self.store.reader(), epoch).await?;
        let runs = self.forget_runs().await?;
        Ok(rows + runs + self.empty_trash(&apps).await? + self.tidy_files().await?)
    }
}
