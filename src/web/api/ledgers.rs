//! `/api/v1/apps/{app}/ledgers/{ledger}/verify`.

use super::answer::app;
use crate::{
    service::{Error, verify_ledger},
    web::{Result, Web, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};

/// Adds up every move and hold and compares with the balances.
pub async fn verify(
    State(web): State<Web>,
    caller: Caller,
    Path((key, ledger)): Path<(String, String)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    if !live.app().ledgers.contains_key(&ledger) {
        return Err(Error::NotFound.into());
    }
    let report = verify_ledger::run(&web.service.store.reader(), &live, &ledger).await?;
    Ok(Json(report).into_response())
}
