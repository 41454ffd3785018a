//! Which balances a set of dimension values belongs to, and the order in which they are locked.

use crate::base::value::{Value, Values};
use crate::definition::ledger::{Grain, Ledger};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};

/// One balance: a grain that has rows of its own, and the values of that grain's dimensions in the definition's order.
///
/// The order is total and the same everywhere: grain, then value by value (unset first, texts by code point).
/// Whoever locks several balances locks them in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceKey {
    pub grain: Grain,
    pub dimensions: Vec<Value>,
}

impl BalanceKey {
    /// The dimensions by name.
    #[must_use]
    pub fn named(&self, ledger: &Ledger) -> Values {
        let names = ledger.dimensions_of(self.grain).unwrap_or_default();
        names.iter().cloned().zip(self.dimensions.iter().cloned()).collect()
    }
}

/// The key of the row that keeps `grain`, or none where the ledger does not keep that grain. A dimension without a value is unset.
#[must_use]
pub fn key_at(ledger: &Ledger, grain: Grain, dimensions: &Values) -> Option<BalanceKey> {
    ledger.dimensions_of(grain)?;
    let kept = ledger.kept_as(grain);
    let names = ledger.dimensions_of(kept)?;
    let dimensions = names.iter().map(|name| dimensions.get(name).cloned().unwrap_or_default()).collect();
    Some(BalanceKey { grain: kept, dimensions })
}

/// The balances that a move with these dimension values changes, one for each grain that has rows of its own.
#[must_use]
pub fn keys_of(ledger: &Ledger, dimensions: &Values) -> Vec<BalanceKey> {
    ledger.grains().into_iter().filter_map(|grain| key_at(ledger, grain, dimensions)).collect()
}

/// The balances that moves with these dimension values change together, in the order in which to lock them.
#[must_use]
pub fn all_keys<'a>(ledger: &Ledger, entries: impl IntoIterator<Item = &'a Values>) -> BTreeSet<BalanceKey> {
    let grains = ledger.grains();
    entries
        .into_iter()
        .flat_map(|dimensions| grains.iter().filter_map(|grain| key_at(ledger, *grain, dimensions)))
        .collect()
}

impl Ord for BalanceKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.grain.cmp(&other.grain).then_with(|| compare_all(&self.dimensions, &other.dimensions))
    }
}

impl PartialOrd for BalanceKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for BalanceKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.grain.hash(state);
        hash_all(&self.dimensions, state);
    }
}

impl fmt::Display for BalanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.grain.as_str())?;
        show_all(&self.dimensions, f)
    }
}

fn show_all(values: &[Value], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            f.write_str("/")?;
        }
        match value {
            Value::Unset | Value::Sealed(_) => f.write_str("-")?,
            Value::Bool(inner) => write!(f, "{inner}")?,
            Value::Integer(inner) => write!(f, "{inner}")?,
            Value::Decimal(inner) => write!(f, "{inner}")?,
            Value::Text(inner) => write!(f, "{inner}")?,
            Value::Date(inner) => write!(f, "{inner}")?,
            Value::Time(inner) => write!(f, "{inner}")?,
            Value::Instant(inner) => write!(f, "{inner}")?,
            Value::List(inner) => {
                f.write_str("[")?;
                show_all(inner, f)?;
                f.write_str("]")?;
            }
        }
    }
    Ok(())
}

fn compare_all(one: &[Value], other: &[Value]) -> Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| compare(one, other))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| one.len().cmp(&other.len()))
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Integer(one), Value::Integer(other)) => one.cmp(other),
        (Value::Decimal(one), Value::Decimal(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Time(one), Value::Time(other)) => one.cmp(other),
        (Value::Instant(one), Value::Instant(other)) => one.cmp(other),
        (Value::List(one), Value::List(other)) => compare_all(one, other),
        (Value::Sealed(one), Value::Sealed(other)) => one.cmp(other),
        _ => rank(one).cmp(&rank(other)),
    }
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Unset => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) => 2,
        Value::Decimal(_) => 3,
        Value::Text(_) => 4,
        Value::Date(_) => 5,
        Value::Time(_) => 6,
        Value::Instant(_) => 7,
        Value::List(_) => 8,
        Value::Sealed(_) => 9,
    }
}

fn hash_all<H: Hasher>(values: &[Value], state: &mut H) {
    values.len().hash(state);
    for value in values {
        rank(value).hash(state);
        match value {
            Value::Unset => {}
            Value::Bool(inner) => inner.hash(state),
            Value::Integer(inner) => inner.hash(state),
            Value::Decimal(inner) => inner.hash(state),
            Value::Text(inner) => inner.hash(state),
            Value::Date(inner) => inner.hash(state),
            Value::Time(inner) => inner.hash(state),
            Value::Instant(inner) => inner.hash(state),
            Value::List(inner) => hash_all(inner, state),
            Value::Sealed(inner) => inner.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{at, goods};

    #[test]
    fn grains_with_the_same_dimensions_share_a_row() {
        let ledger = goods();
        let keys = keys_of(&ledger, &at("bolt", "north", "a1"));
        let shown: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["dimensions bolt/north/a1", "hold bolt/north"]);
        assert_eq!(key_at(&ledger, Grain::Value, &at("bolt", "north", "a1")), Some(keys[1].clone()));
        assert_eq!(keys[1].named(&ledger).keys().collect::<Vec<_>>(), ["thing", "place"]);
    }

    #[test]
    fn a_grain_that_is_not_kept_has_no_key() {
        let mut ledger = goods();
        ledger.hold = None;
        assert_eq!(key_at(&ledger, Grain::Hold, &at("bolt", "north", "a1")), None);
        assert_eq!(keys_of(&ledger, &at("bolt", "north", "a1")).len(), 2);
    }

    #[test]
    fn the_order_of_locks_does_not_depend_on_the_order_of_lines() {
        let ledger = goods();
        let lines = [at("nut", "north", "a1"), at("bolt", "south", "b1"), at("bolt", "north", "a2")];
        let forward: Vec<_> = all_keys(&ledger, &lines).into_iter().collect();
        let backward: Vec<_> = all_keys(&ledger, lines.iter().rev()).into_iter().collect();
        assert_eq!(forward, backward);
        let shown: Vec<String> = forward.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "dimensions bolt/north/a2",
                "dimensions bolt/south/b1",
                "dimensions nut/north/a1",
                "hold bolt/north",
                "hold bolt/south",
                "hold nut/north"
            ]
        );
    }

    #[test]
    fn keys_order_across_kinds_of_values() {
        let key = |value: Value| BalanceKey { grain: Grain::Dimensions, dimensions: vec![value] };
        let ascending = [
            Value::Unset,
            Value::Bool(true),
            Value::Integer(-1),
            Value::Integer(2),
            Value::Text("10".into()),
            Value::Text("9".into()),
            Value::List(vec![Value::Integer(1)]),
            Value::List(vec![Value::Integer(1), Value::Unset]),
        ];
        for (index, one) in ascending.iter().enumerate() {
            for (other_index, other) in ascending.iter().enumerate() {
                assert_eq!(key(one.clone()).cmp(&key(other.clone())), index.cmp(&other_index));
            }
        }
    }
}
