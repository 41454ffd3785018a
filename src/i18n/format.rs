//! Numbers, dates and ages as a reader sees them.

use super::{Arg, Locale, Texts};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Groups the digits of a decimal written as text: `-1234.50` becomes `−1,234.50`. Anything else is left as it is.
pub fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest),
        None => ("", number),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return number.to_owned();
    }
    let mut out = String::with_capacity(number.len() + whole.len() / 3 + 2);
    out.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A quantity: trailing zeros of the fraction dropped, digits grouped: `1200.500000` becomes `1,200.5`.
pub fn quantity(number: &str) -> String {
    grouped(trimmed(number))
}

/// A decimal without the trailing zeros of its fraction, as an input shows it.
pub fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// How long ago, from milliseconds: `刚刚`, `5 分钟前`, `3 小时前`, `2 天前`. A future time is `刚刚`.
pub fn ago(texts: Texts, milliseconds: i64) -> String {
    match milliseconds {
        ..MINUTE => texts.get("ago-now"),
        MINUTE..HOUR => spoken(texts, "ago-minutes", milliseconds / MINUTE),
        HOUR..DAY => spoken(texts, "ago-hours", milliseconds / HOUR),
        DAY.. => spoken(texts, "ago-days", milliseconds / DAY),
    }
}

/// How long something has been waiting, from milliseconds: `不到 1 分钟`, `2 小时`, `3 天`.
pub fn lasting(texts: Texts, milliseconds: i64) -> String {
    match milliseconds {
        ..MINUTE => texts.get("lasting-moment"),
        MINUTE..HOUR => spoken(texts, "lasting-minutes", milliseconds / MINUTE),
        // Up to three days in hours, because that is how overdue is counted.
        HOUR..259_200_000 => spoken(texts, "lasting-hours", milliseconds / HOUR),
        _ => spoken(texts, "lasting-days", milliseconds / DAY),
    }
}

fn spoken(texts: Texts, key: &str, count: i64) -> String {
    texts.with(key, &[("count", Arg::Number(count))])
}

/// `YYYY-MM-DD`, the same in every language.
pub fn date(year: i16, month: i8, day: i8) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// `HH:MM`.
pub fn clock(hour: i8, minute: i8) -> String {
    format!("{hour:02}:{minute:02}")
}

/// A day in words: `11 月 20 日 周五`, `Fri 20 Nov`. `weekday` is 1 for Monday to 7 for Sunday.
pub fn day_in_words(texts: Texts, month: i8, day: i8, weekday: i8) -> String {
    let month_name = texts.get(&format!("month-{month}"));
    let weekday_name = texts.get(&format!("weekday-{weekday}"));
    texts.with(
        "day-in-words",
        &[
            ("month", Arg::Text(&month_name)),
            ("day", Arg::Number(i64::from(day))),
            ("weekday", Arg::Text(&weekday_name)),
        ],
    )
}

/// The greeting for an hour of the day, 0 to 23.
pub fn greeting(texts: Texts, hour: i8, name: &str) -> String {
    let key = match hour {
        5..=11 => "greeting-morning",
        12..=17 => "greeting-afternoon",
        _ => "greeting-evening",
    };
    texts.with(key, &[("name", Arg::Text(name))])
}

/// Puts items into one sentence: `、` in Chinese, commas in English.
pub fn listed<S: AsRef<str>>(texts: Texts, items: &[S]) -> String {
    let separator = match texts.locale() {
        Locale::ZhCn => "、",
        Locale::En => ", ",
    };
    items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZH: Texts = Texts(Locale::ZhCn);
    const EN: Texts = Texts(Locale::En);

    #[test]
    fn digits_are_grouped() {
        for (from, to) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567.50", "1,234,567.50"),
            ("-61718.00", "−61,718.00"),
            ("abc", "abc"),
            ("1.", "1."),
            ("", ""),
        ] {
            assert_eq!(grouped(from), to);
        }
        assert_eq!(quantity("1200.500000"), "1,200.5");
        assert_eq!(quantity("1200.000000"), "1,200");
        assert_eq!(quantity("1200"), "1,200");
    }

    #[test]
    fn ages_are_spoken() {
        assert_eq!(ago(ZH, -1), "刚刚");
        assert_eq!(ago(ZH, 5 * MINUTE), "5 分钟前");
        assert_eq!(ago(ZH, 2 * DAY), "2 天前");
        assert_eq!(ago(EN, HOUR), "1 hour ago");
        assert_eq!(ago(EN, 3 * HOUR), "3 hours ago");
        assert_eq!(lasting(ZH, 26 * HOUR), "26 小时");
        assert_eq!(lasting(EN, 4 * DAY), "4 days");
    }

    #[test]
    fn days_and_greetings_are_spoken() {
        assert_eq!(day_in_words(ZH, 11, 20, 5), "11 月 20 日 周五");
        assert_eq!(day_in_words(EN, 11, 20, 5), "Fri 20 Nov");
        assert_eq!(greeting(ZH, 9, "李敏"), "上午好，李敏");
        assert_eq!(date(2026, 1, 5), "2026-01-05");
        assert_eq!(clock(9, 5), "09:05");
        assert_eq!(listed(ZH, &["a", "b"]), "a、b");
    }
}
