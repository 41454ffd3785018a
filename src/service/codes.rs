//! Records named by what is written or scanned: a barcode, a number, a name, or the label as it is shown.

use super::{Error, permits::Rights};
use crate::{
    access::Visibility,
    base::value::Value,
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    query::{Condition, FieldPath, Operator, Page, Test},
    store::{Connection, Reading, records, records::Listing},
};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};

/// What a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    One {
        id: i64,
        label: String,
    },
    /// More than one record is called so.
    Several,
}

/// The most texts that one statement looks for.
const AT_ONCE: usize = 60;
/// The most rows that are read for them.
const MOST_ROWS: u64 = 200;

/// The records of `target` that the texts name, as far as the person may see them and `narrowed` offers them.
///
/// # Errors
/// The database failed.
pub async fn find(
    conn: &impl Connection,
    rights: &Rights<'_>,
    target: &str,
    narrowed: Option<&Json>,
    texts: &BTreeSet<String>,
) -> Result<HashMap<String, Named>, Error> {
    let mut found = HashMap::new();
    let Ok(permit) = rights.permit(target, Action::View) else { return Ok(found) };
    let table = rights.live.table(&rights.actor.locale, target)?;
    let shown = |field: &&Field| permit.visibility(&field.key) != Visibility::Never;
    let fields: Vec<&Field> = table.scalars().filter(|field| names_a_record(table, field)).filter(shown).collect();
    let targets = rights.targets(table);
    let narrowed = match narrowed {
        Some(json) => rights.bind(conn, &rights.live.filter(target, json)?).await?,
        None => Condition::Always,
    };
    let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    for some in texts.chunks(AT_ONCE) {
        // A label begins with what names the record: "A-12 Bolt" is found by "A-12".
        let words = some.iter().flat_map(|text| std::iter::once(*text).chain(text.split_whitespace().next()));
        let words: BTreeSet<&str> = words.collect();
        let tests = fields.iter().map(|field| {
            let values: Vec<Value> = words.iter().filter_map(|word| field.read_text(word).ok()).collect();
            match values.is_empty() {
                true => Condition::Never,
                false => {
                    let path = FieldPath::Field(field.key.clone());
                    Condition::Test(Test { path, operator: Operator::In, values })
                }
            }
        });
        let condition = Condition::any_of(tests).and(narrowed.clone());
        let listing =
            Listing { condition, search: None, sort: &[], page: Page { limit: MOST_ROWS, after: None }, hops: &[] };
        let page =
            records::list(conn, &rights.live.schema, Reading { permit: &permit, targets: &targets }, &listing).await?;
        let Ok((rows, _)) = page else { continue };
        for text in some {
            let mut fits: Vec<(bool, i64, String)> = Vec::new();
            for row in &rows {
                let values = &row.document.values;
                let label = records::label(table, row.id.0, values);
                let said = |field: &&&Field| {
                    let value = row.document.get(&field.key);
                    !value.is_unset() && field.read_text(text).is_ok_and(|read| &read == value)
                };
                let fitting: Vec<&&Field> = fields.iter().filter(said).collect();
                if !fitting.is_empty() || label == *text {
                    let unique = fitting.iter().any(|field| is_code(table, field));
                    fits.push((unique, row.id.0, label));
                }
            }
            // A code beats a name that is spelled the same.
            if fits.iter().any(|(unique, ..)| *unique) {
                fits.retain(|(unique, ..)| *unique);
            }
            let named = match fits.as_slice() {
                [] => continue,
                [(_, id, label)] => Named::One { id: *id, label: label.clone() },
                _ => Named::Several,
            };
            found.insert((*text).to_owned(), named);
        }
    }
    Ok(found)
}

/// What is scanned or unique.
fn is_code(table: &Table, field: &Field) -> bool {
    field.unique
        || field.scan
        || field.kind == Kind::Barcode
        || table.natural_key().is_some_and(|key| key.key == field.key)
}

fn names_a_record(table: &Table, field: &Field) -> bool {
    let texts = matches!(field.kind, Kind::Text | Kind::Barcode | Kind::NumberSeries | Kind::Phone | Kind::Email);
    texts
        && field.lookup.is_none()
        && (is_code(table, field) || table.display_fields().any(|shown| shown.key == field.key))
}
