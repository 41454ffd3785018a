//! The ledger as a whole: worked figures, quantities below zero, holds, refusals.

use super::balance::{Balance, Scales};
use super::check::{NO_COST, Verdict, Violation};
use super::error::PostError;
use super::hold::{Held, hold_keys};
use super::keys::{BalanceKey, all_keys, key_at};
use super::post::{Entry, Pending, Posted, Posting};
use super::reverse::{StoredMove, negate};
use super::verify::{Rebuild, StampedMove};
use crate::base::decimal::parse;
use crate::base::value::{Value, Values};
use crate::definition::ledger::{Grain, Ledger};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub(super) const SCALES: Scales = Scales { quantity: 6, amount: 2 };

pub(super) fn goods() -> Ledger {
    serde_json::from_str(
        r#"{ "key": "goods", "title": "Goods", "moves": "goods_move", "balance": "goods_balance",
             "dimensions": ["thing", "place", "shelf"], "measure": "qty",
             "hold": { "field": "held", "dimensions": ["thing", "place"] },
             "value": { "field": "amount", "dimensions": ["place", "thing"], "method": "moving_average", "fallback": "thing.cost" },
             "checks": [
               { "code": "SHORT", "at": "hold", "rule": "qty >= held", "unless": "place.may_go_below", "message": "{need} {available}" },
               { "code": "SHELF_SHORT", "at": "dimensions", "rule": "qty >= 0", "message": "{need}" } ] }"#,
    )
    .unwrap()
}

pub(super) fn at(thing: &str, place: &str, shelf: &str) -> Values {
    [("thing", thing), ("place", place), ("shelf", shelf)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

pub(super) fn number(text: &str) -> Decimal {
    parse(text).unwrap()
}

fn figure(value: &Value) -> Decimal {
    value.as_decimal().unwrap()
}

/// An entry on shelf a1 of a place; an empty amount is none.
pub(super) fn entry(line: i64, place: &str, quantity: &str, amount: &str) -> Entry {
    Entry {
        line,
        dimensions: at("bolt", place, "a1"),
        quantity: number(quantity),
        amount: (!amount.is_empty()).then(|| number(amount)),
        ..Entry::default()
    }
}

/// Answers the two checks of [`goods`] as the expressions would.
fn answer(pending: &Pending, below_zero_allowed: bool) -> Vec<Verdict> {
    pending
        .checks()
        .iter()
        .map(|check| {
            let quantity = figure(&check.bindings["qty"]);
            let floor = check.bindings.get("held").map_or(Decimal::ZERO, figure);
            Verdict::of(quantity >= floor, below_zero_allowed)
        })
        .collect()
}

/// A ledger with its stored rows.
pub(super) struct Book {
    pub ledger: Ledger,
    pub balances: BTreeMap<BalanceKey, Balance>,
    pub moves: Vec<StampedMove>,
    pub own: Vec<StoredMove>,
    pub below_zero_allowed: bool,
}

impl Book {
    pub fn new() -> Self {
        Self {
            ledger: goods(),
            balances: BTreeMap::new(),
            moves: Vec::new(),
            own: Vec::new(),
            below_zero_allowed: false,
        }
    }

    pub fn locked(&self, keys: impl IntoIterator<Item = BalanceKey>) -> BTreeMap<BalanceKey, Balance> {
        keys.into_iter().map(|key| (key.clone(), self.balances.get(&key).copied().unwrap_or_default())).collect()
    }

    pub fn post(&mut self, entries: Vec<Entry>) -> Result<Posted, Vec<Violation>> {
        self.post_releasing(&[], entries).unwrap()
    }

    pub fn post_releasing(
        &mut self,
        own: &[Held],
        entries: Vec<Entry>,
    ) -> Result<Result<Posted, Vec<Violation>>, PostError> {
        let mut keys = all_keys(&self.ledger, entries.iter().map(|entry| &entry.dimensions));
        keys.extend(hold_keys(&self.ledger, own.iter().map(|held| &held.dimensions)));
        let mut posting = Posting::new(&self.ledger, SCALES, self.locked(keys));
        posting.release(own)?;
        for entry in entries {
            posting.add(entry)?;
        }
        let pending = posting.finish();
        Ok(self.judge(pending))
    }

    pub fn judge(&mut self, pending: Pending) -> Result<Posted, Vec<Violation>> {
        let verdicts = answer(&pending, self.below_zero_allowed);
        let posted = pending.judge(&verdicts)?;
        self.balances.extend(posted.balances.clone());
        for made in &posted.moves {
            let id = i64::try_from(self.moves.len()).unwrap() + 1;
            self.moves.push(StampedMove {
                id,
                dimensions: made.dimensions.clone(),
                quantity: made.quantity,
                amount: made.amount,
                quantity_after: Some(made.quantity_after),
                amount_after: made.amount_after,
            });
            self.own.push(StoredMove {
                id,
                line: made.line,
                dimensions: made.dimensions.clone(),
                quantity: made.quantity,
                amount: made.amount,
                carried: Values::new(),
                reverses: made.reverses,
            });
        }
        Ok(posted)
    }

    /// Takes back the moves with these ids.
    pub fn reverse(&mut self, ids: &[i64]) -> Result<Posted, Vec<Violation>> {
        let own: Vec<StoredMove> = self
            .own
            .iter()
            .filter(|made| ids.contains(&made.id) || made.reverses.is_some_and(|of| ids.contains(&of)))
            .cloned()
            .collect();
        let reversals = negate(&own);
        let keys = all_keys(&self.ledger, reversals.iter().map(|reversal| &reversal.dimensions));
        let mut posting = Posting::new(&self.ledger, SCALES, self.locked(keys));
        for reversal in &reversals {
            posting.add_reversal(reversal).unwrap();
        }
        let pending = posting.finish();
        self.judge(pending)
    }

    pub fn value_row(&self, place: &str) -> Balance {
        let key = key_at(&self.ledger, Grain::Value, &at("bolt", place, "a1")).unwrap();
        self.balances.get(&key).copied().unwrap_or_default()
    }

    pub fn shows(&self, place: &str, quantity: &str, amount: &str) {
        let row = self.value_row(place);
        assert_eq!((row.quantity, row.amount), (number(quantity), number(amount)));
    }

    pub fn rebuilt(&self) -> Rebuild<'_> {
        let mut rebuild = Rebuild::new(&self.ledger, SCALES);
        for made in &self.moves {
            rebuild.count(made).unwrap();
        }
        rebuild
    }
}

pub(super) fn amounts(posted: &Posted) -> Vec<String> {
    posted.moves.iter().map(|made| made.amount.unwrap_or_default().to_string()).collect()
}

#[test]
fn the_worked_table_comes_out_to_the_cent() {
    let mut book = Book::new();
    let mut check = |place: &str, quantity: &str, amount: &str, moved: &str, after: (&str, &str)| {
        let posted = book.post(vec![entry(1, place, quantity, amount)]).unwrap();
        assert_eq!(amounts(&posted), [moved], "{quantity} at {place}");
        book.shows(place, after.0, after.1);
    };
    check("north", "100", "1000", "1000.00", ("100", "1000.00"));
    check("north", "50", "575", "575.00", ("150", "1575.00"));
    check("north", "-60", "", "-630.00", ("90", "945.00"));
    check("north", "33", "362.67", "362.67", ("123", "1307.67"));
    check("north", "-41", "", "-435.89", ("82", "871.78"));

    // Moved on to another place in one post: what leaves here arrives there.
    let out = entry(6, "north", "-30", "");
    let into = entry(6, "south", "30", "");
    let keys = all_keys(&book.ledger, [&out.dimensions, &into.dimensions]);
    let ledger = book.ledger.clone();
    let mut posting = Posting::new(&ledger, SCALES, book.locked(keys));
    let carried = posting.add(out).unwrap()[0].amount.map(|amount| -amount);
    posting.add(Entry { amount: carried, ..into }).unwrap();
    let posted = book.judge(posting.finish()).unwrap();
    assert_eq!(amounts(&posted), ["-318.94", "318.94"]);
    book.shows("north", "52", "552.84");
    book.shows("south", "30", "318.94");

    let mut check = |place: &str, quantity: &str, amount: &str, moved: &str, after: (&str, &str)| {
        let posted = book.post(vec![entry(1, place, quantity, amount)]).unwrap();
        assert_eq!(amounts(&posted), [moved], "{quantity} at {place}");
        book.shows(place, after.0, after.1);
    };
    check("south", "10", "120", "120.00", ("40", "438.94"));
    check("north", "5", "52.50", "52.50", ("57", "605.34"));
    check("north", "-8", "92", "-92.00", ("49", "513.34"));
    check("north", "-2", "", "-20.95", ("47", "492.39"));
    check("north", "-47", "", "-492.39", ("0", "0.00"));
    assert_eq!(book.rebuilt().differences(&book.balances), []);
    assert_eq!(
        book.rebuilt().balances()[&key_at(&book.ledger, Grain::Value, &at("bolt", "north", "")).unwrap()],
        book.value_row("north")
    );
}

#[test]
fn each_line_sees_the_lines_before_it() {
    let ledger = goods();
    let dimensions = at("bolt", "north", "a1");
    let keys = all_keys(&ledger, [&dimensions]);
    let mut posting = Posting::new(&ledger, SCALES, keys.into_iter().map(|key| (key, Balance::default())).collect());
    posting.add(entry(1, "north", "10", "25")).unwrap();
    let seen = posting.balance_for(&dimensions).unwrap();
    assert_eq!((seen.quantity, seen.available, seen.amount), (number("10"), number("10"), Some(number("25"))));
    let counted = number("8") - seen.quantity;
    let moves = posting.add(Entry { quantity: counted, ..entry(2, "north", "0", "") }).unwrap();
    assert_eq!(moves[0].amount, Some(number("-5.00")));
    assert_eq!((moves[0].quantity_after, moves[0].amount_after), (number("8"), Some(number("20"))));
    let names: Vec<String> = posting.balance_for(&dimensions).unwrap().bindings(&ledger).keys().cloned().collect();
    assert_eq!(names, ["available", "unit_cost", "amount", "held", "qty"]);
    assert_eq!(posting.add(entry(3, "north", "0", "")).unwrap(), []);
}

#[test]
fn below_zero_goes_out_at_the_last_average_and_the_next_receipt_puts_the_value_right() {
    let mut book = Book::new();
    book.below_zero_allowed = true;
    book.post(vec![entry(1, "north", "5", "50")]).unwrap();
    assert_eq!(amounts(&book.post(vec![entry(1, "north", "-8", "")]).unwrap()), ["-80.00"]);
    book.shows("north", "-3", "-30");
    assert_eq!(amounts(&book.post(vec![entry(1, "north", "-7", "")]).unwrap()), ["-70.00"]);
    // A part of the gap is filled at 12: what is still missing stays at 10.
    let posted = book.post(vec![entry(1, "north", "4", "48")]).unwrap();
    assert_eq!(amounts(&posted), ["48.00", "-8.00"]);
    assert!(posted.moves[1].value_only && posted.moves[1].quantity.is_zero());
    assert_eq!(posted.moves[1].quantity_after, number("-6"));
    book.shows("north", "-6", "-60");
    // The rest of it, and nine more: they stay at what they cost.
    let posted = book.post(vec![entry(1, "north", "15", "180")]).unwrap();
    assert_eq!(amounts(&posted), ["180.00", "-12.00"]);
    book.shows("north", "9", "108");
    // All out, then one more at the average that was last.
    book.post(vec![entry(1, "north", "-9", "")]).unwrap();
    assert_eq!(book.value_row("north").last_unit_cost, Some(number("12")));
    assert_eq!(amounts(&book.post(vec![entry(1, "north", "-1", "")]).unwrap()), ["-12.00"]);
    // Filled exactly: nothing stays.
    assert_eq!(amounts(&book.post(vec![entry(1, "north", "1", "13")]).unwrap()), ["13.00", "-1.00"]);
    book.shows("north", "0", "0");
    assert_eq!(book.rebuilt().differences(&book.balances), []);
}

#[test]
fn a_cost_falls_back_and_an_unknown_one_names_every_line() {
    let mut book = Book::new();
    book.below_zero_allowed = true;
    let fallback = |entry: Entry| Entry { fallback: Some(number("3.335")), ..entry };
    assert_eq!(amounts(&book.post(vec![fallback(entry(1, "north", "3", ""))]).unwrap()), ["10.01"]);
    assert_eq!(amounts(&book.post(vec![fallback(entry(1, "south", "-2", ""))]).unwrap()), ["-6.67"]);

    let before = book.balances.clone();
    let worthless = Entry { fallback: Some(Decimal::ZERO), ..entry(2, "east", "1", "") };
    let found = book.post(vec![entry(1, "east", "4", ""), worthless, entry(3, "west", "-1", "")]).unwrap_err();
    let told: Vec<(&str, Vec<i64>)> = found.iter().map(|one| (one.code.as_str(), one.lines.clone())).collect();
    assert_eq!(told, [(NO_COST, vec![1]), (NO_COST, vec![2]), (NO_COST, vec![3])]);
    assert_eq!(book.balances, before);

    book.below_zero_allowed = false;
    let found = book.post(vec![entry(3, "west", "-1", "")]).unwrap_err();
    assert!(found.iter().all(|one| one.check.is_some()), "a short line is told that it is short: {found:?}");
    assert_eq!(amounts(&book.post(vec![entry(1, "west", "1", "0")]).unwrap()), ["0.00"]);
}

#[test]
fn every_short_balance_is_named_with_its_lines() {
    let mut book = Book::new();
    book.post(vec![entry(1, "north", "5", "50"), entry(2, "south", "5", "50")]).unwrap();
    let before = book.balances.clone();
    let found = book
        .post(vec![
            entry(11, "north", "-4", ""),
            entry(12, "south", "-6", ""),
            entry(13, "north", "-3", ""),
            entry(14, "east", "1", "1"),
        ])
        .unwrap_err();
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            let place = one.dimensions["place"].as_text().unwrap();
            format!("{} {place} {} {} {:?}", one.code, one.need.normalize(), one.available.normalize(), one.lines)
        })
        .collect();
    assert_eq!(
        told,
        [
            "SHORT north 7 5 [11, 13]",
            "SHORT south 6 5 [12]",
            "SHELF_SHORT north 7 5 [11, 13]",
            "SHELF_SHORT south 6 5 [12]"
        ]
    );
    assert_eq!(book.balances, before);
    // What a later line brings back is no shortage.
    book.post(vec![entry(1, "north", "-7", ""), entry(2, "north", "2", "20")]).unwrap();
    book.shows("north", "0", "0");
}

#[test]
fn an_unanswered_check_counts_as_broken() {
    let ledger = goods();
    let keys = all_keys(&ledger, [&at("bolt", "north", "a1")]);
    let mut posting = Posting::new(&ledger, SCALES, keys.into_iter().map(|key| (key, Balance::default())).collect());
    posting.add(entry(1, "north", "1", "1")).unwrap();
    let pending = posting.finish();
    assert_eq!(pending.checks().len(), 2);
    assert_eq!(pending.judge(&[Verdict::Met]).unwrap_err().len(), 1);
}

#[test]
fn a_refused_entry_leaves_the_post_as_it_was() {
    let ledger = goods();
    let keys = all_keys(&ledger, [&at("bolt", "north", "a1")]);
    let mut posting = Posting::new(&ledger, SCALES, keys.into_iter().map(|key| (key, Balance::default())).collect());
    posting.add(entry(1, "north", "10", "100")).unwrap();
    let before = format!("{posting:?}");
    let mut check = |entry: Entry, code: &str| {
        let error = posting.add(entry).unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(format!("{posting:?}"), before);
    };
    check(entry(2, "north", "1", "-1"), "ledger_amount_negative");
    check(entry(2, "north", "-1", "100.01"), "ledger_value_negative");
    check(entry(2, "north", "0", "-100.01"), "ledger_value_negative");
    check(entry(2, "north", "1000000000", "1"), "ledger_too_large");
    check(entry(2, "north", "1", "10000000000000"), "ledger_too_large");
    check(entry(2, "south", "1", "1"), "ledger_not_locked");
    assert_eq!(
        posting
            .reserve(Held { line: 1, dimensions: at("bolt", "north", ""), quantity: number("-1") })
            .unwrap_err()
            .code(),
        "ledger_hold_negative"
    );
}

#[test]
fn a_difference_of_price_moves_value_only() {
    let mut book = Book::new();
    book.post(vec![entry(1, "north", "10", "100")]).unwrap();
    let posted = book.post(vec![entry(1, "north", "0", "5.50")]).unwrap();
    assert!(posted.moves[0].value_only);
    book.shows("north", "10", "105.50");
    book.post(vec![entry(1, "north", "-10", "")]).unwrap();
    // Nothing is there to carry it: it comes and goes.
    assert_eq!(amounts(&book.post(vec![entry(1, "north", "0", "2")]).unwrap()), ["2.00", "-2.00"]);
}

#[test]
fn a_ledger_without_value_or_holds_counts_quantities() {
    let mut ledger = goods();
    ledger.value = None;
    ledger.hold = None;
    let dimensions = at("leave", "2026", "");
    let keys = all_keys(&ledger, [&dimensions]);
    assert_eq!(keys.len(), 1);
    let mut posting = Posting::new(&ledger, SCALES, keys.into_iter().map(|key| (key, Balance::default())).collect());
    let given = Entry { dimensions: dimensions.clone(), ..entry(0, "", "5", "9") };
    let moves = posting.add(given).unwrap();
    assert_eq!((moves[0].amount, moves[0].amount_after), (None, None));
    assert_eq!(posting.add(Entry { dimensions: dimensions.clone(), ..entry(0, "", "0", "9") }).unwrap(), []);
    let held = Held { line: 0, dimensions, quantity: number("1") };
    assert_eq!(posting.reserve(held).unwrap_err().code(), "ledger_hold_not_kept");
    assert_eq!(posting.finish().checks().len(), 1);
}
