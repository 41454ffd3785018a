//! What leaves the program after commit: written with the change that causes it, delivered at least once, each delivery under a lease.

use super::{Connection, Error, Tx, entity::outbox};
use crate::base::{id::AppId, time::Timestamp};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query},
};

pub use outbox::Model as Message;

/// Whoever delivers and says nothing for so long has ended: milliseconds.
pub const LEASE: i64 = 60_000;

/// Puts a message in; answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, message: Message) -> Result<i64, Error> {
    let mut row = message.into_active_model().reset_all();
    row.id = NotSet;
    Ok(row.insert(tx.orm()).await?.id)
}

/// Takes the message that is due longest, or whose deliverer has gone. Others skip it meanwhile.
///
/// # Errors
/// The database failed.
pub async fn claim(tx: &Tx, now: Timestamp) -> Result<Option<Message>, Error> {
    let free = Expr::col(outbox::Column::LeaseUntil).is_null().or(Expr::col(outbox::Column::LeaseUntil).lte(now.0));
    let mut select = Query::select();
    select
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(Expr::col(outbox::Column::State).eq("waiting"))
        .and_where(Expr::col(outbox::Column::DueAt).lte(now.0))
        .and_where(free)
        .order_by(outbox::Column::DueAt, sea_orm::Order::Asc)
        .order_by(outbox::Column::Id, sea_orm::Order::Asc)
        .limit(1);
    if tx.is_postgres() {
        select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(row) = tx.query_one(&select).await? else { return Ok(None) };
    let id = row.i64(0)?;
    outbox::Entity::update_many()
        .col_expr(outbox::Column::LeaseUntil, Expr::val(now.plus(LEASE).0))
        .col_expr(outbox::Column::Fence, Expr::col(outbox::Column::Fence).add(1))
        .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).add(1))
        .filter(outbox::Column::Id.eq(id))
        .exec(tx.orm())
        .await?;
    Ok(outbox::Entity::find_by_id(id).one(tx.orm()).await?)
}

/// Whether any message is due.
///
/// # Errors
/// The database failed.
pub async fn is_due(conn: &impl Connection, now: Timestamp) -> Result<bool, Error> {
    let find = outbox::Entity::find()
        .filter(outbox::Column::State.eq("waiting"))
        .filter(outbox::Column::DueAt.lte(now.0))
        .filter(outbox::Column::LeaseUntil.is_null().or(outbox::Column::LeaseUntil.lte(now.0)));
    Ok(find.one(conn.orm()).await?.is_some())
}

/// What became of an attempt: the next one is due, or there is none any more.
#[derive(Debug, Clone)]
pub struct Attempted {
    pub state: &'static str,
    pub due_at: Timestamp,
    /// JSON: all attempts so far.
    pub log: String,
    pub ended_at: Option<Timestamp>,
}

/// Notes an attempt. One whose lease another took notes nothing.
///
/// # Errors
/// The database failed.
pub async fn attempted(tx: &Tx, message: &Message, attempted: Attempted) -> Result<(), Error> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::val(attempted.state))
        .col_expr(outbox::Column::DueAt, Expr::val(attempted.due_at.0))
        .col_expr(outbox::Column::LeaseUntil, Expr::val(Option::<i64>::None))
        .col_expr(outbox::Column::Log, Expr::val(attempted.log))
        .col_expr(outbox::Column::EndedAt, Expr::val(attempted.ended_at.map(|at| at.0)))
        .filter(outbox::Column::Id.eq(message.id))
        .filter(outbox::Column::Fence.eq(message.fence))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// The messages of some runs.
///
/// # Errors
/// The database failed.
pub async fn of_runs(conn: &impl Connection, app: AppId, runs: &[i64]) -> Result<Vec<Message>, Error> {
    let find = outbox::Entity::find()
        .filter(outbox::Column::AppId.eq(app.0))
        .filter(outbox::Column::RunId.is_in(runs.iter().copied()))
        .order_by_asc(outbox::Column::Id);
    Ok(find.all(conn.orm()).await?)
}

/// Lets the messages of a run that failed be tried anew; answers how many there were.
///
/// # Errors
/// The database failed.
pub async fn again(tx: &Tx, app: AppId, run: i64, now: Timestamp) -> Result<u64, Error> {
    let done = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::val("waiting"))
        .col_expr(outbox::Column::Attempts, Expr::val(0_i64))
        .col_expr(outbox::Column::DueAt, Expr::val(now.0))
        .col_expr(outbox::Column::EndedAt, Expr::val(Option::<i64>::None))
        .filter(outbox::Column::AppId.eq(app.0))
        .filter(outbox::Column::RunId.eq(run))
        .filter(outbox::Column::State.eq("failed"))
        .exec(tx.orm())
        .await?;
    Ok(done.rows_affected)
}
