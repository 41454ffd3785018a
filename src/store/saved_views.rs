//! Views that people saved, and the ones that lists open with.

use super::{
    Connection, Error, Tx,
    entity::{first_view, saved_view},
};
use crate::base::{
    id::{AppId, TableId, UserId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, sea_query::OnConflict};

pub use super::entity::saved_view::Model as Saved;

/// No table has more for one person.
const MOST: u64 = 200;

/// A view to be stored.
#[derive(Debug, Clone)]
pub struct New {
    pub app: AppId,
    pub table: TableId,
    pub owner: UserId,
    pub shared: bool,
    pub title: String,
    pub document: String,
}

/// The views of a table that a person may open: their own and the shared ones, from left to right.
///
/// # Errors
/// The database failed.
pub async fn of_table(conn: &impl Connection, table: TableId, user: UserId) -> Result<Vec<Saved>, Error> {
    let open = Condition::any().add(saved_view::Column::OwnerId.eq(user.0)).add(saved_view::Column::Shared.eq(1));
    Ok(saved_view::Entity::find()
        .filter(saved_view::Column::TableId.eq(table.0))
        .filter(open)
        .order_by_asc(saved_view::Column::Place)
        .order_by_asc(saved_view::Column::Id)
        .limit(MOST)
        .all(conn.orm())
        .await?)
}

/// A view by its id, whoever's it is.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, id: i64) -> Result<Option<Saved>, Error> {
    Ok(saved_view::Entity::find_by_id(id).one(conn.orm()).await?)
}

/// Stores a view behind the others and answers its id.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, new: New, now: Timestamp) -> Result<i64, Error> {
    let last: Option<i64> = saved_view::Entity::find()
        .select_only()
        .column(saved_view::Column::Place)
        .filter(saved_view::Column::TableId.eq(new.table.0))
        .order_by_desc(saved_view::Column::Place)
        .into_tuple()
        .one(tx.orm())
        .await?;
    let row = saved_view::ActiveModel {
        id: sea_orm::NotSet,
        app_id: Set(new.app.0),
        table_id: Set(new.table.0),
        owner_id: Set(new.owner.0),
        shared: Set(i64::from(new.shared)),
        title: Set(new.title),
        place: Set(last.unwrap_or(0) + 1),
        document: Set(new.document),
        created_at: Set(now.0),
        updated_at: Set(now.0),
    };
    Ok(saved_view::Entity::insert(row).exec(tx.orm()).await?.last_insert_id)
}

/// Writes a view's title, content, whose it is and its place.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, view: &Saved, now: Timestamp) -> Result<(), Error> {
    let row = saved_view::ActiveModel {
        title: Set(view.title.clone()),
        shared: Set(view.shared),
        place: Set(view.place),
        document: Set(view.document.clone()),
        updated_at: Set(now.0),
        ..Default::default()
    };
    saved_view::Entity::update_many().set(row).filter(saved_view::Column::Id.eq(view.id)).exec(tx.orm()).await?;
    Ok(())
}

/// Takes a view away.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &Tx, id: i64) -> Result<(), Error> {
    saved_view::Entity::delete_by_id(id).exec(tx.orm()).await?;
    Ok(())
}

/// The view that a list opens with for a person, if they chose one.
///
/// # Errors
/// The database failed.
pub async fn first(conn: &impl Connection, table: TableId, user: UserId) -> Result<Option<String>, Error> {
    let row = first_view::Entity::find_by_id((user.0, table.0)).one(conn.orm()).await?;
    Ok(row.map(|row| row.view))
}

/// Remembers the view that a list opens with for a person.
///
/// # Errors
/// The database failed.
pub async fn put_first(tx: &Tx, table: TableId, user: UserId, view: &str) -> Result<(), Error> {
    let row = first_view::ActiveModel { user_id: Set(user.0), table_id: Set(table.0), view: Set(view.to_owned()) };
    first_view::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([first_view::Column::UserId, first_view::Column::TableId])
                .update_column(first_view::Column::View)
                .to_owned(),
        )
        .exec_without_returning(tx.orm())
        .await?;
    Ok(())
}

/// The list opens with the app's own choice again.
///
/// # Errors
/// The database failed.
pub async fn forget_first(tx: &Tx, table: TableId, user: UserId) -> Result<(), Error> {
    first_view::Entity::delete_by_id((user.0, table.0)).exec(tx.orm()).await?;
    Ok(())
}
