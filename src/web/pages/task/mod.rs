//! One task: the record as the step shows it, and the decision.

mod held;

use super::{
    case,
    cell::Showing,
    find,
    form::{Drawing, Drawn, Options, Posted, Problems},
    keys::{KEY, keyed, new_key},
    todo,
};
use crate::{
    base::{
        error::FieldError,
        id::{TaskId, UserId},
    },
    i18n::{Arg, Texts, format},
    rules::{Mode, validate},
    service::{
        Error, Shortage,
        decide_task::{Decide as Command, Decision as Act},
        represent,
    },
    store::records,
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::{self, message_of, say_field},
        extract::Wants,
        shell,
        view::{
            Action, Crumb, Note, NoteTone, Place,
            form::Form as FormView,
            task::{Decide, Decision, Operation, Refusal, TaskFragment, TaskPage},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use held::Held;

/// `GET /todo/{task}`.
///
/// # Errors
/// `NotFound` for whoever may not see the record; the database failed.
pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let id = TaskId(id);
    let live = held::app_of(&web, &caller, id).await?;
    let held = Held::load(&web, &caller, &live, id).await?;
    if held.ops.iter().any(|op| op == "resubmit") {
        // What came back to its starter is worked on in the form itself.
        return Ok(Redirect::to(&format!("{}/edit", held.record_url())).into_response());
    }
    if held.row.user_id == caller.call.actor.user.0 && held.row.read_at.is_none() {
        web.service.case_was_read(&caller.call, held.case.case.id).await?;
    }
    let posted = Posted { document: held.record.document.clone(), ..Posted::default() };
    let mut answering = Answering::of(&held, new_key());
    answering.notices = find::pairs(query.as_deref());
    answering.answer(posted, Problems::default(), &wants).await
}

/// `POST /todo/{task}`: decides it, or, without an operation, takes a change of its fields.
///
/// # Errors
/// `NotFound`; the database failed. What stands against the decision is said on the page.
pub async fn decide(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(id): Path<i64>,
    mut form: FormBody,
) -> Result<Response> {
    if let Some(file) = form.get("_drop").map(str::to_owned) {
        super::form::drop_file(&mut form, &file);
    }
    let id = TaskId(id);
    let live = held::app_of(&web, &caller, id).await?;
    let held = Held::load(&web, &caller, &live, id).await?;
    let texts = shell::texts(&caller);
    let op = form.get("_op");
    let mut answering = Answering::of(&held, form.get(KEY).map_or_else(new_key, str::to_owned));
    answering.comment = form.raw("comment").unwrap_or_default().to_owned();
    let mut problems = Problems::default();
    let mut posted = held.read(&form);
    let changed = form.get("_changed").filter(|_| op.is_none());
    let working = held.evaluate(posted.document.clone(), changed).await?;
    let act = match op {
        Some("approve") => Act::Approve,
        Some("reject") => Act::Reject,
        Some("return") => Act::ReturnToStart(None),
        _ => {
            problems.add(texts, held.table, &posted.errors);
            problems.add(texts, held.table, &working.errors);
            posted.document = working.document;
            return answering.answer(posted, problems, &wants).await;
        }
    };
    let standings = held.standings(&working);
    let approving = act == Act::Approve;
    if !approving && form.get("comment").is_none() {
        answering.comment_error = texts.error("comment_required", &[]);
        answering.status = StatusCode::UNPROCESSABLE_ENTITY;
        posted.document = working.document;
        return answering.answer(posted, problems, &wants).await;
    }
    // Only an approval takes over what was filled in; whoever sends a record back leaves it as it was.
    if approving && !posted.errors.is_empty() {
        problems.add(texts, held.table, &posted.errors);
        let more = validate(held.table, Some(&working.state), &working.document, Mode::Submit);
        problems.add(texts, held.table, &more);
        answering.status = StatusCode::UNPROCESSABLE_ENTITY;
        posted.document = working.document;
        return answering.answer(posted, problems, &wants).await;
    }
    let command = Command {
        live: live.clone(),
        task: id,
        decision: act,
        comment: form.get("comment").map(str::to_owned),
        values: (approving && held.fills_in()).then(|| standings.values()),
    };
    let call = keyed(&caller, &wants.path, &form)?;
    let refusal = match web.service.decide(call, command).await {
        Ok(_) => {
            let notice = format!("notice={}&about={id}", op.unwrap_or_default());
            let onward = held.next().await?.map_or_else(|| "/todo".to_owned(), |next| format!("/todo/{next}"));
            return Ok(Redirect::to(&format!("{onward}?{notice}")).into_response());
        }
        Err(refusal) => refusal,
    };
    answering.status = error::status_of(&refusal);
    match &refusal {
        Error::Invalid(errors) => {
            let (comment, others): (Vec<&FieldError>, Vec<&FieldError>) =
                errors.iter().partition(|error| error.path == "/comment");
            answering.comment_error = comment.first().map(|error| say_field(texts, error));
            problems.add(texts, held.table, &others.into_iter().cloned().collect::<Vec<_>>());
        }
        Error::Conflict { code, .. } if matches!(code.as_str(), "already_decided" | "not_open") => {
            // Somebody was faster: the page says who, and offers what else there is to do.
            drop(standings);
            let fresh = Held::load(&web, &caller, &live, id).await?;
            let mut answering = Answering::of(&fresh, new_key());
            answering.status = StatusCode::CONFLICT;
            let posted = Posted { document: fresh.record.document.clone(), ..Posted::default() };
            return answering.answer(posted, Problems::default(), &wants).await;
        }
        Error::Conflict { shortages, .. } => {
            let message = message_of(texts, &refusal);
            answering.refusal = Some(refused(&held, texts, &message, shortages));
        }
        Error::Busy | Error::StorageFull | Error::Limited { .. } => problems.say(message_of(texts, &refusal)),
        _ => return Err(refusal.into()),
    }
    posted.document = working.document;
    answering.answer(posted, problems, &wants).await
}

/// Why the decision did not happen, with every shortage, and the way back to whoever can mend it.
fn refused(held: &Held<'_>, texts: Texts, message: &str, shortages: &[Shortage]) -> Refusal {
    let mut reasons: Vec<String> = Vec::new();
    for shortage in shortages.iter().filter(|shortage| !shortage.message.is_empty()) {
        if !reasons.contains(&shortage.message) {
            reasons.push(shortage.message.clone());
        }
    }
    let reason = if reasons.len() > 1 { texts.count("task-short-count", reasons.len()) } else { message.to_owned() };
    let comment = if reasons.is_empty() { message.to_owned() } else { reasons.join(&texts.get("sentence-break")) };
    let offer = held.ops.iter().any(|op| op == "return").then(|| {
        let values =
            vec![("_op".to_owned(), "return".to_owned()), ("comment".to_owned(), comment), (KEY.to_owned(), new_key())];
        Action::post(texts.get("task-return-to-fix"), held.url(), values).icon("return")
    });
    Refusal {
        title: texts.with("task-not-approved", &[("reason", Arg::Text(&reason))]),
        reasons: if reasons.len() > 1 { reasons } else { Vec::new() },
        advice: texts.get("task-shortage-advice"),
        offer,
    }
}

/// One answer about a task.
struct Answering<'h, 'a> {
    held: &'h Held<'a>,
    key: String,
    comment: String,
    comment_error: Option<String>,
    refusal: Option<Refusal>,
    status: StatusCode,
    notices: Vec<(String, String)>,
}

impl<'h, 'a> Answering<'h, 'a> {
    fn of(held: &'h Held<'a>, key: String) -> Self {
        Self {
            held,
            key,
            comment: String::new(),
            comment_error: None,
            refusal: None,
            status: StatusCode::OK,
            notices: Vec::new(),
        }
    }

    /// The task as a page, or the record's part of it.
    async fn answer(self, posted: Posted, mut problems: Problems, wants: &Wants) -> Result<Response> {
        let held = self.held;
        let caller = held.caller;
        let texts = shell::texts(caller);
        let working = held.evaluate(posted.document, None).await?;
        let standings = held.standings(&working);
        let options = Options::load(&held.reader, &held.rights, &standings, !wants.fragment).await?;
        let documents = std::iter::once(&working.document);
        let mut labels =
            represent::labels(&held.reader, &held.rights, held.table, documents, held.case.people()).await?;
        labels.keep_files_of(held.table, &held.record.document);
        let zone = &caller.person.zone;
        let show = Showing { texts, zone, labels: &labels, links_in: Some(held.live.key()) };
        let base = held.list_url();
        let drawing = Drawing {
            show,
            options: &options,
            base: &base,
            standings: &standings,
            raw: &posted.raw,
            sources: &[],
            facts: true,
        };
        let Drawn { sections, hidden } = drawing.draw(&mut problems);
        let fills_in = held.fills_in();
        let form = FormView {
            action: held.url(),
            live_url: if fills_in { held.url() } else { String::new() },
            key: self.key.clone(),
            version: Some(held.record.version.to_string()),
            hidden,
            sections,
            buttons: Vec::new(),
            errors: problems.finish(held.table),
            notes: Vec::new(),
            stale: None,
            aside: Vec::new(),
            summary: String::new(),
            cancel: String::new(),
            said: None,
            trap: false,
            taking: None,
            draft: None,
            draft_url: String::new(),
        };
        if wants.fragment {
            return error::html(&TaskFragment { t: texts, form });
        }
        let name = records::label(held.table, held.record.id.0, &working.document.values);
        let title = held.case.row.title.clone();
        let mut shell = shell::of(held.web, caller, &held.url(), title.clone(), Place::Todo).await?;
        shell.flash = todo::flash(&held.reader, texts, caller.call.actor.user, &self.notices).await?;
        let open = fills_in.then(|| format::listed(texts, &held.open_fields()));
        let notes = open
            .map(|fields| Note::new(NoteTone::Info, texts.with("task-read-only", &[("fields", Arg::Text(&fields))])));
        let page = TaskPage {
            shell,
            crumbs: vec![Crumb::new(texts.get("todo-title"), "/todo"), Crumb::new(held.table.title.clone(), "")],
            code: if title.contains(&name) { String::new() } else { name },
            title,
            status: Some(held.case.status(texts)),
            meta: self.meta(&show),
            actions: vec![Action::link(texts.get("task-open-record"), held.record_url()).icon("file")],
            track: held.case.track(&show),
            reason: reason(texts, &held.row.kind),
            notes: notes.into_iter().collect(),
            timeline: held.case.timeline(&show),
            decide: self.deciding(&show).await?,
            refusal: self.refusal,
            form,
        };
        let mut response = error::html(&page)?;
        *response.status_mut() = self.status;
        Ok(response)
    }

    fn meta(&self, show: &Showing<'_>) -> String {
        let row = &self.held.case.row;
        let at = crate::base::time::Timestamp(row.created_at);
        let when = case::short_moment(show.zone, self.held.caller.call.now, at);
        find::who_when(show.texts, "record-started", &show.name(Some(row.starter_id)), &when)
    }

    async fn deciding(&self, show: &Showing<'_>) -> Result<Decide> {
        let (held, t) = (self.held, show.texts);
        if held.decides() {
            // The one that stands out comes last.
            let order = ["return", "reject", "approve"].into_iter();
            let ops = order.filter(|op| held.ops.iter().any(|own| own == op));
            return Ok(Decide::Open(Decision {
                ops: ops.map(|op| Operation::new(op, t.get(&format!("op-{op}")))).collect(),
                comment: self.comment.clone(),
                comment_error: self.comment_error.clone(),
            }));
        }
        let next = held.next().await?;
        let next = match next {
            Some(next) => Action::link(t.get("task-next"), format!("/todo/{next}")).primary(),
            None => Action::link(t.get("task-back"), "/todo"),
        };
        Ok(Decide::Closed { text: self.closed(show), next: Some(next) })
    }

    /// Who decided it, when and how; or whose it is.
    fn closed(&self, show: &Showing<'_>) -> String {
        let (held, t) = (self.held, show.texts);
        let holder = show.name(Some(held.row.user_id));
        let ordinal = u32::try_from(held.row.ordinal).unwrap_or_default();
        let (by, at) = held.case.closed(ordinal).unwrap_or((UserId(held.row.user_id), held.caller.call.now));
        let who = if by == held.caller.call.actor.user { t.get("you") } else { show.name(Some(by.0)) };
        let when = case::short_moment(show.zone, held.caller.call.now, at);
        let verb = match held.row.state.as_str() {
            "approved" => "did-approve",
            "rejected" => "did-reject",
            "returned" => "did-return",
            "completed" => "did-submit",
            "superseded" => return t.with("task-superseded", &[("who", Arg::Text(&who))]),
            "open" | "waiting" => return t.with("task-of-other", &[("who", Arg::Text(&holder))]),
            _ => return t.get("task-void"),
        };
        let what = t.get(verb);
        t.with("task-decided", &[("who", Arg::Text(&who)), ("when", Arg::Text(&when)), ("what", Arg::Text(&what))])
    }
}

/// Why the task came to its holder, where it is not simply theirs.
fn reason(texts: Texts, via: &str) -> String {
    match via {
        "superior" => texts.get("task-via-superior"),
        "head" => texts.get("task-via-head"),
        "members" => texts.get("task-via-members"),
        "administrators" => texts.get("task-via-administrators"),
        _ => String::new(),
    }
}
