//! `/api/v1/apps/{app}/automations`: what runs by itself, its log, and the addresses at which others call it.

use super::answer;
use crate::{
    base::error::FieldError,
    service::{Error, automations::run_json, evolve::may_build},
    web::{Result, Web, body::JsonBody, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Runs of one page.
const PAGE: u64 = 50;
/// The largest call from outside in bytes.
pub const LARGEST_CALL: usize = 256 * 1024;

pub async fn list(State(web): State<Web>, caller: Caller, Path(app): Path<String>) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    may_build(&caller.call, &app)?;
    let latest = web.service.latest_runs(&live).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let mut items: Vec<Value> = Vec::new();
    for automation in face.automations.values() {
        let hook = web.service.hook_of(&live, &automation.key).await?;
        let run = latest.get(&automation.key);
        items.push(json!({
            "key": automation.key, "title": automation.title, "table": automation.table, "on": automation.on,
            "enabled": automation.enabled, "has_address": hook.is_some(),
            "last_run": run.map(|run| json!({"id": run.id, "outcome": run.outcome})),
        }));
    }
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

pub async fn runs(
    State(web): State<Web>,
    caller: Caller,
    Path((app, automation)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    may_build(&caller.call, &app)?;
    let asked = answer::parameters(pairs, &["cursor", "outcome"])?;
    let before = asked.number("cursor")?;
    let outcome = asked.get("outcome");
    if outcome.is_some_and(|outcome| !matches!(outcome, "done" | "failed")) {
        let error = FieldError::new("/outcome", "option").with("options", "done, failed");
        return Err(Error::Invalid(vec![error]).into());
    }
    let mut found = web.service.automation_runs(&live, &automation, outcome, before, PAGE + 1).await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|logged| logged.run.id.to_string());
    let items: Vec<Value> = found.iter().map(|logged| run_json(&live, logged)).collect();
    Ok(Json(json!({"items": items, "next": next})).into_response())
}

pub async fn retry(
    State(web): State<Web>,
    caller: Caller,
    Path((app, automation, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    may_build(&caller.call, &app)?;
    let done = web.service.retry_run(caller.call.clone(), &live, &automation, id).await?;
    Ok(Json(done).into_response())
}

/// Opens or renews the address; its token is shown this once.
pub async fn open_hook(
    State(web): State<Web>,
    caller: Caller,
    Path((app, automation)): Path<(String, String)>,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    may_build(&caller.call, &app)?;
    let token = web.service.open_hook(caller.call.clone(), &live, &automation).await?;
    let path = format!("/hooks/{token}");
    let url = web.settings.public_url.as_deref().map(|base| format!("{}{path}", base.trim_end_matches('/')));
    let body = json!({"token": token, "path": path, "url": url});
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

pub async fn close_hook(
    State(web): State<Web>,
    caller: Caller,
    Path((app, automation)): Path<(String, String)>,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    may_build(&caller.call, &app)?;
    web.service.close_hook(caller.call.clone(), &live, &automation).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A call from another program: nobody is signed in, the token says all.
pub async fn call(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    if body.bytes.len() > LARGEST_CALL {
        return Err(Error::TooLarge { code: "too_large_body".into(), params: Default::default() }.into());
    }
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).filter(|key| !key.is_empty());
    let done = web.service.call_hook(&token, &body.json, key).await?;
    Ok(answer::respond(done))
}
