//! Records, tasks and cases as the API shows them, for one reader: only what they may see, in the form of `api.md`.

use super::{
    Call, Error, LiveApp, Service,
    decide_task::{named_access, node_access},
    files::{self, FileInfo},
    permits::Rights,
    run_flow::Running,
    see::{Seen, find, see},
};
use crate::{
    access::{Permit, RowRights},
    base::{
        id::{CaseId, RecordId, TaskId, UserId},
        value::{Document, Value},
    },
    definition::{field::Field, flow::FieldAccess, role::Action, table::Table},
    flow::{
        command::Actor,
        state::TaskState,
        view::{Op, allowed},
    },
    store::{
        Connection, departments, flows, people,
        records::{self, Record},
    },
};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Labels of links and people, by table key (`user` for people) and id; and what is told of files, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(pub BTreeMap<String, HashMap<i64, String>>, pub BTreeMap<i64, FileInfo>);

/// The table key under which labels of people stand; no table can take it, for it is not written in lower case alone.
pub const PEOPLE: &str = "@user";
/// The same for departments.
pub const DEPARTMENTS: &str = "@department";
/// As [`PEOPLE`], of files.
pub const FILES: &str = "@file";

impl Labels {
    #[must_use]
    pub fn get(&self, table: &str, id: i64) -> Option<&str> {
        self.0.get(table)?.get(&id).map(String::as_str)
    }

    /// Adds what other rows needed.
    pub fn extend(&mut self, more: Self) {
        for (table, labels) in more.0 {
            self.0.entry(table).or_default().extend(labels);
        }
        self.1.extend(more.1);
    }

    /// The label of the id of a link, a member or a file.
    #[must_use]
    pub fn of(&self, field: &Field, id: i64) -> Option<&str> {
        if field.kind.is_file() {
            return self.file(id).map(|file| file.name.as_str());
        }
        self.get(target_of(field)?, id)
    }

    #[must_use]
    pub fn file(&self, id: i64) -> Option<&FileInfo> {
        self.1.get(&id)
    }

    /// Forgets files that somebody only typed the ids of: what stays are own uploads and the files of the record as its reader
    /// sees it.
    pub fn keep_files_of(&mut self, table: &Table, shown: &Document) {
        let known = files::ids_in(table, shown);
        self.1.retain(|id, file| file.unbound_of.is_some() || known.contains(id));
    }
}

/// Under which key of [`Labels`] stands what a field's ids are called; nothing for a field that holds no ids.
#[must_use]
pub fn target_of(field: &Field) -> Option<&str> {
    match field.kind {
        kind if kind.is_member() => Some(PEOPLE),
        kind if kind.is_department() => Some(DEPARTMENTS),
        kind if kind.is_file() => Some(FILES),
        kind => field.target.as_deref().filter(|_| kind.is_link()),
    }
}

/// Whether the person may see a case: by its record, its tasks or copies, or as its starter.
///
/// # Errors
/// `NotFound`.
pub async fn may_see_case(
    conn: &impl Connection,
    _service: &Service,
    call: &Call,
    live: &LiveApp,
    running: &Running<'_>,
) -> Result<(), Error> {
    let rights = Rights::load(conn, call, live).await?;
    find(conn, &rights, live, &running.table.key, running.record_id()).await.map(|_| ())
}

/// The labels of every link and person that the documents point at, as far as the reader may see them. One statement per
/// target table, and one for people.
///
/// # Errors
/// The database failed.
pub async fn labels<'d>(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    documents: impl Iterator<Item = &'d Document>,
    people: impl Iterator<Item = UserId>,
) -> Result<Labels, Error> {
    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut note = |field: &Field, value: &Value| {
        let Some(target) = target_of(field) else { return };
        let ids: Vec<i64> = match value {
            Value::Integer(id) => vec![*id],
            Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
            _ => return,
        };
        wanted.entry(target.to_owned()).or_default().extend(ids);
    };
    for document in documents {
        for field in table.scalars() {
            note(field, document.get(&field.key));
        }
        for field in table.lines() {
            for line in document.lines_of(&field.key) {
                for column in field.columns.values() {
                    note(column, line.get(&column.key));
                }
            }
        }
    }
    wanted.entry(PEOPLE.to_owned()).or_default().extend(people.map(|user| user.0));
    labels_of(conn, rights, wanted).await
}

/// The labels of ids by table.
///
/// # Errors
/// The database failed.
pub async fn labels_of(
    conn: &impl Connection,
    rights: &Rights<'_>,
    wanted: BTreeMap<String, BTreeSet<i64>>,
) -> Result<Labels, Error> {
    let mut labels = Labels::default();
    for (target, ids) in wanted {
        if ids.is_empty() {
            continue;
        }
        if target == FILES {
            // An upload that belongs to no record is its uploader's alone.
            labels.1 = files::infos(conn, &ids).await?;
            labels.1.retain(|_, file| file.unbound_of.is_none_or(|user| user == rights.actor.user.0));
        } else if target == PEOPLE {
            let users: Vec<UserId> = ids.into_iter().map(UserId).collect();
            let rows = people::users(conn, &users).await?;
            labels.0.insert(target, rows.into_iter().map(|user| (user.id, user.name)).collect());
        } else if target == DEPARTMENTS {
            let known = departments::list(conn).await?.into_iter().filter(|department| ids.contains(&department.id));
            labels.0.insert(target, known.map(|department| (department.id, department.name)).collect());
        } else if let Ok(permit) = rights.permit(&target, Action::View) {
            let found = records::labels(conn, &rights.live.schema, &permit, &ids).await?;
            labels.0.insert(target, found);
        }
    }
    Ok(labels)
}

/// The values of a record in the API's form; hidden fields are left out.
#[must_use]
pub fn values(table: &Table, record: &Record, rights: Option<&RowRights<'_>>) -> Map<String, Json> {
    let shown = |path: &str| rights.is_none_or(|rights| rights.can_read(path));
    let mut values = Map::new();
    for field in table.fields.values().filter(|field| shown(&field.key)) {
        if field.kind != crate::definition::field::Kind::Lines {
            values.insert(field.key.clone(), field.write(record.document.get(&field.key)));
            continue;
        }
        let Some(lines) = record.document.lines.get(&field.key) else { continue };
        let rows: Vec<Json> = lines
            .iter()
            .map(|line| {
                let mut row = Map::new();
                row.insert("id".into(), line.id.map_or(Json::Null, Json::from));
                for column in field.columns.values().filter(|column| shown(&format!("{}.{}", field.key, column.key))) {
                    row.insert(column.key.clone(), column.write(line.get(&column.key)));
                }
                Json::Object(row)
            })
            .collect();
        values.insert(field.key.clone(), Json::Array(rows));
    }
    values
}

/// `refs`: labels by field of the record and its lines, then by id.
#[must_use]
pub fn refs(table: &Table, documents: &[&Document], labels: &Labels) -> Json {
    let mut refs: Map<String, Json> = Map::new();
    let mut note = |name: &str, field: &Field, value: &Value| {
        let ids: Vec<i64> = match value {
            Value::Integer(id) => vec![*id],
            Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
            _ => return,
        };
        for id in ids {
            if let Some(file) = labels.file(id).filter(|_| field.kind.is_file()) {
                let told = json!({"label": file.name, "name": file.name, "size": file.size, "type": file.media_type});
                refs.entry(name).or_insert_with(|| json!({}))[id.to_string()] = told;
            } else if let Some(label) = labels.of(field, id) {
                refs.entry(name).or_insert_with(|| json!({}))[id.to_string()] = json!({"label": label});
            }
        }
    };
    for document in documents {
        for field in table.scalars().filter(|field| target_of(field).is_some()) {
            note(&field.key, field, document.get(&field.key));
        }
        for field in table.lines() {
            for line in document.lines_of(&field.key) {
                for column in field.columns.values().filter(|column| target_of(column).is_some()) {
                    note(&format!("{}.{}", field.key, column.key), column, line.get(&column.key));
                }
            }
        }
    }
    Json::Object(refs)
}

/// The members that every record has, without `case`.
#[must_use]
pub fn record_json(
    table: &Table,
    record: &Record,
    rights: Option<&RowRights<'_>>,
    labels: &Labels,
) -> Map<String, Json> {
    let mut json = Map::new();
    json.insert("id".into(), record.id.0.into());
    json.insert("version".into(), record.version.into());
    json.insert("state".into(), record.state.clone().map_or(Json::Null, Json::from));
    json.insert("values".into(), Json::Object(values(table, record, rights)));
    json.insert("refs".into(), refs(table, &[&record.document], labels));
    json.insert("created_at".into(), record.created_at.to_rfc3339().into());
    json.insert("created_by".into(), record.created_by.map_or(Json::Null, |user| user.0.into()));
    json.insert("updated_at".into(), record.updated_at.to_rfc3339().into());
    json.insert("updated_by".into(), record.updated_by.map_or(Json::Null, |user| user.0.into()));
    json.insert("owner".into(), record.owner.map_or(Json::Null, |user| user.0.into()));
    json.insert("department".into(), record.department.map_or(Json::Null, Json::from));
    json
}

/// What a write answers: the record; to a token that cannot read, only that it was done.
///
/// # Errors
/// As [`record`].
pub async fn written(
    conn: &impl Connection,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<Json, Error> {
    if call.actor.token_allows("read", Some(live.key())) {
        return record(conn, service, call, live, table, id).await;
    }
    Ok(json!({"id": id.0}))
}

/// A record as the reader may see it.
///
/// # Errors
/// `NotFound`.
pub async fn record(
    conn: &impl Connection,
    _service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<Json, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let Seen { permit, record } = see(conn, &rights, live, table, id).await?;
    let definition = live.table(&call.actor.locale, table)?;
    let labels = labels(conn, &rights, definition, std::iter::once(&record.document), std::iter::empty()).await?;
    let can = permit.rights(&record.matched);
    let mut json = record_json(definition, &record, Some(&can), &labels);
    json.insert("case".into(), latest_case(conn, call, live, table, id).await?);
    Ok(Json::Object(json))
}

/// The record's newest case with the open tasks that the reader may see, or null.
async fn latest_case(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<Json, Error> {
    if live.app().submit_flow(table).is_none() {
        return Ok(Json::Null);
    }
    let place = live.schema.id_of(table).ok_or(Error::NotFound)?;
    let Some(case) = flows::latest_of_record(conn, place, id).await? else { return Ok(Json::Null) };
    let tasks: Vec<Json> = flows::tasks_of(conn, &[case.id])
        .await?
        .into_iter()
        .filter(|task| task.state == "open")
        .map(|task| json!({"id": task.id, "node": task.node, "holder": {"user": task.user_id}, "mine": task.user_id == call.actor.user.0}))
        .collect();
    Ok(json!({"id": case.id, "state": case.state, "tasks": tasks}))
}

/// The word of an operation in the API.
#[must_use]
pub const fn op_word(op: &Op) -> &'static str {
    match op {
        Op::Approve { .. } => "approve",
        Op::Reject { .. } => "reject",
        Op::ReturnToStart { .. } => "return",
        Op::Resubmit { .. } => "resubmit",
        Op::Withdraw => "withdraw",
        Op::Terminate => "terminate",
    }
}

/// The task that an operation is about; none for the whole case.
#[must_use]
pub const fn op_task(op: &Op) -> Option<u32> {
    match op {
        Op::Approve { task } | Op::Reject { task } | Op::ReturnToStart { task, .. } | Op::Resubmit { task } => {
            Some(*task)
        }
        Op::Withdraw | Op::Terminate => None,
    }
}

/// The person as the flow core sees them.
#[must_use]
pub fn flow_actor(call: &Call) -> Actor {
    Actor { user: call.actor.user, administrator: call.actor.is_main_administrator }
}

/// A task with what may be done now.
///
/// # Errors
/// `NotFound`.
pub async fn task(
    conn: &impl Connection,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    id: TaskId,
) -> Result<Json, Error> {
    let row = flows::task(conn, id).await?.ok_or(Error::NotFound)?;
    let case_row = flows::by_id(conn, CaseId(row.case_id)).await?.ok_or(Error::NotFound)?;
    let key = live.table_key(case_row.table_id).ok_or(Error::NotFound)?.to_owned();
    let rights = Rights::load(conn, call, live).await?;
    let record_id = RecordId(case_row.record_id);
    let Seen { permit, record } = see(conn, &rights, live, &key, record_id).await?;
    let can = permit.rights(&record.matched);
    let case = flows::load(conn, CaseId(row.case_id)).await?;
    let (_, flow) = service.live.pinned_flow(conn, live, case_row.version_number, &case_row.flow).await?;
    let ordinal = u32::try_from(row.ordinal).unwrap_or(0);
    let ops: Vec<&str> = allowed(&flow, &case, flow_actor(call))
        .iter()
        .filter(|op| op_task(op).is_none_or(|task| task == ordinal))
        .map(op_word)
        .collect();
    let named = node_access(flow.node(&row.node));
    let definition = live.table(&call.actor.locale, &key)?;
    let mut fields = Map::new();
    for field in definition.fields.values() {
        let paths = std::iter::once(field.key.clone())
            .chain(field.columns.keys().map(|column| format!("{}.{column}", field.key)));
        for path in paths.filter(|path| can.can_read(path)) {
            let access = match named_access(&named, &path) {
                Some(FieldAccess::Edit) => "edit",
                Some(FieldAccess::Required) => "required",
                Some(FieldAccess::Hidden) => continue,
                _ => "read",
            };
            fields.insert(path, access.into());
        }
    }
    let open = case.task(ordinal).is_some_and(|task| task.state == TaskState::Open);
    Ok(json!({
        "id": row.id, "rev": case_row.rev, "case": case_row.id, "app": live.key(), "flow": case_row.flow, "node": row.node,
        "title": case_row.title, "summary": summary(definition, &case_row.summary, &permit),
        "record": {"app": live.key(), "table": key, "id": record.id.0, "version": record.version},
        "holder": {"user": row.user_id}, "state": row.state, "ops": if open { ops } else { Vec::new() },
        "fields": fields, "due_at": null, "case_state": case_row.state,
        "opened_at": crate::base::time::Timestamp(row.opened_at).to_rfc3339(),
        "decided_at": row.decided_at.map(|at| crate::base::time::Timestamp(at).to_rfc3339()),
        "comment": row.comment,
    }))
}

/// The summary of a case with what the reader may not see left out.
#[must_use]
pub fn summary(table: &Table, stored: &str, permit: &Permit) -> Json {
    let stored: Map<String, Json> = serde_json::from_str(stored).unwrap_or_default();
    let shown = stored
        .into_iter()
        .filter(|(key, _)| table.field(key).is_some() && permit.visibility(key) == crate::access::Visibility::Always);
    Json::Object(shown.collect())
}

/// A case with its log.
///
/// # Errors
/// `NotFound`.
pub async fn case(
    conn: &impl Connection,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    id: CaseId,
) -> Result<Json, Error> {
    let row = flows::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let key = live.table_key(row.table_id).ok_or(Error::NotFound)?.to_owned();
    let rights = Rights::load(conn, call, live).await?;
    see(conn, &rights, live, &key, RecordId(row.record_id)).await?;
    let log = flows::log(conn, id).await?;
    let case = flows::load(conn, id).await?;
    let (_, flow) = service.live.pinned_flow(conn, live, row.version_number, &row.flow).await?;
    let ops: Vec<&str> = allowed(&flow, &case, flow_actor(call)).iter().map(op_word).collect();
    let tasks: Vec<Json> = flows::tasks_of(conn, &[id.0])
        .await?
        .into_iter()
        .map(|task| json!({"id": task.id, "node": task.node, "holder": {"user": task.user_id}, "state": task.state, "comment": task.comment}))
        .collect();
    let nodes: Vec<Json> = case
        .activations
        .iter()
        .map(|node| json!({"node": node.node, "state": node.state, "round": node.round}))
        .collect();
    Ok(json!({
        "id": row.id, "app": live.key(), "flow": row.flow, "version": row.version_number, "state": row.state,
        "rev": row.rev, "title": row.title, "starter": row.starter_id,
        "record": {"app": live.key(), "table": key, "id": row.record_id},
        "ops": ops, "nodes": nodes, "tasks": tasks, "log": log,
    }))
}
