//! `/api/v1/notices`.

use super::answer::parameters;
use crate::{
    base::{id::NoticeId, time::Timestamp},
    store::notices,
    web::{Result, Web, caller::Caller},
};
use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

const PAGE: u64 = 50;

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    if !caller.call.actor.token_allows("read", None) {
        return Err(crate::service::Error::forbidden("forbidden").into());
    }
    let asked = parameters(pairs, &["cursor"])?;
    let before = asked.number("cursor")?.map(NoticeId);
    let mut rows = notices::page(&web.service.store.reader(), caller.call.actor.user, before, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let items: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            let text: Value = serde_json::from_str(&row.text).unwrap_or_default();
            json!({
                "id": row.id, "kind": row.kind, "message": text, "link": row.link,
                "created_at": Timestamp(row.created_at).to_rfc3339(),
                "read_at": row.read_at.map(|at| Timestamp(at).to_rfc3339()),
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": next})).into_response())
}
