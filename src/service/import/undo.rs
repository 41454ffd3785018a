//! Taking an import back.

use super::{
    run::on_table,
    snapshot::{place, restored},
};
use crate::{
    access::Permit,
    base::id::RecordId,
    definition::{field::Stored, role::Action, table::Table},
    service::{
        Call, Error, LiveApp, Service, audit,
        jobs::{Rest, Stop, progress},
        kept,
        save_record::save,
    },
    store::{
        Tx,
        imports::{self, Change, Import, Row},
        jobs::Job,
        records,
    },
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Records of one step back.
const UNDO: u64 = 200;

/// Takes an import back, the last record first: what it made goes to the trash, what it changed gets its values again. A record that
/// somebody changed since, or that is in approval or posted, stays, and the reason is kept with it.
pub(super) async fn undo(
    service: &Service,
    job: &Arc<Job>,
    import: &Import,
    live: Arc<LiveApp>,
    mut call: Call,
    stop: &Stop,
) -> Result<Rest, Error> {
    let reader = service.store.reader();
    let total: i64 = imports::counts(&reader, import.id)
        .await?
        .into_iter()
        .filter(|(action, _)| matches!(action.as_str(), "made" | "changed"))
        .map(|(_, count)| count)
        .sum();
    let total = usize::try_from(total).unwrap_or(0);
    let mut done = 0;
    loop {
        let rows = imports::to_undo(&reader, import.id, UNDO).await?;
        if rows.is_empty() {
            break;
        }
        done += rows.len();
        call.now = service.clock.now();
        let input = (service.clone(), job.clone(), import.clone(), live.clone(), call.clone(), rows, done, total);
        let work =
            service.store.transaction_with(input, |tx, (service, job, import, live, call, rows, done, total)| {
                Box::pin(async move {
                    let live = service.live.current(tx, live).await?;
                    undo_rows(tx, call, &live, import, rows).await?;
                    Ok::<_, Error>(progress(tx, job, *done, *total, call.now).await?)
                })
            });
        if work.await? {
            break;
        }
        if stop.is_asked() {
            return Ok(Rest::Interrupted);
        }
    }
    let left = imports::not_undone(&reader, import.id, 10_000).await?.len();
    let (id, table, now) = (import.id, import.table_key.clone(), service.clock.now());
    let result = json!({"import": id, "undone": total.saturating_sub(left), "kept": left});
    let what = result.clone();
    service
        .store
        .transaction(move |tx| {
            let (call, live, table, what) = (call.clone(), live.clone(), table.clone(), what.clone());
            Box::pin(async move {
                let change = Change { finished: Some(now), ..Change::default() };
                imports::advance(tx, id, &["undoing"], "undone", &change).await?;
                audit::act(tx, &call, "record.import_undo", on_table(&live, &table), what).await
            })
        })
        .await?;
    Ok(Rest::Done(result))
}

async fn undo_rows(tx: &Tx, call: &Call, live: &LiveApp, import: &Import, rows: &[Row]) -> Result<(), Error> {
    let table = live.table(&call.actor.locale, &import.table_key)?;
    let all = Permit::as_app(live.key(), &table.key, Action::View);
    let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.record_id).collect();
    let records = records::many_for_update(tx, &live.schema, &all, &ids).await?;
    let mut entries = Vec::new();
    let mut outcomes: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    records::hold_rollups(tx);
    for row in rows {
        let id = RecordId(row.record_id.unwrap_or(0));
        let outcome = match records.get(&id.0) {
            None => "undo_gone",
            Some(record) if matches!(record.state.as_deref(), Some("in_approval")) => "in_approval",
            Some(record) if matches!(record.state.as_deref(), Some("approved" | "revoked")) => "approved_locked",
            Some(record) if Some(record.version) != row.version => "undo_changed_since",
            Some(record) if row.action == "made" => {
                if records::uses(tx, &live.schema, &table.key, id).await?.is_empty() {
                    let permit = Permit::as_app(live.key(), &table.key, Action::Delete);
                    records::trash(tx, &live.schema, &permit, id, record.version, Some(call.actor.user), call.now)
                        .await?;
                    let same = (&record.document, &record.document);
                    entries.push(audit::entry(call, live, "record.delete", table, id, same));
                    imports::UNDONE
                } else {
                    "undo_in_use"
                }
            }
            Some(record) => {
                let before = row.before.clone().and_then(|kept| kept::read(live.vault.as_ref(), &place(row), kept));
                let before = before.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| {
                    Error::internal(format!("what row {} of import {} took away does not open", row.ordinal, import.id))
                })?;
                let document = restored(table, &record.document, &before);
                if taken_meanwhile(tx, live, table, record, &document).await? {
                    "undo_unique"
                } else {
                    let permit = Permit::as_app(live.key(), &table.key, Action::Edit);
                    save(tx, call, live, table, &permit, record, &document).await?;
                    entries.push(audit::entry(call, live, "record.edit", table, id, (&record.document, &document)));
                    imports::UNDONE
                }
            }
        };
        outcomes.entry(outcome).or_default().push(row.ordinal);
    }
    records::release_rollups(tx, &live.schema).await?;
    for (outcome, ordinals) in outcomes {
        imports::set_undo(tx, import.id, &ordinals, outcome).await?;
    }
    audit::append_all(tx, call, &entries).await
}

/// Whether another record has taken a unique value that this one would get back.
async fn taken_meanwhile(
    tx: &Tx,
    live: &LiveApp,
    table: &Table,
    record: &records::Record,
    document: &crate::base::value::Document,
) -> Result<bool, Error> {
    let all = Permit::as_app(live.key(), &table.key, Action::View);
    for set in table.unique_sets() {
        let stored = set.iter().map(|key| {
            let value = document.get(key);
            table.field(key).map(|field| field.store(value)).filter(|stored| *stored != Stored::Null)
        });
        let Some(tuple) = stored.collect::<Option<Vec<Stored>>>() else { continue };
        let others = records::with_values(tx, &live.schema, &all, &set, &[tuple]).await?;
        if others.iter().any(|(id, _)| *id != record.id) {
            return Ok(true);
        }
    }
    Ok(false)
}
