//! Published versions: listing, comparing, taking one up again as a draft.

use super::{draft::State, edit::note_difference, may_build, publish::under_live_names};
use crate::{
    definition::{
        edit::Done,
        evolution::{Difference, difference},
    },
    service::{Call, Error, LiveApp, Service, audit},
    store::{app_drafts, apps as versions},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

impl Service {
    /// A page of an app's versions, newest first, and one more where there are more.
    ///
    /// # Errors
    /// Who may not build.
    pub async fn versions(
        &self,
        call: &Call,
        live: &LiveApp,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<versions::VersionRow>, Error> {
        may_build(call, live.key())?;
        Ok(versions::versions(&self.store.reader(), live.id, before, limit + 1).await?)
    }

    /// What differs from one version to another, under the keys of today.
    ///
    /// # Errors
    /// `NotFound` for a version that there is not.
    pub async fn compare_versions(
        &self,
        call: &Call,
        live: &LiveApp,
        from: i64,
        to: i64,
    ) -> Result<Vec<Difference>, Error> {
        may_build(call, live.key())?;
        let reader = self.store.reader();
        let old = under_live_names(&reader, live.id, from).await?.ok_or(Error::NotFound)?;
        let new = under_live_names(&reader, live.id, to).await?.ok_or(Error::NotFound)?;
        Ok(difference(&old, &new, &[]))
    }

    /// Makes the draft be what a version was. What the draft held is replaced; publishing it is another act.
    ///
    /// # Errors
    /// `NotFound`; who may not build.
    pub async fn restore_version(&self, call: &Call, live: &Arc<LiveApp>, number: i64) -> Result<usize, Error> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone());
        self.store
            .transaction_with(input, move |tx, (call, live)| {
                Box::pin(async move {
                    let current = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let wanted = under_live_names(tx, live.id, number).await?.ok_or(Error::NotFound)?;
                    let before = State::over(tx, live, current).await?;
                    app_drafts::clear(tx, live.id).await?;
                    let state = State::over(tx, live, current).await?;
                    let paths: BTreeSet<&str> = state.old.iter().chain(wanted.iter()).map(|(path, _)| path).collect();
                    let mut changed = 0;
                    for path in paths {
                        let text = wanted.get(path);
                        let is_manifest_only_in_version =
                            path == "app.json" && same_but_version(state.old.get(path), text);
                        if state.old.get(path) == text || is_manifest_only_in_version {
                            continue;
                        }
                        let text = if path == "app.json" {
                            with_version(text, state.old.get(path))
                        } else {
                            text.map(str::to_owned)
                        };
                        app_drafts::put(tx, live.id, path, text.as_deref(), call.actor.user, call.now).await?;
                        changed += 1;
                    }
                    let what = json!({"restored": [null, number]});
                    audit::act(tx, call, "app.draft", audit::on_app(live.id), what).await?;
                    note_difference(tx, call, live, &before, &Done::said("did-restore")).await?;
                    Ok::<_, Error>(changed)
                })
            })
            .await
    }
}

/// The manifest's text with the version of another: versions only ever go up.
fn with_version(text: Option<&str>, of: Option<&str>) -> Option<String> {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (mut json, live) = (read(text?)?, read(of?)?);
    json["version"] = live["version"].clone();
    let written = crate::definition::package::canonical(crate::definition::schema::DocumentKind::App, &json);
    written.ok()
}

fn same_but_version(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_some() && with_version(other, one).as_deref() == one
}
