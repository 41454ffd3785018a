//! What was done to a record, for the API: each change with its place, as far as the caller may see the field.

use super::{Call, Error, LiveApp, permits::Rights, see};
use crate::{
    access::RowRights,
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
    },
    definition::{field::Kind, role::Action, table::Table},
    store::{
        Connection,
        audit::{Object, of_object},
        people,
    },
};
use serde_json::{Map, Value as Json, json};

/// Acts of a page.
pub const PAGE: u64 = 50;

/// A page of a record's history, newest first.
///
/// # Errors
/// `NotFound`, `forbidden` without the right to see histories.
pub async fn page(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    id: RecordId,
    before: Option<i64>,
) -> Result<Json, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let seen = see::see(conn, &rights, live, table, id).await?;
    let can = seen.permit.rights(&seen.record.matched);
    if !can.can(Action::History) {
        return Err(Error::forbidden("forbidden"));
    }
    let definition = live.table(&call.actor.locale, table)?;
    let object = Object { kind: "record".into(), app: Some(live.id), table: live.schema.id_of(table), id: Some(id.0) };
    let mut entries = of_object(conn, &object, before, PAGE + 1).await?;
    let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = entries.len() > shown;
    entries.truncate(shown);
    let actors: Vec<UserId> = entries.iter().filter_map(|entry| entry.actor_id).map(UserId).collect();
    let people = people::users(conn, &actors).await?;
    let items: Vec<Json> = entries
        .iter()
        .map(|entry| {
            let stored: Map<String, Json> = serde_json::from_str(&entry.changes).unwrap_or_default();
            let name = people.iter().find(|user| Some(user.id) == entry.actor_id).map(|user| &user.name);
            json!({
                "id": entry.sequence, "at": Timestamp(entry.at).to_rfc3339(), "action": entry.action,
                "by": entry.actor_id.map(|id| json!({"id": id, "name": name})),
                "changes": changes(definition, &can, &stored),
            })
        })
        .collect();
    let next = entries.last().filter(|_| more).map(|last| last.sequence.to_string());
    Ok(json!({"items": items, "next": next}))
}

/// `{"path": "/lines/7/qty", "from", "to"}`; rows of lines are named by their ids, and a row that came or went is told whole.
fn changes(table: &Table, can: &RowRights<'_>, stored: &Map<String, Json>) -> Vec<Json> {
    let mut told = Vec::new();
    for field in table.fields.values().filter(|field| can.can_read(&field.key)) {
        let Some(change) = stored.get(&field.key) else { continue };
        if field.kind != Kind::Lines {
            told.push(json!({"path": format!("/{}", field.key), "from": change[0], "to": change[1]}));
            continue;
        }
        let may = |column: &str| can.can_read(&format!("{}.{column}", field.key));
        let seen = |row: &Json| -> Json {
            let members = row.as_object().into_iter().flatten().filter(|(name, _)| *name != "id" && may(name));
            members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
        };
        let empty = Vec::new();
        let (old, new) = (change[0].as_array().unwrap_or(&empty), change[1].as_array().unwrap_or(&empty));
        let same = |rows: &[Json], row: &Json| {
            row["id"].as_i64().and_then(|id| rows.iter().find(|other| other["id"] == id).cloned())
        };
        let place = |row: &Json| row["id"].as_i64().map_or_else(|| "-".to_owned(), |id| id.to_string());
        for row in new {
            let Some(before) = same(old, row) else {
                told.push(json!({"path": format!("/{}/{}", field.key, place(row)), "from": null, "to": seen(row)}));
                continue;
            };
            for column in field.columns.keys().filter(|column| may(column)) {
                let (from, to) = (&before[column.as_str()], &row[column.as_str()]);
                if from != to {
                    let path = format!("/{}/{}/{column}", field.key, place(row));
                    told.push(json!({"path": path, "from": from, "to": to}));
                }
            }
        }
        for row in old.iter().filter(|row| same(new, row).is_none()) {
            told.push(json!({"path": format!("/{}/{}", field.key, place(row)), "from": seen(row), "to": null}));
        }
    }
    told
}
