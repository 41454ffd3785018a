//! Jobs: work that outlives a request. Whoever asked for one sees how far it is, may stop it and fetch what it made.

use super::{Call, Error, LiveApp, Service, export, import};
use crate::{
    base::{
        id::{AppId, UserId},
        time::Timestamp,
    },
    store::{
        self, Tx, job_files,
        jobs::{self as stored, End, Job},
    },
};
use serde_json::{Value as Json, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Asked of a running job: to stop at its next rest, and to go on later.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How a piece of work came to rest.
pub(super) enum Rest {
    Done(Json),
    Cancelled(Json),
    /// The server stops; another worker goes on.
    Interrupted,
}

/// How far a job is, told in the transaction of what was done: a worker whose lease another has taken loses its work.
///
/// # Errors
/// [`Error::Stale`] for a worker that lost its lease.
pub(super) async fn progress(
    tx: &Tx,
    job: &Job,
    done: usize,
    total: usize,
    now: Timestamp,
) -> Result<bool, store::Error> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    stored::progress(tx, job, number(done), Some(number(total)), now).await
}

impl Service {
    /// Tells the workers that there is something to do.
    pub(super) fn wake_workers(&self) {
        self.wake.notify_one();
    }

    /// The person's jobs, newest first; an administrator sees everybody's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn jobs(&self, call: &Call, before: Option<i64>, limit: u64) -> Result<Vec<Job>, Error> {
        let own = (!call.actor.is_main_administrator).then_some(call.actor.user);
        Ok(stored::page(&self.store.reader(), own, before, limit).await?)
    }

    /// One job.
    ///
    /// # Errors
    /// `NotFound` for somebody else's.
    pub async fn job(&self, call: &Call, id: i64) -> Result<Job, Error> {
        let job = stored::find(&self.store.reader(), id).await?;
        let may_see = |job: &Job| job.user_id == call.actor.user.0 || call.actor.is_main_administrator;
        job.filter(may_see).ok_or(Error::NotFound)
    }

    /// Asks a job to stop.
    ///
    /// # Errors
    /// `NotFound`, or `job_ended`.
    pub async fn cancel_job(&self, call: &Call, id: i64) -> Result<(), Error> {
        let job = self.job(call, id).await?;
        let (now, waited) = (call.now, job.state == "queued");
        let stopped = self
            .store
            .transaction(move |tx| {
                Box::pin(async move {
                    let stopped = stored::cancel(tx, id, now).await?;
                    if stopped && waited {
                        import::abandoned(tx, id, now).await?;
                    }
                    Ok::<_, Error>(stopped)
                })
            })
            .await?;
        if stopped { Ok(()) } else { Err(Error::conflict("job_ended")) }
    }

    /// The file that a job made: its number, name and size in bytes. Only for the person whose rights it was made with.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn job_file(&self, call: &Call, id: i64) -> Result<(i64, String, u64), Error> {
        let job = self.job(call, id).await?;
        if job.user_id != call.actor.user.0 {
            return Err(Error::NotFound);
        }
        let file = result_of(&job)["file"].as_i64().ok_or(Error::NotFound)?;
        let (name, size) = job_files::find(&self.store.reader(), file).await?.ok_or(Error::NotFound)?;
        Ok((file, name, size))
    }

    /// One piece of such a file, counted from 0; nothing after the last.
    ///
    /// # Errors
    /// The database failed, or the file was sealed with another key.
    pub async fn job_file_piece(&self, file: i64, ordinal: i64) -> Result<Option<Vec<u8>>, Error> {
        let vault = self.live.vault().map(AsRef::as_ref);
        Ok(job_files::piece(&self.store.reader(), vault, file, ordinal).await?)
    }

    /// A file that a job reads or made.
    pub(super) async fn load_job_file(&self, id: i64) -> Result<(String, Vec<u8>), Error> {
        let vault = self.live.vault().map(AsRef::as_ref);
        job_files::load(&self.store.reader(), vault, id).await?.ok_or(Error::NotFound)
    }

    /// Takes the next job, or just this one, and works on it until it ends or `stop` is asked; answers whether there was one.
    ///
    /// # Errors
    /// The database failed; the job is taken up again when its lease ends.
    pub async fn work(&self, one: Option<i64>, stop: &Stop) -> Result<bool, Error> {
        let now = self.clock.now();
        let claimed = self
            .store
            .transaction(move |tx| Box::pin(async move { Ok::<_, Error>(stored::claim(tx, one, now).await?) }))
            .await?;
        let Some(job) = claimed else { return Ok(false) };
        let job = Arc::new(job);
        let rest = if job.attempts > stored::MOST_ATTEMPTS {
            Err(Error::conflict("job_gave_up"))
        } else {
            self.perform(&job, stop).await
        };
        match rest {
            Ok(Rest::Done(result)) => self.end(&job, End::Done, result).await?,
            Ok(Rest::Cancelled(result)) => {
                self.abandon(&job).await?;
                self.end(&job, End::Cancelled, result).await?;
            }
            Ok(Rest::Interrupted) => {
                let job = job.clone();
                self.store
                    .transaction(move |tx| {
                        let job = job.clone();
                        Box::pin(async move { Ok::<_, Error>(stored::release(tx, &job).await?) })
                    })
                    .await?;
            }
            // Another worker has it.
            Err(Error::Stale { .. }) => {}
            Err(Error::Busy) => return Err(Error::Busy),
            Err(error) => {
                if let Error::Internal(source) = &error {
                    tracing::error!(job = job.id, error = %source, "a job failed");
                }
                let problem = json!({"code": error.code(), "params": params_of(&error)});
                self.abandon(&job).await?;
                self.end(&job, End::Failed, json!({"problem": problem})).await?;
            }
        }
        Ok(true)
    }

    /// Frees what the job held.
    async fn abandon(&self, job: &Job) -> Result<(), Error> {
        let (id, now) = (job.id, self.clock.now());
        self.store.transaction(move |tx| Box::pin(import::abandoned(tx, id, now))).await
    }

    async fn end(&self, job: &Arc<Job>, end: End, result: Json) -> Result<(), Error> {
        let (job, now) = (job.clone(), self.clock.now());
        let ended = self
            .store
            .transaction(move |tx| {
                let (job, result) = (job.clone(), result.to_string());
                Box::pin(async move { stored::finish(tx, &job, end, Some(result), now).await })
            })
            .await;
        match ended {
            Ok(()) | Err(store::Error::Stale) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    async fn perform(&self, job: &Arc<Job>, stop: &Stop) -> Result<Rest, Error> {
        let reader = self.store.reader();
        let person = self.person(&reader, UserId(job.user_id)).await?;
        let person = person.ok_or_else(|| Error::forbidden("account_disabled"))?;
        let call = person.call(self.clock.now());
        match job.kind.as_str() {
            "import_check" | "import_run" | "import_undo" => import::perform(self, job, call, stop).await,
            "export" => export::perform(self, job, call, stop).await,
            other => Err(Error::internal(format!("there is no job of the kind \"{other}\""))),
        }
    }

    /// The live app of a job.
    pub(super) async fn app_of_job(&self, job: &Job) -> Result<Arc<LiveApp>, Error> {
        let live = self.live.all(&self.store.reader(), self.epoch().await?).await?;
        live.into_iter().find(|app| Some(app.id) == job.app_id.map(AppId)).ok_or(Error::NotFound)
    }
}

fn params_of(error: &Error) -> Json {
    match error {
        Error::Conflict { params, .. } | Error::Forbidden { params, .. } | Error::TooLarge { params, .. } => {
            json!(params)
        }
        Error::Malformed { message } => json!({"detail": message}),
        Error::Invalid(errors) => errors.first().map_or(Json::Null, |error| json!(error.params)),
        _ => Json::Null,
    }
}

/// What a job answered.
#[must_use]
pub fn result_of(job: &Job) -> Json {
    job.result.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Json::Null)
}

/// A job as the API shows it.
#[must_use]
pub fn job_json(job: &Job) -> Json {
    let message = job.message.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
    let mut result = result_of(job);
    if result["file"].is_i64() {
        result["file"] = format!("/api/v1/jobs/{}/file", job.id).into();
    }
    json!({
        "id": job.id, "kind": job.kind, "state": job.state, "done": job.done, "total": job.total,
        "message": message, "result": result, "created_at": Timestamp(job.created_at).to_rfc3339(),
        "finished_at": job.finished_at.map(|at| Timestamp(at).to_rfc3339()),
    })
}
