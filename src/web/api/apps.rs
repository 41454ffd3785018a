//! `/api/v1/apps`: list, import, export, definition, settings.

use super::{
    answer::{app, parameters},
    builder::{checked_json, refusal},
};
use crate::{
    definition::{
        finding::{Severity, has_errors},
        merge::Decisions,
        package::Documents,
    },
    service::{
        Error,
        app_export::Data,
        apps::{ImportError, check},
        evolve::{Published, may_build, publish::upgraded, upgrade::Wanted},
        permits::Rights,
        scenarios::Stand,
        templates,
    },
    web::{Failure, Result, Web, body::JsonBody, caller::Caller, extract::Wants, scenarios, shell},
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tokio_util::io::ReaderStream;

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

/// The body is a `.fwapp`; a dry run answers the inspection and changes nothing.
pub async fn import(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Query(pairs): Query<Vec<(String, String)>>,
    request: Request,
) -> Result<Response> {
    let asked = parameters(pairs, &["dry_run", "mode", "samples", "fingerprint", "confirm", "in_spite", "decisions"])?;
    let upgrade = match asked.get("mode") {
        None | Some("new") => false,
        Some("upgrade") => true,
        Some(other) => {
            let error = crate::base::error::FieldError::new("/mode", "option").with("value", other);
            return Err(Error::Invalid(vec![error.with("options", "new, upgrade")]).into());
        }
    };
    let (dry_run, samples) = (asked.flag("dry_run")?, asked.flag("samples")?);
    let bytes = to_bytes(request.into_body(), templates::LARGEST)
        .await
        .map_err(|_| Failure(Error::TooLarge { code: "too_large_body".into(), params: Default::default() }))?;
    let documents = templates::unpack(bytes).await?;
    if upgrade {
        let decisions = match asked.get("decisions") {
            Some(text) => serde_json::from_str(text).map_err(|_| Error::invalid("/decisions", "malformed"))?,
            None => Decisions::new(),
        };
        let wanted = Wanted {
            decisions,
            fingerprint: asked.get("fingerprint").map(str::to_owned),
            confirmed: asked.flag("confirm")?,
            in_spite: asked.get("in_spite").map(str::to_owned),
        };
        return self::upgrade(&web, &caller, &wants, &documents, wanted, dry_run).await;
    }
    if dry_run {
        return Ok(Json(inspection(&web, &caller, &documents).await?).into_response());
    }
    let in_spite = asked.get("in_spite");
    match web.service.import_tried(&caller.call, documents, samples, in_spite).await {
        Ok(done) => {
            let body = json!({
                "app": done.key, "title": done.title, "version": done.version, "tables": done.tables, "rows": done.rows,
            });
            Ok((StatusCode::CREATED, Json(body)).into_response())
        }
        Err(refused) => refusal(&caller, &wants, refused),
    }
}

/// The next version of a template is merged into the app that came from it, and published by the same way as a draft.
async fn upgrade(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    documents: &Documents,
    wanted: Wanted,
    dry_run: bool,
) -> Result<Response> {
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    let installed = upgraded(&live, documents)?;
    if dry_run {
        let planned = web.service.plan_upgrade(&caller.call, installed, documents, &wanted.decisions).await?;
        let mut body = checked_json(web, caller, &planned.checked).await?;
        body["from"] = planned.from.into();
        body["to"] = planned.to.into();
        body["open"] = planned.merged.open().into();
        body["conflicts"] = json!(planned.merged.conflicts);
        return Ok(Json(body).into_response());
    }
    answer(caller, wants, installed.key(), web.service.upgrade(&caller.call, installed, documents, wanted).await)
}

fn answer(
    caller: &Caller,
    wants: &Wants,
    key: &str,
    done: std::result::Result<Published, ImportError>,
) -> Result<Response> {
    match done {
        Ok(done) => {
            let body = json!({"app": key, "live_version": done.number, "version": done.version, "steps": done.steps});
            Ok(Json(body).into_response())
        }
        Err(refused) => refusal(caller, wants, refused),
    }
}

/// Puts back what the last upgrade replaced.
pub async fn undo_upgrade(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    answer(&caller, &wants, &key, web.service.undo_upgrade(&caller.call, &live).await)
}

/// What a package holds: for whoever decides whether to import it.
async fn inspection(web: &Web, caller: &Caller, documents: &Documents) -> Result<Value> {
    let checked = check(documents);
    let stand = match has_errors(&checked.findings) {
        true => None,
        false => Some(web.service.scenarios_soon(documents).await?),
    };
    let green = matches!(&stand, Some(Stand::Ended(run)) if run.red() == 0);
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut body = json!({
        "importable": green,
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
    }
    body["scenarios"] = stand.map_or(Value::Null, |stand| scenarios::json(shell::texts(caller), &stand));
    Ok(body)
}

/// What waits between whoever writes a package and whoever takes it, in bytes.
const HELD: usize = 256 * 1024;

/// The live version as a package, with the rows that were asked for.
pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path(key): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["data"])?;
    let data = match asked.get("data") {
        None => Data::None,
        Some(name) => Data::named(name).ok_or_else(|| {
            let error = crate::base::error::FieldError::new("/data", "option").with("value", name);
            Error::Invalid(vec![error.with("options", "none, seed, all")])
        })?,
    };
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let (out, taken) = tokio::io::duplex(HELD);
    let (service, call, writing) = (web.service.clone(), caller.call.clone(), live.clone());
    tokio::spawn(async move {
        // A package that breaks off has no end, and no reader takes it for a whole one.
        if let Err(error) = service.write_package(&call, &writing, data, out).await {
            tracing::warn!(%error, "an export broke off");
        }
    });
    let mut response = Body::from_stream(ReaderStream::with_capacity(taken, HELD)).into_response();
    let version = &live.app().manifest.version;
    let name = format!("attachment; filename=\"{key}-{version}.fwapp\"");
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
