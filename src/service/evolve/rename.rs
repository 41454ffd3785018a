//! Giving a table, field, view or form of the draft another key, everywhere at once.

use super::{draft::State, may_build};
use crate::{
    base::{error::FieldError, key::is_key},
    definition::{
        app::App,
        evolution::{Rename, apply_rename},
        finding::{Finding, has_errors},
        table::SYSTEM_FIELDS,
    },
    service::{Call, Error, LiveApp, Service, apps, apps::ImportError, audit},
    store::{app_drafts, apps as versions, draft_steps},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

impl Service {
    /// Renames in the draft; answers the documents that changed. A draft with errors is not renamed in, because nobody could say
    /// whether every place was found.
    ///
    /// # Errors
    /// `unknown_field` for what is not there, `unique` for a key that is taken, `format` for what is no key; findings that would
    /// stand in the draft afterwards.
    pub async fn rename_in_draft(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        rename: Rename,
    ) -> Result<Vec<String>, ImportError> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone(), rename);
        self.store
            .transaction_with(input, move |tx, (call, live, rename)| {
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let state = State::over(tx, live, number).await?;
                    let apps::Checked { app, findings } = state.check();
                    let Some(app) = app.filter(|_| !has_errors(&findings)) else {
                        return Err(ImportError::Findings(findings));
                    };
                    allowed(&app, rename)?;
                    let renamed = apply_rename(&state.new, &app, rename);
                    let after = apps::check(&renamed);
                    if has_errors(&after.findings) {
                        let note = |finding: Finding| {
                            finding.suggest("this place could not be renamed by itself; change it first")
                        };
                        return Err(ImportError::Findings(after.findings.into_iter().map(note).collect()));
                    }
                    // Under other keys the documents of earlier steps mean something else.
                    draft_steps::clear(tx, live.id).await?;
                    app_drafts::add_rename(tx, live.id, &json!(rename).to_string()).await?;
                    // The live documents go by their new names from here on, so only what else was drafted remains.
                    let mut renames = state.renames.clone();
                    renames.push(rename.clone());
                    for row in &state.changed {
                        app_drafts::discard(tx, live.id, &row.path).await?;
                    }
                    let under = State::over(tx, live, number).await?;
                    let paths: BTreeSet<&str> = under.old.iter().chain(renamed.iter()).map(|(path, _)| path).collect();
                    for path in paths {
                        if under.old.get(path) != renamed.get(path) {
                            app_drafts::put(tx, live.id, path, renamed.get(path), call.actor.user, call.now).await?;
                        }
                    }
                    let (from, to) = rename.keys();
                    audit::act(tx, call, "app.rename", audit::on_app(live.id), json!({"key": [from, to]})).await?;
                    let changed = renamed.iter().filter(|(path, text)| state.new.get(path) != Some(text));
                    Ok::<_, ImportError>(changed.map(|(path, _)| path.to_owned()).collect())
                })
            })
            .await
    }
}

fn allowed(app: &App, rename: &Rename) -> Result<(), Error> {
    let (from, to) = rename.keys();
    if !is_key(to) || SYSTEM_FIELDS.contains(&to) {
        return Err(Error::Invalid(vec![FieldError::new("/to", "format").with("expected", "key")]));
    }
    let (is_there, is_taken) = match rename {
        Rename::Table { .. } => (app.tables.contains_key(from), app.tables.contains_key(to)),
        Rename::Field { table, lines, .. } => {
            let table = app.tables.get(table).ok_or_else(|| unknown("/table", table))?;
            let fields = match lines {
                None => &table.fields,
                Some(lines) => &table.field(lines).ok_or_else(|| unknown("/lines", lines))?.columns,
            };
            (fields.contains_key(from), fields.contains_key(to))
        }
        Rename::Document { folder, .. } => match folder.as_str() {
            "views" => (app.views.contains_key(from), app.views.contains_key(to)),
            "forms" => (app.forms.contains_key(from), app.forms.contains_key(to)),
            _ => return Err(unknown("/folder", folder)),
        },
    };
    if !is_there {
        return Err(unknown("/from", from));
    }
    if is_taken { Err(Error::invalid("/to", "unique")) } else { Ok(()) }
}

fn unknown(path: &str, name: &str) -> Error {
    Error::Invalid(vec![FieldError::new(path, "unknown_field").with("field", name)])
}
