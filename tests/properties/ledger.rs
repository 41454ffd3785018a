//! Random documents on few balances, of which some fail, some hold and some are taken back: the figures always add up.

use formwork::base::value::{Value, Values};
use formwork::definition::ledger::{Grain, Ledger};
use formwork::ledger::balance::{Balance, Scales};
use formwork::ledger::check::Verdict;
use formwork::ledger::hold::{Held, hold_keys};
use formwork::ledger::keys::{BalanceKey, all_keys, key_at, keys_of};
use formwork::ledger::post::{Entry, Move, Pending, Posted, Posting};
use formwork::ledger::reverse::{StoredMove, negate};
use formwork::ledger::verify::{Rebuild, StampedMove};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

const SCALES: Scales = Scales { quantity: 6, amount: 2 };

/// The grains of a ledger in every combination that shares rows or does not.
fn ledger(hold: &str, value: &str) -> Ledger {
    let part = |name: &str, field: &str, dimensions: &str, more: &str| match dimensions {
        "" => String::new(),
        _ => format!(r#""{name}": {{ "field": "{field}", "dimensions": {dimensions}{more} }},"#),
    };
    let text = format!(
        r#"{{ "key": "goods", "title": "Goods", "moves": "goods_move", "balance": "goods_balance",
              "dimensions": ["thing", "place", "shelf"], "measure": "qty", {} {}
              "checks": [ {{ "code": "SHELF", "at": "dimensions", "rule": "qty >= 0", "message": "" }},
                          {{ "code": "SHORT", "at": "hold", "rule": "qty >= held", "message": "" }} ] }}"#,
        part("hold", "held", hold, ""),
        part("value", "amount", value, r#", "method": "moving_average""#)
    );
    serde_json::from_str(&text).expect("a ledger")
}

fn ledgers() -> impl Strategy<Value = Ledger> {
    const COARSE: &str = r#"["thing", "place"]"#;
    const TURNED: &str = r#"["place", "thing"]"#;
    const COARSEST: &str = r#"["thing"]"#;
    const FINEST: &str = r#"["shelf", "thing", "place"]"#;
    prop::sample::select(vec![
        (COARSE, TURNED),
        (COARSE, COARSEST),
        (COARSE, FINEST),
        (FINEST, COARSE),
        (FINEST, FINEST),
        ("", COARSE),
        (COARSE, ""),
    ])
    .prop_map(|(hold, value)| ledger(hold, value))
}

#[derive(Debug, Clone)]
enum Action {
    Post(Vec<Entry>),
    Hold(Held),
    /// Posts with one of the holds given back first.
    PostHeld(prop::sample::Index, Vec<Entry>),
    LetGo(prop::sample::Index),
    TakeBack(prop::sample::Index),
}

fn dimensions() -> impl Strategy<Value = Values> {
    (0..2_i64, 0..2_i64, prop::option::of(0..2_i64)).prop_map(|(thing, place, shelf)| {
        [
            ("thing".to_owned(), Value::Integer(thing)),
            ("place".to_owned(), Value::Integer(place)),
            ("shelf".to_owned(), shelf.map_or(Value::Unset, Value::Integer)),
        ]
        .into_iter()
        .collect()
    })
}

fn quantity() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        12 => (-20..=30_i64).prop_map(Decimal::from),
        6 => (-20_000_000..=30_000_000_i64).prop_map(|scaled| Decimal::new(scaled, 6)),
        1 => Just(Decimal::from(600_000_000)),
        1 => Just(Decimal::new(1, 6)),
    ]
}

fn amount() -> impl Strategy<Value = Option<Decimal>> {
    prop_oneof![
        4 => Just(None),
        6 => (0..50_000_i64).prop_map(|cents| Some(Decimal::new(cents, 2))),
        1 => (0..5_000_000_i64).prop_map(|scaled| Some(Decimal::new(scaled, 4))),
        1 => (-500..0_i64).prop_map(|cents| Some(Decimal::new(cents, 2))),
        1 => Just(Some(Decimal::from(6_000_000_000_000_i64))),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let fallback = prop::option::weighted(0.8, (1..99_999_i64).prop_map(|scaled| Decimal::new(scaled, 3)));
    let entry = (1..4_i64, dimensions(), quantity(), amount(), fallback).prop_map(
        |(line, dimensions, quantity, amount, fallback)| Entry {
            line,
            dimensions,
            quantity,
            amount,
            fallback,
            carried: Values::new(),
        },
    );
    prop::collection::vec(entry, 1..5)
}

fn action() -> impl Strategy<Value = Action> {
    let held = (dimensions(), 0..20_i64).prop_map(|(dimensions, quantity)| Held {
        line: 1,
        dimensions,
        quantity: Decimal::from(quantity),
    });
    let index = any::<prop::sample::Index>;
    prop_oneof![
        10 => entries().prop_map(Action::Post),
        2 => held.prop_map(Action::Hold),
        2 => (index(), entries()).prop_map(|(hold, entries)| Action::PostHeld(hold, entries)),
        1 => index().prop_map(Action::LetGo),
        3 => index().prop_map(Action::TakeBack),
    ]
}

/// The stored rows of one ledger.
struct Book {
    ledger: Ledger,
    may_go_below: bool,
    balances: BTreeMap<BalanceKey, Balance>,
    moves: Vec<(i64, Move)>,
    holds: Vec<Held>,
    /// The ids of each document's moves.
    documents: Vec<Vec<i64>>,
}

impl Book {
    fn new(ledger: Ledger, may_go_below: bool) -> Self {
        Self { ledger, may_go_below, balances: BTreeMap::new(), moves: vec![], holds: vec![], documents: vec![] }
    }

    fn locked(&self, keys: impl IntoIterator<Item = BalanceKey>) -> BTreeMap<BalanceKey, Balance> {
        keys.into_iter().map(|key| (key.clone(), self.balances.get(&key).copied().unwrap_or_default())).collect()
    }

    fn judged(&self, pending: Pending) -> Option<Posted> {
        let verdicts: Vec<Verdict> = pending
            .checks()
            .iter()
            .map(|check| {
                let figure = |name: &str| check.bindings.get(name).and_then(Value::as_decimal).unwrap_or_default();
                let floor = if check.check == 1 { figure("held") } else { Decimal::ZERO };
                Verdict::of(figure("qty") >= floor, self.may_go_below)
            })
            .collect();
        pending.judge(&verdicts).ok()
    }

    fn store(&mut self, posted: Posted, document: usize) {
        self.balances.extend(posted.balances);
        self.holds.extend(posted.held);
        for made in posted.moves {
            let id = i64::try_from(self.moves.len()).expect("few moves") + 1;
            self.moves.push((id, made));
            self.documents[document].push(id);
        }
    }

    /// Posts as a new document; false where it is refused.
    fn post(&mut self, released: &[Held], entries: &[Entry]) -> Result<bool, TestCaseError> {
        let ledger = self.ledger.clone();
        let mut keys = all_keys(&ledger, entries.iter().map(|entry| &entry.dimensions));
        keys.extend(hold_keys(&ledger, released.iter().map(|held| &held.dimensions)));
        let mut posting = Posting::new(&ledger, SCALES, self.locked(keys));
        prop_assert!(posting.release(released).is_ok(), "what is held can be given back");
        for entry in entries {
            let before = format!("{posting:?}");
            if posting.add(entry.clone()).is_err() {
                prop_assert_eq!(format!("{posting:?}"), before, "a refusal changes nothing");
                return Ok(false);
            }
        }
        let posted = self.judged(posting.finish());
        if let Some(posted) = posted {
            self.documents.push(Vec::new());
            self.store(posted, self.documents.len() - 1);
            return Ok(true);
        }
        Ok(false)
    }

    fn take_back(&mut self, document: usize) -> bool {
        let own: Vec<StoredMove> = self
            .moves
            .iter()
            .filter(|(id, _)| self.documents[document].contains(id))
            .map(|(id, made)| StoredMove {
                id: *id,
                line: made.line,
                dimensions: made.dimensions.clone(),
                quantity: made.quantity,
                amount: made.amount,
                carried: Values::new(),
                reverses: made.reverses,
            })
            .collect();
        let reversals = negate(&own);
        let ledger = self.ledger.clone();
        let keys = all_keys(&ledger, reversals.iter().map(|reversal| &reversal.dimensions));
        let mut posting = Posting::new(&ledger, SCALES, self.locked(keys));
        if reversals.iter().any(|reversal| posting.add_reversal(reversal).is_err()) {
            return false;
        }
        let posted = self.judged(posting.finish());
        let done = posted.is_some();
        if let Some(posted) = posted {
            self.store(posted, document);
        }
        done
    }

    /// Takes or gives back a hold on its own.
    fn hold(&mut self, taken: Option<&Held>, released: &[Held]) -> bool {
        let ledger = self.ledger.clone();
        let keys = hold_keys(&ledger, taken.into_iter().chain(released).map(|held| &held.dimensions));
        let mut posting = Posting::new(&ledger, SCALES, self.locked(keys));
        let asked = posting.release(released).and_then(|()| taken.map_or(Ok(()), |held| posting.reserve(held.clone())));
        if asked.is_err() {
            return false;
        }
        let posted = self.judged(posting.finish());
        let done = posted.is_some();
        if let Some(posted) = posted {
            self.balances.extend(posted.balances);
            self.holds.extend(posted.held);
        }
        done
    }

    fn act(&mut self, action: &Action) -> Result<(), TestCaseError> {
        match action {
            Action::Post(entries) => {
                self.post(&[], entries)?;
            }
            Action::Hold(held) => {
                self.hold(Some(held), &[]);
            }
            Action::PostHeld(index, entries) if !self.holds.is_empty() => {
                let index = index.index(self.holds.len());
                let own = self.holds[index].clone();
                if self.post(&[own], entries)? {
                    self.holds.remove(index);
                }
            }
            Action::LetGo(index) if !self.holds.is_empty() => {
                let own = self.holds.remove(index.index(self.holds.len()));
                prop_assert!(self.hold(None, &[own]), "letting go is never refused");
            }
            Action::TakeBack(index) if !self.documents.is_empty() => {
                self.take_back(index.index(self.documents.len()));
            }
            Action::PostHeld(..) | Action::LetGo(_) | Action::TakeBack(_) => {}
        }
        Ok(())
    }

    /// The figures by brute force over all moves and holds.
    fn added_up(&self) -> BTreeMap<BalanceKey, (Decimal, Decimal, Decimal)> {
        let mut sums: BTreeMap<BalanceKey, (Decimal, Decimal, Decimal)> = BTreeMap::new();
        for (_, made) in &self.moves {
            for key in keys_of(&self.ledger, &made.dimensions) {
                sums.entry(key).or_default().0 += made.quantity;
            }
            if let Some(key) = key_at(&self.ledger, Grain::Value, &made.dimensions) {
                sums.entry(key).or_default().2 += made.amount.expect("a move of a ledger with value has an amount");
            }
        }
        for held in &self.holds {
            let key = key_at(&self.ledger, Grain::Hold, &held.dimensions).expect("a hold has its grain");
            sums.entry(key).or_default().1 += held.quantity;
        }
        sums
    }

    fn balances_are_the_sums(&self) -> Result<(), TestCaseError> {
        let sums = self.added_up();
        for key in sums.keys().chain(self.balances.keys()) {
            let row = self.balances.get(key).copied().unwrap_or_default();
            let sum = sums.get(key).copied().unwrap_or_default();
            prop_assert_eq!((row.quantity, row.reserved, row.amount), sum, "{}", key);
            prop_assert!(row.reserved >= Decimal::ZERO);
            if !self.may_go_below && self.ledger.dimensions_of(Grain::Hold).is_some() {
                prop_assert!(row.quantity >= row.reserved, "{} is short", key);
            }
            if row.quantity.is_zero() {
                prop_assert!(row.amount.is_zero(), "{} has a value on nothing", key);
            }
            prop_assert!(row.quantity * row.amount >= Decimal::ZERO, "{} has a value against its quantity", key);
        }
        Ok(())
    }

    fn stamps_chain(&self) -> Result<(), TestCaseError> {
        let mut last: BTreeMap<(bool, BalanceKey), Decimal> = BTreeMap::new();
        for (id, made) in &self.moves {
            let finest = key_at(&self.ledger, Grain::Dimensions, &made.dimensions).expect("always kept");
            let quantity = last.entry((false, finest)).or_default();
            *quantity += made.quantity;
            prop_assert_eq!(*quantity, made.quantity_after, "quantity after move {}", id);
            let after = key_at(&self.ledger, Grain::Value, &made.dimensions).map(|key| {
                let amount = last.entry((true, key)).or_default();
                *amount += made.amount.unwrap_or_default();
                *amount
            });
            prop_assert_eq!(after, made.amount_after, "amount after move {}", id);
            prop_assert_eq!(made.value_only, made.quantity.is_zero());
        }
        Ok(())
    }

    fn rebuilding_gives_the_same(&self) -> Result<(), TestCaseError> {
        let mut rebuild = Rebuild::new(&self.ledger, SCALES);
        for (id, made) in &self.moves {
            let counted = rebuild.count(&StampedMove {
                id: *id,
                dimensions: made.dimensions.clone(),
                quantity: made.quantity,
                amount: made.amount,
                quantity_after: Some(made.quantity_after),
                amount_after: made.amount_after,
            });
            prop_assert!(counted.is_ok());
        }
        for held in &self.holds {
            prop_assert!(rebuild.hold(held).is_ok());
        }
        for (key, row) in rebuild.balances() {
            prop_assert_eq!(*row, self.balances.get(key).copied().unwrap_or_default(), "{}", key);
        }
        prop_assert_eq!(rebuild.differences(&self.balances), vec![]);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn figures_add_up_whatever_is_asked(
        ledger in ledgers(),
        may_go_below in any::<bool>(),
        actions in prop::collection::vec(action(), 1..25),
    ) {
        let mut book = Book::new(ledger, may_go_below);
        for action in &actions {
            book.act(action)?;
            book.balances_are_the_sums()?;
        }
        book.stamps_chain()?;
        book.rebuilding_gives_the_same()?;
    }

    #[test]
    fn taking_everything_back_leaves_nothing(
        ledger in ledgers(),
        may_go_below in any::<bool>(),
        documents in prop::collection::vec(entries(), 1..12),
    ) {
        let mut book = Book::new(ledger, may_go_below);
        for entries in &documents {
            book.post(&[], entries)?;
        }
        for document in (0..book.documents.len()).rev() {
            prop_assert!(book.take_back(document), "the last document can always be taken back");
            let moves = book.moves.len();
            prop_assert!(book.take_back(document));
            prop_assert_eq!(book.moves.len(), moves, "twice takes back once");
            book.balances_are_the_sums()?;
        }
        for (key, row) in &book.balances {
            prop_assert!(row.quantity.is_zero() && row.amount.is_zero(), "{} keeps {:?}", key, row);
        }
        book.stamps_chain()?;
        book.rebuilding_gives_the_same()?;
    }

    #[test]
    fn an_issue_above_zero_takes_its_share(
        quantity in 1..1_000_000_000_i64,
        cents in 0..1_000_000_000_i64,
        taken in prop::collection::vec(1..1_000_i64, 1..20),
    ) {
        // Taking it all in pieces takes the whole value; no piece strays from the average by more than the cents rounded before.
        let mut book = Book::new(ledger("", r#"["thing"]"#), false);
        let dimensions: Values = [("thing".to_owned(), Value::Integer(1))].into_iter().collect();
        let total = Decimal::new(quantity, 6);
        let worth = Decimal::new(cents, 2);
        let entry = |quantity: Decimal, amount| Entry { line: 1, dimensions: dimensions.clone(), quantity, amount, ..Entry::default() };
        prop_assert!(book.post(&[], &[entry(total, Some(worth))])?);
        let parts: i64 = taken.iter().sum();
        let mut left = total;
        for part in &taken {
            let piece = (total * Decimal::from(*part) / Decimal::from(parts)).round_dp(6).min(left);
            left -= piece;
            if !piece.is_zero() {
                prop_assert!(book.post(&[], &[entry(-piece, None)])?);
                let amount = book.moves.last().and_then(|(_, made)| made.amount).unwrap_or_default();
                let fair = worth * piece / total;
                prop_assert!((amount.abs() - fair).abs() <= Decimal::new(i64::try_from(taken.len()).expect("few") * 50 + 50, 4));
            }
        }
        if !left.is_zero() {
            prop_assert!(book.post(&[], &[entry(-left, None)])?);
        }
        let out: Decimal = book.moves.iter().filter_map(|(_, made)| made.amount).sum();
        prop_assert!(out.is_zero());
        book.balances_are_the_sums()?;
    }
}
