//! Upgrading an app by the next version of the template it came from: what the template changed is merged with what was changed
//! here, looked at, published like a draft, and undone in one act.

use super::{Checked, Publish, Published, State, may_build};
use crate::{
    definition::{
        evolution::{Rename, apply_renames},
        merge::{Decisions, Merged, merge},
        package::{Documents, EXPORT_NOTE},
    },
    service::{Call, Error, LiveApp, Service, apps::ImportError, live::to_documents},
    store::{
        Connection,
        app_bases::{self, Base, CameBy},
        apps as versions,
    },
};
use std::sync::Arc;

/// What an upgrade would do. Nothing was changed.
#[derive(Debug)]
pub struct Upgrade {
    /// The template's version that the app follows now, and the one that it would follow.
    pub from: String,
    pub to: String,
    pub merged: Merged,
    /// What publishing the merged definitions means.
    pub checked: Checked,
}

/// What is asked to be done.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub decisions: Decisions,
    /// The plan that was looked at; without one, whatever the plan is now.
    pub fingerprint: Option<String>,
    /// Losing data is meant.
    pub confirmed: bool,
    pub in_spite: Option<String>,
}

/// Which template an app follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follows {
    pub version: String,
    /// Whether the live version is an upgrade that nothing was published after.
    pub undoable: bool,
}

/// The version that documents carry.
fn version_of(documents: &Documents) -> String {
    let json = documents.json("app.json").unwrap_or_default();
    json["version"].as_str().unwrap_or_default().to_owned()
}

/// The keys that an app gave other names after its version `number`.
async fn renames(conn: &impl Connection, live: &LiveApp, number: i64) -> Result<Vec<Rename>, Error> {
    let mut renames: Vec<Rename> = Vec::new();
    for text in versions::renames_since(conn, live.id, number).await? {
        let more: Vec<Rename> = serde_json::from_str(&text).map_err(|error| Error::internal(error.to_string()))?;
        renames.extend(more);
    }
    Ok(renames)
}

/// What the version `number` of an app follows: the last template it was upgraded to, else its own first version.
async fn base(conn: &impl Connection, live: &LiveApp, number: i64) -> Result<Base, Error> {
    if let Some(base) = app_bases::at(conn, live.id, number).await? {
        return Ok(base);
    }
    let (row, documents) = versions::version(conn, live.id, 1).await?.ok_or(Error::NotFound)?;
    Ok(Base { number: 1, version: row.version, documents, came_by: CameBy::Import })
}

impl Service {
    /// The template's version that an app follows.
    ///
    /// # Errors
    /// The database failed.
    pub async fn follows(&self, live: &LiveApp) -> Result<Follows, Error> {
        let base = base(&self.store.reader(), live, live.version).await?;
        let undoable = base.came_by == CameBy::Upgrade && base.number == live.version;
        Ok(Follows { version: base.version, undoable })
    }

    /// Merges the next version of an app's template into it. Changes nothing.
    ///
    /// # Errors
    /// Who may not build; `draft_in_the_way`; the database failed.
    pub async fn plan_upgrade(
        &self,
        call: &Call,
        live: &LiveApp,
        package: &Documents,
        decisions: &Decisions,
    ) -> Result<Upgrade, Error> {
        may_build(call, live.key())?;
        let reader = self.store.reader();
        if !State::load(&reader, live).await?.is_empty() {
            return Err(Error::conflict("draft_in_the_way").with("app", live.key()));
        }
        let (_, stored) = versions::version(&reader, live.id, live.version).await?.ok_or(Error::NotFound)?;
        let mine = to_documents(stored)?;
        let base = base(&reader, live, live.version).await?;
        let ours = apply_renames(to_documents(base.documents)?, &renames(&reader, live, base.number).await?);
        let mut theirs = apply_renames(package.clone(), &renames(&reader, live, 0).await?);
        theirs.remove(EXPORT_NOTE);
        let (from, to, decisions) = (base.version, version_of(package), decisions.clone());
        let merging = move || merge(&ours, &theirs, &mine, &decisions);
        let merged = tokio::task::spawn_blocking(merging).await.map_err(|error| Error::internal(error.to_string()))?;
        let checked = self.check_draft(call, live, Some(&merged.documents)).await?;
        Ok(Upgrade { from, to, merged, checked })
    }

    /// Upgrades an app.
    ///
    /// # Errors
    /// As [`Self::plan_upgrade`] and [`Self::publish`]; `conflicts_open` as long as something is not decided.
    pub async fn upgrade(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        package: &Documents,
        wanted: Wanted,
    ) -> Result<Published, ImportError> {
        let planned = self.plan_upgrade(call, live, package, &wanted.decisions).await?;
        let open = planned.merged.open();
        if open > 0 {
            return Err(Error::conflict("conflicts_open").with("count", open).into());
        }
        let mut theirs = apply_renames(package.clone(), &renames(&self.store.reader(), live, 0).await?);
        theirs.remove(EXPORT_NOTE);
        let follows = Base {
            // The version that is about to be made names itself.
            number: 0,
            version: planned.to.clone(),
            documents: theirs.iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
            came_by: CameBy::Upgrade,
        };
        let publish = Publish {
            fingerprint: wanted.fingerprint,
            confirmed: wanted.confirmed,
            note: Some(format!("{} → {}", planned.from, planned.to)),
            instead: Some(planned.merged.documents),
            in_spite: wanted.in_spite,
            follows: Some(follows),
            over: Some(live.version),
            undoes: false,
        };
        self.publish(call, live, publish).await
    }

    /// Puts back what an upgrade replaced: the definitions to the letter, and in every row the values that nobody touched since.
    ///
    /// # Errors
    /// `no_upgrade_to_undo` where the live version is none, or something was published after it; `draft_in_the_way`.
    pub async fn undo_upgrade(&self, call: &Call, live: &Arc<LiveApp>) -> Result<Published, ImportError> {
        may_build(call, live.key())?;
        let reader = self.store.reader();
        let last = base(&reader, live, live.version).await?;
        if last.came_by != CameBy::Upgrade || last.number != live.version {
            return Err(Error::conflict("no_upgrade_to_undo").into());
        }
        if !State::load(&reader, live).await?.is_empty() {
            return Err(Error::conflict("draft_in_the_way").with("app", live.key()).into());
        }
        let before = live.version - 1;
        let (row, stored) = versions::version(&reader, live.id, before).await?.ok_or(Error::NotFound)?;
        let follows = Base { came_by: CameBy::Undo, ..base(&reader, live, before).await? };
        drop(reader);
        let publish = Publish {
            confirmed: true,
            note: Some(format!("{} → {}", live.app().manifest.version, row.version)),
            instead: Some(to_documents(stored)?),
            follows: Some(follows),
            over: Some(live.version),
            undoes: true,
            ..Publish::default()
        };
        self.publish(call, live, publish).await
    }
}
