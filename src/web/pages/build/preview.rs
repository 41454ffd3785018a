//! `/build/{app}/forms/{form}/preview`: the form as it will be, drawn by what draws every form. Nothing in it is saved.

use super::bench::{Opened, known};
use crate::{
    definition::{finding::has_errors, package::Documents},
    service::{LiveApp, apps},
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        middleware::Framed,
        pages::{find, form},
        shell,
        view::designer::PreviewPage,
    },
};
use axum::{
    extract::{Path, State},
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
