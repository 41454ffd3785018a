//! Addresses at which other programs call automations: a secret token, shown once, that can be renewed and taken away.

use super::{Cause, Extra};
use crate::{
    base::{
        error::Params,
        value::{Value, Values},
    },
    definition::automation::{EVENT, Trigger},
    service::{
        Answer, Call, Error, LiveApp, Service,
        audit::{self, on_app},
        tokens,
    },
    store::automations as stored,
};
use serde_json::{Value as Json, json};
use std::{str::FromStr, sync::Arc};

/// Calls of one address within a minute.
const MOST_A_MINUTE: usize = 120;
const MINUTE: i64 = 60_000;
/// How much of a call is bound: members, however deep, and how deep.
const MOST_MEMBERS: usize = 500;
const DEEPEST: usize = 8;
/// What every token starts with, so that a leaked one is recognised.
const PREFIX: &str = "fwh_";

impl Service {
    /// Gives an automation an address and answers its token, which is never shown again. The one it had is closed.
    ///
    /// # Errors
    /// `NotFound` for an automation that is not called from outside.
    pub async fn open_hook(&self, call: Call, live: &Arc<LiveApp>, automation: &str) -> Result<String, Error> {
        called_from_outside(live, automation)?;
        let token = format!("{PREFIX}{}", tokens::secret());
        let input = (call, live.id, automation.to_owned(), tokens::hash(&token));
        self.store
            .transaction_with(input, |tx, (call, app, automation, hash)| {
                Box::pin(async move {
                    stored::open_hook(tx, *app, automation, hash, call.actor.user, call.now).await?;
                    audit::act(tx, call, "automation.hook_open", on_app(*app), json!({"automation": automation})).await
                })
            })
            .await?;
        Ok(token)
    }

    /// Takes an automation's address away.
    ///
    /// # Errors
    /// `NotFound` where it has none.
    pub async fn close_hook(&self, call: Call, live: &Arc<LiveApp>, automation: &str) -> Result<(), Error> {
        called_from_outside(live, automation)?;
        let input = (call, live.id, automation.to_owned());
        self.store
            .transaction_with(input, |tx, (call, app, automation)| {
                Box::pin(async move {
                    if !stored::close_hook(tx, *app, automation).await? {
                        return Err(Error::NotFound);
                    }
                    audit::act(tx, call, "automation.hook_close", on_app(*app), json!({"automation": automation})).await
                })
            })
            .await
    }

    /// Whether an automation has an address.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hook_of(&self, live: &LiveApp, automation: &str) -> Result<Option<stored::Hook>, Error> {
        Ok(stored::hook(&self.store.reader(), live.id, automation).await?)
    }

    /// A call from outside. Answers 202 with the run, or why there was none; a repetition with the same key runs nothing.
    ///
    /// # Errors
    /// `NotFound` for a token that opens nothing, `rate_limited`, and what the steps were refused for.
    pub async fn call_hook(&self, token: &str, event: &Json, key: Option<&str>) -> Result<Answer, Error> {
        let reader = self.store.reader();
        let hook = stored::hook_by_hash(&reader, &tokens::hash(token)).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        if !self.senders.admit_within(-hook.id, "", now, MOST_A_MINUTE, MINUTE) {
            let params = Params::from([("seconds".to_owned(), "60".to_owned())]);
            return Err(Error::Limited { code: "rate_limited".into(), retry_after: 60, params });
        }
        let apps = self.live.all(&reader, self.epoch().await?).await?;
        let live = apps.into_iter().find(|live| live.id.0 == hook.app_id).ok_or(Error::NotFound)?;
        let automation = called_from_outside(&live, &hook.automation)?;
        if !automation.enabled {
            return Err(Error::NotFound);
        }
        let once = key.map(|key| format!("hook:{}", tokens::hash(key)));
        if let Some(once) = &once
            && let Some(known) = stored::run_once(&reader, live.id, &automation.key, once).await?
        {
            return Ok(Answer { replayed: true, ..accepted(Some(known.id), "repeated") });
        }
        let extra = Extra { name: EVENT, values: values_of(event)?, of_table: false };
        let zone = self.main_administrator(&reader).await?.zone.clone();
        let call = self.app_call(&live, &automation.title, zone);
        let cause = Cause { trigger: automation.on.name(), once, extras: vec![extra], ..Cause::default() };
        let run = self.run_alone(call, &live, &automation.key, None, cause).await??;
        let id = hook.id;
        self.store
            .transaction(move |tx| Box::pin(async move { Ok::<_, Error>(stored::called(tx, id, now).await?) }))
            .await?;
        Ok(accepted(run, if run.is_some() { "done" } else { "skipped" }))
    }
}

fn accepted(run: Option<i64>, outcome: &str) -> Answer {
    Answer::new(202, json!({"run": run, "outcome": outcome}))
}

fn called_from_outside<'a>(
    live: &'a LiveApp,
    automation: &str,
) -> Result<&'a crate::definition::automation::Automation, Error> {
    let found = live.app().automations.get(automation);
    found.filter(|automation| automation.on == Trigger::InboundWebhook).ok_or(Error::NotFound)
}

/// What was sent, as rules read it: `event.order.number`. A list of texts or numbers is a list; other lists are JSON texts.
fn values_of(event: &Json) -> Result<Values, Error> {
    if !event.is_object() {
        return Err(Error::malformed("the body must be a JSON object"));
    }
    let mut values = Values::new();
    gather(event, "", 0, &mut values)?;
    Ok(values)
}

fn gather(json: &Json, path: &str, depth: usize, values: &mut Values) -> Result<(), Error> {
    if depth > DEEPEST || values.len() > MOST_MEMBERS {
        return Err(Error::malformed(format!("at most {MOST_MEMBERS} members, at most {DEEPEST} deep")));
    }
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(member, &inner, depth + 1, values)?;
            }
        }
        other => {
            values.insert(path.to_owned(), value_of(other));
        }
    }
    Ok(())
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null | Json::Object(_) => Value::Unset,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::String(text) => Value::Text(text.clone()),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => {
                let text = number.to_string();
                let read = rust_decimal::Decimal::from_str(&text)
                    .or_else(|_| rust_decimal::Decimal::from_scientific(&text))
                    .map(Value::Decimal);
                read.unwrap_or(Value::Text(text))
            }
        },
        Json::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            Value::List(items.iter().map(value_of).collect())
        }
        Json::Array(_) => Value::Text(json.to_string()),
    }
}
