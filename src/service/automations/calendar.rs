//! Automations of the calendar: looked at again and again by every node. What is due runs in a transaction of its own, under a name that
//! is there only once, so that however many look, each moment runs once.

use super::{Cause, filter_of, run};
use crate::{
    access::{Actor, Permit},
    automation::{MOST_MOMENTS, MOST_RECORDS, due},
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
        value::Value,
    },
    definition::{
        automation::{Automation, DateTrigger, Trigger, When},
        field::Kind,
        role::Action,
    },
    query::{Condition, FieldPath, Operator, SystemField, Test},
    service::{Call, Error, LiveApp, Service},
    store::{Connection, automations as stored, records},
};
use jiff::{civil::Time, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How long a date automation's last look may lie back before it is noted anew: ten minutes in milliseconds.
const NOTED_EVERY: i64 = 10 * 60 * 1000;
/// Records that are asked for at once.
const PAGE: usize = 500;

/// A run that is due: at this moment, for this record.
#[derive(Debug, Clone)]
struct DueRun {
    moment: Timestamp,
    record: Option<RecordId>,
}

impl DueRun {
    fn once(&self) -> String {
        format!("{}:{}", self.moment.0, self.record.map_or(0, |id| id.0))
    }
}

/// Every record that meets a condition, at most [`MOST_RECORDS`], asked for in pages.
async fn all_matching(
    reader: &impl Connection,
    live: &LiveApp,
    permit: &Permit,
    condition: &Condition,
) -> Result<Vec<i64>, Error> {
    let mut found: Vec<i64> = Vec::new();
    loop {
        let after = Test {
            path: FieldPath::System(SystemField::Id),
            operator: Operator::Gt,
            values: vec![Value::Integer(found.last().copied().unwrap_or(0))],
        };
        let narrowed = condition.clone().and(Condition::Test(after));
        let some = records::matching_ids(reader, &live.schema, permit, &narrowed, PAGE as u64).await?;
        let last = some.len() < PAGE;
        found.extend(some);
        if last || found.len() >= MOST_RECORDS {
            return Ok(found);
        }
    }
}

impl Service {
    /// Runs what is due by the calendar; answers how many runs that were.
    ///
    /// # Errors
    /// The database failed; what did not run is due still.
    pub async fn keep_calendar(&self) -> Result<usize, Error> {
        let reader = self.store.reader();
        if !self.is_set_up(&reader).await? {
            return Ok(0);
        }
        let now = self.clock.now();
        let zone = self.main_administrator(&reader).await?.zone.clone();
        let mut ran = 0;
        for live in self.live.all(&reader, self.epoch().await?).await? {
            for automation in live.app().automations.values().filter(|automation| automation.enabled) {
                if matches!(automation.on, Trigger::Date(_) | Trigger::Schedule(_)) {
                    ran += self.look_at(&live, automation, now, &zone).await?;
                }
            }
        }
        Ok(ran)
    }

    async fn look_at(
        &self,
        live: &Arc<LiveApp>,
        automation: &Automation,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<usize, Error> {
        let reader = self.store.reader();
        let trigger = serde_json::to_string(&automation.on).unwrap_or_default();
        let Some(last) = stored::looked_at(&reader, live.id, &automation.key, &trigger).await? else {
            // What was published now is due from now on.
            self.note_look(live, automation, &trigger, now).await?;
            return Ok(0);
        };
        if now <= last {
            return Ok(0);
        }
        let window = due::window(last, now);
        let call = self.app_call(live, &automation.title, zone.clone());
        let found = match &automation.on {
            Trigger::Schedule(schedule) => {
                let moments = due::moments(&schedule.cron, window, zone, MOST_MOMENTS).map_err(Error::internal)?;
                self.scheduled(&reader, &call, live, automation, moments).await?
            }
            Trigger::Date(date) => self.dated(&reader, &call, live, automation, date, window).await?,
            _ => Vec::new(),
        };
        let due = found.len();
        for one in found {
            self.run_due(&call, live, automation, one).await?;
        }
        if due > 0 || now.0 - last.0 > NOTED_EVERY {
            self.note_look(live, automation, &trigger, now).await?;
        }
        Ok(due)
    }

    async fn note_look(
        &self,
        live: &LiveApp,
        automation: &Automation,
        trigger: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let input = (live.id, automation.key.clone(), trigger.to_owned());
        self.store
            .transaction_with(input, move |tx, (app, automation, trigger)| {
                Box::pin(async move { Ok::<_, Error>(stored::look(tx, *app, automation, trigger, now).await?) })
            })
            .await
    }

    /// Each moment once, or once for each record that meets the condition.
    async fn scheduled(
        &self,
        reader: &impl Connection,
        call: &Call,
        live: &LiveApp,
        automation: &Automation,
        moments: Vec<Timestamp>,
    ) -> Result<Vec<DueRun>, Error> {
        let (Some(table), false) = (automation.bound_table(), moments.is_empty()) else {
            return Ok(moments.into_iter().map(|moment| DueRun { moment, record: None }).collect());
        };
        let condition = match &automation.when {
            Some(When::Filter(filter)) => filter_of(reader, call, live, table, filter).await?,
            _ => Condition::Always,
        };
        let permit = Permit::as_app(live.key(), table, Action::View);
        let ids = all_matching(reader, live, &permit, &condition).await?;
        // Records are as they are now: of several moments that were missed, one is enough.
        let newest = moments.into_iter().next_back().into_iter();
        Ok(newest.flat_map(|moment| ids.iter().map(move |id| DueRun { moment, record: Some(RecordId(*id)) })).collect())
    }

    /// The records whose date has come in this window.
    async fn dated(
        &self,
        reader: &impl Connection,
        call: &Call,
        live: &LiveApp,
        automation: &Automation,
        date: &DateTrigger,
        window: (Timestamp, Timestamp),
    ) -> Result<Vec<DueRun>, Error> {
        let Some(table) = automation.bound_table().and_then(|key| live.app().table(key)) else { return Ok(Vec::new()) };
        let Some(field) = table.field(&date.field) else { return Ok(Vec::new()) };
        let (first, last) = due::days_around(date, window, &call.zone);
        let start = |day: jiff::civil::Date| {
            let zoned = day.to_datetime(Time::midnight()).to_zoned(call.zone.clone());
            zoned.map(|zoned| Value::Instant(Timestamp(zoned.timestamp().as_millisecond()))).unwrap_or_default()
        };
        let values = match field.kind {
            Kind::Date => vec![Value::Date(first), Value::Date(last)],
            _ => vec![start(first), start(last.tomorrow().unwrap_or(last))],
        };
        let test = Test { path: FieldPath::Field(field.key.clone()), operator: Operator::Between, values };
        let mut condition = Condition::Test(test);
        if let Some(When::Filter(filter)) = &automation.when {
            condition = condition.and(filter_of(reader, call, live, &table.key, filter).await?);
        }
        let permit = Permit::as_app(live.key(), &table.key, Action::View);
        let ids = all_matching(reader, live, &permit, &condition).await?;
        let fields = [date.field.clone()];
        let mut found = Vec::new();
        for chunk in ids.chunks(PAGE) {
            let ids: BTreeSet<i64> = chunk.iter().copied().collect();
            for (id, values) in records::targets(reader, &live.schema, &permit, &ids, &fields).await? {
                let moment = values.get(&date.field).and_then(|value| due::moment_of(date, value, &call.zone));
                if let Some(moment) = moment.filter(|moment| window.0 < *moment && *moment <= window.1) {
                    found.push(DueRun { moment, record: Some(RecordId(id)) });
                }
            }
        }
        found.sort_by_key(|due| (due.moment, due.record));
        Ok(found)
    }

    async fn run_due(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        automation: &Automation,
        due: DueRun,
    ) -> Result<(), Error> {
        // What ran before a crash is not even tried again.
        let known = stored::run_once(&self.store.reader(), live.id, &automation.key, &due.once()).await?;
        if known.is_some() {
            return Ok(());
        }
        let cause = Cause { trigger: automation.on.name(), once: Some(due.once()), ..Cause::default() };
        self.run_alone(call.clone(), live, &automation.key, due.record, cause).await.map(|_| ())
    }

    /// Runs an automation in a transaction of its own, at the version that is live then; what fails is written down and is no error.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn run_alone(
        &self,
        call: Call,
        live: &Arc<LiveApp>,
        automation: &str,
        record: Option<RecordId>,
        cause: Cause,
    ) -> Result<Result<Option<i64>, Error>, Error> {
        let chain = call.chain.clone();
        let input = (self.clone(), call, live.clone(), automation.to_owned(), cause);
        let outcome = self
            .store
            .transaction_with(input, move |tx, (service, call, live, automation, cause)| {
                Box::pin(async move {
                    let live = service.live.current(tx, live).await?;
                    let face = &live.face(&call.actor.locale).app;
                    let known = face.automations.get(automation.as_str()).filter(|automation| automation.enabled);
                    let Some(automation) = known else { return Ok(None) };
                    let table = automation.bound_table().and_then(|key| face.table(key));
                    run(tx, service, call, &live, automation, table.zip(record), cause.clone()).await
                })
            })
            .await;
        self.settle(&chain, outcome.is_err()).await;
        match outcome {
            Ok(run) => Ok(Ok(run)),
            Err(error @ (Error::Internal(_) | Error::Busy | Error::StorageFull)) => Err(error),
            // The record has gone meanwhile.
            Err(Error::NotFound) => Ok(Ok(None)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// A command of an app itself, which nobody in particular gives.
    pub(super) fn app_call(&self, live: &LiveApp, name: &str, zone: TimeZone) -> Call {
        Call {
            actor: Arc::new(Actor {
                user: UserId(0),
                login: String::new(),
                name: name.to_owned(),
                locale: live.app().manifest.locale.clone(),
                is_main_administrator: false,
                departments: Vec::new(),
                department_tree: Vec::new(),
                managed_departments: Vec::new(),
                roles: BTreeMap::new(),
                token: None,
            }),
            now: self.clock.now(),
            zone,
            request_id: None,
            address: None,
            idempotency: None,
            chain: super::Chain::default(),
        }
    }
}
