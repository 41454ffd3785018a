//! The checks of a definition after a post: which to run on which balance with what bound, and what the answers mean.

use super::balance::Balance;
use super::keys::BalanceKey;
use super::post::{Posting, Touch};
use crate::base::value::Values;
use rust_decimal::Decimal;
use std::iter;

/// No cost is known for what moves: give an amount, or a fallback cost.
pub const NO_COST: &str = "no_cost";
/// What stays would be worth less than nothing.
pub const VALUE_NEGATIVE: &str = "ledger_value_negative";

/// One check on one balance that the post touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckToRun {
    /// Index in the definition's checks.
    pub check: usize,
    pub key: BalanceKey,
    /// The dimensions of the check's grain by name: what `unless` and the message speak of.
    pub dimensions: Values,
    /// What `rule` may name: the dimensions, the measure, and the hold's and value's field where the balance keeps them.
    pub bindings: Values,
    /// What the post takes out or reserves at this balance, net; 0 where it only brings in.
    pub need: Decimal,
    /// Quantity − reserved before the post, the document's own holds given back.
    pub available: Decimal,
    /// The lines that take from the balance; all that touch it where none does.
    pub lines: Vec<i64>,
}

/// The answer to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// `rule` is true.
    Met,
    /// `rule` is false, but `unless` is true.
    Excused,
    /// `rule` is false, and `unless` is false or not there.
    Broken,
}

impl Verdict {
    /// `unless` is only asked where the rule is false.
    #[must_use]
    pub const fn of(rule: bool, unless: bool) -> Self {
        match (rule, unless) {
            (true, _) => Self::Met,
            (false, true) => Self::Excused,
            (false, false) => Self::Broken,
        }
    }
}

/// Why a post may not be: one for each balance that is short, not for each line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The check's own code, [`NO_COST`] or [`VALUE_NEGATIVE`].
    pub code: String,
    /// Index in the definition's checks; none for the ledger's own rules.
    pub check: Option<usize>,
    pub dimensions: Values,
    pub need: Decimal,
    pub available: Decimal,
    pub lines: Vec<i64>,
}

/// What the ledger's own rules find at the end.
#[derive(Debug, Clone)]
pub(super) enum Shortcoming {
    NoCost { line: i64, key: BalanceKey, quantity: Decimal },
    ValueNegative { key: BalanceKey },
}

impl Shortcoming {
    pub(super) fn violation(&self, posting: &Posting<'_>) -> Violation {
        let (code, key) = match self {
            Self::NoCost { key, .. } => (NO_COST, key),
            Self::ValueNegative { key } => (VALUE_NEGATIVE, key),
        };
        let touch = posting.touched.get(key).cloned().unwrap_or_default();
        let (need, lines) = match self {
            Self::NoCost { line, quantity, .. } => (quantity.abs(), vec![*line]),
            Self::ValueNegative { .. } => (need(&touch), contributors(&touch)),
        };
        Violation {
            code: code.to_owned(),
            check: None,
            dimensions: key.named(posting.ledger),
            need,
            available: available_before(posting, key),
            lines,
        }
    }
}

/// Every check on each touched balance of its grain, in the definition's order, then the keys'.
pub(super) fn checks_to_run(posting: &Posting<'_>) -> Vec<CheckToRun> {
    let mut found = Vec::new();
    for (index, check) in posting.ledger.checks.iter().enumerate() {
        if posting.ledger.dimensions_of(check.at).is_none() {
            continue;
        }
        let kept = posting.ledger.kept_as(check.at);
        for (key, touch) in posting.touched.iter().filter(|(key, _)| key.grain == kept) {
            let dimensions = key.named(posting.ledger);
            let row = posting.current.get(key).copied().unwrap_or_default();
            found.push(CheckToRun {
                check: index,
                key: key.clone(),
                bindings: bindings(posting, key, &row, &dimensions),
                dimensions,
                need: need(touch),
                available: available_before(posting, key),
                lines: contributors(touch),
            });
        }
    }
    found
}

/// What the answers forbid, then what the ledger's own rules forbid on lines that no check has named yet: a line that is short need not be
/// told that its cost is unknown too.
pub(super) fn violations(
    codes: &[String],
    checks: &[CheckToRun],
    verdicts: &[Verdict],
    shortcomings: Vec<Violation>,
) -> Vec<Violation> {
    let answered = verdicts.iter().copied().chain(iter::repeat(Verdict::Broken));
    let mut found: Vec<Violation> = checks
        .iter()
        .zip(answered)
        .filter(|(_, verdict)| *verdict == Verdict::Broken)
        .map(|(check, _)| Violation {
            code: codes.get(check.check).cloned().unwrap_or_default(),
            check: Some(check.check),
            dimensions: check.dimensions.clone(),
            need: check.need,
            available: check.available,
            lines: check.lines.clone(),
        })
        .collect();
    let named: Vec<i64> = found.iter().flat_map(|violation| violation.lines.iter().copied()).collect();
    found.extend(shortcomings.into_iter().filter(|own| !own.lines.iter().all(|line| named.contains(line))));
    found
}

fn bindings(posting: &Posting<'_>, key: &BalanceKey, row: &Balance, dimensions: &Values) -> Values {
    let ledger = posting.ledger;
    let mut values = dimensions.clone();
    values.insert(ledger.measure.clone(), row.quantity.into());
    if let Some(hold) = &ledger.hold
        && ledger.kept_as(crate::definition::ledger::Grain::Hold) == key.grain
    {
        values.insert(hold.field.clone(), row.reserved.into());
    }
    if let Some(value) = &ledger.value
        && ledger.kept_as(crate::definition::ledger::Grain::Value) == key.grain
    {
        values.insert(value.field.clone(), row.amount.into());
    }
    values
}

fn need(touch: &Touch) -> Decimal {
    (-touch.moved).max(Decimal::ZERO) + touch.reserved
}

fn available_before(posting: &Posting<'_>, key: &BalanceKey) -> Decimal {
    let row = posting.given.get(key).copied().unwrap_or_default();
    let released = posting.released.get(key).copied().unwrap_or_default();
    row.quantity - row.reserved + released
}

fn contributors(touch: &Touch) -> Vec<i64> {
    let taking: Vec<i64> = touch.lines.iter().filter(|(_, takes)| **takes).map(|(line, _)| *line).collect();
    if taking.is_empty() { touch.lines.keys().copied().collect() } else { taking }
}
