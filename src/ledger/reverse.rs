//! Taking back what a document has posted: the exact negation of its moves, each linked to the move it negates.

use crate::base::value::Values;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A stored move of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMove {
    pub id: i64,
    pub line: i64,
    pub dimensions: Values,
    pub quantity: Decimal,
    pub amount: Option<Decimal>,
    /// Further values that the negation is to carry as well.
    pub carried: Values,
    /// The id of the move that this one takes back.
    pub reverses: Option<i64>,
}

/// The negation of one move, to be posted by [`super::post::Posting::add_reversal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// The id of the move that is taken back.
    pub of: i64,
    pub line: i64,
    pub dimensions: Values,
    pub quantity: Decimal,
    pub amount: Option<Decimal>,
    pub carried: Values,
}

/// The negations of a document's moves, the last move first. What was taken back before, and what took it back, is left alone, so that
/// asking twice takes back once.
#[must_use]
pub fn negate(moves: &[StoredMove]) -> Vec<Reversal> {
    let taken_back: BTreeSet<i64> = moves.iter().filter_map(|made| made.reverses).collect();
    let mut open: Vec<&StoredMove> =
        moves.iter().filter(|made| made.reverses.is_none() && !taken_back.contains(&made.id)).collect();
    open.sort_by_key(|made| std::cmp::Reverse(made.id));
    open.into_iter()
        .map(|made| Reversal {
            of: made.id,
            line: made.line,
            dimensions: made.dimensions.clone(),
            quantity: -made.quantity,
            amount: made.amount.map(|amount| -amount),
            carried: made.carried.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::check::VALUE_NEGATIVE;
    use crate::ledger::tests::{Book, amounts, entry, number};

    #[test]
    fn taking_back_negates_exactly_and_once() {
        let mut book = Book::new();
        book.post(vec![entry(1, "north", "100", "1000"), entry(2, "north", "50", "575")]).unwrap();
        book.post(vec![entry(1, "north", "-60", "")]).unwrap();
        let order: Vec<i64> = negate(&book.own).iter().map(|reversal| reversal.of).collect();
        assert_eq!(order, [3, 2, 1], "the last move first");
        let posted = book.reverse(&[2]).unwrap();
        assert_eq!(amounts(&posted), ["-575.00"]);
        assert_eq!(posted.moves[0].reverses, Some(2));
        book.shows("north", "40", "370");
        assert_eq!(book.reverse(&[2]).unwrap().moves, []);

        let found = book.reverse(&[1]).unwrap_err();
        assert_eq!((found[0].code.as_str(), found[0].need, found[0].available), ("SHORT", number("100"), number("40")));
        book.shows("north", "40", "370");

        // 60 come back at 630: taking back the 100 leaves 0, and the value that is left over leaves with it.
        book.reverse(&[3]).unwrap();
        book.shows("north", "100", "1000");
        book.post(vec![entry(1, "north", "0", "7")]).unwrap();
        let posted = book.reverse(&[1]).unwrap();
        assert_eq!(amounts(&posted), ["-1000.00", "-7.00"]);
        assert!(posted.moves[1].value_only && posted.moves[1].reverses == Some(1));
        book.shows("north", "0", "0");
        assert_eq!(book.rebuilt().differences(&book.balances), []);
    }

    #[test]
    fn taking_back_may_not_leave_less_than_nothing() {
        let mut book = Book::new();
        book.post(vec![entry(1, "north", "10", "1000")]).unwrap();
        book.post(vec![entry(1, "north", "90", "90")]).unwrap();
        book.post(vec![entry(1, "north", "-80", "")]).unwrap();
        let found = book.reverse(&[1]).unwrap_err();
        assert_eq!((found[0].code.as_str(), found[0].check, found[0].lines.clone()), (VALUE_NEGATIVE, None, vec![1]));
    }
}
