//! Days that depend on the day on which they are read: `today-30d`, `last_week`, `next_7_days`.

use super::aggregate::Bucket;
use jiff::{Span, ToSpan, civil::Date};

/// The furthest that a relative day lies away, in its unit.
const FURTHEST: i32 = 36_500;

/// A stretch of days relative to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelativeDate {
    /// One day: `today`, `today-30d`, `today+2w`, `today-3m`, `today+1y`.
    Day { unit: Bucket, count: i32 },
    /// `last_week`, `this_month`, `next_quarter`: the calendar's stretch that lies `offset` from today's.
    Period { bucket: Bucket, offset: i32 },
    /// `last_30_days`: that many days, today being the last.
    Last(i32),
    /// `next_7_days`: that many days, today being the first.
    Next(i32),
}

impl RelativeDate {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("today") {
            return day(rest);
        }
        let (which, what) = text.split_once('_')?;
        if let Some(bucket) = Bucket::named(what) {
            let offset = match which {
                "last" => -1,
                "this" => 0,
                "next" => 1,
                _ => return None,
            };
            return Some(Self::Period { bucket, offset });
        }
        let days = what.strip_suffix("_days")?.parse::<i32>().ok().filter(|days| (1..=FURTHEST).contains(days))?;
        match which {
            "last" => Some(Self::Last(days)),
            "next" => Some(Self::Next(days)),
            _ => None,
        }
    }

    /// The first and the last day that it stands for.
    #[must_use]
    pub fn days(self, today: Date) -> (Date, Date) {
        match self {
            Self::Day { unit, count } => {
                let day = unit.plus(today, count);
                (day, day)
            }
            Self::Period { bucket, offset } => {
                let first = bucket.plus(bucket.first_day(today), offset);
                (first, bucket.last_day(first))
            }
            Self::Last(days) => (today.saturating_sub(Span::new().days(days - 1)), today),
            Self::Next(days) => (today, today.saturating_add((days - 1).days())),
        }
    }
}

/// What follows `today`: nothing, or a sign, a number and a unit.
fn day(rest: &str) -> Option<RelativeDate> {
    if rest.is_empty() {
        return Some(RelativeDate::Day { unit: Bucket::Day, count: 0 });
    }
    let unit = match rest.chars().last()? {
        'd' => Bucket::Day,
        'w' => Bucket::Week,
        'm' => Bucket::Month,
        'y' => Bucket::Year,
        _ => return None,
    };
    let number = rest.get(..rest.len() - 1)?;
    let digits = number.strip_prefix(['+', '-'])?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let count = number.strip_prefix('+').unwrap_or(number).parse::<i32>().ok()?;
    (count.abs() <= FURTHEST).then_some(RelativeDate::Day { unit, count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn words_stand_for_days_of_the_calendar() {
        // A Saturday.
        let today = date(2026, 11, 21);
        let days = |text: &str| RelativeDate::parse(text).map(|relative| relative.days(today));
        let one = |day| Some((day, day));
        assert_eq!(days("today"), one(today));
        assert_eq!(days("today-30d"), one(date(2026, 10, 22)));
        assert_eq!(days("today+2w"), one(date(2026, 12, 5)));
        assert_eq!(days("today-9m"), one(date(2026, 2, 21)));
        assert_eq!(days("today+1y"), one(date(2027, 11, 21)));
        assert_eq!(days("this_week"), Some((date(2026, 11, 16), date(2026, 11, 22))));
        assert_eq!(days("last_month"), Some((date(2026, 10, 1), date(2026, 10, 31))));
        assert_eq!(days("next_quarter"), Some((date(2027, 1, 1), date(2027, 3, 31))));
        assert_eq!(days("this_year"), Some((date(2026, 1, 1), date(2026, 12, 31))));
        assert_eq!(days("last_7_days"), Some((date(2026, 11, 15), today)));
        assert_eq!(days("next_7_days"), Some((today, date(2026, 11, 27))));
        for wrong in ["", "today-", "today30d", "today-30", "tomorrow", "this_decade", "last_0_days", "this_7_days"] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
        let late = RelativeDate::parse("today-1m").map(|relative| relative.days(date(2026, 3, 31)));
        assert_eq!(late, one(date(2026, 2, 28)), "a month that is shorter ends earlier");
    }
}
