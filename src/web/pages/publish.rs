//! `/build/{app}/publish`: what a draft changes, what that means for the data, and publishing it; the versions before.

use super::{build::findings::finding_rows, cell, find};
use crate::{
    definition::{
        app::App,
        evolution::{Difference, Mark},
        finding::Severity,
        translation,
    },
    i18n::{Arg, Texts, format::grouped},
    service::{
        Error, LiveApp,
        apps::ImportError,
        evolve::{Checked, Example, Outcome, PlanStep, Publish, may_build},
        scenarios::Stand,
    },
    store::people,
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        evolution::Words,
        extract::Wants,
        scenarios, shell,
        view::{
            Empty, Note, NoteTone,
            build::{Compared, DifferenceRow, Gate, PublishPage, StepRow, VersionItem},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// Versions of a page.
const VERSIONS: usize = 20;

/// What to show besides the draft.
#[derive(Default)]
struct Asked {
    compare: Option<i64>,
    before: Option<i64>,
    notice: Option<String>,
    /// What was typed, and why it was not published.
    note: String,
    problem: Option<Note>,
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    let pairs = find::pairs(query.as_deref());
    let number = |name: &str| find::parameter(&pairs, name).and_then(|text| text.parse().ok());
    let asked = Asked {
        compare: number("compare"),
        before: number("before"),
        notice: find::parameter(&pairs, "notice").map(str::to_owned),
        ..Asked::default()
    };
    page(&web, &caller, &wants, &live, asked).await
}

/// Publishes the draft, gives it up, or makes it be what a version was.
pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let note = form.get("note").map(str::to_owned);
    let service = &web.service;
    let done = match form.get("do") {
        Some("discard") => service.discard_draft(&caller.call, &live, None, None).await.map(|()| "draft-discard"),
        Some("restore") => {
            let number = form.get("number").and_then(|number| number.parse().ok()).ok_or(Error::NotFound)?;
            service.restore_version(&caller.call, &live, number).await.map(|_| "version")
        }
        _ => {
            let fingerprint = form.get("fingerprint").unwrap_or_default().to_owned();
            let confirmed = form.get("confirm") == Some("yes");
            let in_spite = form.get("in_spite").map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
            let fingerprint = Some(fingerprint);
            let note = note.clone();
            let publish = Publish { fingerprint, confirmed, note, in_spite, ..Publish::default() };
            match service.publish(&caller.call, &live, publish).await {
                Ok(_) => Ok("publish"),
                Err(ImportError::Refused(error)) => Err(error),
                Err(ImportError::Findings(_)) => Err(Error::conflict("publish_findings")),
            }
        }
    };
    let error = match done {
        Ok(notice) => return Ok(Redirect::to(&format!("/build/{key}/publish?notice={notice}")).into_response()),
        Err(error @ (Error::Conflict { .. } | Error::Stale { .. } | Error::Invalid(_))) => error,
        Err(other) => return Err(Failure(other)),
    };
    let texts = shell::texts(&caller);
    let said = match &error {
        Error::Stale { .. } => texts.get("publish-moved"),
        other => message_of(texts, other),
    };
    let status: StatusCode = status_of(&error);
    let problem = Some(Note::new(NoteTone::Bad, said));
    let asked = Asked { note: note.unwrap_or_default(), problem, ..Asked::default() };
    let mut response = page(&web, &caller, &wants, &live, asked).await?;
    *response.status_mut() = status;
    Ok(response)
}

async fn page(web: &Web, caller: &Caller, wants: &Wants, live: &Arc<LiveApp>, asked: Asked) -> Result<Response> {
    let texts = shell::texts(caller);
    let locale = &caller.call.actor.locale;
    let checked = web.service.check_draft(&caller.call, live, None).await?;
    let read = |documents| App::parse(&translation::translate(documents, locale).documents).ok();
    let (old, new) = (read(&checked.state.old), read(&checked.state.new));
    let titled = translation::translate(&checked.state.new, locale).documents;
    let words = Words { texts, old: old.as_ref(), new: new.as_ref() };
    let manifest = &live.face(locale).app.manifest;
    let drafted = !checked.state.is_empty();
    let stand = match drafted && checked.errors() == 0 {
        true => Some(web.service.scenarios_now(&checked.state.new).await?),
        false => None,
    };
    let version = [("version", Arg::Text(&checked.next_version))];
    let title = if drafted { texts.with("publish-title", &version) } else { texts.get("publish") };
    let compared = match asked.compare {
        None => None,
        Some(number) => {
            let found = web.service.compare_versions(&caller.call, live, number, live.version).await?;
            let face = &live.face(locale).app;
            let words = Words { texts, old: Some(face), new: Some(face) };
            let title = texts.get("versions-compared");
            Some(Compared { title, differences: differences(&words, &found) })
        }
    };
    let (versions, next) = versions(web, caller, live, asked.before).await?;
    let mut bench = super::build::frame(web, caller, live, &wants.path, &title).await?;
    bench.flash = shell::flash(texts, asked.notice.as_deref(), &manifest.version);
    let action = format!("/build/{}/publish", live.key());
    html(&PublishPage {
        bench,
        title,
        lead: texts.with("publish-lead", &[("version", Arg::Text(&manifest.version))]),
        notes: asked.problem.into_iter().collect(),
        empty: (!drafted)
            .then(|| Empty::new("check", texts.get("publish-empty-title"), texts.get("publish-empty-body"))),
        findings: finding_rows(texts, live.key(), &titled, checked.findings.iter()),
        differences: differences(&words, &checked.state.difference()),
        steps: checked.steps.iter().filter(|_| drafted).map(|step| row(&words, step)).collect(),
        gates: gates(texts, &checked, stand.as_ref()),
        scenarios: stand.as_ref().map(|stand| scenarios::card(texts, stand, &action)),
        confirm: (checked.outcome() == Outcome::Loses).then(|| texts.get("publish-confirm")),
        blocked: blocked(texts, &checked),
        button: texts.with("publish-do", &version),
        fingerprint: checked.fingerprint,
        note: asked.note,
        compared,
        versions,
        next: next.map(|before| format!("{action}?before={before}")),
        action,
    })
}

fn count(texts: Texts, key: &str, count: u64) -> String {
    texts.count(key, usize::try_from(count).unwrap_or(usize::MAX))
}

pub(super) fn differences(words: &Words<'_>, found: &[Difference]) -> Vec<DifferenceRow> {
    let row = |difference: &Difference| {
        let (class, mark) = match difference.mark {
            Mark::Added => ("plus", "+"),
            Mark::Changed => ("", "~"),
            Mark::Removed => ("less", "−"),
        };
        let document = words.document(&difference.path, &difference.title);
        DifferenceRow { class, mark, document, sentence: words.difference(difference) }
    };
    found.iter().map(row).collect()
}

pub(super) fn row(words: &Words<'_>, step: &PlanStep) -> StepRow {
    StepRow {
        place: step.step.place().map_or_else(String::new, |place| words.place(&place)),
        sentence: words.step(&step.step),
        rows: grouped(&step.rows.to_string()),
        tone: match step.outcome {
            Outcome::Safe | Outcome::Told => "ok",
            Outcome::Loses => "warn",
            Outcome::Blocks => "bad",
        },
        result: words.result(step),
        examples: step.examples.iter().map(|example| told(words.texts, example)).collect(),
    }
}

/// A row that a step is about: `A-7: 1.25 → 1`.
fn told(texts: Texts, example: &Example) -> String {
    let name = if example.label.is_empty() { format!("#{}", example.id) } else { example.label.clone() };
    if example.value.is_empty() {
        return name;
    }
    let becomes = if example.becomes.is_empty() { texts.get("publish-unset") } else { example.becomes.clone() };
    let values = [("name", Arg::Text(&name)), ("from", Arg::Text(&example.value)), ("to", Arg::Text(&becomes))];
    texts.with("publish-example", &values)
}

fn gates(texts: Texts, checked: &Checked, stand: Option<&Stand>) -> Vec<Gate> {
    let warnings = checked.findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
    let (tone, detail) = match (checked.errors(), warnings) {
        (0, 0) => ("ok", texts.get("gate-definitions-ok")),
        (0, warnings) => ("warn", texts.count("gate-warnings", warnings)),
        (errors, _) => ("bad", texts.count("gate-errors", errors)),
    };
    let mut gates = vec![Gate { tone, icon: icon(tone), title: texts.get("gate-definitions"), detail }];
    let of = |outcome: Outcome| checked.steps.iter().filter(|step| step.outcome == outcome).count();
    let (tone, detail) = match (of(Outcome::Blocks), of(Outcome::Loses)) {
        (0, 0) => ("ok", texts.get("gate-data-ok")),
        (0, loses) => ("warn", texts.count("gate-loses", loses)),
        (blocks, _) => ("bad", texts.count("gate-blocks", blocks)),
    };
    gates.push(Gate { tone, icon: icon(tone), title: texts.get("gate-data"), detail });
    if let Some(stand) = stand {
        let card = scenarios::card(texts, stand, "");
        let tone = if card.tone == "now" { "warn" } else { card.tone };
        gates.push(Gate { tone, icon: icon(tone), title: texts.get("scenarios"), detail: card.summary });
    }
    let running: u64 = checked.running.iter().map(|(_, count)| count).sum();
    if running > 0 {
        let detail = count(texts, "gate-running", running);
        gates.push(Gate { tone: "ok", icon: "check", title: texts.get("gate-cases"), detail });
    }
    gates
}

fn icon(tone: &str) -> &'static str {
    match tone {
        "ok" => "check",
        "warn" => "alert",
        _ => "x",
    }
}

/// What stands in the way of publishing, in a sentence.
pub(super) fn blocked(texts: Texts, checked: &Checked) -> Option<String> {
    if checked.errors() > 0 {
        return Some(texts.count("publish-blocked-errors", checked.errors()));
    }
    let blocks = checked.steps.iter().filter(|step| step.outcome == Outcome::Blocks).count();
    (blocks > 0).then(|| texts.count("publish-blocked-steps", blocks))
}

/// A page of versions, and the number before which the next one begins.
async fn versions(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    before: Option<i64>,
) -> Result<(Vec<VersionItem>, Option<i64>)> {
    let mut rows = web.service.versions(&caller.call, live, before, VERSIONS as u64).await?;
    let more = rows.len() > VERSIONS;
    rows.truncate(VERSIONS);
    let next = rows.last().filter(|_| more).map(|row| row.number);
    let by: Vec<_> = rows.iter().filter_map(|row| row.published_by).collect();
    let people = people::users(&web.service.store.reader(), &by).await?;
    let items = rows.into_iter().map(|row| {
        let name = people.iter().find(|user| Some(user.id) == row.published_by.map(|by| by.0));
        let (time, machine) = cell::moment(&caller.person.zone, row.published_at);
        VersionItem {
            live: row.number == live.version,
            by: name.map_or_else(|| shell::texts(caller).get("system"), |user| user.name.clone()),
            time,
            machine,
            note: row.note.unwrap_or_default(),
            compare: format!("/build/{}/publish?compare={}#compared", live.key(), row.number),
            number: row.number.to_string(),
            version: row.version,
        }
    });
    Ok((items.collect(), next))
}
