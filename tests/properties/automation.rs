//! What the calendar of automations has due: however often and however irregularly it is looked at, each moment is due once.

use formwork::{
    automation::{CATCH_UP, due},
    base::{time::Timestamp, value::Value},
    definition::automation::DateTrigger,
};
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;

/// 3 March 2025, 10:00 in Shanghai.
const START: i64 = 1_740_967_200_000;
const MINUTE: i64 = 60_000;

fn zone(index: usize) -> TimeZone {
    // One without summer time, two with, one of which changes by half an hour.
    let names = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"];
    TimeZone::get(names[index % names.len()]).expect("a zone")
}

fn schedules() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0 8 * * *",
        "*/17 * * * *",
        "0 2 * * 1-5",
        "30 */3 1,15 * *",
        "59 23 * * 0",
        "15 2 * 3,4,10,11 *",
    ])
}

/// Moments of looking, each up to twenty hours after the one before.
fn looks() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(1..20 * 60 * MINUTE, 1..12)
}

proptest! {
    #[test]
    fn each_moment_of_a_schedule_is_due_at_one_look(cron in schedules(), looks in looks(), place in 0_usize..3, day in 0_i64..300) {
        let zone = zone(place);
        let first = Timestamp(START + day * 1_440 * MINUTE);
        let (mut last, mut found) = (first, Vec::new());
        for pause in looks {
            let now = last.plus(pause);
            let some = due::moments(cron, due::window(last, now), &zone, usize::MAX).expect("a schedule");
            prop_assert!(some.iter().all(|moment| *moment > last && *moment <= now));
            found.extend(some);
            last = now;
        }
        // Looking once over the whole time finds the same.
        let all = due::moments(cron, (first, last), &zone, usize::MAX).expect("a schedule");
        prop_assert_eq!(found, all);
    }

    #[test]
    fn what_nobody_was_there_for_is_caught_up_with_for_a_day(cron in schedules(), hours in 25_i64..400, place in 0_usize..3) {
        let (last, now) = (Timestamp(START), Timestamp(START + hours * 60 * MINUTE));
        let window = due::window(last, now);
        prop_assert_eq!(window.0, now.plus(-CATCH_UP));
        let some = due::moments(cron, window, &zone(place), 10).expect("a schedule");
        prop_assert!(some.len() <= 10 && some.iter().all(|moment| *moment > now.plus(-CATCH_UP)));
    }

    #[test]
    fn the_next_moment_is_the_first_that_comes_due(cron in schedules(), offset in 0..10_000 * MINUTE, place in 0_usize..3) {
        let zone = zone(place);
        let after = Timestamp(START + offset);
        let next = due::next(cron, after, &zone).expect("a moment");
        prop_assert!(next > after);
        let found = due::moments(cron, (after, next), &zone, usize::MAX).expect("a schedule");
        prop_assert_eq!(found, vec![next]);
    }

    #[test]
    fn each_date_is_due_at_one_look_and_lies_where_it_is_looked_for(
        days in 0_i32..40, back in -30_i32..30, unit in prop::sample::select(vec!["d", "w", "h", "m"]), hour in 0_u8..24, looks in looks(),
        place in 0_usize..3,
    ) {
        let zone = zone(place);
        let trigger = DateTrigger { field: "due".into(), offset: Some(format!("{back}{unit}")), time: Some(format!("{hour:02}:30")) };
        let day = date(2025, 2, 20).saturating_add(jiff::Span::new().days(days));
        let value = Value::Date(day);
        let moment = due::moment_of(&trigger, &value, &zone).expect("a moment");
        let first = moment.plus(-looks.iter().sum::<i64>() / 2);
        let (mut last, mut times) = (first, 0);
        for pause in looks {
            let window = due::window(last, last.plus(pause));
            if window.0 < moment && moment <= window.1 {
                times += 1;
                let (from, until) = due::days_around(&trigger, window, &zone);
                prop_assert!(from <= day && day <= until, "{from} {day} {until}");
            }
            last = last.plus(pause);
        }
        prop_assert_eq!(times, usize::from(first < moment && moment <= last));
    }
}
