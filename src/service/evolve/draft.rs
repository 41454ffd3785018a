//! The draft of an app: the live version's documents with what somebody has changed since.

use super::{edit::note_difference, may_build};
use crate::{
    base::{id::UserId, time::Timestamp},
    definition::{
        app::App,
        edit::Done,
        evolution::{Difference, Rename, apply_renames, difference},
        finding::Finding,
        package::{Documents, canonical, parse_json, place},
        schema::DocumentKind,
    },
    service::{Call, Error, LiveApp, Service, apps, audit, live::to_documents},
    store::{Connection, app_drafts, apps as versions},
};
use serde_json::json;
use std::sync::Arc;

/// A draft with all that is needed to judge it.
#[derive(Debug, Clone)]
pub struct State {
    /// The number of the live version under it.
    pub live_version: i64,
    /// The live documents, under the keys that the draft gives them.
    pub old: Documents,
    pub new: Documents,
    pub renames: Vec<Rename>,
    pub changed: Vec<app_drafts::Draft>,
}

/// One document of a draft.
#[derive(Debug, Clone)]
pub struct Drafted {
    pub path: String,
    /// Nothing where the document is to be removed.
    pub text: Option<String>,
    /// What `If-Match` names: the draft's own number, or minus the live version where the draft does not touch the document.
    pub revision: i64,
    pub changed: Option<(UserId, Timestamp)>,
}

impl State {
    /// Reads the draft of an app.
    ///
    /// # Errors
    /// `NotFound` without a live version; the database failed.
    pub async fn load(conn: &impl Connection, live: &LiveApp) -> Result<Self, Error> {
        let app = versions::app(conn, live.id).await?.ok_or(Error::NotFound)?;
        Self::over(conn, live, app.live_version).await
    }

    /// Definitions that take the place of the live ones, whatever is drafted.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn instead(
        conn: &impl Connection,
        live: &LiveApp,
        number: i64,
        documents: &Documents,
    ) -> Result<Self, Error> {
        let (_, stored) = versions::version(conn, live.id, number).await?.ok_or(Error::NotFound)?;
        let (old, new) = (to_documents(stored)?, documents.clone());
        Ok(Self { live_version: number, old, new, renames: Vec::new(), changed: Vec::new() })
    }

    pub(super) async fn over(conn: &impl Connection, live: &LiveApp, number: i64) -> Result<Self, Error> {
        let (_, stored) = versions::version(conn, live.id, number).await?.ok_or(Error::NotFound)?;
        let live_documents = to_documents(stored)?;
        let changed = app_drafts::of_app(conn, live.id).await?;
        let mut renames = Vec::new();
        for text in app_drafts::renames(conn, live.id).await? {
            renames.push(serde_json::from_str(&text).map_err(|error| Error::internal(error.to_string()))?);
        }
        let old = apply_renames(live_documents, &renames);
        let mut new = old.clone();
        for row in &changed {
            match &row.text {
                Some(text) => {
                    new.set(row.path.as_str(), text.as_str()).map_err(|error| Error::internal(error.to_string()))?
                }
                None => {
                    new.remove(&row.path);
                }
            }
        }
        Ok(Self { live_version: number, old, new, renames, changed })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.old == self.new && self.renames.is_empty()
    }

    /// Everything wrong or doubtful in the draft.
    #[must_use]
    pub fn check(&self) -> apps::Checked {
        apps::check(&self.new)
    }

    #[must_use]
    pub fn difference(&self) -> Vec<Difference> {
        difference(&self.old, &self.new, &self.renames)
    }

    /// The live version under the draft's keys.
    ///
    /// # Errors
    /// It does not read: a fault of the program.
    pub fn old_app(&self) -> Result<App, Error> {
        App::parse(&self.old).map_err(|_| Error::internal("the live version does not read under the draft's keys"))
    }

    /// A document as the draft has it; nothing where neither the draft nor the live version knows it.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<Drafted> {
        let row = self.changed.iter().find(|row| row.path == path);
        if row.is_none() && self.new.get(path).is_none() {
            return None;
        }
        Some(Drafted {
            path: path.to_owned(),
            text: self.new.get(path).map(str::to_owned),
            revision: row.map_or(-self.live_version, |row| row.id),
            changed: row.map(|row| (UserId(row.updated_by), Timestamp(row.updated_at))),
        })
    }
}

/// The path of a document by its kind, as the API's addresses have it (`table`, `order`); `app` has the one key `app`.
///
/// # Errors
/// `NotFound` for a kind or key that no document can have.
pub fn path_of(kind: &str, key: &str) -> Result<String, Error> {
    let path = match kind {
        "app" => "app.json".to_owned(),
        "locale" => format!("locales/{key}.json"),
        "rule" => format!("rules/{key}.rhai"),
        kind => format!("{kind}s/{key}.json"),
    };
    match place(&path) {
        Some(found) if found.stem == key && !matches!(found.folder, "data" | "demo") => Ok(path),
        _ => Err(Error::NotFound),
    }
}

/// The kind and key of a path, as the API's addresses have them.
#[must_use]
pub fn address_of(path: &str) -> Option<(&str, &str)> {
    let place = place(path)?;
    match place.folder {
        "" => Some(("app", "app")),
        "data" | "demo" => None,
        folder => Some((folder.strip_suffix('s').unwrap_or(folder), place.stem)),
    }
}

impl Service {
    /// Puts a document into the draft, in canonical form where it reads. Answers it with what is wrong in the document itself;
    /// an unfinished document is kept all the same.
    ///
    /// # Errors
    /// `Stale` with the revision that is stored, when it is not `expected`; `malformed` where the text is no JSON.
    pub async fn put_draft(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        path: String,
        text: Option<String>,
        expected: Option<i64>,
    ) -> Result<(Drafted, Vec<Finding>), Error> {
        may_build(call, live.key())?;
        let text = text.map(|text| written(&path, text)).transpose()?;
        let input = (call.clone(), live.clone(), path, text);
        self.store
            .transaction_with(input, move |tx, (call, live, path, text)| {
                Box::pin(async move {
                    // Two builders at once: the second waits here and then finds the first one's revision.
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let state = State::over(tx, live, number).await?;
                    let known = state.document(path);
                    let revision = known.as_ref().map_or(0, |known| known.revision);
                    if expected.is_some_and(|expected| expected != revision) {
                        return Err(Error::Stale { version: revision });
                    }
                    if text.is_none() && known.is_none() {
                        return Err(Error::NotFound);
                    }
                    if path == "app.json" && text.is_none() {
                        return Err(Error::conflict("manifest_needed"));
                    }
                    let same = state.old.get(path) == text.as_deref();
                    if same || (text.is_none() && state.old.get(path).is_none()) {
                        app_drafts::discard(tx, live.id, path).await?;
                    } else {
                        app_drafts::put(tx, live.id, path, text.as_deref(), call.actor.user, call.now).await?;
                    }
                    let what = json!({"document": [null, path]});
                    audit::act(tx, call, "app.draft", audit::on_app(live.id), what).await?;
                    let done = Done::said("did-write").with("path", path.as_str());
                    note_difference(tx, call, live, &state, &done).await?;
                    let after = State::over(tx, live, number).await?;
                    let findings = after.check().findings.into_iter().filter(|finding| finding.file == *path).collect();
                    let shown = after.document(path).unwrap_or(Drafted {
                        path: path.clone(),
                        text: None,
                        revision: 0,
                        changed: None,
                    });
                    Ok::<_, Error>((shown, findings))
                })
            })
            .await
    }

    /// Makes one document, or the whole draft, be as it is live.
    ///
    /// # Errors
    /// `Stale` as [`Self::put_draft`].
    pub async fn discard_draft(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        path: Option<String>,
        expected: Option<i64>,
    ) -> Result<(), Error> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone(), path);
        self.store
            .transaction_with(input, move |tx, (call, live, path)| {
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let state = State::over(tx, live, number).await?;
                    match path {
                        None => app_drafts::clear(tx, live.id).await?,
                        Some(path) => {
                            let revision = state.document(path).map_or(0, |known| known.revision);
                            if expected.is_some_and(|expected| expected != revision) {
                                return Err(Error::Stale { version: revision });
                            }
                            app_drafts::discard(tx, live.id, path).await?;
                        }
                    }
                    let what = json!({"document": [path.as_deref().unwrap_or("*"), null]});
                    audit::act(tx, call, "app.draft", audit::on_app(live.id), what).await?;
                    note_difference(tx, call, live, &state, &Done::said("did-discard")).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

/// The canonical text of a document; as it was written where it does not fit its kind yet.
fn written(path: &str, text: String) -> Result<String, Error> {
    if !path.ends_with(".json") {
        return Ok(text);
    }
    let json = parse_json(&text).map_err(|error| Error::malformed(error.to_string()))?;
    let kind = place(path).and_then(|place| DocumentKind::of_folder(place.folder));
    Ok(kind.and_then(|kind| canonical(kind, &json).ok()).unwrap_or_else(|| format!("{json:#}\n")))
}
