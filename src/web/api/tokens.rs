//! `/api/v1/tokens`: a person's own.

use crate::{
    base::time::Timestamp,
    service::Error,
    store::tokens,
    web::{Result, Web, body::JsonBody, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Response> {
    let rows = tokens::of_user(&web.service.store.reader(), caller.call.actor.user).await?;
    let items: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            let time = |at: Option<i64>| at.map(|at| Timestamp(at).to_rfc3339());
            json!({
                "id": row.id, "name": row.name, "scopes": row.scopes, "created_at": time(Some(row.created_at)),
                "expires_at": time(row.expires_at), "last_used_at": time(row.last_used_at),
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    scopes: Scopes,
    #[serde(default)]
    expires_at: Option<String>,
}

/// `"read write"` or `["read", "write"]`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scopes {
    Text(String),
    List(Vec<String>),
}

pub async fn create(State(web): State<Web>, caller: Caller, body: JsonBody) -> Result<Response> {
    // A token makes no tokens: whoever holds one could never be got rid of.
    if caller.by_token {
        return Err(Error::forbidden("session_needed").into());
    }
    let Create { name, scopes, expires_at } = body.parse()?;
    let scopes = match scopes {
        Scopes::Text(text) => text,
        Scopes::List(words) => words.join(" "),
    };
    let expires_at = match expires_at {
        None => None,
        Some(text) => Some(Timestamp::parse_rfc3339(&text).ok_or_else(|| {
            Error::Invalid(vec![
                crate::base::error::FieldError::new("/expires_at", "type").with("expected", "datetime"),
            ])
        })?),
    };
    let made = web.service.create_token(caller.call.actor.user, &name, &scopes, expires_at).await?;
    let body = json!({
        "id": made.id, "name": name, "scopes": scopes, "token": made.secret,
        "expires_at": expires_at.map(Timestamp::to_rfc3339),
    });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

pub async fn revoke(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    web.service.revoke_token(&caller.call, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
