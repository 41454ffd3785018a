//! What one balance says.

use crate::base::value::{Value, Values};
use crate::definition::ledger::Ledger;
use rust_decimal::Decimal;

/// Decimal places of a unit cost that is remembered: with six places of quantity, a product still has every digit.
const UNIT_COST_PLACES: u32 = 9;

/// The decimal places of the fields that a ledger counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scales {
    /// Of the measure and the reserved quantity.
    pub quantity: u32,
    /// Of the value field; of no account where the ledger has none.
    pub amount: u32,
}

/// One row of balances. Each figure is kept at its grain's rows only and is 0 elsewhere: `reserved` at the hold grain, `amount` and
/// `last_unit_cost` at the value grain; `quantity` everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    pub quantity: Decimal,
    pub reserved: Decimal,
    pub amount: Decimal,
    /// The average when something was last taken out, for issues below zero. Where it is not stored, none will do while
    /// there is a quantity; else [`super::verify::rebuild`] gives it again.
    pub last_unit_cost: Option<Decimal>,
}

impl Balance {
    /// `quantity − reserved`.
    #[must_use]
    pub fn available(&self) -> Decimal {
        self.quantity.saturating_sub(self.reserved)
    }

    /// Amount per unit, unrounded: none without a quantity on hand, or with a value below nothing.
    #[must_use]
    pub fn average(&self) -> Option<Decimal> {
        let on_hand = self.quantity > Decimal::ZERO && self.amount >= Decimal::ZERO;
        on_hand.then(|| self.amount.checked_div(self.quantity)).flatten()
    }

    /// The average as it is remembered when a quantity leaves; what was remembered before, where there is no average.
    pub(super) fn remembered_cost(&self) -> Option<Decimal> {
        let average = self.average().map(|cost| {
            cost.round_dp_with_strategy(UNIT_COST_PLACES, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        });
        average.or(self.last_unit_cost)
    }
}

/// What an expression sees as `balance`, with the earlier lines of the post counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceView {
    /// At the finest grain; at the hold grain for a hold that names no finer dimensions.
    pub quantity: Decimal,
    /// At the hold grain; 0 where the ledger keeps none.
    pub reserved: Decimal,
    /// Quantity − reserved at the hold grain; the quantity where the ledger keeps none.
    pub available: Decimal,
    /// At the value grain; none where the ledger keeps none, or for a hold at a grain without a value.
    pub amount: Option<Decimal>,
    /// The average at the value grain, unrounded; none without a quantity on hand.
    pub unit_cost: Option<Decimal>,
}

impl BalanceView {
    /// By the names that expressions use: the measure, the hold's and the value's field, and `available` and `unit_cost` where no
    /// field takes those names.
    #[must_use]
    pub fn bindings(&self, ledger: &Ledger) -> Values {
        let mut values = Values::new();
        values.insert("available".into(), self.available.into());
        if let Some(value) = &ledger.value {
            values.insert("unit_cost".into(), self.unit_cost.map_or(Value::Unset, Value::Decimal));
            values.insert(value.field.clone(), self.amount.map_or(Value::Unset, Value::Decimal));
        }
        if let Some(hold) = &ledger.hold {
            values.insert(hold.field.clone(), self.reserved.into());
        }
        values.insert(ledger.measure.clone(), self.quantity.into());
        values
    }
}
