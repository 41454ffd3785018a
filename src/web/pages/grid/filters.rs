//! Conditions that a reader puts on a list: turned into a filter, said in words, and shown as rows to change.

use super::{
    columns::{Place, Reader},
    compared::{self, Compared, ME, OWN},
    conditions::{DEEPEST, Group, Join, Part, Posted},
};
use crate::{
    definition::field::Field,
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
        view::{Choice, FilterGroup, FilterPart},
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

/// What a condition asks: a field of the records, or of their lines.
pub struct Asked<'a> {
    pub lines: Option<&'a Field>,
    pub place: Place<'a>,
}

/// What the conditions speak of by name: read once for all of them.
#[derive(Default)]
pub struct Known {
    pub(super) labels: Labels,
    pub(super) people: Vec<(i64, String)>,
    pub(super) departments: Vec<(i64, String)>,
    /// Records that a link offers, by the target's table.
    pub(super) offered: BTreeMap<String, Vec<(i64, String)>>,
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
            let Some(place) = self.place(&test.field) else { continue };
            match self.compared(&place) {
                Some(Compared::Member | Compared::Members) => members = true,
                Some(Compared::Department | Compared::Departments) => units = true,
                Some(Compared::Link(field) | Compared::Tree(field) | Compared::Links(field)) => {
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
        judged.filter = self.filter(group, "", None, known, &mut judged.errors);
        judged
    }

    /// A field of the records or of their lines.
    pub(super) fn place(&self, path: &str) -> Option<Asked<'a>> {
        match self.reader.place_in_lines(path) {
            Some((lines, place)) => Some(Asked { lines: Some(lines), place }),
            None => self.reader.place(path).map(|place| Asked { lines: None, place }),
        }
    }

    pub(super) fn compared(&self, asked: &Asked<'a>) -> Option<Compared<'a>> {
        Some(match Compared::of(&asked.place.path, asked.place.field)? {
            Compared::Link(field) if self.reader.is_tree(field) => Compared::Tree(field),
            other => other,
        })
    }

    /// The lines that everything in a group is asked of: it is asked of one line together.
    fn one_line(&self, group: &Group) -> Option<&'a Field> {
        // A group of several groups alone keeps each of them for itself.
        (group.parts.len() < 2 || group.parts.iter().any(|part| matches!(part, Part::Test(_)))).then_some(())?;
        let mut lines = group.tests().into_iter().map(|test| self.place(&test.field)?.lines);
        let first = lines.next()??;
        lines.all(|other| other.is_some_and(|other| other.key == first.key)).then_some(first)
    }

    fn filter(
        &self,
        group: &Group,
        at: &str,
        inside: Option<&Field>,
        known: &Known,
        errors: &mut BTreeMap<String, String>,
    ) -> Option<Json> {
        let mut parts = Vec::new();
        for (index, part) in group.parts.iter().enumerate() {
            let place = place_of(at, index);
            match part {
                Part::Group(inner) => {
                    let lines = inside.or_else(|| self.one_line(inner));
                    let filter = self.filter(inner, &place, lines, known, errors);
                    parts.extend(filter.map(|filter| match lines.filter(|_| inside.is_none()) {
                        None => filter,
                        Some(lines) => match filter.get("not") {
                            Some(denied) => json!({"not": {"any_line": lines.key, "where": denied}}),
                            None => json!({"any_line": lines.key, "where": filter}),
                        },
                    }));
                }
                Part::Test(row) => match self.test(row, known) {
                    None => {}
                    Some(Ok((test, Some(lines)))) if inside.is_none() => {
                        parts.push(json!({"any_line": lines.key, "where": test}));
                    }
                    Some(Ok((test, _))) => parts.push(test),
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

    /// The filter of one row with the lines that it is asked of, or what is wrong with it; nothing for a row that says nothing.
    fn test(&self, row: &Posted, known: &Known) -> Option<Result<(Json, Option<&'a Field>), String>> {
        let texts = self.reader.texts;
        if row.field.is_empty() {
            return None;
        }
        let Some(asked) = self.place(&row.field) else {
            return Some(Err(texts.with("error-unknown-field", &[("field", Arg::Text(&row.field))])));
        };
        let compared = self.compared(&asked)?;
        let operator = compared.operator(&row.operator);
        let (path, lines) = (asked.place.path.to_string(), asked.lines);
        let takes = Compared::takes(operator);
        if takes == Some(0) {
            return Some(Ok((compared::test(&path, operator, Vec::new()), lines)));
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
        Some(values.map(|values| (compared::test(&path, operator, values), lines)))
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
            let found =
                compared::options_of(field, operator).into_iter().find(|(value, title)| value == text || title == text);
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
            Compared::Choice(field) | Compared::Choices(field) | Compared::Cascade(field) => option(field),
            Compared::Boolean => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(texts.get("error-type-boolean")),
            },
            Compared::Link(field) | Compared::Tree(field) | Compared::Links(field) => {
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
            Part::Group(inner) => self.of_group(inner, known, false),
        };
        match group.join {
            Join::All => group.parts.iter().map(|part| whole(part).unwrap_or_default()).collect(),
            _ => self.joined(group, known).into_iter().collect(),
        }
    }

    /// The words of a group within another; whether all of it is asked of one line is said.
    fn of_group(&self, group: &Group, known: &Known, bracket: bool) -> Option<String> {
        let words = self.joined(group, known)?;
        Some(match self.one_line(group) {
            Some(_) if group.parts.len() > 1 => {
                self.reader.texts.with("filter-one-line", &[("words", Arg::Text(&words))])
            }
            _ if bracket => format!("({words})"),
            _ => words,
        })
    }

    fn joined(&self, group: &Group, known: &Known) -> Option<String> {
        let texts = self.reader.texts;
        let parts: Vec<String> = group
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Test(row) => self.sentence(row, known),
                Part::Group(inner) => self.of_group(inner, known, true),
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
        let asked = self.place(&row.field)?;
        let compared = self.compared(&asked)?;
        let operator = compared.operator(&row.operator);
        let values: Vec<String> = row.values.iter().map(|value| self.shown(compared, operator, value, known)).collect();
        let value = match operator {
            "last" | "next" | "older" | "later" => texts.with("filter-days", &[("days", Arg::Text(row.value()))]),
            "between" => values.join(" – "),
            _ => values.join("、"),
        };
        let title = self.title(&asked);
        let word = texts.get(&compared.word(operator));
        let words = [("field", Arg::Text(&title)), ("op", Arg::Text(&word)), ("value", Arg::Text(&value))];
        Some(texts.with("filter-chip", &words).trim().to_owned())
    }

    /// A value as it is called.
    fn shown(&self, compared: Compared<'_>, operator: &str, value: &str, known: &Known) -> String {
        let texts = self.reader.texts;
        let named = match compared {
            Compared::Choice(field) | Compared::Choices(field) | Compared::Cascade(field) => {
                compared::options_of(field, operator)
                    .into_iter()
                    .find(|(option, _)| option == value)
                    .map(|(_, title)| title)
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
            Compared::Link(field) | Compared::Tree(field) | Compared::Links(field) => match value.strip_prefix(OWN) {
                Some(_) => Some(self.mine(field)),
                None => value.parse().ok().and_then(|id| known.labels.of(field, id)).map(str::to_owned),
            },
            _ => None,
        };
        named.unwrap_or_else(|| value.to_owned())
    }

    /// `item.code` as `Item · Code`; in lines it says so.
    pub(super) fn title(&self, asked: &Asked<'_>) -> String {
        let own = self.reader.title(&asked.place);
        let own = match &asked.place.path {
            FieldPath::Hop(link, _) => {
                let field = asked.lines.map_or_else(|| self.reader.table.field(link), |lines| lines.column(link));
                format!("{} · {own}", field.map_or(link.as_str(), |field| field.title.as_str()))
            }
            _ => own,
        };
        match asked.lines {
            Some(lines) => {
                let words = [("lines", Arg::Text(&lines.title)), ("field", Arg::Text(&own))];
                self.reader.texts.with("filter-line", &words)
            }
            None => own,
        }
    }

    /// "My shelves": the rows that a user value stands for.
    pub(super) fn mine(&self, field: &Field) -> String {
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
}
