//! What each builder did to a draft, newest last, so that it can be undone and redone.

use super::{
    Connection, Error, Tx,
    entity::{draft_step, draft_text},
};
use crate::base::{
    id::{AppId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

pub type Step = draft_step::Model;

/// Steps of one builder that are kept.
pub const MOST: u64 = 100;
/// Revisions of documents that are kept.
const MOST_TEXTS: u64 = 500;

/// Notes down a step. What was undone before cannot be redone any more.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &Tx, app: AppId, by: UserId, said: &str, changes: &str, now: Timestamp) -> Result<(), Error> {
    let own = |delete: sea_orm::DeleteMany<draft_step::Entity>| {
        delete.filter(draft_step::Column::AppId.eq(app.0)).filter(draft_step::Column::UserId.eq(by.0))
    };
    own(draft_step::Entity::delete_many()).filter(draft_step::Column::Undone.eq(1)).exec(tx.orm()).await?;
    let row = draft_step::ActiveModel {
        id: NotSet,
        app_id: Set(app.0),
        user_id: Set(by.0),
        said: Set(said.to_owned()),
        changes: Set(changes.to_owned()),
        undone: Set(0),
        made_at: Set(now.0),
    };
    row.insert(tx.orm()).await?;
    let oldest = find(app, by).order_by_desc(draft_step::Column::Id).offset(MOST).limit(1).one(tx.orm()).await?;
    if let Some(oldest) = oldest {
        own(draft_step::Entity::delete_many()).filter(draft_step::Column::Id.lte(oldest.id)).exec(tx.orm()).await?;
    }
    Ok(())
}

fn find(app: AppId, by: UserId) -> sea_orm::Select<draft_step::Entity> {
    let find = draft_step::Entity::find().filter(draft_step::Column::AppId.eq(app.0));
    find.filter(draft_step::Column::UserId.eq(by.0))
}

/// The step that undoing takes back, or with `undone` the one that redoing makes again.
///
/// # Errors
/// The database failed.
pub async fn next(conn: &impl Connection, app: AppId, by: UserId, undone: bool) -> Result<Option<Step>, Error> {
    let find = find(app, by).filter(draft_step::Column::Undone.eq(i64::from(undone)));
    let find = match undone {
        false => find.order_by_desc(draft_step::Column::Id),
        true => find.order_by_asc(draft_step::Column::Id),
    };
    Ok(find.one(conn.orm()).await?)
}

/// Marks a step as undone, or as done.
///
/// # Errors
/// The database failed.
pub async fn mark(tx: &Tx, id: i64, undone: bool) -> Result<(), Error> {
    let row = draft_step::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(id),
        undone: Set(i64::from(undone)),
        ..Default::default()
    };
    row.update(tx.orm()).await?;
    Ok(())
}

/// Forgets all steps of an app: the draft is another one.
///
/// # Errors
/// The database failed.
pub async fn clear(tx: &Tx, app: AppId) -> Result<(), Error> {
    draft_step::Entity::delete_many().filter(draft_step::Column::AppId.eq(app.0)).exec(tx.orm()).await?;
    Ok(())
}

/// Keeps what a document says at a revision.
///
/// # Errors
/// The database failed.
pub(super) async fn keep(tx: &Tx, app: AppId, revision: i64, path: &str, text: Option<&str>) -> Result<(), Error> {
    let row = draft_text::ActiveModel {
        revision: Set(revision),
        app_id: Set(app.0),
        path: Set(path.to_owned()),
        text: Set(text.map(str::to_owned)),
    };
    draft_text::Entity::insert(row).exec_without_returning(tx.orm()).await?;
    let of_app = draft_text::Column::AppId.eq(app.0);
    let find = draft_text::Entity::find().filter(of_app.clone()).order_by_desc(draft_text::Column::Revision);
    if let Some(oldest) = find.offset(MOST_TEXTS).limit(1).one(tx.orm()).await? {
        let delete = draft_text::Entity::delete_many().filter(of_app);
        delete.filter(draft_text::Column::Revision.lte(oldest.revision)).exec(tx.orm()).await?;
    }
    Ok(())
}

/// What a document said at a revision, if that is still known.
///
/// # Errors
/// The database failed.
pub async fn text(
    conn: &impl Connection,
    app: AppId,
    revision: i64,
    path: &str,
) -> Result<Option<Option<String>>, Error> {
    let find = draft_text::Entity::find_by_id(revision).filter(draft_text::Column::AppId.eq(app.0));
    let found = find.filter(draft_text::Column::Path.eq(path)).one(conn.orm()).await?;
    Ok(found.map(|row| row.text))
}
