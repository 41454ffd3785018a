//! Driving the flow core: it asks, this answers inside the transaction, until the case comes to rest.

use super::{
    Call, Error, LiveApp, Service, audit, automations,
    context::Circumstances,
    effects::{Effect, Trail},
    notices,
    resolve_people::Search,
    save_record,
};
use crate::{
    access::Permit,
    automation::set_off::Event,
    base::{
        id::{CaseId, RecordId, TableId, UserId},
        value::Document,
    },
    definition::{
        app::App,
        flow::Flow,
        role::Action,
        table::{Table, placeholders},
    },
    flow::{
        command::{Actor, Command, Request},
        need::{Answer, Need},
        state::{Case, CaseState, RecordState, TaskState},
        step::{Outcome, Progress, step},
    },
    rules::{Hops, Inputs, fill},
    store::{
        self, Tx,
        flows::{self, CaseRow, NewCase},
        notices as stored, records,
    },
};
use std::sync::Arc;

/// A case with all that its commands need.
pub struct Running<'a> {
    pub service: &'a Service,
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    /// The app at the version that the case is pinned to.
    pub pinned: Arc<App>,
    pub flow: Flow,
    pub row: CaseRow,
    pub case: Case,
}

/// Starts the table's flow for a record that was just saved.
///
/// # Errors
/// `in_approval`, whoever may not start, nobody to decide, a refused effect.
pub async fn submit(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<(), Error> {
    let definition = live.table(&call.actor.locale, table)?;
    let flow = live.app().submit_flow(table).ok_or_else(|| Error::conflict("no_flow"))?.clone();
    let mut record = save_record::locked(tx, live, table, id).await?;
    if matches!(record.state.as_deref(), Some("in_approval" | "approved" | "revoked")) {
        let code = if record.state.as_deref() == Some("in_approval") { "in_approval" } else { "approved_locked" };
        return Err(Error::conflict(code));
    }
    if automations::listens(live, table) && flows::latest_of_record(tx, table_id(live, table)?, id).await?.is_none() {
        // A draft comes to be when it is submitted for the first time.
        automations::happened(tx, service, call, live, table, id, Event::Created).await?;
        record = save_record::locked(tx, live, table, id).await?;
    }
    let search = Search { call, live, table: definition, document: &record.document, starter: call.actor.user };
    if !search.includes(tx, &flow.start.who, call.actor.user).await? {
        return Err(Error::forbidden("not_starter_of_flow"));
    }
    let title = title_of(tx, call, live, definition, &flow, &record.document, id).await?;
    let summary = serde_json::to_string(&summary_of(definition, &flow, &record.document)).unwrap_or_default();
    let new = NewCase {
        app: live.id,
        flow: &flow.key,
        version: live.version,
        table: table_id(live, table)?,
        record: id,
        starter: call.actor.user,
        title: &title,
        summary: &summary,
        now: call.now,
    };
    let row = flows::create(tx, new).await.map_err(|error| match error {
        store::Error::Unique { .. } => Error::conflict("in_approval"),
        other => other.into(),
    })?;
    let case = Case::new(CaseId(row.id));
    let running = Running { service, call, live, table: definition, pinned: live.app().clone(), flow, row, case };
    running.perform(tx, Command::Submit).await.map(|_| ())
}

fn table_id(live: &LiveApp, table: &str) -> Result<TableId, Error> {
    live.schema.id_of(table).ok_or(Error::NotFound)
}

/// Submits a returned record again.
///
/// # Errors
/// As [`submit`].
pub async fn resubmit(
    tx: &Tx,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<(), Error> {
    let row = flows::latest_of_record(tx, table_id(live, table)?, id).await?.ok_or(Error::NotFound)?;
    let running = Running::load(tx, service, call, live, CaseId(row.id)).await?;
    let own = running.case.open_tasks().find(|task| task.holder == call.actor.user).map(|task| task.ordinal);
    let task = own.ok_or_else(|| Error::conflict("not_open"))?;
    running.perform(tx, Command::Resubmit { task, comment: None }).await.map(|_| ())
}

impl<'a> Running<'a> {
    /// Loads a case under its lock.
    ///
    /// # Errors
    /// `NotFound`, or the database failed.
    pub async fn load(
        tx: &Tx,
        service: &'a Service,
        call: &'a Call,
        live: &'a LiveApp,
        id: CaseId,
    ) -> Result<Running<'a>, Error> {
        let (row, case) = flows::load_for_update(tx, id).await?.ok_or(Error::NotFound)?;
        let key = live.table_key(row.table_id).ok_or(Error::NotFound)?;
        let (pinned, flow) = service.live.pinned_flow(tx, live, row.version_number, &row.flow).await?;
        let table = live.table(&call.actor.locale, key)?;
        Ok(Self { service, call, live, table, pinned, flow, row, case })
    }

    #[must_use]
    pub fn record_id(&self) -> RecordId {
        RecordId(self.row.record_id)
    }

    /// The person as the flow core sees them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { user: self.call.actor.user, administrator: self.call.actor.is_main_administrator }
    }

    /// Gives a command to the case and stores what it did.
    ///
    /// # Errors
    /// The command's refusal; nothing is stored then, once the transaction has rolled back.
    pub async fn perform(self, tx: &Tx, command: Command) -> Result<Outcome, Error> {
        let action = match &command {
            Command::Submit => "flow.submit",
            Command::Approve { .. } => "flow.approve",
            Command::Reject { .. } => "flow.reject",
            Command::ReturnToStart { .. } => "flow.return",
            Command::Resubmit { .. } => "flow.resubmit",
            Command::Withdraw { .. } => "flow.withdraw",
            Command::Terminate { .. } => "flow.terminate",
        };
        let request = Request { actor: self.actor(), at: self.call.now, command };
        let mut answers = Vec::new();
        let mut refused = None;
        let outcome = loop {
            match step(&self.flow, &self.case, &request, &answers) {
                Ok(Progress::Need(need)) => answers.push(self.answer(tx, need, &mut refused).await?),
                Ok(Progress::Done(outcome)) => break outcome,
                Err(refusal) => return Err(refused.take().unwrap_or_else(|| refusal.into())),
            }
        };
        let row = flows::save(tx, self.row.clone(), &self.case, &outcome, self.call.now).await?;
        self.set_record_state(tx, outcome.record).await?;
        self.tell(tx, &row, &outcome).await?;
        let nothing = Document::default();
        audit::record(tx, self.call, self.live, action, self.table, self.record_id(), (&nothing, &nothing)).await?;
        Ok(outcome)
    }

    async fn set_record_state(&self, tx: &Tx, state: RecordState) -> Result<(), Error> {
        let state = match state {
            RecordState::Draft => "draft",
            RecordState::InApproval => "in_approval",
            RecordState::Approved => "approved",
            RecordState::Rejected => "rejected",
            RecordState::Revoked => "revoked",
        };
        let record = save_record::locked(tx, self.live, &self.table.key, self.record_id()).await?;
        if record.state.as_deref() == Some(state) {
            return Ok(());
        }
        let permit = Permit::as_app(self.live.key(), &self.table.key, Action::Edit);
        records::set_state(tx, &self.live.schema, &permit, record.id, Some(state), self.call.now).await?;
        let entered = Event::Entered { state };
        automations::happened(tx, self.service, self.call, self.live, &self.table.key, record.id, entered).await
    }

    async fn document(&self, tx: &Tx) -> Result<Document, Error> {
        let permit = Permit::as_app(self.live.key(), &self.table.key, Action::View);
        let record = records::get(tx, &self.live.schema, &permit, self.record_id()).await?;
        Ok(record.ok_or(Error::NotFound)?.document)
    }

    async fn answer(&self, tx: &Tx, need: Need, refused: &mut Option<Error>) -> Result<Answer, Error> {
        let document = self.document(tx).await?;
        let starter = UserId(self.row.starter_id);
        let search = Search { call: self.call, live: self.live, table: self.table, document: &document, starter };
        if let Some(answer) = search.answer(tx, &need).await? {
            return Ok(answer);
        }
        let Need::Effect { effect, steps } = need else {
            return Err(Error::internal("a question of a flow has no answer"));
        };
        let title = label_of(tx, self.live, self.table, self.record_id()).await?;
        let run = Effect {
            tx,
            service: self.service,
            call: self.call,
            live: self.live,
            table: self.table,
            id: Some(self.record_id()),
            starter,
            round: effect.round,
            title: &title,
            extras: &[],
            trail: &Trail::default(),
        };
        match run.run(&steps, effect.direction).await {
            Ok(()) => Ok(Answer::Done),
            Err(error @ (Error::Conflict { .. } | Error::Invalid(_))) => {
                let code = error.code().to_owned();
                *refused = Some(error);
                Ok(Answer::Refused(code))
            }
            Err(other) => Err(other),
        }
    }

    /// Tells those who have something to do now, and the starter how it ended. Nobody is told of their own act.
    async fn tell(&self, tx: &Tx, row: &CaseRow, outcome: &Outcome) -> Result<(), Error> {
        let me = self.call.actor.user;
        let mut messages = Vec::new();
        let before = |ordinal: u32| self.case.task(ordinal).map(|task| task.state);
        for task in outcome.case.open_tasks().filter(|task| before(task.ordinal) != Some(TaskState::Open)) {
            if task.holder != me {
                let key = if outcome.case.state == CaseState::Returned { "notice-returned" } else { "notice-task" };
                messages.push((task.holder, key));
            }
        }
        for copy in outcome.case.copies.iter().skip(self.case.copies.len()).filter(|copy| copy.user != me) {
            messages.push((copy.user, "notice-copy"));
        }
        let starter = UserId(row.starter_id);
        if starter != me && outcome.case.state != self.case.state {
            let key = match outcome.case.state {
                CaseState::Approved => Some("notice-approved"),
                CaseState::Rejected => Some("notice-rejected"),
                CaseState::Terminated => Some("notice-terminated"),
                _ => None,
            };
            messages.extend(key.map(|key| (starter, key)));
        }
        let link = notices::record_link(self.live, &self.table.key, self.record_id());
        let new: Vec<stored::New> = messages
            .into_iter()
            .map(|(user, key)| notices::of_case(user, self.live.id, key, &row.title, &self.call.actor.name, &link))
            .collect();
        Ok(stored::insert(tx, &new, self.call.now).await?)
    }
}

/// The values shown with a task, by field key, as the API writes them.
fn summary_of(table: &Table, flow: &Flow, document: &Document) -> serde_json::Map<String, serde_json::Value> {
    // A summary lies beside the case in plain text, the same for all its readers.
    let fields = flow
        .settings
        .summary
        .iter()
        .filter_map(|key| table.field(key))
        .filter(|field| !field.sealed && field.lookup.is_none());
    fields.map(|field| (field.key.clone(), field.write(document.get(&field.key)))).collect()
}

/// The title of a case: the flow's template, else how the record is called.
async fn title_of(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    flow: &Flow,
    document: &Document,
    id: RecordId,
) -> Result<String, Error> {
    let Some(template) = &flow.settings.title else { return label_of(tx, live, table, id).await };
    let mut hops = Hops::new();
    for name in placeholders(template) {
        if let Some((link, rest)) = name.split_once('.') {
            hops.entry(link.to_owned()).or_default().insert(rest.to_owned());
        }
    }
    let mut around = Circumstances::new(call, live);
    around.load(tx, table, document, &hops).await?;
    let filled = fill(template, &Inputs::new(around.context(), table, document));
    if filled.trim().is_empty() { label_of(tx, live, table, id).await } else { Ok(filled.trim().to_owned()) }
}

/// How a record is called by its table's display template.
pub(super) async fn label_of(tx: &Tx, live: &LiveApp, table: &Table, id: RecordId) -> Result<String, Error> {
    let permit = Permit::as_app(live.key(), &table.key, Action::View);
    let labels = records::labels(tx, &live.schema, &permit, &std::collections::BTreeSet::from([id.0])).await?;
    Ok(labels.get(&id.0).cloned().unwrap_or_else(|| format!("#{id}")))
}
