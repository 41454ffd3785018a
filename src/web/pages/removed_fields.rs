//! `/build/{app}/removed-fields`: the fields that versions removed or converted, to put back into the draft.

use super::{cell::moment, find};
use crate::{
    base::id::ColumnId,
    i18n::Arg,
    service::{Error, LiveApp, evolve::may_build},
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        evolution::Words,
        extract::Wants,
        shell,
        view::{
            Action as Button, Empty, Note, NoteTone,
            build::{RemovedFieldRow, RemovedFieldsPage},
        },
    },
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(key): Path<String>) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    page(&web, &caller, &wants, &live, None).await
}

/// Puts a field back into the draft and goes on to publishing it.
pub async fn restore(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let column = form.get("field").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    match web.service.restore_field(&caller.call, &live, ColumnId(column)).await {
        Ok(_) => Ok(Redirect::to(&format!("/build/{key}/publish?notice=field")).into_response()),
        Err(error @ (Error::Conflict { .. } | Error::Stale { .. })) => {
            let mut response = page(&web, &caller, &wants, &live, Some(&error)).await?;
            *response.status_mut() = status_of(&error);
            Ok(response)
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    error: Option<&Error>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let key = live.key();
    let removed = web.service.removed_fields(&caller.call, live).await?;
    let app = &live.face(&caller.call.actor.locale).app;
    let words = Words { texts, old: None, new: Some(app) };
    let here = format!("/build/{key}/removed-fields");
    let rows: Vec<RemovedFieldRow> = removed
        .iter()
        .map(|removed| {
            let field = &removed.field;
            let (time, machine) = moment(&caller.person.zone, field.retired_at);
            let values = vec![("field".to_owned(), field.column.0.to_string())];
            let restore = Button::post(texts.get("removed-restore"), here.clone(), values).icon("return");
            RemovedFieldRow {
                title: removed.title.clone(),
                place: words.place(&field.place),
                kind: words.kind_named(&field.kind),
                why: texts.get(if field.converted { "removed-converted" } else { "removed-removed" }),
                rows: texts.with("removed-rows", &[("count", Arg::Number(removed.rows.cast_signed()))]),
                time,
                machine,
                restore: removed.restorable.then_some(restore),
            }
        })
        .collect();
    let empty =
        rows.is_empty().then(|| Empty::new("trash", texts.get("removed-empty-title"), texts.get("removed-empty-body")));
    let title = texts.get("removed-fields");
    html(&RemovedFieldsPage {
        bench: super::build::frame(web, caller, live, &wants.path, &title).await?,
        title,
        notes: error.map(|error| Note::new(NoteTone::Bad, message_of(texts, error))).into_iter().collect(),
        rows,
        empty,
    })
}
