//! Where scenarios play: a small company in a directory of its own, copied for each of them.

use super::{Failure, expect, play::Play};
use crate::{
    base::time::{ManualClock, Timestamp},
    definition::{app::App, package::Documents, scenario::Scenario},
    service::{
        Call, Error, LiveApp, Service,
        setup::{SamplePerson, sample_people},
    },
    store::{self, Backend, Store, blobs::Blobs, settings, vault::Vault},
};
use serde_json::{Value as Json, json};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the organisation is that scenarios play in.
const ZONE: &str = "Asia/Shanghai";
/// When they play, where they do not say: 5 January 2026, 09:00 there.
const START: Timestamp = Timestamp(1_767_574_800_000);

/// A directory that is gone when this is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let number: u64 = rand::random();
        let path = std::env::temp_dir().join(format!("formwork-scenarios-{number:016x}"));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the directory of a scenario stays");
        }
    }
}

/// A company with the app and its people, ready to be copied.
pub(super) struct Stage {
    scratch: Scratch,
    key: String,
    vault: [u8; 32],
}

/// A company in which one scenario plays.
pub(super) struct Company {
    pub service: Service,
    pub clock: Arc<ManualClock>,
    pub live: Arc<LiveApp>,
    pub administrator: Arc<crate::service::accounts::Person>,
}

fn failed(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::StorageFull,
        _ => Error::internal(error.to_string()),
    }
}

async fn open(
    directory: &Path,
    name: &str,
    vault: [u8; 32],
    now: Timestamp,
) -> Result<(Service, Arc<ManualClock>), Error> {
    let store = Store::open(Backend::Sqlite { path: directory.join(format!("{name}.db")) }).await?;
    let clock = Arc::new(ManualClock::at(now));
    let service = Service::new(store, clock.clone(), Blobs::at(directory.join("files"))).with_vault(Vault::new(vault));
    Ok((service, clock))
}

/// The main administrator: the first of the demo's people, else somebody called `admin`.
fn first_person(people: Option<&Json>) -> Result<SamplePerson, Error> {
    let known = people.map(sample_people).transpose()?.unwrap_or_default();
    let nobody = || sample_people(&json!({"people": [{"login": "admin", "name": "admin"}]}));
    match known.into_iter().next() {
        Some(first) => Ok(first),
        None => nobody()?.into_iter().next().ok_or_else(|| Error::internal("nobody")),
    }
}

impl Stage {
    /// Makes the company: the app with the data that it starts with, and the people of its demo in their roles.
    pub async fn set(documents: &Documents, app: &App) -> Result<Self, Error> {
        let scratch = Scratch::new().map_err(failed)?;
        let vault: [u8; 32] = rand::random();
        let (service, _) = open(&scratch.0, "stage", vault, START).await?;
        let made = furnish(&service, documents, app).await;
        service.store.close().await;
        made?;
        Ok(Self { scratch, key: app.manifest.key.clone(), vault })
    }

    /// Plays one scenario; answers how it failed, or nothing.
    pub async fn play(&self, key: &str, scenario: &Scenario) -> Result<Option<Failure>, Error> {
        let directory = &self.scratch.0;
        let name = format!("play-{key}");
        store::snapshot(&directory.join("stage.db"), &directory.join(format!("{name}.db"))).await?;
        let now = scenario.given.now.as_deref().and_then(Timestamp::parse_rfc3339).unwrap_or(START);
        let (service, clock) = open(directory, &name, self.vault, now).await?;
        let failure = match self.company(service.clone(), clock, scenario).await {
            Ok(company) => Play::new(company).run(scenario).await,
            Err(error) => Err(error),
        };
        service.store.close().await;
        for ending in ["db", "db-wal", "db-shm"] {
            // What cannot be removed now goes with the directory.
            let _stays = tokio::fs::remove_file(directory.join(format!("{name}.{ending}"))).await;
        }
        match failure {
            Ok(failure) => Ok(failure),
            Err(error @ (Error::Internal(_) | Error::StorageFull | Error::Busy)) => Err(error),
            Err(error) => Ok(Some(expect::refused(&error))),
        }
    }

    /// The company with what is given: its people and settings.
    async fn company(&self, service: Service, clock: Arc<ManualClock>, scenario: &Scenario) -> Result<Company, Error> {
        let given = &scenario.given;
        if !given.people.is_empty() {
            let departments = given.people.iter().flat_map(|person| person.departments.iter().chain(&person.head_of));
            let departments: Vec<Json> = departments.map(|name| json!({"name": name})).collect();
            let people: Vec<Json> = given
                .people
                .iter()
                .map(|person| {
                    let name = if person.name.is_empty() { &person.login } else { &person.name };
                    json!({
                        "login": person.login, "name": name, "roles": person.roles, "superior": person.superior,
                        "departments": person.departments, "head_of": person.head_of,
                    })
                })
                .collect();
            let sample = json!({"departments": departments, "people": people});
            service.add_played_people(&sample, Some(&self.key)).await?;
        }
        let live = find(&service, &self.key).await?;
        if !given.settings.is_empty() {
            let input = (live.id, given.settings.clone());
            service
                .store
                .transaction_with(input, |tx, (app, values)| {
                    Box::pin(async move {
                        for (key, text) in values {
                            settings::put(tx, *app, key, text).await?;
                        }
                        Ok::<_, Error>(())
                    })
                })
                .await?;
            service.live.forget();
        }
        let live = find(&service, &self.key).await?;
        let administrator = service.main_administrator(&service.store.reader()).await?;
        Ok(Company { service, clock, live, administrator })
    }
}

impl Company {
    /// A command of the main administrator, now.
    pub fn call(&self) -> Call {
        use crate::base::time::Clock;
        self.administrator.call(self.clock.now())
    }
}

async fn furnish(service: &Service, documents: &Documents, app: &App) -> Result<(), Error> {
    service.store.migrate().await?;
    let first = first_person(app.demo_people.as_ref())?;
    service.set_up_stage(&first, ZONE).await?;
    let administrator = service.main_administrator(&service.store.reader()).await?;
    if let Some(people) = &app.demo_people {
        service.add_played_people(people, None).await?;
    }
    let imported = service.import_app(&administrator.call(START), documents.clone(), false).await;
    imported.map_err(|error| match error {
        crate::service::apps::ImportError::Refused(error) => error,
        crate::service::apps::ImportError::Findings(_) => Error::malformed("an app with errors cannot be tried"),
    })?;
    if let Some(people) = &app.demo_people {
        service.add_played_people(people, Some(&app.manifest.key)).await?;
    }
    Ok(())
}

async fn find(service: &Service, key: &str) -> Result<Arc<LiveApp>, Error> {
    let live = service.live.all(&service.store.reader(), service.epoch().await?).await?;
    live.into_iter().find(|app| app.key() == key).ok_or(Error::NotFound)
}
