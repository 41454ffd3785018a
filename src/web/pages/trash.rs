//! `/apps/{app}/{table}/trash`: the records that were deleted, to bring back.

use super::{
    cell::{Showing, moment},
    find,
    keys::{KEY, keyed, new_key},
};
use crate::{
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
    },
    i18n::Arg,
    service::{
        Error, LiveApp,
        permits::Rights,
        record_trash::{KEPT, trashed},
        represent,
        save_record::Edit,
    },
    store::records,
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        extract::Wants,
        shell,
        view::{
            Action as Button, Crumb, Empty, Note, NoteTone, Place,
            trash::{TrashPage, TrashRow},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use std::sync::Arc;

/// Records of a page.
const PAGE: usize = 50;
/// How far back among what was deleted last the way back from a deletion is looked for.
const LAST: u64 = 20;
/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let pairs = find::pairs(query.as_deref());
    let after = find::parameter(&pairs, "after").and_then(|after| {
        let (at, id) = after.split_once('.')?;
        Some((Timestamp(at.parse().ok()?), RecordId(id.parse().ok()?)))
    });
    let notice = find::parameter(&pairs, "notice").map(str::to_owned);
    page(&web, &caller, &wants, &live, &table, after, notice, None).await
}

/// Brings a record back; `_from=trash` says that the reader goes on in the trash.
pub async fn restore(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let call = keyed(&caller, &wants.path, &form)?;
    let edit = Edit {
        live: live.clone(),
        table: table.clone(),
        id: RecordId(id),
        values: json!({}),
        version: None,
        submit: false,
    };
    match web.service.restore_record(call, edit).await {
        Ok(_) => {
            let trash = form.get("_from") == Some("trash");
            let place = if trash { "trash".to_owned() } else { id.to_string() };
            Ok(Redirect::to(&format!("/apps/{app}/{table}/{place}?notice=restore")).into_response())
        }
        Err(error @ (Error::Conflict { .. } | Error::Invalid(_) | Error::Stale { .. })) => {
            let mut wants = wants;
            wants.path = format!("/apps/{app}/{table}/trash");
            let status = status_of(&error);
            let mut response = page(&web, &caller, &wants, &live, &table, None, None, Some(&error)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(other) => Err(Failure(other)),
    }
}

/// The way back from a deletion: a button, where the record is among those that were deleted last and the caller's to bring back.
///
/// # Errors
/// The database failed.
pub async fn way_back(web: &Web, caller: &Caller, live: &LiveApp, table: &str, id: i64) -> Result<Option<Button>> {
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let last = match trashed(&reader, &rights, live, table, None, LAST).await {
        Ok(last) => last,
        Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(None),
        Err(other) => return Err(Failure(other)),
    };
    let known = last.iter().any(|trashed| trashed.record.id.0 == id);
    let label = shell::texts(caller).get("undo");
    let values = vec![(KEY.to_owned(), new_key())];
    Ok(known.then(|| Button::post(label, format!("/apps/{}/{table}/{id}/restore", live.key()), values)))
}

#[allow(clippy::too_many_arguments)] // what a request names, and what came of one before
async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    key: &str,
    after: Option<(Timestamp, RecordId)>,
    notice: Option<String>,
    error: Option<&Error>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let call = &caller.call;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, call, live).await?;
    let mut found = trashed(&reader, &rights, live, key, after, PAGE as u64 + 1).await?;
    let table = live.table(&call.actor.locale, key)?;
    let list = format!("/apps/{}/{key}", live.key());
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next =
        found.last().filter(|_| more).map(|last| format!("{list}/trash?after={}.{}", last.at.0, last.record.id.0));
    let people: Vec<UserId> = found.iter().filter_map(|trashed| trashed.record.updated_by).collect();
    let labels = represent::labels(&reader, &rights, table, std::iter::empty(), people.into_iter()).await?;
    let show = Showing { texts, zone: &caller.person.zone, labels: &labels, links_in: None };
    let rows: Vec<TrashRow> = found
        .iter()
        .map(|trashed| {
            let (time, machine) = moment(show.zone, trashed.at);
            let left = (trashed.at.plus(KEPT).0 - call.now.0).max(0) / DAY;
            let id = trashed.record.id.0;
            let values = vec![(KEY.to_owned(), new_key()), ("_from".to_owned(), "trash".to_owned())];
            TrashRow {
                name: records::label(table, id, &trashed.record.document.values),
                who: show.person(trashed.record.updated_by.map(|user| user.0)),
                time,
                machine,
                kept: texts.with("trash-left", &[("count", Arg::Number(left))]),
                restore: Button::post(texts.get("trash-restore"), format!("{list}/{id}/restore"), values)
                    .icon("return"),
            }
        })
        .collect();
    let empty =
        rows.is_empty().then(|| Empty::new("trash", texts.get("trash-empty-title"), texts.get("trash-empty-body")));
    let title = texts.with("trash-of", &[("title", Arg::Text(&table.title))]);
    let mut shell = shell::of(web, caller, &wants.path, title.clone(), Place::App).await?;
    shell.flash = shell::flash(texts, notice.as_deref(), "");
    html(&TrashPage {
        shell,
        crumbs: vec![Crumb::new(table.title.clone(), list), Crumb::new(texts.get("trash"), "")],
        title,
        notes: error.map(|error| Note::new(NoteTone::Bad, message_of(texts, error))).into_iter().collect(),
        rows,
        empty,
        next,
    })
}
