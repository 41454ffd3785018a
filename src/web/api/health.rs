//! `/healthz`, `/readyz`.

use crate::web::{Result, Web};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// The process answers.
pub async fn alive() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// The database takes a write.
pub async fn ready(State(web): State<Web>) -> Result<Response> {
    web.service.check_write().await?;
    Ok(Json(json!({"status": "ok"})).into_response())
}
