//! Values as cells: one way for lists, lines tables, facts of a record and read-only fields of a form.

use crate::{
    access::RowRights,
    base::{time::Timestamp, value::Value},
    definition::field::{Field, Kind, duration, json, location, rich_text},
    i18n::{Texts, format},
    query::SystemField,
    service::{
        represent::{Labels, PEOPLE},
        thumbnails,
    },
    store::records::Record,
    web::view::{self, Cell, Person, Status, Tag, Tone, file::FileItem, flow::state_tone},
};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// Characters of a long text in a list.
const LONGEST_IN_LIST: usize = 80;

/// For whom values are shown, and with which names for what they point at.
#[derive(Clone, Copy)]
pub struct Showing<'a> {
    pub texts: Texts,
    /// The organisation's zone: moments are shown in it.
    pub zone: &'a TimeZone,
    /// Names of links and people, as far as the reader may see them.
    pub labels: &'a Labels,
    /// The key of the app whose records links lead to; without it links are shown by their names alone.
    pub links_in: Option<&'a str>,
}

/// The value of a field that the reader may see.
#[must_use]
pub fn cell(show: &Showing<'_>, field: &Field, value: &Value) -> Cell {
    if value.is_unset() {
        return Cell::Empty;
    }
    match (field.kind, value) {
        (_, Value::Sealed(_)) => Cell::Code("••••••".into()),
        (Kind::Multiline, Value::Text(text)) => Cell::Multiline(text.clone()),
        // Cleaned when it was stored, and once more where it becomes a part of the page.
        (Kind::RichText, Value::Text(html)) => Cell::Rich(rich_text::clean(html)),
        (Kind::Json, _) => Cell::Preformatted(json::pretty(value)),
        (Kind::Location, _) => show.location(field, value),
        (Kind::Barcode | Kind::NumberSeries, Value::Text(text)) => Cell::Code(text.clone()),
        (Kind::Email, Value::Text(text)) => show.address(text, format!("mailto:{text}")),
        (Kind::Phone, Value::Text(text)) => show.address(text, format!("tel:{}", text.replace(' ', ""))),
        // Anything else that was stored as an address must not become a link.
        (Kind::Url, Value::Text(text)) if text.starts_with("https://") || text.starts_with("http://") => {
            show.address(text, text.clone())
        }
        (Kind::Choice | Kind::Choices, _) => tags(field, value),
        (Kind::Boolean, Value::Bool(truth)) => Cell::Bool(*truth),
        (_, Value::Date(date)) => Cell::time(date.to_string(), date.to_string()),
        (_, Value::Time(time)) => {
            let text = format::clock(time.hour(), time.minute());
            Cell::time(text.clone(), text)
        }
        (_, Value::Instant(moment)) => show.moment(*moment),
        (kind, _) if kind.is_file() => Cell::Files(show.files(field, value)),
        (kind, _) if kind.is_member() => show.members(value),
        (kind, _) if kind.is_department() => show.departments(field, value),
        (kind, _) if kind.is_link() => show.links(field, value),
        (kind, _) if kind.is_number() => numeric(field, value),
        _ => Cell::text(field.show(value)),
    }
}

/// The cell for a list: what may be long shows how it begins, in one line and without formatting.
#[must_use]
pub fn short(cell: Cell) -> Cell {
    let begin = |text: &str| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(LONGEST_IN_LIST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    };
    match cell {
        Cell::Rich(html) => Cell::text(begin(&rich_text::plain(&html))),
        Cell::Preformatted(text) => Cell::Code(begin(&text)),
        other => other,
    }
}

/// The value at `path`, or the mark of a hidden one where the row's rights do not show it.
#[must_use]
pub fn permitted(show: &Showing<'_>, field: &Field, value: &Value, rights: &RowRights<'_>, path: &str) -> Cell {
    if rights.can_read(path) { cell(show, field, value) } else { Cell::Masked }
}

/// A field that every record has. Departments are known by their ids alone, so they are not shown here.
#[must_use]
pub fn system(show: &Showing<'_>, field: SystemField, record: &Record) -> Cell {
    let person = |user: Option<crate::base::id::UserId>| user.map_or(Cell::Empty, |user| show.member(user.0));
    match field {
        SystemField::Id => Cell::Code(format!("#{}", record.id)),
        SystemField::Version => Cell::number(record.version.to_string()),
        SystemField::CreatedAt => show.moment(record.created_at),
        SystemField::UpdatedAt => show.moment(record.updated_at),
        SystemField::CreatedBy => person(record.created_by),
        SystemField::UpdatedBy => person(record.updated_by),
        SystemField::Owner => person(record.owner),
        SystemField::State => record.state.as_deref().map_or(Cell::Empty, |word| Cell::Status(state(show.texts, word))),
        SystemField::Department => Cell::Empty,
    }
}

/// What a system field is called.
#[must_use]
pub fn system_title(texts: Texts, field: SystemField) -> String {
    texts.get(&format!("field-{}", field.as_str().replace('_', "-")))
}

/// The state of a record or case as a dot and a word.
#[must_use]
pub fn state(texts: Texts, word: &str) -> Status {
    Status::new(state_tone(word), texts.get(&format!("state-{}", word.replace('_', "-"))))
}

/// A number as its kind is read: quantities without needless zeros, money at its fixed scale, both grouped.
#[must_use]
pub fn number(field: &Field, number: Decimal) -> String {
    match field.kind {
        Kind::Money => format::grouped(&field.show(&Value::Decimal(number))),
        Kind::Duration => duration::clock(i64::try_from(number).unwrap_or(0)),
        Kind::Percent => format!("{}%", format::quantity(&number.to_string())),
        _ => format::quantity(&number.to_string()),
    }
}

/// A value as plain text: in a history, in the options of a list, in a sentence.
#[must_use]
pub fn plain(show: &Showing<'_>, field: &Field, value: &Value) -> String {
    as_text(show.texts, &cell(show, field, value))
}

/// What a cell says, in words alone; nothing for an empty one.
#[must_use]
pub fn as_text(texts: Texts, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Masked => texts.get("masked"),
        Cell::Text(text) | Cell::Multiline(text) | Cell::Preformatted(text) | Cell::Code(text) => text.clone(),
        Cell::Rich(html) => rich_text::plain(html),
        Cell::Link { label, .. } | Cell::Time { label, .. } => label.clone(),
        Cell::Links(links) => listed(texts, links.iter().map(|(label, _)| label.as_str())),
        Cell::Number { value, unit, .. } if unit.is_empty() => value.clone(),
        Cell::Number { value, unit, .. } => format!("{value} {unit}"),
        Cell::Status(status) => status.label.clone(),
        Cell::Tags(tags) => listed(texts, tags.iter().map(|tag| tag.label.as_str())),
        Cell::Bool(truth) => texts.get(if *truth { "yes" } else { "no" }),
        Cell::Person(person) => person.name.clone(),
        Cell::People(people) => listed(texts, people.iter().map(|person| person.name.as_str())),
        Cell::Titled { title, .. } => title.clone(),
        Cell::Change { to, .. } => to.clone(),
        Cell::Level(level) => level.label.clone(),
        Cell::Files(files) => listed(texts, files.iter().map(|file| file.name.as_str())),
    }
}

/// The ids that the value of a link or member field holds.
#[must_use]
pub fn ids(value: &Value) -> Vec<i64> {
    several(value).iter().filter_map(Value::as_integer).collect()
}

/// A moment as the organisation's clock shows it: `2026-11-20 09:30`, with its form for machines.
#[must_use]
pub fn moment(zone: &TimeZone, at: Timestamp) -> (String, String) {
    let local = zone.to_datetime(at.to_jiff());
    let day = format::date(local.year(), local.month(), local.day());
    (format!("{day} {}", format::clock(local.hour(), local.minute())), at.to_rfc3339())
}

fn numeric(field: &Field, value: &Value) -> Cell {
    let Some(amount) = value.as_decimal() else { return Cell::Empty };
    let unit = match (field.kind, &field.unit) {
        (Kind::Rating, None) => format!("/ {}", field.max.map_or_else(|| "5".to_owned(), |most| most.to_string())),
        (_, unit) => unit.clone().unwrap_or_default(),
    };
    Cell::Number { value: number(field, amount), unit, note: String::new(), tone: Tone::Plain }
}

fn tags(field: &Field, value: &Value) -> Cell {
    let tag = |chosen: &Value| {
        let stored = chosen.as_text()?;
        // An option that was since removed keeps the value it was stored under.
        let Some(option) = field.option(stored) else { return Some(Tag::new(Tone::Plain, stored)) };
        let tone = option.color.as_deref().map_or(Tone::Plain, Tone::of_colour);
        Some(Tag::new(tone, option.title.clone()))
    };
    let tags: Vec<Tag> = several(value).iter().filter_map(tag).collect();
    if tags.is_empty() { Cell::Empty } else { Cell::Tags(tags) }
}

fn several(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn listed<'a>(texts: Texts, items: impl Iterator<Item = &'a str>) -> String {
    format::listed(texts, &items.collect::<Vec<_>>())
}

impl<'a> Showing<'a> {
    /// The same without links: inside something that is a link itself, or where leaving would lose what was typed.
    #[must_use]
    pub const fn without_links(self) -> Self {
        Self { links_in: None, ..self }
    }

    #[must_use]
    pub fn moment(&self, at: Timestamp) -> Cell {
        let (label, machine) = moment(self.zone, at);
        Cell::time(label, machine)
    }

    /// Somebody's name; the system's where there is nobody, and a number for a person who is not known any more.
    #[must_use]
    pub fn name(&self, user: Option<i64>) -> String {
        match user {
            None => self.texts.get("system"),
            Some(id) => self.labels.get(PEOPLE, id).map_or_else(|| format!("#{id}"), str::to_owned),
        }
    }

    #[must_use]
    pub fn person(&self, user: Option<i64>) -> Person {
        Person::new(self.name(user), "")
    }

    fn member(&self, id: i64) -> Cell {
        Cell::Person(self.person(Some(id)))
    }

    fn members(&self, value: &Value) -> Cell {
        let ids = ids(value);
        match ids.as_slice() {
            [] => Cell::Empty,
            [one] => self.member(*one),
            more => Cell::People(more.iter().map(|id| self.person(Some(*id))).collect()),
        }
    }

    fn departments(&self, field: &Field, value: &Value) -> Cell {
        let ids = ids(value);
        let name = |id: &i64| self.labels.of(field, *id).map_or_else(|| format!("#{id}"), str::to_owned);
        Cell::text(format::listed(self.texts, &ids.iter().map(name).collect::<Vec<_>>()))
    }

    /// A place by its name; a press on it opens the map program of a phone.
    fn location(&self, field: &Field, value: &Value) -> Cell {
        match location::parts(value) {
            Some((latitude, longitude, _)) => self.address(&field.show(value), format!("geo:{latitude},{longitude}")),
            None => Cell::Empty,
        }
    }

    /// The files of a value. One that the reader may not know of has its number alone.
    #[must_use]
    pub fn files(&self, field: &Field, value: &Value) -> Vec<FileItem> {
        let item = |id: i64| match self.labels.file(id) {
            Some(file) => FileItem {
                id,
                name: file.name.clone(),
                size: view::file::size(file.size),
                picture: thumbnails::is_picture(&file.media_type),
                signature: field.kind == Kind::Signature,
            },
            None => FileItem { id, name: format!("#{id}"), size: String::new(), picture: false, signature: false },
        };
        ids(value).into_iter().map(item).collect()
    }

    fn address(&self, label: &str, href: String) -> Cell {
        match self.links_in {
            Some(_) => Cell::Link { label: label.to_owned(), href },
            None => Cell::text(label),
        }
    }

    /// Linked records by name. One that the reader may not see has no label, and is marked so.
    fn links(&self, field: &Field, value: &Value) -> Cell {
        let Some(target) = field.target.as_deref() else { return Cell::Empty };
        let ids = ids(value);
        let known: Vec<(i64, &str)> =
            ids.iter().filter_map(|id| self.labels.of(field, *id).map(|label| (*id, label))).collect();
        let href = |app: &str, id: i64| format!("/apps/{app}/{target}/{id}");
        match (known.as_slice(), self.links_in) {
            ([], _) if ids.is_empty() => Cell::Empty,
            ([], _) => Cell::Masked,
            ([(id, label)], Some(app)) => Cell::Link { label: (*label).to_owned(), href: href(app, *id) },
            (known, Some(app)) => {
                Cell::Links(known.iter().map(|(id, label)| ((*label).to_owned(), href(app, *id))).collect())
            }
            (known, None) => Cell::text(listed(self.texts, known.iter().map(|(_, label)| *label))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{definition::table::Table, i18n::Locale};
    use serde_json::json;

    fn table() -> Table {
        Table::parse(&json!({
            "title": "Order", "type": "object", "x-table": {"key": "order"},
            "properties": {
                "no": {"title": "No", "type": "string", "x-field": {"kind": "text"}},
                "qty": {"title": "Quantity", "type": "string", "x-field": {"kind": "decimal", "unit": "kg"}},
                "amount": {"title": "Amount", "type": "string", "x-field": {"kind": "money"}},
                "tax": {"title": "Tax", "type": "string", "x-field": {"kind": "percent"}},
                "urgency": {"title": "Urgency", "type": "string", "x-field": {"kind": "choice", "options": [
                    {"value": "high", "title": "High", "color": "red"}]}},
                "site": {"title": "Site", "type": "string", "x-field": {"kind": "url"}},
                "shelf": {"title": "Shelf", "type": "integer", "x-field": {"kind": "link", "table": "shelf"}}
            }
        }))
        .expect("the table reads")
    }

    fn shown(key: &str, value: Value, links_in: Option<&str>) -> Cell {
        let mut labels = Labels::default();
        labels.0.entry("shelf".into()).or_default().insert(7, "A-07".into());
        let show = Showing { texts: Texts(Locale::ZhCn), zone: &TimeZone::UTC, labels: &labels, links_in };
        cell(&show, table().field(key).expect("the field exists"), &value)
    }

    #[test]
    fn numbers_are_grouped_by_what_they_count() {
        let decimal = |text: &str| Value::Decimal(crate::base::decimal::parse(text).expect("a number"));
        let number = |value: &str, unit: &str| Cell::Number {
            value: value.into(),
            unit: unit.into(),
            note: String::new(),
            tone: Tone::Plain,
        };
        assert_eq!(shown("qty", decimal("1200.500000"), None), number("1,200.5", "kg"));
        assert_eq!(shown("amount", decimal("1200.5"), None), number("1,200.50", ""));
        assert_eq!(shown("tax", decimal("13.00"), None), number("13%", ""));
        assert_eq!(shown("qty", Value::Unset, None), Cell::Empty);
    }

    #[test]
    fn a_link_without_a_label_is_hidden_and_not_empty() {
        assert_eq!(shown("shelf", 7.into(), None), Cell::Text("A-07".into()));
        let link = Cell::Link { label: "A-07".into(), href: "/apps/depot/shelf/7".into() };
        assert_eq!(shown("shelf", 7.into(), Some("depot")), link);
        assert_eq!(shown("shelf", 8.into(), Some("depot")), Cell::Masked);
    }

    #[test]
    fn choices_and_addresses_are_more_than_text() {
        assert_eq!(shown("urgency", "high".into(), None), Cell::Tags(vec![Tag::new(Tone::Bad, "High")]));
        assert_eq!(shown("urgency", "gone".into(), None), Cell::Tags(vec![Tag::new(Tone::Plain, "gone")]));
        assert_eq!(shown("site", "javascript:x".into(), Some("depot")), Cell::Text("javascript:x".into()));
    }
}
