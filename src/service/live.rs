//! Live apps: published definitions with everything compiled, kept in memory by version. A version never changes; when
//! the organisation's epoch moves on, the list of versions and the settings are read again.

use super::Error;
use crate::{
    base::{
        id::{AppId, TableId},
        value::Value,
    },
    definition::{
        app::App,
        field::Field,
        flow::Flow,
        form::{Audience, Form},
        manifest::UserValue,
        package::{Documents, Limits},
        table::Table,
    },
    query::{FieldSource, Filter},
    rules::{Expression, FormRules, Program, RuleError, TableRules},
    store::{self, Connection, Schema, Tx, apps, catalogue, settings, vault::Vault},
};
use indexmap::IndexMap;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The languages that pages and definitions are shown in.
pub const LOCALES: [&str; 2] = ["zh-CN", "en"];

/// An app as one version of it runs.
#[derive(Debug)]
pub struct LiveApp {
    pub id: AppId,
    pub version: i64,
    pub schema: Schema,
    /// The key of the fields that are kept sealed.
    pub vault: Option<Arc<Vault>>,
    pub program: Program,
    /// What readers of each language see, with rules whose errors name fields in that language.
    faces: HashMap<&'static str, Face>,
    pub settings: IndexMap<String, Value>,
    /// Expressions of flows and ledgers by their source, compiled when first needed.
    expressions: Mutex<HashMap<String, Expression>>,
}

/// An app in one language.
#[derive(Debug)]
pub struct Face {
    pub app: Arc<App>,
    pub tables: HashMap<String, TableRules>,
    /// The members' form of each table, by the table's key.
    pub forms: HashMap<String, (Form, FormRules)>,
    /// Forms for strangers, by their own key.
    pub public_forms: HashMap<String, (Form, FormRules)>,
}

/// Which form: the members' one of a table, or a public one.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    pub table: &'a str,
    /// The key of a public form.
    pub public: Option<&'a str>,
}

impl<'a> From<&'a String> for Which<'a> {
    fn from(table: &'a String) -> Self {
        Self { table, public: None }
    }
}

impl<'a> From<&'a str> for Which<'a> {
    fn from(table: &'a str) -> Self {
        Self { table, public: None }
    }
}

impl Face {
    /// The form with its rules.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn form(&self, which: Which<'_>) -> Result<(&Form, &FormRules), Error> {
        let found = match which.public {
            None => self.forms.get(which.table),
            Some(key) => self.public_forms.get(key).filter(|(form, _)| form.table == which.table),
        };
        found.map(|(form, rules)| (form, rules)).ok_or(Error::NotFound)
    }
}

impl LiveApp {
    #[must_use]
    pub fn key(&self) -> &str {
        &self.schema.app.manifest.key
    }

    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.schema.app
    }

    /// Whether any field of the app is kept sealed.
    #[must_use]
    pub fn seals(&self) -> bool {
        let sealed = |field: &Field| field.sealed || field.columns.values().any(|column| column.sealed);
        self.app().tables.values().any(|table| table.fields.values().any(sealed))
    }

    /// The app in a language; in its own where there is no such.
    #[must_use]
    pub fn face(&self, locale: &str) -> &Face {
        let known = LOCALES.iter().find(|known| **known == locale).unwrap_or(&LOCALES[0]);
        &self.faces[known]
    }

    /// A table in a language.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn table(&self, locale: &str, key: &str) -> Result<&Table, Error> {
        self.face(locale).app.tables.get(key).ok_or(Error::NotFound)
    }

    /// A table in every language but this one.
    #[must_use]
    pub fn table_in_others(&self, locale: &str, key: &str) -> Vec<&Table> {
        let others = LOCALES.iter().filter(|known| **known != locale);
        others.filter_map(|known| self.faces.get(known)?.app.tables.get(key)).collect()
    }

    #[must_use]
    pub fn table_key(&self, id: i64) -> Option<&str> {
        self.schema.key_of(TableId(id))
    }

    /// Where the user value is read from.
    #[must_use]
    pub fn user_value(&self, name: &str) -> Option<&UserValue> {
        self.app().manifest.user_values.get(name)
    }

    /// Whether a table is written by the engine only: a ledger's moves and balances.
    #[must_use]
    pub fn is_engine_written(&self, table: &str) -> bool {
        self.app().tables.get(table).is_some_and(|table| table.append_only)
            || self.app().ledgers.values().any(|ledger| ledger.balance == table || ledger.moves == table)
    }

    /// Compiles a version.
    pub(super) fn build(
        id: AppId,
        version: i64,
        documents: &Documents,
        catalogue: &catalogue::Catalogue,
        stored: &IndexMap<String, String>,
        vault: Option<&Arc<Vault>>,
    ) -> Result<Self, Error> {
        let broken = |what: String| Error::internal(format!("version {version} of app {id} does not load: {what}"));
        let mut faces = HashMap::new();
        let mut base = None;
        let mut program = None;
        for locale in LOCALES {
            let translated = crate::definition::translation::translate(documents, locale).documents;
            let app = App::parse(&translated)
                .map_err(|findings| broken(findings.first().map(ToString::to_string).unwrap_or_default()))?;
            let rules = Program::compile(&app.functions).map_err(|error| broken(error.to_string()))?;
            let mut tables = HashMap::new();
            let mut forms = HashMap::new();
            let mut public_forms = HashMap::new();
            for table in app.tables.values() {
                let compiled = TableRules::compile(&rules, table).map_err(|problems| {
                    broken(problems.first().map(|(at, error)| format!("{at}: {error}")).unwrap_or_default())
                })?;
                tables.insert(table.key.clone(), compiled);
                let Some(form) = app.form_or_generated(&table.key) else { continue };
                let compiled = FormRules::compile(&rules, table, &form).map_err(|problems| {
                    broken(problems.first().map(|(at, error)| format!("{at}: {error}")).unwrap_or_default())
                })?;
                forms.insert(table.key.clone(), (form.into_owned(), compiled));
                let public = |form: &&Form| form.table == table.key && form.audience == Audience::Public;
                for form in app.forms.values().filter(public) {
                    let compiled = FormRules::compile(&rules, table, form).map_err(|problems| {
                        broken(problems.first().map(|(at, error)| format!("{at}: {error}")).unwrap_or_default())
                    })?;
                    public_forms.insert(form.key.clone(), (form.clone(), compiled));
                }
            }
            let app = Arc::new(app);
            if locale == app.manifest.locale || base.is_none() {
                base = Some(app.clone());
            }
            program = Some(rules);
            faces.insert(locale, Face { app, tables, forms, public_forms });
        }
        let (Some(app), Some(program)) = (base, program) else { return Err(broken("no language".into())) };
        let settings = app
            .manifest
            .settings
            .iter()
            .map(|(key, setting)| {
                let text = stored.get(key).unwrap_or(&setting.default);
                (key.clone(), setting.read(text).or_else(|| setting.read(&setting.default)).unwrap_or_default())
            })
            .collect();
        Ok(Self {
            id,
            version,
            schema: Schema::new(app, catalogue).sealed_with(vault),
            vault: vault.cloned(),
            program,
            faces,
            settings,
            expressions: Mutex::default(),
        })
    }

    /// An expression of a flow or ledger.
    ///
    /// # Errors
    /// It does not compile, which lint refuses.
    pub fn expression(&self, source: &str) -> Result<Expression, RuleError> {
        let mut known = self.expressions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(expression) = known.get(source) {
            return Ok(expression.clone());
        }
        let expression = self.program.expression(source)?;
        known.insert(source.to_owned(), expression.clone());
        Ok(expression)
    }

    /// Reads a filter of a definition.
    ///
    /// # Errors
    /// A definition that lint refuses.
    pub fn filter(&self, table: &str, json: &serde_json::Value) -> Result<Filter, Error> {
        let source: &dyn FieldSource = self.app().as_ref();
        let table = self.app().tables.get(table).ok_or(Error::NotFound)?;
        Filter::parse(json, table, source).map_err(|error| Error::internal(error.message))
    }
}

/// The cache of live apps.
#[derive(Default)]
pub struct LiveApps {
    state: Mutex<State>,
    vault: Option<Arc<Vault>>,
}

#[derive(Default)]
struct State {
    /// The organisation's epoch for which `current` was read.
    epoch: Option<i64>,
    current: Vec<Arc<LiveApp>>,
    /// Older versions, which running cases are pinned to, under the keys of the live version (the second number).
    pinned: HashMap<(AppId, i64, i64), Arc<App>>,
}

impl LiveApps {
    /// Apps whose encrypted fields this key opens.
    #[must_use]
    pub fn with_vault(vault: Vault) -> Self {
        Self { vault: Some(Arc::new(vault)), ..Self::default() }
    }

    /// The key of the fields that are kept sealed.
    #[must_use]
    pub const fn vault(&self) -> Option<&Arc<Vault>> {
        self.vault.as_ref()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All live apps as of an epoch, read when the epoch has moved on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(&self, conn: &impl Connection, epoch: i64) -> Result<Vec<Arc<LiveApp>>, Error> {
        let known = {
            let state = self.state();
            if state.epoch == Some(epoch) {
                return Ok(state.current.clone());
            }
            state.current.clone()
        };
        let mut current = Vec::new();
        for row in apps::list(conn).await? {
            if row.live_version == 0 {
                continue;
            }
            let id = AppId(row.id);
            let stored = settings::of_app(conn, id).await?;
            let unchanged = known.iter().find(|app| app.id == id && app.version == row.live_version);
            let same_settings = |app: &Arc<LiveApp>| {
                app.app().manifest.settings.iter().all(|(key, setting)| {
                    let text = stored.get(key).unwrap_or(&setting.default);
                    app.settings.get(key) == setting.read(text).as_ref()
                })
            };
            if let Some(app) = unchanged.filter(|app| same_settings(app)) {
                current.push(app.clone());
                continue;
            }
            // Somebody may publish between the statements: then the version is asked for again.
            let mut number = row.live_version;
            loop {
                let built = self.load(conn, id, number).await;
                match apps::app(conn, id).await?.map(|row| row.live_version) {
                    Some(now) if now != number => number = now,
                    _ => {
                        current.extend(built?.map(Arc::new));
                        break;
                    }
                }
            }
        }
        let mut state = self.state();
        state.epoch = Some(epoch);
        state.current.clone_from(&current);
        Ok(current)
    }

    /// The app as it is live inside this transaction, and stays until its end: the caller's own version, or the one that was
    /// published since the caller looked.
    ///
    /// # Errors
    /// `NotFound` when it is gone; the database failed.
    pub async fn current(&self, tx: &Tx, live: &Arc<LiveApp>) -> Result<Arc<LiveApp>, Error> {
        let number = apps::live_number(tx, live.id).await?.ok_or(Error::NotFound)?;
        self.at(tx, live, number).await
    }

    /// The app at a version that this transaction sees as the live one.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn at(&self, tx: &Tx, live: &Arc<LiveApp>, number: i64) -> Result<Arc<LiveApp>, Error> {
        if number == live.version {
            return Ok(live.clone());
        }
        let known = self.state().current.iter().find(|app| app.id == live.id && app.version == number).cloned();
        match known {
            Some(app) => Ok(app),
            None => Ok(Arc::new(self.load(tx, live.id, number).await?.ok_or(Error::NotFound)?)),
        }
    }

    async fn load(&self, conn: &impl Connection, id: AppId, number: i64) -> Result<Option<LiveApp>, Error> {
        let stored = settings::of_app(conn, id).await?;
        let Some((_, documents)) = apps::version(conn, id, number).await? else { return Ok(None) };
        let catalogue = catalogue::load(conn, id).await?;
        LiveApp::build(id, number, &to_documents(documents)?, &catalogue, &stored, self.vault()).map(Some)
    }

    /// Forgets what is cached, so that the next request reads again.
    pub fn forget(&self) {
        self.state().epoch = None;
    }

    /// The flow that a case is pinned to.
    ///
    /// # Errors
    /// The version or its flow is gone: a fault of the program.
    pub async fn pinned_flow(
        &self,
        conn: &impl Connection,
        live: &LiveApp,
        version: i64,
        flow: &str,
    ) -> Result<(Arc<App>, Flow), Error> {
        let app = if version == live.version {
            live.app().clone()
        } else {
            // A version runs under the keys that later ones gave its tables and fields.
            let cached = self.state().pinned.get(&(live.id, version, live.version)).cloned();
            match cached {
                Some(app) => app,
                None => {
                    let documents = super::evolve::publish::under_live_names(conn, live.id, version)
                        .await?
                        .ok_or_else(|| Error::internal(format!("version {version} of an app is gone")))?;
                    let app = App::parse(&documents)
                        .map_err(|_| Error::internal(format!("version {version} of an app does not load")))?;
                    let app = Arc::new(app);
                    self.state().pinned.insert((live.id, version, live.version), app.clone());
                    app
                }
            }
        };
        let flow = app.flows.get(flow).cloned().ok_or_else(|| Error::internal(format!("flow \"{flow}\" is gone")))?;
        Ok((app, flow))
    }
}

/// Stored documents as the definition module reads them.
///
/// # Errors
/// What was stored is no app's files: a fault of the program.
pub fn to_documents(stored: apps::Documents) -> Result<Documents, Error> {
    let files = stored.into_iter().map(|(path, text)| (path, text.into_bytes()));
    Documents::from_files(files, &Limits::default())
        .map_err(|error| Error::from(store::Error::other(error.to_string())))
}
