//! Building an app: its documents, each by its designer, or as text.

mod asked;
mod bench;
mod canvas;
pub mod excel;
mod faces;
pub mod findings;
mod flow;
pub mod form;
pub mod home;
mod member;
mod offers;
mod panel;
pub mod preview;
mod sample;
mod role;
pub mod sheet;
pub mod start;
pub mod table;
mod things;

use super::find;
use crate::{
    definition::package::Documents,
    i18n::Texts,
    service::{
        Error, LiveApp,
        evolve::{
            Drafted, State as Draft,
            draft::{address_of, path_of},
            may_build,
        },
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        evolution::Words,
        extract::Wants,
        shell,
        view::{Note, NoteTone, build::DocumentPage},
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use bench::Opened;

/// What surrounds a page about the app's draft that is no designer: publishing, sharing, runs.
pub(in crate::web::pages) async fn frame(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    here: &str,
    title: &str,
) -> Result<crate::web::view::designer::Bench> {
    let opened = Opened::load(web, caller, live).await?;
    let mut bench = opened.bench(web, caller, live, "", here, None).await?;
    title.clone_into(&mut bench.title);
    bench.back.1 = format!("/build/{}", live.key());
    for group in &mut bench.nav {
        group.current = false;
    }
    Ok(bench)
}

/// The title in a document; empty where it has none.
pub(super) fn title_of(documents: &Documents, path: &str) -> String {
    if !path.ends_with(".json") {
        return String::new();
    }
    let json = documents.json(path).unwrap_or_default();
    json["title"].as_str().unwrap_or_default().to_owned()
}

/// How the draft of a document differs from the live version, in a word.
pub(super) fn mark(texts: Texts, state: &Draft, path: &str) -> String {
    match (state.old.get(path), state.new.get(path)) {
        (old, new) if old == new => String::new(),
        (None, _) => texts.get("build-added"),
        (_, None) => texts.get("build-removed"),
        _ => texts.get("build-touched"),
    }
}

/// Words for what was typed and not saved, with the revision that the next saving replaces.
struct Typed {
    text: String,
    revision: i64,
    note: Note,
}

pub async fn document(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((key, kind, name)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    if sheet::FOLDERS.contains(&kind.as_str()) {
        return sheet::show(&web, &caller, &wants, (&key, &kind, &name), query.as_deref()).await;
    }
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let path = path_of(&kind, &name)?;
    let notice = find::parameter(&find::pairs(query.as_deref()), "notice").map(str::to_owned);
    page(&web, &caller, &wants, &live, &path, notice.as_deref(), None).await
}

/// Saves a document to the draft, removes it from there, or makes it be as it is live.
pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((key, kind, name)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    if sheet::FOLDERS.contains(&kind.as_str()) {
        return sheet::change(&web, &caller, &wants, (&key, &kind, &name), query.as_deref(), form).await;
    }
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let path = path_of(&kind, &name)?;
    let expected = form.get("_version").and_then(|version| version.parse::<i64>().ok());
    let text = form.raw("text").unwrap_or_default().replace("\r\n", "\n");
    let service = &web.service;
    let done = match form.get("do") {
        Some("remove") => {
            service.put_draft(&caller.call, &live, path.clone(), None, expected).await.map(|_| "draft-remove")
        }
        Some("discard") => {
            service.discard_draft(&caller.call, &live, Some(path.clone()), expected).await.map(|()| "draft-discard")
        }
        _ => {
            let text = Some(text.clone());
            service.put_draft(&caller.call, &live, path.clone(), text, expected).await.map(|_| "save")
        }
    };
    let error = match done {
        Ok("draft-remove") => return Ok(Redirect::to(&format!("/build/{key}")).into_response()),
        Ok(notice) => return Ok(Redirect::to(&format!("/build/{key}/{kind}/{name}?notice={notice}")).into_response()),
        Err(error @ (Error::Conflict { .. } | Error::Stale { .. } | Error::Malformed { .. } | Error::Invalid(_))) => {
            error
        }
        Err(other) => return Err(Failure(other)),
    };
    let texts = shell::texts(&caller);
    let said = match &error {
        Error::Stale { .. } => texts.get("build-stale"),
        other => message_of(texts, other),
    };
    let revision = match &error {
        Error::Stale { version } => *version,
        _ => expected.unwrap_or_default(),
    };
    let note = Note::new(NoteTone::Bad, said);
    let typed = Typed { text, revision, note };
    let mut response = page(&web, &caller, &wants, &live, &path, None, Some(typed)).await?;
    *response.status_mut() = status_of(&error);
    Ok(response)
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &LiveApp,
    path: &str,
    notice: Option<&str>,
    typed: Option<Typed>,
) -> Result<Response> {
    let opened = Opened::load(web, caller, live).await?;
    let texts = opened.texts;
    let known = opened.state.document(path).unwrap_or_else(|| Drafted {
        path: path.to_owned(),
        text: None,
        revision: 0,
        changed: None,
    });
    let (kind, name) = address_of(path).unwrap_or_default();
    let mut bench = opened.bench(web, caller, live, path, &wants.path, None).await?;
    let (text, revision) = match typed {
        Some(typed) => {
            // What is wrong in what was typed is not known before it is kept.
            bench.findings.clear();
            bench.notes.push(typed.note);
            (typed.text, typed.revision)
        }
        None => (known.text.clone().unwrap_or_default(), known.revision),
    };
    let words = Words { texts, old: None, new: None };
    bench.flash = shell::flash(texts, notice, &words.document(path, &title_of(&opened.read, path)));
    html(&DocumentPage {
        path: path.to_owned(),
        mark: mark(texts, &opened.state, path),
        action: format!("/build/{}/{kind}/{name}", live.key()),
        revision: revision.to_string(),
        text,
        removable: known.text.is_some() && path != "app.json",
        discardable: known.changed.is_some(),
        bench,
    })
}
