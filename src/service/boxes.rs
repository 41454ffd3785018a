//! The four boxes of a person, with each row's facts masked for them.

use super::{Call, Error, LiveApp, Service, permits::Rights, represent};
use crate::{
    base::{id::CaseId, value::Value},
    definition::{
        field::{Field, Kind},
        role::Action,
    },
    i18n::format,
    store::{
        Connection,
        flows::{self, BoxRow, Narrowed, TaskBox},
    },
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Counts are told no further than this, then as "99+".
pub const COUNTED: u64 = 99;

/// A row with what its reader may see of the case's summary: `None` stands for a masked value.
#[derive(Debug)]
pub struct Entry {
    pub row: BoxRow,
    pub live: Arc<LiveApp>,
    /// Field title and value, ready to read.
    pub facts: Vec<(String, Option<String>)>,
    pub node_title: String,
}

impl Service {
    /// How many rows each box has, counted to 100.
    ///
    /// # Errors
    /// The database failed.
    pub async fn box_counts(&self, conn: &impl Connection, call: &Call) -> Result<[u64; 4], Error> {
        let mut counts = [0; 4];
        for (place, which) in TaskBox::ALL.into_iter().enumerate() {
            counts[place] = flows::counts(conn, which, call.actor.user, &Narrowed::default(), COUNTED).await?;
        }
        Ok(counts)
    }

    /// Notes that the person has opened their tasks and copies of a case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn case_was_read(&self, call: &Call, case: CaseId) -> Result<(), Error> {
        let (user, now) = (call.actor.user, call.now);
        self.store
            .transaction(move |tx| {
                Box::pin(async move { Ok::<_, Error>(flows::mark_read(tx, case, user, now).await?) })
            })
            .await
    }
}

/// A page of a box, newest first, and the key of the next page.
///
/// # Errors
/// The database failed.
pub async fn page(
    conn: &impl Connection,
    call: &Call,
    apps: &[Arc<LiveApp>],
    which: TaskBox,
    narrowed: &Narrowed,
    after: Option<i64>,
    limit: u64,
) -> Result<(Vec<Entry>, Option<i64>), Error> {
    let mut rows = flows::page(conn, which, call.actor.user, narrowed, after, limit).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = if more { rows.last().map(|row| row.key) } else { None };
    let mut entries = Vec::with_capacity(rows.len());
    for app in apps {
        // Labels of all of an app's rows come in one go, so that a page costs the same whatever its length.
        let mine: Vec<BoxRow> = rows.iter().filter(|row| row.app == app.id.0).cloned().collect();
        if mine.is_empty() {
            continue;
        }
        let rights = Rights::load(conn, call, app).await?;
        let facts = facts_of(conn, call, app, &rights, &mine).await?;
        for (row, facts) in mine.into_iter().zip(facts) {
            let node_title = app
                .face(&call.actor.locale)
                .app
                .flows
                .get(&row.flow)
                .and_then(|flow| flow.node(&row.node))
                .map(|node| node.title().to_owned())
                .unwrap_or_default();
            entries.push(Entry { row, live: app.clone(), facts, node_title });
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.row.key));
    Ok((entries, next))
}

type Facts = Vec<(String, Option<String>)>;

/// Numbers are grouped: quantities without needless zeros, money at its scale.
fn shown_plainly(field: &Field, value: &Value) -> String {
    let text = field.show(value);
    match field.kind {
        Kind::Money => format::grouped(&text),
        kind if kind.is_number() && kind != Kind::Duration => format::quantity(&text),
        _ => text,
    }
}

async fn facts_of(
    conn: &impl Connection,
    call: &Call,
    app: &LiveApp,
    rights: &Rights<'_>,
    rows: &[BoxRow],
) -> Result<Vec<Facts>, Error> {
    use crate::base::value::Document;
    let locale = &call.actor.locale;
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let table = app.table_key(row.table).and_then(|key| app.face(locale).app.tables.get(key));
        let stored: serde_json::Map<String, Json> = serde_json::from_str(&row.summary).unwrap_or_default();
        let mut document = Document::default();
        for (key, json) in &stored {
            if let Some(field) = table.and_then(|table| table.field(key)) {
                document.values.insert(key.clone(), field.read(json).unwrap_or_default());
            }
        }
        documents.push((table, document));
    }
    let mut wanted: std::collections::BTreeMap<String, std::collections::BTreeSet<i64>> = Default::default();
    for (table, document) in &documents {
        for (key, value) in &document.values {
            let Some(field) = table.and_then(|table| table.field(key)) else { continue };
            if let (Some(target), Some(id)) = (represent::target_of(field), value.as_integer()) {
                wanted.entry(target.to_owned()).or_default().insert(id);
            }
        }
    }
    let labels = represent::labels_of(conn, rights, wanted).await?;
    let mut all = Vec::with_capacity(rows.len());
    for (table, document) in documents {
        let Some(table) = table else {
            all.push(Vec::new());
            continue;
        };
        // Whoever has no right on the table by roles sees what their task shows: everything, unless the node hides it.
        let permit = rights.permit(&table.key, Action::View).ok();
        let mut facts = Vec::new();
        for (key, value) in &document.values {
            let Some(field) = table.field(key) else { continue };
            if value.is_unset() {
                continue;
            }
            let shown =
                permit.as_ref().is_none_or(|permit| permit.visibility(key) == crate::access::Visibility::Always);
            let text = match value.as_integer().and_then(|id| labels.of(field, id)) {
                Some(label) => label.to_owned(),
                None => shown_plainly(field, value),
            };
            facts.push((field.title.clone(), shown.then_some(text)));
        }
        all.push(facts);
    }
    Ok(all)
}

/// The API's page of a box.
///
/// # Errors
/// The database failed.
pub async fn page_json(
    conn: &impl Connection,
    call: &Call,
    apps: &[Arc<LiveApp>],
    which: TaskBox,
    narrowed: &Narrowed,
    after: Option<i64>,
    limit: u64,
) -> Result<Json, Error> {
    let (entries, next) = page(conn, call, apps, which, narrowed, after, limit).await?;
    let items: Vec<Json> = entries
        .into_iter()
        .map(|entry| {
            let row = &entry.row;
            json!({
                "id": row.task, "case": row.case, "app": row.app_key, "flow": row.flow, "node": row.node,
                "title": row.title, "case_state": row.case_state, "rev": row.rev, "state": row.task_state,
                "starter": row.starter.0, "at": row.at.to_rfc3339(),
                "record": {"app": row.app_key, "table": entry.live.table_key(row.table), "id": row.record},
            })
        })
        .collect();
    Ok(json!({"items": items, "next": next.map(|key| key.to_string())}))
}
