//! The days that a calendar shows, and which line of a week each record stands on.

use crate::{
    base::{time::Timestamp, value::Value},
    definition::view::Span,
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

/// The days of a list below one another.
const DAYS: i32 = 14;

/// The days from the first to the last, both shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub first: Date,
    pub last: Date,
    /// The day that was asked for.
    pub on: Date,
    pub span: Span,
}

/// A record's days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub first: Date,
    pub last: Date,
}

fn plus(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

fn monday(day: Date) -> Date {
    plus(day, -i32::from(day.weekday().to_monday_zero_offset()))
}

impl Window {
    /// What is shown of `on`: whole weeks from Monday, or two weeks from the day.
    pub fn new(span: Span, on: Date) -> Self {
        let (first, last) = match span {
            Span::Month => (monday(on.first_of_month()), plus(monday(on.last_of_month()), 6)),
            Span::Week => (monday(on), plus(monday(on), 6)),
            Span::Days => (on, plus(on, DAYS - 1)),
        };
        Self { first, last, on, span }
    }

    /// A day of the window before or after this one.
    pub fn beside(self, forward: bool) -> Date {
        let sign = if forward { 1 } else { -1 };
        match self.span {
            Span::Month => self.on.first_of_month().saturating_add(sign.months()),
            Span::Week => plus(self.on, 7 * sign),
            Span::Days => plus(self.on, DAYS * sign),
        }
    }

    pub fn days(self) -> impl Iterator<Item = Date> {
        let mut day = Some(self.first);
        std::iter::from_fn(move || {
            let this = day.filter(|day| *day <= self.last)?;
            day = this.tomorrow().ok();
            Some(this)
        })
    }

    pub fn has(self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// The day of a date or moment in a zone.
pub fn day_of(value: &Value, zone: &TimeZone) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::Instant(at) => Some(zone.to_datetime(at.to_jiff()).date()),
        _ => None,
    }
}

/// The same time of day on another day. Where the clock leaves it out it is the next there is.
pub fn moved(value: &Value, days: i32, zone: &TimeZone) -> Value {
    match value {
        Value::Date(day) => Value::Date(plus(*day, days)),
        Value::Instant(at) => {
            let local = zone.to_datetime(at.to_jiff());
            let there = plus(local.date(), days).to_datetime(local.time()).to_zoned(zone.clone());
            there.map_or(Value::Unset, |there| Value::Instant(Timestamp(there.timestamp().as_millisecond())))
        }
        _ => Value::Unset,
    }
}

/// How many days lie between, negative where the second is earlier.
pub fn between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// For each line of a week, which of the records stands on each of its days. Earlier records come first, of these the longer,
/// so that they lie on top and short ones fill what is left.
pub fn lines(monday: Date, reaches: &[Reach]) -> Vec<[Option<usize>; 7]> {
    let sunday = plus(monday, 6);
    let mut order: Vec<usize> =
        (0..reaches.len()).filter(|at| reaches[*at].first <= sunday && reaches[*at].last >= monday).collect();
    order.sort_by_key(|at| (reaches[*at].first.max(monday), std::cmp::Reverse(reaches[*at].last.min(sunday)), *at));
    let mut lines: Vec<[Option<usize>; 7]> = Vec::new();
    for at in order {
        let offset = |day: Date| usize::try_from(between(monday, day).clamp(0, 6)).unwrap_or(0);
        let (from, to) = (offset(reaches[at].first), offset(reaches[at].last));
        let free = lines.iter().position(|line| line[from..=to].iter().all(Option::is_none));
        let line = free.unwrap_or_else(|| {
            lines.push([None; 7]);
            lines.len() - 1
        });
        lines[line][from..=to].fill(Some(at));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_is_whole_weeks_from_monday() {
        let window = Window::new(Span::Month, date(2026, 11, 22));
        assert_eq!((window.first, window.last), (date(2026, 10, 26), date(2026, 12, 6)));
        assert_eq!((window.beside(false), window.beside(true)), (date(2026, 10, 1), date(2026, 12, 1)));
        assert_eq!(window.days().count(), 42);
        assert_eq!(Window::new(Span::Month, date(2027, 2, 1)).days().count(), 28);
        assert_eq!(Window::new(Span::Week, date(2026, 11, 22)).first, date(2026, 11, 16));
    }

    #[test]
    fn records_of_several_days_keep_their_line() {
        let reach = |first: i8, last: i8| Reach { first: date(2026, 11, first), last: date(2026, 11, last) };
        let lines = lines(date(2026, 11, 16), &[reach(17, 17), reach(10, 18), reach(18, 30), reach(23, 24)]);
        assert_eq!(lines[0], [Some(1), Some(1), Some(1), None, None, None, None]);
        assert_eq!(lines[1], [None, Some(0), Some(2), Some(2), Some(2), Some(2), Some(2)]);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_moment_keeps_its_time_of_day_on_another_day() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let before = Value::Instant(Timestamp::parse_rfc3339("2026-10-24T07:30:00Z").expect("a moment"));
        let after = moved(&before, 2, &zone);
        assert_eq!(after, Value::Instant(Timestamp::parse_rfc3339("2026-10-26T08:30:00Z").expect("a moment")));
        assert_eq!(day_of(&after, &zone), Some(date(2026, 10, 26)));
    }
}
