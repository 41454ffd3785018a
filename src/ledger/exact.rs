//! Sums and shares at a field's scale: no digit is lost unsaid, and what passes the storable range is an error, never a wrap.

use crate::base::decimal::{ScaleError, from_scaled, round_half_up, to_scaled};
use rust_decimal::Decimal;

/// The result cannot be stored at its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

impl From<ScaleError> for OutOfRange {
    fn from(_: ScaleError) -> Self {
        Self
    }
}

/// The number as its field stores it: rounded half up to the scale.
pub fn settle(number: Decimal, scale: u32) -> Result<Decimal, OutOfRange> {
    Ok(from_scaled(to_scaled(round_half_up(number, scale), scale)?, scale))
}

/// `one + other`, both at `scale`.
pub fn sum(one: Decimal, other: Decimal, scale: u32) -> Result<Decimal, OutOfRange> {
    let total = one.checked_add(other).ok_or(OutOfRange)?;
    Ok(from_scaled(to_scaled(total, scale)?, scale))
}

/// `unit × quantity`, rounded half up once to `scale`.
pub fn product(unit: Decimal, quantity: Decimal, scale: u32) -> Result<Decimal, OutOfRange> {
    settle(unit.checked_mul(quantity).ok_or(OutOfRange)?, scale)
}

/// `amount × part / whole`, rounded half up once to the amount's scale. Whole numbers of 128 bits keep every digit on the way,
/// which a `Decimal` product would not. Nothing of nothing is nothing.
pub fn share(
    amount: Decimal,
    amount_scale: u32,
    part: Decimal,
    whole: Decimal,
    quantity_scale: u32,
) -> Result<Decimal, OutOfRange> {
    let amount = i128::from(to_scaled(amount, amount_scale)?);
    let part = i128::from(to_scaled(part, quantity_scale)?);
    let whole = i128::from(to_scaled(whole, quantity_scale)?);
    if whole == 0 {
        return Ok(from_scaled(0, amount_scale));
    }
    let product = amount * part;
    let magnitude = (2 * product.abs() + whole.abs()) / (2 * whole.abs());
    let signed = if (product < 0) == (whole < 0) { magnitude } else { -magnitude };
    let scaled = i64::try_from(signed).map_err(|_| OutOfRange)?;
    Ok(from_scaled(to_scaled(Decimal::new(scaled, amount_scale), amount_scale)?, amount_scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::decimal::parse;

    fn number(text: &str) -> Decimal {
        parse(text).unwrap()
    }

    #[test]
    fn a_share_rounds_once_and_half_away_from_zero() {
        let check = |amount: &str, part: &str, whole: &str, expected: &str| {
            let got = share(number(amount), 2, number(part), number(whole), 6).unwrap();
            assert_eq!(got.to_string(), expected, "{amount} × {part} / {whole}");
        };
        check("1307.67", "41", "123", "435.89");
        check("0.01", "1", "2", "0.01");
        check("-0.01", "1", "2", "-0.01");
        check("-0.01", "-1", "2", "0.01");
        check("-10", "4", "-8", "5.00");
        check("9999999999999.99", "999999999.999999", "1000000000", "9999999999999.98");
        check("5", "1", "0", "0.00");
    }

    #[test]
    fn what_cannot_be_stored_is_an_error() {
        let most = number("10000000000000.00");
        assert_eq!(sum(most, number("0.01"), 2), Err(OutOfRange));
        assert_eq!(sum(most, number("-0.01"), 2).unwrap().to_string(), "9999999999999.99");
        assert_eq!(share(most, 2, number("2"), number("1"), 6), Err(OutOfRange));
        assert_eq!(product(Decimal::MAX, number("2"), 2), Err(OutOfRange));
        assert_eq!(settle(number("1.005"), 2).unwrap().to_string(), "1.01");
    }
}
