//! Jobs: claimed under a lease by one worker at a time, with a fence that a worker who lost its lease cannot pass.

use super::{Connection, Error, Tx, entity::job};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query},
};

pub use job::Model as Job;

/// A worker that says nothing for so long has ended: milliseconds.
pub const LEASE: i64 = 60_000;
/// A job whose worker ended this often is not tried again.
pub const MOST_ATTEMPTS: i64 = 5;

/// A job to be.
#[derive(Debug, Clone)]
pub struct New {
    pub kind: String,
    pub user: UserId,
    pub app: Option<AppId>,
    /// JSON, read by whoever does this kind of job.
    pub input: String,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Done,
    Failed,
    Cancelled,
}

impl End {
    const fn text(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Queues a job; answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, new: &New, now: Timestamp) -> Result<i64, Error> {
    let inserted = job::Entity::insert(job::ActiveModel {
        id: NotSet,
        kind: Set(new.kind.clone()),
        user_id: Set(new.user.0),
        app_id: Set(new.app.map(|app| app.0)),
        state: Set("queued".into()),
        done: Set(0),
        total: Set(None),
        message: Set(None),
        input: Set(new.input.clone()),
        result: Set(None),
        cancel: Set(0),
        fence: Set(0),
        lease_until: Set(None),
        attempts: Set(0),
        created_at: Set(now.0),
        started_at: Set(None),
        finished_at: Set(None),
    })
    .exec(tx.orm())
    .await?;
    Ok(inserted.last_insert_id)
}

/// Takes the oldest job that waits, or whose worker has gone: `one` where only that is meant. Others skip the row meanwhile.
///
/// # Errors
/// The database failed.
pub async fn claim(tx: &Tx, one: Option<i64>, now: Timestamp) -> Result<Option<Job>, Error> {
    let mut select = Query::select();
    let waits = Expr::col(job::Column::State).eq("queued");
    let orphaned = Expr::col(job::Column::State).eq("running").and(Expr::col(job::Column::LeaseUntil).lte(now.0));
    select
        .column(job::Column::Id)
        .from(job::Entity)
        .and_where(waits.or(orphaned))
        .order_by(job::Column::Id, sea_orm::Order::Asc)
        .limit(1);
    if let Some(one) = one {
        select.and_where(Expr::col(job::Column::Id).eq(one));
    }
    if tx.is_postgres() {
        select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(row) = tx.query_one(&select).await? else { return Ok(None) };
    let id = row.i64(0)?;
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::val("running"))
        .col_expr(job::Column::Fence, Expr::col(job::Column::Fence).add(1))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .col_expr(job::Column::LeaseUntil, Expr::val(now.plus(LEASE).0))
        .col_expr(job::Column::StartedAt, Expr::cust("COALESCE(started_at, created_at)"))
        .filter(job::Column::Id.eq(id))
        .exec(tx.orm())
        .await?;
    find(tx, id).await
}

/// Tells how far a job is and keeps the lease; answers whether it was asked to stop. Part of the transaction of what was done,
/// so that nothing is done twice: a worker that lost its lease gets [`Error::Stale`] and with it loses its work.
///
/// # Errors
/// [`Error::Stale`], or the database failed.
pub async fn progress(tx: &Tx, job: &Job, done: i64, total: Option<i64>, now: Timestamp) -> Result<bool, Error> {
    let updated = job::Entity::update_many()
        .col_expr(job::Column::Done, Expr::val(done))
        .col_expr(job::Column::Total, Expr::val(total))
        .col_expr(job::Column::LeaseUntil, Expr::val(now.plus(LEASE).0))
        .col_expr(job::Column::Attempts, Expr::val(1_i64))
        .filter(held(job))
        .exec(tx.orm())
        .await?;
    if updated.rows_affected != 1 {
        return Err(Error::Stale);
    }
    Ok(find(tx, job.id).await?.is_some_and(|now| now.cancel != 0))
}

/// Ends a job.
///
/// # Errors
/// [`Error::Stale`] for a worker that lost its lease.
pub async fn finish(tx: &Tx, job: &Job, end: End, result: Option<String>, now: Timestamp) -> Result<(), Error> {
    let updated = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::val(end.text()))
        .col_expr(job::Column::Result, Expr::val(result))
        .col_expr(job::Column::LeaseUntil, Expr::val(None::<i64>))
        .col_expr(job::Column::FinishedAt, Expr::val(now.0))
        .filter(held(job))
        .exec(tx.orm())
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// Gives a job back, to be claimed again at once: the server stops.
///
/// # Errors
/// The database failed.
pub async fn release(tx: &Tx, job: &Job) -> Result<(), Error> {
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::val("queued"))
        .col_expr(job::Column::LeaseUntil, Expr::val(None::<i64>))
        .filter(held(job))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Asks a job to stop. One that waits is over at once; answers whether there was something to stop.
///
/// # Errors
/// The database failed.
pub async fn cancel(tx: &Tx, id: i64, now: Timestamp) -> Result<bool, Error> {
    let waiting = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::val("cancelled"))
        .col_expr(job::Column::FinishedAt, Expr::val(now.0))
        .filter(job::Column::Id.eq(id))
        .filter(job::Column::State.eq("queued"))
        .exec(tx.orm())
        .await?;
    let running = job::Entity::update_many()
        .col_expr(job::Column::Cancel, Expr::val(1_i64))
        .filter(job::Column::Id.eq(id))
        .filter(job::Column::State.eq("running"))
        .exec(tx.orm())
        .await?;
    Ok(waiting.rows_affected + running.rows_affected > 0)
}

/// A job.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, id: i64) -> Result<Option<Job>, Error> {
    Ok(job::Entity::find_by_id(id).one(conn.orm()).await?)
}

/// Jobs before `before` (an id), newest first, at most `limit`; of one person, or of all.
///
/// # Errors
/// The database failed.
pub async fn page(
    conn: &impl Connection,
    user: Option<UserId>,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Job>, Error> {
    let mut find = job::Entity::find().order_by_desc(job::Column::Id).limit(limit);
    if let Some(user) = user {
        find = find.filter(job::Column::UserId.eq(user.0));
    }
    if let Some(before) = before {
        find = find.filter(job::Column::Id.lt(before));
    }
    Ok(find.all(conn.orm()).await?)
}

/// Forgets jobs that ended before a moment; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    Ok(job::Entity::delete_many().filter(job::Column::FinishedAt.lt(before.0)).exec(tx.orm()).await?.rows_affected)
}

fn held(job: &Job) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::Fence.eq(job.fence))
        .add(job::Column::State.eq("running"))
}
