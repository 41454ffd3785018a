//! `/api/v1/apps`: list, import, export, definition, settings.

use super::{
    answer::{app, parameters},
    builder::{checked_json, refusal},
};
use crate::{
    definition::{
        finding::{Severity, has_errors},
        package::{Documents, Limits},
    },
    service::{
        Error,
        apps::check,
        evolve::{Publish, publish::upgraded},
        live::to_documents,
        permits::Rights,
    },
    store::apps,
    web::{Failure, Result, Web, body::JsonBody, caller::Caller, extract::Wants},
};
use axum::{
    Json,
    body::to_bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The apps in which the person has a role; the main administrator sees all.
pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Response> {
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    let actor = &caller.call.actor;
    let items: Vec<Value> = live
        .iter()
        .filter(|app| actor.is_main_administrator || actor.roles_in(app.key()).next().is_some())
        .map(|app| {
            let manifest = &app.face(&actor.locale).app.manifest;
            json!({
                "key": app.key(), "title": manifest.title, "description": manifest.description,
                "version": manifest.version, "live_version": app.version,
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

/// The largest package in bytes.
const LARGEST_PACKAGE: usize = 64 * 1024 * 1024;

/// The body is a `.fwapp`; a dry run answers the inspection and changes nothing.
pub async fn import(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Query(pairs): Query<Vec<(String, String)>>,
    request: Request,
) -> Result<Response> {
    let asked = parameters(pairs, &["dry_run", "mode", "samples", "fingerprint", "confirm"])?;
    let upgrade = match asked.get("mode") {
        None | Some("new") => false,
        Some("upgrade") => true,
        Some(other) => {
            let error = crate::base::error::FieldError::new("/mode", "option").with("value", other);
            return Err(Error::Invalid(vec![error.with("options", "new, upgrade")]).into());
        }
    };
    let (dry_run, samples) = (asked.flag("dry_run")?, asked.flag("samples")?);
    let bytes = to_bytes(request.into_body(), LARGEST_PACKAGE)
        .await
        .map_err(|_| Failure(Error::TooLarge { code: "too_large_body".into(), params: Default::default() }))?;
    let unpacked = tokio::task::spawn_blocking(move || Documents::from_zip(&bytes, &Limits::default()))
        .await
        .map_err(|error| Error::internal(error.to_string()))?;
    let documents = unpacked.map_err(|error| Error::malformed(error.finding().to_string()))?;
    if upgrade {
        let publish = Publish {
            fingerprint: asked.get("fingerprint").map(str::to_owned),
            confirmed: asked.flag("confirm")?,
            note: None,
            instead: Some(documents),
        };
        return self::upgrade(&web, &caller, &wants, publish, dry_run).await;
    }
    if dry_run {
        return Ok(Json(inspection(&documents)).into_response());
    }
    match web.service.import_app(&caller.call, documents, samples).await {
        Ok(done) => {
            let body = json!({
                "app": done.key, "title": done.title, "version": done.version, "tables": done.tables, "rows": done.rows,
            });
            Ok((StatusCode::CREATED, Json(body)).into_response())
        }
        Err(refused) => refusal(&caller, &wants, refused),
    }
}

/// The definitions of an installed app are replaced by a package's, by the same way as a draft is published.
async fn upgrade(web: &Web, caller: &Caller, wants: &Wants, publish: Publish, dry_run: bool) -> Result<Response> {
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    let Some(documents) = &publish.instead else { return Err(Error::NotFound.into()) };
    let installed = upgraded(&live, documents)?;
    if dry_run {
        let checked = web.service.check_draft(&caller.call, installed, Some(documents)).await?;
        return Ok(Json(checked_json(caller, &checked)).into_response());
    }
    match web.service.publish(&caller.call, installed, publish).await {
        Ok(done) => {
            let body = json!({
                "app": installed.key(), "live_version": done.number, "version": done.version, "steps": done.steps,
            });
            Ok(Json(body).into_response())
        }
        Err(refused) => refusal(caller, wants, refused),
    }
}

/// What a package holds: for whoever decides whether to import it.
fn inspection(documents: &Documents) -> Value {
    let checked = check(documents);
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut body = json!({
        "importable": checked.app.is_some() && !has_errors(&checked.findings),
        "errors": errors, "findings": checked.findings,
    });
    if let Some(app) = checked.app {
        body["app"] = json!({"key": app.manifest.key, "title": app.manifest.title, "version": app.manifest.version});
        body["tables"] = app.tables.values().map(|table| json!({"key": table.key, "title": table.title})).collect();
        body["flows"] = app.flows.values().map(|flow| json!({"key": flow.key, "title": flow.title})).collect();
        body["roles"] = app
            .roles
            .values()
            .map(|role| json!({"key": role.key, "title": role.title, "grants": role.grants}))
            .collect();
        body["scenarios"] = app.scenarios.len().into();
    }
    body
}

/// The live version as a package, without data.
pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path(key): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["data"])?;
    if asked.get("data").is_some_and(|data| data != "none") {
        let error = crate::base::error::FieldError::new("/data", "option").with("options", "none");
        return Err(Error::Invalid(vec![error]).into());
    }
    let live = app(&web, &caller, &key).await?;
    let reader = web.service.store.reader();
    let (_, stored) = apps::version(&reader, live.id, live.version).await?.ok_or(Error::NotFound)?;
    let mut documents = to_documents(stored)?;
    let carried: Vec<String> = documents.iter().map(|(path, _)| path.to_owned()).collect();
    for path in carried.iter().filter(|path| path.starts_with("demo/")) {
        documents.remove(path);
    }
    let bytes = documents.to_zip().map_err(|error| Error::internal(error.to_string()))?;
    let mut response = bytes.into_response();
    let name = format!("attachment; filename=\"{key}.fwapp\"");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// What the person may use of an app: its tables with the fields and actions they have somewhere.
pub async fn definition(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    use crate::{access::Visibility, definition::role::Action};
    let live = app(&web, &caller, &key).await?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let mut tables = Map::new();
    for table in face.tables.values() {
        let Ok(permit) = rights.permit(&table.key, Action::View) else { continue };
        let fields: Vec<Value> = table
            .fields
            .values()
            .filter(|field| permit.visibility(&field.key) != Visibility::Never)
            .map(|field| json!({"key": field.key, "title": field.title, "kind": field.kind.name(), "required": field.required}))
            .collect();
        let actions: Vec<&str> = Action::ALL
            .iter()
            .filter(|action| rights.permit(&table.key, **action).is_ok())
            .map(|action| action.as_str())
            .collect();
        tables.insert(table.key.clone(), json!({"title": table.title, "fields": fields, "actions": actions}));
    }
    if tables.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(Json(json!({"app": key, "title": face.manifest.title, "version": live.version, "tables": tables}))
        .into_response())
}

pub async fn settings(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let stored = crate::store::settings::of_app(&web.service.store.reader(), live.id).await?;
    let manifest = &live.face(&caller.call.actor.locale).app.manifest;
    let values: Map<String, Value> = manifest
        .settings
        .iter()
        .map(|(key, setting)| {
            let value = stored.get(key).unwrap_or(&setting.default);
            (
                key.clone(),
                json!({"value": value, "default": setting.default, "title": setting.title, "type": setting.kind}),
            )
        })
        .collect();
    Ok(Json(Value::Object(values)).into_response())
}

pub async fn put_settings(
    State(web): State<Web>,
    caller: Caller,
    Path(key): Path<String>,
    body: JsonBody,
) -> Result<Response> {
    let values: HashMap<String, String> = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    web.service.put_settings(&caller.call, &live, values).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
