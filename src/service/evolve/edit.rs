//! What designers do to a draft: one operation, one transaction. Two builders at once both keep what they did, unless both changed
//! the same thing; what each of them did can be undone and redone.

use super::{draft::State, may_build};
use crate::{
    base::error::FieldError,
    definition::{
        edit::{Done, Edit, Refusal, merge::merge},
        package::{Documents, canonical, place},
        schema::DocumentKind,
    },
    service::{Call, Error, LiveApp, Service, audit},
    store::{Tx, app_drafts, apps as versions, catalogue, draft_steps, settings},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// What became of one document by a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

/// What a builder can undo and redo.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    pub undo: Option<Done>,
    pub redo: Option<Done>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let mut error = FieldError::new(format!("/{}", refusal.at), refusal.code);
        for (name, value) in refusal.params {
            error = error.with(name, value);
        }
        Self::Invalid(vec![error])
    }
}

impl Service {
    /// Changes the draft. `seen` is the revision of the document that the builder looked at.
    ///
    /// # Errors
    /// `edit_conflict` where somebody else changed the same thing meanwhile; `Stale` where what was seen is no longer known; what
    /// the operation refuses.
    pub async fn edit_draft(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        edit: Edit,
        seen: Option<i64>,
    ) -> Result<Done, Error> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone(), edit);
        self.store
            .transaction_with(input, move |tx, (call, live, edit)| {
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let state = State::over(tx, live, number).await?;
                    let (after, done) = after(tx, live, &state, edit, seen).await?;
                    let changes = settle(tx, call, live, &state, &after).await?;
                    if !changes.is_empty() {
                        note(tx, call, live, &done, &changes).await?;
                    }
                    Ok::<_, Error>(done)
                })
            })
            .await
    }

    /// Takes back what the builder did last, or with `redo` does again what was taken back last. Answers what it was; nothing
    /// where there is nothing.
    ///
    /// # Errors
    /// `edit_conflict` where somebody else has changed the same thing since.
    pub async fn undo_draft(&self, call: &Call, live: &Arc<LiveApp>, redo: bool) -> Result<Option<Done>, Error> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone());
        self.store
            .transaction_with(input, move |tx, (call, live)| {
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let Some(step) = draft_steps::next(tx, live.id, call.actor.user, redo).await? else {
                        return Ok(None);
                    };
                    let state = State::over(tx, live, number).await?;
                    let broken = |error: serde_json::Error| Error::internal(error.to_string());
                    let changes: Vec<Change> = serde_json::from_str(&step.changes).map_err(broken)?;
                    let mut documents = state.new.clone();
                    for change in changes {
                        let (from, to) = match redo {
                            false => (change.after, change.before),
                            true => (change.before, change.after),
                        };
                        put(&mut documents, &change.path, from.as_deref(), to.as_deref())?;
                    }
                    settle(tx, call, live, &state, &documents).await?;
                    draft_steps::mark(tx, step.id, !redo).await?;
                    let done: Done = serde_json::from_str(&step.said).map_err(broken)?;
                    Ok::<_, Error>(Some(done))
                })
            })
            .await
    }

    /// The app as a draft has it, over the tables that there are: to be looked at, not to be written with.
    ///
    /// # Errors
    /// The documents do not read; the database failed.
    pub async fn preview_app(&self, live: &LiveApp, documents: &Documents) -> Result<LiveApp, Error> {
        let reader = self.store.reader();
        let catalogue = catalogue::load(&reader, live.id).await?;
        let stored = settings::of_app(&reader, live.id).await?;
        LiveApp::build(live.id, live.version, documents, &catalogue, &stored, live.vault.as_ref())
    }

    /// What the builder can undo and redo.
    ///
    /// # Errors
    /// The database failed.
    pub async fn draft_steps(&self, call: &Call, live: &LiveApp) -> Result<Steps, Error> {
        let reader = self.store.reader();
        let read = |step: Option<draft_steps::Step>| step.and_then(|step| serde_json::from_str(&step.said).ok());
        let user = call.actor.user;
        Ok(Steps {
            undo: read(draft_steps::next(&reader, live.id, user, false).await?),
            redo: read(draft_steps::next(&reader, live.id, user, true).await?),
        })
    }
}

/// The documents with the change made: over what the builder saw, brought together with what has become of it since.
async fn after(
    tx: &Tx,
    live: &LiveApp,
    state: &State,
    edit: &Edit,
    seen: Option<i64>,
) -> Result<(Documents, Done), Error> {
    let path = edit.document();
    let revision = state.document(&path).map_or(0, |known| known.revision);
    let Some(seen) = seen.filter(|seen| *seen != revision) else {
        return Ok(edit.apply(&state.new, &state.old)?);
    };
    let text = if seen == -state.live_version {
        state.old.get(&path).map(str::to_owned)
    } else {
        draft_steps::text(tx, live.id, seen, &path).await?.ok_or(Error::Stale { version: revision })?
    };
    let mut base = state.new.clone();
    match &text {
        Some(text) => base.set(path.as_str(), text.as_str()).map_err(|error| Error::internal(error.to_string()))?,
        None => {
            base.remove(&path);
        }
    }
    let (mine, done) = edit.apply(&base, &state.old)?;
    let mut documents = state.new.clone();
    let paths: BTreeSet<&str> = base.iter().chain(mine.iter()).map(|(path, _)| path).collect();
    for path in paths {
        if base.get(path) != mine.get(path) {
            put(&mut documents, path, base.get(path), mine.get(path))?;
        }
    }
    Ok((documents, done))
}

/// Makes of one document what became of `from` in `to`, whatever else has become of it.
fn put(documents: &mut Documents, path: &str, from: Option<&str>, to: Option<&str>) -> Result<(), Error> {
    let now = documents.get(path);
    let text = if now == from {
        to.map(str::to_owned)
    } else if now == to {
        return Ok(());
    } else {
        let conflict = |at: &str| Error::conflict("edit_conflict").with("path", path).with("at", at);
        let (Some(from), Some(to), Some(now)) = (from, to, now) else { return Err(conflict("")) };
        let read = |text: &str| serde_json::from_str::<Json>(text).map_err(|_| conflict(""));
        let merged = merge(&read(from)?, &read(to)?, &read(now)?).map_err(|at| conflict(&at))?;
        let kind = place(path).and_then(|place| DocumentKind::of_folder(place.folder));
        let canonical = kind.and_then(|kind| canonical(kind, &merged).ok());
        Some(canonical.unwrap_or_else(|| format!("{merged:#}\n")))
    };
    match text {
        Some(text) => documents.set(path, text).map_err(|error| Error::internal(error.to_string())),
        None => {
            documents.remove(path);
            Ok(())
        }
    }
}

/// Makes the draft be these documents. Answers what became of each that changed.
async fn settle(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    state: &State,
    documents: &Documents,
) -> Result<Vec<Change>, Error> {
    let paths: BTreeSet<&str> = state.new.iter().chain(documents.iter()).map(|(path, _)| path).collect();
    let mut changes = Vec::new();
    for path in paths {
        let (before, after) = (state.new.get(path), documents.get(path));
        if before == after {
            continue;
        }
        if state.old.get(path) == after {
            app_drafts::discard(tx, live.id, path).await?;
        } else {
            app_drafts::put(tx, live.id, path, after, call.actor.user, call.now).await?;
        }
        changes.push(Change {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        });
    }
    if !changes.is_empty() {
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        audit::act(tx, call, "app.draft", audit::on_app(live.id), json!({"document": [null, paths.join(", ")]}))
            .await?;
    }
    Ok(changes)
}

async fn note(tx: &Tx, call: &Call, live: &LiveApp, done: &Done, changes: &[Change]) -> Result<(), Error> {
    let broken = |error: serde_json::Error| Error::internal(error.to_string());
    let said = serde_json::to_string(done).map_err(broken)?;
    let changes = serde_json::to_string(changes).map_err(broken)?;
    Ok(draft_steps::add(tx, live.id, call.actor.user, &said, &changes, call.now).await?)
}

/// Notes down what was done to a draft by other means than an operation, so that it can be undone as well.
pub(super) async fn note_difference(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    before: &State,
    done: &Done,
) -> Result<(), Error> {
    let after = State::over(tx, live, before.live_version).await?;
    if after.renames.len() != before.renames.len() {
        // Under other keys the documents of earlier steps mean something else.
        return Ok(draft_steps::clear(tx, live.id).await?);
    }
    let paths: BTreeSet<&str> = before.new.iter().chain(after.new.iter()).map(|(path, _)| path).collect();
    let changed = paths.into_iter().filter(|path| before.new.get(path) != after.new.get(path));
    let own = |text: Option<&str>| text.map(str::to_owned);
    let changes: Vec<Change> = changed
        .map(|path| Change {
            path: path.to_owned(),
            before: own(before.new.get(path)),
            after: own(after.new.get(path)),
        })
        .collect();
    if changes.is_empty() { Ok(()) } else { note(tx, call, live, done, &changes).await }
}
