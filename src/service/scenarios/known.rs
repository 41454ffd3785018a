//! Runs of scenarios that are under way or known: the same documents are tried once, and one app at a time.

use super::{Run, fingerprint, run};
use crate::{
    definition::package::Documents,
    service::{Error, Service, jobs::Stop},
    store::scenario_runs,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, watch};

/// How long whoever asks is kept waiting before they are told how far it is.
const PATIENCE: Duration = Duration::from_secs(8);

/// How a run stands.
#[derive(Debug, Clone)]
pub enum Stand {
    /// Scenarios done, and how many there are.
    Running(usize, usize),
    Ended(Arc<Run>),
    /// It could not be run; why, for the log of the program.
    Broken(String),
}

/// The runs that are under way, by the digest of their documents.
pub struct Theatre {
    running: Mutex<HashMap<String, watch::Receiver<Stand>>>,
    one: Semaphore,
}

impl Default for Theatre {
    fn default() -> Self {
        Self { running: Mutex::default(), one: Semaphore::new(1) }
    }
}

impl Service {
    /// How the scenarios of some documents stand; begins to run them where nobody has. Does not wait.
    ///
    /// # Errors
    /// The database failed.
    pub async fn scenarios_now(&self, documents: &Documents) -> Result<Stand, Error> {
        Ok(self.watch_scenarios(documents).await?.borrow().clone())
    }

    /// The same after waiting for some seconds.
    ///
    /// # Errors
    /// The database failed.
    pub async fn scenarios_soon(&self, documents: &Documents) -> Result<Stand, Error> {
        let mut watched = self.watch_scenarios(documents).await?;
        let ended = watched.wait_for(|stand| !matches!(stand, Stand::Running(..)));
        // Whatever comes first: the end, or the end of patience.
        drop(tokio::time::timeout(PATIENCE, ended).await);
        Ok(watched.borrow().clone())
    }

    /// What became of the scenarios of some documents, however long it takes; a run is bounded in time.
    ///
    /// # Errors
    /// They could not be run.
    pub async fn scenarios_of(&self, documents: &Documents) -> Result<Arc<Run>, Error> {
        let mut watched = self.watch_scenarios(documents).await?;
        let ended = watched.wait_for(|stand| !matches!(stand, Stand::Running(..))).await;
        match ended.map(|stand| stand.clone()) {
            Ok(Stand::Ended(run)) => Ok(run),
            Ok(Stand::Broken(reason)) => Err(Error::internal(reason)),
            Ok(Stand::Running(..)) | Err(_) => Err(Error::Busy),
        }
    }

    async fn watch_scenarios(&self, documents: &Documents) -> Result<watch::Receiver<Stand>, Error> {
        let at_once = |run: Run| watch::channel(Stand::Ended(Arc::new(run))).1;
        if documents.folder("scenarios").next().is_none() {
            return Ok(at_once(Run::default()));
        }
        let name = fingerprint(documents);
        if let Some(stored) = scenario_runs::find(&self.store.reader(), &name).await?
            && let Ok(run) = serde_json::from_str(&stored)
        {
            return Ok(at_once(run));
        }
        let mut running = self.theatre.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watched) = running.get(&name) {
            return Ok(watched.clone());
        }
        let count = documents.folder("scenarios").count();
        let (sender, watched) = watch::channel(Stand::Running(0, count));
        running.insert(name.clone(), watched.clone());
        drop(running);
        let (service, documents) = (self.clone(), documents.clone());
        tokio::spawn(async move { service.play_scenarios(name, documents, sender).await });
        Ok(watched)
    }

    async fn play_scenarios(&self, name: String, documents: Documents, told: watch::Sender<Stand>) {
        let turn = self.theatre.one.acquire().await;
        let (progress, mut watched) = watch::channel((0, 0));
        let stop = Stop::default();
        let playing = run(&documents, &progress, &stop);
        tokio::pin!(playing);
        let ended = loop {
            tokio::select! {
                ended = &mut playing => break ended,
                Ok(()) = watched.changed() => {
                    let (done, total) = *watched.borrow_and_update();
                    told.send_replace(Stand::Running(done, total));
                }
            }
        };
        drop(turn);
        let stand = match ended {
            Ok(run) => {
                self.keep_run(&name, &run).await;
                Stand::Ended(Arc::new(run))
            }
            Err(error) => {
                tracing::warn!(%error, "scenarios could not be run");
                Stand::Broken(error.to_string())
            }
        };
        // Whoever asks from here on is answered by what is stored, or begins anew.
        self.theatre.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        told.send_replace(stand);
    }

    /// Stores what will be so the next time too: what took too long may only have waited.
    async fn keep_run(&self, name: &str, run: &Run) {
        let timed_out = |run: &Run| {
            run.played.iter().any(|played| played.failure.as_ref().is_some_and(|failure| failure.code == "timeout"))
        };
        let Ok(text) = serde_json::to_string(run) else { return };
        if timed_out(run) {
            return;
        }
        let now = self.clock.now();
        let kept = self
            .store
            .transaction_with((name.to_owned(), text), move |tx, (name, text)| {
                Box::pin(async move { Ok::<_, Error>(scenario_runs::keep(tx, name, text.clone(), now).await?) })
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "the outcome of scenarios was not kept");
        }
    }
}
