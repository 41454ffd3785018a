//! The audit: rows that are only ever added, in the same transaction as the change they tell of.

use super::{Connection, Error, Tx, entity::audit_log};
use crate::base::{
    id::{AppId, TableId, UserId},
    time::Timestamp,
};
use sea_orm::{ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

/// Who acted: a person, their token, the system, or a rule of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    User,
    Token,
    System,
    Rule,
}

impl ActorKind {
    const fn text(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::System => "system",
            Self::Rule => "rule",
        }
    }
}

/// What was acted upon. A record names its table, and by it its app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// `record`, `user`, `app`, `role`, `session` …
    pub kind: String,
    pub app: Option<AppId>,
    pub table: Option<TableId>,
    pub id: Option<i64>,
}

/// One act.
#[derive(Debug, Clone)]
pub struct Entry {
    pub actor: Option<UserId>,
    pub actor_kind: ActorKind,
    pub on_behalf_of: Option<UserId>,
    pub request_id: Option<String>,
    pub address: Option<String>,
    /// A stable code: `record.create`, `flow.approve`, `user.sign_in` …
    pub action: String,
    pub object: Object,
    /// JSON: the message's key and its parameters.
    pub summary: String,
    /// JSON: the fields that changed, each with before and after.
    pub changes: String,
}

/// Adds entries in their order, all in one statement.
///
/// # Errors
/// The database failed.
pub async fn append(tx: &Tx, entries: &[Entry], now: Timestamp) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    audit_log::Entity::insert_many(entries.iter().map(|entry| audit_log::ActiveModel {
        sequence: NotSet,
        at: Set(now.0),
        actor_id: Set(entry.actor.map(|actor| actor.0)),
        actor_kind: Set(entry.actor_kind.text().to_owned()),
        on_behalf_of: Set(entry.on_behalf_of.map(|user| user.0)),
        request_id: Set(entry.request_id.clone()),
        address: Set(entry.address.clone()),
        action: Set(entry.action.clone()),
        object_kind: Set(entry.object.kind.clone()),
        object_app: Set(entry.object.app.map(|app| app.0)),
        object_table: Set(entry.object.table.map(|table| table.0)),
        object_id: Set(entry.object.id),
        summary: Set(entry.summary.clone()),
        changes: Set(entry.changes.clone()),
    }))
    .exec_without_returning(tx.orm())
    .await?;
    Ok(())
}

/// What was done to one object before `before` (a sequence), newest first, at most `limit`.
///
/// # Errors
/// The database failed.
pub async fn of_object(
    conn: &impl Connection,
    object: &Object,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<audit_log::Model>, Error> {
    let mut find = audit_log::Entity::find()
        .filter(audit_log::Column::ObjectKind.eq(object.kind.as_str()))
        .order_by_desc(audit_log::Column::Sequence)
        .limit(limit);
    find = match object.table {
        Some(table) => find.filter(audit_log::Column::ObjectTable.eq(table.0)),
        None => find.filter(audit_log::Column::ObjectTable.is_null()),
    };
    find = match object.id {
        Some(id) => find.filter(audit_log::Column::ObjectId.eq(id)),
        None => find.filter(audit_log::Column::ObjectId.is_null()),
    };
    if let Some(before) = before {
        find = find.filter(audit_log::Column::Sequence.lt(before));
    }
    Ok(find.all(conn.orm()).await?)
}
