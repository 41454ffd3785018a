//! Conditions that a reader puts on a list: read from the address, turned into a filter, shown as chips and as rows to change.

use super::columns::{Place, Reader};
use crate::{
    base::time::Timestamp,
    definition::field::{Field, Kind, cascade},
    i18n::{Arg, Texts},
    query::{FieldPath, SystemField},
    service::{Error, permits::Rights, records::options},
    store::{Connection, departments, people},
    web::{
        pages::{cell, find},
        view::{Choice, Filter, FilterBuilder, FilterRow, Widget},
    },
};
use jiff::{Span, civil::Date, tz::TimeZone};
use serde_json::{Value as Json, json};

/// The most conditions that an address may carry.
const MOST: usize = 20;
/// A link offers its records as a list while there are no more than this; else it is searched by name.
const LISTED: u64 = 50;
/// What stands before an id in a value, so that it is never taken for a name.
const ID: char = '#';

/// A condition as it stands in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posted {
    pub field: String,
    pub operator: String,
    pub value: String,
}

/// The conditions of an address by their numbers; rows without a field count for nothing.
#[must_use]
pub fn posted(pairs: &[(String, String)]) -> Vec<Posted> {
    let mut rows: std::collections::BTreeMap<usize, Posted> = std::collections::BTreeMap::new();
    for (name, value) in pairs {
        let Some((number, part)) = name.strip_prefix("f.").and_then(|rest| rest.split_once('.')) else { continue };
        let Some(number) = number.parse::<usize>().ok().filter(|number| *number < MOST) else { continue };
        let row = rows.entry(number).or_default();
        match part {
            "field" => row.field = value.trim().to_owned(),
            "op" => row.operator = value.trim().to_owned(),
            "value" => row.value = value.trim().to_owned(),
            _ => {}
        }
    }
    rows.into_values().filter(|row| !row.field.is_empty()).collect()
}

/// The conditions as parameters of an address.
#[must_use]
pub fn parameters(rows: &[Posted]) -> Vec<(String, String)> {
    let pair = |number: usize, part: &str, value: &str| (format!("f.{number}.{part}"), value.to_owned());
    rows.iter()
        .enumerate()
        .flat_map(|(number, row)| {
            [pair(number, "field", &row.field), pair(number, "op", &row.operator), pair(number, "value", &row.value)]
        })
        .collect()
}

/// How a field is compared and what it is compared with.
enum Compared<'a> {
    Text,
    Number(&'a Field),
    Date(&'a Field),
    Time(&'a Field),
    /// A moment, by the day it lies in.
    Day,
    /// One of a few: value and title.
    Choice(Vec<(String, String)>),
    /// Several of a few.
    Choices(&'a Field),
    Boolean,
    /// A record: its name is searched where there are too many to list. Paths of the texts that name it.
    Link {
        field: &'a Field,
        names: Vec<String>,
    },
    Member,
    Members,
    Department,
    Departments,
    /// Only whether there is something.
    Presence,
}

impl Compared<'_> {
    /// The words of the operators that make sense, the usual one first.
    const fn operators(&self) -> &'static [&'static str] {
        match self {
            Self::Text => &["contains", "eq", "ne", "starts", "empty", "set"],
            Self::Number(_) => &["ge", "le", "eq", "ne", "gt", "lt", "empty", "set"],
            Self::Date(_) => &["eq", "ge", "le", "empty", "set"],
            Self::Time(_) => &["ge", "le", "eq"],
            Self::Day => &["eq", "ge", "le"],
            Self::Choice(_) => &["eq", "ne"],
            Self::Choices(_) | Self::Members | Self::Departments => &["contains", "empty", "set"],
            Self::Boolean => &["eq"],
            Self::Link { .. } => &["eq", "ne", "contains", "empty", "set"],
            Self::Presence => &["set", "empty"],
            Self::Member | Self::Department => &["eq", "ne", "empty", "set"],
        }
    }

    /// The key of an operator's word: of days one says earlier and later.
    fn word(&self, operator: &str) -> String {
        match (self, operator) {
            (Self::Date(_) | Self::Time(_) | Self::Day, "ge") => "filter-op-from".to_owned(),
            (Self::Date(_) | Self::Time(_) | Self::Day, "le") => "filter-op-until".to_owned(),
            (_, operator) => format!("filter-op-{operator}"),
        }
    }

    /// The operator that was asked for where it makes sense here, else the usual one.
    fn operator(&self, asked: &str) -> &'static str {
        let known = self.operators();
        known.iter().copied().find(|word| *word == asked).unwrap_or(known[0])
    }
}

/// What the conditions come to.
#[derive(Default)]
pub struct Judged {
    /// For the list; nothing without conditions.
    pub filter: Option<Json>,
    pub chips: Vec<Filter>,
    pub error: Option<String>,
}

/// Everything that conditions are judged with.
pub struct Filters<'r, 'a, C> {
    pub conn: &'r C,
    pub reader: &'r Reader<'a>,
    pub rights: &'r Rights<'a>,
    pub zone: &'r TimeZone,
}

impl<'a, C: Connection> Filters<'_, 'a, C> {
    /// The filter and the chips of the conditions. `keep` are the other parameters of the address.
    ///
    /// # Errors
    /// The database failed.
    pub async fn judge(&self, rows: &[Posted], path: &str, keep: &[(String, String)]) -> Result<Judged, Error> {
        let texts = self.reader.texts;
        let mut judged = Judged::default();
        let mut tests = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let Some(place) = self.reader.place(&row.field) else {
                judged.error = Some(texts.with("error-unknown-field", &[("field", Arg::Text(&row.field))]));
                continue;
            };
            let Some(compared) = self.compared(&place) else { continue };
            let valued = !matches!(compared.operator(&row.operator), "empty" | "set");
            if valued && row.value.is_empty() {
                continue;
            }
            match self.test(&place, &compared, row).await? {
                Ok((test, shown)) => {
                    tests.push(test);
                    let title = self.reader.title(&place);
                    let operator = texts.get(&compared.word(compared.operator(&row.operator)));
                    let label = texts.with(
                        "filter-chip",
                        &[("field", Arg::Text(&title)), ("op", Arg::Text(&operator)), ("value", Arg::Text(&shown))],
                    );
                    let others: Vec<Posted> = rows
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != index)
                        .map(|(_, row)| row.clone())
                        .collect();
                    let mut address = keep.to_vec();
                    address.extend(parameters(&others));
                    judged.chips.push(Filter { label: label.trim().to_owned(), remove: find::address(path, &address) });
                }
                Err(message) => {
                    let title = self.reader.title(&place);
                    let place = texts.with("field-says", &[("field", Arg::Text(&title))]);
                    judged.error = Some(format!("{place}{message}"));
                }
            }
        }
        judged.filter = (!tests.is_empty()).then(|| json!({ "all": tests }));
        Ok(judged)
    }

    /// The conditions as rows to change, and a blank one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn builder(&self, rows: &[Posted], error: Option<String>, open: bool) -> Result<FilterBuilder, Error> {
        let mut shown = Vec::new();
        for row in rows.iter().chain(std::iter::once(&Posted::default())) {
            shown.push(self.row(row).await?);
        }
        let open = open || error.is_some();
        Ok(FilterBuilder { action: String::new(), keep: Vec::new(), rows: shown, open, error })
    }

    fn fields(&self, chosen: &str) -> Vec<Choice> {
        let mut fields = vec![Choice::new("", self.reader.texts.get("filter-none"), chosen.is_empty())];
        let own = self.reader.table.scalars().map(|field| field.key.clone());
        let system = ["state", "created_at", "created_by"].map(str::to_owned);
        let stateful = self.rights.live.app().submit_flow(&self.reader.table.key).is_some();
        for path in own.chain(system.into_iter().filter(|name| name != "state" || stateful)) {
            let Some(place) = self.reader.place(&path) else { continue };
            if self.compared(&place).is_some() {
                fields.push(Choice::new(&path, self.reader.title(&place), path == chosen));
            }
        }
        fields
    }

    async fn row(&self, row: &Posted) -> Result<FilterRow, Error> {
        let texts = self.reader.texts;
        let place = self.reader.place(&row.field);
        let compared = place.as_ref().and_then(|place| self.compared(place));
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
        let operators = operators.collect();
        let value = match &compared {
            Some(compared) => self.widget(compared, row).await?,
            None => Widget::text(&row.value),
        };
        Ok(FilterRow { fields: self.fields(&row.field), operators, value })
    }

    async fn widget(&self, compared: &Compared<'_>, row: &Posted) -> Result<Widget, Error> {
        let texts = self.reader.texts;
        let select = |choices: Vec<(String, String)>| Widget::Select {
            options: choices.into_iter().map(|(value, label)| Choice::new(&value, label, value == row.value)).collect(),
            blank: Some(texts.get("none-chosen")),
        };
        Ok(match compared {
            Compared::Text | Compared::Presence => Widget::text(&row.value),
            Compared::Number(field) if field.kind == Kind::Duration => Widget::text(&row.value),
            Compared::Number(field) => {
                Widget::Number { value: row.value.clone(), integer: field.kind == Kind::Integer, unit: String::new() }
            }
            Compared::Date(_) | Compared::Day => Widget::Date(row.value.clone()),
            Compared::Time(_) => Widget::text(&row.value),
            Compared::Choice(options) => select(options.clone()),
            Compared::Choices(field) => select(options_of(field)),
            Compared::Boolean => select(vec![("true".into(), texts.get("yes")), ("false".into(), texts.get("no"))]),
            Compared::Link { field, .. } if compared.operator(&row.operator) != "contains" => {
                match self.records(field).await? {
                    Some(records) => select(records),
                    None => Widget::text(self.link_text(field, &row.value).await?),
                }
            }
            Compared::Link { .. } => Widget::text(&row.value),
            Compared::Member | Compared::Members => select(self.people().await?),
            Compared::Department | Compared::Departments => select(self.departments().await?),
        })
    }

    fn compared(&self, place: &Place<'a>) -> Option<Compared<'a>> {
        let texts = self.reader.texts;
        let Some(field) = place.field else {
            return match place.path {
                FieldPath::System(SystemField::State) => {
                    let states = ["draft", "in_approval", "approved", "rejected", "revoked"];
                    let named = |word: &str| (word.to_owned(), cell::state(texts, word).label);
                    Some(Compared::Choice(states.map(named).to_vec()))
                }
                FieldPath::System(SystemField::CreatedAt | SystemField::UpdatedAt) => Some(Compared::Day),
                FieldPath::System(SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner) => {
                    Some(Compared::Member)
                }
                _ => None,
            };
        };
        Some(match field.kind {
            Kind::Choice => Compared::Choice(options_of(field)),
            Kind::Choices | Kind::Cascade => Compared::Choices(field),
            Kind::Department => Compared::Department,
            Kind::Departments => Compared::Departments,
            Kind::Json => Compared::Presence,
            Kind::Boolean => Compared::Boolean,
            Kind::Date => Compared::Date(field),
            Kind::DateTime => Compared::Day,
            Kind::Time => Compared::Time(field),
            Kind::Member => Compared::Member,
            Kind::Members => Compared::Members,
            Kind::Link => Compared::Link { field, names: self.names(place, field) },
            Kind::Links | Kind::Lines => return None,
            kind if kind.is_number() => Compared::Number(field),
            _ => Compared::Text,
        })
    }

    /// Paths of the texts by which a link's record is called.
    fn names(&self, place: &Place<'_>, field: &Field) -> Vec<String> {
        name_paths(self.reader, &place.path, field)
    }

    /// The records of a link's table with their ids, if they are few.
    async fn records(&self, field: &Field) -> Result<Option<Vec<(String, String)>>, Error> {
        let Some(target) = field.target.as_deref() else { return Ok(None) };
        let found = match options(self.conn, self.rights, target, None, None, LISTED + 1).await {
            Ok(found) => found,
            Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let few = u64::try_from(found.len()).is_ok_and(|count| count <= LISTED);
        Ok(few.then(|| found.into_iter().map(|(id, label)| (format!("{ID}{id}"), label)).collect()))
    }

    /// What stands in the box of a link whose records are too many to list.
    async fn link_text(&self, field: &Field, value: &str) -> Result<String, Error> {
        match id_of(value) {
            Some(id) => Ok(self.label(field, id).await?.unwrap_or_default()),
            None => Ok(value.to_owned()),
        }
    }

    async fn label(&self, field: &Field, id: i64) -> Result<Option<String>, Error> {
        let Some(target) = field.target.as_deref() else { return Ok(None) };
        let wanted = std::iter::once((target.to_owned(), std::iter::once(id).collect())).collect();
        let labels = crate::service::represent::labels_of(self.conn, self.rights, wanted).await?;
        Ok(labels.get(target, id).map(str::to_owned))
    }

    async fn people(&self) -> Result<Vec<(String, String)>, Error> {
        let mut people = vec![("me".to_owned(), self.reader.texts.get("filter-me"))];
        let active = people::active_users(self.conn).await?;
        people.extend(active.into_iter().map(|user| (format!("{ID}{}", user.id), user.name)));
        Ok(people)
    }

    async fn departments(&self) -> Result<Vec<(String, String)>, Error> {
        let mut named = vec![("me".to_owned(), self.reader.texts.get("filter-my-departments"))];
        let known = departments::paths(self.conn).await?;
        named.extend(known.into_iter().map(|(id, name)| (format!("{ID}{id}"), name)));
        Ok(named)
    }

    /// The condition for the list and how its value is called; or what is wrong with it.
    async fn test(
        &self,
        place: &Place<'_>,
        compared: &Compared<'_>,
        row: &Posted,
    ) -> Result<Result<(Json, String), String>, Error> {
        let texts = self.reader.texts;
        let path = place.path.to_string();
        let operator = compared.operator(&row.operator);
        let test = |operator: &str, value: Json| json!({"field": path, "op": operator, "value": value});
        if matches!(operator, "empty" | "set") {
            return Ok(Ok((test("empty", (operator == "empty").into()), String::new())));
        }
        let typed = |field: &Field| match field.read_text(&row.value) {
            Ok(value) if !value.is_unset() => Ok((test(operator, field.write(&value)), row.value.clone())),
            Ok(_) => Err(texts.get("error-required")),
            Err(error) => Err(crate::web::error::say_field(texts, &error)),
        };
        Ok(match compared {
            Compared::Text | Compared::Presence => Ok((test(operator, row.value.as_str().into()), row.value.clone())),
            Compared::Number(field) | Compared::Date(field) | Compared::Time(field) => typed(field),
            Compared::Day => match row.value.parse::<Date>() {
                Ok(day) => Ok((self.day(&path, operator, day), row.value.clone())),
                Err(_) => Err(texts.get("error-type-date")),
            },
            Compared::Choice(options) => {
                one_of(options, texts, &row.value).map(|(value, label)| (test(operator, value), label))
            }
            Compared::Choices(field) => {
                one_of(&options_of(field), texts, &row.value).map(|(value, label)| (test(operator, value), label))
            }
            Compared::Boolean => match row.value.as_str() {
                "true" => Ok((test(operator, true.into()), texts.get("yes"))),
                "false" => Ok((test(operator, false.into()), texts.get("no"))),
                _ => Err(texts.get("error-type-boolean")),
            },
            Compared::Link { field, names } => match id_of(&row.value).filter(|_| operator != "contains") {
                Some(id) => match self.label(field, id).await? {
                    Some(label) => Ok((test(operator, id.into()), label)),
                    None => Err(texts.get("error-link-not-found")),
                },
                None if names.is_empty() => Err(texts.get("error-type-link")),
                None => {
                    let any = holds_any(names, &row.value);
                    let test = if operator == "ne" { json!({ "not": any }) } else { any };
                    Ok((test, row.value.clone()))
                }
            },
            Compared::Member | Compared::Members if row.value == "me" => {
                Ok((test(operator, json!({"user": "id"})), texts.get("filter-me")))
            }
            Compared::Department | Compared::Departments if row.value == "me" => {
                Ok((test(operator, json!({"user": "departments"})), texts.get("filter-my-departments")))
            }
            Compared::Member | Compared::Members | Compared::Department | Compared::Departments => {
                let people = matches!(compared, Compared::Member | Compared::Members);
                let named = if people { self.people().await? } else { self.departments().await? };
                match named.iter().find(|(value, label)| *value == row.value || *label == row.value) {
                    Some((value, label)) => Ok((test(operator, id_of(value).into()), label.clone())),
                    None => Err(texts.get("error-type-link")),
                }
            }
        })
    }

    /// A day of the organisation's calendar as a stretch of moments.
    fn day(&self, path: &str, operator: &str, day: Date) -> Json {
        let start = |day: Date| {
            let moment = day.to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp().as_millisecond());
            Json::from(Timestamp(moment.unwrap_or(0)).to_rfc3339())
        };
        let next = day.checked_add(Span::new().days(1)).unwrap_or(day);
        let from = json!({"field": path, "op": "ge", "value": start(day)});
        let until = json!({"field": path, "op": "lt", "value": start(next)});
        match operator {
            "ge" => from,
            "le" => until,
            _ => json!({ "all": [from, until] }),
        }
    }
}

/// Paths of the texts by which the record behind a link is called, as far as they can be searched for a part.
fn name_paths(reader: &Reader<'_>, path: &FieldPath, field: &Field) -> Vec<String> {
    let FieldPath::Field(key) = path else { return Vec::new() };
    let Some(target) = field.target.as_deref().and_then(|target| reader.app.tables.get(target)) else {
        return Vec::new();
    };
    let textual = |field: &&Field| field.kind.is_text();
    let named = target
        .scalars()
        .filter(textual)
        .filter(|field| field.searchable || target.display_fields().any(|display| display.key == field.key));
    named.map(|field| format!("{key}.{}", field.key)).filter(|path| reader.place(path).is_some()).collect()
}

/// A condition that one of the texts holds the words.
fn holds_any(paths: &[String], words: &str) -> Json {
    let tests: Vec<Json> = paths.iter().map(|path| json!({"field": path, "op": "contains", "value": words})).collect();
    json!({ "any": tests })
}

fn options_of(field: &Field) -> Vec<(String, String)> {
    if field.kind == Kind::Cascade {
        let all = cascade::all_paths(&field.options).into_iter();
        return all.map(|(_, titles, option)| (option.value.clone(), titles.join(" / "))).collect();
    }
    field.options.iter().map(|option| (option.value.clone(), option.title.clone())).collect()
}

fn id_of(value: &str) -> Option<i64> {
    value.strip_prefix(ID)?.parse().ok()
}

/// An option by its value or, as people type it, its title.
fn one_of(options: &[(String, String)], texts: Texts, written: &str) -> Result<(Json, String), String> {
    let found = options.iter().find(|(value, _)| value == written);
    let found = found.or_else(|| options.iter().find(|(_, label)| label == written));
    found.map(|(value, label)| (value.as_str().into(), label.clone())).ok_or_else(|| texts.get("error-choice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_by_their_numbers() {
        let pairs = [
            ("f.1.field", "state"),
            ("f.1.op", "eq"),
            ("f.1.value", "draft"),
            ("f.0.field", "no"),
            ("f.0.value", " A "),
            ("f.2.op", "eq"),
            ("f.99.field", "no"),
            ("q", "x"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rows = posted(&pairs);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0], Posted { field: "no".into(), operator: String::new(), value: "A".into() });
        assert_eq!(rows[1].value, "draft");
        assert_eq!(posted(&parameters(&rows)), rows);
    }

    #[test]
    fn an_operator_that_does_not_fit_falls_back() {
        assert_eq!(Compared::Boolean.operator("contains"), "eq");
        assert_eq!(Compared::Day.operator("le"), "le");
    }
}
