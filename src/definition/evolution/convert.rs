//! A value on its way from one kind of field to another.

use crate::{
    base::value::Value,
    definition::field::{Field, Kind},
};
use jiff::tz::TimeZone;

/// What became of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// It is there whole.
    Whole(Value),
    /// It is there, but not all of it: rounded, or the first of several.
    Cut(Value),
    /// It is there, but a rule of the new field does not accept it: it stays until somebody corrects it.
    Odd(Value),
    /// The new field cannot hold it: it is left unset, and stays in the trash of fields.
    Lost,
}

impl Carried {
    #[must_use]
    pub fn value(&self) -> &Value {
        match self {
            Self::Whole(value) | Self::Cut(value) | Self::Odd(value) => value,
            Self::Lost => &Value::Unset,
        }
    }
}

/// What conversions need of the world, read beforehand.
pub trait Carrier {
    /// What a row that a link points at, or a person, is called.
    fn name(&self, field: &Field, id: i64) -> Option<String>;
    /// The row or person that is called so, where exactly one is.
    fn named(&self, field: &Field, name: &str) -> Option<i64>;
    /// The organisation's zone, in which days begin.
    fn zone(&self) -> &TimeZone;
}

/// Kinds whose values mean nothing as text of another kind.
const APART: [&str; 11] = [
    "lines",
    "lookup",
    "rollup",
    "secret",
    "attachment",
    "image",
    "signature",
    "number_series",
    "json",
    "department",
    "departments",
];

/// Whether values can be carried over at all; if not, the old field is removed and the new one begins empty.
#[must_use]
pub fn is_convertible(old: &Field, new: &Field) -> bool {
    let column = |field: &Field| field.kind.behaviour().column().is_some();
    let apart = |field: &Field| APART.contains(&field.kind.name());
    if old.kind.name() == "number_series" && is_textual(new.kind) {
        return true;
    }
    let refers = |kind: Kind| kind.is_link() || kind.is_member();
    // A person is no row of a table, and neither is found by the other's name.
    let across = (old.kind.is_link() && new.kind.is_member()) || (old.kind.is_member() && new.kind.is_link());
    let number_of_row = refers(old.kind) && new.kind.is_number() || old.kind.is_number() && refers(new.kind);
    column(old) && column(new) && !apart(old) && !apart(new) && !across && !number_of_row
}

/// Whether the stored form is the same, so that only the catalogue has to know.
#[must_use]
pub fn stays_in_place(old: &Field, new: &Field) -> bool {
    let textual = (is_textual(old.kind) || old.kind == Kind::NumberSeries) && is_textual(new.kind);
    let exact = |kind: Kind| matches!(kind, Kind::Decimal | Kind::Money | Kind::Percent);
    textual || (exact(old.kind) && exact(new.kind) && old.scale == new.scale)
}

fn is_textual(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Multiline | Kind::Email | Kind::Phone | Kind::Url | Kind::Barcode)
}

/// Carries one value over.
#[must_use]
pub fn carry(old: &Field, new: &Field, value: &Value, world: &dyn Carrier) -> Carried {
    if value.is_unset() {
        return Carried::Whole(Value::Unset);
    }
    match (old.kind, new.kind) {
        (from, to) if from.is_number() && to.is_number() => number(new, value),
        (Kind::Date, Kind::DateTime) => begin_of_day(value, world),
        (Kind::DateTime, Kind::Date) => day(value, world),
        (from, to) if from.is_several() || to.is_several() || from.is_link() || to.is_link() || to.is_member() => {
            items(old, new, value, world)
        }
        _ => text(new, &plain(old, value, world)),
    }
}

fn number(new: &Field, value: &Value) -> Carried {
    let settled = new.settle(value.clone());
    let fits = new.load(new.store(&settled));
    if fits.is_unset() {
        return Carried::Lost;
    }
    let same = fits.as_decimal() == value.as_decimal();
    judged(new, fits, same)
}

fn begin_of_day(value: &Value, world: &dyn Carrier) -> Carried {
    let Value::Date(day) = value else { return Carried::Lost };
    match day.at(0, 0, 0, 0).to_zoned(world.zone().clone()) {
        Ok(zoned) => Carried::Whole(Value::Instant(crate::base::time::Timestamp(zoned.timestamp().as_millisecond()))),
        Err(_) => Carried::Lost,
    }
}

fn day(value: &Value, world: &dyn Carrier) -> Carried {
    let Value::Instant(at) = value else { return Carried::Lost };
    let day = Value::Date(at.date_in(world.zone()));
    let back = begin_of_day(&day, world);
    if back.value() == value { Carried::Whole(day) } else { Carried::Cut(day) }
}

/// Choices, links and members: each item by its name, unless both sides mean the same things.
fn items(old: &Field, new: &Field, value: &Value, world: &dyn Carrier) -> Carried {
    let single = [value.clone()];
    let given: &[Value] = if let Value::List(items) = value { items } else { &single };
    let same_things = (old.kind.is_link() && new.kind.is_link() && old.target == new.target)
        || (old.kind.is_member() && new.kind.is_member());
    if !(new.kind.is_several() || new.kind.is_link() || new.kind.is_member()) {
        // One text of them all, or the one option.
        let names: Vec<String> = given.iter().map(|item| item_name(old, item, world)).collect();
        if new.kind == Kind::Choice {
            return match option(new, names.first().map_or("", String::as_str), given.first()) {
                Some(chosen) if names.len() == 1 => Carried::Whole(chosen),
                Some(chosen) => Carried::Cut(chosen),
                None => Carried::Lost,
            };
        }
        return text(new, &names.join("、"));
    }
    let mut found = Vec::new();
    let mut missing = false;
    let texts: Vec<Value> = match (value, is_textual(old.kind)) {
        // A text may name several.
        (Value::Text(text), true) if new.kind.is_several() => text
            .split(['、', ',', '，', ';', '；', '|'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect(),
        _ => given.to_vec(),
    };
    for item in &texts {
        let carried = if same_things {
            Some(item.clone())
        } else {
            let name = item_name(old, item, world);
            match new.kind {
                Kind::Choice | Kind::Choices => option(new, &name, Some(item)),
                _ => world.named(new, name.trim()).map(Value::Integer),
            }
        };
        match carried {
            Some(item) if !found.contains(&item) => found.push(item),
            Some(_) => {}
            None => missing = true,
        }
    }
    if found.is_empty() {
        return Carried::Lost;
    }
    let cut = missing || (!new.kind.is_several() && found.len() > 1);
    let value = if new.kind.is_several() { Value::List(found) } else { found.swap_remove(0) };
    if cut { Carried::Cut(value) } else { Carried::Whole(value) }
}

/// The option that is meant by a stored value or a title.
fn option(new: &Field, name: &str, stored: Option<&Value>) -> Option<Value> {
    let by_value = stored.and_then(Value::as_text).and_then(|value| new.option(value));
    let by_name = || new.option(name).or_else(|| new.options.iter().find(|option| option.title == name));
    by_value.or_else(by_name).map(|option| Value::from(option.value.as_str()))
}

fn item_name(old: &Field, item: &Value, world: &dyn Carrier) -> String {
    match item {
        Value::Integer(id) if old.kind.is_link() || old.kind.is_member() => {
            world.name(old, *id).unwrap_or_else(|| format!("#{id}"))
        }
        Value::Text(stored) => old.option(stored).map_or_else(|| stored.clone(), |option| option.title.clone()),
        other => old.text(other),
    }
}

fn plain(old: &Field, value: &Value, world: &dyn Carrier) -> String {
    if old.kind.is_member() || old.kind.is_link() { item_name(old, value, world) } else { old.text(value) }
}

fn text(new: &Field, written: &str) -> Carried {
    match new.read_text(written) {
        Ok(Value::Unset) | Err(_) => Carried::Lost,
        Ok(value) => {
            let value = new.settle(value);
            let stored = new.load(new.store(&value));
            if stored.is_unset() {
                return Carried::Lost;
            }
            let whole = match (stored.as_decimal(), crate::base::decimal::parse(written.trim())) {
                (Some(now), Some(then)) => now == then,
                _ => true,
            };
            judged(new, stored, whole)
        }
    }
}

/// Bounds and patterns do not make a value disappear; an option that does not exist cannot be shown.
fn judged(new: &Field, value: Value, whole: bool) -> Carried {
    match new.check(&value) {
        Err(error) if error.code == "option" => Carried::Lost,
        Err(_) => Carried::Odd(value),
        Ok(()) if whole => Carried::Whole(value),
        Ok(()) => Carried::Cut(value),
    }
}
