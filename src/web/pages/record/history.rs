//! What was changed in a record, from the audit: each field from what to what, as far as the reader may see it.

use crate::{
    access::RowRights,
    base::time::Timestamp,
    definition::{
        field::{Field, Kind},
        table::Table,
    },
    i18n::{Arg, Texts, format},
    service::represent::{PEOPLE, target_of},
    store::entity::audit_log::Model as Entry,
    web::{
        pages::cell::{self, Showing},
        view::{HistoryEntry, flow::FieldChange},
    },
};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The ids whose names the entries need, by table.
#[must_use]
pub fn wanted(table: &Table, entries: &[Entry]) -> BTreeMap<String, BTreeSet<i64>> {
    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut note = |field: &Field, json: &Json| {
        if let (Some(target), Ok(value)) = (target_of(field), field.read(json)) {
            wanted.entry(target.to_owned()).or_default().extend(cell::ids(&value));
        }
    };
    for entry in entries {
        for (key, change) in changes_of(entry) {
            let Some(field) = table.field(&key) else { continue };
            for side in [&change[0], &change[1]] {
                if field.kind != Kind::Lines {
                    note(field, side);
                    continue;
                }
                for row in side.as_array().into_iter().flatten() {
                    for column in field.columns.values() {
                        note(column, &row[column.key.as_str()]);
                    }
                }
            }
        }
    }
    wanted.entry(PEOPLE.to_owned()).or_default().extend(entries.iter().filter_map(|entry| entry.actor_id));
    wanted
}

/// The entries, ready to read.
#[must_use]
pub fn told(show: &Showing<'_>, table: &Table, rights: &RowRights<'_>, entries: &[Entry]) -> Vec<HistoryEntry> {
    let show = &show.without_links();
    let tell = |entry: &Entry| {
        let (time, machine) = cell::moment(show.zone, Timestamp(entry.at));
        // A new record is what its page shows; only what changed afterwards is worth a list.
        let told = if entry.action == "record.create" { Vec::new() } else { changes(show, table, rights, entry) };
        HistoryEntry {
            who: show.person(entry.actor_id),
            verb: verb(show.texts, &entry.action),
            time,
            machine,
            changes: told,
        }
    };
    entries.iter().map(tell).collect()
}

fn verb(texts: Texts, action: &str) -> String {
    let key = match action {
        "record.create" => "history-created",
        "record.delete" => "action-delete",
        "flow.submit" => "did-submit",
        "flow.resubmit" => "did-resubmit",
        "flow.approve" => "did-approve",
        "flow.reject" => "did-reject",
        "flow.return" => "did-return",
        "flow.withdraw" => "did-withdraw",
        "flow.terminate" => "did-terminate",
        _ => "history-changed",
    };
    texts.get(key)
}

fn changes_of(entry: &Entry) -> Map<String, Json> {
    serde_json::from_str(&entry.changes).unwrap_or_default()
}

fn changes(show: &Showing<'_>, table: &Table, rights: &RowRights<'_>, entry: &Entry) -> Vec<FieldChange> {
    let stored = changes_of(entry);
    let mut told = Vec::new();
    // In the order of the table, whatever the order they were stored in.
    for field in table.fields.values().filter(|field| rights.can_read(&field.key)) {
        let Some(change) = stored.get(&field.key) else { continue };
        if field.kind == Kind::Lines {
            told.extend(lines(show, rights, field, &change[0], &change[1]));
        } else {
            told.push(FieldChange {
                label: field.title.clone(),
                from: side(show, field, &change[0]),
                to: side(show, field, &change[1]),
            });
        }
    }
    told
}

/// One side of a change. Of a sensitive value only the mark is kept.
fn side(show: &Showing<'_>, field: &Field, json: &Json) -> String {
    if json.get("sensitive").is_some() {
        return show.texts.get("masked");
    }
    field.read(json).map(|value| cell::plain(show, field, &value)).unwrap_or_default()
}

/// Rows of a grid that came, went, or changed; the same row is known by its id.
fn lines(show: &Showing<'_>, rights: &RowRights<'_>, field: &Field, old: &Json, new: &Json) -> Vec<FieldChange> {
    let empty = Vec::new();
    let (old, new) = (old.as_array().unwrap_or(&empty), new.as_array().unwrap_or(&empty));
    let shown: Vec<&Field> =
        field.columns.values().filter(|column| rights.can_read(&format!("{}.{}", field.key, column.key))).collect();
    let row_label = |index: usize| {
        let count = i64::try_from(index + 1).unwrap_or(i64::MAX);
        show.texts.with("line-of", &[("lines", Arg::Text(&field.title)), ("count", Arg::Number(count))])
    };
    let whole = |row: &Json| {
        let values: Vec<String> = shown
            .iter()
            .map(|column| side(show, column, &row[column.key.as_str()]))
            .filter(|value| !value.is_empty())
            .collect();
        format::listed(show.texts, &values)
    };
    let same =
        |rows: &[Json], row: &Json| row["id"].as_i64().and_then(|id| rows.iter().position(|other| other["id"] == id));
    let mut told = Vec::new();
    for (index, row) in new.iter().enumerate() {
        let Some(before) = same(old, row).map(|at| &old[at]) else {
            told.push(FieldChange { label: row_label(index), from: String::new(), to: whole(row) });
            continue;
        };
        for column in shown.iter().filter(|column| before[column.key.as_str()] != row[column.key.as_str()]) {
            told.push(FieldChange {
                label: format!("{} · {}", row_label(index), column.title),
                from: side(show, column, &before[column.key.as_str()]),
                to: side(show, column, &row[column.key.as_str()]),
            });
        }
    }
    for (index, row) in old.iter().enumerate().filter(|(_, row)| same(new, row).is_none()) {
        told.push(FieldChange { label: row_label(index), from: whole(row), to: String::new() });
    }
    told
}
