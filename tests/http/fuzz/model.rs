//! The tables of the fuzzer, random rows and questions, and what each question means.

use super::chance::Chance;
use formwork::query::{order_key, search_text, words};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// A value as the evaluator sees it: numbers, moments, yes and no as numbers, days as their text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Number(Decimal),
    Text(String),
    Several(Vec<String>),
    Unset,
}

pub type Values = BTreeMap<&'static str, Cell>;

#[derive(Debug, Clone)]
pub struct Row {
    pub id: i64,
    pub values: Values,
    /// Its lines, which have no ids here and no lines.
    pub parts: Vec<Row>,
}

pub struct Rows {
    pub things: Vec<Row>,
    pub homes: BTreeMap<i64, Values>,
    /// The home above each, whoever sees it.
    pub parents: BTreeMap<i64, i64>,
}

/// Fields with their kinds; a path with a dot follows the link.
const FIELDS: [(&str, &str); 12] = [
    ("name", "text"),
    ("number", "integer"),
    ("amount", "decimal"),
    ("day", "date"),
    ("at", "datetime"),
    ("flag", "boolean"),
    ("level", "choice"),
    ("tags", "choices"),
    ("region", "cascade"),
    ("home", "link"),
    ("home.name", "text"),
    ("home.size", "decimal"),
];
/// Columns of the lines.
const PARTS: [(&str, &str); 4] = [("code", "text"), ("count", "decimal"), ("home", "link"), ("home.size", "decimal")];
const REGIONS: [&[&str]; 5] = [&["east"], &["east", "harbour"], &["east", "hill"], &["west"], &["west", "harbour"]];
const NAMES: [&str; 12] =
    ["螺丝", "螺母", "垫圈", "Zinc", "zinc", "Apple", "apple pie", "重庆", "100%_\\", "'; --", "ＬＵＯ 8", "é"];
const LEVELS: [&str; 3] = ["low", "mid", "high"];
const TAGS: [&str; 3] = ["a", "b", "ab"];
const DAYS: [&str; 7] =
    ["2024-02-29", "2024-12-29", "2024-12-30", "2025-01-01", "2025-03-31", "2025-12-31", "1000-01-01"];
const MOMENTS: [&str; 5] = [
    "2024-12-31T15:59:59.999Z",
    "2024-12-31T16:00:00.000Z",
    "1969-12-31T23:59:59.500Z",
    "2025-06-01T00:00:00.000Z",
    "1988-07-01T12:00:00.000Z",
];
const AMOUNTS: [&str; 8] = ["0", "0.001", "-0.001", "1.005", "-7.5", "999999999999.999", "-999999999999.999", "2"];
const NUMBERS: [i64; 6] = [0, 1, -1, 7, 999_999_999_999_999, -999_999_999_999_999];

pub fn documents() -> Vec<(&'static str, Value)> {
    let field = |schema: &str, kind: &str, more: Value| {
        let mut annotation = json!({"kind": kind});
        for (name, value) in more.as_object().expect("an object") {
            annotation[name] = value.clone();
        }
        json!({"type": schema, "title": kind, "x-field": annotation})
    };
    let options =
        |values: &[&str]| json!({"options": values.iter().map(|value| json!({"value": value})).collect::<Vec<_>>()});
    let schema = "https://json-schema.org/draft/2020-12/schema";
    let all = json!(["view"]);
    vec![
        (
            "app.json",
            json!({"key": "fuzz", "title": "Fuzz", "version": "1.0.0", "locale": "en", "menu": [{"table": "thing"}]}),
        ),
        (
            "tables/home.json",
            json!({"$schema": schema, "title": "Home", "type": "object", "x-table": {"key": "home", "display": "{name}"},
            "properties": {"name": field("string", "text", json!({"searchable": true})), "size": field("string", "decimal", json!({"scale": 3})),
                "parent": field("integer", "link", json!({"table": "home"}))}}),
        ),
        (
            "tables/thing.json",
            json!({"$schema": schema, "title": "Thing", "type": "object", "x-table": {"key": "thing", "display": "{name}"},
            "properties": {
                "name": field("string", "text", json!({"searchable": true})),
                "number": field("integer", "integer", json!({})),
                "amount": field("string", "decimal", json!({"scale": 3})),
                "day": field("string", "date", json!({})),
                "at": field("string", "datetime", json!({})),
                "flag": field("boolean", "boolean", json!({})),
                "level": field("string", "choice", options(&LEVELS)),
                "tags": field("array", "choices", options(&TAGS)),
                "home": field("integer", "link", json!({"table": "home", "searchable": true})),
                "region": field("array", "cascade", json!({"options": [
                    {"value": "east", "title": "East", "children": [
                        {"value": "harbour", "title": "Harbour"}, {"value": "hill", "title": "Hill"}
                    ]},
                    {"value": "west", "title": "West", "children": [{"value": "harbour", "title": "Harbour"}]},
                ]})),
                "parts": {"type": "array", "title": "parts", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                    "code": field("string", "text", json!({})),
                    "count": field("string", "decimal", json!({"scale": 3})),
                    "home": field("integer", "link", json!({"table": "home"})),
                }}},
            }}),
        ),
        (
            "roles/clerk.json",
            json!({"key": "clerk", "title": "Clerk", "grants": [
                {"table": "home", "actions": all, "scope": {"not": {"field": "size", "op": "lt", "value": "0"}}},
                {"table": "thing", "actions": all, "scope": {"field": "flag", "op": "eq", "value": true}},
                {"table": "thing", "actions": all, "scope": {"field": "level", "op": "in", "value": ["low", "mid"]}, "fields": {"amount": "hidden", "parts.count": "hidden"}},
            ]}),
        ),
    ]
}

fn number(text: &str) -> Cell {
    Cell::Number(text.parse().expect("a number"))
}

fn moment(text: &str) -> Cell {
    let at = formwork::base::time::Timestamp::parse_rfc3339(text).expect("a moment");
    Cell::Number(Decimal::from(at.0))
}

fn random(chance: &mut Chance, kind: &str) -> Cell {
    match kind {
        "text" => Cell::Text((*chance.pick(&NAMES)).to_owned()),
        "integer" => Cell::Number(Decimal::from(*chance.pick(&NUMBERS))),
        "decimal" => number(chance.pick::<&str>(&AMOUNTS)),
        "date" => Cell::Text((*chance.pick(&DAYS)).to_owned()),
        "datetime" => moment(chance.pick::<&str>(&MOMENTS)),
        "boolean" => Cell::Number(Decimal::from(chance.below(2))),
        "choice" => Cell::Text((*chance.pick(&LEVELS)).to_owned()),
        "cascade" => Cell::Several(chance.pick(&REGIONS).iter().map(|step| (*step).to_owned()).collect()),
        _ => {
            let chosen: Vec<String> = TAGS.iter().filter(|_| chance.one_in(2)).map(|tag| (*tag).to_owned()).collect();
            if chosen.is_empty() { Cell::Unset } else { Cell::Several(chosen) }
        }
    }
}

fn maybe(chance: &mut Chance, kind: &str) -> Cell {
    if chance.one_in(5) { Cell::Unset } else { random(chance, kind) }
}

/// A home, below one of those that are there already or below none.
pub fn home(chance: &mut Chance, homes: &[i64]) -> Values {
    let parent = if homes.is_empty() { Cell::Unset } else { place(chance, homes) };
    Values::from([("name", maybe(chance, "text")), ("size", maybe(chance, "decimal")), ("parent", parent)])
}

fn place(chance: &mut Chance, homes: &[i64]) -> Cell {
    if chance.one_in(5) { Cell::Unset } else { Cell::Number(Decimal::from(*chance.pick(homes))) }
}

pub fn parts(chance: &mut Chance, homes: &[i64]) -> Vec<Row> {
    let part = |chance: &mut Chance| {
        let values =
            [("code", maybe(chance, "text")), ("count", maybe(chance, "decimal")), ("home", place(chance, homes))];
        Row { id: 0, values: Values::from(values), parts: Vec::new() }
    };
    (0..chance.below(4)).map(|_| part(chance)).collect()
}

pub fn thing(chance: &mut Chance, homes: &[i64]) -> Values {
    let own = FIELDS.iter().filter(|(name, kind)| !name.contains('.') && *kind != "link");
    let mut values: Values = own.map(|(name, kind)| (*name, maybe(chance, kind))).collect();
    values.insert("home", place(chance, homes));
    values
}

fn kind_of(path: &str) -> &'static str {
    FIELDS.iter().chain(&PARTS).find(|(name, _)| *name == path).map_or("", |(_, kind)| kind)
}

/// A value as the API takes and gives it.
fn written(path: &str, cell: &Cell) -> Value {
    match (kind_of(path), cell) {
        (_, Cell::Unset) => Value::Null,
        ("integer" | "link", Cell::Number(number)) => json!(i64::try_from(*number).expect("a whole number")),
        ("boolean", Cell::Number(number)) => json!(!number.is_zero()),
        ("datetime", Cell::Number(number)) => {
            json!(formwork::base::time::Timestamp(i64::try_from(*number).expect("milliseconds")).to_rfc3339())
        }
        (_, Cell::Number(number)) => json!(number.normalize().to_string()),
        (_, Cell::Text(text)) => json!(text),
        (_, Cell::Several(items)) => json!(items),
    }
}

pub fn json_of(values: &Values) -> Value {
    let path = |name: &str| match name {
        "size" => "amount".to_owned(),
        "parent" => "home".to_owned(),
        name => name.to_owned(),
    };
    Value::Object(values.iter().map(|(name, cell)| ((*name).to_owned(), written(&path(name), cell))).collect())
}

/// A random filter of at most three levels.
pub fn filter(chance: &mut Chance, rows: &Rows, depth: u32) -> Value {
    if depth < 3 && chance.one_in(2) {
        let count = 1 + chance.below(3);
        let parts: Vec<Value> = (0..count).map(|_| filter(chance, rows, depth + 1)).collect();
        return match chance.below(3) {
            0 => json!({"all": parts}),
            1 => json!({"any": parts}),
            _ => json!({"not": parts[0]}),
        };
    }
    if chance.one_in(6) {
        return json!({"any_line": "parts", "where": part_filter(chance, rows, depth + 1)});
    }
    test(chance, rows, &FIELDS)
}

/// A random filter over the columns of a line.
fn part_filter(chance: &mut Chance, rows: &Rows, depth: u32) -> Value {
    if depth < 4 && chance.one_in(3) {
        let parts: Vec<Value> = (0..2).map(|_| part_filter(chance, rows, depth + 1)).collect();
        return match chance.below(3) {
            0 => json!({"all": parts}),
            1 => json!({"any": parts}),
            _ => json!({"not": parts[0]}),
        };
    }
    test(chance, rows, &PARTS)
}

fn test(chance: &mut Chance, rows: &Rows, fields: &[(&'static str, &'static str)]) -> Value {
    let (path, kind) = *chance.pick(fields);
    let ids: Vec<i64> = rows.homes.keys().copied().collect();
    let value = |chance: &mut Chance| match kind {
        "link" => json!(chance.pick(&ids)),
        "choices" => json!(chance.pick(&TAGS)),
        "cascade" => json!(chance.pick(&["east", "harbour", "west"])),
        _ => written(path, &random(chance, kind)),
    };
    let ops: &[&str] = match kind {
        "text" => &["eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "between", "contains", "starts", "empty"],
        "choices" => &["contains", "empty"],
        "cascade" => &["contains", "under", "empty"],
        "link" => &["eq", "ne", "lt", "in", "nin", "empty", "under", "under"],
        _ => &["eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "between", "empty"],
    };
    let op = *chance.pick(ops);
    let operand = match op {
        "empty" => json!(chance.one_in(2)),
        "under" if kind == "cascade" => match chance.one_in(2) {
            true => json!(chance.pick(&REGIONS)),
            false => json!(chance.pick(&REGIONS).join("/")),
        },
        "under" if chance.one_in(3) => json!([value(chance), value(chance)]),
        "in" | "nin" => (0..chance.below(3)).map(|_| value(chance)).collect(),
        "between" => json!([value(chance), value(chance)]),
        "contains" | "starts" if kind == "text" => {
            json!(*chance.pick(&["螺", "ZIN", "a", "%", "_", "'", "e", "é", "\\"]))
        }
        _ => value(chance),
    };
    json!({"field": path, "op": op, "value": operand})
}

pub fn sort(chance: &mut Chance) -> Vec<String> {
    let sortable: Vec<&str> =
        FIELDS.iter().filter(|(_, kind)| !["choices", "cascade"].contains(kind)).map(|(name, _)| *name).collect();
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..chance.below(4) {
        let name = *chance.pick(&sortable);
        if keys.iter().all(|key| key.trim_start_matches('-') != name) {
            keys.push(format!("{}{name}", if chance.one_in(2) { "-" } else { "" }));
        }
    }
    keys
}

pub fn word(chance: &mut Chance, _rows: &Rows) -> String {
    (*chance.pick(&["luo", "ls", "螺", "zin", "APP", "pie apple", "cq", "8", "é", "nothing"])).to_owned()
}

impl Rows {
    /// What the clerk is shown: things of either grant, the amount where the first covers them, homes that are not hidden.
    pub fn shown_to_clerk(&self) -> Self {
        let yes = Cell::Number(Decimal::ONE);
        let level = |row: &Row| matches!(&row.values["level"], Cell::Text(level) if level != "high");
        let shown = self.things.iter().filter(|row| row.values["flag"] == yes || level(row)).cloned().map(|mut row| {
            if row.values["flag"] != yes {
                row.values.insert("amount", Cell::Unset);
                for part in &mut row.parts {
                    part.values.insert("count", Cell::Unset);
                }
            }
            row
        });
        let small = |home: &Values| matches!(&home["size"], Cell::Number(size) if *size < Decimal::ZERO);
        let hidden = |home: &Values| home.keys().map(|name| (*name, Cell::Unset)).collect();
        let homes = self.homes.iter().map(|(id, home)| (*id, if small(home) { hidden(home) } else { home.clone() }));
        Self { things: shown.collect(), homes: homes.collect(), parents: self.parents.clone() }
    }

    fn value<'a>(&'a self, row: &'a Row, path: &str) -> &'a Cell {
        let Some((link, end)) = path.split_once('.') else { return &row.values[path] };
        let Cell::Number(id) = &row.values[link] else { return &Cell::Unset };
        &self.homes[&i64::try_from(*id).expect("an id")][end]
    }

    /// The rows that are asked for, in order.
    pub fn list(&self, filter: Option<&Value>, search: Option<&str>, sort: &[String]) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self
            .things
            .iter()
            .filter(|row| filter.is_none_or(|filter| self.meets(row, filter)))
            .filter(|row| search.is_none_or(|search| self.holds(row, search)))
            .collect();
        rows.sort_by(|one, other| {
            for key in sort {
                let (path, descending) = key.strip_prefix('-').map_or((key.as_str(), false), |path| (path, true));
                let order = by_value(kind_of(path), self.value(one, path), self.value(other, path), descending);
                if order.is_ne() {
                    return order;
                }
            }
            let descending = sort.first().is_none_or(|key| key.starts_with('-'));
            if descending { other.id.cmp(&one.id) } else { one.id.cmp(&other.id) }
        });
        rows
    }

    fn holds(&self, row: &Row, search: &str) -> bool {
        words(search).iter().all(|word| {
            ["name", "home.name"].iter().any(|path| match self.value(row, path) {
                Cell::Text(text) => search_text(text).contains(word.as_str()),
                _ => false,
            })
        })
    }

    fn meets(&self, row: &Row, filter: &Value) -> bool {
        let parts = |name: &str| filter[name].as_array().expect("parts").iter();
        if filter.get("all").is_some() {
            return parts("all").all(|part| self.meets(row, part));
        }
        if filter.get("any").is_some() {
            return parts("any").any(|part| self.meets(row, part));
        }
        if let Some(part) = filter.get("not") {
            return !self.meets(row, part);
        }
        if filter.get("any_line").is_some() {
            return row.parts.iter().any(|part| self.meets(part, &filter["where"]));
        }
        let path = filter["field"].as_str().expect("a field");
        let (cell, value) = (self.value(row, path), &filter["value"]);
        let read = |value: &Value| read(kind_of(path), value);
        let op = filter["op"].as_str().expect("an operator");
        let negated = matches!(op, "ne" | "nin");
        if op == "empty" {
            return (*cell == Cell::Unset) == (*value == json!(true));
        }
        if *cell == Cell::Unset {
            return negated;
        }
        let folded = |text: &str| text.to_ascii_lowercase();
        match op {
            "eq" => *cell == read(value),
            "ne" => *cell != read(value),
            "lt" => *cell < read(value),
            "le" => *cell <= read(value),
            "gt" => *cell > read(value),
            "ge" => *cell >= read(value),
            "in" => value.as_array().expect("values").iter().any(|value| *cell == read(value)),
            "nin" => value.as_array().expect("values").iter().all(|value| *cell != read(value)),
            "between" => read(&value[0]) <= *cell && *cell <= read(&value[1]),
            "contains" => match cell {
                Cell::Several(items) => items.iter().any(|item| value == item),
                Cell::Text(text) => folded(text).contains(&folded(value.as_str().expect("a text"))),
                _ => false,
            },
            "under" => match cell {
                Cell::Several(path) => {
                    let start: Vec<String> = match value {
                        Value::String(text) => text.split('/').map(str::to_owned).collect(),
                        steps => serde_json::from_value(steps.clone()).expect("steps"),
                    };
                    path.starts_with(&start)
                }
                Cell::Number(id) => {
                    let tops: Vec<i64> = match value {
                        Value::Array(ids) => ids.iter().filter_map(Value::as_i64).collect(),
                        id => id.as_i64().into_iter().collect(),
                    };
                    let mut at = i64::try_from(*id).ok();
                    while let Some(id) = at.filter(|id| !tops.contains(id)) {
                        at = self.parents.get(&id).copied();
                    }
                    at.is_some()
                }
                _ => false,
            },
            "starts" => {
                matches!(cell, Cell::Text(text) if folded(text).starts_with(&folded(value.as_str().expect("a text"))))
            }
            other => panic!("{other} is no operator"),
        }
    }
}

fn read(kind: &str, value: &Value) -> Cell {
    match (kind, value) {
        ("datetime", Value::String(text)) => moment(text),
        ("decimal", Value::String(text)) => number(text),
        (_, Value::String(text)) => Cell::Text(text.clone()),
        (_, Value::Number(number)) => Cell::Number(Decimal::from(number.as_i64().expect("a whole number"))),
        (_, Value::Bool(yes)) => Cell::Number(Decimal::from(u8::from(*yes))),
        _ => panic!("{value} of {kind}"),
    }
}

/// Unset comes last in either direction; texts by pinyin.
fn by_value(kind: &str, one: &Cell, other: &Cell, descending: bool) -> Ordering {
    let order = match (one, other) {
        (Cell::Unset, Cell::Unset) => return Ordering::Equal,
        (Cell::Unset, _) => return Ordering::Greater,
        (_, Cell::Unset) => return Ordering::Less,
        (Cell::Text(one), Cell::Text(other)) if kind == "text" => order_key(one).cmp(&order_key(other)),
        (one, other) => one.cmp(other),
    };
    if descending { order.reverse() } else { order }
}

/// How the group is called in which a row lies. Moments have their day in Shanghai.
pub fn group_of(row: &Row, rows: &Rows, key: &str) -> Value {
    let Some((bucket, path)) = key.strip_suffix(')').and_then(|key| key.split_once('(')) else {
        return written(key, rows.value(row, key));
    };
    let day: jiff::civil::Date = match rows.value(row, path) {
        Cell::Text(day) => day.parse().expect("a day"),
        Cell::Number(at) => {
            let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("the zone");
            formwork::base::time::Timestamp(i64::try_from(*at).expect("milliseconds")).date_in(&zone)
        }
        _ => return Value::Null,
    };
    let first = match bucket {
        "month" => day.first_of_month(),
        "year" => day.first_of_year(),
        "week" => {
            let mut day = day;
            while day.weekday() != jiff::civil::Weekday::Monday {
                day = day.yesterday().expect("a day before");
            }
            day
        }
        other => panic!("{other} is no bucket"),
    };
    json!(first.to_string())
}

/// The figures of a group, added up one by one.
pub fn figures(rows: &[&Row]) -> Value {
    let numbers = |name: &str| -> Vec<Decimal> {
        rows.iter()
            .filter_map(|row| if let Cell::Number(number) = row.values[name] { Some(number) } else { None })
            .collect()
    };
    let plain = |number: Decimal| json!(number.normalize().to_string());
    let (amounts, whole) = (numbers("amount"), numbers("number"));
    let sum =
        |numbers: &[Decimal]| -> Value { if numbers.is_empty() { Value::Null } else { plain(numbers.iter().sum()) } };
    let average = if amounts.is_empty() {
        Value::Null
    } else {
        // Exact: the sum is made a whole number of the last place before it is divided.
        let scaled = i128::try_from(amounts.iter().sum::<Decimal>() * Decimal::from(100_000)).expect("a whole number");
        let count = i128::try_from(amounts.len()).expect("a count");
        let (whole, rest) = (scaled / count, scaled % count);
        let rounded = if rest.abs() * 2 >= count { whole + rest.signum() } else { whole };
        plain(
            Decimal::try_from_i128_with_scale(rounded, 5)
                .expect("a number")
                .round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero),
        )
    };
    let days =
        rows.iter().filter_map(|row| if let Cell::Text(day) = &row.values["day"] { Some(day.clone()) } else { None });
    let names: BTreeSet<&Cell> =
        rows.iter().map(|row| &row.values["name"]).filter(|name| **name != Cell::Unset).collect();
    json!({
        "count()": rows.len(), "sum(amount)": sum(&amounts), "avg(amount)": average,
        "min(amount)": amounts.iter().min().map_or(Value::Null, |least| plain(*least)),
        "max(day)": days.max(), "count_distinct(name)": names.len(), "sum(number)": sum(&whole),
    })
}
