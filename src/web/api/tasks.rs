//! `/api/v1/tasks` and `/api/v1/cases`.

use super::answer::{app, app_by_id, parameters, respond};
use crate::{
    base::{
        error::FieldError,
        id::{CaseId, TaskId},
    },
    definition::flow::Resume,
    service::{
        Error,
        boxes::page_json,
        decide_task::{Decide, Decision, Steer},
        represent,
    },
    store::flows::{self, Narrowed, TaskBox},
    web::{
        Result, Web,
        body::{JsonBody, keyed},
        caller::Caller,
    },
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

const LIST: [&str; 8] = ["box", "app", "table", "record", "case", "q", "limit", "cursor"];

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &LIST)?;
    let reader = web.service.store.reader();
    if !caller.call.actor.token_allows("read", None) {
        return Err(Error::forbidden("forbidden").into());
    }
    let mut apps = web.service.live.all(&reader, caller.person.epoch).await?;
    apps.retain(|app| caller.call.actor.token_allows("read", Some(app.key())));
    let word = asked.get("box").unwrap_or("todo");
    let which = TaskBox::named(word).ok_or_else(|| {
        let options = TaskBox::ALL.map(TaskBox::as_str).join(", ");
        Error::Invalid(vec![FieldError::new("/box", "option").with("value", word).with("options", options)])
    })?;
    let of_app = match asked.get("app") {
        Some(key) => Some(app(&web, &caller, key).await?),
        None => None,
    };
    let table = match (asked.get("table"), &of_app) {
        (Some(table), Some(live)) => Some(live.schema.id_of(table).ok_or(Error::NotFound)?.0),
        (Some(_), None) => return Err(Error::invalid("/app", "required").into()),
        (None, _) => None,
    };
    let narrowed = Narrowed {
        app: of_app.map(|live| live.id.0),
        table,
        record: asked.number("record")?,
        case: asked.number("case")?,
        words: asked.get("q").map(str::to_owned),
    };
    let limit = asked.number("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Error::Invalid(vec![FieldError::new("/limit", "maximum").with("maximum", 200)]).into());
    }
    let limit = u64::try_from(limit).unwrap_or(50);
    let after = asked.number("cursor")?;
    let json = page_json(&reader, &caller.call, &apps, which, &narrowed, after, limit).await?;
    Ok(Json(json).into_response())
}

pub async fn get(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    let live = app_of_task(&web, &caller, TaskId(id)).await?;
    let reader = web.service.store.reader();
    let json = represent::task(&reader, &web.service, &caller.call, &live, TaskId(id)).await?;
    Ok(Json(json).into_response())
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Act {
    comment: Option<String>,
    values: Option<Value>,
    to_node: Option<String>,
    resume: Option<Resume>,
}

pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((id, op)): Path<(i64, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let Act { comment, values, to_node, resume } = body.parse()?;
    let decision = match op.as_str() {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        "resubmit" => Decision::Resubmit,
        "return" if to_node.as_deref().is_none_or(|node| node == crate::definition::flow::START) => {
            Decision::ReturnToStart(resume)
        }
        "return" => {
            let error = FieldError::new("/to_node", "option")
                .with("value", to_node.unwrap_or_default())
                .with("options", "start");
            return Err(Error::Invalid(vec![error]).into());
        }
        _ => return Err(Error::NotFound.into()),
    };
    let live = app_of_task(&web, &caller, TaskId(id)).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let decide = Decide { live, task: TaskId(id), decision, comment, values };
    Ok(respond(web.service.decide(call, decide).await?))
}

pub async fn case(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    let live = app_of_case(&web, &caller, CaseId(id)).await?;
    let reader = web.service.store.reader();
    let json = represent::case(&reader, &web.service, &caller.call, &live, CaseId(id)).await?;
    Ok(Json(json).into_response())
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SteerBody {
    comment: Option<String>,
    reason: Option<String>,
}

pub async fn steer(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((id, op)): Path<(i64, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let SteerBody { comment, reason } = body.parse()?;
    let withdraw = match op.as_str() {
        "withdraw" => true,
        "terminate" => false,
        _ => return Err(Error::NotFound.into()),
    };
    let live = app_of_case(&web, &caller, CaseId(id)).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let steer = Steer { live, case: CaseId(id), withdraw, comment: reason.or(comment) };
    Ok(respond(web.service.steer(call, steer).await?))
}

/// The app of a task's case.
///
/// # Errors
/// `NotFound`.
async fn app_of_task(web: &Web, caller: &Caller, id: TaskId) -> Result<std::sync::Arc<crate::service::LiveApp>> {
    let task = flows::task(&web.service.store.reader(), id).await?.ok_or(Error::NotFound)?;
    app_of_case(web, caller, CaseId(task.case_id)).await
}

async fn app_of_case(web: &Web, caller: &Caller, id: CaseId) -> Result<std::sync::Arc<crate::service::LiveApp>> {
    let case = flows::by_id(&web.service.store.reader(), id).await?.ok_or(Error::NotFound)?;
    app_by_id(web, caller, case.app_id).await
}
