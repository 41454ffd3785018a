//! `/api/v1/apps/{app}/tables/{table}/records`.

use super::answer::{app, if_match, parameters, respond};
use crate::{
    base::id::RecordId,
    service::{
        Answer, Error,
        aggregate::{AggregateRequest, aggregate_json},
        batch::{Batch, New, Old, Update},
        press_button::Press,
        records::{COUNTED, ListRequest, list_json},
        represent,
        save_record::{Create, Edit},
    },
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
use serde_json::{Value, json};

const AGGREGATE: [&str; 8] = ["group", "measure", "having", "filter", "q", "view", "sort", "limit"];
const LIST: [&str; 7] = ["filter", "q", "sort", "limit", "cursor", "view", "count"];

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &LIST)?;
    let live = app(&web, &caller, &key).await?;
    let request = ListRequest {
        view: asked.get("view").map(str::to_owned),
        filter: asked.json("filter")?,
        search: asked.get("q").map(str::to_owned),
        sort: asked.get("sort").map(str::to_owned),
        limit: asked.number("limit")?.map(|limit| u64::try_from(limit).unwrap_or(0)),
        cursor: asked.get("cursor").map(str::to_owned),
        hops: Vec::new(),
        count: asked.flag("count")?.then_some(COUNTED),
    };
    let json = list_json(&web.service.store.reader(), &caller.call, &live, &table, &request).await?;
    Ok(Json(json).into_response())
}

pub async fn aggregate(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &AGGREGATE)?;
    let live = app(&web, &caller, &key).await?;
    let request = AggregateRequest {
        action: None,
        view: asked.get("view").map(str::to_owned),
        filter: asked.json("filter")?,
        search: asked.get("q").map(str::to_owned),
        group: asked.get("group").unwrap_or_default().to_owned(),
        measure: asked.get("measure").unwrap_or("count()").to_owned(),
        having: asked.json("having")?,
        sort: asked.get("sort").map(str::to_owned),
        limit: asked.number("limit")?.map(|limit| u64::try_from(limit).unwrap_or(0)),
    };
    let json = aggregate_json(&web.service.store.reader(), &caller.call, &live, &table, &request).await?;
    Ok(Json(json).into_response())
}

pub async fn get(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let reader = web.service.store.reader();
    let json = represent::record(&reader, &web.service, &caller.call, &live, &table, RecordId(id)).await?;
    Ok(respond(Answer::new(200, json)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    values: Value,
    #[serde(default)]
    submit: bool,
}

pub async fn create(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let Write { values, submit } = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    Ok(respond(web.service.create_record(call, Create { live, table, values, submit }).await?))
}

pub async fn edit(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let Write { values, submit } = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::PATCH, uri.path(), &headers, &body.bytes)?;
    let edit = Edit { live, table, id: RecordId(id), values, version: if_match(&headers)?, submit };
    Ok(respond(web.service.edit_record(call, edit).await?))
}

pub async fn delete(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::DELETE, uri.path(), &headers, b"")?;
    let version = if_match(&headers)?;
    let edit = Edit { live, table, id: RecordId(id), values: json!({}), version, submit: false };
    Ok(respond(web.service.delete_record(call, edit).await?))
}

/// `{"create": [{"values"}], "update": [{"id", "version"?, "values"}], "delete": [{"id", "version"?}]}`; an id alone deletes too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WriteMany {
    create: Vec<Write>,
    update: Vec<Changed>,
    delete: Vec<Gone>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    id: i64,
    #[serde(default)]
    version: Option<i64>,
    values: Value,
    #[serde(default)]
    submit: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Gone {
    Id(i64),
    Read {
        id: i64,
        #[serde(default)]
        version: Option<i64>,
    },
}

pub async fn batch(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let many: WriteMany = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let old = |id, version| Old { id: RecordId(id), version };
    let create = many.create.into_iter().map(|new| New { values: new.values, submit: new.submit });
    let update = many.update.into_iter().map(|item| Update {
        old: old(item.id, item.version),
        values: item.values,
        submit: item.submit,
    });
    let delete = many.delete.into_iter().map(|item| match item {
        Gone::Id(id) => old(id, None),
        Gone::Read { id, version } => old(id, version),
    });
    let batch = Batch {
        live,
        table,
        delete: delete.collect(),
        restore: Vec::new(),
        update: update.collect(),
        create: create.collect(),
    };
    Ok(respond(web.service.batch(call, batch).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit {
    #[serde(default)]
    flow: Option<String>,
}

pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let Submit { flow } = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let own = live.app().submit_flow(&table).map(|flow| flow.key.clone());
    if own.is_none() || flow.is_some_and(|flow| Some(flow) != own) {
        return Err(Error::conflict("no_flow").into());
    }
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let edit = Edit { live, table, id: RecordId(id), values: json!({}), version: if_match(&headers)?, submit: true };
    Ok(respond(web.service.edit_record(call, edit).await?))
}

/// Presses a button of a record.
pub async fn press(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id, button)): Path<(String, String, i64, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let press = Press { live, table, id: RecordId(id), button, version: if_match(&headers)? };
    Ok(respond(web.service.press_button(call, press).await?))
}

/// Brings a record back from the trash.
pub async fn restore(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let version = if_match(&headers)?;
    let edit = Edit { live, table, id: RecordId(id), values: json!({}), version, submit: false };
    Ok(respond(web.service.restore_record(call, edit).await?))
}

/// What was done to a record, newest first.
pub async fn history(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table, id)): Path<(String, String, i64)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["cursor"])?;
    let live = app(&web, &caller, &key).await?;
    let before = asked.number("cursor")?;
    let reader = web.service.store.reader();
    let json = crate::service::history::page(&reader, &caller.call, &live, &table, RecordId(id), before).await?;
    Ok(Json(json).into_response())
}
