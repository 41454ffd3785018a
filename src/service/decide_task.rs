//! What people do to cases: decide a task, withdraw, resubmit, terminate.

use super::{
    Answer, Call, Error, LiveApp, Service, Shortage, audit, automations, files,
    input::{self, Access},
    notices,
    permits::Rights,
    represent,
    run_flow::Running,
    save_record, see,
};
use crate::{
    access::Permit,
    base::{
        error::FieldError,
        id::{CaseId, RecordId, TaskId, UserId},
        time::Timestamp,
    },
    definition::{
        flow::{FieldAccess, Node, Resume},
        role::Action,
    },
    flow::{command::Command, refusal::Refusal},
    rules::Mode,
    store::{Tx, flows, notices as stored, people},
};
use serde_json::Value as Json;
use std::{collections::HashMap, sync::Arc};

/// The longest opinion in characters.
const LONGEST_COMMENT: usize = 2_000;

/// What is asked of a task.
#[derive(Debug, Clone)]
pub struct Decide {
    pub live: Arc<LiveApp>,
    pub task: TaskId,
    pub decision: Decision,
    pub comment: Option<String>,
    /// Values of the fields that the step lets its holder fill in.
    pub values: Option<Json>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Reject,
    ReturnToStart(Option<Resume>),
    /// The starter sends the returned record again.
    Resubmit,
}

/// What is asked of a case.
#[derive(Debug, Clone)]
pub struct Steer {
    pub live: Arc<LiveApp>,
    pub case: CaseId,
    pub withdraw: bool,
    pub comment: Option<String>,
}

super::of_app!(Decide, Steer);

impl Service {
    /// Decides a task and answers it as it is then.
    ///
    /// # Errors
    /// `already_decided` with who and when, `not_yours`, values that do not fit, a ledger's refusal with every shortage.
    pub async fn decide(&self, call: Call, decide: Decide) -> Result<Answer, Error> {
        let (told, task, live) = (call.clone(), decide.task, decide.live.clone());
        let decided = self
            .command(call, decide, |tx, service, call, decide| {
                Box::pin(async move {
                    if let Err(error) = run(tx, service, call, decide).await {
                        return Err(with_name(tx, call, error).await);
                    }
                    let shown = match call.actor.token_allows("read", Some(decide.live.key())) {
                        true => represent::task(tx, service, call, &decide.live, decide.task).await?,
                        false => serde_json::json!({"id": decide.task.0}),
                    };
                    Ok(Answer::new(200, shown))
                })
            })
            .await;
        if let Err(Error::Conflict { shortages, .. }) = &decided
            && !shortages.is_empty()
        {
            self.tell_starter(&told, live, task, shortages.clone()).await?;
        }
        decided
    }

    /// Withdraws or terminates a case and answers it.
    ///
    /// # Errors
    /// Whoever may not, and a case that has ended.
    pub async fn steer(&self, call: Call, steer: Steer) -> Result<Answer, Error> {
        self.command(call, steer, |tx, service, call, steer| {
            Box::pin(async move {
                let running = Running::load(tx, service, call, &steer.live, steer.case).await?;
                represent::may_see_case(tx, service, call, &steer.live, &running).await?;
                if !call.actor.token_allows("write", Some(steer.live.key())) {
                    return Err(Error::forbidden("forbidden"));
                }
                let comment = clean(steer.comment.as_deref())?;
                let command = if steer.withdraw {
                    Command::Withdraw { comment }
                } else {
                    Command::Terminate { reason: comment.unwrap_or_default() }
                };
                running.perform(tx, command).await?;
                let shown = match call.actor.token_allows("read", Some(steer.live.key())) {
                    true => represent::case(tx, service, call, &steer.live, steer.case).await?,
                    false => serde_json::json!({"id": steer.case.0}),
                };
                Ok(Answer::new(200, shown))
            })
        })
        .await
    }

    /// The approval did not happen; the starter is told at once, in their own words and language, of what is missing.
    async fn tell_starter(
        &self,
        call: &Call,
        live: Arc<LiveApp>,
        task: TaskId,
        shortages: Vec<Shortage>,
    ) -> Result<(), Error> {
        let input = (call.clone(), live, shortages);
        self.store
            .transaction_with(input, move |tx, (call, live, shortages)| {
                Box::pin(async move {
                    let Some(row) = flows::task(tx, task).await? else { return Ok(()) };
                    let Some(case) = flows::by_id(tx, CaseId(row.case_id)).await? else { return Ok(()) };
                    let starter = UserId(case.starter_id);
                    if starter == call.actor.user {
                        return Ok(());
                    }
                    let Some(table) = live.table_key(case.table_id) else { return Ok(()) };
                    let link = notices::record_link(live, table, RecordId(case.record_id));
                    let mut notice =
                        notices::of_case(starter, live.id, "notice-refused", &case.title, &call.actor.name, &link);
                    if stored::is_waiting(tx, &notice).await? {
                        return Ok(());
                    }
                    let locale = people::user(tx, starter).await?.and_then(|user| user.locale);
                    notices::add_reason(&mut notice, &reason(shortages, locale.as_deref()));
                    stored::insert(tx, &[notice], call.now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

/// The shortages in one sentence, in a language; the app's own first language where the person has none.
fn reason(shortages: &[Shortage], locale: Option<&str>) -> String {
    let sentence = |shortage: &Shortage| {
        let own = shortage.in_languages.iter().find(|(known, _)| Some(*known) == locale);
        own.or_else(|| shortage.in_languages.first()).map_or_else(|| shortage.code.clone(), |(_, text)| text.clone())
    };
    shortages.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// Who decided already, by name, and when, on the organisation's clock: beside the id and the moment that programs read.
async fn with_name(tx: &Tx, call: &Call, error: Error) -> Error {
    let Error::Conflict { code, params, .. } = &error else { return error };
    if code != "already_decided" {
        return error;
    }
    let by = params.get("by").and_then(|id| id.parse().ok()).map(UserId);
    let at = params.get("at").and_then(|at| Timestamp::parse_rfc3339(at));
    let name = match by {
        Some(by) => people::user(tx, by).await.ok().flatten().map(|user| user.name),
        None => None,
    };
    let when = at.map(|at| at.to_jiff().to_zoned(call.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
    error.with("name", name.unwrap_or_default()).with("when", when.unwrap_or_default())
}

async fn run(tx: &Tx, service: &Service, call: &Call, decide: &Decide) -> Result<(), Error> {
    let row = flows::task(tx, decide.task).await?.ok_or(Error::NotFound)?;
    let running = Running::load(tx, service, call, &decide.live, CaseId(row.case_id)).await?;
    represent::may_see_case(tx, service, call, &decide.live, &running).await?;
    if !call.actor.token_allows("approve", Some(decide.live.key())) {
        return Err(Error::forbidden("forbidden"));
    }
    let task = u32::try_from(row.ordinal).map_err(|_| Error::NotFound)?;
    let comment = clean(decide.comment.as_deref())?;
    let command = match decide.decision {
        Decision::Approve => Command::Approve { task, comment },
        Decision::Reject => Command::Reject { task, comment },
        Decision::ReturnToStart(resume) => Command::ReturnToStart { task, resume, comment },
        Decision::Resubmit => Command::Resubmit { task, comment },
    };
    if let Some(values) = decide.values.as_ref().filter(|values| values.as_object().is_some_and(|map| !map.is_empty()))
    {
        // Only whoever holds the open task may write; everybody else hears so from the same guard as for a decision.
        let holds = running.case.task(task).is_some_and(|row| row.holder == call.actor.user && row.state.is_live());
        if !holds {
            return Err(guard(&running, &command).err().unwrap_or_else(|| Error::forbidden("not_yours")));
        }
        write_values(tx, call, &decide.live, &running, task, values).await?;
    }
    if matches!(decide.decision, Decision::Approve) {
        required_values(tx, &decide.live, &running, task).await?;
    }
    running.perform(tx, command).await.map(|_| ())
}

fn guard(running: &Running<'_>, command: &Command) -> Result<(), Error> {
    let request =
        crate::flow::command::Request { actor: running.actor(), at: running.call.now, command: command.clone() };
    match crate::flow::step::step(&running.flow, &running.case, &request, &[]) {
        Err(refusal @ (Refusal::AlreadyDecided { .. } | Refusal::NotYours { .. } | Refusal::TaskNotOpen { .. })) => {
            Err(refusal.into())
        }
        _ => Ok(()),
    }
}

/// What a node lets its holder do with fields, by path; the node's `*` stands for the rest.
#[must_use]
pub fn node_access(node: Option<&Node>) -> HashMap<String, FieldAccess> {
    let fields = node.and_then(Node::fields);
    fields.map(|fields| fields.iter().map(|(path, access)| (path.clone(), *access)).collect()).unwrap_or_default()
}

/// What the node says of a path, most specific first: `lines.qty`, `lines.*`, `*`.
#[must_use]
pub fn named_access(fields: &HashMap<String, FieldAccess>, path: &str) -> Option<FieldAccess> {
    let group = path.split_once('.').map(|(lines, _)| format!("{lines}.*"));
    let exact = fields.get(path).or_else(|| group.and_then(|group| fields.get(&group)));
    exact.or_else(|| fields.get("*")).copied()
}

async fn write_values(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    running: &Running<'_>,
    task: u32,
    values: &Json,
) -> Result<(), Error> {
    let id = running.record_id();
    let node = running.case.task(task).and_then(|task| running.case.activation(task.activation));
    let fields = node_access(node.and_then(|activation| running.flow.node(&activation.node)));
    let editable = |path: &str| matches!(named_access(&fields, path), Some(FieldAccess::Edit | FieldAccess::Required));
    let rights = Rights::load(tx, call, live).await?;
    let see::Seen { permit: view, record: seen } = see::find(tx, &rights, live, &running.table.key, id).await?;
    let can = view.rights(&seen.matched);
    let access = |path: &str| {
        // A lines field is open as soon as one of its columns is; adding and removing rows is not part of it.
        let lines_open = fields.keys().any(|name| name.starts_with(&format!("{path}.")) && editable(name));
        if editable(path) || lines_open {
            Access::Write
        } else if can.can_read(path) {
            Access::Read
        } else {
            Access::Hidden
        }
    };
    let record = save_record::locked(tx, live, &running.table.key, id).await?;
    let mut input = input::read(tx, &rights, running.table, &record.document, values, &access).await?;
    files::check(tx, &rights, running.table, Some(id), &record.document, &mut input, &access).await?;
    for field in running.table.lines() {
        let ids = |lines: &[crate::base::value::Line]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
        let (before, after) = (record.document.lines_of(&field.key), input.document.lines_of(&field.key));
        if ids(before) != ids(after) && named_access(&fields, &field.key) != Some(FieldAccess::Edit) {
            let error = FieldError::new(format!("/{}", field.key), "not_editable").with("field", &field.title);
            return Err(Error::Invalid(vec![error]));
        }
    }
    let document = save_record::judge(tx, call, live, running.table, input, Mode::Submit, false).await?;
    let permit = Permit::as_app(live.key(), &running.table.key, Action::Edit);
    save_record::save(tx, call, live, running.table, &permit, &record, &document).await?;
    audit::record(tx, call, live, "record.edit", running.table, id, (&record.document, &document)).await?;
    automations::changed(tx, running.service, call, live, &running.table.key, &record, &document).await
}

/// Fields that the node requires have to be filled in before it is passed.
async fn required_values(tx: &Tx, live: &LiveApp, running: &Running<'_>, task: u32) -> Result<(), Error> {
    let node = running.case.task(task).and_then(|task| running.case.activation(task.activation));
    let fields = node_access(node.and_then(|activation| running.flow.node(&activation.node)));
    let required: Vec<&String> =
        fields.iter().filter(|(_, access)| **access == FieldAccess::Required).map(|(path, _)| path).collect();
    if required.is_empty() {
        return Ok(());
    }
    let record = save_record::locked(tx, live, &running.table.key, running.record_id()).await?;
    let mut errors = Vec::new();
    for path in required {
        match path.split_once('.') {
            None if record.document.get(path).is_unset() => {
                errors.push(FieldError::new(format!("/{path}"), "required"))
            }
            None => {}
            Some((lines, column)) => {
                for (index, line) in record.document.lines_of(lines).iter().enumerate() {
                    if line.get(column).is_unset() {
                        errors.push(FieldError::new(format!("/{lines}/{index}/{column}"), "required"));
                    }
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// An opinion without blanks around it, or none.
fn clean(comment: Option<&str>) -> Result<Option<String>, Error> {
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > LONGEST_COMMENT) {
        let error = FieldError::new("/comment", "too_long").with("maximum", LONGEST_COMMENT);
        return Err(Error::Invalid(vec![error]));
    }
    Ok(comment.map(str::to_owned))
}
