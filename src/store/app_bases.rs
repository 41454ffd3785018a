//! The template versions that apps follow: the common ground on which an upgrade tells the template's changes from the app's own.

use super::{Connection, Error, Tx, apps::Documents, entity::app_base};
use crate::base::id::AppId;
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

/// How an app came to follow a template version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBy {
    /// It began as this version.
    Import,
    Upgrade,
    /// An upgrade was undone.
    Undo,
}

/// A template version, and the version of the app that came of it.
#[derive(Debug, Clone)]
pub struct Base {
    pub number: i64,
    /// The template's own, as semver.
    pub version: String,
    pub documents: Documents,
    pub came_by: CameBy,
}

/// What the version `number` of an app follows; nothing where that is the app's first version.
///
/// # Errors
/// The database failed, or the documents are not what was stored.
pub async fn at(conn: &impl Connection, app: AppId, number: i64) -> Result<Option<Base>, Error> {
    let row = app_base::Entity::find()
        .filter(app_base::Column::AppId.eq(app.0))
        .filter(app_base::Column::Number.lte(number))
        .order_by_desc(app_base::Column::Number)
        .one(conn.orm())
        .await?;
    let read = |row: app_base::Model| {
        let documents = serde_json::from_str(&row.documents).map_err(|error| Error::Other(Box::new(error)))?;
        let came_by = if row.came_by == "undo" { CameBy::Undo } else { CameBy::Upgrade };
        Ok(Base { number: row.number, version: row.version, documents, came_by })
    };
    row.map(read).transpose()
}

/// Remembers what an app follows from its version `base.number` on.
///
/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, app: AppId, base: &Base) -> Result<(), Error> {
    let documents = serde_json::to_string(&base.documents).map_err(|error| Error::Other(Box::new(error)))?;
    let row = app_base::ActiveModel {
        id: NotSet,
        app_id: Set(app.0),
        number: Set(base.number),
        version: Set(base.version.clone()),
        documents: Set(documents),
        came_by: Set(if base.came_by == CameBy::Undo { "undo" } else { "upgrade" }.to_owned()),
    };
    row.insert(tx.orm()).await?;
    Ok(())
}
