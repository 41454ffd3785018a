//! Documents of apps as somebody is changing them, over the live version. Each change makes a new row, whose number names
//! that state of the document.

use super::{
    Connection, Error, Tx,
    entity::{app_draft, app_draft_rename},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

pub type Draft = app_draft::Model;

/// All documents that differ from the live version, by path.
///
/// # Errors
/// The database failed.
pub async fn of_app(conn: &impl Connection, app: AppId) -> Result<Vec<Draft>, Error> {
    let find = app_draft::Entity::find().filter(app_draft::Column::AppId.eq(app.0));
    Ok(find.order_by_asc(app_draft::Column::Path).all(conn.orm()).await?)
}

/// One document.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, app: AppId, path: &str) -> Result<Option<Draft>, Error> {
    let find = app_draft::Entity::find().filter(app_draft::Column::AppId.eq(app.0));
    Ok(find.filter(app_draft::Column::Path.eq(path)).one(conn.orm()).await?)
}

/// Puts a document into the draft (`None`: it is to be removed), in the place of what was there.
///
/// # Errors
/// [`Error::Unique`] `app_draft_path` when somebody else put it at the same moment.
pub async fn put(
    tx: &Tx,
    app: AppId,
    path: &str,
    text: Option<&str>,
    by: UserId,
    now: Timestamp,
) -> Result<Draft, Error> {
    discard(tx, app, path).await?;
    let row = app_draft::ActiveModel {
        id: NotSet,
        app_id: Set(app.0),
        path: Set(path.to_owned()),
        text: Set(text.map(str::to_owned)),
        updated_by: Set(by.0),
        updated_at: Set(now.0),
    };
    let row = row.insert(tx.orm()).await?;
    super::draft_steps::keep(tx, app, row.id, path, text).await?;
    Ok(row)
}

/// Makes a document be as it is live again.
///
/// # Errors
/// The database failed.
pub async fn discard(tx: &Tx, app: AppId, path: &str) -> Result<(), Error> {
    app_draft::Entity::delete_many()
        .filter(app_draft::Column::AppId.eq(app.0))
        .filter(app_draft::Column::Path.eq(path))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Makes the whole draft be the live version again.
///
/// # Errors
/// The database failed.
pub async fn clear(tx: &Tx, app: AppId) -> Result<(), Error> {
    app_draft::Entity::delete_many().filter(app_draft::Column::AppId.eq(app.0)).exec(tx.orm()).await?;
    app_draft_rename::Entity::delete_many().filter(app_draft_rename::Column::AppId.eq(app.0)).exec(tx.orm()).await?;
    Ok(())
}

/// The keys that the draft changed, each as JSON, in their order.
///
/// # Errors
/// The database failed.
pub async fn renames(conn: &impl Connection, app: AppId) -> Result<Vec<String>, Error> {
    let find = app_draft_rename::Entity::find().filter(app_draft_rename::Column::AppId.eq(app.0));
    let rows = find.order_by_asc(app_draft_rename::Column::Id).all(conn.orm()).await?;
    Ok(rows.into_iter().map(|row| row.rename).collect())
}

/// Notes down one more changed key.
///
/// # Errors
/// The database failed.
pub async fn add_rename(tx: &Tx, app: AppId, rename: &str) -> Result<(), Error> {
    let row = app_draft_rename::ActiveModel { id: NotSet, app_id: Set(app.0), rename: Set(rename.to_owned()) };
    row.insert(tx.orm()).await?;
    Ok(())
}
