//! One scenario, step by step.

use super::{Failure, expect, stage::Company};
use crate::{
    access::Permit,
    base::{
        id::{CaseId, RecordId, TaskId},
        time::Clock,
    },
    definition::{
        role::Action,
        scenario::{Act, Expect, Scenario, Step},
    },
    service::{
        Answer, Error,
        decide_task::{Decide, Decision, Steer},
        press_button::Press,
        records::{COUNTED, ListRequest, list_json},
        represent,
        save_record::{Create, Edit},
    },
    store::{flows, people, records},
};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeSet, HashMap};

/// Between two steps, in milliseconds.
const MINUTE: i64 = 60_000;

/// A record that a step made or means.
#[derive(Debug, Clone)]
struct Saved {
    table: String,
    id: RecordId,
}

pub(super) struct Play {
    company: Company,
    saved: HashMap<String, Saved>,
}

/// Why a step cannot go on: the scenario failed, or so did the program.
enum Halt {
    Failed(Failure),
    Broken(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<crate::store::Error> for Halt {
    fn from(error: crate::store::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl Play {
    pub fn new(company: Company) -> Self {
        Self { company, saved: HashMap::new() }
    }

    /// Plays it to its end, or to where it fails.
    ///
    /// # Errors
    /// The program itself failed.
    pub async fn run(mut self, scenario: &Scenario) -> Result<Option<Failure>, Error> {
        for record in &scenario.given.records {
            let call = self.company.call();
            let create = Create {
                live: self.company.live.clone(),
                table: record.table.clone(),
                values: self.written(&record.values),
                submit: false,
            };
            match self.company.service.create_record(call, create).await {
                Ok(answer) => self.save(record.save.as_ref(), &record.table, &answer),
                Err(error @ Error::Internal(_)) => return Err(error),
                Err(error) => return Ok(Some(expect::refused(&error).with("record", &record.table))),
            }
        }
        for (index, step) in scenario.steps.iter().enumerate() {
            self.company.clock.advance(MINUTE);
            match self.step(step).await {
                Ok(()) => {}
                Err(Halt::Broken(error)) => return Err(error),
                Err(Halt::Failed(failure)) => {
                    return Ok(Some(Failure { step: index + 1, who: step.person.clone(), ..failure }));
                }
            }
        }
        Ok(None)
    }

    fn save(&mut self, name: Option<&String>, table: &str, answer: &Answer) {
        if let (Some(name), Some(id)) = (name, answer.body["id"].as_i64()) {
            self.saved.insert(name.clone(), Saved { table: table.to_owned(), id: RecordId(id) });
        }
    }

    /// Values with `{"record": name}` as the id that it stands for.
    fn written(&self, values: &Map<String, Json>) -> Json {
        Json::Object(values.iter().map(|(key, value)| (key.clone(), self.resolved(value))).collect())
    }

    fn resolved(&self, value: &Json) -> Json {
        match value {
            Json::Object(members) => match members.get("record").and_then(Json::as_str) {
                Some(name) if members.len() == 1 => self.saved.get(name).map_or(Json::Null, |saved| json!(saved.id.0)),
                _ => self.written(members),
            },
            Json::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            other => other.clone(),
        }
    }

    fn named(&self, name: Option<&String>) -> Result<Saved, Halt> {
        let found = name.and_then(|name| self.saved.get(name)).cloned();
        let missing = || Failure::new("no_record").with("record", name.cloned().unwrap_or_default());
        found.ok_or_else(|| Halt::Failed(missing()))
    }

    async fn step(&mut self, step: &Step) -> Result<(), Halt> {
        let reader = self.company.service.store.reader();
        if people::user_by_login(&reader, &step.person).await?.is_none() {
            return Err(Halt::Failed(Failure::new("nobody").with("login", &step.person)));
        }
        drop(reader);
        let before = match (&step.record, &step.task_of) {
            (None, None) => None,
            (record, task) => Some(self.named(record.as_ref().or(task.as_ref()))?),
        };
        let mut subject = before.clone();
        if let Some(act) = step.act {
            let done = self.act(step, act, before.as_ref()).await;
            match (done, &step.expect.error) {
                (Ok(answer), None) => {
                    if let (None, Some(table), Some(id)) = (&before, &step.table, answer.body["id"].as_i64()) {
                        subject = Some(Saved { table: table.clone(), id: RecordId(id) });
                    }
                    if let (Some(name), Some(subject)) = (&step.save, &subject) {
                        self.saved.insert(name.clone(), subject.clone());
                    }
                }
                (Ok(_), Some(expected)) => {
                    return Err(Halt::Failed(Failure::new("allowed").with("expected", expected)));
                }
                (Err(Halt::Broken(error)), expected) => {
                    expect::refusal(error, expected.as_deref(), &step.expect.params).map_err(
                        |failure| match failure {
                            Ok(failure) => Halt::Failed(failure),
                            Err(error) => Halt::Broken(error),
                        },
                    )?
                }
                (Err(failed), _) => return Err(failed),
            }
        }
        self.judge(step, subject.as_ref()).await
    }

    async fn act(&self, step: &Step, act: Act, on: Option<&Saved>) -> Result<Answer, Halt> {
        let (service, live) = (&self.company.service, &self.company.live);
        let call = service.call_as(&step.person, self.company.clock.now()).await?;
        let missing = || Halt::Failed(Failure::new("no_record").with("record", ""));
        let edit = |submit: bool| {
            let on = on.ok_or_else(missing)?;
            Ok::<_, Halt>(Edit {
                live: live.clone(),
                table: on.table.clone(),
                id: on.id,
                values: self.written(&step.values),
                version: None,
                submit,
            })
        };
        let answer = match act {
            Act::Create | Act::Submit if on.is_none() => {
                let create = Create {
                    live: live.clone(),
                    table: step.table.clone().unwrap_or_default(),
                    values: self.written(&step.values),
                    submit: act == Act::Submit,
                };
                service.create_record(call, create).await?
            }
            Act::Create | Act::Edit => service.edit_record(call, edit(false)?).await?,
            Act::Submit => service.edit_record(call, edit(true)?).await?,
            Act::Delete => service.delete_record(call, edit(false)?).await?,
            Act::Press => {
                let on = on.ok_or_else(missing)?;
                let button = step.button.clone().unwrap_or_default();
                let (table, id) = (on.table.clone(), on.id);
                service.press_button(call, Press { live: live.clone(), table, id, button, version: None }).await?
            }
            Act::Approve | Act::Reject | Act::Return | Act::Resubmit => {
                let case = self.case(on.ok_or_else(missing)?).await?;
                let open = flows::tasks_of(&service.store.reader(), &[case.0]).await?;
                let mine = open.into_iter().find(|task| task.state == "open" && task.user_id == call.actor.user.0);
                let no_task = || Halt::Failed(Failure::new("no_task").with("login", &step.person));
                let decide = Decide {
                    live: live.clone(),
                    task: TaskId(mine.ok_or_else(no_task)?.id),
                    decision: match act {
                        Act::Approve => Decision::Approve,
                        Act::Reject => Decision::Reject,
                        Act::Return => Decision::ReturnToStart(None),
                        _ => Decision::Resubmit,
                    },
                    comment: step.comment.clone().or_else(|| (act != Act::Approve).then(|| "-".to_owned())),
                    values: (!step.values.is_empty()).then(|| self.written(&step.values)),
                };
                service.decide(call, decide).await?
            }
            Act::Withdraw | Act::Terminate => {
                let case = self.case(on.ok_or_else(missing)?).await?;
                let comment = Some(step.comment.clone().unwrap_or_else(|| "-".to_owned()));
                let steer = Steer { live: live.clone(), case, withdraw: act == Act::Withdraw, comment };
                service.steer(call, steer).await?
            }
        };
        Ok(answer)
    }

    async fn case(&self, on: &Saved) -> Result<CaseId, Halt> {
        let live = &self.company.live;
        let table = live.schema.id_of(&on.table).ok_or(Error::NotFound)?;
        let case = flows::latest_of_record(&self.company.service.store.reader(), table, on.id).await?;
        case.map(|case| CaseId(case.id)).ok_or_else(|| Halt::Failed(Failure::new("no_case")))
    }

    /// What must hold after a step.
    async fn judge(&self, step: &Step, subject: Option<&Saved>) -> Result<(), Halt> {
        let Expect { state, tasks, find, count, values, .. } = &step.expect;
        let (service, live) = (&self.company.service, &self.company.live);
        let reader = service.store.reader();
        if let (Some(expected), Some(subject)) = (state, subject) {
            let permit = Permit::as_app(live.key(), &subject.table, Action::View);
            let record = records::get(&reader, &live.schema, &permit, subject.id).await?;
            let actual = record.and_then(|record| record.state).unwrap_or_default();
            if actual != *expected {
                return Err(Halt::Failed(Failure::new("state").with("expected", expected).with("actual", actual)));
            }
        }
        if let (Some(expected), Some(subject)) = (tasks, subject) {
            let case = self.case(subject).await?;
            let mut actual = BTreeSet::new();
            let open = flows::tasks_of(&reader, &[case.0]).await?;
            for task in open.into_iter().filter(|task| task.state == "open") {
                let user = people::user(&reader, crate::base::id::UserId(task.user_id)).await?;
                actual.extend(user.map(|user| user.login));
            }
            if actual != expected.iter().cloned().collect() {
                let words = |logins: Vec<String>| logins.join(", ");
                let failure = Failure::new("tasks").with("expected", words(expected.clone()));
                return Err(Halt::Failed(failure.with("actual", words(actual.into_iter().collect()))));
            }
        }
        let call = service.call_as(&step.person, self.company.clock.now()).await?;
        let (table, found) = match (find, subject) {
            (Some(find), _) => {
                let mut tests = Vec::new();
                for (field, value) in &find.condition {
                    let value = self.meant(&find.table, field, value).await?;
                    tests.push(match value {
                        Json::Null => json!({"field": field, "op": "empty"}),
                        value => json!({"field": field, "op": "eq", "value": value}),
                    });
                }
                let filter = (!tests.is_empty()).then(|| json!({"all": tests}));
                let request = ListRequest { filter, limit: Some(200), count: Some(COUNTED), ..ListRequest::default() };
                let listed = list_json(&reader, &call, live, &find.table, &request).await;
                let listed = match listed {
                    Ok(listed) => listed,
                    Err(error) => return Err(Halt::Failed(expect::refused(&error))),
                };
                if let Some(expected) = count {
                    let actual = listed["count"].as_u64().unwrap_or_default();
                    if actual != *expected {
                        let failure = Failure::new("count").with("expected", expected).with("actual", actual);
                        return Err(Halt::Failed(failure));
                    }
                }
                if values.is_empty() {
                    return Ok(());
                }
                match listed["items"].as_array().and_then(|items| items.first()) {
                    Some(item) => (find.table.clone(), item.clone()),
                    None => return Err(Halt::Failed(Failure::new("count").with("expected", 1).with("actual", 0))),
                }
            }
            (None, Some(subject)) if !values.is_empty() => {
                let shown = represent::record(&reader, service, &call, live, &subject.table, subject.id).await;
                match shown {
                    Ok(shown) => (subject.table.clone(), shown),
                    Err(error) => return Err(Halt::Failed(expect::refused(&error))),
                }
            }
            _ => return Ok(()),
        };
        for (key, expected) in values {
            let expected = self.meant(&table, key, expected).await?;
            let actual = &found["values"][key];
            if !expect::same(&expected, actual) {
                let definition = live.app().tables.get(&table).and_then(|table| table.field(key));
                let title = definition.map_or(key.as_str(), |field| field.title.as_str());
                let failure = Failure::new("value").with("field", title).with("expected", expect::shown(&expected));
                return Err(Halt::Failed(failure.with("actual", expect::shown(actual))));
            }
        }
        Ok(())
    }

    /// A value as records hold it: what a link or a person is named by becomes an id.
    async fn meant(&self, table: &str, field: &str, value: &Json) -> Result<Json, Halt> {
        let live = &self.company.live;
        let reader = self.company.service.store.reader();
        let value = self.resolved(value);
        if let Some(login) = value["login"].as_str() {
            let user = people::user_by_login(&reader, login).await?;
            return Ok(user.map_or(Json::Null, |user| json!(user.id)));
        }
        let Some(key) = value["key"].as_str() else { return Ok(value) };
        let target = live.app().tables.get(table).and_then(|table| table.field(field)?.target.clone());
        let Some(target) = target else { return Ok(value) };
        let permit = Permit::as_app(live.key(), &target, Action::View);
        let ids = records::natural_ids(&reader, &live.schema, &permit, &BTreeSet::from([key.to_owned()])).await?;
        // Nothing is called so: no record has this id.
        Ok(ids.values().next().map_or(json!(-1), |id| json!(id.0)))
    }
}
