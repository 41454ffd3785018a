//! Tokens for the API. Only the hash of a token's secret is known here.

use super::{
    Connection, Error, Tx,
    entity::{api_token, organisation, user},
    people::{ACTIVE, SecurityState},
};
use crate::base::{
    id::{TokenId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, ExprTrait, JoinType, Query},
};

/// Stores a token.
///
/// # Errors
/// [`Error::Unique`] when the hash is there already.
pub async fn insert(
    tx: &Tx,
    user: UserId,
    name: &str,
    hash: &str,
    scopes: &str,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<api_token::Model, Error> {
    let model = api_token::ActiveModel {
        id: NotSet,
        user_id: Set(user.0),
        name: Set(name.to_owned()),
        hash: Set(hash.to_owned()),
        scopes: Set(scopes.to_owned()),
        created_at: Set(now.0),
        expires_at: Set(expires_at.map(|moment| moment.0)),
        last_used_at: Set(None),
    };
    Ok(model.insert(tx.orm()).await?)
}

/// A token that was shown, with what tells whether its person's rights have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub user: UserId,
    pub scopes: String,
    pub state: SecurityState,
}

/// The token with this hash, if it has not expired, and the epochs to compare with what is cached: one statement, for it
/// runs with every request of a program.
///
/// # Errors
/// The database failed.
pub async fn by_hash(conn: &impl Connection, hash: &str, now: Timestamp) -> Result<Option<Shown>, Error> {
    let token = |column| Expr::col((api_token::Entity, column));
    let user = |column| Expr::col((user::Entity, column));
    let select = Query::select()
        .expr(user(user::Column::Id))
        .expr(token(api_token::Column::Scopes))
        .expr(user(user::Column::Status))
        .expr(user(user::Column::SecurityEpoch))
        .expr(Expr::col((organisation::Entity, organisation::Column::SecurityEpoch)))
        .from(api_token::Entity)
        .inner_join(user::Entity, user(user::Column::Id).eq(token(api_token::Column::UserId)))
        .join(JoinType::CrossJoin, organisation::Entity, Condition::all())
        .and_where(token(api_token::Column::Hash).eq(hash))
        .and_where(token(api_token::Column::ExpiresAt).is_null().or(token(api_token::Column::ExpiresAt).gt(now.0)))
        .take();
    let Some(row) = conn.query_one(&select).await? else { return Ok(None) };
    let state =
        SecurityState { active: row.text(2)? == ACTIVE, user_epoch: row.i64(3)?, organisation_epoch: row.i64(4)? };
    Ok(Some(Shown { user: UserId(row.i64(0)?), scopes: row.text(1)?, state }))
}

/// A user's tokens, newest first.
///
/// # Errors
/// The database failed.
pub async fn of_user(conn: &impl Connection, user: UserId) -> Result<Vec<api_token::Model>, Error> {
    Ok(api_token::Entity::find()
        .filter(api_token::Column::UserId.eq(user.0))
        .order_by_desc(api_token::Column::Id)
        .all(conn.orm())
        .await?)
}

/// Ends a token of this user; tells whether it was there.
///
/// # Errors
/// The database failed.
pub async fn revoke(tx: &Tx, user: UserId, token: TokenId) -> Result<bool, Error> {
    let done = api_token::Entity::delete_many()
        .filter(api_token::Column::Id.eq(token.0))
        .filter(api_token::Column::UserId.eq(user.0))
        .exec(tx.orm())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that a token was used; nothing is written when that was less than a minute ago.
///
/// # Errors
/// The database failed.
pub async fn touch(tx: &Tx, token: TokenId, now: Timestamp) -> Result<(), Error> {
    api_token::Entity::update_many()
        .col_expr(api_token::Column::LastUsedAt, Expr::val(now.0))
        .filter(api_token::Column::Id.eq(token.0))
        .filter(
            Condition::any()
                .add(api_token::Column::LastUsedAt.is_null())
                .add(api_token::Column::LastUsedAt.lte(now.plus(-60_000).0)),
        )
        .exec(tx.orm())
        .await?;
    Ok(())
}
