//! The days of a time zone as offsets from UTC: so that a database that knows no zones gathers moments by day as well.

use jiff::{Timestamp, tz::TimeZone};

/// Offsets are known between these years; before and after, the nearest one holds.
const FROM: &str = "1970-01-01T00:00:00Z";
const TO: &str = "2100-01-01T00:00:00Z";

/// The offsets of a zone from UTC in milliseconds, each from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    first: i64,
    changes: Vec<(i64, i64)>,
}

impl Offsets {
    #[must_use]
    pub fn of(zone: &TimeZone) -> Self {
        let limit = |text: &str, or: Timestamp| text.parse().unwrap_or(or);
        let (from, to) = (limit(FROM, Timestamp::MIN), limit(TO, Timestamp::MAX));
        let milliseconds = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1_000;
        let mut changes: Vec<(i64, i64)> = Vec::new();
        let first = milliseconds(zone.to_offset(from));
        for change in zone.following(from).take_while(|change| change.timestamp() < to) {
            let offset = milliseconds(change.offset());
            // Some changes are of the name alone.
            if changes.last().map_or(first, |(_, known)| *known) != offset {
                changes.push((change.timestamp().as_millisecond(), offset));
            }
        }
        Self { first, changes }
    }

    /// The offset before the first change.
    #[must_use]
    pub const fn first(&self) -> i64 {
        self.first
    }

    /// `(moment, offset from then on)`, in order; both in milliseconds.
    #[must_use]
    pub fn changes(&self) -> &[(i64, i64)] {
        &self.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_holds_from_each_change_on() {
        for name in ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"] {
            let zone = TimeZone::get(name).unwrap();
            let offsets = Offsets::of(&zone);
            for day in 0..40_000_i64 {
                let moment = day * 86_400_000 + 7;
                let known = offsets.changes().iter().rev().find(|(from, _)| *from <= moment);
                let offset = known.map_or(offsets.first(), |(_, offset)| *offset);
                let wanted = zone.to_offset(Timestamp::from_millisecond(moment).unwrap()).seconds();
                assert_eq!(offset, i64::from(wanted) * 1_000, "{name} at {moment}");
            }
        }
    }
}
