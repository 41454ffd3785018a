//! `/api/v1/apps/{app}/draft`, `/publish`, `/versions`, `/removed-fields`: building an app.

use super::answer::{app, if_match, parameters};
use crate::{
    base::{id::ColumnId, time::Timestamp},
    definition::{app::App, evolution::Rename, finding::Finding, package::parse_json, translation},
    service::{
        Error,
        apps::ImportError,
        evolve::{
            Checked, Drafted, Outcome, Publish,
            draft::{State as Draft, address_of, path_of},
            may_build,
        },
    },
    store::people,
    web::{
        Result, Web,
        body::JsonBody,
        caller::Caller,
        evolution::{Words, outcome_word},
        extract::Wants,
        scenarios, shell,
    },
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The documents that differ from the live version.
pub async fn list(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let state = Draft::load(&web.service.store.reader(), &live).await?;
    let items: Vec<Value> = state
        .changed
        .iter()
        .map(|row| {
            let (kind, name) = address_of(&row.path).unwrap_or_default();
            json!({
                "kind": kind, "key": name, "path": row.path, "revision": row.id, "removed": row.text.is_none(),
                "updated_by": row.updated_by, "updated_at": Timestamp(row.updated_at).to_rfc3339(),
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null, "live_version": state.live_version, "renames": state.renames}))
        .into_response())
}

/// Makes the whole draft be the live version.
pub async fn discard_all(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    web.service.discard_draft(&caller.call, &live, None, None).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn shown(document: &Drafted, findings: Option<&[Finding]>) -> Response {
    let (kind, key) = address_of(&document.path).unwrap_or_default();
    let content = document.text.as_deref().map_or(Value::Null, |text| match document.path.ends_with(".json") {
        true => parse_json(text).unwrap_or_else(|_| text.into()),
        false => json!({"text": text}),
    });
    let mut body = json!({
        "kind": kind, "key": key, "path": document.path, "document": content, "revision": document.revision,
        "changed": document.changed.map(|(by, at)| json!({"by": by.0, "at": at.to_rfc3339()})),
    });
    if let Some(findings) = findings {
        body["findings"] = json!(findings);
    }
    let mut response = Json(body).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", document.revision)) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

pub async fn get(
    State(web): State<Web>,
    caller: Caller,
    Path((key, kind, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let path = path_of(&kind, &name)?;
    let state = Draft::load(&web.service.store.reader(), &live).await?;
    let document = state.document(&path).filter(|document| document.text.is_some()).ok_or(Error::NotFound)?;
    Ok(shown(&document, None))
}

pub async fn put(
    State(web): State<Web>,
    caller: Caller,
    Path((key, kind, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let path = path_of(&kind, &name)?;
    let text = if path.ends_with(".json") {
        // As it was sent: a member named twice must not get lost by reading it leniently.
        String::from_utf8_lossy(&body.bytes).into_owned()
    } else {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rules {
            text: String,
        }
        body.parse::<Rules>()?.text
    };
    let expected = if_match(&headers)?;
    let (document, findings) = web.service.put_draft(&caller.call, &live, path, Some(text), expected).await?;
    Ok(shown(&document, Some(&findings)))
}

/// The document is removed by the next publishing; one that only the draft has is dropped at once.
pub async fn remove(
    State(web): State<Web>,
    caller: Caller,
    Path((key, kind, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let path = path_of(&kind, &name)?;
    web.service.put_draft(&caller.call, &live, path, None, if_match(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What the API answers about a plan.
pub async fn checked_json(web: &Web, caller: &Caller, checked: &Checked) -> Result<Value> {
    let locale = &caller.call.actor.locale;
    let read = |documents| App::parse(&translation::translate(documents, locale).documents).ok();
    let (old, new) = (read(&checked.state.old), read(&checked.state.new));
    let words = Words { texts: shell::texts(caller), old: old.as_ref(), new: new.as_ref() };
    let difference: Vec<Value> =
        checked.state.difference().iter().map(|difference| words.difference_json(difference)).collect();
    let scenarios = match checked.errors() {
        0 => scenarios::json(words.texts, &web.service.scenarios_soon(&checked.state.new).await?),
        _ => Value::Null,
    };
    Ok(json!({
        "publishable": checked.publishable(), "outcome": outcome_word(checked.outcome()),
        "must_confirm": checked.outcome() == Outcome::Loses,
        "fingerprint": checked.fingerprint, "live_version": checked.state.live_version, "version": checked.next_version,
        "errors": checked.errors(), "findings": checked.findings, "difference": difference,
        "plan": checked.steps.iter().map(|step| words.step_json(step)).collect::<Vec<_>>(),
        "running_cases": checked.running.iter().map(|(flow, count)| json!({"flow": flow, "count": count})).collect::<Vec<_>>(),
        "scenarios": scenarios,
    }))
}

pub async fn check(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let checked = web.service.check_draft(&caller.call, &live, None).await?;
    Ok(Json(checked_json(&web, &caller, &checked).await?).into_response())
}

pub async fn rename(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    body: JsonBody,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let rename: Rename = body.parse()?;
    match web.service.rename_in_draft(&caller.call, &live, rename).await {
        Ok(changed) => Ok(Json(json!({"changed": changed})).into_response()),
        Err(refused) => refusal(&caller, &wants, refused),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    fingerprint: Option<String>,
    /// Losing data is meant.
    #[serde(default)]
    confirm: bool,
    #[serde(default)]
    note: Option<String>,
    /// Why it is published though scenarios fail.
    #[serde(default)]
    in_spite: Option<String>,
}

pub async fn publish(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    body: JsonBody,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let Wanted { fingerprint, confirm, note, in_spite } = body.parse()?;
    let publish = Publish { fingerprint, confirmed: confirm, note, in_spite, ..Publish::default() };
    match web.service.publish(&caller.call, &live, publish).await {
        Ok(done) => {
            Ok(Json(json!({"app": key, "live_version": done.number, "version": done.version, "steps": done.steps}))
                .into_response())
        }
        Err(refused) => refusal(&caller, &wants, refused),
    }
}

/// Findings as a problem; other refusals as they are.
///
/// # Errors
/// The refusal itself.
pub fn refusal(caller: &Caller, wants: &Wants, refused: ImportError) -> Result<Response> {
    match refused {
        ImportError::Refused(error) => Err(error.into()),
        ImportError::Findings(findings) => {
            let texts = wants.texts(Some(caller));
            let body = json!({
                "type": "urn:formwork:problem:invalid", "title": "Unprocessable Entity", "status": 422, "code": "invalid",
                "detail": texts.get("error-invalid"), "request_id": caller.call.request_id,
                "errors": findings.iter().map(|finding| json!({
                    "path": format!("/{}#{}", finding.file, finding.path), "code": "definition",
                    "message": finding.message, "params": {"suggestion": finding.suggestion},
                })).collect::<Vec<_>>(),
            });
            let mut response = (StatusCode::UNPROCESSABLE_ENTITY, body.to_string()).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            Ok(response)
        }
    }
}

/// Versions of a page.
const PAGE: u64 = 50;

pub async fn versions(
    State(web): State<Web>,
    caller: Caller,
    Path(key): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["cursor"])?;
    let live = app(&web, &caller, &key).await?;
    let mut rows = web.service.versions(&caller.call, &live, asked.number("cursor")?, PAGE).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.number.to_string());
    let by: Vec<_> = rows.iter().filter_map(|row| row.published_by).collect();
    let people = people::users(&web.service.store.reader(), &by).await?;
    let items: Vec<Value> = rows
        .iter()
        .map(|row| {
            let name =
                people.iter().find(|user| Some(user.id) == row.published_by.map(|by| by.0)).map(|user| &user.name);
            json!({
                "number": row.number, "version": row.version, "live": row.number == live.version, "note": row.note,
                "published_by": row.published_by.map(|by| by.0), "published_by_name": name,
                "published_at": row.published_at.to_rfc3339(),
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": next})).into_response())
}

/// What differs from one version to another; to the live one where nothing else is said.
pub async fn compare(
    State(web): State<Web>,
    caller: Caller,
    Path((key, number)): Path<(String, i64)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["to"])?;
    let live = app(&web, &caller, &key).await?;
    let to = asked.number("to")?.unwrap_or(live.version);
    let differences = web.service.compare_versions(&caller.call, &live, number, to).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let words = Words { texts: shell::texts(&caller), old: Some(face), new: Some(face) };
    let items: Vec<Value> = differences.iter().map(|difference| words.difference_json(difference)).collect();
    Ok(Json(json!({"from": number, "to": to, "difference": items})).into_response())
}

pub async fn restore(
    State(web): State<Web>,
    caller: Caller,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let changed = web.service.restore_version(&caller.call, &live, number).await?;
    Ok(Json(json!({"changed": changed})).into_response())
}

/// The trash of fields.
pub async fn removed(State(web): State<Web>, caller: Caller, Path(key): Path<String>) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let fields = web.service.removed_fields(&caller.call, &live).await?;
    let items: Vec<Value> = fields
        .iter()
        .map(|removed| {
            let field = &removed.field;
            json!({
                "id": field.column.0, "table": field.place.table, "lines": field.place.lines, "key": field.key,
                "title": removed.title, "kind": field.kind, "rows": removed.rows, "converted": field.converted,
                "restorable": removed.restorable, "removed_at": field.retired_at.to_rfc3339(),
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

pub async fn restore_field(
    State(web): State<Web>,
    caller: Caller,
    Path((key, id)): Path<(String, i64)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let path = web.service.restore_field(&caller.call, &live, ColumnId(id)).await?;
    Ok(Json(json!({"path": path})).into_response())
}
