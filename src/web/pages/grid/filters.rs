//! Conditions that a reader puts on a list: turned into a filter, said in words, and shown as rows to change.

use super::{
    columns::{Place, Reader},
    compared::{self, Compared, ME, OWN},
    conditions::{DEEPEST, Group, Join, Part, Posted},
};
use crate::{
    definition::field::{Field, Kind},
    i18n::Arg,
    query::FieldPath,
    service::{
        Error,
        permits::Rights,
        records::options,
        represent::{self, Labels},
    },
    store::{Connection, departments, people},
    web::{
        pages::cell,
        view::{self, Choice, FilterGroup, FilterPart, FilterRow, Picker, Widget},
    },
};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// A link offers this many of its records before anything is typed.
const OFFERED: u64 = 50;

/// Everything that conditions are judged with.
pub struct Filters<'r, 'a, C> {
    pub conn: &'r C,
    pub reader: &'r Reader<'a>,
    pub rights: &'r Rights<'a>,
    /// `/apps/{app}/{table}`.
    pub path: &'r str,
}

/// What the conditions speak of by name: read once for all of them.
#[derive(Default)]
pub struct Known {
    labels: Labels,
    people: Vec<(i64, String)>,
    departments: Vec<(i64, String)>,
    /// Records that a link offers, by the target's table.
    offered: BTreeMap<String, Vec<(i64, String)>>,
}

/// What conditions come to: the filter, and what is wrong by the place of the row.
#[derive(Debug, Default)]
pub struct Judged {
    pub filter: Option<Json>,
    pub errors: BTreeMap<String, String>,
}

fn place_of(group: &str, index: usize) -> String {
    if group.is_empty() { index.to_string() } else { format!("{group}.{index}") }
}

impl<'a, C: Connection> Filters<'_, 'a, C> {
    /// Reads what the conditions speak of: a statement for the people and one for each table that is linked to; with
    /// `offering`, another for each of those.
    ///
    /// # Errors
    /// The database failed.
    pub async fn know(&self, group: &Group, offering: bool) -> Result<Known, Error> {
        let mut known = Known::default();
        let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        let (mut members, mut units) = (false, false);
        for test in group.tests() {
            let Some(place) = self.reader.place(&test.field) else { continue };
            match Compared::of(&place.path, place.field) {
                Some(Compared::Member | Compared::Members) => members = true,
                Some(Compared::Department | Compared::Departments) => units = true,
                Some(Compared::Link(field) | Compared::Links(field)) => {
                    if let Some(target) = &field.target {
                        let ids = test.values.iter().filter_map(|value| value.parse::<i64>().ok());
                        wanted.entry(target.clone()).or_default().extend(ids);
                    }
                }
                _ => {}
            }
        }
        if members {
            let active = people::active_users(self.conn).await?;
            known.people = active.into_iter().map(|user| (user.id, user.name)).collect();
        }
        if units {
            known.departments = departments::paths(self.conn).await?;
        }
        if offering {
            for target in wanted.keys() {
                let found = match options(self.conn, self.rights, target, None, None, OFFERED).await {
                    Ok(found) => found,
                    Err(Error::NotFound | Error::Forbidden { .. }) => Vec::new(),
                    Err(other) => return Err(other),
                };
                known.offered.insert(target.clone(), found);
            }
        }
        wanted.retain(|_, ids| !ids.is_empty());
        known.labels = represent::labels_of(self.conn, self.rights, wanted).await?;
        Ok(known)
    }

    /// The filter of the conditions; rows that say nothing count for nothing.
    #[must_use]
    pub fn judge(&self, group: &Group, known: &Known) -> Judged {
        let mut judged = Judged::default();
        judged.filter = self.filter(group, "", known, &mut judged.errors);
        judged
    }

    fn filter(&self, group: &Group, at: &str, known: &Known, errors: &mut BTreeMap<String, String>) -> Option<Json> {
        let mut parts = Vec::new();
        for (index, part) in group.parts.iter().enumerate() {
            let place = place_of(at, index);
            match part {
                Part::Group(inner) => parts.extend(self.filter(inner, &place, known, errors)),
                Part::Test(row) => match self.test(row, known) {
                    None => {}
                    Some(Ok(test)) => parts.push(test),
                    Some(Err(message)) => {
                        errors.insert(place, message);
                    }
                },
            }
        }
        if parts.is_empty() {
            return None;
        }
        Some(match group.join {
            Join::All => json!({"all": parts}),
            Join::Any => json!({"any": parts}),
            Join::NotAll => json!({"not": {"all": parts}}),
            Join::NotAny => json!({"not": {"any": parts}}),
        })
    }

    /// The filter of one row, or what is wrong with it; nothing for a row that says nothing.
    fn test(&self, row: &Posted, known: &Known) -> Option<Result<Json, String>> {
        let texts = self.reader.texts;
        if row.field.is_empty() {
            return None;
        }
        let Some(place) = self.reader.place(&row.field) else {
            return Some(Err(texts.with("error-unknown-field", &[("field", Arg::Text(&row.field))])));
        };
        let compared = Compared::of(&place.path, place.field)?;
        let operator = compared.operator(&row.operator);
        let path = place.path.to_string();
        let takes = Compared::takes(operator);
        if takes == Some(0) {
            return Some(Ok(compared::test(&path, operator, Vec::new())));
        }
        if row.values.is_empty() {
            return None;
        }
        if takes == Some(2) && row.values.len() < 2 {
            return Some(Err(texts.get("filter-both")));
        }
        let most = takes.unwrap_or(usize::MAX);
        let values: Result<Vec<Json>, String> =
            row.values.iter().take(most).map(|text| self.value(compared, operator, text, known)).collect();
        Some(values.map(|values| compared::test(&path, operator, values)))
    }

    fn value(&self, compared: Compared<'_>, operator: &str, text: &str, known: &Known) -> Result<Json, String> {
        let texts = self.reader.texts;
        if matches!(operator, "last" | "next" | "older" | "later") {
            return compared::days(text).map(Json::from).ok_or_else(|| texts.get("error-type-integer"));
        }
        let typed = |field: &Field| match field.read_text(text) {
            Ok(value) if !value.is_unset() => Ok(field.write(&value)),
            Ok(_) => Err(texts.get("error-required")),
            Err(error) => Err(crate::web::error::say_field(texts, &error)),
        };
        let option = |field: &Field| {
            let found = compared::options_of(field).into_iter().find(|(value, title)| value == text || title == text);
            found.map(|(value, _)| Json::from(value)).ok_or_else(|| texts.get("error-choice"))
        };
        match compared {
            Compared::Text | Compared::State => Ok(text.into()),
            Compared::Number(field) | Compared::Time(field) => typed(field),
            // A relative day that no operator stands for is kept as it was written.
            Compared::Day if text.contains(char::is_alphabetic) => Ok(json!({"date": text})),
            Compared::Day => {
                text.parse::<Date>().map(|day| day.to_string().into()).map_err(|_| texts.get("error-type-date"))
            }
            Compared::Whole => text.parse::<i64>().map(Json::from).map_err(|_| texts.get("error-type-integer")),
            Compared::Choice(field) | Compared::Choices(field) => option(field),
            Compared::Boolean => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(texts.get("error-type-boolean")),
            },
            Compared::Link(field) | Compared::Links(field) => {
                if let Some(name) = text.strip_prefix(OWN) {
                    return Ok(json!({"user": name}));
                }
                let id: Option<i64> = text.parse().ok();
                match id
                    .filter(|id| field.target.as_deref().is_some_and(|target| known.labels.get(target, *id).is_some()))
                {
                    Some(id) => Ok(id.into()),
                    None => Err(texts.get("error-link-not-found")),
                }
            }
            Compared::Member | Compared::Members if text == ME => Ok(json!({"user": "id"})),
            Compared::Presence => Ok(text.into()),
            Compared::Department | Compared::Departments => {
                let found = known.departments.iter().find(|(id, name)| id.to_string() == text || name == text);
                found.map(|(id, _)| Json::from(*id)).ok_or_else(|| texts.get("error-type-link"))
            }
            Compared::Member | Compared::Members => {
                let found = known.people.iter().find(|(id, name)| id.to_string() == text || name == text);
                found.map(|(id, _)| Json::from(*id)).ok_or_else(|| texts.get("error-type-link"))
            }
        }
    }

    /// The conditions in words, one text for each part of the group.
    #[must_use]
    pub fn words(&self, group: &Group, known: &Known) -> Vec<String> {
        let whole = |part: &Part| match part {
            Part::Test(row) => self.sentence(row, known),
            Part::Group(inner) => self.joined(inner, known),
        };
        match group.join {
            Join::All => group.parts.iter().map(|part| whole(part).unwrap_or_default()).collect(),
            _ => self.joined(group, known).into_iter().collect(),
        }
    }

    fn joined(&self, group: &Group, known: &Known) -> Option<String> {
        let texts = self.reader.texts;
        let parts: Vec<String> = group
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Test(row) => self.sentence(row, known),
                Part::Group(inner) => self.joined(inner, known).map(|words| format!("({words})")),
            })
            .collect();
        let between = texts.get(match group.join {
            Join::All | Join::NotAll => "filter-and",
            Join::Any | Join::NotAny => "filter-or",
        });
        let words = parts.join(&format!(" {between} "));
        match group.join {
            _ if parts.is_empty() => None,
            Join::All | Join::Any => Some(words),
            Join::NotAll | Join::NotAny => Some(texts.with("filter-not", &[("words", Arg::Text(&words))])),
        }
    }

    fn sentence(&self, row: &Posted, known: &Known) -> Option<String> {
        let texts = self.reader.texts;
        let place = self.reader.place(&row.field)?;
        let compared = Compared::of(&place.path, place.field)?;
        let operator = compared.operator(&row.operator);
        let values: Vec<String> = row.values.iter().map(|value| self.shown(compared, value, known)).collect();
        let value = match operator {
            "last" | "next" | "older" | "later" => texts.with("filter-days", &[("days", Arg::Text(row.value()))]),
            "between" => values.join(" – "),
            _ => values.join("、"),
        };
        let title = self.title(&place);
        let word = texts.get(&compared.word(operator));
        let words = [("field", Arg::Text(&title)), ("op", Arg::Text(&word)), ("value", Arg::Text(&value))];
        Some(texts.with("filter-chip", &words).trim().to_owned())
    }

    /// A value as it is called.
    fn shown(&self, compared: Compared<'_>, value: &str, known: &Known) -> String {
        let texts = self.reader.texts;
        let named = match compared {
            Compared::Choice(field) | Compared::Choices(field) => {
                compared::options_of(field).into_iter().find(|(option, _)| option == value).map(|(_, title)| title)
            }
            Compared::Department | Compared::Departments => {
                known.departments.iter().find(|(id, _)| id.to_string() == value).map(|(_, name)| name.clone())
            }
            Compared::State => Some(cell::state(texts, value).label),
            Compared::Boolean => Some(texts.get(if value == "true" { "yes" } else { "no" })),
            Compared::Member | Compared::Members if value == ME => Some(texts.get("filter-me")),
            Compared::Member | Compared::Members => {
                known.people.iter().find(|(id, _)| id.to_string() == value).map(|(_, name)| name.clone())
            }
            Compared::Link(field) | Compared::Links(field) => match value.strip_prefix(OWN) {
                Some(_) => Some(self.mine(field)),
                None => value.parse().ok().and_then(|id| known.labels.of(field, id)).map(str::to_owned),
            },
            _ => None,
        };
        named.unwrap_or_else(|| value.to_owned())
    }

    /// `item.code` as `Item · Code`.
    fn title(&self, place: &Place<'_>) -> String {
        let own = self.reader.title(place);
        match &place.path {
            FieldPath::Hop(link, _) => {
                let link = self.reader.table.field(link).map_or(link.as_str(), |field| field.title.as_str());
                format!("{link} · {own}")
            }
            _ => own,
        }
    }

    /// "My shelves": the rows that a user value stands for.
    fn mine(&self, field: &Field) -> String {
        self.reader.texts.with("filter-mine", &[("title", Arg::Text(&field.title))])
    }

    /// The conditions as rows to change.
    #[must_use]
    pub fn builder(&self, group: &Group, errors: &BTreeMap<String, String>, known: &Known) -> FilterGroup {
        self.group(group, "", 1, errors, known)
    }

    fn group(
        &self,
        group: &Group,
        at: &str,
        depth: usize,
        errors: &BTreeMap<String, String>,
        known: &Known,
    ) -> FilterGroup {
        let texts = self.reader.texts;
        let joins = Join::EACH.into_iter().map(|join| {
            Choice::new(join.word(), texts.get(&format!("filter-join-{}", join.word())), join == group.join)
        });
        let parts = group.parts.iter().enumerate().map(|(index, part)| {
            let place = place_of(at, index);
            match part {
                Part::Test(row) => FilterPart::Row(self.row(row, place, errors, known)),
                Part::Group(inner) => FilterPart::Group(self.group(inner, &place, depth + 1, errors, known)),
            }
        });
        FilterGroup { place: at.to_owned(), joins: joins.collect(), parts: parts.collect(), nests: depth < DEEPEST }
    }

    fn row(&self, row: &Posted, place: String, errors: &BTreeMap<String, String>, known: &Known) -> FilterRow {
        let texts = self.reader.texts;
        let found = self.reader.place(&row.field);
        let compared = found.as_ref().and_then(|place| Compared::of(&place.path, place.field));
        // Without a field any comparison may be meant; what does not fit the field falls back to its usual one.
        let words =
            compared.as_ref().map_or(&["contains", "eq", "ne", "ge", "le", "empty"] as &[&str], Compared::operators);
        let chosen = compared.as_ref().map_or(row.operator.as_str(), |compared| compared.operator(&row.operator));
        let word = |operator: &str| match &compared {
            Some(compared) => compared.word(operator),
            None => format!("filter-op-{operator}"),
        };
        let operators =
            words.iter().map(|operator| Choice::new(*operator, texts.get(&word(operator)), *operator == chosen));
        let name = format!("f.{place}.value");
        let label = texts.get("filter-value");
        let control = |widget: Widget| view::Field::new(name.clone(), label.clone(), widget);
        let values: Vec<view::Field> = match (&compared, Compared::takes(chosen)) {
            (_, Some(0)) => Vec::new(),
            (Some(compared), Some(2)) => (0..2)
                .map(|nth| {
                    let value: Vec<String> = row.values.get(nth).cloned().into_iter().collect();
                    let widget = self.widget(*compared, chosen, &value, &row.field, known);
                    let part = if nth == 0 { "value" } else { "upto" };
                    view::Field::new(format!("f.{place}.{part}"), label.clone(), widget)
                })
                .collect(),
            (Some(compared), _) => {
                vec![control(self.widget(*compared, chosen, &row.values, &row.field, known))]
            }
            (None, _) => vec![control(Widget::text(row.value()))],
        };
        FilterRow {
            fields: self.fields(&row.field),
            operators: operators.collect(),
            values,
            error: errors.get(&place).cloned(),
            place,
        }
    }

    /// Every field that can be compared: the table's own, those of records, and those one link away.
    fn fields(&self, chosen: &str) -> Vec<Choice> {
        let mut fields = vec![Choice::new("", self.reader.texts.get("filter-none"), chosen.is_empty())];
        let table = self.reader.table;
        let own = table.scalars().map(|field| field.key.clone());
        let stateful = self.rights.live.app().submit_flow(&table.key).is_some();
        let system = ["state", "created_at", "created_by", "updated_at"].map(str::to_owned);
        let system = system.into_iter().filter(|name| name != "state" || stateful);
        let hops = table.scalars().filter(|field| field.kind == Kind::Link).flat_map(|link| {
            let target = link.target.as_deref().and_then(|target| self.reader.app.tables.get(target));
            target.into_iter().flat_map(|target| target.scalars().map(|field| format!("{}.{}", link.key, field.key)))
        });
        let mut known = false;
        for path in own.chain(system).chain(hops) {
            let Some(place) = self.reader.place(&path) else { continue };
            if Compared::of(&place.path, place.field).is_some() {
                known |= path == chosen;
                fields.push(Choice::new(&path, self.title(&place), path == chosen));
            }
        }
        if !known && !chosen.is_empty() && self.reader.place(chosen).is_some() {
            fields.push(Choice::new(chosen, chosen, true));
        }
        fields
    }

    fn widget(&self, compared: Compared<'_>, operator: &str, values: &[String], path: &str, known: &Known) -> Widget {
        let texts = self.reader.texts;
        let value = values.first().cloned().unwrap_or_default();
        let several = Compared::takes(operator).is_none();
        let chosen = |option: &str| values.iter().any(|value| value == option);
        let pick = |options: Vec<(String, String)>| {
            let choices =
                options.into_iter().map(|(value, label)| Choice::new(&value, label, chosen(&value))).collect();
            if several {
                Widget::Choices(choices)
            } else {
                Widget::Select { options: choices, blank: Some(texts.get("none-chosen")) }
            }
        };
        if matches!(operator, "last" | "next" | "older" | "later") {
            return Widget::Number { value, integer: true, unit: texts.get("filter-days-unit") };
        }
        match compared {
            Compared::Text | Compared::Presence => Widget::text(value),
            // A length of time is typed with its units.
            Compared::Number(field) if field.kind == Kind::Duration => Widget::text(value),
            Compared::Department | Compared::Departments => {
                pick(known.departments.iter().map(|(id, name)| (id.to_string(), name.clone())).collect())
            }
            Compared::Whole => Widget::Number { value, integer: true, unit: String::new() },
            Compared::Number(field) => Widget::Number {
                value,
                integer: field.kind == Kind::Integer,
                unit: field.unit.clone().unwrap_or_default(),
            },
            Compared::Day if value.contains(char::is_alphabetic) => Widget::text(value),
            Compared::Day => Widget::Date(value),
            Compared::Time(_) => Widget::Time(value),
            Compared::Choice(field) | Compared::Choices(field) => pick(compared::options_of(field)),
            Compared::State => {
                let states = ["draft", "in_approval", "approved", "rejected", "revoked"];
                pick(states.map(|word| (word.to_owned(), cell::state(texts, word).label)).to_vec())
            }
            Compared::Boolean => pick(vec![("true".into(), texts.get("yes")), ("false".into(), texts.get("no"))]),
            Compared::Member | Compared::Members => {
                let mut people = vec![(ME.to_owned(), texts.get("filter-me"))];
                people.extend(known.people.iter().map(|(id, name)| (id.to_string(), name.clone())));
                pick(people)
            }
            Compared::Link(field) | Compared::Links(field) => {
                let choices = self.records(field, values, known);
                match path.contains('.') {
                    // Only links of the table itself can be searched by typing.
                    true => pick(choices.into_iter().map(|choice| (choice.value, choice.label)).collect()),
                    false => Widget::Picker(Picker {
                        search_url: format!("{}/options/{path}", self.path),
                        multiple: several,
                        options: choices,
                    }),
                }
            }
        }
    }

    /// What a link offers: the reader's own records as one, those that are chosen, and some more.
    fn records(&self, field: &Field, values: &[String], known: &Known) -> Vec<Choice> {
        let Some(target) = field.target.as_deref() else { return Vec::new() };
        let manifest = &self.rights.live.app().manifest;
        let mut choices: Vec<Choice> = manifest
            .user_values
            .iter()
            .filter(|(_, value)| value.table == target)
            .map(|(name, _)| {
                let value = format!("{OWN}{name}");
                let selected = values.contains(&value);
                Choice::new(value, self.mine(field), selected)
            })
            .collect();
        for id in values.iter().filter_map(|value| value.parse::<i64>().ok()) {
            let label = known.labels.get(target, id).map_or_else(|| format!("#{id}"), str::to_owned);
            choices.push(Choice::new(id.to_string(), label, true));
        }
        for (id, label) in known.offered.get(target).into_iter().flatten() {
            let value = id.to_string();
            if !values.contains(&value) {
                choices.push(Choice::new(value, label.clone(), false));
            }
        }
        choices
    }
}
