//! Exact numbers: scaled 64-bit integers in the database, `Decimal` in between. Never a float.

use rust_decimal::{Decimal, RoundingStrategy};

/// The largest scaled magnitude that is stored: 10^15, so that sums of thousands of them still fit 64 bits.
pub const SCALED_LIMIT: i64 = 1_000_000_000_000_000;

/// Why a number cannot be stored at a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleError {
    /// It has more decimal places than the field keeps.
    TooPrecise,
    /// Its scaled magnitude passes [`SCALED_LIMIT`].
    TooLarge,
}

/// `number × 10^scale` as a whole number; refuses to round.
///
/// # Errors
/// [`ScaleError`] when digits would be lost or the magnitude is too large.
pub fn to_scaled(number: Decimal, scale: u32) -> Result<i64, ScaleError> {
    let number = number.normalize();
    if number.scale() > scale {
        return Err(ScaleError::TooPrecise);
    }
    let factor = Decimal::from(10_i64.pow(scale.min(15)));
    let scaled = number.checked_mul(factor).ok_or(ScaleError::TooLarge)?;
    let scaled = i64::try_from(scaled).map_err(|_| ScaleError::TooLarge)?;
    if scaled.abs() > SCALED_LIMIT { Err(ScaleError::TooLarge) } else { Ok(scaled) }
}

/// The number that a scaled integer stands for, with exactly `scale` places.
#[must_use]
pub fn from_scaled(scaled: i64, scale: u32) -> Decimal {
    Decimal::new(scaled, scale)
}

/// Rounds half away from zero (四舍五入) to `scale` places: the one rounding used when a product is stored.
#[must_use]
pub fn round_half_up(number: Decimal, scale: u32) -> Decimal {
    let mut rounded = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(scale);
    rounded
}

/// Reads a plain decimal number (`-12.50`); no exponent, no thousands separator.
#[must_use]
pub fn parse(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().any(|b| b.is_ascii_digit());
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}

/// The shortest plain form: `12.5`, not `12.500000`.
#[must_use]
pub fn to_plain(number: Decimal) -> String {
    number.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_keeps_every_digit_or_refuses() {
        let number = parse("12.345").unwrap();
        assert_eq!(to_scaled(number, 6), Ok(12_345_000));
        assert_eq!(to_scaled(number, 2), Err(ScaleError::TooPrecise));
        assert_eq!(to_scaled(parse("9999999999999.99").unwrap(), 6), Err(ScaleError::TooLarge));
        assert_eq!(from_scaled(12_345_000, 6).to_string(), "12.345000");
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(round_half_up(parse("2.345").unwrap(), 2).to_string(), "2.35");
        assert_eq!(round_half_up(parse("-2.345").unwrap(), 2).to_string(), "-2.35");
        assert_eq!(round_half_up(parse("2").unwrap(), 2).to_string(), "2.00");
    }

    #[test]
    fn only_plain_numbers_parse() {
        for bad in ["", "-", ".", "1e3", "1,000", "0x1", " 1", "1.2.3"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
