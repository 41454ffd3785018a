//! When automations of the calendar are due. A moment is due once: after the last look and not after this one.

use super::{CATCH_UP, offset::Offset};
use crate::{
    base::{time::Timestamp, value::Value},
    definition::automation::DateTrigger,
};
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

/// The stretch of time that is looked at now: after the first and until the second. Older moments than [`CATCH_UP`] are let go.
#[must_use]
pub fn window(last: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
    (last.max(now.plus(-CATCH_UP)), now)
}

/// A schedule as it is written: five parts, the seconds left out.
///
/// # Errors
/// What is wrong with it.
pub fn schedule(cron: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
    parser.parse(cron.trim()).map_err(|error| error.to_string())
}

/// The moments of a schedule after `from` and not after `until`, the newest `most` of them, oldest first.
///
/// # Errors
/// What is wrong with the schedule.
pub fn moments(
    cron: &str,
    (from, until): (Timestamp, Timestamp),
    zone: &TimeZone,
    most: usize,
) -> Result<Vec<Timestamp>, String> {
    let schedule = schedule(cron)?;
    let mut found = Vec::new();
    let mut at = until.to_jiff().to_zoned(zone.clone());
    let mut inclusive = true;
    while found.len() < most {
        // None at all is an error of the library: the 30th of February never comes.
        let Ok(earlier) = schedule.find_previous_occurrence(&at, inclusive) else { break };
        let moment = Timestamp(earlier.timestamp().as_millisecond());
        if moment <= from || found.last().is_some_and(|last| moment >= *last) {
            break;
        }
        found.push(moment);
        at = earlier;
        inclusive = false;
    }
    found.reverse();
    Ok(found)
}

/// The next moment of a schedule.
#[must_use]
pub fn next(cron: &str, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let found = schedule(cron).ok()?.find_next_occurrence(&after.to_jiff().to_zoned(zone.clone()), false).ok()?;
    Some(Timestamp(found.timestamp().as_millisecond()))
}

/// The moment at which a record with this value is due; none without a value.
#[must_use]
pub fn moment_of(trigger: &DateTrigger, value: &Value, zone: &TimeZone) -> Option<Timestamp> {
    let offset = offset_of(trigger);
    let time = trigger.time.as_deref().and_then(|text| text.parse::<Time>().ok());
    let on = |day: Date, time: Time| {
        let zoned = offset.from_day(day).to_datetime(time).to_zoned(zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()).plus(i64::from(offset.minutes) * 60_000))
    };
    match (value, time) {
        (Value::Date(day), time) => on(*day, time.unwrap_or(Time::midnight())),
        (Value::Instant(moment), Some(time)) => on(moment.date_in(zone), time),
        (Value::Instant(moment), None) => {
            let own = zone.to_datetime(moment.to_jiff());
            on(own.date(), own.time())
        }
        _ => None,
    }
}

/// The days on which a value may lie that is due in this window: a little wider than it need be.
#[must_use]
pub fn days_around(trigger: &DateTrigger, (from, until): (Timestamp, Timestamp), zone: &TimeZone) -> (Date, Date) {
    let offset = offset_of(trigger);
    let minutes = i64::from(offset.minutes) * 60_000;
    let day = |moment: Timestamp| offset.back_from_day(moment.plus(-minutes).date_in(zone));
    (day(from).yesterday().unwrap_or(Date::MIN), day(until).tomorrow().unwrap_or(Date::MAX))
}

fn offset_of(trigger: &DateTrigger) -> Offset {
    trigger.offset.as_deref().and_then(Offset::parse).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_schedule_is_due_at_the_companys_own_time() {
        let due = |from, until| moments("0 8 * * 1-5", (at(from), at(until)), &shanghai(), 10).unwrap();
        // Friday and Monday at eight in Shanghai; the weekend between is free.
        assert_eq!(
            due("2026-11-19T23:59:00Z", "2026-11-23T00:00:00Z"),
            [at("2026-11-20T00:00:00Z"), at("2026-11-23T00:00:00Z")]
        );
        assert_eq!(due("2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z"), [], "what was due at the last look is over");
        let minutes = moments("* * * * *", (at("2026-11-20T00:00:00Z"), at("2026-11-20T12:00:00Z")), &shanghai(), 3);
        assert_eq!(minutes.unwrap().len(), 3, "the newest are caught up with");
        assert!(
            moments("0 0 30 2 *", (at("2026-01-01T00:00:00Z"), at("2026-11-20T12:00:00Z")), &shanghai(), 3)
                .unwrap()
                .is_empty()
        );
        assert_eq!(next("0 8 * * 1-5", at("2026-11-20T00:00:00Z"), &shanghai()), Some(at("2026-11-23T00:00:00Z")));
        for wrong in ["", "8", "61 * * * *", "0 0 8 * * *", "every day"] {
            assert!(schedule(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_is_due_so_far_from_it() {
        let trigger = |offset: &str, time: Option<&str>| DateTrigger {
            field: "due".into(),
            offset: (!offset.is_empty()).then(|| offset.to_owned()),
            time: time.map(str::to_owned),
        };
        let day = Value::Date(date(2026, 11, 23));
        let moment = Value::Instant(at("2026-11-23T02:30:00Z"));
        assert_eq!(moment_of(&trigger("-3d", Some("09:00")), &day, &shanghai()), Some(at("2026-11-20T01:00:00Z")));
        assert_eq!(moment_of(&trigger("", None), &day, &shanghai()), Some(at("2026-11-22T16:00:00Z")));
        assert_eq!(moment_of(&trigger("-30m", None), &moment, &shanghai()), Some(at("2026-11-23T02:00:00Z")));
        assert_eq!(moment_of(&trigger("1d", Some("08:00")), &moment, &shanghai()), Some(at("2026-11-24T00:00:00Z")));
        assert_eq!(moment_of(&trigger("", None), &Value::Unset, &shanghai()), None);
    }

    #[test]
    fn nothing_due_lies_outside_the_days_looked_at() {
        let zone = shanghai();
        for offset in ["-3d", "2w", "-30m", "26h", ""] {
            for time in [None, Some("00:00"), Some("23:59")] {
                let trigger = DateTrigger {
                    field: "due".into(),
                    offset: (!offset.is_empty()).then(|| offset.to_owned()),
                    time: time.map(str::to_owned),
                };
                let window = (at("2026-11-20T10:00:00Z"), at("2026-11-21T10:00:00Z"));
                let (first, last) = days_around(&trigger, window, &zone);
                for days in -60..60_i32 {
                    let value = Value::Date(Offset { days, minutes: 0 }.from_day(date(2026, 11, 20)));
                    let due = moment_of(&trigger, &value, &zone).unwrap();
                    let Value::Date(day) = value else { unreachable!() };
                    if window.0 < due && due <= window.1 {
                        assert!(first <= day && day <= last, "{offset} {time:?} {day}");
                    }
                }
            }
        }
    }
}
