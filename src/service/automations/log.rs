//! The log of runs: what ran, when, why, what came of it, and what left the program because of it.

use super::{Cause, Chain};
use crate::{
    base::{
        id::{RecordId, TableId},
        time::Timestamp,
    },
    definition::automation::Trigger,
    service::{
        Call, Error, LiveApp, Service,
        audit::{self, on_app},
    },
    store::{automations as stored, outbox},
};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// How long runs are remembered: 90 days in milliseconds.
const KEPT: i64 = 90 * 24 * 60 * 60 * 1000;

/// A run with what it sent.
#[derive(Debug, Clone)]
pub struct Logged {
    pub run: stored::Run,
    pub sent: Vec<outbox::Message>,
    /// Whether trying it again can mean anything.
    pub can_retry: bool,
}

/// The sentence of a problem as it was written down.
#[must_use]
pub fn problem_words(run: &stored::Run) -> Option<String> {
    let problem: Json = serde_json::from_str(run.problem.as_deref()?).ok()?;
    problem["message"].as_str().map(str::to_owned)
}

impl Service {
    /// What is left to do once a command has ended: a failed run is written down, and what waits to be sent is told of.
    pub(in crate::service) async fn settle(&self, chain: &Chain, refused: bool) {
        let failed = chain.failed();
        if chain.has_sent() && !refused {
            self.wake_delivery.notify_one();
        }
        let (Some(failed), true) = (failed, refused) else { return };
        let now = self.clock.now();
        let row = stored::Run {
            id: 0,
            app_id: failed.app.0,
            automation: failed.automation,
            trigger_name: failed.cause.trigger.to_owned(),
            table_id: failed.table.map(|table| table.0),
            record_id: failed.record.map(|id| id.0),
            record_title: failed.title,
            user_id: (failed.user.0 != 0).then_some(failed.user.0),
            outcome: "failed".into(),
            steps_done: failed.steps,
            problem: Some(failed.problem.to_string()),
            once: failed.cause.once,
            retry_of: failed.cause.retry_of,
            started_at: failed.started.0,
            took: now.0.saturating_sub(failed.started.0),
        };
        let written = self.store.transaction_with(row, |tx, row| {
            Box::pin(async move { Ok::<_, Error>(stored::insert(tx, row.clone()).await?) })
        });
        if let Err(error) = written.await {
            tracing::error!(%error, "a failed run of an automation could not be written down");
        }
    }

    /// A page of an automation's runs, newest first.
    ///
    /// # Errors
    /// `NotFound` for no such automation; the database failed.
    pub async fn automation_runs(
        &self,
        live: &LiveApp,
        automation: &str,
        outcome: Option<&str>,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Logged>, Error> {
        if !live.app().automations.contains_key(automation) {
            return Err(Error::NotFound);
        }
        let reader = self.store.reader();
        let runs = stored::page(&reader, live.id, automation, outcome, before, limit).await?;
        let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
        let mut sent: HashMap<i64, Vec<outbox::Message>> = HashMap::new();
        for message in outbox::of_runs(&reader, live.id, &ids).await? {
            sent.entry(message.run_id).or_default().push(message);
        }
        let logged = runs.into_iter().map(|run| {
            let sent = sent.remove(&run.id).unwrap_or_default();
            let can_retry = can_retry(live, &run) || sent.iter().any(|message| message.state == "failed");
            Logged { run, sent, can_retry }
        });
        Ok(logged.collect())
    }

    /// The newest run of each automation.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest_runs(&self, live: &LiveApp) -> Result<HashMap<String, stored::Run>, Error> {
        let runs = stored::latest(&self.store.reader(), live.id).await?;
        Ok(runs.into_iter().map(|run| (run.automation.clone(), run)).collect())
    }

    /// Tries a run again: what it could not send is sent anew; a run of the calendar that failed runs once more.
    ///
    /// # Errors
    /// `NotFound`; `not_retriable` where the write that caused it was refused with it; what the steps are refused for now.
    pub async fn retry_run(&self, call: Call, live: &Arc<LiveApp>, automation: &str, id: i64) -> Result<Json, Error> {
        let found = stored::run(&self.store.reader(), live.id, id).await?;
        let run = found.filter(|run| run.automation == automation).ok_or(Error::NotFound)?;
        let (app, now) = (live.id, call.now);
        let input = (call.clone(), automation.to_owned());
        let sent = self
            .store
            .transaction_with(input, move |tx, (call, automation)| {
                Box::pin(async move {
                    let what = json!({"automation": automation, "run": id});
                    audit::act(tx, call, "automation.retry", on_app(app), what).await?;
                    Ok::<_, Error>(outbox::again(tx, app, id, now).await?)
                })
            })
            .await?;
        if sent > 0 {
            self.wake_delivery.notify_one();
            return Ok(json!({"run": id, "sent": sent}));
        }
        if !can_retry(live, &run) {
            return Err(Error::conflict("not_retriable"));
        }
        let trigger = live.app().automations.get(automation).map_or("schedule", |automation| automation.on.name());
        let zone = call.zone.clone();
        let cause = Cause { trigger, retry_of: Some(id), ..Cause::default() };
        let title = live.app().automations.get(automation).map_or(automation, |automation| &automation.title);
        let again = self.app_call(live, title, zone);
        let run = self.run_alone(again, live, automation, run.record_id.map(RecordId), cause).await??;
        Ok(json!({"run": run, "sent": 0}))
    }

    /// Forgets runs that have had their time; answers how many.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::service) async fn forget_runs(&self) -> Result<u64, Error> {
        let before = self.clock.now().plus(-KEPT);
        let mut gone = 0;
        loop {
            let some = self
                .store
                .transaction(move |tx| Box::pin(async move { Ok::<_, Error>(stored::forget(tx, before).await?) }))
                .await?;
            gone += some;
            if some == 0 {
                return Ok(gone);
            }
        }
    }
}

/// Only what nobody's write caused can be done once more by itself.
fn can_retry(live: &LiveApp, run: &stored::Run) -> bool {
    let automation = live.app().automations.get(&run.automation);
    run.outcome == "failed"
        && automation.is_some_and(|automation| matches!(automation.on, Trigger::Date(_) | Trigger::Schedule(_)))
}

/// A run as the API shows it: never an address, a body or a token.
#[must_use]
pub fn run_json(live: &LiveApp, logged: &Logged) -> Json {
    let run = &logged.run;
    let table = run.table_id.and_then(|id| live.schema.key_of(TableId(id)));
    let problem = run.problem.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
    let sent = logged.sent.iter().map(|message| {
        let attempts: Json = serde_json::from_str(&message.log).unwrap_or_default();
        json!({
            "host": message.host, "state": message.state, "attempts": attempts,
            "next_at": (message.state == "waiting").then(|| Timestamp(message.due_at).to_rfc3339()),
        })
    });
    json!({
        "id": run.id, "trigger": run.trigger_name, "outcome": run.outcome,
        "record": table.zip(run.record_id).map(|(table, id)| json!({"table": table, "id": id, "title": run.record_title})),
        "user": run.user_id, "started_at": Timestamp(run.started_at).to_rfc3339(), "took": run.took,
        "steps_done": run.steps_done, "problem": problem, "retry_of": run.retry_of, "can_retry": logged.can_retry,
        "deliveries": sent.collect::<Vec<_>>(),
    })
}
