//! 人民币大写: an amount of yuan in the formal characters that are hard to alter.

use crate::base::decimal::round_half_up;
use rust_decimal::{Decimal, prelude::ToPrimitive};

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const TEN_THOUSAND: u64 = 10_000;
const HUNDRED_MILLION: u64 = 100_000_000;
/// Amounts from ten quadrillion on have no customary reading.
const LIMIT: u64 = HUNDRED_MILLION * HUNDRED_MILLION;

/// The amount, rounded to fen, as written on invoices: `壹仟零伍拾元伍角整`. Nothing when it is ten quadrillion or more.
#[must_use]
pub fn rmb_upper(amount: Decimal) -> Option<String> {
    let amount = round_half_up(amount, 2);
    let fen = (amount.abs().checked_mul(Decimal::ONE_HUNDRED)?).to_u128()?;
    let yuan = u64::try_from(fen / 100).ok().filter(|yuan| *yuan < LIMIT)?;
    let [jiao, fen] = [fen / 10 % 10, fen % 10].map(|digit| usize::try_from(digit).unwrap_or(0));
    let mut words = String::new();
    if amount.is_sign_negative() && !amount.is_zero() {
        words.push('负');
    }
    if yuan > 0 {
        words += &whole(yuan);
        words.push('元');
    } else if jiao == 0 && fen == 0 {
        words += "零元";
    }
    if jiao > 0 {
        words += DIGITS[jiao];
        words.push('角');
    } else if yuan > 0 && fen > 0 {
        words.push('零');
    }
    if fen > 0 {
        words += DIGITS[fen];
        words.push('分');
    } else {
        words.push('整');
    }
    Some(words)
}

/// A whole number below 10^16.
fn whole(number: u64) -> String {
    joined(number, HUNDRED_MILLION, "亿", |part| joined(part, TEN_THOUSAND, "万", thousands))
}

/// The part above `unit`, its name, and the part below, with 零 in between where the lower part begins with zeros.
fn joined(number: u64, unit: u64, name: &str, read: impl Fn(u64) -> String) -> String {
    let (high, low) = (number / unit, number % unit);
    let mut words = String::new();
    if high > 0 {
        words += &read(high);
        words += name;
        if low > 0 && low < unit / 10 {
            words += DIGITS[0];
        }
    }
    if low > 0 {
        words += &read(low);
    }
    words
}

/// A number from 1 to 9999.
fn thousands(number: u64) -> String {
    let mut words = String::new();
    let mut skipped = false;
    for (unit, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = usize::try_from(number / unit % 10).unwrap_or(0);
        if digit == 0 {
            skipped = true;
            continue;
        }
        if skipped && !words.is_empty() {
            words += DIGITS[0];
        }
        skipped = false;
        words += DIGITS[digit];
        words += name;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::rmb_upper;
    use crate::base::decimal::parse;

    #[test]
    fn amounts_read_as_on_an_invoice() {
        for (amount, words) in [
            ("0", "零元整"),
            ("0.5", "伍角整"),
            ("0.05", "伍分"),
            ("0.55", "伍角伍分"),
            ("0.004", "零元整"),
            ("-0.004", "零元整"),
            ("1", "壹元整"),
            ("1.05", "壹元零伍分"),
            ("10", "壹拾元整"),
            ("10.50", "壹拾元伍角整"),
            ("101", "壹佰零壹元整"),
            ("110", "壹佰壹拾元整"),
            ("1001", "壹仟零壹元整"),
            ("1010", "壹仟零壹拾元整"),
            ("1050.5", "壹仟零伍拾元伍角整"),
            ("1100", "壹仟壹佰元整"),
            ("10000", "壹万元整"),
            ("10001", "壹万零壹元整"),
            ("10100", "壹万零壹佰元整"),
            ("12345.67", "壹万贰仟叁佰肆拾伍元陆角柒分"),
            ("100010", "壹拾万零壹拾元整"),
            ("203000", "贰拾万叁仟元整"),
            ("10000000", "壹仟万元整"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("110000001", "壹亿壹仟万零壹元整"),
            ("101000000", "壹亿零壹佰万元整"),
            ("1000000000000", "壹万亿元整"),
            ("1234567890123.45", "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分"),
            ("1.005", "壹元零壹分"),
            ("-16.2", "负壹拾陆元贰角整"),
            ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ] {
            assert_eq!(rmb_upper(parse(amount).unwrap()).as_deref(), Some(words), "{amount}");
        }
        assert_eq!(rmb_upper(parse("10000000000000000").unwrap()), None);
    }
}
