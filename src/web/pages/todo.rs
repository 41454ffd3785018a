//! The to-do centre: four boxes, searched and paged.

use super::{case, find};
use crate::{
    base::id::{TaskId, UserId},
    i18n::{Texts, format},
    service::{
        LiveApp,
        boxes::{self, COUNTED, Entry},
    },
    store::{
        Connection,
        entity::user,
        flows::{self, Narrowed, TaskBox},
        people,
    },
    web::{
        Result, Web,
        caller::Caller,
        error,
        extract::Wants,
        shell,
        view::{
            Action, Cell, Empty, Person, Place, Status, Tab, Tone,
            grid::Search,
            todo::{TaskRow, TodoPage},
        },
    },
};
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use std::{collections::HashMap, sync::Arc};

const PAGE: u64 = 20;
/// A task that waits longer stands out, in milliseconds: one day, and three.
const LONG: i64 = 24 * 60 * 60 * 1000;
const VERY_LONG: i64 = 3 * LONG;

/// What the address asks for.
struct Asked {
    which: TaskBox,
    words: Option<String>,
    /// `app.table`.
    table: Option<String>,
    after: Option<i64>,
}

impl Asked {
    fn of(pairs: &[(String, String)]) -> Self {
        let text = |name: &str| find::parameter(pairs, name).map(str::to_owned);
        Self {
            which: text("box").and_then(|name| TaskBox::named(&name)).unwrap_or(TaskBox::Todo),
            words: text("q"),
            table: text("table"),
            after: text("after").and_then(|key| key.parse().ok()),
        }
    }

    fn address(&self, which: TaskBox, table: Option<&str>, after: Option<i64>) -> String {
        let mut pairs = vec![("box".to_owned(), which.as_str().to_owned())];
        pairs.extend(self.words.iter().map(|words| ("q".to_owned(), words.clone())));
        pairs.extend(table.map(|table| ("table".to_owned(), table.to_owned())));
        pairs.extend(after.map(|key| ("after".to_owned(), key.to_string())));
        find::address("/todo", &pairs)
    }
}

/// `GET /todo`.
///
/// # Errors
/// The database failed.
pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, RawQuery(query): RawQuery) -> Result<Response> {
    let pairs = find::pairs(query.as_deref());
    let asked = Asked::of(&pairs);
    let texts = shell::texts(&caller);
    let reader = web.service.store.reader();
    let apps = web.service.live.all(&reader, caller.person.epoch).await?;
    let user = caller.call.actor.user;
    let tables = tables(&apps, &caller.call.actor.locale);
    let chosen = asked.table.as_deref().and_then(|key| tables.iter().find(|table| table.key == key));
    let narrowed = Narrowed {
        app: chosen.map(|table| table.app),
        table: chosen.map(|table| table.id),
        words: asked.words.clone(),
        ..Narrowed::default()
    };
    let (entries, next) = boxes::page(&reader, &caller.call, &apps, asked.which, &narrowed, asked.after, PAGE).await?;
    let counts = web.service.box_counts(&reader, &caller.call).await?;
    let total = flows::counts(&reader, asked.which, user, &narrowed, COUNTED).await?;
    let rows = rows(&reader, &caller, asked.which, &entries).await?;
    let chips = chips(&reader, &asked, texts, user, &tables).await?;
    let mut shell = shell::of(&web, &caller, &wants.path, texts.get("todo-title"), Place::Todo).await?;
    shell.flash = flash(&reader, texts, user, &pairs).await?;
    let page = TodoPage {
        shell,
        boxes: tabs(texts, &asked, counts),
        search: Search {
            action: "/todo".to_owned(),
            value: asked.words.clone().unwrap_or_default(),
            placeholder: texts.get("todo-search-hint"),
            keep: keep(&asked),
        },
        chips,
        empty: rows.is_empty().then(|| empty(texts, &asked)),
        text: if total == 0 { String::new() } else { count_text(texts, total) },
        next: next.map(|key| asked.address(asked.which, asked.table.as_deref(), Some(key))),
        rows,
    };
    error::html(&page)
}

fn count_text(texts: Texts, total: u64) -> String {
    if total > COUNTED {
        return texts.with("todo-count", &[("count", (&find::capped(total, COUNTED)).into())]);
    }
    texts.count("todo-count", usize::try_from(total).unwrap_or(usize::MAX))
}

fn keep(asked: &Asked) -> Vec<(String, String)> {
    let mut keep = vec![("box".to_owned(), asked.which.as_str().to_owned())];
    keep.extend(asked.table.iter().map(|table| ("table".to_owned(), table.clone())));
    keep
}

fn tabs(texts: Texts, asked: &Asked, counts: [u64; 4]) -> Vec<Tab> {
    TaskBox::ALL
        .into_iter()
        .zip(counts)
        .map(|(which, count)| {
            let label = texts.get(&format!("box-{}", which.as_str()));
            let tab = Tab::new(label, format!("/todo?box={}", which.as_str()), which == asked.which);
            match (which, count) {
                (_, 0) | (TaskBox::Done | TaskBox::Started, _) => tab,
                (which, count) => tab.count(find::capped(count, COUNTED), which == TaskBox::Todo),
            }
        })
        .collect()
}

/// A table whose records are approved.
struct Approved {
    /// `app.table`.
    key: String,
    app: i64,
    id: i64,
    title: String,
}

fn tables(apps: &[Arc<LiveApp>], locale: &str) -> Vec<Approved> {
    let mut found = Vec::new();
    for app in apps {
        for table in app.face(locale).app.tables.values().filter(|table| app.app().submit_flow(&table.key).is_some()) {
            if let Some(id) = app.schema.id_of(&table.key) {
                let key = format!("{}.{}", app.key(), table.key);
                found.push(Approved { key, app: app.id.0, id: id.0, title: table.title.clone() });
            }
        }
    }
    found
}

/// One chip per table that has rows in the box, where there is more than one to choose from.
async fn chips(
    conn: &impl Connection,
    asked: &Asked,
    texts: Texts,
    user: UserId,
    tables: &[Approved],
) -> Result<Vec<Tab>> {
    let mut chips = Vec::new();
    for table in tables {
        let narrowed =
            Narrowed { app: Some(table.app), table: Some(table.id), words: asked.words.clone(), ..Narrowed::default() };
        let count = flows::counts(conn, asked.which, user, &narrowed, COUNTED).await?;
        let current = asked.table.as_deref() == Some(&table.key);
        if count > 0 || current {
            let href = asked.address(asked.which, Some(&table.key), None);
            chips.push(Tab::new(table.title.clone(), href, current).count(find::capped(count, COUNTED), false));
        }
    }
    if chips.len() < 2 && asked.table.is_none() {
        return Ok(Vec::new());
    }
    let all = Tab::new(texts.get("todo-all"), asked.address(asked.which, None, None), asked.table.is_none());
    chips.insert(0, all);
    Ok(chips)
}

/// The entries of a box as rows, in their order. One statement for the names of all who started them.
///
/// # Errors
/// The database failed.
pub async fn rows(conn: &impl Connection, caller: &Caller, which: TaskBox, entries: &[Entry]) -> Result<Vec<TaskRow>> {
    let people = starters(conn, entries).await?;
    let texts = shell::texts(caller);
    Ok(entries.iter().map(|entry| row(texts, caller, which, entry, &people)).collect())
}

async fn starters(conn: &impl Connection, entries: &[Entry]) -> Result<HashMap<i64, user::Model>> {
    let mut ids: Vec<UserId> = entries.iter().map(|entry| entry.row.starter).collect();
    ids.sort();
    ids.dedup();
    Ok(people::users(conn, &ids).await?.into_iter().map(|user| (user.id, user)).collect())
}

fn row(texts: Texts, caller: &Caller, which: TaskBox, entry: &Entry, people: &HashMap<i64, user::Model>) -> TaskRow {
    let row = &entry.row;
    let face = &entry.live.face(&caller.call.actor.locale).app;
    let table = entry.live.table_key(row.table).unwrap_or_default();
    let record = format!("/apps/{}/{table}/{}", row.app_key, row.record);
    let href = match (which, row.task) {
        (TaskBox::Todo | TaskBox::Done, Some(task)) => format!("/todo/{task}"),
        _ => record,
    };
    let who = people.get(&row.starter.0).map_or_else(
        || Person::new(format!("#{}", row.starter), ""),
        |user| Person::new(user.name.clone(), user.position.clone().unwrap_or_default()),
    );
    let (node, age) = standing(texts, caller, which, entry);
    let title = face.tables.get(table).map(|table| Cell::text(table.title.clone()));
    TaskRow {
        href,
        title: row.title.clone(),
        tags: Vec::new(),
        code: String::new(),
        facts: title.into_iter().chain(entry.facts.iter().map(fact)).collect(),
        who,
        node,
        age,
        icon: icon(&entry.live, table),
        unread: !row.read && matches!(which, TaskBox::Todo | TaskBox::Copies),
    }
}

/// A bare figure says nothing without its label; a name does.
fn fact((label, value): &(String, Option<String>)) -> Cell {
    match value {
        None => Cell::Masked,
        Some(value) if value.chars().all(|letter| letter.is_ascii_digit() || ",.-−".contains(letter)) => {
            Cell::text(format!("{label} {value}"))
        }
        Some(value) => Cell::text(value.clone()),
    }
}

/// The step it is at and how long it waits there; where nothing is to do any more, when that was and how it stands.
fn standing(texts: Texts, caller: &Caller, which: TaskBox, entry: &Entry) -> (String, Status) {
    let row = &entry.row;
    let moment = |at| case::short_moment(&caller.person.zone, caller.call.now, at);
    match which {
        TaskBox::Todo => {
            let waits = caller.call.now.0 - row.at.0;
            let tone = match waits {
                ..LONG => Tone::Plain,
                LONG..VERY_LONG => Tone::Warn,
                _ => Tone::Bad,
            };
            (entry.node_title.clone(), Status::new(tone, format::lasting(texts, waits)))
        }
        TaskBox::Done => {
            let (tone, verb) = match row.task_state.as_str() {
                "approved" => (Tone::Ok, "did-approve"),
                "rejected" => (Tone::Bad, "did-reject"),
                "returned" => (Tone::Warn, "did-return"),
                "completed" => (Tone::Ok, "did-submit"),
                _ => (Tone::Off, "did-skip"),
            };
            (moment(row.decided_at.unwrap_or(row.at)), Status::new(tone, texts.get(verb)))
        }
        TaskBox::Started | TaskBox::Copies => (moment(row.at), case::status(texts, &row.case_state)),
    }
}

/// The icon of the table's entry in the app's menu.
fn icon(live: &LiveApp, table: &str) -> String {
    let app = live.app();
    let shows = |view: &String| app.views.get(view).is_some_and(|view| view.table == table);
    let mut entries = app.manifest.menu.iter();
    let entry = entries.find(|entry| entry.table.as_deref() == Some(table) || entry.view.as_ref().is_some_and(shows));
    let own = entry.and_then(|entry| {
        let view = entry.view.as_ref().and_then(|view| app.views.get(view)?.icon.clone());
        entry.icon.clone().or(view)
    });
    own.unwrap_or_else(|| "file".to_owned())
}

fn empty(texts: Texts, asked: &Asked) -> Empty {
    let key = if asked.words.is_some() || asked.table.is_some() { "search" } else { asked.which.as_str() };
    let icon = if key == "search" { "search" } else { "check" };
    let mut empty = Empty::new(icon, texts.get(&format!("{key}-empty-title")), texts.get(&format!("{key}-empty-body")));
    if key == "search" {
        let address = format!("/todo?box={}", asked.which.as_str());
        empty.action = Some(Action::link(texts.get("grid-clear"), address));
    }
    empty
}

/// What was just decided. The task is looked up again, and named only to whoever held it.
///
/// # Errors
/// The database failed.
pub async fn flash(
    conn: &impl Connection,
    texts: Texts,
    user: UserId,
    pairs: &[(String, String)],
) -> Result<Option<crate::web::view::Flash>> {
    let Some(notice) = find::parameter(pairs, "notice") else { return Ok(None) };
    let about = find::parameter(pairs, "about").and_then(|id| id.parse().ok()).map(TaskId);
    let mut name = String::new();
    if let Some(about) = about
        && let Some(task) = flows::task(conn, about).await?
        && task.user_id == user.0
        && let Some(case) = flows::by_id(conn, crate::base::id::CaseId(task.case_id)).await?
    {
        name = case.title;
    }
    Ok(shell::flash(texts, Some(notice), &name))
}
