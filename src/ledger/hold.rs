//! Holds: quantities set aside for a document until it posts or lets go.

use super::error::PostError;
use super::exact;
use super::keys::{BalanceKey, key_at};
use super::post::Posting;
use crate::base::value::Values;
use crate::definition::ledger::{Grain, Ledger};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A quantity that a line of a document holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The line's id, 0 for the whole document.
    pub line: i64,
    /// Values of the hold's dimensions by name; further ones are of no account.
    pub dimensions: Values,
    /// 0 or more.
    pub quantity: Decimal,
}

/// The balances that holds with these dimension values change, in the order in which to lock them.
#[must_use]
pub fn hold_keys<'a>(ledger: &Ledger, holds: impl IntoIterator<Item = &'a Values>) -> BTreeSet<BalanceKey> {
    holds.into_iter().filter_map(|dimensions| key_at(ledger, Grain::Hold, dimensions)).collect()
}

impl Posting<'_> {
    /// Sets a quantity aside. The checks of the balance run at the end, as for a move.
    ///
    /// # Errors
    /// A negative quantity, one too large to be stored, a ledger without holds, a balance that was not locked.
    pub fn reserve(&mut self, hold: Held) -> Result<(), PostError> {
        let Held { line, dimensions, quantity } = hold;
        let (key, mut row, quantity) = self.hold_row(line, &dimensions, quantity)?;
        if quantity.is_zero() {
            return Ok(());
        }
        row.reserved = exact::sum(row.reserved, quantity, self.scales.quantity)
            .map_err(|_| PostError::too_large(line, self.hold_field()))?;
        let touch = self.touched.entry(key.clone()).or_default();
        touch.reserved += quantity;
        touch.lines.insert(line, true);
        let dimensions = key.named(self.ledger);
        self.current.insert(key, row);
        self.held.push(Held { line, dimensions, quantity });
        Ok(())
    }

    /// Gives holds back: those of the document itself before it posts, or on their own. All or none. Letting go needs no check.
    ///
    /// # Errors
    /// More than is reserved, a negative quantity, a ledger without holds, a balance that was not locked.
    pub fn release(&mut self, holds: &[Held]) -> Result<(), PostError> {
        let mut after = self.clone();
        for hold in holds {
            let (key, mut row, quantity) = after.hold_row(hold.line, &hold.dimensions, hold.quantity)?;
            if quantity > row.reserved {
                return Err(PostError::HoldExceeded { line: hold.line, quantity, reserved: row.reserved });
            }
            row.reserved = exact::sum(row.reserved, -quantity, after.scales.quantity)
                .map_err(|_| PostError::too_large(hold.line, after.hold_field()))?;
            *after.released.entry(key.clone()).or_default() += quantity;
            after.current.insert(key, row);
        }
        *self = after;
        Ok(())
    }

    fn hold_field(&self) -> &str {
        self.ledger.hold.as_ref().map_or("", |hold| hold.field.as_str())
    }

    fn hold_row(
        &self,
        line: i64,
        dimensions: &Values,
        quantity: Decimal,
    ) -> Result<(BalanceKey, super::balance::Balance, Decimal), PostError> {
        let key = key_at(self.ledger, Grain::Hold, dimensions)
            .ok_or_else(|| PostError::HoldNotKept { ledger: self.ledger.key.clone() })?;
        let quantity =
            exact::settle(quantity, self.scales.quantity).map_err(|_| PostError::too_large(line, self.hold_field()))?;
        if quantity < Decimal::ZERO {
            return Err(PostError::HoldNegative { line, quantity });
        }
        let row = self.row(&key)?;
        Ok((key, row, quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::balance::Balance;
    use crate::ledger::tests::{Book, SCALES, at, entry, goods, number};

    #[test]
    fn a_document_posts_what_it_holds_itself() {
        let mut book = Book::new();
        book.post(vec![entry(1, "north", "10", "100")]).unwrap();
        let hold = |line: i64, quantity: &str| Held {
            line,
            dimensions: at("bolt", "north", "a1"),
            quantity: number(quantity),
        };
        let take = |book: &mut Book, held: Held| {
            let ledger = book.ledger.clone();
            let locked = book.locked(hold_keys(&ledger, [&held.dimensions]));
            let mut posting = Posting::new(&ledger, SCALES, locked);
            assert_eq!(posting.balance_for(&held.dimensions).unwrap().quantity, number("10"));
            posting.reserve(held).unwrap();
            book.judge(posting.finish())
        };
        let taken = take(&mut book, hold(1, "7")).unwrap();
        assert_eq!(taken.held.len(), 1);
        assert_eq!(taken.held[0].dimensions.len(), 2);
        assert!(taken.moves.is_empty());
        let found = take(&mut book, hold(2, "4")).unwrap_err();
        assert_eq!((found[0].code.as_str(), found[0].need, found[0].available), ("SHORT", number("4"), number("3")));

        // Another document is short by what is held; the holder is not.
        let found = book.post(vec![entry(1, "north", "-7", "")]).unwrap_err();
        assert_eq!((found[0].need, found[0].available), (number("7"), number("3")));
        // What the holder holds itself is available to it: 10, not 3.
        let found = book.post_releasing(&taken.held, vec![entry(1, "north", "-12", "")]).unwrap().unwrap_err();
        assert_eq!((found[0].need, found[0].available), (number("12"), number("10")));
        book.post_releasing(&taken.held, vec![entry(1, "north", "-7", "")]).unwrap().unwrap();
        assert_eq!(book.value_row("north").reserved, Decimal::ZERO);
        book.shows("north", "3", "30");

        // Gone twice is an error, and changes nothing.
        let before = book.balances.clone();
        let error = book.post_releasing(&taken.held, vec![]).unwrap_err();
        assert_eq!(error.code(), "ledger_hold_exceeded");
        assert_eq!(book.balances, before);
    }

    #[test]
    fn letting_go_needs_no_check() {
        let ledger = goods();
        let dimensions = at("bolt", "north", "a1");
        let key = key_at(&ledger, Grain::Hold, &dimensions).unwrap();
        let broken = Balance { quantity: number("-1"), reserved: number("5"), ..Balance::default() };
        let mut posting = Posting::new(&ledger, SCALES, [(key.clone(), broken)].into());
        posting.release(&[Held { line: 1, dimensions, quantity: number("3") }]).unwrap();
        let pending = posting.finish();
        assert_eq!(pending.checks(), []);
        assert_eq!(pending.judge(&[]).unwrap().balances[&key].reserved, number("2"));
    }
}
