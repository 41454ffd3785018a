//! The control of one field, with its value as it is posted.

use super::{
    super::{cell::Showing, find},
    options::Options,
};
use crate::{
    base::value::Value,
    definition::{
        field::{ChoiceOption, Field, Kind, Widget as Control, address, cascade, file_list, json},
        form::{Appearance, Item},
    },
    i18n::format,
    rules::option_filter::{Around, reads},
    service::{files::LARGEST, represent::PEOPLE},
    web::view::{
        Choice, Picker, TextKind, Widget,
        field::{Part, Step},
        file::{Files, Taking},
    },
};
use jiff::tz::TimeZone;

/// More options than these are not shown side by side.
const MOST_SEGMENTS: usize = 5;

/// What a control is made from.
pub struct Making<'a> {
    pub show: &'a Showing<'a>,
    pub options: &'a Options,
    /// `/apps/{app}/{table}`.
    pub base: &'a str,
    pub field: &'a Field,
    /// `amount`, `lines.item`.
    pub path: &'a str,
    /// The posted name: `amount`, `lines.0.item`.
    pub name: &'a str,
    pub item: Option<&'a Item>,
    pub around: Around<'a>,
    pub value: &'a Value,
    /// What was typed, where it did not read.
    pub raw: Option<&'a str>,
    pub required: bool,
}

impl Making<'_> {
    /// The control of the field's kind.
    pub fn widget(&self) -> Widget {
        let field = self.field;
        let text = || match self.raw {
            Some(raw) => raw.to_owned(),
            None => posted(field, self.value, self.show.zone).pop().unwrap_or_default(),
        };
        let max_length = field.max_length.and_then(|length| u32::try_from(length).ok());
        match field.kind.behaviour().widget() {
            Control::Line => Widget::Text { value: text(), kind: text_kind(field.kind), max_length },
            Control::Paragraph => Widget::Multiline { value: text(), max_length },
            Control::Whole | Control::Number => Widget::Number {
                value: text(),
                integer: field.kind.behaviour().widget() == Control::Whole,
                unit: field
                    .unit
                    .clone()
                    .unwrap_or_else(|| (if field.kind == Kind::Percent { "%" } else { "" }).to_owned()),
            },
            Control::Checkbox => {
                Widget::Checkbox { checked: self.value == &Value::Bool(true), label: self.show.texts.get("yes") }
            }
            // What is no date would not show in a date's own control.
            Control::Date | Control::DateTime | Control::Time if self.raw.is_some() => {
                Widget::Text { value: text(), kind: TextKind::Text, max_length: None }
            }
            Control::Date => Widget::Date(text()),
            Control::DateTime => Widget::DateTime(text()),
            Control::Time => Widget::Time(text()),
            Control::Choice => self.choice(),
            Control::Choices => Widget::Choices(self.choices()),
            Control::Member => self.member(),
            Control::RichText => Widget::RichText { value: text() },
            Control::Secret => {
                let value = self.value.as_text().unwrap_or_default().to_owned();
                Widget::Secret { value, set: self.value.is_sealed() }
            }
            Control::Json => Widget::Code { value: text() },
            Control::Duration => Widget::Duration(text()),
            Control::Location => Widget::Location(text()),
            Control::Address => Widget::Parts(self.parts()),
            Control::Cascade => self.cascade(),
            Control::Department => Widget::Select { options: self.departments(), blank: self.blank() },
            Control::Departments => {
                Widget::Picker(Picker { search_url: self.search_url(), multiple: true, options: self.departments() })
            }
            Control::Link | Control::Links | Control::Members => Widget::Picker(self.picker()),
            Control::Files => Widget::Files(self.files(Taking::Any)),
            Control::Images => Widget::Files(self.files(Taking::Pictures)),
            Control::Signature => Widget::Files(self.files(Taking::Signature)),
            Control::Lines => Widget::ReadOnly(crate::web::view::Cell::Empty),
        }
    }

    fn files(&self, taking: Taking) -> Files {
        Files {
            taking,
            chosen: self.show.files(self.field, self.value),
            most: file_list::most_files(self.field),
            max_size: self.field.max_size.unwrap_or(LARGEST).min(LARGEST),
            accept: file_list::accepted(self.field).join(","),
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let chosen = posted(self.field, self.value, self.show.zone);
        let mut choices: Vec<Choice> = self
            .field
            .options
            .iter()
            .map(|option| Choice::new(option.value.clone(), option.title.clone(), chosen.contains(&option.value)))
            .collect();
        // An option that was since taken out of the definition keeps its place while it is chosen.
        for gone in chosen.iter().filter(|value| self.field.option(value).is_none()) {
            choices.push(Choice::new(gone.clone(), gone.clone(), true));
        }
        choices
    }

    fn choice(&self) -> Widget {
        let options = self.choices();
        let asked = self.item.and_then(|item| item.widget) == Some(Appearance::Segments);
        let under = self.item.and_then(|item| item.widget) == Some(Appearance::Radio);
        if under || asked && options.len() <= MOST_SEGMENTS {
            return Widget::Segmented(options);
        }
        Widget::Select { options, blank: self.blank() }
    }

    fn parts(&self) -> Vec<Part> {
        let text = |name: &str| self.show.texts.get(&format!("address-{name}"));
        let parts = address::PARTS.into_iter().zip(address::parts(self.value));
        parts
            .map(|(name, value)| Part { name, label: text(name), value: value.to_owned(), wide: name == "detail" })
            .collect()
    }

    fn cascade(&self) -> Widget {
        let chosen = cascade::path_text(self.value);
        let step = |(path, titles, option): (String, Vec<&str>, &ChoiceOption)| Step {
            selected: path == chosen,
            path,
            label: titles.join(" / "),
            title: option.title.clone(),
        };
        let mut options: Vec<Step> = cascade::all_paths(&self.field.options).into_iter().map(step).collect();
        // A way that the definition no longer has keeps its place while it is chosen.
        if !chosen.is_empty() && options.iter().all(|option| !option.selected) {
            let label = self.field.show(self.value);
            options.push(Step { path: chosen, title: label.clone(), label, selected: true });
        }
        Widget::Cascade { options, blank: self.show.texts.get("none-chosen") }
    }

    /// Every department by its way from the top.
    fn departments(&self) -> Vec<Choice> {
        let chosen = ids(self.value);
        let known = self.options.departments.iter();
        known.map(|(id, name)| Choice::new(id.to_string(), name.clone(), chosen.contains(id))).collect()
    }

    /// The word for none. What must be filled in can still be empty before it is.
    fn blank(&self) -> Option<String> {
        (!self.required || self.value.is_unset()).then(|| self.show.texts.get("none-chosen"))
    }

    fn member(&self) -> Widget {
        let mut options = self.people();
        options.sort_by_key(|choice| !choice.selected);
        let mut shown = self.people();
        if shown.len() > Options::MOST_PEOPLE {
            shown = options;
            shown.truncate(Options::MOST_PEOPLE);
            return Widget::Picker(Picker { search_url: self.search_url(), multiple: false, options: shown });
        }
        Widget::Select { options: shown, blank: self.blank() }
    }

    /// Everybody who is active, and whoever is chosen though they are not any more.
    fn people(&self) -> Vec<Choice> {
        let chosen: Vec<i64> = ids(self.value);
        let mut choices: Vec<Choice> = self
            .options
            .people
            .iter()
            .map(|person| Choice {
                note: person.position.clone(),
                ..Choice::new(person.id.to_string(), person.name.clone(), chosen.contains(&person.id))
            })
            .collect();
        for id in chosen.iter().filter(|id| self.options.people.iter().all(|person| person.id != **id)) {
            let name = self.show.labels.get(PEOPLE, *id).map_or_else(|| format!("#{id}"), str::to_owned);
            choices.push(Choice::new(id.to_string(), name, true));
        }
        choices
    }

    /// The address carries what the filter of the options reads of the form.
    fn search_url(&self) -> String {
        let url = format!("{}/options/{}", self.base, self.path);
        let filter = self.item.and_then(|item| item.options.as_ref());
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (place, key) in filter.map(reads).unwrap_or_default() {
            let known = match (place.as_str(), self.around.line) {
                ("record", _) => self.around.table.field(&key).map(|field| (field, self.around.document.get(&key))),
                (_, Some((lines, line))) => lines.column(&key).map(|field| (field, line.get(&key))),
                (_, None) => None,
            };
            let Some((field, value)) = known.filter(|(_, value)| !value.is_unset()) else { continue };
            pairs.push((format!("{place}.{key}"), field.text(value)));
        }
        find::address(&url, &pairs)
    }

    fn picker(&self) -> Picker {
        let multiple = self.field.kind.is_several();
        if self.field.kind.is_member() {
            return Picker { search_url: self.search_url(), multiple, options: self.people() };
        }
        let chosen = ids(self.value);
        let label = |id: i64| self.show.labels.of(self.field, id).map_or_else(|| format!("#{id}"), str::to_owned);
        let unknown = self.raw.map(|raw| Choice::new(raw, raw.trim_start_matches('?'), true));
        let mut options: Vec<Choice> = unknown.into_iter().collect();
        let known = chosen.iter().map(|id| Choice::new(id.to_string(), label(*id), true));
        options.extend(known);
        let links = &self.options.links;
        let offered = links.get(self.name).or_else(|| links.get(self.path)).into_iter().flatten();
        options.extend(
            offered
                .filter(|(id, _)| !chosen.contains(id))
                .map(|(id, label)| Choice::new(id.to_string(), label.clone(), false)),
        );
        Picker { search_url: self.search_url(), multiple, options }
    }
}

fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
        one => one.as_integer().into_iter().collect(),
    }
}

/// A value as its control posts it: one text, or several of the same name; none for no value.
pub fn posted(field: &Field, value: &Value, zone: &TimeZone) -> Vec<String> {
    match (field.kind, value) {
        (_, Value::Unset | Value::Sealed(_)) => Vec::new(),
        (Kind::Cascade, _) => vec![cascade::path_text(value)],
        (Kind::Json, _) => vec![json::pretty(value)],
        (Kind::RichText, Value::Text(html)) => vec![html.clone()],
        (_, Value::List(items)) => items
            .iter()
            .filter_map(|item| item.as_text().map(str::to_owned).or_else(|| Some(item.as_integer()?.to_string())))
            .collect(),
        (Kind::Choice, Value::Text(text)) => vec![text.clone()],
        (_, Value::Bool(truth)) => vec![truth.to_string()],
        (_, Value::Time(time)) if time.second() == 0 => vec![format::clock(time.hour(), time.minute())],
        (_, Value::Instant(moment)) => {
            let local = zone.to_datetime(moment.to_jiff());
            let day = format::date(local.year(), local.month(), local.day());
            // What is finer than a minute is posted only where there is something, so that saving a page changes nothing.
            let fine = match (local.second(), local.millisecond()) {
                (0, 0) => String::new(),
                (second, 0) => format!(":{second:02}"),
                (second, millisecond) => format!(":{second:02}.{millisecond:03}"),
            };
            vec![format!("{day}T{}{fine}", format::clock(local.hour(), local.minute()))]
        }
        (_, value) => vec![field.text(value)],
    }
}

fn text_kind(kind: Kind) -> TextKind {
    match kind {
        Kind::Barcode => TextKind::Code,
        Kind::Email => TextKind::Email,
        Kind::Phone => TextKind::Phone,
        Kind::Url => TextKind::Url,
        _ => TextKind::Text,
    }
}
