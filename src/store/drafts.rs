//! Half-filled forms. A draft of a new record has the record id 0.

use super::{Connection, Error, Tx, entity::form_draft};
use crate::base::{
    id::{AppId, RecordId, UserId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, sea_query::OnConflict};

/// A draft as it is stored.
pub type Row = form_draft::Model;

/// What names a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub user: UserId,
    pub app: AppId,
    pub form: String,
    /// The record that is edited, or none for a new one.
    pub record: Option<RecordId>,
}

impl Form {
    fn key(&self) -> (i64, i64, String, i64) {
        let record = self.record.map_or(0, |record| record.0);
        (self.user.0, self.app.0, self.form.clone(), record)
    }
}

/// The draft of a form, with `values` as JSON.
///
/// # Errors
/// The database failed.
pub async fn find(conn: &impl Connection, form: &Form) -> Result<Option<form_draft::Model>, Error> {
    Ok(form_draft::Entity::find_by_id(form.key()).one(conn.orm()).await?)
}

/// Stores a draft in the place of an earlier one.
///
/// # Errors
/// [`Error::ForeignKey`] when the user or the app is unknown.
pub async fn put(tx: &Tx, form: &Form, values: &str, now: Timestamp) -> Result<(), Error> {
    let (user_id, app_id, key, record_id) = form.key();
    form_draft::Entity::insert(form_draft::ActiveModel {
        user_id: Set(user_id),
        app_id: Set(app_id),
        form: Set(key),
        record_id: Set(record_id),
        values: Set(values.to_owned()),
        updated_at: Set(now.0),
    })
    .on_conflict(
        OnConflict::columns([
            form_draft::Column::UserId,
            form_draft::Column::AppId,
            form_draft::Column::Form,
            form_draft::Column::RecordId,
        ])
        .update_columns([form_draft::Column::Values, form_draft::Column::UpdatedAt])
        .to_owned(),
    )
    .exec_without_returning(tx.orm())
    .await?;
    Ok(())
}

/// Forgets a draft, when the form is stored or given up.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &Tx, form: &Form) -> Result<(), Error> {
    form_draft::Entity::delete_by_id(form.key()).exec(tx.orm()).await?;
    Ok(())
}

/// A user's latest drafts, newest first, at most `limit`.
///
/// # Errors
/// The database failed.
pub async fn of_user(conn: &impl Connection, user: UserId, limit: u64) -> Result<Vec<form_draft::Model>, Error> {
    Ok(form_draft::Entity::find()
        .filter(form_draft::Column::UserId.eq(user.0))
        .order_by_desc(form_draft::Column::UpdatedAt)
        .limit(limit)
        .all(conn.orm())
        .await?)
}

/// Forgets drafts that nobody touched since `before`; answers how many.
///
/// # Errors
/// The database failed.
pub async fn prune(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    let old = form_draft::Entity::delete_many().filter(form_draft::Column::UpdatedAt.lt(before.0));
    Ok(old.exec(tx.orm()).await?.rows_affected)
}
