//! Running the scenarios of an app: in a throw-away database with a clock of its own, through the same use cases as people's.

mod expect;
mod known;
mod play;
mod stage;

pub use known::{Stand, Theatre};

use super::{Error, apps, jobs::Stop};
use crate::definition::{finding::has_errors, package::Documents, scenario::Scenario};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stage::Stage;
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::watch;

/// The longest that one scenario may take, and all of an app together.
const LONGEST: Duration = Duration::from_secs(20);
const LONGEST_OF_ALL: Duration = Duration::from_secs(120);

/// What became of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    pub key: String,
    pub title: String,
    pub steps: usize,
    /// Nothing where all went as it should.
    pub failure: Option<Failure>,
}

/// Where a scenario went another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Counted from 1; 0 for what is given before.
    pub step: usize,
    pub who: String,
    /// A stable word, which is also the end of its message's key: `state`, `value`, `refused` …
    pub code: String,
    pub params: BTreeMap<String, String>,
}

impl Failure {
    fn new(code: &str) -> Self {
        Self { step: 0, who: String::new(), code: code.to_owned(), params: BTreeMap::new() }
    }

    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What became of all scenarios of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub played: Vec<Played>,
}

impl Run {
    #[must_use]
    pub fn red(&self) -> usize {
        self.played.iter().filter(|played| played.failure.is_some()).count()
    }

    #[must_use]
    pub fn green(&self) -> usize {
        self.played.len() - self.red()
    }
}

/// How far a run is: scenarios done, and how many there are.
pub type Progress = watch::Sender<(usize, usize)>;

/// What a run's outcome depends on: the documents, and this program.
#[must_use]
pub fn fingerprint(documents: &Documents) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    for (path, text) in documents.iter().filter(|(path, _)| !path.starts_with("locales/")) {
        digest.update((path.len() as u64).to_be_bytes());
        digest.update(path);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    super::tokens::hex(&digest.finalize())
}

/// Plays every scenario of an app, one after the other, each on a stage of its own. Writes nothing outside a directory of its own,
/// which is gone afterwards.
///
/// # Errors
/// The app has errors; the scratch directory cannot be used; it was asked to stop (`busy`).
pub async fn run(documents: &Documents, progress: &Progress, stop: &Stop) -> Result<Run, Error> {
    let checked = apps::check(documents);
    let app = checked.app.filter(|_| !has_errors(&checked.findings));
    let app = app.ok_or_else(|| Error::malformed("an app with errors cannot be tried"))?;
    if app.scenarios.is_empty() {
        return Ok(Run::default());
    }
    let count = app.scenarios.len();
    progress.send_replace((0, count));
    let mut run = Run::default();
    let all = async {
        let stage = match Stage::set(documents, &app).await {
            Ok(stage) => stage,
            Err(error) => {
                // What the app starts with does not fit: no scenario can begin.
                let failure = expect::refused(&error);
                run.played
                    .extend(app.scenarios.iter().map(|(key, scenario)| played(key, scenario, Some(failure.clone()))));
                return Ok(());
            }
        };
        for (key, scenario) in &app.scenarios {
            if stop.is_asked() {
                return Err(Error::Busy);
            }
            let failure = match tokio::time::timeout(LONGEST, stage.play(key, scenario)).await {
                Ok(failure) => failure?,
                Err(_) => Some(Failure::new("timeout").with("seconds", LONGEST.as_secs())),
            };
            run.played.push(played(key, scenario, failure));
            progress.send_replace((run.played.len(), count));
        }
        Ok(())
    };
    let ended = tokio::time::timeout(LONGEST_OF_ALL, all).await;
    if let Ok(result) = ended {
        result?;
    }
    for (key, scenario) in app.scenarios.iter().skip(run.played.len()) {
        let failure = Failure::new("timeout").with("seconds", LONGEST_OF_ALL.as_secs());
        run.played.push(played(key, scenario, Some(failure)));
    }
    Ok(run)
}

/// Refuses what fails its scenarios, unless somebody says why it shall be.
///
/// # Errors
/// `scenarios_red`; `in_spite_reason` for a reason that is none.
pub fn hold(run: &Run, in_spite: Option<&str>) -> Result<(), Error> {
    let Some(first) = run.played.iter().find(|played| played.failure.is_some()) else { return Ok(()) };
    match in_spite.map(str::trim) {
        None => Err(Error::conflict("scenarios_red").with("count", run.red()).with("title", &first.title)),
        Some(reason) if reason.chars().count() < 4 => Err(Error::invalid("/in_spite", "in_spite_reason")),
        Some(_) => Ok(()),
    }
}

fn played(key: &str, scenario: &Scenario, failure: Option<Failure>) -> Played {
    Played { key: key.to_owned(), title: scenario.title.clone(), steps: scenario.steps.len(), failure }
}
