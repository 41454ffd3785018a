//! How far from a date an automation runs: `-3d`, `2w`, `30m`, `-4h`.

use jiff::{Span, ToSpan, civil::Date};

/// A distance in days, or in minutes of real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    pub days: i32,
    pub minutes: i32,
}

impl Offset {
    /// Reads one; nothing where it is not written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().next_back()?;
        let number = &text[..text.len() - unit.len_utf8()];
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let count: i32 = number.parse().ok()?;
        match unit {
            'd' => Some(Self { days: count, minutes: 0 }),
            'w' => Some(Self { days: count * 7, minutes: 0 }),
            'h' => Some(Self { days: 0, minutes: count * 60 }),
            'm' => Some(Self { days: 0, minutes: count }),
            _ => None,
        }
    }

    /// The day so far from this one; minutes do not count.
    #[must_use]
    pub fn from_day(self, day: Date) -> Date {
        day.saturating_add(Span::new().days(self.days))
    }

    /// The day from which this one is so far away.
    #[must_use]
    pub fn back_from_day(self, day: Date) -> Date {
        day.saturating_sub(self.days.days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_a_number_and_a_unit() {
        assert_eq!(Offset::parse("-3d"), Some(Offset { days: -3, minutes: 0 }));
        assert_eq!(Offset::parse("2w"), Some(Offset { days: 14, minutes: 0 }));
        assert_eq!(Offset::parse("-4h"), Some(Offset { days: 0, minutes: -240 }));
        assert_eq!(Offset::parse("30m"), Some(Offset { days: 0, minutes: 30 }));
        for wrong in ["", "d", "3", "+3d", "3y", "--3d", "99999d", "三天", "3 d"] {
            assert_eq!(Offset::parse(wrong), None, "{wrong}");
        }
    }
}
