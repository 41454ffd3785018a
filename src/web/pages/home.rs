//! `/`: the workbench: what waits for the person, what they look at often, what they sent off last.

use super::{case::short_moment, find, todo};
use crate::{
    i18n::{Arg, Texts, format},
    service::{
        Error, LiveApp, boxes,
        permits::Rights,
        records::{COUNTED, count_view},
    },
    store::{
        Connection,
        flows::{Narrowed, TaskBox},
    },
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Place, Tone,
            home::{Checklist, ChecklistItem, Counter, HomePage, Pin, Recent},
        },
    },
};
use axum::{extract::State, response::Response};
use std::sync::Arc;

/// How many tasks, pins and recent records the page shows.
const TASKS: u64 = 6;
const PINS: usize = 8;
const RECENT: u64 = 6;

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants) -> Result<Response> {
    let texts = shell::texts(&caller);
    let reader = web.service.store.reader();
    let call = &caller.call;
    let apps = web.service.live.all(&reader, caller.person.epoch).await?;

    let nothing = Narrowed::default();
    let (entries, _) = boxes::page(&reader, call, &apps, TaskBox::Todo, &nothing, None, TASKS).await?;
    let todo = todo::rows(&reader, &caller, TaskBox::Todo, &entries).await?;
    let [open, ..] = web.service.box_counts(&reader, call).await?;

    let mut counters = Vec::new();
    let mut pinned = Vec::new();
    for app in &apps {
        counters.extend(counters_of(&reader, &caller, app).await?);
        let entries = shell::entries(&reader, &caller, app).await?;
        pinned.extend(entries.into_iter().map(|entry| Pin { label: entry.label, icon: entry.icon, href: entry.href }));
    }
    pinned.truncate(PINS);

    let now = caller.person.zone.to_datetime(call.now.to_jiff());
    let today = format::day_in_words(texts, now.month(), now.day(), now.weekday().to_monday_one_offset());
    let checklist = (call.actor.is_main_administrator && apps.is_empty()).then(|| checklist(texts));
    let shell = shell::of(&web, &caller, &wants.path, texts.get("nav-home"), Place::Home).await?;
    html(&HomePage {
        shell,
        greeting: format::greeting(texts, now.hour(), &call.actor.name),
        subtitle: today,
        actions: Vec::new(),
        notes: Vec::new(),
        counters,
        todo,
        todo_count: (open > 0).then(|| find::capped(open, boxes::COUNTED)),
        pinned,
        recent: recent(&reader, &caller, &apps).await?,
        checklist,
    })
}

/// The views that the person's roles put on the workbench, each with how many rows it has for them.
async fn counters_of(
    conn: &impl Connection,
    caller: &Caller,
    app: &Arc<LiveApp>,
) -> std::result::Result<Vec<Counter>, Error> {
    let actor = &caller.call.actor;
    let face = &app.face(&actor.locale).app;
    let rights = Rights::load(conn, &caller.call, app).await?;
    let mut counters: Vec<Counter> = Vec::new();
    let mut counted: Vec<&str> = Vec::new();
    for entry in actor.roles_in(app.key()).filter_map(|key| face.roles.get(key)).flat_map(|role| &role.home) {
        let Some(view) = face.views.get(&entry.view).filter(|view| !counted.contains(&view.key.as_str())) else {
            continue;
        };
        let count = match count_view(conn, &rights, view, COUNTED).await {
            Ok(count) => count,
            // A role may name a view of a table that it does not show.
            Err(Error::NotFound | Error::Forbidden { .. }) => continue,
            Err(other) => return Err(other),
        };
        counted.push(&view.key);
        counters.push(Counter {
            label: entry.title.clone(),
            count: find::capped(count, COUNTED),
            href: format!("/apps/{}/{}?view={}", app.key(), view.table, view.key),
            note: String::new(),
            tone: Tone::Plain,
        });
    }
    Ok(counters)
}

/// What the person submitted last.
async fn recent(
    conn: &impl Connection,
    caller: &Caller,
    apps: &[Arc<LiveApp>],
) -> std::result::Result<Vec<Recent>, Error> {
    let nothing = Narrowed::default();
    let (entries, _) = boxes::page(conn, &caller.call, apps, TaskBox::Started, &nothing, None, RECENT).await?;
    let recent = entries.into_iter().filter_map(|entry| {
        let key = entry.live.table_key(entry.row.table)?;
        let table = entry.live.face(&caller.call.actor.locale).app.tables.get(key)?;
        Some(Recent {
            label: entry.row.title,
            code: false,
            kind: table.title.clone(),
            time: short_moment(&caller.person.zone, caller.call.now, entry.row.at),
            href: format!("/apps/{}/{key}/{}", entry.live.key(), entry.row.record),
        })
    });
    Ok(recent.collect())
}

/// What to do first in a company that has no app yet.
fn checklist(texts: Texts) -> Checklist {
    let item = |key: &str, help: &str, done: bool| ChecklistItem {
        label: texts.get(&format!("checklist-{key}")),
        help: if help.is_empty() {
            String::new()
        } else {
            texts.with(&format!("checklist-{key}-help"), &[("command", Arg::Text(help))])
        },
        done,
        href: String::new(),
    };
    Checklist {
        items: vec![
            item("company", "", true),
            item("app", "formwork app import", false),
            item("people", "formwork user add", false),
        ],
    }
}
