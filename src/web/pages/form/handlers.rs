//! What the routes of a form call: opening, live changes, drafts, creating and editing.

use super::{SAVE, Sending, done, find, keyed, subject::Subject};
use crate::{
    base::id::RecordId,
    service::{Error, save_record::Edit},
    web::{Result, Web, body::FormBody, caller::Caller, extract::Wants},
};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// `GET …/new`.
///
/// # Errors
/// Whoever may not create; the database failed.
pub async fn new(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&FormBody::default(), &subject).open(&wants).await
}

/// `GET …/{id}/edit`.
///
/// # Errors
/// Whoever may not edit it, now or at all; the database failed.
pub async fn edit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::stored(&web, &caller, &live, &table, RecordId(id)).await?;
    Sending::of(&FormBody::default(), &subject).open(&wants).await
}

/// `POST …/new/live`.
///
/// # Errors
/// As [`new`].
pub async fn live_new(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&form, &subject).change(form, &wants).await
}

/// `POST …/{id}/edit/live`.
///
/// # Errors
/// As [`edit`].
pub async fn live_edit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::stored(&web, &caller, &live, &table, RecordId(id)).await?;
    Sending::of(&form, &subject).change(form, &wants).await
}

/// `POST …/new/draft`.
///
/// # Errors
/// As [`new`].
pub async fn draft_new(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    Subject::new(&web, &caller, &live, &table).await?.keep_draft(&form, &wants).await
}

/// `POST …/{id}/edit/draft`.
///
/// # Errors
/// As [`edit`].
pub async fn draft_edit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    Subject::stored(&web, &caller, &live, &table, RecordId(id)).await?.keep_draft(&form, &wants).await
}

/// `POST …/new`.
///
/// # Errors
/// Whoever may not create; the database failed. What does not fit is said at its place.
pub async fn create(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&form, &subject).send(form, &wants).await
}

/// `POST …/{id}/edit`.
///
/// # Errors
/// As [`create`].
pub async fn save(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = match Subject::stored(&web, &caller, &live, &table, RecordId(id)).await {
        Ok(subject) => subject,
        Err(refusal) => {
            // Pressed twice: the first time has already submitted it, and the key gives the same answer again.
            let edit = Edit {
                live: live.clone(),
                table: table.clone(),
                id: RecordId(id),
                values: serde_json::json!({}),
                version: Some(-1),
                submit: false,
            };
            let call = keyed(&caller, &wants.path, &form)?;
            let known = call.idempotency.is_some() && matches!(refusal.0, Error::Conflict { .. });
            return match known {
                true => match web.service.edit_record(call, edit).await {
                    Ok(answer) if answer.replayed => Ok(done(&live, &table, &answer, form.get("_do").unwrap_or(SAVE))),
                    _ => Err(refusal),
                },
                false => Err(refusal),
            };
        }
    };
    Sending::of(&form, &subject).send(form, &wants).await
}
