//! Importing an app: parsed, linted, its tables made and its data read in one transaction, whole or not at all.

use super::{Call, Error, Service, audit, live::LiveApp, scenarios, seed};
use crate::{
    definition::{
        app::{self, App},
        finding::{Finding, has_errors},
        package::{Documents, EXPORT_NOTE},
        translation,
    },
    lint,
    store::{self, apps, ddl, people, settings},
};
use indexmap::IndexMap;
use serde_json::json;
use std::{collections::HashMap, sync::Arc};

/// An app that was read, with everything there is to say about it.
#[derive(Debug)]
pub struct Checked {
    pub app: Option<App>,
    pub findings: Vec<Finding>,
}

/// An app that cannot be imported: the findings say why.
#[derive(Debug)]
pub enum ImportError {
    Findings(Vec<Finding>),
    Refused(Error),
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<store::Error> for ImportError {
    fn from(error: store::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// What was imported.
#[derive(Debug, Clone)]
pub struct Imported {
    pub key: String,
    pub title: String,
    pub version: String,
    pub tables: usize,
    pub rows: usize,
}

/// Reads and lints an app's documents.
#[must_use]
pub fn check(documents: &Documents) -> Checked {
    let mut findings = translation::check(documents);
    let app = match App::parse(documents) {
        Ok(app) => {
            findings.extend(lint::check(&app));
            Some(app)
        }
        Err(more) => {
            findings.extend(more);
            None
        }
    };
    app::sort(&mut findings);
    Checked { app, findings }
}

impl Service {
    /// Imports a new app with the data it starts with, and its sample master data where that is wanted.
    ///
    /// # Errors
    /// Findings that stop it; `app_exists`; the database failed. Nothing is left behind then.
    pub async fn import_app(&self, call: &Call, documents: Documents, samples: bool) -> Result<Imported, ImportError> {
        self.install(call, documents, samples, None).await
    }

    async fn install(
        &self,
        call: &Call,
        documents: Documents,
        samples: bool,
        in_spite: Option<String>,
    ) -> Result<Imported, ImportError> {
        let mut documents = documents;
        documents.remove(EXPORT_NOTE);
        if !call.actor.is_main_administrator || !call.actor.token_allows("admin", None) {
            return Err(Error::forbidden("administrators_only").into());
        }
        let checked = check(&documents);
        let Some(app) = checked.app.filter(|_| !has_errors(&checked.findings)) else {
            return Err(ImportError::Findings(checked.findings));
        };
        let files: apps::Documents = documents.iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        let (call, app, lives) = (call.clone(), Arc::new(app), self.live.clone());
        let imported = self
            .store
            .ddl(move |tx| {
                let (call, app, files, documents) = (call.clone(), app.clone(), files.clone(), documents.clone());
                let (lives, in_spite) = (lives.clone(), in_spite.clone());
                Box::pin(async move {
                    let manifest = &app.manifest;
                    if apps::by_key(tx, &manifest.key).await?.is_some() {
                        return Err(Error::conflict("app_exists").with("app", &manifest.key));
                    }
                    let icon = manifest.icon.as_deref();
                    let id = apps::insert(tx, &manifest.key, &manifest.title, icon, call.now).await?;
                    let catalogue = ddl::publish(tx, id, &app, call.now).await?;
                    let version = apps::NewVersion {
                        number: 1,
                        version: manifest.version.clone(),
                        documents: files,
                        published_by: Some(call.actor.user),
                        note: None,
                        renames: None,
                    };
                    apps::publish(tx, id, &version, &manifest.title, icon, call.now).await?;
                    let live = LiveApp::build(id, 1, &documents, &catalogue, &IndexMap::new(), lives.vault())?;
                    let mut rows = seed::master_data(tx, &call, &live, &app.data).await?;
                    if samples {
                        rows += seed::master_data(tx, &call, &live, &app.demo).await?;
                    }
                    let what = json!({"version": [null, manifest.version], "in_spite_of_scenarios": [null, in_spite]});
                    audit::act(tx, &call, "app.import", audit::on_app(id), what).await?;
                    people::raise_organisation_epoch(tx).await?;
                    Ok::<_, Error>(Imported {
                        key: manifest.key.clone(),
                        title: manifest.title.clone(),
                        version: manifest.version.clone(),
                        tables: app.tables.len(),
                        rows,
                    })
                })
            })
            .await?;
        self.live.forget();
        Ok(imported)
    }

    /// The same once its scenarios went as they should, or somebody says why it shall be imported all the same.
    ///
    /// # Errors
    /// As [`Self::import_app`]; `scenarios_red`.
    pub async fn import_tried(
        &self,
        call: &Call,
        documents: Documents,
        samples: bool,
        in_spite: Option<&str>,
    ) -> Result<Imported, ImportError> {
        if !call.actor.is_main_administrator || !call.actor.token_allows("admin", None) {
            return Err(Error::forbidden("administrators_only").into());
        }
        let checked = check(&documents);
        if has_errors(&checked.findings) {
            return Err(ImportError::Findings(checked.findings));
        }
        let key = checked.app.map(|app| app.manifest.key).unwrap_or_default();
        if apps::by_key(&self.store.reader(), &key).await?.is_some() {
            return Err(Error::conflict("app_exists").with("app", key).into());
        }
        let ran = self.scenarios_of(&documents).await?;
        scenarios::hold(&ran, in_spite)?;
        let in_spite = in_spite.filter(|_| ran.red() > 0).map(str::to_owned);
        self.install(call, documents, samples, in_spite).await
    }

    /// Changes settings of an app.
    ///
    /// # Errors
    /// `NotFound`, `unknown_field` or `type` at the setting's key.
    pub async fn put_settings(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        values: HashMap<String, String>,
    ) -> Result<(), Error> {
        use crate::base::error::FieldError;
        if !call.actor.is_main_administrator || !call.actor.token_allows("admin", Some(live.key())) {
            return Err(Error::forbidden("administrators_only"));
        }
        let known = &live.app().manifest.settings;
        let mut errors = Vec::new();
        for (key, text) in &values {
            match known.get(key) {
                None => errors.push(FieldError::new(format!("/{key}"), "unknown_field").with("field", key)),
                Some(setting) if setting.read(text).is_none() => {
                    errors.push(
                        FieldError::new(format!("/{key}"), "type")
                            .with("expected", format!("{:?}", setting.kind).to_lowercase()),
                    );
                }
                Some(_) => {}
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let input = (call.clone(), live.clone(), values);
        self.store
            .transaction_with(input, |tx, (call, live, values)| {
                Box::pin(async move {
                    let before = settings::of_app(tx, live.id).await?;
                    let mut changes = serde_json::Map::new();
                    for (key, text) in values {
                        settings::put(tx, live.id, key, text).await?;
                        changes.insert(key.clone(), json!([before.get(key), text]));
                    }
                    audit::act(tx, call, "app.settings", audit::on_app(live.id), changes.into()).await?;
                    people::raise_organisation_epoch(tx).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.live.forget();
        Ok(())
    }
}
