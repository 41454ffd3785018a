//! Messages to one person, newest first.

use super::{Connection, Error, Tx, entity::notice};
use crate::base::{
    id::{AppId, NoticeId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, Func, Query},
};

/// More unread notices than this are counted as this many.
pub const COUNTED: u64 = 100;

/// A notice to be.
#[derive(Debug, Clone)]
pub struct New {
    pub user: UserId,
    pub app: Option<AppId>,
    pub kind: String,
    /// JSON: the message's key and its parameters, so that it is shown in the reader's language.
    pub text: String,
    /// Where it leads, within this site.
    pub link: Option<String>,
}

/// Stores notices, all in one statement.
///
/// # Errors
/// [`Error::ForeignKey`] when a user is unknown.
pub async fn insert(tx: &Tx, notices: &[New], now: Timestamp) -> Result<(), Error> {
    if notices.is_empty() {
        return Ok(());
    }
    notice::Entity::insert_many(notices.iter().map(|new| notice::ActiveModel {
        id: NotSet,
        user_id: Set(new.user.0),
        app_id: Set(new.app.map(|app| app.0)),
        kind: Set(new.kind.clone()),
        text: Set(new.text.clone()),
        link: Set(new.link.clone()),
        created_at: Set(now.0),
        read_at: Set(None),
    }))
    .exec_without_returning(tx.orm())
    .await?;
    Ok(())
}

/// Whether a notice of this kind and about the same thing waits unread already: to say it once more would say nothing.
///
/// # Errors
/// The database failed.
pub async fn is_waiting(conn: &impl Connection, new: &New) -> Result<bool, Error> {
    let waiting = notice::Entity::find()
        .filter(notice::Column::UserId.eq(new.user.0))
        .filter(notice::Column::ReadAt.is_null())
        .filter(notice::Column::Kind.eq(new.kind.as_str()))
        .filter(notice::Column::Link.eq(new.link.clone()))
        .one(conn.orm())
        .await?;
    Ok(waiting.is_some())
}

/// A user's notices older than `before`, newest first, at most `limit`.
///
/// # Errors
/// The database failed.
pub async fn page(
    conn: &impl Connection,
    user: UserId,
    before: Option<NoticeId>,
    limit: u64,
) -> Result<Vec<notice::Model>, Error> {
    let mut find =
        notice::Entity::find().filter(notice::Column::UserId.eq(user.0)).order_by_desc(notice::Column::Id).limit(limit);
    if let Some(before) = before {
        find = find.filter(notice::Column::Id.lt(before.0));
    }
    Ok(find.all(conn.orm()).await?)
}

/// How many notices a user has not read, at most [`COUNTED`].
///
/// # Errors
/// The database failed.
pub async fn unread(conn: &impl Connection, user: UserId) -> Result<u64, Error> {
    let some = Query::select()
        .column(notice::Column::Id)
        .from(notice::Entity)
        .and_where(Expr::col(notice::Column::UserId).eq(user.0))
        .and_where(Expr::col(notice::Column::ReadAt).is_null())
        .limit(COUNTED)
        .take();
    let count = Query::select().expr(Func::count(Expr::cust("*"))).from_subquery(some, "unread").take();
    let number = match conn.query_one(&count).await? {
        Some(row) => row.i64(0)?,
        None => 0,
    };
    Ok(u64::try_from(number).unwrap_or(0))
}

/// Marks one notice of a user as read, or all of them; answers how many were unread.
///
/// # Errors
/// The database failed.
pub async fn mark_read(tx: &Tx, user: UserId, one: Option<NoticeId>, now: Timestamp) -> Result<u64, Error> {
    let mut update = notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::val(now.0))
        .filter(notice::Column::UserId.eq(user.0))
        .filter(notice::Column::ReadAt.is_null());
    if let Some(one) = one {
        update = update.filter(notice::Column::Id.eq(one.0));
    }
    Ok(update.exec(tx.orm()).await?.rows_affected)
}
