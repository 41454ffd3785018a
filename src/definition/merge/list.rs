//! What the items of a list are known by, and in which order those of two lists stand together.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Members by which an item is known for what it is.
const STRONG: [&str; 12] =
    ["key", "id", "code", "field", "lines", "value", "table", "view", "report", "dashboard", "column", "name"];
/// Members by which it is recognised as long as nobody changes them.
const WEAK: [&str; 6] = ["title", "text", "message", "do", "type", "measure"];

/// A name for every item, no two the same: `field=qty`, `table=order`, the second such `table=order (2)`.
pub fn names(items: &[Json]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    items
        .iter()
        .map(|item| {
            let name = name(item);
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name} ({count})") }
        })
        .collect()
}

fn by(item: &Json, members: &[&str]) -> Option<String> {
    let found = members.iter().find_map(|member| Some((*member, item.get(*member)?)));
    let (member, value) = found.filter(|(_, value)| value.is_string() || value.is_number())?;
    Some(format!("{member}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

fn name(item: &Json) -> String {
    let known = by(item, &STRONG).or_else(|| by(item, &WEAK));
    known.unwrap_or_else(|| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
}

/// Whether an item that is called otherwise may still be the same one.
fn is_vague(item: &Json) -> bool {
    item.is_object() && by(item, &STRONG).is_none()
}

/// The names of a side's items, where items of the base that were only renamed keep the base's names: those that are known by
/// nothing better than their words, and stand between the same neighbours.
pub fn aligned(base: &[Json], base_names: &[String], side: &[Json]) -> Vec<String> {
    let mut named = names(side);
    let known: BTreeSet<&String> = base_names.iter().collect();
    let there: BTreeSet<String> = named.iter().cloned().collect();
    // Runs of items that the other does not have, by the item before them.
    let gone = runs(base_names, |index| !there.contains(&base_names[index]) && is_vague(&base[index]));
    let new = runs(&named, |index| !known.contains(&named[index]) && is_vague(&side[index]));
    for (after, indices) in new {
        if let Some(was) = gone.get(&after).filter(|was| was.len() == indices.len()) {
            for (index, was) in indices.iter().zip(was) {
                named[*index] = base_names[*was].clone();
            }
        }
    }
    named
}

fn runs(names: &[String], is_in: impl Fn(usize) -> bool) -> BTreeMap<Option<String>, Vec<usize>> {
    let mut runs: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    let mut after = None;
    for (index, name) in names.iter().enumerate() {
        if is_in(index) {
            runs.entry(after.clone()).or_default().push(index);
        } else {
            after = Some(name.clone());
        }
    }
    runs
}

/// The names of both sides, each once. The side that moved things says the order; what only the other has stands behind what it
/// stands behind there.
pub fn order(base: &[String], theirs: &[String], mine: &[String]) -> Vec<String> {
    let moved = |side: &[String]| {
        let kept = |from: &[String], of: &BTreeSet<&String>| {
            from.iter().filter(|name| of.contains(name)).cloned().collect::<Vec<String>>()
        };
        kept(side, &base.iter().collect()) != kept(base, &side.iter().collect())
    };
    let (first, second) = if moved(theirs) && !moved(mine) { (theirs, mine) } else { (mine, theirs) };
    let mut order: Vec<String> = first.to_vec();
    let mut there: BTreeSet<&String> = first.iter().collect();
    for (index, name) in second.iter().enumerate() {
        if !there.insert(name) {
            continue;
        }
        let before = second[..index].iter().rev().find_map(|before| order.iter().position(|known| known == before));
        // Several that are new in one place stay in their order: each stands behind the one before it.
        order.insert(before.map_or(0, |place| place + 1), name.clone());
    }
    order
}
