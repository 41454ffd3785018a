//! What a move is worth: the moving average.
//!
//! A receipt brings the amount given, else its fallback cost. An issue takes its share of the amount on hand, rounded once, and the last
//! piece takes all that is left. Below zero, issues go out at the last average; when a receipt fills the gap at another cost, the
//! difference leaves as a value-only move, so that what stays is worth what was paid for it. Where the quantity is 0 the value is 0.

use super::balance::{Balance, Scales};
use super::exact::{self, OutOfRange};
use rust_decimal::Decimal;

/// The amount of one move, and the value-only move that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Valued {
    /// Signed like the quantity.
    pub amount: Decimal,
    /// Signed; none where nothing is to be put right.
    pub correction: Option<Decimal>,
    /// Neither an amount nor a cost was known; the amount is 0 and the post must be refused.
    pub uncosted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    OutOfRange,
    /// A receipt worth less than nothing.
    AmountNegative(Decimal),
    /// An issue worth more than there is, while a quantity stays.
    ValueNegative(Decimal),
}

impl From<OutOfRange> for Refusal {
    fn from(_: OutOfRange) -> Self {
        Self::OutOfRange
    }
}

/// What posting `quantity` (signed, settled, not 0) to the value grain's `balance` is worth. `given` of an issue may carry either sign.
pub(super) fn value(
    balance: &Balance,
    quantity: Decimal,
    given: Option<Decimal>,
    fallback: Option<Decimal>,
    scales: Scales,
) -> Result<Valued, Refusal> {
    let comes_in = quantity > Decimal::ZERO;
    let magnitude = match given {
        Some(given) => {
            let given = exact::settle(given, scales.amount)?;
            if comes_in && given < Decimal::ZERO {
                return Err(Refusal::AmountNegative(given));
            }
            Some(given.abs())
        }
        None if comes_in => at_cost(fallback.filter(|cost| *cost > Decimal::ZERO), quantity, scales)?,
        None => issue_cost(balance, quantity.abs(), fallback, scales)?,
    };
    let unsigned = magnitude.unwrap_or_default();
    let amount = if comes_in { unsigned } else { -unsigned };
    let raw = exact::sum(balance.amount, amount, scales.amount)?;
    let after = settled_amount(balance, quantity, amount, scales)?;
    let remaining = exact::sum(balance.quantity, quantity, scales.quantity)?;
    if remaining > Decimal::ZERO && after < Decimal::ZERO && !comes_in {
        return Err(Refusal::ValueNegative(amount.abs()));
    }
    Ok(Valued { amount, correction: difference(after, raw, scales)?, uncosted: magnitude.is_none() })
}

/// What moving only `amount` (signed, settled, not 0) leads to: the value-only move that must follow, if any.
pub(super) fn revalue(balance: &Balance, amount: Decimal, scales: Scales) -> Result<Option<Decimal>, Refusal> {
    let after = exact::sum(balance.amount, amount, scales.amount)?;
    if balance.quantity.is_zero() {
        return Ok(nonzero(-after));
    }
    let moves_away = is_opposite(after, balance.quantity) && is_opposite(amount, balance.quantity);
    if moves_away { Err(Refusal::ValueNegative(amount.abs())) } else { Ok(None) }
}

/// Whether two figures lie on different sides of 0.
pub(super) fn is_opposite(one: Decimal, other: Decimal) -> bool {
    !one.is_zero() && !other.is_zero() && one.is_sign_negative() != other.is_sign_negative()
}

/// What an issue of `quantity` (positive) takes, or none where no cost is known.
fn issue_cost(
    balance: &Balance,
    quantity: Decimal,
    fallback: Option<Decimal>,
    scales: Scales,
) -> Result<Option<Decimal>, OutOfRange> {
    if balance.average().is_some() {
        return share_of(balance, quantity, scales).map(Some);
    }
    if let Some(cost) = balance.last_unit_cost {
        return at_cost(Some(cost), quantity, scales);
    }
    if balance.quantity < Decimal::ZERO && balance.amount < Decimal::ZERO {
        return share_of(balance, quantity, scales).map(|amount| Some(amount.abs()));
    }
    at_cost(fallback.filter(|cost| *cost > Decimal::ZERO), quantity, scales)
}

fn at_cost(cost: Option<Decimal>, quantity: Decimal, scales: Scales) -> Result<Option<Decimal>, OutOfRange> {
    cost.map(|cost| exact::product(cost, quantity, scales.amount)).transpose()
}

/// `balance.amount × quantity / balance.quantity`.
fn share_of(balance: &Balance, quantity: Decimal, scales: Scales) -> Result<Decimal, OutOfRange> {
    exact::share(balance.amount, scales.amount, quantity, balance.quantity, scales.quantity)
}

/// What the balance is worth after the move, once differences have left.
fn settled_amount(
    balance: &Balance,
    quantity: Decimal,
    amount: Decimal,
    scales: Scales,
) -> Result<Decimal, OutOfRange> {
    let remaining = exact::sum(balance.quantity, quantity, scales.quantity)?;
    if remaining.is_zero() {
        return exact::settle(Decimal::ZERO, scales.amount);
    }
    if is_opposite(remaining, balance.quantity) {
        // The move crosses zero: all that stays comes from the move, at the move's own cost.
        let used_up = exact::share(amount, scales.amount, balance.quantity.abs(), quantity.abs(), scales.quantity)?;
        return exact::sum(amount, -used_up, scales.amount);
    }
    if balance.quantity < Decimal::ZERO && quantity > Decimal::ZERO {
        // Part of the gap is filled: what stays open keeps the cost at which it went out.
        let filled = share_of(balance, quantity, scales)?;
        return exact::sum(balance.amount, filled, scales.amount);
    }
    exact::sum(balance.amount, amount, scales.amount)
}

fn difference(wanted: Decimal, raw: Decimal, scales: Scales) -> Result<Option<Decimal>, OutOfRange> {
    Ok(nonzero(exact::sum(wanted, -raw, scales.amount)?))
}

fn nonzero(number: Decimal) -> Option<Decimal> {
    (!number.is_zero()).then_some(number)
}
