//! A button of a record: its steps, run by whoever may change the record.

use super::{
    Answer, Call, Error, LiveApp, Service, audit,
    automations::{self, Cause},
    context::Circumstances,
    effects::{Effect, Trail},
    permits::Rights,
    represent, save_record, see,
};
use crate::{
    access::{Permit, RowRights},
    base::id::RecordId,
    definition::{
        app::App,
        automation::{Automation, ButtonTrigger, Trigger},
        form::{Button, Rule},
        role::Action,
        table::Table,
    },
    flow::event::Direction,
    rules::{Inputs, Mode, validate},
    store::{
        Connection, Tx,
        records::{self, Record},
    },
};
use std::sync::Arc;

/// A button that is pressed.
#[derive(Debug, Clone)]
pub struct Press {
    pub live: Arc<LiveApp>,
    pub table: String,
    pub id: RecordId,
    pub button: String,
    /// The version that the caller read, if they said one.
    pub version: Option<i64>,
}

super::of_app!(Press);

impl Service {
    /// Runs the steps of a button and answers the record.
    ///
    /// # Errors
    /// `NotFound` for no such button; `button_closed` where its condition does not hold now; refusals of rights, of the record's
    /// state and of the steps, which are undone then.
    pub async fn press_button(&self, call: Call, press: Press) -> Result<Answer, Error> {
        self.command(call, press, |tx, service, call, press| {
            Box::pin(async move {
                act(tx, service, call, press).await?;
                Ok(Answer::new(200, represent::written(tx, service, call, &press.live, &press.table, press.id).await?))
            })
        })
        .await
    }
}

/// A button on a record: one of its form, or an automation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub key: String,
    pub title: String,
    /// What is asked before.
    pub confirm: Option<String>,
}

/// The automations that a table's records have buttons for.
fn automated<'a>(app: &'a App, table: &'a str) -> impl Iterator<Item = (&'a Automation, &'a ButtonTrigger)> {
    app.automations
        .values()
        .filter(move |automation| automation.enabled && automation.table.as_deref() == Some(table))
        .filter_map(|automation| match &automation.on {
            Trigger::Button(button) => Some((automation, button)),
            _ => None,
        })
}

/// The buttons that a person can press on a record now. No statement where the table's form has none.
///
/// # Errors
/// The database failed.
pub async fn offered(
    conn: &impl Connection,
    call: &Call,
    rights: &Rights<'_>,
    table: &Table,
    record: &Record,
    can: &RowRights<'_>,
) -> Result<Vec<Offered>, Error> {
    let live = rights.live;
    let face = live.face(&call.actor.locale);
    let form = face.form((&table.key).into()).ok().map(|(form, _)| form);
    let buttons: &[Button] = form.map_or(&[], |form| &form.buttons);
    let none = buttons.is_empty() && automated(&face.app, &table.key).next().is_none();
    if none || live.is_engine_written(&table.key) {
        return Ok(Vec::new());
    }
    let action = match needed(conn, call, live, &table.key, record).await {
        Ok(action) => action,
        Err(Error::Conflict { .. }) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    if !can.can(action) || rights.permit(&table.key, action).is_err() {
        return Ok(Vec::new());
    }
    let permit = Permit::as_app(live.key(), &table.key, Action::View);
    let Some(whole) = records::get(conn, &live.schema, &permit, record.id).await? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for button in buttons {
        if is_open(conn, call, live, table, &whole, button).await? {
            let confirm = button.confirm.as_ref().map(|question| question.message.clone());
            found.push(Offered { key: button.key.clone(), title: button.title.clone(), confirm });
        }
    }
    for (automation, button) in automated(&face.app, &table.key) {
        let subject = automations::Subject { automation, table, id: Some(record.id), document: &whole.document };
        if automations::holds(conn, call, live, &subject, &[]).await? {
            let title = automation.button_title().unwrap_or(&automation.title).to_owned();
            let confirm = button.confirm.as_ref().map(|question| question.message.clone());
            found.push(Offered { key: automation.key.clone(), title, confirm });
        }
    }
    Ok(found)
}

/// The right by which a record in this state is changed by a button. What is being approved is left alone.
async fn needed(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    record: &Record,
) -> Result<Action, Error> {
    match save_record::open_to_change(conn, call, live, table, record).await {
        Ok(_) => Ok(Action::Edit),
        Err(Error::Conflict { code, .. }) if code == "approved_locked" => Ok(Action::EditApproved),
        Err(other) => Err(other),
    }
}

/// Whether the button's condition holds. One that reads something unset does not.
async fn is_open(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    record: &Record,
    button: &Button,
) -> Result<bool, Error> {
    let source = match &button.visible {
        None => return Ok(true),
        Some(Rule::Constant(shown)) => return Ok(*shown),
        Some(Rule::Expression(source)) => source,
    };
    let expression = live.expression(source)?;
    let mut around = Circumstances::new(call, live);
    around.load_for(conn, table, None, &[], &expression, &record.document).await?;
    let holds = expression.condition(&Inputs::new(around.context(), table, &record.document));
    Ok(holds.unwrap_or(false))
}

async fn act(tx: &Tx, service: &Service, call: &Call, press: &Press) -> Result<(), Error> {
    let live = &*press.live;
    let rights = Rights::load(tx, call, live).await?;
    let see::Seen { permit: view, record: seen } = see::find(tx, &rights, live, &press.table, press.id).await?;
    if live.is_engine_written(&press.table) {
        return Err(Error::forbidden("engine_written"));
    }
    let face = live.face(&call.actor.locale);
    let (form, _) = face.form((&press.table).into())?;
    let button = form.buttons.iter().find(|button| button.key == press.button);
    let automation = automated(&face.app, &press.table).map(|(found, _)| found).find(|found| found.key == press.button);
    if button.is_none() && automation.is_none() {
        return Err(Error::NotFound);
    }
    let record = save_record::locked(tx, live, &press.table, press.id).await?;
    if press.version.is_some_and(|version| version != record.version) {
        return Err(Error::Stale { version: record.version });
    }
    let action = needed(tx, call, live, &press.table, &record).await?;
    let lacks = || Error::forbidden("forbidden");
    rights.permit(&press.table, action).map_err(|error| if let Error::NotFound = error { lacks() } else { error })?;
    if !view.rights(&seen.matched).can(action) {
        return Err(lacks());
    }
    let table = live.table(&call.actor.locale, &press.table)?;
    if let Some(button) = button {
        if !is_open(tx, call, live, table, &record, button).await? {
            return Err(Error::conflict("button_closed").with("button", &button.title));
        }
        let title = records::label(table, record.id.0, &record.document.values);
        let effect = Effect {
            tx,
            service,
            call,
            live,
            table,
            id: Some(press.id),
            starter: call.actor.user,
            round: 0,
            title: &title,
            extras: &[],
            trail: &Trail::default(),
        };
        effect.run(&button.steps, Direction::Forward).await?;
    } else if let Some(automation) = automation {
        let cause = Cause { trigger: automation.on.name(), ..Cause::default() };
        let ran = automations::run(tx, service, call, live, automation, Some((table, press.id)), cause).await?;
        if ran.is_none() {
            let title = automation.button_title().unwrap_or(&automation.title);
            return Err(Error::conflict("button_closed").with("button", title));
        }
    }
    let after = save_record::locked(tx, live, &press.table, press.id).await?;
    let errors = validate(table, None, &after.document, Mode::Draft);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    audit::record(tx, call, live, "record.button", table, press.id, (&record.document, &after.document)).await
}
