//! Checking a draft and making it the live version, in one transaction.

use super::{
    carry,
    draft::State,
    may_build,
    measure::{Outcome, PlanStep, measure},
};
use crate::{
    definition::{
        app::App,
        evolution::{Place, Rename, Step, apply_renames, plan},
        field::Field,
        finding::{Finding, Severity, has_errors},
        package::{Documents, canonical},
        schema::DocumentKind,
    },
    service::{
        Call, Error, LiveApp, Service,
        apps::{self, ImportError},
        audit,
        live::to_documents,
        scenarios::{self, fingerprint as fingerprint_of},
        tokens::hex,
    },
    store::{
        self, Connection, Schema, Tx,
        app_bases::{self, Base},
        app_drafts, apps as versions, catalogue, ddl, draft_steps, evolve, people, records, settings,
    },
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// A draft with everything there is to say about publishing it.
#[derive(Debug)]
pub struct Checked {
    pub state: State,
    pub findings: Vec<Finding>,
    /// Empty where the draft does not read.
    pub steps: Vec<PlanStep>,
    /// Cases that run on, by flow.
    pub running: Vec<(String, u64)>,
    /// Names this plan over these data: publishing refuses when another one has come about meanwhile.
    pub fingerprint: String,
    /// The version that publishing makes, as semver.
    pub next_version: String,
}

impl Checked {
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.steps.iter().map(|step| step.outcome).max().unwrap_or(Outcome::Safe)
    }

    /// Whether it can be published, once what loses data is confirmed.
    #[must_use]
    pub fn publishable(&self) -> bool {
        !self.state.is_empty() && !has_errors(&self.findings) && self.outcome() < Outcome::Blocks
    }

    #[must_use]
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

/// What is asked to be published.
#[derive(Debug, Clone, Default)]
pub struct Publish {
    /// The plan that was looked at; without one, whatever the plan is now.
    pub fingerprint: Option<String>,
    /// Losing data is meant.
    pub confirmed: bool,
    pub note: Option<String>,
    /// Definitions that replace the live ones, instead of the draft: an upgrade by a package.
    pub instead: Option<Documents>,
    /// Why it is published though scenarios fail.
    pub in_spite: Option<String>,
    /// The template version that the app follows from then on, where that changes.
    pub follows: Option<Base>,
    /// The number of the version that it may take the place of; where another is live by then, it is refused.
    pub over: Option<i64>,
    /// It takes back what the live version did: values that conversions replaced come back as they were.
    pub undoes: bool,
}

/// What was published.
#[derive(Debug, Clone)]
pub struct Published {
    pub number: i64,
    pub version: String,
    pub steps: usize,
}

impl Service {
    /// Judges a draft. Changes nothing.
    ///
    /// # Errors
    /// Who may not build; the database failed.
    pub async fn check_draft(
        &self,
        call: &Call,
        live: &LiveApp,
        instead: Option<&Documents>,
    ) -> Result<Checked, Error> {
        may_build(call, live.key())?;
        let reader = self.store.reader();
        let state = match instead {
            None => State::load(&reader, live).await?,
            Some(documents) => State::instead(&reader, live, live.version, documents).await?,
        };
        judge(&reader, call, live, state).await
    }

    /// Makes the draft the live version: definitions, tables and values, or nothing of it.
    ///
    /// # Errors
    /// Findings; `plan_changed` (as a stale version) when the plan is not the one that was looked at; `publish_blocked`,
    /// `confirm_loss`, `nothing_to_publish`; the database failed.
    pub async fn publish(&self, call: &Call, live: &Arc<LiveApp>, publish: Publish) -> Result<Published, ImportError> {
        may_build(call, live.key())?;
        let (tried, red) = self.try_out(live, &publish).await?;
        let in_spite = publish.in_spite.clone().filter(|_| red);
        let publish = Publish { in_spite, ..publish };
        let (call, live, service) = (call.clone(), live.clone(), self.clone());
        let published = self
            .store
            .ddl(move |tx| {
                let (call, live, publish, service) = (call.clone(), live.clone(), publish.clone(), service.clone());
                let tried = tried.clone();
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    if publish.over.is_some_and(|over| over != number) {
                        return Err(Error::Stale { version: number }.into());
                    }
                    let live = service.live.at(tx, &live, number).await?;
                    let state = match &publish.instead {
                        None => State::over(tx, &live, number).await?,
                        Some(documents) => State::instead(tx, &live, number, documents).await?,
                    };
                    if tried.as_ref().is_some_and(|tried| *tried != fingerprint_of(&state.new)) {
                        // The draft is another one than that which was tried out.
                        return Err(Error::Stale { version: state.live_version }.into());
                    }
                    run(tx, &call, &live, state, &publish).await
                })
            })
            .await?;
        self.live.forget();
        Ok(published)
    }

    /// Runs the scenarios of what is about to be published; answers which documents those were, and whether any failed. A draft that
    /// is not sound is refused for that later, and not tried.
    async fn try_out(&self, live: &LiveApp, publish: &Publish) -> Result<(Option<String>, bool), Error> {
        let documents = match &publish.instead {
            Some(documents) => documents.clone(),
            None => State::load(&self.store.reader(), live).await?.new,
        };
        // What was there before may always come back.
        let untried = publish.undoes || documents.folder("scenarios").next().is_none();
        if untried || has_errors(&apps::check(&documents).findings) {
            return Ok((None, false));
        }
        let ran = self.scenarios_of(&documents).await?;
        scenarios::hold(&ran, publish.in_spite.as_deref())?;
        Ok((Some(fingerprint_of(&documents)), ran.red() > 0))
    }
}

async fn judge(conn: &impl Connection, call: &Call, live: &LiveApp, state: State) -> Result<Checked, Error> {
    let apps::Checked { app, mut findings } = state.check();
    if app.as_ref().is_some_and(|app| app.manifest.key != live.key()) {
        let message = format!("the app's key is \"{}\" and cannot change", live.key());
        findings.push(Finding::error("app.json", "/key", message));
    }
    let mut steps = Vec::new();
    let mut running = BTreeMap::new();
    for (flow, _, count) in evolve::running_cases(conn, live.id).await? {
        *running.entry(flow).or_insert(0) += count;
    }
    if let Some(app) = &app {
        let old = under_new_names(conn, live, &state).await?;
        let retired = evolve::retired(conn, live.id).await?;
        let planned = plan(&old.app, app, &state.renames, &retired);
        steps = measure(conn, call, live, (&old, app), planned).await?;
    }
    let next_version = next_version(&state, app.as_ref());
    let fingerprint = fingerprint(&state, &steps);
    Ok(Checked { state, findings, steps, running: running.into_iter().collect(), fingerprint, next_version })
}

/// The live schema as the draft calls its parts: the same places under other keys.
async fn under_new_names(conn: &impl Connection, live: &LiveApp, state: &State) -> Result<Schema, Error> {
    let mut catalogue = catalogue::load(conn, live.id).await?;
    for rename in &state.renames {
        match rename {
            Rename::Table { from, to } => catalogue.rename_table(from, to),
            Rename::Field { table, lines, from, to } => catalogue.rename_field(table, lines.as_deref(), from, to),
            Rename::Document { .. } => {}
        }
    }
    Ok(Schema::new(Arc::new(state.old_app()?), &catalogue))
}

/// The plan as far as somebody has to agree to it. Rows that only count, such as those of a table that is written to while one
/// looks, are not in it; what is lost, blocked or does not fit is.
fn fingerprint(state: &State, steps: &[PlanStep]) -> String {
    let mut digest = Sha256::new();
    digest.update(state.live_version.to_be_bytes());
    for (path, text) in state.new.iter() {
        digest.update((path.len() as u64).to_be_bytes());
        digest.update(path);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    for rename in &state.renames {
        digest.update(format!("{rename:?}"));
    }
    for step in steps {
        digest.update(format!("{:?} {:?} {} {} {}", step.step, step.outcome, step.lost, step.cut, step.odd));
    }
    hex(&digest.finalize())[..32].to_owned()
}

/// The draft's own version where it is another; else the live one with its middle number raised, or the last one where no table,
/// flow, role or rule is touched.
fn next_version(state: &State, app: Option<&App>) -> String {
    let version = |documents: &Documents| {
        let json = documents.json("app.json").unwrap_or_default();
        json["version"].as_str().unwrap_or("1.0.0").to_owned()
    };
    let live = version(&state.old);
    let own = app.map_or_else(|| version(&state.new), |app| app.manifest.version.clone());
    if own != live {
        return own;
    }
    let plain = live.split('-').next().unwrap_or(&live);
    let mut numbers = plain.split('.').map(|number| number.parse::<u64>().unwrap_or(0));
    let (major, minor, patch) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let weighty = ["tables/", "flows/", "roles/", "ledgers/", "rules/", "automations/"];
    let changed = |path: &str| state.old.get(path) != state.new.get(path);
    let paths = state.old.iter().chain(state.new.iter()).map(|(path, _)| path);
    if paths.filter(|path| weighty.iter().any(|start| path.starts_with(start))).any(changed) {
        format!("{major}.{}.0", minor + 1)
    } else {
        format!("{major}.{minor}.{}", patch + 1)
    }
}

async fn run(tx: &Tx, call: &Call, live: &LiveApp, state: State, publish: &Publish) -> Result<Published, ImportError> {
    let checked = judge(tx, call, live, state).await?;
    if checked.state.is_empty() {
        return Err(Error::conflict("nothing_to_publish").into());
    }
    if has_errors(&checked.findings) {
        return Err(ImportError::Findings(checked.findings));
    }
    if publish.fingerprint.as_ref().is_some_and(|seen| *seen != checked.fingerprint) {
        return Err(Error::Stale { version: checked.state.live_version }.into());
    }
    match checked.outcome() {
        Outcome::Blocks => {
            let count = checked.steps.iter().filter(|step| step.outcome == Outcome::Blocks).count();
            return Err(Error::conflict("publish_blocked").with("count", count).into());
        }
        Outcome::Loses if !publish.confirmed => {
            let count = checked.steps.iter().filter(|step| step.outcome == Outcome::Loses).count();
            return Err(Error::conflict("confirm_loss").with("count", count).into());
        }
        _ => {}
    }
    let mut documents = checked.state.new.clone();
    let release = match publish.undoes {
        true => App::parse(&documents).map_err(ImportError::Findings)?.manifest.version,
        false => checked.next_version.clone(),
    };
    if !publish.undoes {
        stamp(&mut documents, &release)?;
    }
    let app = App::parse(&documents).map(Arc::new).map_err(ImportError::Findings)?;
    let number = versions::latest_number(tx, live.id).await? + 1;
    let steps: Vec<Step> = checked.steps.iter().map(|step| step.step.clone()).collect();
    let kept = match publish.undoes {
        true => evolve::trash(tx, live.id).await?.1,
        false => Vec::new(),
    };
    let next = migrate(tx, call, live, &checked.state, &documents, &app, number, &steps).await?;
    for step in &steps {
        if let Step::Convert { place, field } = step {
            carry::give_back(tx, call, live, &next, place, field, &kept).await?;
        }
    }
    drop(next);
    let renames = &checked.state.renames;
    let version = versions::NewVersion {
        number,
        version: release.clone(),
        documents: documents.iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        published_by: Some(call.actor.user),
        note: publish.note.clone(),
        renames: (!renames.is_empty()).then(|| json!(renames).to_string()),
    };
    let manifest = &app.manifest;
    versions::publish(tx, live.id, &version, &manifest.title, manifest.icon.as_deref(), call.now).await?;
    if let Some(follows) = &publish.follows {
        app_bases::insert(tx, live.id, &Base { number, ..follows.clone() }).await?;
    }
    if publish.instead.is_none() {
        app_drafts::clear(tx, live.id).await?;
    }
    draft_steps::clear(tx, live.id).await?;
    let told: Vec<_> = checked.steps.iter().filter(|step| step.outcome > Outcome::Safe).collect();
    let what = json!({
        "version": [live.app().manifest.version, release], "number": [live.version, number],
        "note": [null, publish.note], "steps": [null, told], "in_spite_of_scenarios": [null, publish.in_spite],
    });
    audit::act(tx, call, "app.publish", audit::on_app(live.id), what).await?;
    people::raise_organisation_epoch(tx).await?;
    Ok(Published { number, version: release, steps: steps.len() })
}

/// The table whose figures, and whose share in the figures of others, may be others after a step.
fn moves_values(step: &Step) -> Option<String> {
    match step {
        Step::AddField { place, .. }
        | Step::RestoreField { place, .. }
        | Step::RemoveField { place, .. }
        | Step::Convert { place, .. }
        | Step::Retype { place, .. }
        | Step::Fill { place, .. }
        | Step::RestoreLines { place } => Some(place.table.clone()),
        Step::RestoreTable { table } => Some(table.clone()),
        _ => None,
    }
}

/// Writes the version into the manifest.
fn stamp(documents: &mut Documents, version: &str) -> Result<(), Error> {
    let broken = |what: String| Error::internal(what);
    let mut json = documents.json("app.json").map_err(|finding| broken(finding.to_string()))?;
    json["version"] = version.into();
    let text = canonical(DocumentKind::App, &json).map_err(|error| broken(error.to_string()))?;
    documents.set("app.json", text).map_err(|error| broken(error.to_string()))
}

/// Brings tables and values to the new version. The order matters: keys are freed, columns made, values moved, and only then
/// is uniqueness asked for.
#[allow(clippy::too_many_arguments)] // the two sides of one step, each with its parts
async fn migrate(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    state: &State,
    documents: &Documents,
    app: &Arc<App>,
    number: i64,
    steps: &[Step],
) -> Result<LiveApp, Error> {
    let old = under_new_names(tx, live, state).await?;
    let definition_of = |place: &Place, field: Option<&str>| {
        let table = state.old.json(&format!("tables/{}.json", place.table)).ok()?;
        let inside = match &place.lines {
            None => &table,
            Some(lines) => &table["properties"][lines.as_str()]["items"],
        };
        let whole = match (field, &place.lines) {
            (Some(field), _) => &inside["properties"][field],
            (None, None) => &table,
            (None, Some(lines)) => &table["properties"][lines.as_str()],
        };
        Some(whole.to_string())
    };
    evolve::prepare(tx, live.id, steps, &definition_of, call.now).await?;
    for step in steps {
        match step {
            Step::RestoreField { place, field } | Step::Retype { place, field } => {
                let definition = place.field(app, field).ok_or_else(|| Error::internal("a field that is not there"))?;
                let restored = matches!(step, Step::RestoreField { .. });
                evolve::adopt(tx, live.id, place, definition, restored).await?;
            }
            Step::RestoreTable { table } => {
                let Some(definition) = app.tables.get(table) else { continue };
                let fields: Vec<_> = definition.stored().collect();
                evolve::retire_strangers(tx, live.id, &Place::table(table), &fields, call.now).await?;
            }
            Step::RestoreLines { place } => {
                let lines = place.lines.as_deref().unwrap_or_default();
                let Some(field) = app.tables.get(&place.table).and_then(|table| table.field(lines)) else { continue };
                let fields: Vec<_> = field.columns.values().collect();
                evolve::retire_strangers(tx, live.id, place, &fields, call.now).await?;
            }
            _ => {}
        }
    }
    let catalogue = ddl::shape(tx, live.id, app, call.now).await?;
    let stored = settings::of_app(tx, live.id).await?;
    let next = LiveApp::build(live.id, number, documents, &catalogue, &stored, live.vault.as_ref())?;
    let mut to_fill: BTreeMap<&str, Vec<(Option<String>, String)>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Convert { place, field } => {
                carry::convert(tx, call, (&old, &old.app), &next, place, field).await?;
            }
            Step::Fill { place, field } if !place.field(app, field).is_some_and(Field::is_gathered) => {
                to_fill.entry(&place.table).or_default().push((place.lines.clone(), field.clone()));
            }
            _ => {}
        }
    }
    for (table, fields) in to_fill {
        if !app.tables.get(table).is_some_and(|table| table.append_only) {
            carry::fill(tx, call, &next, table, &fields).await?;
        }
    }
    records::refill_rollups(tx, &next.schema, &steps.iter().filter_map(moves_values).collect()).await?;
    evolve::drop_unique(tx, &old, &next.schema).await?;
    ddl::finish(tx, &next.schema).await.map_err(|error| match error {
        store::Error::Unique { .. } => Error::conflict("publish_collides"),
        other => other.into(),
    })?;
    Ok(next)
}

/// Definitions of a package that take the place of an installed app's.
///
/// # Errors
/// `unknown_app` where it is not installed.
pub fn upgraded<'a>(apps: &'a [Arc<LiveApp>], documents: &Documents) -> Result<&'a Arc<LiveApp>, Error> {
    let json = documents.json("app.json").map_err(|finding| Error::malformed(finding.to_string()))?;
    let key = json["key"].as_str().unwrap_or_default();
    apps.iter().find(|app| app.key() == key).ok_or_else(|| Error::conflict("unknown_app").with("value", key))
}

/// The documents of a published version under the keys that later versions gave them.
///
/// # Errors
/// The database failed.
pub async fn under_live_names(
    conn: &impl Connection,
    app: crate::base::id::AppId,
    number: i64,
) -> Result<Option<Documents>, Error> {
    let Some((_, stored)) = versions::version(conn, app, number).await? else { return Ok(None) };
    let mut renames: Vec<Rename> = Vec::new();
    for text in versions::renames_since(conn, app, number).await? {
        let more: Vec<Rename> = serde_json::from_str(&text).map_err(|error| Error::internal(error.to_string()))?;
        renames.extend(more);
    }
    Ok(Some(apply_renames(to_documents(stored)?, &renames)))
}
