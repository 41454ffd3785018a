//! `/build/{app}/forms/{form}/preview`: the form as it will be, drawn by what draws every form. Nothing in it is saved.

use super::bench::{Opened, known};
use crate::{
    definition::{
        finding::{Finding, Severity, has_errors},
        package::Documents,
    },
    service::{Error, LiveApp, apps, evolve::State as Draft},
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        middleware::Framed,
        pages::{dashboard, find, form, grid, report},
        shell,
        view::designer::PreviewPage,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use std::sync::Arc;

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, form)): Path<(String, String)>,
) -> Result<Response> {
    let mut response = answer(&web, &caller, &wants, &app, &form, None).await?;
    response.extensions_mut().insert(Framed);
    Ok(response)
}

/// The form after a change in it.
pub async fn live(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, name)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    answer(&web, &caller, &wants, &app, &name, Some(form)).await
}

/// `/build/{app}/{views|reports|dashboards}/{key}/preview`: the document as it will be, over the rows that there are. Tables stand
/// as they are published, for their rows do; what needs a field that is not is seen after publishing.
pub async fn document(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, folder, key)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let opened = Opened::load(&web, &caller, &live).await?;
    let path = format!("{folder}/{key}.json");
    let json = opened.state.new.json(&path).map_err(|_| Error::NotFound)?;
    let documents = over_live_tables(&opened.state, &path);
    let own = |finding: &Finding| finding.file == path && finding.severity == Severity::Error;
    let mut response = if apps::check(&documents).findings.iter().any(own) {
        let texts = shell::texts(&caller);
        html(&PreviewPage {
            frame: shell::frame(texts, Some(&caller), &wants.path),
            title: opened.title(&path),
            form: None,
            note: texts.get("preview-after-publishing"),
        })?
    } else {
        let drafted = web.service.preview_app(&live, &documents).await?;
        let query = query.as_deref();
        match folder.as_str() {
            "views" => {
                let table = json["table"].as_str().unwrap_or_default();
                let asked =
                    format!("view={key}{}{}", if query.is_some() { "&" } else { "" }, query.unwrap_or_default());
                grid::draw(&web, &caller, &wants, &drafted, table, Some(&asked), true).await?
            }
            "reports" => report::draw(&web, &caller, &wants, &drafted, &key, query, true).await?,
            "dashboards" => dashboard::draw(&web, &caller, &wants, &drafted, &key, query, true).await?,
            _ => return Err(Error::NotFound.into()),
        }
    };
    response.extensions_mut().insert(Framed);
    Ok(response)
}

/// The published app with one document as it is drafted.
fn over_live_tables(state: &Draft, path: &str) -> Documents {
    let mut documents = state.old.clone();
    if let Some(text) = state.new.get(path) {
        // What cannot be set is found by the check.
        let _ = documents.set(path, text.to_owned());
    }
    documents
}

async fn answer(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    app: &str,
    name: &str,
    posted: Option<FormBody>,
) -> Result<Response> {
    let live = find::app(web, caller, app).await?;
    let opened = Opened::load(web, caller, &live).await?;
    let path = known(&opened.state, "form", name)?;
    let json = opened.state.new.json(&path).unwrap_or_default();
    let table = json["table"].as_str().unwrap_or_default().to_owned();
    let texts = shell::texts(caller);
    let documents = only(&opened.state.new, &path, &table);
    let checked = apps::check(&documents);
    if has_errors(&checked.findings) {
        return html(&PreviewPage {
            frame: shell::frame(texts, Some(caller), &wants.path),
            title: opened.title(&path),
            form: None,
            note: texts.get("preview-broken"),
        });
    }
    let drafted: Arc<LiveApp> = Arc::new(web.service.preview_app(&live, &documents).await?);
    form::preview(web, caller, wants, &drafted, &table, &format!("/build/{app}/forms/{name}/preview"), posted).await
}

/// The documents with this form as the only one of its table, for its members.
fn only(documents: &Documents, path: &str, table: &str) -> Documents {
    let mut only = documents.clone();
    let others: Vec<String> = documents.folder("forms").map(|(stem, _)| format!("forms/{stem}.json")).collect();
    for other in others {
        let Ok(mut json) = documents.json(&other) else { continue };
        if other == path {
            if let Some(members) = json.as_object_mut() {
                members.shift_remove("audience");
                members.shift_remove("public");
            }
            let _the_path_has_its_place = only.set(other, json.to_string());
        } else if json["table"] == table {
            only.remove(&other);
        }
    }
    only
}
