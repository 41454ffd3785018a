//! The settings of an app that differ from its defaults, as JSON by key.

use super::{Connection, Error, Tx, entity::app_setting};
use crate::base::id::AppId;
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, sea_query::OnConflict};

/// All settings of an app that were set.
///
/// # Errors
/// The database failed.
pub async fn of_app(conn: &impl Connection, app: AppId) -> Result<IndexMap<String, String>, Error> {
    let rows = app_setting::Entity::find()
        .filter(app_setting::Column::AppId.eq(app.0))
        .order_by_asc(app_setting::Column::Key)
        .all(conn.orm())
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
}

/// Sets a setting.
///
/// # Errors
/// [`Error::ForeignKey`] when the app is unknown.
pub async fn put(tx: &Tx, app: AppId, key: &str, value: &str) -> Result<(), Error> {
    app_setting::Entity::insert(app_setting::ActiveModel {
        app_id: Set(app.0),
        key: Set(key.to_owned()),
        value: Set(value.to_owned()),
    })
    .on_conflict(
        OnConflict::columns([app_setting::Column::AppId, app_setting::Column::Key])
            .update_column(app_setting::Column::Value)
            .to_owned(),
    )
    .exec_without_returning(tx.orm())
    .await?;
    Ok(())
}

/// Goes back to the default.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &Tx, app: AppId, key: &str) -> Result<(), Error> {
    app_setting::Entity::delete_by_id((app.0, key.to_owned())).exec(tx.orm()).await?;
    Ok(())
}
