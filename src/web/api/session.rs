//! `/api/v1/session` and `/api/v1/me`.

use crate::{
    service::Error,
    web::{
        Result, Web,
        body::JsonBody,
        caller::{Caller, open_session},
    },
};
use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::net::SocketAddr;
use tower_sessions::Session;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

pub async fn open(State(web): State<Web>, session: Session, request: Request) -> Result<Response> {
    let address = request.extensions().get::<SocketAddr>().map(|address| address.ip().to_string());
    let body = <JsonBody as axum::extract::FromRequest<()>>::from_request(request, &()).await?;
    let Credentials { login, password, code } = body.parse()?;
    if code.is_some() {
        // No second factor is set up for anybody yet, so a code cannot be right.
        return Err(Error::invalid("/code", "unexpected_code").into());
    }
    let signed_in = web.service.sign_in(&login, &password, address.as_deref()).await?;
    open_session(&session, signed_in).await?;
    let person = web.service.person(&web.service.store.reader(), signed_in.user).await?.ok_or(Error::NotFound)?;
    let expires = session.expiry_date().unix_timestamp().saturating_mul(1000);
    Ok(Json(json!({
        "user": user(&person.actor, &person),
        "expires_at": crate::base::time::Timestamp(expires).to_rfc3339(),
    }))
    .into_response())
}

pub async fn close(session: Session) -> Result<Response> {
    session.flush().await.map_err(|error| Error::internal(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn me(caller: Caller) -> Result<Response> {
    Ok(Json(user(&caller.call.actor, &caller.person)).into_response())
}

fn user(actor: &crate::access::Actor, person: &crate::service::accounts::Person) -> serde_json::Value {
    json!({
        "id": actor.user.0, "login": actor.login, "name": actor.name, "locale": actor.locale,
        "position": person.position, "roles": actor.roles, "main_administrator": actor.is_main_administrator,
        "departments": actor.departments,
    })
}
