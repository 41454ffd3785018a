//! Fields as designers make them: a new one of each kind, what can be said of it, and what it is as another kind.

use super::{
    Refusal,
    property::{Property, Shape},
};
use crate::{
    base::key::made_of,
    definition::{field::Kind, table::SYSTEM_FIELDS},
};
use serde_json::{Map, Value as Json, json};

const RESETS: &[&str] = &["never", "year", "month", "day"];

/// What can be said of a field of this kind, in the order in which a designer shows it. `column`: it stands in lines.
#[must_use]
pub fn properties(kind: Kind, column: bool) -> Vec<Property> {
    use Kind::{
        Barcode, Boolean, Decimal, Email, Integer, Lines, Link, Links, Lookup, Money, Multiline, NumberSeries, Percent,
        Phone, Rating, RichText, Rollup, Secret, Text, Url,
    };
    let length = Shape::Whole { least: 1, most: 1_000_000 };
    let count = Shape::Whole { least: 0, most: 10_000 };
    let computed = matches!(kind, NumberSeries | Rollup | Lookup);
    let several = kind.is_identity() || matches!(kind, Lines);
    let textual = matches!(kind, Text | Multiline | Email | Phone | Url | Barcode);
    let exact = matches!(kind, Decimal | Money | Percent);
    let number = exact || matches!(kind, Integer | Kind::Duration);
    let can_default = !computed && !kind.is_file() && !matches!(kind, Lines | Secret | Kind::Json | RichText);
    let all = [
        (true, Property::new("title", "/title", Shape::Title)),
        (true, Property::new("help", "/x-field/help", Shape::Line)),
        (kind.is_link(), Property::new("table", "/x-field/table", Shape::Table)),
        (kind == Lookup, Property::new("link", "/x-field/link", Shape::Field)),
        (kind == Lookup, Property::new("field", "/x-field/field", Shape::Field)),
        (kind == Rollup, Property::new("from", "/x-field/from", Shape::Json)),
        (kind == Rollup, Property::new("measure", "/x-field/measure", Shape::Line)),
        (kind == Rollup, Property::new("filter", "/x-field/filter", Shape::Filter)),
        (kind == NumberSeries, Property::new("pattern", "/x-field/pattern", Shape::Title)),
        (kind == NumberSeries, Property::new("reset", "/x-field/reset", Shape::Word(RESETS))),
        (exact || kind == Rollup, Property::new("scale", "/x-field/scale", Shape::Whole { least: 0, most: 9 })),
        (exact || kind == Integer, Property::new("unit", "/x-field/unit", Shape::Line)),
        (number, Property::new("min", "/x-field/min", Shape::Number)),
        (number, Property::new("max", "/x-field/max", Shape::Number)),
        (exact, Property::new("exclusive_min", "/x-field/exclusive_min", Shape::Number)),
        (textual, Property::new("min_length", "/minLength", length)),
        (textual, Property::new("max_length", "/maxLength", length)),
        (kind.is_file() || kind == Lines, Property::new("min_items", "/minItems", count)),
        (kind.is_file() || kind == Lines, Property::new("max_items", "/maxItems", length)),
        (kind.is_file(), Property::new("max_size", "/x-field/max_size", Shape::Size)),
        (kind.is_file() && kind != Kind::Signature, Property::new("accept", "/x-field/accept", Shape::Words)),
        (can_default, Property::new("default", "/x-field/default", Shape::Default)),
        (can_default && !several, Property::new("formula", "/x-field/formula", Shape::Expression)),
        (
            !column && !computed && !several && !matches!(kind, Boolean | Multiline | RichText | Secret | Rating),
            Property::new("unique", "/x-field/unique", Shape::Flag),
        ),
        (!computed && kind != Lines, Property::new("read_only", "/readOnly", Shape::Flag)),
        (
            textual || matches!(kind, RichText | NumberSeries),
            Property::new("searchable", "/x-field/searchable", Shape::Flag),
        ),
        (
            !column && !matches!(kind, Lines | Lookup | Secret | Link | Links) && !kind.is_file(),
            Property::new("index", "/x-field/index", Shape::Flag),
        ),
        (matches!(kind, Text | Barcode | Link), Property::new("scan", "/x-field/scan", Shape::Flag)),
        (kind != Secret, Property::new("sensitive", "/x-field/sensitive", Shape::Flag)),
        (
            !column && !computed && !several && !matches!(kind, Secret),
            Property::new("encrypted", "/x-field/encrypted", Shape::Flag),
        ),
    ];
    all.into_iter().filter(|(applies, _)| *applies).map(|(_, property)| property).collect()
}

/// Whether it can be asked that the field is filled in.
#[must_use]
pub const fn can_be_required(kind: Kind) -> bool {
    !matches!(kind, Kind::NumberSeries | Kind::Rollup | Kind::Lookup | Kind::Boolean)
}

/// What a field of another field's table or of another table is made with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'w> {
    /// What an option is called before somebody names it; a number follows.
    pub option: &'w str,
    /// What the first column of lines is called.
    pub column: &'w str,
    /// The table that a link points at.
    pub table: &'w str,
}

/// A new field.
#[must_use]
pub fn fresh(kind: Kind, title: &str, words: Words<'_>) -> Json {
    let mut property = Map::new();
    if let Some(name) = json_type(kind) {
        property.insert("type".into(), name.into());
    }
    if let Some(format) = format(kind) {
        property.insert("format".into(), format.into());
    }
    property.insert("title".into(), title.into());
    let mut annotation = json!({"kind": kind.name()});
    match kind {
        Kind::Choice | Kind::Choices | Kind::Cascade => {
            let named =
                |number: usize| format!("{} {number}", if words.option.is_empty() { "A" } else { words.option });
            let mut options: Vec<Json> = Vec::new();
            for number in 1..=3 {
                let title = named(number);
                options.push(json!({"value": option_value(&title, &options), "title": title}));
            }
            annotation["options"] = options.into();
        }
        Kind::Link | Kind::Links => annotation["table"] = words.table.into(),
        Kind::Money => annotation["scale"] = 2.into(),
        Kind::Decimal => annotation["scale"] = 2.into(),
        Kind::NumberSeries => {
            annotation["pattern"] = "{yyyy}{MM}{dd}-{####}".into();
            annotation["reset"] = "day".into();
        }
        Kind::Text => annotation["searchable"] = true.into(),
        _ => {}
    }
    property.insert("x-field".into(), annotation);
    if let Some(item) = item_type(kind) {
        property.insert("items".into(), json!({"type": item}));
    }
    if kind == Kind::Lines {
        let title = if words.column.is_empty() { "A" } else { words.column };
        let key = made_of(title, "field", &|key| SYSTEM_FIELDS.contains(&key));
        property.insert(
            "items".into(),
            json!({"type": "object", "properties": {key: fresh(Kind::Text, title, Words::default())}}),
        );
    }
    property.into()
}

/// The value of a new option, which is made of its title and stays when the title changes.
#[must_use]
pub fn option_value(title: &str, others: &[Json]) -> String {
    made_of(title, "option", &|key| others.iter().any(|option| option["value"] == key))
}

/// A field as another kind: what both kinds can say stays said.
///
/// # Errors
/// `edit_kind` where nothing of the one can be the other.
pub fn converted(old: &Json, kind: Kind, words: Words<'_>) -> Result<Json, Refusal> {
    let was = kind_of(old).ok_or_else(Refusal::gone)?;
    if matches!(kind, Kind::Lookup | Kind::Rollup) || was == Kind::Lines || kind == Kind::Lines {
        return Err(Refusal::new("edit_kind"));
    }
    let mut new = fresh(kind, old["title"].as_str().unwrap_or_default(), words);
    let known = properties(was, false);
    for property in properties(kind, false).into_iter().filter(|property| known.contains(property)) {
        // What a default or a rule says holds for the kind that it was written for.
        if matches!(property.name, "default" | "formula" | "title") {
            continue;
        }
        if let Some(value) = old.pointer(property.at) {
            super::property::set(&mut new, property.at, Some(value.clone()))?;
        }
    }
    if old["x-field"]["options"].is_array() && new["x-field"]["options"].is_array() {
        new["x-field"]["options"] = old["x-field"]["options"].clone();
    }
    Ok(new)
}

/// The kind of a field as it is written.
#[must_use]
pub fn kind_of(property: &Json) -> Option<Kind> {
    Kind::named(property["x-field"]["kind"].as_str()?)
}

fn json_type(kind: Kind) -> Option<&'static str> {
    use Kind::{
        Address, Boolean, Cascade, Choices, Department, Duration, Integer, Json as JsonKind, Lines, Link, Location,
        Lookup, Member, Rating, Rollup,
    };
    match kind {
        JsonKind | Lookup | Rollup => None,
        Boolean => Some("boolean"),
        Integer | Rating | Link | Member | Department | Duration => Some("integer"),
        Location | Address => Some("object"),
        Choices | Cascade | Lines => Some("array"),
        kind if kind.is_identity() => Some("array"),
        _ => Some("string"),
    }
}

const fn format(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Date => Some("date"),
        Kind::DateTime => Some("date-time"),
        Kind::Time => Some("time"),
        _ => None,
    }
}

const fn item_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Choices | Kind::Cascade => Some("string"),
        Kind::Links | Kind::Members | Kind::Departments | Kind::Attachment | Kind::Image | Kind::Signature => {
            Some("integer")
        }
        _ => None,
    }
}
