//! Cases: made, loaded, saved.

use super::super::{
    Connection, Error, Tx,
    entity::{flow_activation, flow_case, flow_cc, flow_effect, flow_log, flow_task},
};
use crate::{
    base::{
        id::{AppId, CaseId, RecordId, TableId, TaskId, UserId},
        time::Timestamp,
    },
    flow::{
        event::Entry,
        replay::replay,
        state::{Activation, Case, CaseState, Copy, Task, TaskState},
        step::Outcome,
    },
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{LockType, OnConflict},
};
use serde::{Serialize, de::DeserializeOwned};

pub use super::super::entity::{flow_case::Model as CaseRow, flow_task::Model as TaskRow};

/// A case about to be started.
#[derive(Debug, Clone)]
pub struct NewCase<'a> {
    pub app: AppId,
    pub flow: &'a str,
    pub version: i64,
    pub table: TableId,
    pub record: RecordId,
    pub starter: UserId,
    pub title: &'a str,
    /// JSON of the fields shown with a task.
    pub summary: &'a str,
    pub now: Timestamp,
}

/// The word that serde writes for a state or kind: what the columns hold.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::other(format!("a stored event does not read: {error}")))
}

/// Makes the row of a case; its log follows with [`save`].
///
/// # Errors
/// [`Error::Unique`] when the record has an open case.
pub async fn create(tx: &Tx, new: NewCase<'_>) -> Result<CaseRow, Error> {
    let row = flow_case::ActiveModel {
        id: NotSet,
        app_id: Set(new.app.0),
        flow: Set(new.flow.to_owned()),
        version_number: Set(new.version),
        table_id: Set(new.table.0),
        record_id: Set(new.record.0),
        state: Set(word(&CaseState::Running)),
        rev: Set(0),
        starter_id: Set(new.starter.0),
        round: Set(0),
        title: Set(new.title.to_owned()),
        summary: Set(new.summary.to_owned()),
        created_at: Set(new.now.0),
        ended_at: Set(None),
    };
    Ok(row.insert(tx.orm()).await?)
}

/// # Errors
/// The database failed.
pub async fn by_id(conn: &impl Connection, id: CaseId) -> Result<Option<CaseRow>, Error> {
    Ok(flow_case::Entity::find_by_id(id.0).one(conn.orm()).await?)
}

/// The newest case of a record.
///
/// # Errors
/// The database failed.
pub async fn latest_of_record(
    conn: &impl Connection,
    table: TableId,
    record: RecordId,
) -> Result<Option<CaseRow>, Error> {
    let found = flow_case::Entity::find()
        .filter(flow_case::Column::TableId.eq(table.0))
        .filter(flow_case::Column::RecordId.eq(record.0))
        .order_by_desc(flow_case::Column::Id)
        .one(conn.orm())
        .await?;
    Ok(found)
}

/// The newest case of each of some records.
///
/// # Errors
/// The database failed.
pub async fn of_records(conn: &impl Connection, table: TableId, records: &[i64]) -> Result<Vec<CaseRow>, Error> {
    let found = flow_case::Entity::find()
        .filter(flow_case::Column::TableId.eq(table.0))
        .filter(flow_case::Column::RecordId.is_in(records.iter().copied()))
        .order_by_asc(flow_case::Column::Id)
        .all(conn.orm())
        .await?;
    Ok(found)
}

/// The case by replaying its log.
///
/// # Errors
/// The log does not fit together, or the database failed.
pub async fn load(conn: &impl Connection, id: CaseId) -> Result<Case, Error> {
    let entries = log(conn, id).await?;
    replay(id, &entries).map_err(|misfit| Error::other(format!("the log of case {id} does not fit: {misfit}")))
}

/// The row, locked until the transaction ends, and the case.
///
/// # Errors
/// As [`load`].
pub async fn load_for_update(tx: &Tx, id: CaseId) -> Result<Option<(CaseRow, Case)>, Error> {
    let mut find = flow_case::Entity::find_by_id(id.0);
    if tx.is_postgres() {
        find = find.lock(LockType::Update);
    }
    let Some(row) = find.one(tx.orm()).await? else { return Ok(None) };
    Ok(Some((row, load(tx, id).await?)))
}

/// The log in order.
///
/// # Errors
/// As [`load`].
pub async fn log(conn: &impl Connection, id: CaseId) -> Result<Vec<Entry>, Error> {
    let rows = flow_log::Entity::find()
        .filter(flow_log::Column::CaseId.eq(id.0))
        .order_by_asc(flow_log::Column::Sequence)
        .all(conn.orm())
        .await?;
    rows.iter().map(|row| parse(&row.event)).collect()
}

/// # Errors
/// The database failed.
pub async fn task(conn: &impl Connection, id: TaskId) -> Result<Option<TaskRow>, Error> {
    Ok(flow_task::Entity::find_by_id(id.0).one(conn.orm()).await?)
}

/// The rows of a case's tasks, in order.
///
/// # Errors
/// The database failed.
pub async fn tasks_of(conn: &impl Connection, cases: &[i64]) -> Result<Vec<TaskRow>, Error> {
    let rows = flow_task::Entity::find()
        .filter(flow_task::Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(flow_task::Column::Id)
        .all(conn.orm())
        .await?;
    Ok(rows)
}

/// A person's tasks in some cases, decided ones too.
///
/// # Errors
/// The database failed.
pub async fn tasks_of_user(conn: &impl Connection, cases: &[i64], user: UserId) -> Result<Vec<TaskRow>, Error> {
    let rows = flow_task::Entity::find()
        .filter(flow_task::Column::CaseId.is_in(cases.iter().copied()))
        .filter(flow_task::Column::UserId.eq(user.0))
        .order_by_asc(flow_task::Column::Id)
        .all(conn.orm())
        .await?;
    Ok(rows)
}

/// Whether a person got a copy of one of the cases.
///
/// # Errors
/// The database failed.
pub async fn has_copy(conn: &impl Connection, cases: &[i64], user: UserId) -> Result<bool, Error> {
    let copy = flow_cc::Entity::find()
        .filter(flow_cc::Column::CaseId.is_in(cases.iter().copied()))
        .filter(flow_cc::Column::UserId.eq(user.0))
        .one(conn.orm())
        .await?;
    Ok(copy.is_some())
}

/// Notes that somebody opened their task or copy.
///
/// # Errors
/// The database failed.
pub async fn mark_read(tx: &Tx, case: CaseId, user: UserId, now: Timestamp) -> Result<(), Error> {
    use sea_orm::sea_query::Expr;
    flow_task::Entity::update_many()
        .col_expr(flow_task::Column::ReadAt, Expr::val(now.0))
        .filter(flow_task::Column::CaseId.eq(case.0))
        .filter(flow_task::Column::UserId.eq(user.0))
        .filter(flow_task::Column::ReadAt.is_null())
        .exec(tx.orm())
        .await?;
    flow_cc::Entity::update_many()
        .col_expr(flow_cc::Column::ReadAt, Expr::val(now.0))
        .filter(flow_cc::Column::CaseId.eq(case.0))
        .filter(flow_cc::Column::UserId.eq(user.0))
        .filter(flow_cc::Column::ReadAt.is_null())
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// Writes what a command did: the row of the case, the new log entries, and the rows that differ.
///
/// # Errors
/// [`Error::Unique`] when another command wrote the same log entry, which the lock on the case prevents.
pub async fn save(tx: &Tx, row: CaseRow, before: &Case, outcome: &Outcome, now: Timestamp) -> Result<CaseRow, Error> {
    let case = &outcome.case;
    let id = CaseId(row.id);
    let mut changed: flow_case::ActiveModel = row.into();
    changed.state = Set(word(&case.state));
    changed.rev = Set(i64::from(case.rev));
    changed.round = Set(i64::from(case.round));
    changed.ended_at = Set(case.state.is_terminal().then_some(now.0));
    let row = changed.update(tx.orm()).await?;
    let log = outcome.entries.iter().map(|entry| flow_log::ActiveModel {
        case_id: Set(id.0),
        sequence: Set(i64::from(entry.sequence)),
        at: Set(entry.at.0),
        actor_id: Set(Some(entry.by.0)),
        event: Set(serde_json::to_string(entry).unwrap_or_default()),
    });
    if !outcome.entries.is_empty() {
        flow_log::Entity::insert_many(log).exec_without_returning(tx.orm()).await?;
    }
    let changes = case.changes_since(before);
    if !changes.activations.is_empty() {
        let rows = changes.activations.iter().map(|row| activation(id, row));
        let conflict = OnConflict::columns([flow_activation::Column::CaseId, flow_activation::Column::Ordinal])
            .update_columns([
                flow_activation::Column::State,
                flow_activation::Column::Round,
                flow_activation::Column::EndedAt,
            ])
            .to_owned();
        flow_activation::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.orm()).await?;
    }
    if !changes.tasks.is_empty() {
        let rows = changes.tasks.iter().map(|row| task_row(id, case, row, now));
        let conflict = OnConflict::columns([flow_task::Column::CaseId, flow_task::Column::Ordinal])
            .update_columns([
                flow_task::Column::State,
                flow_task::Column::OpenedAt,
                flow_task::Column::DecidedAt,
                flow_task::Column::Comment,
            ])
            .to_owned();
        flow_task::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.orm()).await?;
    }
    if !changes.copies.is_empty() {
        let rows = changes.copies.iter().map(|copy| copy_row(id, case, copy));
        flow_cc::Entity::insert_many(rows).exec_without_returning(tx.orm()).await?;
    }
    if !changes.effects.is_empty() {
        let rows = changes.effects.iter().map(|effect| flow_effect::ActiveModel {
            case_id: Set(id.0),
            effect: Set(word(&effect.effect)),
            round: Set(i64::from(effect.round)),
            direction: Set(word(&effect.direction)),
            at: Set(now.0),
        });
        flow_effect::Entity::insert_many(rows).exec_without_returning(tx.orm()).await?;
    }
    Ok(row)
}

fn activation(case: CaseId, row: &Activation) -> flow_activation::ActiveModel {
    flow_activation::ActiveModel {
        case_id: Set(case.0),
        ordinal: Set(i64::from(row.ordinal)),
        parent_ordinal: Set(row.scope.as_ref().map(|scope| i64::from(scope.branch))),
        node: Set(row.node.clone()),
        kind: Set(word(&row.kind)),
        state: Set(word(&row.state)),
        round: Set(i64::from(row.round)),
        entered_at: Set(row.opened_at.0),
        ended_at: Set(row.closed_at.map(|at| at.0)),
    }
}

fn node_of(case: &Case, activation: u32) -> String {
    case.activation(activation).map(|row| row.node.clone()).unwrap_or_default()
}

fn task_row(id: CaseId, case: &Case, row: &Task, now: Timestamp) -> flow_task::ActiveModel {
    let decided = row.state.is_decided() && row.automatic.is_none();
    flow_task::ActiveModel {
        id: NotSet,
        case_id: Set(id.0),
        ordinal: Set(i64::from(row.ordinal)),
        activation: Set(i64::from(row.activation)),
        node: Set(node_of(case, row.activation)),
        user_id: Set(row.holder.0),
        state: Set(word(&row.state)),
        kind: Set(word(&row.via)),
        opened_at: Set(row.opened_at.unwrap_or(now).0),
        decided_at: Set(row.closed_at.filter(|_| decided || row.state == TaskState::Approved).map(|at| at.0)),
        comment: Set(row.comment.clone()),
        read_at: Set(None),
    }
}

fn copy_row(id: CaseId, case: &Case, copy: &Copy) -> flow_cc::ActiveModel {
    flow_cc::ActiveModel {
        id: NotSet,
        case_id: Set(id.0),
        node: Set(node_of(case, copy.activation)),
        user_id: Set(copy.user.0),
        created_at: Set(copy.at.0),
        read_at: Set(None),
    }
}
