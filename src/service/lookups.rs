//! What lookups show in documents that are not read as they are stored: while a form is filled in, and before a change is judged.

use super::{Error, permits::Rights};
use crate::{
    base::value::{Document, Value, Values},
    definition::{field::Field, role::Action, table::Table},
    store::{Connection, records},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Found = BTreeMap<String, HashMap<i64, Values>>;

/// Fills in what lookups read behind the links of a document, as far as the person may see it. One statement for each table behind
/// them; none where the table has no lookups.
///
/// # Errors
/// The database failed.
pub async fn show(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    document: &mut Document,
) -> Result<(), Error> {
    let mut wanted: BTreeMap<String, (BTreeSet<i64>, BTreeSet<String>)> = BTreeMap::new();
    each(table, document, &mut |field, values| {
        let Some(lookup) = &field.lookup else { return };
        let (ids, fields) = wanted.entry(lookup.table.clone()).or_default();
        ids.extend(values.get(&lookup.link).and_then(Value::as_integer));
        fields.insert(lookup.field.clone());
    });
    let mut found = Found::new();
    for (target, (ids, fields)) in wanted {
        let Ok(permit) = rights.permit(&target, Action::View) else { continue };
        let fields: Vec<String> = fields.into_iter().collect();
        let rows = records::targets(conn, &rights.live.schema, &permit, &ids, &fields).await?;
        found.insert(target, rows);
    }
    each(table, document, &mut |field, values| {
        let Some(lookup) = &field.lookup else { return };
        let row = values.get(&lookup.link).and_then(Value::as_integer);
        let row = row.and_then(|id| found.get(&lookup.table)?.get(&id));
        let value = row.and_then(|row| row.get(&lookup.field)).cloned().unwrap_or_default();
        values.insert(field.key.clone(), value);
    });
    Ok(())
}

/// Takes out what lookups showed: the app reads everything, and whoever changes the record need not know it.
pub fn forget(table: &Table, document: &mut Document) {
    each(table, document, &mut |field, values| {
        if field.lookup.is_some() {
            values.insert(field.key.clone(), Value::Unset);
        }
    });
}

/// Gives the lookups of a document what they show in another reading of the same record.
pub fn as_seen(table: &Table, document: &mut Document, seen: &Document) {
    for field in table.scalars().filter(|field| field.lookup.is_some()) {
        document.values.insert(field.key.clone(), seen.get(&field.key).clone());
    }
    for lines in table.lines() {
        let shown = seen.lines_of(&lines.key);
        for line in document.lines.get_mut(&lines.key).into_iter().flatten() {
            let Some(shown) = shown.iter().find(|shown| shown.id == line.id) else { continue };
            for column in lines.columns.values().filter(|column| column.lookup.is_some()) {
                line.values.insert(column.key.clone(), shown.get(&column.key).clone());
            }
        }
    }
}

/// Every field that is a lookup, with the values of the record or line that it stands in.
fn each(table: &Table, document: &mut Document, act: &mut dyn FnMut(&Field, &mut Values)) {
    for field in table.scalars().filter(|field| field.lookup.is_some()) {
        act(field, &mut document.values);
    }
    for lines in table.lines() {
        for column in lines.columns.values().filter(|column| column.lookup.is_some()) {
            for line in document.lines.get_mut(&lines.key).into_iter().flatten() {
                act(column, &mut line.values);
            }
        }
    }
}
