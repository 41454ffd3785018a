//! Automations at work: set off by a write, inside its transaction; by the calendar, by a call from outside or by a button, each in one of
//! its own. What they do is done as the app, and what fails takes the write that caused it back with it.

mod calendar;
mod chain;
mod deliver;
mod hooks;
mod log;

pub use chain::Chain;
pub use log::{Logged, problem_words, run_json};

use super::{
    Call, Error, LiveApp, Service,
    context::{Circumstances, with_system_fields},
    effects::{Effect, Extra, Outgoing, Trail},
    permits::Rights,
    tokens,
};
use crate::{
    access::Permit,
    automation::set_off,
    base::{
        id::RecordId,
        value::{Document, Value},
    },
    definition::{
        automation::{Automation, BEFORE, When},
        role::Action,
        table::Table,
    },
    query::{Condition, FieldPath, SystemField},
    rules::Inputs,
    store::{
        BoxFuture, Connection, Tx, automations as stored, outbox,
        records::{self, Record},
    },
};
use serde_json::{Value as Json, json};
use set_off::Event;
use std::sync::{PoisonError, atomic::Ordering};

/// Why an automation runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Cause {
    /// As the run log names it.
    pub trigger: &'static str,
    /// What makes it unique: a moment, a message. The same never runs twice.
    pub once: Option<String>,
    /// The failed run that is tried again.
    pub retry_of: Option<i64>,
    /// What rules see beside the record.
    pub extras: Vec<Extra>,
}

/// Whether any automation listens to what is written to a table.
#[must_use]
pub(super) fn listens(live: &LiveApp, table: &str) -> bool {
    set_off::listens(live.app(), table)
}

/// Tells the automations that a record was changed. Drafts are their owner's alone.
///
/// # Errors
/// As [`happened`].
pub(super) async fn changed(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &str,
    record: &Record,
    after: &Document,
) -> Result<(), Error> {
    if record.state.as_deref() == Some("draft") {
        return Ok(());
    }
    let event = Event::Changed { before: &record.document, after };
    happened(tx, service, call, live, table, record.id, event).await
}

/// Runs the automations that something sets off, in the transaction of what happened. What they set off themselves comes after them: it waits
/// in the chain, so that a long chain is no deep one.
///
/// # Errors
/// The first that fails; the write that caused it must not be kept then.
pub(super) fn happened<'a>(
    tx: &'a Tx,
    service: &'a Service,
    call: &'a Call,
    live: &'a LiveApp,
    table: &'a str,
    id: RecordId,
    event: Event<'a>,
) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        if !listens(live, table) {
            return Ok(());
        }
        let extras = match event {
            Event::Changed { before, .. } => {
                vec![Extra { name: BEFORE, values: before.values.clone(), of_table: true }]
            }
            _ => Vec::new(),
        };
        let (chain, first) = call.chain.begun();
        for automation in set_off::set_off(live.app(), table, event) {
            let cause = Cause { trigger: event.name(), extras: extras.clone(), ..Cause::default() };
            chain.wait(Waiting { automation: automation.key.clone(), table: table.to_owned(), id, cause });
        }
        if first { drain(tx, service, &Call { chain, ..call.clone() }, live).await } else { Ok(()) }
    })
}

/// Runs one automation, if its condition holds, and then what it sets off; answers the number of the run.
///
/// # Errors
/// What its steps were refused for, with the automation's title; too long a chain of them.
pub(super) async fn run(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    automation: &Automation,
    record: Option<(&Table, RecordId)>,
    cause: Cause,
) -> Result<Option<i64>, Error> {
    let (chain, _) = call.chain.begun();
    let call = Call { chain, ..call.clone() };
    let run = one(tx, service, &call, live, automation, record, cause).await?;
    drain(tx, service, &call, live).await?;
    Ok(run)
}

/// Runs what waits until nothing does.
async fn drain(tx: &Tx, service: &Service, call: &Call, live: &LiveApp) -> Result<(), Error> {
    while let Some((chain, waiting)) = call.chain.next() {
        let call = Call { chain, ..call.clone() };
        let face = &live.face(&call.actor.locale).app;
        let Some(automation) = face.automations.get(&waiting.automation) else { continue };
        let record = Some((live.table(&call.actor.locale, &waiting.table)?, waiting.id));
        one(tx, service, &call, live, automation, record, waiting.cause).await?;
    }
    Ok(())
}

/// Runs one automation; a record that has gone meanwhile is nothing to run for.
async fn one(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    automation: &Automation,
    record: Option<(&Table, RecordId)>,
    cause: Cause,
) -> Result<Option<i64>, Error> {
    let nothing = Table::blank();
    let table = record.map_or(&nothing, |(table, _)| table);
    let id = record.map(|(_, id)| id);
    let document = match id {
        None => Document::default(),
        Some(id) => {
            let permit = Permit::as_app(live.key(), &table.key, Action::View);
            match records::get(tx, &live.schema, &permit, id).await? {
                Some(record) => with_system_fields(record),
                None => return Ok(None),
            }
        }
    };
    let started = service.clock.now();
    let trail = Trail::default();
    let subject = Subject { automation, table, id, document: &document };
    let work = Box::pin(perform(tx, service, call, live, &subject, &cause, &trail));
    work.await.map_err(|error| {
        let refused = chain::named(error, &automation.title, &call.actor.locale);
        call.chain.note(chain::Failed {
            app: live.id,
            automation: automation.key.clone(),
            cause: cause.clone(),
            table: live.schema.id_of(&table.key),
            record: id,
            title: id.map(|id| records::label(table, id.0, &document.values)).unwrap_or_default(),
            user: call.actor.user,
            steps: trail.steps.load(Ordering::Relaxed),
            problem: chain::problem(&refused, &call.actor.locale),
            started,
        });
        refused
    })
}

/// An automation that was set off and has not run yet.
#[derive(Debug, Clone)]
struct Waiting {
    automation: String,
    table: String,
    id: RecordId,
    cause: Cause,
}

/// An automation with what it is about.
pub(super) struct Subject<'a> {
    pub automation: &'a Automation,
    pub table: &'a Table,
    pub id: Option<RecordId>,
    pub document: &'a Document,
}

async fn perform(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    subject: &Subject<'_>,
    cause: &Cause,
    trail: &Trail,
) -> Result<Option<i64>, Error> {
    let Subject { automation, table, id, document } = *subject;
    if !holds(tx, call, live, subject, &cause.extras).await? {
        return Ok(None);
    }
    let inner = Call { chain: call.chain.deeper(&automation.title)?, ..call.clone() };
    let started = service.clock.now();
    let title = id.map(|id| records::label(table, id.0, &document.values)).unwrap_or_default();
    let row = stored::Run {
        id: 0,
        app_id: live.id.0,
        automation: automation.key.clone(),
        trigger_name: cause.trigger.to_owned(),
        table_id: live.schema.id_of(&table.key).map(|table| table.0),
        record_id: id.map(|id| id.0),
        record_title: title.clone(),
        user_id: (call.actor.user.0 != 0).then_some(call.actor.user.0),
        outcome: "done".into(),
        steps_done: 0,
        problem: None,
        once: cause.once.clone(),
        retry_of: cause.retry_of,
        started_at: started.0,
        took: 0,
    };
    let Some(run) = stored::insert(tx, row).await? else { return Ok(None) };
    let effect = Effect {
        tx,
        service,
        call: &inner,
        live,
        table,
        id,
        starter: call.actor.user,
        round: 0,
        title: &title,
        extras: &cause.extras,
        trail,
    };
    effect.run(&automation.steps, crate::flow::event::Direction::Forward).await?;
    let outgoing = std::mem::take(&mut *trail.outgoing.lock().unwrap_or_else(PoisonError::into_inner));
    for (index, outgoing) in outgoing.into_iter().enumerate() {
        send(tx, call, live, subject, cause, run, index, outgoing).await?;
    }
    let took = service.clock.now().0.saturating_sub(started.0);
    stored::finish(tx, run, trail.steps.load(Ordering::Relaxed), took).await?;
    Ok(Some(run))
}

/// Whether the condition holds. One that reads something unset does not.
///
/// # Errors
/// A condition that fails, or the database.
pub(super) async fn holds(
    tx: &impl Connection,
    call: &Call,
    live: &LiveApp,
    subject: &Subject<'_>,
    extras: &[Extra],
) -> Result<bool, Error> {
    let Subject { automation, table, id, document } = *subject;
    match (&automation.when, id) {
        (None, _) | (Some(When::Filter(_)), None) => Ok(true),
        (Some(When::Expression(source)), _) => {
            let expression = live.expression(source)?;
            let names: Vec<&str> = extras.iter().map(|extra| extra.name).collect();
            let mut around = Circumstances::new(call, live);
            around.load_for(tx, table, None, &names, &expression, document).await?;
            let variables: Vec<_> = extras.iter().map(|extra| extra.variable(table)).collect();
            let inputs = Inputs::new(around.context(), table, document).with_variables(&variables);
            match expression.condition(&inputs) {
                Ok(holds) => Ok(holds),
                Err(error) if error.code == crate::rules::RuleCode::UnsetValue => Ok(false),
                Err(error) => Err(error.into()),
            }
        }
        (Some(When::Filter(filter)), Some(id)) => {
            let condition = filter_of(tx, call, live, &table.key, filter).await?;
            let own = Condition::equals(FieldPath::System(SystemField::Id), Value::Integer(id.0));
            let permit = Permit::as_app(live.key(), &table.key, Action::View);
            let found = records::matching_ids(tx, &live.schema, &permit, &condition.and(own), 1).await?;
            Ok(!found.is_empty())
        }
    }
}

/// The rows of conditions of an automation, bound to whoever causes it.
async fn filter_of(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    filter: &Json,
) -> Result<Condition, Error> {
    let rights = Rights::load(conn, call, live).await?;
    rights.bind(conn, &live.filter(table, filter)?).await
}

/// Puts what a step wants to send into the outbox, in the transaction of the step.
#[allow(clippy::too_many_arguments)] // one place calls it, with what it has at hand
async fn send(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    subject: &Subject<'_>,
    cause: &Cause,
    run: i64,
    index: usize,
    outgoing: Outgoing,
) -> Result<(), Error> {
    let key = format!("fw-{}", &tokens::secret()[..32]);
    let body = outgoing.body.unwrap_or_else(|| {
        json!({
            "app": live.key(), "automation": subject.automation.key, "event": cause.trigger, "at": call.now.to_rfc3339(),
            "record": subject.id.map(|id| json!({
                "table": subject.table.key, "id": id.0,
                "title": records::label(subject.table, id.0, &subject.document.values),
            })),
        })
    });
    let host = crate::outward::host_of(&outgoing.address).unwrap_or_default();
    let place = deliver::place(&key);
    let message = outbox::Message {
        id: 0,
        app_id: live.id.0,
        run_id: run,
        step: index.to_string(),
        address: super::kept::keep(live, &place, json!(outgoing.address).to_string())?,
        host,
        body: super::kept::keep(live, &place, body.to_string())?,
        key,
        state: "waiting".into(),
        attempts: 0,
        due_at: call.now.0,
        lease_until: None,
        fence: 0,
        log: "[]".into(),
        created_at: call.now.0,
        ended_at: None,
    };
    outbox::insert(tx, message).await?;
    call.chain.sent();
    Ok(())
}
