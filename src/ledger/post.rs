//! One post: entries in line order, each seeing the earlier ones; moves and balances at the end, if every check allows.

use super::balance::{Balance, BalanceView, Scales};
use super::check::{self, CheckToRun, Shortcoming, Verdict, Violation};
use super::error::PostError;
use super::exact;
use super::hold::Held;
use super::keys::{BalanceKey, key_at, keys_of};
use super::reverse::Reversal;
use super::valuation::{self, Refusal, Valued};
use crate::base::value::Values;
use crate::definition::ledger::{Grain, Ledger};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What one line asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The line's id, 0 for the whole document.
    pub line: i64,
    /// Values of the ledger's dimensions by name; one that is missing is unset.
    pub dimensions: Values,
    /// Signed; rounded half up to the measure's scale. With 0, only an amount moves.
    pub quantity: Decimal,
    /// None: a receipt takes the fallback, an issue its share. It follows the quantity's sign: an issue may name it with either sign,
    /// a receipt not below 0. With a quantity of 0 it is signed. Ignored where the ledger has no value.
    pub amount: Option<Decimal>,
    /// The unit cost where nothing else is known; 0 or less is as good as none.
    pub fallback: Option<Decimal>,
    /// Further values for the move's row, copied as they are.
    pub carried: Values,
}

/// A row of the moves table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub line: i64,
    /// All dimensions of the finest grain, in the definition's order.
    pub dimensions: Values,
    pub quantity: Decimal,
    /// None where the ledger has no value.
    pub amount: Option<Decimal>,
    /// At the finest grain.
    pub quantity_after: Decimal,
    /// At the value grain; none where the ledger has no value.
    pub amount_after: Option<Decimal>,
    pub carried: Values,
    /// No quantity moves: a difference of value.
    pub value_only: bool,
    /// The id of the move that this one takes back.
    pub reverses: Option<i64>,
}

/// What a balance has been through in this post.
#[derive(Debug, Clone, Default)]
pub(super) struct Touch {
    /// Net, signed.
    pub moved: Decimal,
    pub reserved: Decimal,
    /// Every line, in order, and whether it took or reserved something.
    pub lines: IndexMap<i64, bool>,
}

/// A post under way. An error leaves it as it was before the call.
#[derive(Debug, Clone)]
pub struct Posting<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) scales: Scales,
    pub(super) given: BTreeMap<BalanceKey, Balance>,
    pub(super) current: BTreeMap<BalanceKey, Balance>,
    pub(super) released: BTreeMap<BalanceKey, Decimal>,
    pub(super) touched: BTreeMap<BalanceKey, Touch>,
    pub(super) held: Vec<Held>,
    pub(super) moves: Vec<Move>,
    pub(super) shortcomings: Vec<Shortcoming>,
}

impl<'a> Posting<'a> {
    /// `balances` holds every balance that will be touched (see [`super::keys::all_keys`]), locked; one that has no row yet as
    /// `Balance::default()`.
    #[must_use]
    pub fn new(ledger: &'a Ledger, scales: Scales, balances: BTreeMap<BalanceKey, Balance>) -> Self {
        Self {
            ledger,
            scales,
            current: balances.clone(),
            given: balances,
            released: BTreeMap::new(),
            touched: BTreeMap::new(),
            held: Vec::new(),
            moves: Vec::new(),
            shortcomings: Vec::new(),
        }
    }

    /// The balance that a line with these dimensions sees, the earlier entries counted in. Where only the hold's balance was locked, as
    /// for a hold alone, that is the balance seen.
    ///
    /// # Errors
    /// [`PostError::NotLocked`] for dimensions that were not announced.
    pub fn balance_for(&self, dimensions: &Values) -> Result<BalanceView, PostError> {
        let read = |grain| key_at(self.ledger, grain, dimensions).and_then(|key| self.current.get(&key).copied());
        let hold = read(Grain::Hold);
        let value = read(Grain::Value);
        let finest = match (read(Grain::Dimensions), hold) {
            (Some(row), _) | (None, Some(row)) => row,
            (None, None) => self.balance_at(Grain::Dimensions, dimensions)?.unwrap_or_default(),
        };
        Ok(BalanceView {
            quantity: finest.quantity,
            reserved: hold.map_or(Decimal::ZERO, |row| row.reserved),
            available: hold.unwrap_or(finest).available(),
            amount: value.map(|row| row.amount),
            unit_cost: value.and_then(|row| row.average()),
        })
    }

    /// The moves so far, in order.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Posts one line and returns the moves it makes: none where nothing changes, two where a difference of value follows.
    ///
    /// A cost that nobody knows is no error here: it is told with the violations, so that every line is named.
    ///
    /// # Errors
    /// Figures too large to be stored, an amount with the wrong sign or above what is there, a balance that was not locked.
    pub fn add(&mut self, entry: Entry) -> Result<&[Move], PostError> {
        let line = entry.line;
        let quantity = exact::settle(entry.quantity, self.scales.quantity)
            .map_err(|_| PostError::too_large(line, &self.ledger.measure))?;
        let value_row = self.balance_at(Grain::Value, &entry.dimensions)?;
        let valued = match value_row {
            None => None,
            Some(row) => self.worth(&row, quantity, &entry)?,
        };
        let amount = valued.map(|valued| valued.amount);
        if quantity.is_zero() && amount.is_none_or(|amount| amount.is_zero()) {
            return Ok(&[]);
        }
        let first = self.moves.len();
        let correction = valued.and_then(|valued| valued.correction);
        self.record(Recording {
            line,
            dimensions: &entry.dimensions,
            quantity,
            amount,
            correction,
            reverses: None,
            carried: entry.carried,
        })?;
        if valued.is_some_and(|valued| valued.uncosted)
            && let Some(key) = key_at(self.ledger, Grain::Value, &entry.dimensions)
        {
            self.shortcomings.push(Shortcoming::NoCost { line, key, quantity });
        }
        Ok(&self.moves[first..])
    }

    /// Takes one move of the document back, to the last digit. Value left on nothing leaves at the end of the post.
    ///
    /// # Errors
    /// Figures too large to be stored, a balance that was not locked.
    pub fn add_reversal(&mut self, reversal: &Reversal) -> Result<(), PostError> {
        let amount =
            key_at(self.ledger, Grain::Value, &reversal.dimensions).map(|_| reversal.amount.unwrap_or_default());
        self.record(Recording {
            line: reversal.line,
            dimensions: &reversal.dimensions,
            quantity: reversal.quantity,
            amount,
            correction: None,
            reverses: Some(reversal.of),
            carried: reversal.carried.clone(),
        })
    }

    /// Ends the entries. What is left to do is to answer the checks.
    #[must_use]
    pub fn finish(mut self) -> Pending {
        self.settle_reversals();
        let checks = check::checks_to_run(&self);
        let codes = self.ledger.checks.iter().map(|check| check.code.clone()).collect();
        let shortcomings = self.shortcomings.iter().map(|found| found.violation(&self)).collect();
        let changed = self.current.into_iter().filter(|(key, row)| self.given.get(key) != Some(row)).collect();
        Pending {
            checks,
            codes,
            shortcomings,
            posted: Posted { moves: self.moves, balances: changed, held: self.held },
        }
    }

    pub(super) fn row(&self, key: &BalanceKey) -> Result<Balance, PostError> {
        self.current.get(key).copied().ok_or_else(|| PostError::NotLocked { key: key.clone() })
    }

    fn balance_at(&self, grain: Grain, dimensions: &Values) -> Result<Option<Balance>, PostError> {
        key_at(self.ledger, grain, dimensions).map(|key| self.row(&key)).transpose()
    }

    fn value_field(&self) -> &'a str {
        self.ledger.value.as_ref().map_or("", |value| value.field.as_str())
    }

    fn worth(&self, row: &Balance, quantity: Decimal, entry: &Entry) -> Result<Option<Valued>, PostError> {
        let line = entry.line;
        let refuse = |refusal: Refusal| match refusal {
            Refusal::OutOfRange => PostError::too_large(line, self.value_field()),
            Refusal::AmountNegative(amount) => PostError::AmountNegative { line, amount },
            Refusal::ValueNegative(amount) => PostError::ValueNegative { line, amount, on_hand: row.amount },
        };
        if !quantity.is_zero() {
            return valuation::value(row, quantity, entry.amount, entry.fallback, self.scales)
                .map(Some)
                .map_err(refuse);
        }
        let amount = exact::settle(entry.amount.unwrap_or_default(), self.scales.amount)
            .map_err(|_| PostError::too_large(line, self.value_field()))?;
        let correction =
            if amount.is_zero() { None } else { valuation::revalue(row, amount, self.scales).map_err(refuse)? };
        Ok(Some(Valued { amount, correction, uncosted: false }))
    }

    /// Applies a move, and the difference of value after it, to every grain: wholly or, on an error, not at all.
    fn record(&mut self, what: Recording<'_>) -> Result<(), PostError> {
        let Recording { line, dimensions, quantity, amount, correction, reverses, carried } = what;
        let quantity = exact::settle(quantity, self.scales.quantity)
            .map_err(|_| PostError::too_large(line, &self.ledger.measure))?;
        let amount = amount
            .map(|amount| exact::settle(amount, self.scales.amount))
            .transpose()
            .map_err(|_| PostError::too_large(line, self.value_field()))?;
        let finest = key_at(self.ledger, Grain::Dimensions, dimensions);
        let value_key = key_at(self.ledger, Grain::Value, dimensions);
        let mut rows = Vec::new();
        for key in keys_of(self.ledger, dimensions) {
            let mut row = self.row(&key)?;
            let remembered = row.remembered_cost();
            row.quantity = exact::sum(row.quantity, quantity, self.scales.quantity)
                .map_err(|_| PostError::too_large(line, &self.ledger.measure))?;
            if value_key.as_ref() == Some(&key) {
                if quantity < Decimal::ZERO {
                    row.last_unit_cost = remembered;
                }
                row.amount = exact::sum(row.amount, amount.unwrap_or_default(), self.scales.amount)
                    .map_err(|_| PostError::too_large(line, self.value_field()))?;
            }
            rows.push((key, row));
        }
        let find =
            |key: &Option<BalanceKey>| rows.iter().find(|(one, _)| Some(one) == key.as_ref()).map(|(_, row)| *row);
        let dimensions: Values = self
            .ledger
            .dimensions
            .iter()
            .map(|name| (name.clone(), dimensions.get(name).cloned().unwrap_or_default()))
            .collect();
        let first = Move {
            line,
            dimensions,
            quantity,
            amount,
            quantity_after: find(&finest).unwrap_or_default().quantity,
            amount_after: find(&value_key).map(|row| row.amount),
            carried,
            value_only: quantity.is_zero(),
            reverses,
        };
        let second = match (correction, &value_key) {
            (Some(correction), Some(key)) => {
                let amount = exact::sum(first.amount_after.unwrap_or_default(), correction, self.scales.amount)
                    .map_err(|_| PostError::too_large(line, self.value_field()))?;
                for (_, row) in rows.iter_mut().filter(|(one, _)| one == key) {
                    row.amount = amount;
                }
                Some(value_only(&first, correction, amount, self.scales))
            }
            _ => None,
        };
        for (key, row) in rows {
            let touch = self.touched.entry(key.clone()).or_default();
            touch.moved += quantity;
            *touch.lines.entry(line).or_default() |= quantity < Decimal::ZERO;
            self.current.insert(key, row);
        }
        self.moves.push(first);
        self.moves.extend(second);
        Ok(())
    }

    /// Exact negations may leave value on nothing, which leaves too, or a value on the wrong side of 0, which is refused.
    fn settle_reversals(&mut self) {
        let last: BTreeMap<BalanceKey, usize> = self
            .moves
            .iter()
            .enumerate()
            .filter(|(_, made)| made.reverses.is_some())
            .filter_map(|(index, made)| Some((key_at(self.ledger, Grain::Value, &made.dimensions)?, index)))
            .collect();
        for (key, index) in last {
            let Some(row) = self.current.get_mut(&key) else { continue };
            if row.quantity.is_zero() && !row.amount.is_zero() {
                let mut left =
                    value_only(&self.moves[index], -row.amount, Decimal::new(0, self.scales.amount), self.scales);
                row.amount = Decimal::new(0, self.scales.amount);
                // The stamp is the balance now, not when the move it follows was made.
                if let Some(finest) = key_at(self.ledger, Grain::Dimensions, &left.dimensions) {
                    left.quantity_after = self.current.get(&finest).copied().unwrap_or_default().quantity;
                }
                self.moves.push(left);
            } else if valuation::is_opposite(row.amount, row.quantity) {
                self.shortcomings.push(Shortcoming::ValueNegative { key });
            }
        }
    }
}

struct Recording<'e> {
    line: i64,
    dimensions: &'e Values,
    quantity: Decimal,
    amount: Option<Decimal>,
    correction: Option<Decimal>,
    reverses: Option<i64>,
    carried: Values,
}

/// The value-only move that follows `made`.
fn value_only(made: &Move, amount: Decimal, amount_after: Decimal, scales: Scales) -> Move {
    Move {
        quantity: Decimal::new(0, scales.quantity),
        amount: Some(amount),
        amount_after: Some(amount_after),
        value_only: true,
        ..made.clone()
    }
}

/// A post that waits for its checks to be answered. Only [`Pending::judge`] hands out what to store.
#[derive(Debug, Clone)]
pub struct Pending {
    checks: Vec<CheckToRun>,
    codes: Vec<String>,
    shortcomings: Vec<Violation>,
    posted: Posted,
}

/// What to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// In the order in which to write them.
    pub moves: Vec<Move>,
    /// The balances that changed, as they are now.
    pub balances: BTreeMap<BalanceKey, Balance>,
    /// Holds newly taken.
    pub held: Vec<Held>,
}

impl Pending {
    #[must_use]
    pub fn checks(&self) -> &[CheckToRun] {
        &self.checks
    }

    /// Hands out the moves and balances, when the checks allow. `verdicts` are in the order of [`Pending::checks`]; one that is missing
    /// counts as broken.
    ///
    /// # Errors
    /// Every violation.
    pub fn judge(self, verdicts: &[Verdict]) -> Result<Posted, Vec<Violation>> {
        let found = check::violations(&self.codes, &self.checks, verdicts, self.shortcomings);
        if found.is_empty() { Ok(self.posted) } else { Err(found) }
    }
}
