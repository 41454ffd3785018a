//! What is written down of every change, in the change's own transaction.

use super::{Call, Error, LiveApp};
use crate::{
    base::{
        id::{RecordId, TableId},
        value::{Document, Value},
    },
    definition::{field::Field, table::Table},
    store::{
        Tx,
        audit::{ActorKind, Entry, Object, append},
    },
};
use serde_json::{Map, Value as Json, json};

/// Writes down one act on a record, with the fields that changed from what to what (before, after). Sensitive values leave only a mark.
///
/// # Errors
/// The database failed.
pub async fn record(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    action: &str,
    table: &Table,
    id: RecordId,
    (before, after): (&Document, &Document),
) -> Result<(), Error> {
    append_all(tx, call, &[entry(call, live, action, table, id, (before, after))]).await
}

/// The entry of one act on a record, to be written down with others.
#[must_use]
pub fn entry(
    call: &Call,
    live: &LiveApp,
    action: &str,
    table: &Table,
    id: RecordId,
    (before, after): (&Document, &Document),
) -> Entry {
    let object =
        Object { kind: "record".into(), app: Some(live.id), table: live.schema.id_of(&table.key), id: Some(id.0) };
    entry_of(call, action, object, changes(table, before, after))
}

/// Entries of one statement: a database binds only so many values.
const CHUNK: usize = 1_000;

/// Writes down several acts.
///
/// # Errors
/// The database failed.
pub async fn append_all(tx: &Tx, call: &Call, entries: &[Entry]) -> Result<(), Error> {
    for chunk in entries.chunks(CHUNK) {
        append(tx, chunk, call.now).await?;
    }
    Ok(())
}

/// Writes down an act on something else than a record.
///
/// # Errors
/// The database failed.
pub async fn act(tx: &Tx, call: &Call, action: &str, object: Object, changes: Json) -> Result<(), Error> {
    write(tx, call, action, object, changes).await
}

async fn write(tx: &Tx, call: &Call, action: &str, object: Object, changes: Json) -> Result<(), Error> {
    append_all(tx, call, &[entry_of(call, action, object, changes)]).await
}

fn entry_of(call: &Call, action: &str, object: Object, changes: Json) -> Entry {
    Entry {
        // A guest of a public form is no user; the entry of the link says which one it was.
        actor: (call.actor.user.0 != 0).then_some(call.actor.user),
        actor_kind: match call.actor.token {
            _ if call.actor.user.0 == 0 => ActorKind::System,
            Some(_) => ActorKind::Token,
            None => ActorKind::User,
        },
        on_behalf_of: None,
        request_id: call.request_id.clone(),
        address: call.address.clone(),
        action: action.to_owned(),
        object,
        summary: json!({"key": format!("audit-{}", action.replace(['.', '_'], "-"))}).to_string(),
        changes: changes.to_string(),
    }
}

/// The object of an act on a person.
#[must_use]
pub fn on_user(id: i64) -> Object {
    Object { kind: "user".into(), id: Some(id), ..Object::default() }
}

/// The object of an act on an app.
#[must_use]
pub fn on_app(id: crate::base::id::AppId) -> Object {
    Object { kind: "app".into(), app: Some(id), table: None::<TableId>, id: Some(id.0) }
}

/// `{"amount": ["5.00", "3.00"], "lines": [[…], […]]}`.
#[must_use]
pub fn changes(table: &Table, before: &Document, after: &Document) -> Json {
    let mut changed = Map::new();
    // Figures of other records are not this record's own change.
    for field in table.stored().filter(|field| !field.is_gathered()) {
        let (old, new) = (before.get(&field.key), after.get(&field.key));
        if old != new {
            changed.insert(field.key.clone(), json!([shown(field, old), shown(field, new)]));
        }
    }
    for field in table.lines() {
        let (old, new) = (before.lines_of(&field.key), after.lines_of(&field.key));
        if old == new {
            continue;
        }
        let rows = |lines: &[crate::base::value::Line]| -> Json {
            lines
                .iter()
                .map(|line| {
                    let mut row: Map<String, Json> = Map::new();
                    if let Some(id) = line.id {
                        row.insert("id".into(), id.into());
                    }
                    for column in field.stored_columns().filter(|column| !line.get(&column.key).is_unset()) {
                        row.insert(column.key.clone(), shown(column, line.get(&column.key)));
                    }
                    Json::Object(row)
                })
                .collect()
        };
        changed.insert(field.key.clone(), json!([rows(old), rows(new)]));
    }
    Json::Object(changed)
}

fn shown(field: &Field, value: &Value) -> Json {
    if (field.sensitive || field.sealed) && !value.is_unset() { json!({"sensitive": true}) } else { field.write(value) }
}
