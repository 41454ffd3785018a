//! `/apps/{app}/{table}/{id}`: one record to read, and what may be done with it.

mod actions;
mod details;
mod history;

use super::{
    case::{self, CaseView},
    cell::{self, Showing},
    find,
    keys::keyed,
};
use crate::{
    access::RowRights,
    base::{
        error::FieldError,
        id::{CaseId, RecordId, UserId},
    },
    definition::{field::Kind, role::Action, table::Table},
    flow::state::CaseState,
    i18n::{Arg, Texts},
    service::{
        Call, Error, LiveApp,
        decide_task::Steer,
        forms,
        permits::Rights,
        press_button, represent,
        save_record::Edit,
        see::{self, Seen},
    },
    store::{
        Connection,
        audit::{Object, of_object},
        flows,
        records::{self, Record},
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, say_field, status_of},
        extract::Wants,
        shell,
        view::{
            Crumb, Empty, Note, NoteTone, Place, Status, Tab,
            record::{RecordPage, RecordPane},
        },
    },
};
use actions::May;
pub use actions::press;
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use std::sync::Arc;

/// How many changes a page of the history holds.
const CHANGES: u64 = 30;

/// The names in the address of a record.
type Names = (String, String, String);

/// What to show of a record, besides the record.
#[derive(Default)]
struct Asked {
    tab: Option<String>,
    before: Option<i64>,
    notice: Option<String>,
    /// Why something that was just asked for did not happen.
    problems: Vec<Note>,
}

/// The record that an address names.
struct Target {
    live: Arc<LiveApp>,
    table: String,
    id: RecordId,
    /// `/apps/{app}/{table}/{id}`.
    url: String,
}

impl Target {
    async fn find(web: &Web, caller: &Caller, (app, table, id): Names) -> Result<Self> {
        let live = find::app(web, caller, &app).await?;
        let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
        let url = format!("/apps/{app}/{table}/{id}");
        Ok(Self { live, table, id: RecordId(id), url })
    }

    fn list(&self) -> String {
        format!("/apps/{}/{}", self.live.key(), self.table)
    }

    /// The record with no value changed, at the version its page was drawn from.
    fn as_shown(&self, form: &FormBody, submit: bool) -> Edit {
        Edit {
            live: self.live.clone(),
            table: self.table.clone(),
            id: self.id,
            values: json!({}),
            version: form.get("_version").and_then(|version| version.parse().ok()),
            submit,
        }
    }
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(names): Path<Names>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let target = Target::find(&web, &caller, names).await?;
    let pairs = find::pairs(query.as_deref());
    let asked = Asked {
        tab: find::parameter(&pairs, "tab").map(str::to_owned),
        before: find::parameter(&pairs, "before").and_then(|before| before.parse().ok()),
        notice: find::parameter(&pairs, "notice").map(str::to_owned),
        problems: Vec::new(),
    };
    page(&web, &caller, &wants, &target, asked).await
}

/// Submits a draft, or what was sent back.
pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(names): Path<Names>,
    form: FormBody,
) -> Result<Response> {
    let target = Target::find(&web, &caller, names).await?;
    let call = keyed(&caller, &wants.path, &form)?;
    let done = web.service.edit_record(call, target.as_shown(&form, true)).await;
    answer(&web, &caller, &wants, &target, done.map(|_| format!("{}?notice=submit", target.url))).await
}

pub async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(names): Path<Names>,
    form: FormBody,
) -> Result<Response> {
    let target = Target::find(&web, &caller, names).await?;
    let call = keyed(&caller, &wants.path, &form)?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &call, &target.live).await?;
    see::see(&reader, &rights, &target.live, &target.table, target.id).await?;
    let place = target.live.schema.id_of(&target.table).ok_or(Error::NotFound)?;
    let case = flows::latest_of_record(&reader, place, target.id).await?.ok_or(Error::NotFound)?;
    let steer = Steer { live: target.live.clone(), case: CaseId(case.id), withdraw: true, comment: None };
    let done = web.service.steer(call.clone(), steer).await;
    answer(&web, &caller, &wants, &target, done.map(|_| format!("{}?notice=withdraw", target.url))).await
}

pub async fn delete(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(names): Path<Names>,
    form: FormBody,
) -> Result<Response> {
    let target = Target::find(&web, &caller, names).await?;
    let call = keyed(&caller, &wants.path, &form)?;
    let done = web.service.delete_record(call, target.as_shown(&form, false)).await;
    answer(
        &web,
        &caller,
        &wants,
        &target,
        done.map(|_| format!("{}?notice=delete&deleted={}", target.list(), target.id.0)),
    )
    .await
}

/// Goes on to `done`, or shows the record again with what stood in the way.
async fn answer(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    target: &Target,
    done: std::result::Result<String, Error>,
) -> Result<Response> {
    let error = match done {
        Ok(next) => return Ok(Redirect::to(&next).into_response()),
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. } | Error::Stale { .. })) => error,
        Err(other) => return Err(Failure(other)),
    };
    let texts = shell::texts(caller);
    let table = target.live.table(&caller.call.actor.locale, &target.table)?;
    let problems = problems(texts, table, &error, &format!("{}/edit", target.url));
    let asked = Asked { problems, ..Asked::default() };
    // Who changes the language here comes back to the record: this address can only be posted to.
    let mut wants = wants.clone();
    wants.path.clone_from(&target.url);
    let mut response = page(web, caller, &wants, target, asked).await?;
    let status: StatusCode = status_of(&error);
    *response.status_mut() = status;
    Ok(response)
}

/// Every single reason, each with its field, and the way to correct it.
fn problems(texts: Texts, table: &Table, error: &Error, edit: &str) -> Vec<Note> {
    let note = |text: String| Note::new(NoteTone::Bad, text);
    match error {
        Error::Invalid(errors) => errors
            .iter()
            .map(|error| Note {
                link: Some((texts.get("record-correct"), edit.to_owned())),
                ..note(format!("{}{}", place_of(texts, table, error), say_field(texts, error)))
            })
            .collect(),
        Error::Conflict { shortages, .. } if !shortages.is_empty() => {
            shortages.iter().map(|shortage| note(shortage.message.clone())).collect()
        }
        other => vec![note(message_of(texts, other))],
    }
}

/// What stands at an error's path, with a colon behind it; nothing for the whole.
fn place_of(texts: Texts, table: &Table, error: &FieldError) -> String {
    let mut parts = error.path.split('/').skip(1);
    let Some(field) = parts.next().and_then(|key| table.field(key)) else { return String::new() };
    let mut title = field.title.clone();
    if field.kind == Kind::Lines
        && let Some(row) = parts.next().and_then(|row| row.parse::<i64>().ok())
    {
        title = texts.with("line-of", &[("lines", Arg::Text(&field.title)), ("count", Arg::Number(row + 1))]);
        if let Some(column) = parts.next().and_then(|key| field.column(key)) {
            title = format!("{title} · {}", column.title);
        }
    }
    texts.with("field-says", &[("field", Arg::Text(&title))])
}

/// The record's page.
async fn page(web: &Web, caller: &Caller, wants: &Wants, target: &Target, asked: Asked) -> Result<Response> {
    let texts = shell::texts(caller);
    let call = &caller.call;
    let live = &*target.live;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, call, live).await?;
    let Seen { permit, record } = see::see(&reader, &rights, live, &target.table, target.id).await?;
    let table = live.table(&call.actor.locale, &target.table)?;
    let can = permit.rights(&record.matched);
    let case = case_of(&reader, web, call, live, table, &record).await?;

    let tabs = tabs(texts, target, &asked, case.is_some(), can.can(Action::History));
    let tab = tabs.iter().position(|tab| tab.current).unwrap_or(0);
    let at_history = tab > 0 && tab + 1 == tabs.len() && can.can(Action::History);
    let object = Object {
        kind: "record".into(),
        app: Some(live.id),
        table: live.schema.id_of(&table.key),
        id: Some(record.id.0),
    };
    let changes = if at_history { of_object(&reader, &object, asked.before, CHANGES + 1).await? } else { Vec::new() };

    let mut people: Vec<UserId> = [record.created_by, record.updated_by].into_iter().flatten().collect();
    people.extend(case.iter().flat_map(CaseView::people));
    let documents = std::iter::once(&record.document);
    let mut labels = represent::labels(&reader, &rights, table, documents, people.into_iter()).await?;
    if !changes.is_empty() {
        let more = represent::labels_of(&reader, &rights, history::wanted(table, &changes)).await?;
        for (target, names) in more.0 {
            labels.0.entry(target).or_default().extend(names);
        }
        labels.1.extend(more.1);
    }
    let show = Showing { texts, zone: &caller.person.zone, labels: &labels, links_in: Some(live.key()) };

    let pane = match (&case, tab, at_history) {
        (_, _, true) => history_pane(&show, table, &can, changes, target),
        (Some(case), 1.., _) => RecordPane::Flow(case.timeline(&show)),
        _ => {
            let access = forms::access_map(table, &permit, Some(&record));
            let document = record.document.clone();
            let working = forms::evaluate(&reader, call, &rights, &table.key, access, document, None).await?;
            let details = details::Details {
                show,
                table,
                layout: &working.form.layout,
                state: &working.state,
                record: &record,
                permit: &permit,
                rights: &can,
            };
            RecordPane::Details(details.sections())
        }
    };
    let (title, code) = name_of(texts, table, &record);
    let name = if code.is_empty() {
        title.clone()
    } else if code == texts.get("not-numbered") {
        texts.with("unnumbered-of", &[("title", Arg::Text(&title))])
    } else {
        code.clone()
    };
    let mut notes = asked.problems;
    notes.extend(case.as_ref().and_then(|case| case.note(&show)));
    let may = May::judge(&rights, live, table, &record, &can, case.as_ref(), call);
    let own = press_button::offered(&reader, call, &rights, table, &record, &can).await?;
    let task = open_task(&reader, case.as_ref(), call).await?;
    let mut shell = shell::of(web, caller, &wants.path, name.clone(), Place::App).await?;
    shell.flash = shell::flash(texts, asked.notice.as_deref(), &name);
    let crumbs = vec![Crumb::new(table.title.clone(), target.list()), Crumb::new(name.clone(), "")];
    html(&RecordPage {
        shell,
        crumbs,
        title,
        code,
        status: status(texts, &record, case.as_ref()),
        meta: meta(&show, case.as_ref(), &record, caller),
        actions: may.actions(texts, &target.url, record.version, &name, task, &own),
        notes,
        track: case.as_ref().map(|case| case.track(&show)).unwrap_or_default(),
        tabs,
        pane,
        footer: footer(&show, &record),
    })
}

/// The record's newest case, where its table has a flow.
async fn case_of(
    conn: &impl Connection,
    web: &Web,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    record: &Record,
) -> Result<Option<CaseView>> {
    if live.app().submit_flow(&table.key).is_none() {
        return Ok(None);
    }
    let place = live.schema.id_of(&table.key).ok_or(Error::NotFound)?;
    let Some(row) = flows::latest_of_record(conn, place, record.id).await? else { return Ok(None) };
    let loaded = case::load(conn, &web.service, call, live, table, &record.document, CaseId(row.id)).await?;
    Ok(Some(loaded))
}

/// The reader's open task in the case, by which they decide it; not the starter's own, who corrects the record instead.
async fn open_task(conn: &impl Connection, case: Option<&CaseView>, call: &Call) -> Result<Option<i64>> {
    let Some(view) = case.filter(|view| view.case.state == CaseState::Running) else { return Ok(None) };
    let mine = view.case.open_tasks().find(|task| task.holder == call.actor.user);
    let Some(ordinal) = mine.map(|task| i64::from(task.ordinal)) else { return Ok(None) };
    let rows = flows::tasks_of(conn, &[view.row.id]).await?;
    Ok(rows.into_iter().find(|row| row.ordinal == ordinal).map(|row| row.id))
}

fn tabs(texts: Texts, target: &Target, asked: &Asked, case: bool, history: bool) -> Vec<Tab> {
    let mut known = vec![("", "tab-details")];
    if case {
        known.push(("flow", "tab-flow"));
    }
    if history {
        known.push(("history", "tab-history"));
    }
    let wanted = asked.tab.as_deref().filter(|tab| known.iter().any(|(key, _)| key == tab)).unwrap_or("");
    let tab = |(key, text): (&str, &str)| {
        let href = if key.is_empty() { target.url.clone() } else { format!("{}?tab={key}", target.url) };
        Tab::new(texts.get(text), href, key == wanted)
    };
    known.into_iter().map(tab).collect()
}

fn history_pane(
    show: &Showing<'_>,
    table: &Table,
    can: &RowRights<'_>,
    mut changes: Vec<crate::store::entity::audit_log::Model>,
    target: &Target,
) -> RecordPane {
    let shown = usize::try_from(CHANGES).unwrap_or(usize::MAX);
    let more = changes.len() > shown;
    changes.truncate(shown);
    if changes.is_empty() {
        let texts = show.texts;
        return RecordPane::Empty(Empty::new(
            "history",
            texts.get("history-empty-title"),
            texts.get("history-empty-body"),
        ));
    }
    let last = changes.last().filter(|_| more).map(|last| last.sequence);
    let next = last.map(|before| format!("{}?tab=history&before={before}", target.url));
    RecordPane::History { entries: history::told(show, table, can, &changes), next }
}

/// What the page is called, and the record's number or code beside it.
///
/// A document is called by what it is and carries its number; anything else by its own name.
fn name_of(texts: Texts, table: &Table, record: &Record) -> (String, String) {
    let label = records::label(table, record.id.0, &record.document.values);
    let numbered = table.display_fields().next().filter(|field| {
        table.display == format!("{{{}}}", field.key) && matches!(field.kind, Kind::NumberSeries | Kind::Barcode)
    });
    match numbered {
        Some(field) if record.document.get(&field.key).is_unset() => (table.title.clone(), texts.get("not-numbered")),
        Some(_) => (table.title.clone(), label),
        None if label.starts_with('#') => (table.title.clone(), label),
        None => (label, String::new()),
    }
}

fn status(texts: Texts, record: &Record, case: Option<&CaseView>) -> Option<Status> {
    let state = record.state.as_deref()?;
    match case {
        Some(case) if state == "in_approval" => Some(case.status(texts)),
        _ => Some(cell::state(texts, state)),
    }
}

fn meta(show: &Showing<'_>, case: Option<&CaseView>, record: &Record, caller: &Caller) -> String {
    let when = |at| case::short_moment(show.zone, caller.call.now, at);
    match case {
        Some(case) => {
            let at = crate::base::time::Timestamp(case.row.created_at);
            find::who_when(show.texts, "record-started", &show.name(Some(case.row.starter_id)), &when(at))
        }
        None => {
            let who = show.name(record.created_by.map(|user| user.0));
            find::who_when(show.texts, "record-created", &who, &when(record.created_at))
        }
    }
}

fn footer(show: &Showing<'_>, record: &Record) -> Vec<String> {
    let texts = show.texts;
    let who = |user: Option<UserId>| show.name(user.map(|user| user.0));
    let created = cell::moment(show.zone, record.created_at).0;
    let mut lines = vec![
        texts.with("record-version", &[("version", Arg::Number(record.version))]),
        find::who_when(texts, "record-created", &who(record.created_by), &created),
    ];
    if record.updated_at != record.created_at {
        let updated = cell::moment(show.zone, record.updated_at).0;
        lines.push(find::who_when(texts, "record-updated", &who(record.updated_by), &updated));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn an_error_names_its_place() {
        let table = Table::parse(&json!({
            "title": "Order", "type": "object", "x-table": {"key": "order"},
            "properties": {
                "no": {"title": "No", "type": "string", "x-field": {"kind": "text"}},
                "lines": {"title": "Lines", "type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                    "qty": {"title": "Quantity", "type": "string", "x-field": {"kind": "decimal"}}}}}
            }
        }))
        .expect("the table reads");
        let texts = Texts(Locale::En);
        let place = |path: &str| place_of(texts, &table, &FieldError::new(path, "required"));
        assert_eq!(place(""), "");
        assert_eq!(place("/no").trim(), "No:");
        assert_eq!(place("/lines/1/qty").trim(), "Lines, line 2 · Quantity:");
    }
}
