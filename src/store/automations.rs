//! Runs of automations, the clocks of those of the calendar, and the addresses of those that others call.

use super::{
    Connection, Error, Tx,
    entity::{automation_clock, automation_run, inbound_hook},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};

pub use automation_run::Model as Run;
pub use inbound_hook::Model as Hook;

/// Runs that are forgotten in one statement.
const CHUNK: u64 = 1_000;

/// Writes a run down; answers its id, or nothing where one with the same `once` is there already.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, run: Run) -> Result<Option<i64>, Error> {
    let mut row = run.into_active_model().reset_all();
    row.id = NotSet;
    let mut columns = OnConflict::columns([
        automation_run::Column::AppId,
        automation_run::Column::Automation,
        automation_run::Column::Once,
    ]);
    let insert = automation_run::Entity::insert(row).on_conflict(columns.do_nothing().to_owned());
    match insert.exec_with_returning(tx.orm()).await {
        Ok(run) => Ok(Some(run.id)),
        Err(sea_orm::DbErr::RecordNotInserted | sea_orm::DbErr::RecordNotFound(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// How a run ended.
///
/// # Errors
/// The database failed.
pub async fn finish(tx: &Tx, id: i64, steps: i64, took: i64) -> Result<(), Error> {
    automation_run::Entity::update_many()
        .col_expr(automation_run::Column::StepsDone, Expr::val(steps))
        .col_expr(automation_run::Column::Took, Expr::val(took))
        .filter(automation_run::Column::Id.eq(id))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// One run of an app.
///
/// # Errors
/// The database failed.
pub async fn run(conn: &impl Connection, app: AppId, id: i64) -> Result<Option<Run>, Error> {
    let find = automation_run::Entity::find_by_id(id).filter(automation_run::Column::AppId.eq(app.0));
    Ok(find.one(conn.orm()).await?)
}

/// The run of an automation with this `once`.
///
/// # Errors
/// The database failed.
pub async fn run_once(conn: &impl Connection, app: AppId, automation: &str, once: &str) -> Result<Option<Run>, Error> {
    let find = automation_run::Entity::find()
        .filter(automation_run::Column::AppId.eq(app.0))
        .filter(automation_run::Column::Automation.eq(automation))
        .filter(automation_run::Column::Once.eq(once));
    Ok(find.one(conn.orm()).await?)
}

/// An automation's runs older than `before`, newest first.
///
/// # Errors
/// The database failed.
pub async fn page(
    conn: &impl Connection,
    app: AppId,
    automation: &str,
    outcome: Option<&str>,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Run>, Error> {
    let mut find = automation_run::Entity::find()
        .filter(automation_run::Column::AppId.eq(app.0))
        .filter(automation_run::Column::Automation.eq(automation))
        .order_by_desc(automation_run::Column::Id)
        .limit(limit);
    if let Some(outcome) = outcome {
        find = find.filter(automation_run::Column::Outcome.eq(outcome));
    }
    if let Some(before) = before {
        find = find.filter(automation_run::Column::Id.lt(before));
    }
    Ok(find.all(conn.orm()).await?)
}

/// The newest run of each automation of an app.
///
/// # Errors
/// The database failed.
pub async fn latest(conn: &impl Connection, app: AppId) -> Result<Vec<Run>, Error> {
    let newest = Query::select()
        .expr(automation_run::Column::Id.max())
        .from(automation_run::Entity)
        .and_where(automation_run::Column::AppId.eq(app.0))
        .group_by_col(automation_run::Column::Automation)
        .take();
    let find = automation_run::Entity::find().filter(automation_run::Column::Id.in_subquery(newest));
    Ok(find.all(conn.orm()).await?)
}

/// Forgets runs that began before a moment, with what left because of them; answers how many.
///
/// # Errors
/// The database failed.
pub async fn forget(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    let old = Query::select()
        .column(automation_run::Column::Id)
        .from(automation_run::Entity)
        .and_where(automation_run::Column::StartedAt.lt(before.0))
        .order_by(automation_run::Column::Id, sea_orm::Order::Asc)
        .limit(CHUNK)
        .take();
    let mut ids = Vec::new();
    for row in tx.query(&old).await? {
        ids.push(row.i64(0)?);
    }
    if ids.is_empty() {
        return Ok(0);
    }
    let gone = automation_run::Entity::delete_many().filter(automation_run::Column::Id.is_in(ids)).exec(tx.orm());
    Ok(gone.await?.rows_affected)
}

/// Until when an automation was looked at, where its trigger is still the same.
///
/// # Errors
/// The database failed.
pub async fn looked_at(
    conn: &impl Connection,
    app: AppId,
    automation: &str,
    trigger: &str,
) -> Result<Option<Timestamp>, Error> {
    let find = automation_clock::Entity::find()
        .filter(automation_clock::Column::AppId.eq(app.0))
        .filter(automation_clock::Column::Automation.eq(automation));
    let row = find.one(conn.orm()).await?;
    Ok(row.filter(|row| row.trigger_text == trigger).map(|row| Timestamp(row.looked_at)))
}

/// Notes until when an automation was looked at. With the same trigger it never goes back.
///
/// # Errors
/// The database failed.
pub async fn look(tx: &Tx, app: AppId, automation: &str, trigger: &str, now: Timestamp) -> Result<(), Error> {
    if looked_at(tx, app, automation, trigger).await?.is_some_and(|known| known >= now) {
        return Ok(());
    }
    let row = automation_clock::Model {
        app_id: app.0,
        automation: automation.to_owned(),
        trigger_text: trigger.to_owned(),
        looked_at: now.0,
    };
    let mut conflict = OnConflict::columns([automation_clock::Column::AppId, automation_clock::Column::Automation]);
    let update =
        conflict.update_columns([automation_clock::Column::TriggerText, automation_clock::Column::LookedAt]).to_owned();
    automation_clock::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(update)
        .exec_without_returning(tx.orm())
        .await?;
    Ok(())
}

/// The address of an automation, where it has one.
///
/// # Errors
/// The database failed.
pub async fn hook(conn: &impl Connection, app: AppId, automation: &str) -> Result<Option<Hook>, Error> {
    let find = inbound_hook::Entity::find()
        .filter(inbound_hook::Column::AppId.eq(app.0))
        .filter(inbound_hook::Column::Automation.eq(automation));
    Ok(find.one(conn.orm()).await?)
}

/// The address with this token.
///
/// # Errors
/// The database failed.
pub async fn hook_by_hash(conn: &impl Connection, hash: &str) -> Result<Option<Hook>, Error> {
    let find = inbound_hook::Entity::find().filter(inbound_hook::Column::TokenHash.eq(hash));
    Ok(find.one(conn.orm()).await?)
}

/// Gives an automation an address, in the place of the one it had.
///
/// # Errors
/// The database failed.
pub async fn open_hook(
    tx: &Tx,
    app: AppId,
    automation: &str,
    hash: &str,
    by: UserId,
    now: Timestamp,
) -> Result<(), Error> {
    close_hook(tx, app, automation).await?;
    let row = inbound_hook::Model {
        id: 0,
        app_id: app.0,
        automation: automation.to_owned(),
        token_hash: hash.to_owned(),
        created_by: by.0,
        created_at: now.0,
        called_at: None,
    };
    let mut row = row.into_active_model().reset_all();
    row.id = NotSet;
    row.insert(tx.orm()).await?;
    Ok(())
}

/// Takes an automation's address away; answers whether it had one.
///
/// # Errors
/// The database failed.
pub async fn close_hook(tx: &Tx, app: AppId, automation: &str) -> Result<bool, Error> {
    let gone = inbound_hook::Entity::delete_many()
        .filter(inbound_hook::Column::AppId.eq(app.0))
        .filter(inbound_hook::Column::Automation.eq(automation))
        .exec(tx.orm())
        .await?;
    Ok(gone.rows_affected > 0)
}

/// Notes that an address was called.
///
/// # Errors
/// The database failed.
pub async fn called(tx: &Tx, id: i64, now: Timestamp) -> Result<(), Error> {
    inbound_hook::Entity::update_many()
        .col_expr(inbound_hook::Column::CalledAt, Expr::val(now.0))
        .filter(inbound_hook::Column::Id.eq(id))
        .exec(tx.orm())
        .await?;
    Ok(())
}
