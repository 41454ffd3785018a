//! Browser sessions in the database, for `tower-sessions`.
//!
//! A session that belongs to a user lives only while the user is active and has the `security_epoch` that it was opened with:
//! the statement that loads it compares both, so that a disabled user or a changed password acts at the next request on every
//! node.

use super::{
    Connection, Error, Store, Tx,
    entity::{session, user},
    people::ACTIVE,
};
use crate::base::{
    id::UserId,
    time::{Clock, Timestamp},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    prelude::async_trait::async_trait,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt, sync::Arc};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store;

/// The key of the signed-in user's id in a session's data.
pub const USER: &str = "user";
/// The key of the user's `security_epoch` as it was at sign-in.
pub const USER_EPOCH: &str = "user_epoch";
/// The key of the address that the session was opened from.
pub const ADDRESS: &str = "address";
/// The key of the browser's name.
pub const AGENT: &str = "agent";

/// "Last seen" is written at most this often, in milliseconds.
const SEEN_EVERY: i64 = 60_000;
/// New ids that are tried before giving up; a collision of 128 random bits does not happen by chance.
const ATTEMPTS: usize = 8;

/// Sessions in the database.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Stores a new session; false when its id is taken.
    async fn insert(&self, record: &Record) -> session_store::Result<bool> {
        let row = row(record, self.clock.now())?;
        self.store
            .transaction_with(row, |tx, row| {
                Box::pin(async move {
                    let insert = Query::insert()
                        .into_table(session::Entity)
                        .columns([
                            session::Column::Id,
                            session::Column::UserId,
                            session::Column::Data,
                            session::Column::CreatedAt,
                            session::Column::SeenAt,
                            session::Column::ExpiresAt,
                            session::Column::Address,
                            session::Column::Agent,
                        ])
                        .values_panic([
                            row.id.as_str().into(),
                            row.user_id.into(),
                            row.data.as_str().into(),
                            row.created_at.into(),
                            row.seen_at.into(),
                            row.expires_at.into(),
                            row.address.clone().into(),
                            row.agent.clone().into(),
                        ])
                        .on_conflict(OnConflict::new().do_nothing().to_owned())
                        .take();
                    Ok::<_, Error>(tx.execute(&insert).await? == 1)
                })
            })
            .await
            .map_err(backend)
    }

    /// Writes "last seen" behind the request's back; losing it in a crash is harmless.
    fn touch(&self, id: String, now: Timestamp) {
        let store = self.store.clone();
        tokio::spawn(async move {
            let seen = store
                .transaction_with(id, move |tx, id| {
                    Box::pin(async move {
                        session::Entity::update_many()
                            .col_expr(session::Column::SeenAt, Expr::val(now.0))
                            .filter(session::Column::Id.eq(id.as_str()))
                            .filter(session::Column::SeenAt.lte(now.0 - SEEN_EVERY))
                            .exec(tx.orm())
                            .await?;
                        Ok::<_, Error>(())
                    })
                })
                .await;
            if let Err(error) = seen {
                tracing::debug!(%error, "when a session was last seen could not be written");
            }
        });
    }
}

#[async_trait]
impl session_store::SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        for _ in 0..ATTEMPTS {
            if self.insert(record).await? {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(session_store::Error::Backend("no free session id was found".into()))
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let row = row(record, self.clock.now())?;
        self.store
            .transaction_with(row, |tx, row| {
                Box::pin(async move {
                    // An update only: a session that was ended meanwhile must not come back.
                    session::Entity::update_many()
                        .col_expr(session::Column::UserId, Expr::val(row.user_id))
                        .col_expr(session::Column::Data, Expr::val(row.data.as_str()))
                        .col_expr(session::Column::SeenAt, Expr::val(row.seen_at))
                        .col_expr(session::Column::ExpiresAt, Expr::val(row.expires_at))
                        .col_expr(session::Column::Address, Expr::val(row.address.clone()))
                        .col_expr(session::Column::Agent, Expr::val(row.agent.clone()))
                        .filter(session::Column::Id.eq(row.id.as_str()))
                        .exec(tx.orm())
                        .await?;
                    Ok::<_, Error>(())
                })
            })
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        let hashed = stored_id(id);
        let column = |column| Expr::col((session::Entity, column));
        let select = Query::select()
            .expr(column(session::Column::Data))
            .expr(column(session::Column::SeenAt))
            .expr(column(session::Column::ExpiresAt))
            .expr(column(session::Column::UserId))
            .expr(Expr::col((user::Entity, user::Column::Status)))
            .expr(Expr::col((user::Entity, user::Column::SecurityEpoch)))
            .from(session::Entity)
            .left_join(
                user::Entity,
                Expr::col((user::Entity, user::Column::Id)).equals((session::Entity, session::Column::UserId)),
            )
            .and_where(column(session::Column::Id).eq(hashed.as_str()))
            .and_where(column(session::Column::ExpiresAt).gt(now.0))
            .take();
        let Some(row) = self.store.reader().query_one(&select).await.map_err(backend)? else {
            return Ok(None);
        };
        let data: HashMap<String, Value> = serde_json::from_str(&row.text(0).map_err(backend)?)
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        if row.opt_i64(3).map_err(backend)?.is_some() {
            let active = row.opt_text(4).map_err(backend)?.as_deref() == Some(ACTIVE);
            let epoch = row.opt_i64(5).map_err(backend)?;
            let opened_with = data.get(USER_EPOCH).and_then(Value::as_i64);
            if !active || epoch.is_none() || epoch != opened_with {
                return Ok(None);
            }
        }
        if row.i64(1).map_err(backend)? <= now.0 - SEEN_EVERY {
            self.touch(hashed, now);
        }
        Ok(Some(Record { id: *id, data, expiry_date: moment(row.i64(2).map_err(backend)?)? }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store.transaction_with(stored_id(id), |tx, id| Box::pin(end(tx, id))).await.map(|_| ()).map_err(backend)
    }
}

/// A user's sessions that have not expired, last seen first. Their `data` is not for showing.
///
/// # Errors
/// The database failed.
pub async fn of_user(conn: &impl Connection, user: UserId, now: Timestamp) -> Result<Vec<session::Model>, Error> {
    Ok(session::Entity::find()
        .filter(session::Column::UserId.eq(user.0))
        .filter(session::Column::ExpiresAt.gt(now.0))
        .order_by_desc(session::Column::SeenAt)
        .all(conn.orm())
        .await?)
}

/// Ends one session by its stored id; tells whether it was there.
///
/// # Errors
/// The database failed.
pub async fn end(tx: &Tx, id: &str) -> Result<bool, Error> {
    let done = session::Entity::delete_by_id(id.to_owned()).exec(tx.orm()).await?;
    Ok(done.rows_affected == 1)
}

/// Ends all sessions of a user but one (by its stored id); answers how many.
///
/// # Errors
/// The database failed.
pub async fn end_all(tx: &Tx, user: UserId, but: Option<&str>) -> Result<u64, Error> {
    let mut delete = session::Entity::delete_many().filter(session::Column::UserId.eq(user.0));
    if let Some(but) = but {
        delete = delete.filter(session::Column::Id.ne(but));
    }
    Ok(delete.exec(tx.orm()).await?.rows_affected)
}

/// Forgets sessions that expired before `now`; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, now: Timestamp) -> Result<u64, Error> {
    Ok(session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now.0)).exec(tx.orm()).await?.rows_affected)
}

/// The id under which a session is stored: SHA-256 of the cookie's value, in hex.
#[must_use]
pub fn stored_id(id: &Id) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(id.to_string().as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String does not fail.
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

fn row(record: &Record, now: Timestamp) -> session_store::Result<session::Model> {
    let text = |key: &str| record.data.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(session::Model {
        id: stored_id(&record.id),
        user_id: record.data.get(USER).and_then(Value::as_i64),
        data: serde_json::to_string(&record.data).map_err(|error| session_store::Error::Encode(error.to_string()))?,
        created_at: now.0,
        seen_at: now.0,
        expires_at: milliseconds(record.expiry_date),
        address: text(ADDRESS),
        agent: text(AGENT),
    })
}

fn milliseconds(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn moment(milliseconds: i64) -> session_store::Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .map_err(|error| session_store::Error::Decode(error.to_string()))
}

#[allow(clippy::needless_pass_by_value)] // it is what `map_err` hands over
fn backend(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
