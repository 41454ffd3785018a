//! Groups and measures: what a total, a grouped list or a chart asks for, apart from how a database answers.

use super::{
    filter::FieldPath,
    parse::{FilterError, Names, Resolved, is_moment},
};
use crate::{
    base::value::Value,
    definition::{
        field::{Field, Kind},
        measure::{self, unit_scale},
    },
};
use jiff::{Span, ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde_json::Value as Json;

pub use crate::definition::measure::Function;

/// The most group keys, and the most measures, of one request.
const MOST_KEYS: usize = 5;
const MOST_MEASURES: usize = 20;

/// A stretch of the calendar that days are gathered in. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// What rows are gathered by: a field, or the stretch of the calendar in which its day lies. Written `shelf`,
/// `item.category`, `month(day)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupKey {
    pub path: FieldPath,
    pub bucket: Option<Bucket>,
}

/// A figure of a group. Written `sum(qty)`, `count()`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Measure {
    pub function: Function,
    /// Absent in `count()` alone.
    pub path: Option<FieldPath>,
}

/// One column of the answer: as it was written, and the field by which its values are read, written and shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub name: String,
    pub field: Field,
}

impl Bucket {
    pub const ALL: [(&'static str, Self); 5] = [
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, bucket)| *bucket)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, bucket)| *bucket == self).map_or("", |(name, _)| name)
    }

    /// The first day of the stretch that `day` lies in: how a bucket is called in answers.
    #[must_use]
    pub fn first_day(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
            Self::Quarter => {
                Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).unwrap_or_else(|_| day.first_of_month())
            }
            Self::Year => day.first_of_year(),
        }
    }

    /// The first day of the stretch `count` further on than the one that begins at `first`.
    #[must_use]
    pub fn plus(self, first: Date, count: i32) -> Date {
        let span = match self {
            Self::Day => Span::new().days(count),
            Self::Week => Span::new().weeks(count),
            Self::Month => Span::new().months(count),
            Self::Quarter => Span::new().months(count.saturating_mul(3)),
            Self::Year => Span::new().years(count),
        };
        first.saturating_add(span)
    }

    /// What the stretch that begins at `first` is called in every language: `2026-11`, `2026 Q4`, `2026-11-16 – 11-22`.
    #[must_use]
    pub fn name_of(self, first: Date) -> String {
        match self {
            Self::Day => first.to_string(),
            Self::Month => format!("{:04}-{:02}", first.year(), first.month()),
            Self::Quarter => format!("{} Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Self::Year => first.year().to_string(),
            Self::Week => {
                let last = self.last_day(first);
                format!("{first} – {:02}-{:02}", last.month(), last.day())
            }
        }
    }

    /// The last day of the stretch that begins at `first`.
    #[must_use]
    pub fn last_day(self, first: Date) -> Date {
        self.plus(first, 1).saturating_sub(1.day())
    }
}

impl std::fmt::Display for GroupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.bucket {
            None => self.path.fmt(f),
            Some(bucket) => write!(f, "{}({})", bucket.as_str(), self.path),
        }
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.function.as_str())?;
        match &self.path {
            None => f.write_str("()"),
            Some(path) => write!(f, "({path})"),
        }
    }
}

/// What a group key is made of, without looking at what it names: `month(day)` → the month, `day`; an unknown stretch is a
/// part of the name.
#[must_use]
pub fn stretch_of(key: &str) -> (Option<Bucket>, &str) {
    let named = measure::call(key).and_then(|(stretch, path)| Some((Bucket::named(stretch)?, path)));
    named.map_or((None, key), |(bucket, path)| (Some(bucket), path))
}

fn malformed(message: impl Into<String>) -> FilterError {
    FilterError::new("", "malformed", message)
}

impl GroupKey {
    /// Reads `shelf,month(day)`: at least one key, none twice.
    ///
    /// # Errors
    /// An unknown field, or one that cannot be grouped by.
    pub fn parse_all(text: &str, names: &dyn Names) -> Result<Vec<(Self, Figure)>, FilterError> {
        let mut keys: Vec<(Self, Figure)> = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let key = Self::parse(word, names)?;
            if keys.iter().all(|(known, _)| *known != key.0) {
                keys.push(key);
            }
        }
        if keys.len() > MOST_KEYS {
            return Err(FilterError::new("", "limit", format!("rows are grouped by at most {MOST_KEYS} fields")));
        }
        Ok(keys)
    }

    fn parse(word: &str, names: &dyn Names) -> Result<(Self, Figure), FilterError> {
        let (bucket, name) = match measure::call(word) {
            None => (None, word),
            Some((function, name)) => match Bucket::named(function) {
                Some(bucket) => (Some(bucket), name),
                None => return Err(malformed(format!("\"{function}\" is none of day, week, month, quarter, year"))),
            },
        };
        let (path, resolved) = names.resolve(name)?;
        super::parse::comparable(name, resolved)?;
        let field = resolved.field;
        if field.is_some_and(|field| field.kind.is_several()) {
            return Err(malformed(format!("\"{name}\" holds several values and cannot be grouped by")));
        }
        let is_day = field.is_some_and(|field| field.kind == Kind::Date);
        if bucket.is_some() && !is_day && !is_moment(&path, field) {
            return Err(malformed(format!("\"{name}\" is no date; only dates are gathered by day, week or month")));
        }
        let key = Self { path, bucket };
        let mut shown = match (bucket, field) {
            (None, Some(field)) => field.clone(),
            (None, None) => system_field(&key.path),
            (Some(_), _) => Field::plain("", Kind::Date),
        };
        if let Some(field) = field {
            shown.title.clone_from(&field.title);
        }
        let name = key.to_string();
        Ok((key, Figure { name, field: shown }))
    }
}

/// A field that reads and writes what a system field holds.
fn system_field(path: &FieldPath) -> Field {
    measure::system_field(&path.end().to_string())
}

impl Measure {
    /// Reads `sum(qty),count()`.
    ///
    /// # Errors
    /// An unknown function or field, or a field of which there is no such figure.
    pub fn parse_all(text: &str, names: &dyn Names) -> Result<Vec<(Self, Figure)>, FilterError> {
        let mut measures: Vec<(Self, Figure)> = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let measure = Self::parse(word, names)?;
            if measures.iter().all(|(known, _)| *known != measure.0) {
                measures.push(measure);
            }
        }
        if measures.len() > MOST_MEASURES {
            return Err(FilterError::new("", "limit", format!("at most {MOST_MEASURES} figures are computed at once")));
        }
        Ok(measures)
    }

    fn parse(word: &str, names: &dyn Names) -> Result<(Self, Figure), FilterError> {
        let (function, name) = Function::read(word).map_err(malformed)?;
        let Some(name) = name else {
            let measure = Self { function, path: None };
            let name = measure.to_string();
            return Ok((measure, Figure { field: Field::plain(&name, Kind::Integer), name }));
        };
        let (path, resolved) = names.resolve(name)?;
        super::parse::comparable(name, resolved)?;
        let field = resolved.field;
        match field {
            Some(field) => function.fits(name, field),
            None => function.fits_system(name),
        }
        .map_err(malformed)?;
        let measure = Self { function, path: Some(path) };
        let name = measure.to_string();
        let field = measure.figure_field(field);
        Ok((measure, Figure { name, field }))
    }

    /// The field that writes the figure: sums keep the field's places, averages two more, whole numbers count.
    fn figure_field(&self, of: Option<&Field>) -> Field {
        let counted = || Field::plain("", Kind::Integer);
        let mut figure = match (self.function, of) {
            (Function::Count | Function::CountDistinct, _) => counted(),
            (_, None) => self.path.as_ref().map_or_else(counted, system_field),
            (Function::Minimum | Function::Maximum, Some(field)) => field.clone(),
            (Function::Sum | Function::Average, Some(field)) => {
                let whole = matches!(field.kind, Kind::Integer | Kind::Rating);
                let mut figure = if whole { Field::plain("", Kind::Decimal) } else { field.clone() };
                figure.scale = self.function.scale(unit_scale(field).unwrap_or(0));
                figure
            }
        };
        if let Some(field) = of {
            figure.title.clone_from(&field.title);
        }
        figure
    }

    /// The scale of what is added up; nothing where it is no number.
    #[must_use]
    pub fn scale(&self, of: Option<&Field>) -> u32 {
        of.and_then(unit_scale).unwrap_or(0)
    }
}

/// A sum of scaled integers as a number.
#[must_use]
pub fn sum(scaled: i128, scale: u32) -> Value {
    Decimal::try_from_i128_with_scale(scaled, scale).map_or(Value::Unset, Value::Decimal)
}

/// `scaled / count`, exact, then rounded half up (away from zero) to two places more than `scale`.
#[must_use]
pub fn average(scaled: i128, count: i64, scale: u32) -> Value {
    let count = i128::from(count);
    if count == 0 {
        return Value::Unset;
    }
    let more = scaled * 100;
    let (quotient, remainder) = (more / count, (more % count).abs());
    let rounded = if remainder * 2 >= count { quotient + more.signum() } else { quotient };
    sum(rounded, scale + 2)
}

/// The figures of an aggregate as names of a filter: `having`.
pub struct FigureNames<'a>(pub &'a [Figure]);

impl Names for FigureNames<'_> {
    fn resolve(&self, name: &str) -> Result<(FieldPath, Resolved<'_>), FilterError> {
        let found = self.0.iter().find(|figure| figure.name == name);
        let figure = found.ok_or_else(|| {
            let message = format!("\"{name}\" is no figure of this request");
            let mut error = FilterError::new("", "unknown_field", message);
            error.name = Some(name.to_owned());
            error
        })?;
        Ok((FieldPath::Field(name.to_owned()), Resolved { field: Some(&figure.field) }))
    }
}

/// The filter in the filter language that finds the rows of one group: what a click on a group opens.
#[must_use]
pub fn group_filter(key: &GroupKey, field: &Field, value: &Value) -> Json {
    let path = key.path.to_string();
    let Some(bucket) = key.bucket else {
        if value.is_unset() {
            return serde_json::json!({"field": path, "op": "empty"});
        }
        return serde_json::json!({"field": path, "op": "eq", "value": field.write(value)});
    };
    let Value::Date(first) = value else {
        return serde_json::json!({"field": path, "op": "empty"});
    };
    let last = bucket.last_day(*first);
    serde_json::json!({"field": path, "op": "between", "value": [first.to_string(), last.to_string()]})
}
