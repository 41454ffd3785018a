//! Installed apps and their published versions. A version is never changed; which one acts is the app's `live_version`.

use super::{
    Connection, Error, Tx,
    entity::{app, app_version},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use indexmap::IndexMap;
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::Expr,
};

/// The documents of a version: path within the app's folder (`tables/order.json`) to text.
pub type Documents = IndexMap<String, String>;

/// A version to be published.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// 1 for the first, then one more each time.
    pub number: i64,
    /// As semver, `1.2.0`.
    pub version: String,
    pub documents: Documents,
    pub published_by: Option<UserId>,
}

/// Stores a new app without a live version (0).
///
/// # Errors
/// [`Error::Unique`] `app_key` or `app.key` when there is an app with this key.
pub async fn insert(tx: &Tx, key: &str, title: &str, icon: Option<&str>, now: Timestamp) -> Result<AppId, Error> {
    let model = app::ActiveModel {
        id: NotSet,
        key: Set(key.to_owned()),
        title: Set(title.to_owned()),
        icon: Set(icon.map(str::to_owned)),
        live_version: Set(0),
        created_at: Set(now.0),
    };
    Ok(AppId(model.insert(tx.orm()).await?.id))
}

/// One app.
///
/// # Errors
/// The database failed.
pub async fn app(conn: &impl Connection, id: AppId) -> Result<Option<app::Model>, Error> {
    Ok(app::Entity::find_by_id(id.0).one(conn.orm()).await?)
}

/// The app with this key.
///
/// # Errors
/// The database failed.
pub async fn by_key(conn: &impl Connection, key: &str) -> Result<Option<app::Model>, Error> {
    Ok(app::Entity::find().filter(app::Column::Key.eq(key)).one(conn.orm()).await?)
}

/// All apps, by key; each row tells the number of its live version.
///
/// # Errors
/// The database failed.
pub async fn list(conn: &impl Connection) -> Result<Vec<app::Model>, Error> {
    Ok(app::Entity::find().order_by_asc(app::Column::Key).all(conn.orm()).await?)
}

/// Stores a version and makes it the live one, with the app's title and icon as they are in it.
///
/// # Errors
/// [`Error::Unique`] `app_version_number` (or its columns) when somebody published this number meanwhile.
pub async fn publish(
    tx: &Tx,
    id: AppId,
    version: &NewVersion,
    title: &str,
    icon: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let documents = serde_json::to_string(&version.documents).map_err(|error| Error::Other(Box::new(error)))?;
    app_version::Entity::insert(app_version::ActiveModel {
        id: NotSet,
        app_id: Set(id.0),
        number: Set(version.number),
        version: Set(version.version.clone()),
        documents: Set(documents),
        published_by: Set(version.published_by.map(|user| user.0)),
        published_at: Set(now.0),
    })
    .exec_without_returning(tx.orm())
    .await?;
    app::Entity::update_many()
        .col_expr(app::Column::LiveVersion, Expr::val(version.number))
        .col_expr(app::Column::Title, Expr::val(title))
        .col_expr(app::Column::Icon, Expr::val(icon))
        .filter(app::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// A version with its documents.
///
/// # Errors
/// The database failed, or the documents are not what was stored.
pub async fn version(
    conn: &impl Connection,
    id: AppId,
    number: i64,
) -> Result<Option<(app_version::Model, Documents)>, Error> {
    let Some(mut row) = app_version::Entity::find()
        .filter(app_version::Column::AppId.eq(id.0))
        .filter(app_version::Column::Number.eq(number))
        .one(conn.orm())
        .await?
    else {
        return Ok(None);
    };
    let documents =
        serde_json::from_str(&std::mem::take(&mut row.documents)).map_err(|error| Error::Other(Box::new(error)))?;
    Ok(Some((row, documents)))
}

/// The number of the latest version of an app, live or not; 0 when there is none.
///
/// # Errors
/// The database failed.
pub async fn latest_number(conn: &impl Connection, id: AppId) -> Result<i64, Error> {
    let latest: Option<i64> = app_version::Entity::find()
        .select_only()
        .column(app_version::Column::Number)
        .filter(app_version::Column::AppId.eq(id.0))
        .order_by_desc(app_version::Column::Number)
        .limit(1)
        .into_tuple()
        .one(conn.orm())
        .await?;
    Ok(latest.unwrap_or(0))
}
