//! Links to public forms.

use super::{Connection, Error, Tx, entity::public_link};
use crate::base::id::AppId;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};

pub use super::entity::public_link::Model as Link;

/// Stores a new link; its id is given by the database.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, link: Link) -> Result<Link, Error> {
    let mut row = link.into_active_model().reset_all();
    row.id = NotSet;
    Ok(row.insert(tx.orm()).await?)
}

/// Stores a link as it is now.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, link: Link) -> Result<Link, Error> {
    Ok(link.into_active_model().reset_all().update(tx.orm()).await?)
}

/// Removes a link.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &Tx, id: i64) -> Result<(), Error> {
    public_link::Entity::delete_by_id(id).exec(tx.orm()).await?;
    Ok(())
}

/// The link with this token.
///
/// # Errors
/// The database failed.
pub async fn by_token(conn: &impl Connection, token: &str) -> Result<Option<Link>, Error> {
    Ok(public_link::Entity::find().filter(public_link::Column::Token.eq(token)).one(conn.orm()).await?)
}

/// A link of an app.
///
/// # Errors
/// The database failed.
pub async fn by_id(conn: &impl Connection, app: AppId, id: i64) -> Result<Option<Link>, Error> {
    let link = public_link::Entity::find_by_id(id).filter(public_link::Column::AppId.eq(app.0));
    Ok(link.one(conn.orm()).await?)
}

/// Every link of an app, newest first.
///
/// # Errors
/// The database failed.
pub async fn of_app(conn: &impl Connection, app: AppId) -> Result<Vec<Link>, Error> {
    let links = public_link::Entity::find().filter(public_link::Column::AppId.eq(app.0));
    Ok(links.order_by_desc(public_link::Column::Id).all(conn.orm()).await?)
}

/// Counts one more sending, on this day; locks the link, so that a limit holds however many send at once. Answers the link as it
/// is then.
///
/// # Errors
/// The database failed.
pub async fn count(tx: &Tx, id: i64, day: &str) -> Result<Option<Link>, Error> {
    let same_day = public_link::Column::Day.eq(day);
    public_link::Entity::update_many()
        .col_expr(public_link::Column::Sent, Expr::col(public_link::Column::Sent).add(1))
        .col_expr(public_link::Column::SentOnDay, Expr::col(public_link::Column::SentOnDay).add(1))
        .filter(public_link::Column::Id.eq(id))
        .filter(same_day)
        .exec(tx.orm())
        .await?;
    public_link::Entity::update_many()
        .col_expr(public_link::Column::Sent, Expr::col(public_link::Column::Sent).add(1))
        .col_expr(public_link::Column::SentOnDay, Expr::val(1))
        .col_expr(public_link::Column::Day, Expr::val(day))
        .filter(public_link::Column::Id.eq(id))
        .filter(public_link::Column::Day.ne(day))
        .exec(tx.orm())
        .await?;
    Ok(public_link::Entity::find_by_id(id).one(tx.orm()).await?)
}
