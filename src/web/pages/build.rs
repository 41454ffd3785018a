//! `/build/{app}`: the documents of an app. `/build/{app}/{kind}/{key}`: one of them as text, saved to the draft.

use super::find;
use crate::{
    definition::{
        finding::{Finding, Severity},
        package::{Documents, place},
        translation,
    },
    i18n::{Arg, Texts},
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
        view::{
            Action as Button, Choice, Crumb, Note, NoteTone, Place,
            build::{BuildPage, DocumentGroup, DocumentPage, DocumentRow, FindingRow},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use indexmap::IndexMap;

/// The kinds of documents that can be begun here, as addresses have them.
const KINDS: [&str; 12] =
    ["table", "form", "view", "flow", "role", "ledger", "report", "dashboard", "print", "automation", "rule", "locale"];

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let pairs = find::pairs(query.as_deref());
    if let (Some(kind), Some(name)) = (find::parameter(&pairs, "kind"), find::parameter(&pairs, "key")) {
        path_of(kind, name)?;
        return Ok(Redirect::to(&format!("/build/{key}/{kind}/{name}")).into_response());
    }
    let texts = shell::texts(&caller);
    let state = Draft::load(&web.service.store.reader(), &live).await?;
    let read = |documents| translation::translate(documents, &caller.call.actor.locale).documents;
    let (old, new) = (read(&state.old), read(&state.new));
    let mut groups: IndexMap<String, Vec<DocumentRow>> = IndexMap::new();
    let gone = state.old.iter().filter(|(path, _)| state.new.get(path).is_none());
    for (path, _) in state.new.iter().chain(gone) {
        let (Some((kind, name)), Some(lies)) = (address_of(path), place(path)) else { continue };
        let removed = state.new.get(path).is_none();
        let title = title_of(if removed { &old } else { &new }, path);
        let folder = if lies.folder.is_empty() { "app" } else { lies.folder };
        groups.entry(texts.get(&format!("document-{folder}"))).or_default().push(DocumentRow {
            title: if title.is_empty() { name.to_owned() } else { title },
            path: path.to_owned(),
            href: format!("/build/{key}/{kind}/{name}"),
            mark: mark(texts, &state, path),
            removed,
        });
    }
    let changed = state.changed.len() + state.renames.len();
    let manifest = &live.face(&caller.call.actor.locale).app.manifest;
    let title = texts.with("build-of", &[("title", Arg::Text(&manifest.title))]);
    html(&BuildPage {
        shell: shell::of(&web, &caller, &wants.path, title.clone(), Place::App).await?,
        crumbs: vec![Crumb::new(manifest.title.clone(), format!("/apps/{key}")), Crumb::new(texts.get("build"), "")],
        title,
        lead: texts.count("build-changed", changed),
        actions: vec![
            Button::link(texts.get("automations-title"), format!("/build/{key}/automations")).icon("clock"),
            Button::link(texts.get("removed-fields"), format!("/build/{key}/removed-fields")).icon("trash"),
            Button::link(texts.get("publish-check"), format!("/build/{key}/publish")).icon("check").primary(),
        ],
        groups: groups.into_iter().map(|(title, rows)| DocumentGroup { title, rows }).collect(),
        action: format!("/build/{key}"),
        kinds: KINDS.map(|kind| Choice::new(kind, texts.get(&format!("document-{kind}s")), kind == "table")).to_vec(),
    })
}

/// The title in a document; empty where it has none.
fn title_of(documents: &Documents, path: &str) -> String {
    if !path.ends_with(".json") {
        return String::new();
    }
    let json = documents.json(path).unwrap_or_default();
    json["title"].as_str().unwrap_or_default().to_owned()
}

/// How the draft of a document differs from the live version, in a word.
fn mark(texts: Texts, state: &Draft, path: &str) -> String {
    match (state.old.get(path), state.new.get(path)) {
        (old, new) if old == new => String::new(),
        (None, _) => texts.get("build-added"),
        (_, None) => texts.get("build-removed"),
        _ => texts.get("build-touched"),
    }
}

/// Findings as rows, errors first.
pub fn finding_rows<'f>(app: &str, findings: impl Iterator<Item = &'f Finding>) -> Vec<FindingRow> {
    let mut rows: Vec<FindingRow> = findings
        .map(|finding| FindingRow {
            error: finding.severity == Severity::Error,
            href: address_of(&finding.file)
                .map_or_else(String::new, |(kind, key)| format!("/build/{app}/{kind}/{key}")),
            file: finding.file.clone(),
            pointer: finding.path.clone(),
            message: finding.message.clone(),
            suggestion: finding.suggestion.clone().unwrap_or_default(),
        })
        .collect();
    rows.sort_by_key(|row| !row.error);
    rows
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
    form: FormBody,
) -> Result<Response> {
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
    let texts = shell::texts(caller);
    let state = Draft::load(&web.service.store.reader(), live).await?;
    let unknown = || Drafted { path: path.to_owned(), text: None, revision: 0, changed: None };
    let known = state.document(path).unwrap_or_else(unknown);
    let (kind, name) = address_of(path).unwrap_or_default();
    let translated = translation::translate(&state.new, &caller.call.actor.locale).documents;
    let words = Words { texts, old: None, new: None };
    let title = words.document(path, &title_of(&translated, path));
    let check = state.check();
    // What is wrong in what was typed is not known before it is kept.
    let shown = typed.is_none();
    let own = check.findings.iter().filter(|finding| finding.file == path && shown);
    let (text, revision, notes) = match typed {
        Some(typed) => (typed.text, typed.revision, vec![typed.note]),
        None => (known.text.clone().unwrap_or_default(), known.revision, Vec::new()),
    };
    let manifest = &live.face(&caller.call.actor.locale).app.manifest;
    let mut shell = shell::of(web, caller, &wants.path, title.clone(), Place::App).await?;
    shell.flash = shell::flash(texts, notice, &title);
    html(&DocumentPage {
        shell,
        crumbs: vec![
            Crumb::new(manifest.title.clone(), format!("/apps/{}", live.key())),
            Crumb::new(texts.get("build"), format!("/build/{}", live.key())),
            Crumb::new(title.clone(), ""),
        ],
        title,
        path: path.to_owned(),
        mark: mark(texts, &state, path),
        action: format!("/build/{}/{kind}/{name}", live.key()),
        publish: format!("/build/{}/publish", live.key()),
        revision: revision.to_string(),
        text,
        notes,
        findings: finding_rows(live.key(), own),
        removable: known.text.is_some() && path != "app.json",
        discardable: known.changed.is_some(),
    })
}
