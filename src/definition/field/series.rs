//! The pattern of a number series: `ORD-{yyyy}{MM}{dd}-{####}`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// When counting starts again at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    #[default]
    Never,
    Year,
    Month,
    Day,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Year,
    Month,
    Day,
    /// The counter, padded with zeros to this many digits; it grows beyond when it must.
    Counter(usize),
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPattern {
    parts: Vec<Part>,
    reset: Reset,
}

impl SeriesPattern {
    /// # Errors
    /// A sentence that says what is wrong: an unknown placeholder, no counter, or a reset that would repeat numbers.
    pub fn parse(pattern: &str, reset: Reset) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(start) = rest.find('{') {
            if start > 0 {
                parts.push(Part::Literal(rest[..start].to_owned()));
            }
            let end = rest[start..].find('}').ok_or("a \"{\" in the pattern is not closed")? + start;
            let name = &rest[start + 1..end];
            parts.push(match name {
                "yyyy" => Part::Year,
                "MM" => Part::Month,
                "dd" => Part::Day,
                _ if !name.is_empty() && name.bytes().all(|b| b == b'#') => Part::Counter(name.len()),
                _ => {
                    return Err(format!("\"{{{name}}}\" is not one of {{yyyy}} {{MM}} {{dd}} {{####}}"));
                }
            });
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        if parts.iter().filter(|part| matches!(part, Part::Counter(_))).count() != 1 {
            return Err("the pattern needs exactly one counter, such as {####}".into());
        }
        let needed: &[Part] = match reset {
            Reset::Never => &[],
            Reset::Year => &[Part::Year],
            Reset::Month => &[Part::Year, Part::Month],
            Reset::Day => &[Part::Year, Part::Month, Part::Day],
        };
        if needed.iter().any(|part| !parts.contains(part)) {
            return Err(
                "the pattern must show the period after which counting restarts, else numbers would repeat".into()
            );
        }
        Ok(Self { parts, reset })
    }

    /// The name of the counter's row for a day: empty, `2026`, `2026-11` or `2026-11-21`.
    #[must_use]
    pub fn period(&self, day: Date) -> String {
        match self.reset {
            Reset::Never => String::new(),
            Reset::Year => format!("{:04}", day.year()),
            Reset::Month => format!("{:04}-{:02}", day.year(), day.month()),
            Reset::Day => day.to_string(),
        }
    }

    #[must_use]
    pub fn format(&self, day: Date, counter: i64) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Year => format!("{:04}", day.year()),
                Part::Month => format!("{:02}", day.month()),
                Part::Day => format!("{:02}", day.day()),
                Part::Counter(width) => format!("{counter:0width$}"),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_number_shows_its_day_and_grows_beyond_its_width() {
        let pattern = SeriesPattern::parse("ORD-{yyyy}{MM}{dd}-{###}", Reset::Day).unwrap();
        assert_eq!(pattern.format(date(2026, 3, 9), 7), "ORD-20260309-007");
        assert_eq!(pattern.format(date(2026, 3, 9), 12345), "ORD-20260309-12345");
        assert_eq!(pattern.period(date(2026, 3, 9)), "2026-03-09");
    }

    #[test]
    fn patterns_that_would_repeat_numbers_are_refused() {
        for (pattern, reset) in [
            ("A-{####}", Reset::Day),
            ("A", Reset::Never),
            ("{##}{##}", Reset::Never),
            ("{no}{#}", Reset::Never),
            ("{#", Reset::Never),
        ] {
            assert!(SeriesPattern::parse(pattern, reset).is_err(), "{pattern}");
        }
    }
}
