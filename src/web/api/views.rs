//! `/api/v1/apps/{app}/tables/{table}/views`: the views that a person may open a list with, and those they saved; and
//! `/api/v1/apps/{app}/views/{view}`: what one shows.

use super::answer::{app, parameters, respond};
use crate::{
    service::{
        permits::Rights,
        view_page::view_page,
        views::{Act, Edit, of_table, to_json},
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

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let views = of_table(&reader, &rights, &table).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let defined = face.views.values().filter(|view| view.table == table);
    let defined = defined.map(|view| json!({"id": view.key, "title": view.title, "shared": true, "editable": false}));
    let items: Vec<Value> = defined.chain(views.saved.iter().map(to_json)).collect();
    Ok(Json(json!({"items": items, "next": null, "first": views.first})).into_response())
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path((key, view)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["limit", "cursor"])?;
    let live = app(&web, &caller, &key).await?;
    let limit = asked.number("limit")?.map(|limit| u64::try_from(limit).unwrap_or(0));
    let cursor = asked.get("cursor").map(str::to_owned);
    let json = view_page(&web.service.store.reader(), &caller.call, &live, &view, limit, cursor).await?;
    Ok(Json(json).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    title: String,
    #[serde(default)]
    shared: bool,
    view: Value,
}

pub async fn create(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let New { title, shared, view } = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let edit = Edit { live, table, act: Act::Create { title, shared, view } };
    Ok(respond(web.service.edit_views(call, edit).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    shared: Option<bool>,
    #[serde(default)]
    view: Option<Value>,
}

pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let Change { title, shared, view } = body.parse()?;
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::PATCH, uri.path(), &headers, &body.bytes)?;
    let edit = Edit { live, table, act: Act::Change { id, title, shared, view } };
    Ok(respond(web.service.edit_views(call, edit).await?))
}

pub async fn remove(
    State(web): State<Web>,
    caller: Caller,
    uri: Uri,
    Path((key, table, id)): Path<(String, String, i64)>,
    headers: HeaderMap,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let call = keyed(&caller, &Method::DELETE, uri.path(), &headers, b"")?;
    Ok(respond(web.service.edit_views(call, Edit { live, table, act: Act::Remove { id } }).await?))
}
