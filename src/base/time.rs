//! Time as the product sees it: whole milliseconds since the Unix epoch, read from an injected clock only.

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `milliseconds` later (earlier when negative).
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// The moment as `jiff` knows it; moments outside jiff's range are clamped to the epoch's side they lie on.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// The calendar date of this moment in `zone`.
    #[must_use]
    pub fn date_in(self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.to_jiff()).date()
    }

    /// RFC 3339 in UTC with milliseconds, as the API shows times.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        format!("{:.3}", self.to_jiff())
    }

    /// Reads RFC 3339 with any offset; fractions below a millisecond are cut off.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(moment.as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// The only source of "now".
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is moved: for tests, scenarios and seeded data.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    #[must_use]
    pub const fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips_in_milliseconds() {
        let moment = Timestamp(1_795_000_000_123);
        assert_eq!(Timestamp::parse_rfc3339(&moment.to_rfc3339()), Some(moment));
        assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn the_date_is_the_zones_own() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let late = Timestamp::parse_rfc3339("2026-11-20T17:00:00Z").unwrap();
        assert_eq!(late.date_in(&shanghai).to_string(), "2026-11-21");
    }
}
