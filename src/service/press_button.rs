//! A button of a record: its steps, run by whoever may change the record.

use super::{
    Answer, Call, Error, LiveApp, Service, audit, context::Circumstances, effects::Effect, permits::Rights, represent,
    save_record, see,
};
use crate::{
    access::{Permit, RowRights},
    base::id::RecordId,
    definition::{
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
                act(tx, call, press).await?;
                Ok(Answer::new(200, represent::written(tx, service, call, &press.live, &press.table, press.id).await?))
            })
        })
        .await
    }
}

/// The buttons that a person can press on a record now. No statement where the table's form has none.
///
/// # Errors
/// The database failed.
pub async fn offered<'a>(
    conn: &impl Connection,
    call: &Call,
    rights: &Rights<'a>,
    table: &Table,
    record: &Record,
    can: &RowRights<'_>,
) -> Result<Vec<&'a Button>, Error> {
    let live = rights.live;
    let Ok((form, _)) = live.face(&call.actor.locale).form((&table.key).into()) else { return Ok(Vec::new()) };
    if form.buttons.is_empty() || live.is_engine_written(&table.key) {
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
    for button in &form.buttons {
        if is_open(conn, call, live, table, &whole, button).await? {
            found.push(button);
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

async fn act(tx: &Tx, call: &Call, press: &Press) -> Result<(), Error> {
    let live = &*press.live;
    let rights = Rights::load(tx, call, live).await?;
    let see::Seen { permit: view, record: seen } = see::find(tx, &rights, live, &press.table, press.id).await?;
    if live.is_engine_written(&press.table) {
        return Err(Error::forbidden("engine_written"));
    }
    let (form, _) = live.face(&call.actor.locale).form((&press.table).into())?;
    let button = form.buttons.iter().find(|button| button.key == press.button).ok_or(Error::NotFound)?;
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
    if !is_open(tx, call, live, table, &record, button).await? {
        return Err(Error::conflict("button_closed").with("button", &button.title));
    }
    let title = records::label(table, record.id.0, &record.document.values);
    let starter = call.actor.user;
    let effect = Effect { tx, call, live, table, id: press.id, starter, round: 0, title: &title };
    effect.run(&button.steps, Direction::Forward).await?;
    let after = save_record::locked(tx, live, &press.table, press.id).await?;
    let errors = validate(table, None, &after.document, Mode::Draft);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    audit::record(tx, call, live, "record.button", table, press.id, (&record.document, &after.document)).await
}
