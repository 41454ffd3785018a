//! How each kind of field is compared: which operators make sense, and what a comparison is as a filter and back.

use super::conditions::{Group, Join, Part, Posted};
use crate::{
    definition::field::{Field, Kind, cascade},
    query::{FieldPath, SystemField},
};
use serde_json::{Value as Json, json};

/// In front of the name of a user value, so that it is never taken for something else.
pub const OWN: char = '@';
/// The person who reads.
pub const ME: &str = "me";

/// Days that need no figure: operators here, relative dates in the filter language.
const PERIODS: [&str; 6] = ["today", "this_week", "last_week", "this_month", "last_month", "this_year"];

/// How a field is compared and what it is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Compared<'a> {
    Text,
    Number(&'a Field),
    /// A day, or a moment by the day it lies in.
    Day,
    Time(&'a Field),
    Choice(&'a Field),
    Choices(&'a Field),
    /// By the options from the root, or one of them.
    Cascade(&'a Field),
    State,
    Boolean,
    Link(&'a Field),
    /// A link to records that stand below one another.
    Tree(&'a Field),
    Links(&'a Field),
    Member,
    Members,
    Department,
    Departments,
    /// Only whether there is something: sealed values, files, JSON.
    Presence,
    /// A system number: an id or a version.
    Whole,
}

impl<'a> Compared<'a> {
    /// Nothing for what cannot be compared.
    #[must_use]
    pub fn of(path: &FieldPath, field: Option<&'a Field>) -> Option<Self> {
        let Some(field) = field else {
            let end = match path {
                FieldPath::Hop(_, end) => end.as_ref(),
                own => own,
            };
            return match end {
                FieldPath::System(SystemField::State) => Some(Self::State),
                FieldPath::System(SystemField::CreatedAt | SystemField::UpdatedAt) => Some(Self::Day),
                FieldPath::System(SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner) => {
                    Some(Self::Member)
                }
                FieldPath::System(SystemField::Id) => Some(Self::Whole),
                _ => None,
            };
        };
        if field.sealed {
            return Some(Self::Presence);
        }
        Some(match field.kind {
            Kind::Choice => Self::Choice(field),
            Kind::Choices => Self::Choices(field),
            Kind::Cascade => Self::Cascade(field),
            Kind::Json => Self::Presence,
            kind if kind.is_file() => Self::Presence,
            Kind::Boolean => Self::Boolean,
            Kind::Date | Kind::DateTime => Self::Day,
            Kind::Time => Self::Time(field),
            Kind::Member => Self::Member,
            Kind::Members => Self::Members,
            Kind::Department => Self::Department,
            Kind::Departments => Self::Departments,
            Kind::Link => Self::Link(field),
            Kind::Links => Self::Links(field),
            Kind::Lines => return None,
            kind if kind.is_number() => Self::Number(field),
            kind => match kind.behaviour().column() {
                Some(crate::definition::field::Column::Text) => Self::Text,
                _ => return None,
            },
        })
    }

    /// The words of the operators that make sense, the usual one first.
    #[must_use]
    pub const fn operators(&self) -> &'static [&'static str] {
        match self {
            Self::Text => &["contains", "ncontains", "eq", "ne", "starts", "empty", "set"],
            Self::Number(_) => &["ge", "le", "eq", "ne", "gt", "lt", "between", "empty", "set"],
            Self::Day => &[
                "eq",
                "ge",
                "le",
                "between",
                "today",
                "this_week",
                "last_week",
                "this_month",
                "last_month",
                "this_year",
                "last",
                "next",
                "older",
                "later",
                "empty",
                "set",
            ],
            Self::Time(_) => &["ge", "le", "eq", "between", "empty", "set"],
            Self::Choice(_) | Self::State => &["eq", "ne", "in", "nin", "empty", "set"],
            Self::Presence => &["set", "empty"],
            Self::Choices(_) | Self::Members | Self::Links(_) => &["contains", "ncontains", "empty", "set"],
            Self::Cascade(_) => &["under", "nunder", "contains", "ncontains", "empty", "set"],
            Self::Departments => &["contains", "ncontains", "under", "nunder", "empty", "set"],
            Self::Boolean => &["eq"],
            Self::Link(_) | Self::Member => &["eq", "ne", "in", "nin", "empty", "set"],
            Self::Tree(_) | Self::Department => &["eq", "ne", "in", "nin", "under", "nunder", "empty", "set"],
            Self::Whole => &["eq", "ge", "le"],
        }
    }

    /// The key of an operator's word: of days one says earlier and later, of lists what they hold.
    #[must_use]
    pub fn word(&self, operator: &str) -> String {
        match (self, operator) {
            (Self::Time(_) | Self::Day, "ge") => "filter-op-from".to_owned(),
            (Self::Time(_) | Self::Day, "le") => "filter-op-until".to_owned(),
            (_, operator) => format!("filter-op-{operator}"),
        }
    }

    /// The operator that was asked for where it makes sense here, else the usual one.
    #[must_use]
    pub fn operator(&self, asked: &str) -> &'static str {
        let known = self.operators();
        known.iter().copied().find(|word| *word == asked).unwrap_or(known[0])
    }

    /// How many values an operator takes: none, one, two, or any number (`None`).
    #[must_use]
    pub fn takes(operator: &str) -> Option<usize> {
        match operator {
            "empty" | "set" => Some(0),
            period if PERIODS.contains(&period) => Some(0),
            "between" => Some(2),
            "in" | "nin" => None,
            _ => Some(1),
        }
    }
}

/// The options of a choice, or every step of a cascade with the titles from its root: by its value or, to be compared as a
/// place in the tree, by its path.
#[must_use]
pub fn options_of(field: &Field, operator: &str) -> Vec<(String, String)> {
    if field.kind == Kind::Cascade {
        let by_path = matches!(operator, "under" | "nunder");
        let all = cascade::all_paths(&field.options).into_iter();
        let value = |path: String, option: &str| if by_path { path } else { option.to_owned() };
        return all.map(|(path, titles, option)| (value(path, &option.value), titles.join(" / "))).collect();
    }
    field.options.iter().map(|option| (option.value.clone(), option.title.clone())).collect()
}

/// A number of days as it is typed.
#[must_use]
pub fn days(text: &str) -> Option<i64> {
    text.parse().ok().filter(|days| (1..=36_500).contains(days))
}

/// Days that depend on today, as the filter language writes them.
fn relative(days: impl Into<String>) -> Json {
    json!({ "date": days.into() })
}

/// A comparison as the filter language writes it, from values that were judged already.
#[must_use]
pub fn test(path: &str, operator: &str, mut values: Vec<Json>) -> Json {
    let one = |operator: &str, value: Json| json!({"field": path, "op": operator, "value": value});
    let first = if values.is_empty() { Json::Null } else { values[0].clone() };
    let count = first.as_i64().unwrap_or(1);
    match operator {
        "empty" => one("empty", true.into()),
        "set" => one("empty", false.into()),
        "ncontains" | "nunder" => json!({"not": one(&operator[1..], first)}),
        "between" => {
            let last = values.pop().unwrap_or_default();
            one("between", json!([first, last]))
        }
        "in" | "nin" => one(operator, Json::Array(values)),
        period if PERIODS.contains(&period) => one("eq", relative(period)),
        "last" | "next" => one("eq", relative(format!("{operator}_{count}_days"))),
        "older" => one("lt", relative(format!("today-{count}d"))),
        "later" => one("gt", relative(format!("today+{count}d"))),
        operator => one(operator, first),
    }
}

/// A filter as a tree of comparisons that a reader can change.
#[must_use]
pub fn tree(json: &Json) -> Group {
    let of_lines = json.get("any_line").or_else(|| json.get("not")?.get("any_line")).is_some();
    match part(json) {
        // What is asked of one line together is a group of its own.
        Some(Part::Group(group)) if !of_lines && json.get("all").is_some_and(is_of_lines) => {
            Group { parts: group.parts.into_iter().map(alone).collect(), ..group }
        }
        Some(Part::Group(group)) if !of_lines => group,
        Some(other) => Group { join: Join::All, parts: vec![other] },
        None => Group::default(),
    }
}

/// A condition that was put into a group only to stand apart from its neighbours.
fn alone(part: Part) -> Part {
    match part {
        Part::Group(Group { join: Join::All, mut parts }) if matches!(&parts[..], [Part::Test(_)]) => {
            parts.pop().unwrap_or_else(|| Part::Group(Group::default()))
        }
        other => other,
    }
}

fn part(json: &Json) -> Option<Part> {
    let parts = |list: &Json| -> Vec<Part> { list.as_array().into_iter().flatten().filter_map(part).collect() };
    if let Some(list) = json.get("all") {
        let mut parts = parts(list);
        if is_of_lines(list) {
            // Each is met by some line, not all of them by the same.
            let apart = |part: Part| match part {
                Part::Test(_) => Part::Group(Group { join: Join::All, parts: vec![part] }),
                group @ Part::Group(_) => group,
            };
            parts = parts.into_iter().map(apart).collect();
        }
        return Some(Part::Group(Group { join: Join::All, parts }));
    }
    if let Some(list) = json.get("any") {
        return Some(Part::Group(Group { join: Join::Any, parts: parts(list) }));
    }
    if let Some(inner) = json.get("not") {
        return Some(match part(inner)? {
            // "No line contains it" is something else than "a line does not contain it".
            Part::Test(Posted { field, operator, values })
                if matches!(operator.as_str(), "contains" | "under") && inner.get("any_line").is_none() =>
            {
                Part::Test(Posted { field, operator: format!("n{operator}"), values })
            }
            Part::Group(Group { join: Join::All, parts }) => Part::Group(Group { join: Join::NotAll, parts }),
            Part::Group(Group { join: Join::Any, parts }) => Part::Group(Group { join: Join::NotAny, parts }),
            other => Part::Group(Group { join: Join::NotAll, parts: vec![other] }),
        });
    }
    if let Some(lines) = json.get("any_line").and_then(Json::as_str) {
        let mut inner = part(json.get("where")?)?;
        inside(&mut inner, lines);
        // What is denied within a line stays within it.
        return Some(match inner {
            Part::Group(Group { join: Join::NotAll | Join::NotAny, .. }) => {
                Part::Group(Group { join: Join::All, parts: vec![inner] })
            }
            other => other,
        });
    }
    Some(Part::Test(comparison(json)?))
}

/// Whether these are several conditions, each on lines.
fn is_of_lines(list: &Json) -> bool {
    let of_lines = |json: &Json| json.get("any_line").is_some();
    list.as_array().is_some_and(|list| list.len() > 1 && list.iter().all(of_lines))
}

/// Puts the name of the lines in front of every field.
fn inside(part: &mut Part, lines: &str) {
    match part {
        Part::Test(test) => test.field = format!("{lines}.{}", test.field),
        Part::Group(group) => group.parts.iter_mut().for_each(|part| inside(part, lines)),
    }
}

fn comparison(json: &Json) -> Option<Posted> {
    let field = json.get("field")?.as_str()?.to_owned();
    let written = json.get("op").and_then(Json::as_str).unwrap_or("eq");
    let value = json.get("value").unwrap_or(&Json::Null);
    let posted =
        |operator: &str, values: Vec<String>| Posted { field: field.clone(), operator: operator.to_owned(), values };
    if written == "empty" {
        return Some(posted(if value == &Json::Bool(false) { "set" } else { "empty" }, Vec::new()));
    }
    if let Some(date) = value.get("date").and_then(Json::as_str) {
        let between = |start: &str, end: &str| Some(date.strip_prefix(start)?.strip_suffix(end)?.to_owned());
        let found = match written {
            "eq" if PERIODS.contains(&date) => Some((date, None)),
            "eq" => between("last_", "_days")
                .map(|days| ("last", Some(days)))
                .or_else(|| between("next_", "_days").map(|days| ("next", Some(days)))),
            "lt" => between("today-", "d").map(|days| ("older", Some(days))),
            "gt" => between("today+", "d").map(|days| ("later", Some(days))),
            _ => None,
        };
        if let Some((operator, days)) = found {
            return Some(posted(operator, days.into_iter().collect()));
        }
    }
    let values = match value {
        // A place in a cascade, by the options from its root.
        Json::Array(steps) if written == "under" && steps.iter().all(Json::is_string) => {
            vec![steps.iter().map(text).collect::<Vec<_>>().join("/")]
        }
        Json::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    Some(posted(written, values))
}

/// A value as its control posts it.
fn text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Object(object) => match object.get("user").and_then(Json::as_str) {
            Some("id") => ME.to_owned(),
            Some(name) => format!("{OWN}{name}"),
            None => object.get("date").and_then(Json::as_str).unwrap_or_default().to_owned(),
        },
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(field: &str, operator: &str, values: &[&str]) -> Posted {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Posted { field: field.to_owned(), operator: operator.to_owned(), values }
    }

    #[test]
    fn comparisons_come_back_as_they_were_built() {
        for (operator, values, back) in [
            ("contains", vec![json!("a")], vec!["a"]),
            ("ncontains", vec![json!("a")], vec!["a"]),
            ("under", vec![json!("east/hill")], vec!["east/hill"]),
            ("nunder", vec![json!(3)], vec!["3"]),
            ("empty", vec![], vec![]),
            ("set", vec![], vec![]),
            ("between", vec![json!("1"), json!("5")], vec!["1", "5"]),
            ("in", vec![json!(3), json!({"user": "shelves"})], vec!["3", "@shelves"]),
            ("eq", vec![json!({"user": "id"})], vec!["me"]),
            ("today", vec![], vec![]),
            ("last_week", vec![], vec![]),
            ("last", vec![json!(7)], vec!["7"]),
            ("next", vec![json!(1)], vec!["1"]),
            ("older", vec![json!(30)], vec!["30"]),
            ("later", vec![json!(3)], vec!["3"]),
        ] {
            let json = test("no", operator, values);
            let group = tree(&json);
            assert_eq!(group.parts, vec![Part::Test(posted("no", operator, &back))], "{json}");
        }
    }

    #[test]
    fn conditions_on_one_line_stay_together() {
        let one = json!({"field": "qty", "op": "gt", "value": "1"});
        let single = json!({"any_line": "lines", "where": one});
        assert_eq!(tree(&single).parts, vec![Part::Test(posted("lines.qty", "gt", &["1"]))]);
        let group = tree(&json!({"any_line": "lines", "where": {"all": [one, one]}}));
        assert!(matches!(&group.parts[..], [Part::Group(inner)] if inner.parts.len() == 2), "{group:?}");
        let apart = tree(&json!({"any": [{"all": [single, single]}]}));
        assert!(matches!(&apart.parts[..], [Part::Group(all)] if matches!(all.parts[0], Part::Group(_))), "{apart:?}");
        assert!(matches!(tree(&json!({"all": [single, single]})).parts[..], [Part::Test(_), Part::Test(_)]));
        let denied = tree(&json!({"any_line": "lines", "where": {"not": one}}));
        let is_denied = |group: &Group| matches!(&group.parts[..], [Part::Group(no)] if no.join == Join::NotAll);
        assert!(matches!(&denied.parts[..], [Part::Group(line)] if is_denied(line)), "{denied:?}");
        let none = tree(&json!({"not": single}));
        assert!(matches!(&none.parts[..], [Part::Group(inner)] if inner.join == Join::NotAll), "{none:?}");
        let part = json!({"field": "code", "op": "contains", "value": "1"});
        let none = tree(&json!({"not": {"any_line": "lines", "where": part}}));
        assert!(matches!(&none.parts[..], [Part::Group(inner)] if inner.join == Join::NotAll), "{none:?}");
    }

    #[test]
    fn groups_are_kept() {
        let one = json!({"field": "no", "op": "eq", "value": "1"});
        let group = tree(&json!({"not": {"any": [one, {"all": [one]}]}}));
        assert_eq!(group.join, Join::NotAny);
        assert!(matches!(&group.parts[1], Part::Group(inner) if inner.join == Join::All));
    }
}
