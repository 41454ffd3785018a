//! Verifying a ledger: every move and hold added up anew, compared with the balances as they stand.

use super::{Error, LiveApp};
use crate::{
    definition::ledger::Ledger,
    ledger::{
        balance::{Balance, Scales},
        verify::Rebuild,
    },
    store::{Connection, ledgers},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The differences told; a ledger that is wrong everywhere needs no longer list.
const MOST_TOLD: usize = 200;
/// Moves read at a time.
const PAGE: u64 = 2_000;

/// Adds up and compares.
///
/// # Errors
/// The database failed; figures beyond what can be stored.
pub async fn run(conn: &impl Connection, live: &LiveApp, key: &str) -> Result<Json, Error> {
    let ledger = live.app().ledgers.get(key).ok_or(Error::NotFound)?;
    let scales = scales_of(live, ledger)?;
    let mut rebuild = Rebuild::new(ledger, scales);
    let mut counted = 0_u64;
    let mut after = 0;
    loop {
        let moves = ledgers::moves_after(conn, &live.schema, ledger, after, PAGE).await?;
        let Some(last) = moves.last() else { break };
        after = last.id;
        counted += moves.len() as u64;
        for made in &moves {
            rebuild.count(made).map_err(|error| Error::internal(format!("{error:?}")))?;
        }
    }
    for held in ledgers::all_holds(conn, &live.schema, ledger).await? {
        rebuild.hold(&held).map_err(|error| Error::internal(format!("{error:?}")))?;
    }
    let stored: BTreeMap<_, Balance> = ledgers::all_balances(conn, &live.schema, ledger).await?;
    let differences = rebuild.differences(&stored);
    let told: Vec<Json> = differences
        .iter()
        .take(MOST_TOLD)
        .map(|found| {
            json!({
                "key": found.key.to_string(), "figure": format!("{:?}", found.figure).to_lowercase(),
                "move": found.stamp_of, "rebuilt": found.rebuilt.to_string(), "stored": found.stored.to_string(),
            })
        })
        .collect();
    Ok(json!({
        "ledger": key, "moves": counted, "balances": stored.len(), "agrees": differences.is_empty(),
        "differences": told, "difference_count": differences.len(),
    }))
}

/// The decimal places that a ledger counts in.
///
/// # Errors
/// The ledger's balance table is not there, which lint refuses.
pub fn scales_of(live: &LiveApp, ledger: &Ledger) -> Result<Scales, Error> {
    let table = live.app().tables.get(&ledger.balance).ok_or_else(|| Error::internal("no balance table"))?;
    let scale = |name: &str| table.field(name).map_or(0, |field| field.scale);
    let amount = ledger.value.as_ref().map_or(0, |value| scale(&value.field));
    Ok(Scales { quantity: scale(&ledger.measure), amount })
}
