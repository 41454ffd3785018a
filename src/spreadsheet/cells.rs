//! A cell as the value of a field: what people write in spreadsheets, and the same the other way round.

use crate::{
    base::{error::FieldError, time::Timestamp, value::Value},
    definition::field::{Field, Kind},
    document::{Cell, Kind as Holds, serial},
};
use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// How a date of three numbers is read where it does not say itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    #[default]
    Ymd,
    Mdy,
    Dmy,
}

/// Reads a cell that is no link and no person. A blank one is unset.
///
/// # Errors
/// What is wrong with it, at the field itself.
pub fn read(field: &Field, cell: &Cell, order: DateOrder, zone: &TimeZone) -> Result<Value, FieldError> {
    let text = halved(&cell.text);
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Unset);
    }
    if cell.kind == Holds::Error {
        return Err(FieldError::new("", "cell_error").with("value", text));
    }
    let wrong = |expected: &str| FieldError::new("", "type").with("expected", expected);
    match field.kind {
        Kind::Boolean => truth(text).map(Value::Bool).ok_or_else(|| wrong("boolean")),
        Kind::Date => {
            let numbered = matches!(cell.kind, Holds::Number | Holds::Text);
            let day = day(text, order).or_else(|| serial_moment(text, numbered).map(|moment| moment.date()));
            day.map(Value::Date).ok_or_else(|| wrong("date"))
        }
        Kind::Time => {
            let fraction = text.parse::<f64>().ok().filter(|number| (0.0..1.0).contains(number));
            match fraction.and_then(serial::read) {
                Some(serial::Moment::Time(time)) => Ok(Value::Time(time)),
                _ => field.read_text(text),
            }
        }
        Kind::DateTime => {
            if let Some(moment) = Timestamp::parse_rfc3339(text) {
                return Ok(Value::Instant(moment));
            }
            let moment = moment(text, order).or_else(|| serial_moment(text, cell.kind == Holds::Number));
            let instant = moment.and_then(|moment| moment.to_zoned(zone.clone()).ok());
            instant
                .map(|zoned| Value::Instant(Timestamp(zoned.timestamp().as_millisecond())))
                .ok_or_else(|| wrong("datetime"))
        }
        Kind::Integer | Kind::Decimal | Kind::Money | Kind::Percent | Kind::Rating => {
            field.read_text(&number(without_unit(text, field)))
        }
        Kind::Choice | Kind::Choices => field.read_text(&cell.text).or_else(|_| field.read_text(text)),
        _ => field.read_text(&cell.text),
    }
}

/// The value in a cell of a file that leaves; links and people are shown further out.
#[must_use]
pub fn write(field: &Field, value: &Value, zone: &TimeZone) -> Cell {
    match value {
        Value::Unset => Cell::default(),
        Value::Integer(_) | Value::Decimal(_)
            if matches!(field.kind, Kind::Integer | Kind::Decimal | Kind::Money | Kind::Percent | Kind::Rating) =>
        {
            let plain = value.as_decimal().map(crate::base::decimal::to_plain).unwrap_or_default();
            Cell::new(Holds::Number, plain)
        }
        Value::Date(day) => Cell::new(Holds::Date, day.to_string()),
        Value::Time(time) => Cell::new(Holds::Time, serial::time_text(*time)),
        Value::Instant(moment) => {
            let local = zone.to_datetime(moment.to_jiff());
            let back = local.to_zoned(zone.clone()).map(|zoned| zoned.timestamp().as_millisecond());
            // An hour that a change of the clocks repeats is named by its offset.
            if back.is_ok_and(|back| back == moment.0) {
                Cell::new(Holds::DateTime, serial::datetime_text(local))
            } else {
                Cell::new(Holds::Text, moment.to_rfc3339())
            }
        }
        other => Cell::new(Holds::Text, field.text(other)),
    }
}

/// Full-width digits, signs and letters as the narrow ones.
#[must_use]
pub fn halved(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// The number that a text is, whatever stands around it: signs of currencies, separators, full width.
#[must_use]
pub fn plain_number(text: &str) -> Option<rust_decimal::Decimal> {
    let text = number(halved(text).trim());
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
    crate::base::decimal::parse(&digits)
}

/// The day, and the time where there is one, that a text says by itself: with separators, not as a bare number.
#[must_use]
pub fn written_day(text: &str) -> Option<DateTime> {
    let text = halved(text);
    if text.contains(['-', '/', '.', '年']) { moment(&text, DateOrder::Ymd) } else { None }
}

/// A number without the field's own unit behind it.
fn without_unit<'t>(text: &'t str, field: &Field) -> &'t str {
    let bare = field.unit.as_deref().and_then(|unit| text.strip_suffix(unit));
    bare.map(str::trim_end).filter(|bare| bare.ends_with(|last: char| last.is_ascii_digit())).unwrap_or(text)
}

/// A number without what stands around it: signs of currencies, a percent sign.
fn number(text: &str) -> String {
    let around = |c: char| c.is_whitespace() || "￥¥$€£%元".contains(c);
    let (negative, text) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => (true, inside),
        None => (false, text),
    };
    let plain = text.trim_matches(around);
    // An integer column may hold 3.0.
    let plain = match plain.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => whole,
        _ => plain,
    };
    if negative { format!("-{plain}") } else { plain.to_owned() }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "√" | "✓" | "✔" | "对" | "有" | "真" | "true" | "yes" | "y" | "1" | "on" => Some(true),
        "否" | "×" | "✗" | "✘" | "x" | "错" | "无" | "假" | "false" | "no" | "n" | "0" | "off" => Some(false),
        _ => None,
    }
}

/// A serial number as a moment, if `numbered` says that it may be one: after 1927, so that a quantity is not taken for a day.
fn serial_moment(text: &str, numbered: bool) -> Option<DateTime> {
    let number = text.parse::<f64>().ok().filter(|number| numbered && (10_000.0..100_000.0).contains(number))?;
    match serial::read(number)? {
        serial::Moment::Date(day) => Some(day.to_datetime(Time::midnight())),
        serial::Moment::DateTime(moment) => Some(moment),
        serial::Moment::Time(_) => None,
    }
}

/// `2026年3月5日`, `2026/3/5`, `20260305`, `5.3.2026`; a time behind it is left out.
fn day(text: &str, order: DateOrder) -> Option<Date> {
    moment(text, order).map(|moment| moment.date())
}

fn moment(text: &str, order: DateOrder) -> Option<DateTime> {
    let text = text.trim();
    // The day, then the time behind a space, a T or the Chinese word for day.
    let end = text
        .char_indices()
        .find(|(_, c)| matches!(c, '日' | '号' | 'T'))
        .map(|(place, c)| (place, place + c.len_utf8()))
        .or_else(|| {
            let space = text.char_indices().find(|(_, c)| *c == ' ')?.0;
            // `2026 3 5` has no time.
            text[space..].contains(':').then_some((space, space + 1))
        });
    let (day, time) = match end {
        Some((end, next)) => (&text[..end], text[next..].trim()),
        None => (text, ""),
    };
    let parts: Vec<&str> = day.split(['-', '/', '.', '年', '月', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<i32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match numbers.as_slice() {
        [whole] if parts[0].len() == 8 => (whole / 10_000, whole / 100 % 100, whole % 100),
        [first, second, third] if parts[0].len() == 4 => (*first, *second, *third),
        [first, second, third] => {
            let (year, month, day) = match order {
                DateOrder::Ymd if parts[2].len() == 4 => (*third, *first, *second),
                DateOrder::Ymd => (*first, *second, *third),
                DateOrder::Mdy => (*third, *first, *second),
                DateOrder::Dmy => (*third, *second, *first),
            };
            (if year < 100 { 2000 + year } else { year }, month, day)
        }
        _ => return None,
    };
    if !(1000..=9999).contains(&year) {
        return None;
    }
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let time = if time.is_empty() { Time::midnight() } else { clock(time)? };
    Some(date.to_datetime(time))
}

/// `10:05`, `10:05:01.250`, `10时5分`.
fn clock(text: &str) -> Option<Time> {
    let plain = text.trim_end_matches(['Z', '秒', '分']).replace(['时', '点', '分'], ":");
    let (plain, fraction) = plain.split_once('.').unwrap_or((&plain, "0"));
    let mut parts = plain.trim_end_matches(':').split(':').map(|part| part.trim().parse::<i8>());
    let hour = parts.next()?.ok()?;
    let minute = parts.next().transpose().ok()?.unwrap_or(0);
    let second = parts.next().transpose().ok()?.unwrap_or(0);
    let nanoseconds: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, nanoseconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_day(text: &str, order: DateOrder) -> String {
        day(text, order).map_or_else(|| "-".to_owned(), |day| day.to_string())
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in [
            "2026年3月5日",
            "2026/3/5",
            "2026-03-05",
            "2026.3.5",
            "20260305",
            "2026年3月5号",
            "2026 3 5",
            "2026/3/5 10:20",
            "26/3/5",
        ] {
            assert_eq!(text_day(text, DateOrder::Ymd), "2026-03-05", "{text}");
        }
        assert_eq!(text_day("3/5/2026", DateOrder::Mdy), "2026-03-05");
        assert_eq!(text_day("5.3.2026", DateOrder::Dmy), "2026-03-05");
        for text in ["2026-13-05", "2026-02-30", "soon", "11月20日", "12"] {
            assert_eq!(text_day(text, DateOrder::Ymd), "-", "{text}");
        }
        let exact = moment("2026-03-05 10:05:01.250", DateOrder::Ymd).map(serial::datetime_text);
        assert_eq!(exact.as_deref(), Some("2026-03-05 10:05:01.250"));
        assert_eq!(
            moment("2026年3月5日 10时5分", DateOrder::Ymd).map(serial::datetime_text).as_deref(),
            Some("2026-03-05 10:05:00")
        );
        assert_eq!(serial_moment("46086", true).map(|moment| moment.date().to_string()).as_deref(), Some("2026-03-05"));
    }

    #[test]
    fn numbers_and_truths_lose_what_stands_around_them() {
        assert_eq!(number("￥1,234.50元"), "1,234.50");
        assert_eq!(number("12.5%"), "12.5");
        assert_eq!(number("(3)"), "-3");
        assert_eq!(number("3.0"), "3");
        assert_eq!(halved("１，２３４．５"), "1,234.5");
        assert_eq!([truth("√"), truth("否"), truth("maybe")], [Some(true), Some(false), None]);
    }
}
