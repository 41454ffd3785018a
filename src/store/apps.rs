//! Installed apps and their published versions. A version is never changed; which one acts is the app's `live_version`.

use super::{
    Connection, Error, Tx, ddl,
    entity::{app, app_version},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use indexmap::IndexMap;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, LockType, Order, Query},
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
    /// What the publisher says of it.
    pub note: Option<String>,
    /// The keys that it changed, as a JSON list.
    pub renames: Option<String>,
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
        layout: Set(ddl::LAYOUT),
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
        note: Set(version.note.clone()),
        renames: Set(version.renames.clone()),
    })
    .exec_without_returning(tx.orm())
    .await?;
    app::Entity::update_many()
        .col_expr(app::Column::LiveVersion, Expr::val(version.number))
        .col_expr(app::Column::Layout, Expr::val(ddl::LAYOUT))
        .col_expr(app::Column::Title, Expr::val(title))
        .col_expr(app::Column::Icon, Expr::val(icon))
        .filter(app::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Remembers that an app's tables have this program's layout.
///
/// # Errors
/// The database failed.
pub async fn laid_out(tx: &Tx, id: AppId) -> Result<(), Error> {
    app::Entity::update_many()
        .col_expr(app::Column::Layout, Expr::val(ddl::LAYOUT))
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

/// The number of the live version, and no other is published before the transaction ends: a command works on the version
/// that it found here. Nothing where there is no such app.
///
/// # Errors
/// The database failed.
pub async fn live_number(tx: &Tx, id: AppId) -> Result<Option<i64>, Error> {
    locked_number(tx, id, LockType::KeyShare).await
}

/// As [`live_number`], for whoever publishes: waits until the commands that run have ended, and lets no other begin.
///
/// # Errors
/// The database failed.
pub async fn lock(tx: &Tx, id: AppId) -> Result<Option<i64>, Error> {
    locked_number(tx, id, LockType::Update).await
}

async fn locked_number(tx: &Tx, id: AppId, lock: LockType) -> Result<Option<i64>, Error> {
    let mut select = Query::select();
    select.column(app::Column::LiveVersion).from(app::Entity).and_where(Expr::col(app::Column::Id).eq(id.0));
    if tx.is_postgres() {
        select.lock(lock);
    }
    tx.query_one(&select).await?.map(|row| row.i64(0)).transpose()
}

/// The versions of an app without their documents, newest first, at most `limit` below the number `before`.
///
/// # Errors
/// The database failed.
pub async fn versions(
    conn: &impl Connection,
    id: AppId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<VersionRow>, Error> {
    let mut select = Query::select();
    select
        .columns([
            app_version::Column::Number,
            app_version::Column::Version,
            app_version::Column::PublishedBy,
            app_version::Column::PublishedAt,
            app_version::Column::Note,
        ])
        .from(app_version::Entity)
        .and_where(Expr::col(app_version::Column::AppId).eq(id.0))
        .order_by(app_version::Column::Number, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        select.and_where(Expr::col(app_version::Column::Number).lt(before));
    }
    let rows = conn.query(&select).await?;
    let read = |row: &super::Row| {
        Ok(VersionRow {
            number: row.i64(0)?,
            version: row.text(1)?,
            published_by: row.opt_i64(2)?.map(UserId),
            published_at: Timestamp(row.i64(3)?),
            note: row.opt_text(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A version in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    pub number: i64,
    pub version: String,
    pub published_by: Option<UserId>,
    pub published_at: Timestamp,
    pub note: Option<String>,
}

/// The keys that versions after `number` changed, in order, each as its JSON list.
///
/// # Errors
/// The database failed.
pub async fn renames_since(conn: &impl Connection, id: AppId, number: i64) -> Result<Vec<String>, Error> {
    let mut select = Query::select();
    select
        .column(app_version::Column::Renames)
        .from(app_version::Entity)
        .and_where(Expr::col(app_version::Column::AppId).eq(id.0))
        .and_where(Expr::col(app_version::Column::Number).gt(number))
        .and_where(Expr::col(app_version::Column::Renames).is_not_null())
        .order_by(app_version::Column::Number, Order::Asc);
    conn.query(&select).await?.iter().map(|row| row.text(0)).collect()
}
