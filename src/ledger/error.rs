//! Why a post stops at once. What a check forbids is no error but a violation, so that all of them can be told together.

use super::keys::BalanceKey;
use crate::base::error::Params;
use rust_decimal::Decimal;
use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PostError {
    /// A figure, or the balance it leads to, has more digits than its field can store.
    #[error("line {line}: \"{field}\" becomes too large to be stored; post smaller figures")]
    TooLarge { line: i64, field: String },
    /// A receipt with an amount below zero.
    #[error("line {line}: a quantity that comes in cannot be worth {amount}; give an amount of 0 or more")]
    AmountNegative { line: i64, amount: Decimal },
    /// The amount given exceeds what the balance is worth, while a quantity stays.
    #[error(
        "line {line}: taking {amount} from {on_hand} would leave a quantity worth less than nothing; give a smaller amount"
    )]
    ValueNegative { line: i64, amount: Decimal, on_hand: Decimal },
    /// A hold of less than nothing.
    #[error("line {line}: {quantity} cannot be reserved; give a quantity of 0 or more")]
    HoldNegative { line: i64, quantity: Decimal },
    /// More is released than the balance has reserved: holds and balances disagree.
    #[error("line {line}: {quantity} is to be released, but only {reserved} is reserved; verify the ledger's balances")]
    HoldExceeded { line: i64, quantity: Decimal, reserved: Decimal },
    /// The ledger's definition has no `hold`.
    #[error("the ledger \"{ledger}\" keeps no holds; add \"hold\" to its definition")]
    HoldNotKept { ledger: String },
    /// A balance is touched that was not handed in: it would not be locked either.
    #[error("the balance {key} was not locked for this post")]
    NotLocked { key: BalanceKey },
}

impl PostError {
    pub(super) fn too_large(line: i64, field: &str) -> Self {
        Self::TooLarge { line, field: field.to_owned() }
    }

    /// Stable; also the key of the message.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "ledger_too_large",
            Self::AmountNegative { .. } => "ledger_amount_negative",
            Self::ValueNegative { .. } => "ledger_value_negative",
            Self::HoldNegative { .. } => "ledger_hold_negative",
            Self::HoldExceeded { .. } => "ledger_hold_exceeded",
            Self::HoldNotKept { .. } => "ledger_hold_not_kept",
            Self::NotLocked { .. } => "ledger_not_locked",
        }
    }

    /// The line it happened at, where there is one; 0 is the whole document.
    #[must_use]
    pub const fn line(&self) -> Option<i64> {
        match self {
            Self::TooLarge { line, .. }
            | Self::AmountNegative { line, .. }
            | Self::ValueNegative { line, .. }
            | Self::HoldNegative { line, .. }
            | Self::HoldExceeded { line, .. } => Some(*line),
            Self::HoldNotKept { .. } | Self::NotLocked { .. } => None,
        }
    }

    /// The figures of the message.
    #[must_use]
    pub fn params(&self) -> Params {
        let pairs: Vec<(&str, String)> = match self {
            Self::TooLarge { field, .. } => vec![("field", field.clone())],
            Self::AmountNegative { amount, .. } => vec![("amount", amount.to_string())],
            Self::ValueNegative { amount, on_hand, .. } => {
                vec![("amount", amount.to_string()), ("on_hand", on_hand.to_string())]
            }
            Self::HoldNegative { quantity, .. } => vec![("quantity", quantity.to_string())],
            Self::HoldExceeded { quantity, reserved, .. } => {
                vec![("quantity", quantity.to_string()), ("reserved", reserved.to_string())]
            }
            Self::HoldNotKept { ledger } => vec![("ledger", ledger.clone())],
            Self::NotLocked { key } => vec![("key", key.to_string())],
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
