//! Balances rebuilt from moves and holds, and what the stored ones say otherwise.

use super::balance::{Balance, Scales};
use super::error::PostError;
use super::exact;
use super::hold::Held;
use super::keys::{BalanceKey, key_at, keys_of};
use crate::base::value::Values;
use crate::definition::ledger::{Grain, Ledger};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A move as it is stored, with its stamps where the moves table has fields for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampedMove {
    pub id: i64,
    pub dimensions: Values,
    pub quantity: Decimal,
    pub amount: Option<Decimal>,
    pub quantity_after: Option<Decimal>,
    pub amount_after: Option<Decimal>,
}

/// A figure of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    Quantity,
    Reserved,
    Amount,
}

/// A stored figure that the moves and holds do not bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub key: BalanceKey,
    pub figure: Figure,
    /// The move whose stamp is wrong; none where it is the balance itself.
    pub stamp_of: Option<i64>,
    pub rebuilt: Decimal,
    pub stored: Decimal,
}

/// Balances being rebuilt, move by move, so that a long history need not be in memory at once.
#[derive(Debug, Clone)]
pub struct Rebuild<'a> {
    ledger: &'a Ledger,
    scales: Scales,
    balances: BTreeMap<BalanceKey, Balance>,
    stamps: Vec<Difference>,
}

impl<'a> Rebuild<'a> {
    #[must_use]
    pub const fn new(ledger: &'a Ledger, scales: Scales) -> Self {
        Self { ledger, scales, balances: BTreeMap::new(), stamps: Vec::new() }
    }

    /// Counts the next move in; moves come in the order of their ids. A stamp that disagrees is kept as a difference.
    ///
    /// # Errors
    /// [`PostError::TooLarge`] when the sum cannot be stored.
    pub fn count(&mut self, made: &StampedMove) -> Result<(), PostError> {
        let finest = key_at(self.ledger, Grain::Dimensions, &made.dimensions);
        let value_key = key_at(self.ledger, Grain::Value, &made.dimensions);
        for key in keys_of(self.ledger, &made.dimensions) {
            let row = self.balances.entry(key.clone()).or_default();
            let remembered = row.remembered_cost();
            row.quantity = exact::sum(row.quantity, made.quantity, self.scales.quantity)
                .map_err(|_| PostError::too_large(0, &self.ledger.measure))?;
            if value_key.as_ref() == Some(&key) {
                if made.quantity < Decimal::ZERO {
                    row.last_unit_cost = remembered;
                }
                let field = self.ledger.value.as_ref().map_or("", |value| value.field.as_str());
                row.amount = exact::sum(row.amount, made.amount.unwrap_or_default(), self.scales.amount)
                    .map_err(|_| PostError::too_large(0, field))?;
            }
            let row = *row;
            if finest.as_ref() == Some(&key) {
                self.compare_stamp(made.id, &key, Figure::Quantity, row.quantity, made.quantity_after);
            }
            if value_key.as_ref() == Some(&key) {
                self.compare_stamp(made.id, &key, Figure::Amount, row.amount, made.amount_after);
            }
        }
        Ok(())
    }

    /// Counts a live hold in.
    ///
    /// # Errors
    /// A ledger without holds, or a sum that cannot be stored.
    pub fn hold(&mut self, held: &Held) -> Result<(), PostError> {
        let key = key_at(self.ledger, Grain::Hold, &held.dimensions)
            .ok_or_else(|| PostError::HoldNotKept { ledger: self.ledger.key.clone() })?;
        let row = self.balances.entry(key).or_default();
        row.reserved = exact::sum(row.reserved, held.quantity, self.scales.quantity).map_err(|_| {
            let field = self.ledger.hold.as_ref().map_or("", |hold| hold.field.as_str());
            PostError::too_large(held.line, field)
        })?;
        Ok(())
    }

    /// The balances as the moves and holds make them: what `rebuild` writes.
    #[must_use]
    pub const fn balances(&self) -> &BTreeMap<BalanceKey, Balance> {
        &self.balances
    }

    /// Stamps that disagree with their moves, in the moves' order, then balances that do, in the keys' order. A missing row is as good as
    /// one of nothing.
    #[must_use]
    pub fn differences(self, stored: &BTreeMap<BalanceKey, Balance>) -> Vec<Difference> {
        let mut found = self.stamps;
        let keys: BTreeSet<&BalanceKey> = self.balances.keys().chain(stored.keys()).collect();
        for key in keys {
            let rebuilt = self.balances.get(key).copied().unwrap_or_default();
            let kept = stored.get(key).copied().unwrap_or_default();
            let pairs = [
                (Figure::Quantity, rebuilt.quantity, kept.quantity),
                (Figure::Reserved, rebuilt.reserved, kept.reserved),
                (Figure::Amount, rebuilt.amount, kept.amount),
            ];
            found.extend(pairs.into_iter().filter(|(_, rebuilt, stored)| rebuilt != stored).map(
                |(figure, rebuilt, stored)| Difference { key: key.clone(), figure, stamp_of: None, rebuilt, stored },
            ));
        }
        found
    }

    fn compare_stamp(&mut self, id: i64, key: &BalanceKey, figure: Figure, rebuilt: Decimal, stamp: Option<Decimal>) {
        if let Some(stored) = stamp.filter(|stamp| *stamp != rebuilt) {
            self.stamps.push(Difference { key: key.clone(), figure, stamp_of: Some(id), rebuilt, stored });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{Book, at, entry, number};

    #[test]
    fn what_was_changed_behind_the_ledger_is_found() {
        let mut book = Book::new();
        book.post(vec![entry(1, "north", "10", "100")]).unwrap();
        let key = key_at(&book.ledger, Grain::Value, &at("bolt", "north", "a1")).unwrap();
        book.moves[0].quantity_after = Some(number("9"));
        let mut stored = book.balances.clone();
        stored.get_mut(&key).unwrap().amount = number("99.99");
        stored.get_mut(&key).unwrap().reserved = number("1");
        let lost = key_at(&book.ledger, Grain::Dimensions, &at("bolt", "north", "a1")).unwrap();
        stored.remove(&lost);
        let mut rebuild = book.rebuilt();
        rebuild.hold(&Held { line: 1, dimensions: at("bolt", "north", "a1"), quantity: number("2") }).unwrap();
        let found: Vec<_> = rebuild
            .differences(&stored)
            .into_iter()
            .map(|one| {
                (one.figure, one.stamp_of, one.rebuilt.normalize().to_string(), one.stored.normalize().to_string())
            })
            .collect();
        let expect =
            |figure, stamp_of, rebuilt: &str, stored: &str| (figure, stamp_of, rebuilt.to_owned(), stored.to_owned());
        assert_eq!(
            found,
            [
                expect(Figure::Quantity, Some(1), "10", "9"),
                expect(Figure::Quantity, None, "10", "0"),
                expect(Figure::Reserved, None, "2", "1"),
                expect(Figure::Amount, None, "100", "99.99"),
            ]
        );
    }
}
