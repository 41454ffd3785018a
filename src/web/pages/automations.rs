//! `/build/{app}/automations`: what runs by itself; `…/{automation}/runs`: what became of it, and its address where others call it.

use super::{case, find};
use crate::{
    base::{id::TableId, time::Timestamp},
    definition::automation::{Automation, State, Trigger},
    i18n::{Arg, Texts, format},
    service::{
        Error, LiveApp,
        automations::{Logged, problem_words},
        evolve::may_build,
    },
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        extract::Wants,
        shell,
        view::{
            Action as Button, Empty, Note, NoteTone, Tab,
            automations::{AutomationRow, AutomationsPage, HookCard, RunRow, RunsPage, SentRow},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State as Extract},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value as Json;

/// Runs of one page.
const PAGE: u64 = 50;

pub async fn list(
    Extract(web): Extract<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let texts = shell::texts(&caller);
    let latest = web.service.latest_runs(&live).await?;
    let app = &live.face(&caller.call.actor.locale).app;
    let (zone, now) = (&caller.person.zone, caller.call.now);
    let rows: Vec<AutomationRow> = app
        .automations
        .values()
        .map(|automation| {
            let run = latest.get(&automation.key);
            AutomationRow {
                title: automation.title.clone(),
                href: format!("/build/{key}/automations/{}", automation.key),
                runs: format!("/build/{key}/automations/{}/runs", automation.key),
                trigger: trigger_words(texts, &live, &caller, automation),
                on: automation.enabled,
                last: run.map(|run| case::short_moment(zone, now, Timestamp(run.started_at))).unwrap_or_default(),
                failed: run.is_some_and(|run| run.outcome == "failed"),
            }
        })
        .collect();
    let title = texts.get("automations-title");
    let nothing = Empty::new("clock", texts.get("automations-none"), texts.get("automations-none-help"));
    html(&AutomationsPage {
        bench: super::build::frame(&web, &caller, &live, &wants.path, &title).await?,
        title,
        lead: texts.get("automations-lead"),
        empty: rows.is_empty().then_some(nothing),
        rows,
    })
}

/// What sets an automation off, in a few words.
fn trigger_words(texts: Texts, live: &LiveApp, caller: &Caller, automation: &Automation) -> String {
    let app = &live.face(&caller.call.actor.locale).app;
    let table = automation.table.as_deref().and_then(|key| app.table(key));
    let named = table.map_or("", |table| table.title.as_str());
    let say = |key: &str, values: &[(&str, Arg<'_>)]| {
        let all: Vec<(&str, Arg<'_>)> =
            [("table", Arg::Text(named))].into_iter().chain(values.iter().copied()).collect();
        texts.with(key, &all)
    };
    let title_of = |key: &str| table.and_then(|table| table.field_at(key)).map_or(key, |field| &field.title).to_owned();
    match &automation.on {
        Trigger::Created => say("trigger-created", &[]),
        Trigger::Changed(changed) if changed.fields.is_empty() => say("trigger-changed", &[]),
        Trigger::Changed(changed) => {
            let fields: Vec<String> = changed.fields.iter().map(|field| title_of(field)).collect();
            say("trigger-changed-fields", &[("fields", Arg::Text(&format::listed(texts, &fields)))])
        }
        Trigger::Entered(entered) => {
            say("trigger-entered", &[("state", Arg::Text(&state_words(texts, entered.state)))])
        }
        Trigger::Date(date) => say(
            "trigger-date",
            &[
                ("field", Arg::Text(&title_of(&date.field))),
                ("offset", Arg::Text(date.offset.as_deref().unwrap_or("0d"))),
                ("time", Arg::Text(date.time.as_deref().unwrap_or("00:00"))),
            ],
        ),
        Trigger::Schedule(schedule) => say("trigger-schedule", &[("cron", Arg::Text(&schedule.cron))]),
        Trigger::Button(_) => {
            say("trigger-button", &[("button", Arg::Text(automation.button_title().unwrap_or_default()))])
        }
        Trigger::InboundWebhook => say(&format!("trigger-{}", automation.on.name().replace('_', "-")), &[]),
    }
}

fn state_words(texts: Texts, state: State) -> String {
    texts.get(&format!("state-{}", state.name().replace('_', "-")))
}

pub async fn runs(
    Extract(web): Extract<Web>,
    caller: Caller,
    wants: Wants,
    Path((key, automation)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    page(&web, &caller, &wants, &live, &automation, query.as_deref(), Shown::default()).await
}

/// What a page shows once, after something was done.
#[derive(Default)]
struct Shown {
    token: Option<String>,
    note: Option<Note>,
}

/// Tries a run again, opens, renews or closes the address.
pub async fn act(
    Extract(web): Extract<Web>,
    caller: Caller,
    wants: Wants,
    Path((key, automation)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let (service, call) = (&web.service, caller.call.clone());
    let done = match form.get("do") {
        Some("open") => service.open_hook(call, &live, &automation).await.map(Some),
        Some("close") => service.close_hook(call, &live, &automation).await.map(|()| None),
        _ => {
            let run = form.get("run").and_then(|run| run.parse::<i64>().ok()).ok_or(Error::NotFound)?;
            service.retry_run(call, &live, &automation, run).await.map(|_| None)
        }
    };
    match done {
        Ok(None) => Ok(Redirect::to(&format!("/build/{key}/automations/{automation}/runs")).into_response()),
        Ok(token) => page(&web, &caller, &wants, &live, &automation, None, Shown { token, note: None }).await,
        Err(error @ Error::Conflict { .. }) => {
            let note = Some(Note::new(NoteTone::Bad, message_of(shell::texts(&caller), &error)));
            let shown = Shown { token: None, note };
            let mut response = page(&web, &caller, &wants, &live, &automation, None, shown).await?;
            *response.status_mut() = status_of(&error);
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &LiveApp,
    automation: &str,
    query: Option<&str>,
    shown: Shown,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let app = &live.face(&caller.call.actor.locale).app;
    let automation = app.automations.get(automation).ok_or(Error::NotFound)?;
    let pairs = find::pairs(query);
    let failed = find::parameter(&pairs, "outcome") == Some("failed");
    let before = find::parameter(&pairs, "before").and_then(|before| before.parse().ok());
    let outcome = failed.then_some("failed");
    let mut found = web.service.automation_runs(live, &automation.key, outcome, before, PAGE + 1).await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let here = format!("/build/{}/automations/{}/runs", live.key(), automation.key);
    let kept = if failed { "outcome=failed&" } else { "" };
    let next = found.last().filter(|_| more).map(|last| format!("{here}?{kept}before={}", last.run.id));
    let rows: Vec<RunRow> = found.iter().map(|logged| row(texts, live, caller, logged)).collect();
    let hook = match automation.on {
        Trigger::InboundWebhook => Some(hook(web, caller, live, automation, shown.token).await?),
        _ => None,
    };
    let nothing = Empty::new("clock", texts.get("automation-no-runs"), trigger_words(texts, live, caller, automation));
    let title = automation.title.clone();
    let off = if automation.enabled { String::new() } else { format!(" · {}", texts.get("automation-off")) };
    html(&RunsPage {
        bench: super::build::frame(web, caller, live, &wants.path, &title).await?,
        title,
        lead: format!("{}{off}", trigger_words(texts, live, caller, automation)),
        actions: vec![Button::link(
            texts.get("automation-edit"),
            format!("/build/{}/automations/{}", live.key(), automation.key),
        )],
        action: here.clone(),
        notes: shown.note.into_iter().collect(),
        hook,
        tabs: vec![
            Tab::new(texts.get("automation-all"), here.clone(), !failed),
            Tab::new(texts.get("automation-only-failed"), format!("{here}?outcome=failed"), failed),
        ],
        empty: rows.is_empty().then_some(nothing),
        rows,
        next,
    })
}

async fn hook(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    automation: &Automation,
    token: Option<String>,
) -> Result<HookCard> {
    let texts = shell::texts(caller);
    let known = web.service.hook_of(live, &automation.key).await?;
    let (zone, now) = (&caller.person.zone, caller.call.now);
    let text = match &known {
        None => texts.get("automation-address-none"),
        Some(hook) => {
            let since = case::short_moment(zone, now, Timestamp(hook.created_at));
            let called = hook.called_at.map(|at| case::short_moment(zone, now, Timestamp(at)));
            let called = called.unwrap_or_else(|| texts.get("automation-never"));
            texts.with("automation-address-since", &[("since", Arg::Text(&since)), ("called", Arg::Text(&called))])
        }
    };
    let base = web.settings.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    Ok(HookCard { open: known.is_some(), address: token.map(|token| format!("{base}/hooks/{token}")), text })
}

fn row(texts: Texts, live: &LiveApp, caller: &Caller, logged: &Logged) -> RunRow {
    let run = &logged.run;
    let (zone, now) = (&caller.person.zone, caller.call.now);
    let table = run.table_id.and_then(|id| live.schema.key_of(TableId(id)));
    let at = |moment: i64| case::short_moment(zone, now, Timestamp(moment));
    let sent = logged.sent.iter().map(|message| {
        let attempts: Vec<Json> = serde_json::from_str(&message.log).unwrap_or_default();
        let words = |attempt: &Json| {
            let when = attempt["at"].as_str().and_then(Timestamp::parse_rfc3339).map(|moment| at(moment.0));
            let what = match (attempt["status"].as_u64(), attempt["error"].as_str()) {
                (Some(status), _) => texts.with("delivery-status", &[("status", Arg::Text(&status.to_string()))]),
                (None, error) => texts.get(&format!("delivery-{}", error.unwrap_or("late").replace('_', "-"))),
            };
            format!("{} · {what}", when.unwrap_or_default())
        };
        let (tone, state) = match message.state.as_str() {
            "delivered" => ("ok", texts.get("delivery-delivered")),
            "failed" => ("bad", texts.get("delivery-failed")),
            _ => ("now", texts.with("delivery-waiting", &[("time", Arg::Text(&at(message.due_at)))])),
        };
        let host = if message.host.is_empty() { texts.get("delivery-address") } else { message.host.clone() };
        SentRow { host, tone, state, attempts: attempts.iter().map(words).collect() }
    });
    RunRow {
        id: run.id.to_string(),
        when: at(run.started_at),
        took: texts.with("automation-took", &[("time", Arg::Number(run.took))]),
        trigger: texts.get(&format!("trigger-short-{}", run.trigger_name.replace('_', "-"))),
        record: run.record_title.clone(),
        href: table
            .zip(run.record_id)
            .map(|(table, id)| format!("/apps/{}/{table}/{id}", live.key()))
            .unwrap_or_default(),
        failed: run.outcome == "failed",
        steps: texts.count("automation-steps", usize::try_from(run.steps_done).unwrap_or(0)),
        problem: problem_words(run).unwrap_or_default(),
        sent: sent.collect(),
        can_retry: logged.can_retry,
    }
}
