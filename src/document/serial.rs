//! Days and times as spreadsheets count them: days since the end of 1899, the time of day as the fraction.

use jiff::civil::{Date, DateTime, Time, date};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The last serial that is a day: 31 December 9999.
const LAST: f64 = 2_958_465.999_999_99;

/// What a serial number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Date(Date),
    Time(Time),
    DateTime(DateTime),
}

/// Reads a serial of the 1900 system, to the millisecond. Numbers below 1 are times of day; the 29 February 1900 that never was
/// is the day before 1 March.
#[must_use]
pub fn read(serial: f64) -> Option<Moment> {
    if !(0.0..=LAST).contains(&serial) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation)] // below 2^49
    let milliseconds = (serial * 86_400_000.0).round() as i64;
    let (day, rest) = (milliseconds / DAY, milliseconds % DAY);
    let time = time_of(rest)?;
    if day == 0 {
        return Some(Moment::Time(time));
    }
    // Before March 1900 the counting is one off, for the leap day that spreadsheets believe in.
    let base = if day < 60 { date(1899, 12, 31) } else { date(1899, 12, 30) };
    let date = base.checked_add(jiff::Span::new().days(day)).ok()?;
    Some(if rest == 0 { Moment::Date(date) } else { Moment::DateTime(date.to_datetime(time)) })
}

fn time_of(milliseconds: i64) -> Option<Time> {
    let part = |unit: i64, most: i64| i8::try_from(milliseconds / unit % most).ok();
    let nanoseconds = i32::try_from(milliseconds % 1000 * 1_000_000).ok()?;
    Time::new(part(3_600_000, 24)?, part(60_000, 60)?, part(1000, 60)?, nanoseconds).ok()
}

/// `10:05:00`.
#[must_use]
pub fn time_text(time: Time) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// `2026-03-05 10:05:00`, with milliseconds where there are any.
#[must_use]
pub fn datetime_text(moment: DateTime) -> String {
    let milliseconds = moment.subsec_nanosecond() / 1_000_000;
    let text = format!("{} {}", moment.date(), time_text(moment.time()));
    if milliseconds == 0 { text } else { format!("{text}.{milliseconds:03}") }
}
