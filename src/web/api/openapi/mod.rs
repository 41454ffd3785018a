//! `/api/v1/openapi.json`: the fixed operations, and for whoever is signed in the tables of their apps from their own schemas.

mod building;
mod describe;
mod operations;
mod schemas;
mod tables;

use crate::web::{Result, Web, caller::Caller};
use axum::{
    Json,
    extract::{OptionalFromRequestParts, State},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use tables::Readable;

const BASE: &str = "/api/v1";

/// The caller, if there is one: the document is there for everybody.
pub struct MaybeCaller(Option<Caller>);

impl<S: Send + Sync> OptionalFromRequestParts<S> for MaybeCaller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> std::result::Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Caller>().cloned().map(|caller| Self(Some(caller))))
    }
}

pub async fn show(State(web): State<Web>, caller: Option<MaybeCaller>) -> Result<Response> {
    let readable = match caller.and_then(|caller| caller.0) {
        Some(caller) => tables::readable(&web, &caller).await?,
        None => Readable::default(),
    };
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations::all() {
        for (path, description) in describe::everywhere(&operation, &readable) {
            let methods = paths.entry(format!("{BASE}{path}")).or_insert_with(|| json!({}));
            methods[operation.method] = description;
        }
    }
    let mut schemas = schemas::fixed();
    schemas.extend(readable.schemas());
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Formwork", "version": env!("CARGO_PKG_VERSION")},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {
                "description": "What happened, why, and what to do, in the caller's language",
                "content": {"application/problem+json": {"schema": reference("Problem")}},
            }},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "formwork"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    });
    Ok(Json(document).into_response())
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
