//! What the people of an app call what an expression reads: the titles of fields, settings and options.

use super::formula::{Naming, Resolved};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    table::Table,
};

/// Words of the reader's language for what no definition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingWords {
    /// The record, the line and the person before what belongs to them.
    pub record: String,
    pub line: String,
    pub user: String,
    pub settings: String,
    /// The record as it was before it was changed.
    pub before: String,
    /// Fields of the person and of every record, by key.
    pub system: Vec<(&'static str, String)>,
}

/// The names of an expression in an app whose titles are in the reader's language.
#[derive(Clone, Copy)]
pub struct Titles<'a> {
    pub app: &'a App,
    pub table: &'a Table,
    /// The lines field, where the expression is about one of its lines.
    pub line: Option<&'a str>,
    pub words: &'a NamingWords,
}

/// Between a title and the key that tells it from another field of the same title.
const APART: char = '#';

impl<'a> Titles<'a> {
    fn lines(&self) -> Option<&'a Field> {
        self.line.and_then(|key| self.table.field(key))
    }

    /// The columns that stand for themselves, then the fields.
    fn scope(&self) -> impl Iterator<Item = &'a Field> {
        self.lines().into_iter().flat_map(|lines| lines.columns.values()).chain(self.table.fields.values())
    }

    fn system(&self, key: &str) -> Option<String> {
        self.words.system.iter().find(|(known, _)| *known == key).map(|(_, title)| title.clone())
    }

    fn system_key(&self, title: &str) -> Option<&'static str> {
        self.words.system.iter().find(|(_, known)| known == title).map(|(key, _)| *key)
    }

    fn target(&self, field: &Field) -> Option<&'a Table> {
        let through = field.kind == Kind::Link && field.lookup.is_none();
        field.target.as_deref().filter(|_| through).and_then(|key| self.app.tables.get(key))
    }

    /// The titles of what a path means from one of these fields on.
    fn titles_from(&self, fields: &[&'a Field], path: &[String]) -> Option<Vec<String>> {
        let (key, rest) = path.split_first()?;
        let Some(field) = fields.iter().find(|field| field.key == *key) else {
            return rest.is_empty().then(|| self.system(key)).flatten().map(|title| vec![title]);
        };
        let mut titles = vec![apart(fields, field)];
        if rest.is_empty() {
            return Some(titles);
        }
        let behind: Vec<&Field> = match self.target(field) {
            Some(target) => target.fields.values().collect(),
            None if field.kind == Kind::Lines => self.columns_of(&field.key),
            None => return None,
        };
        titles.extend(self.titles_from(&behind, rest)?);
        Some(titles)
    }

    fn columns_of(&self, lines: &str) -> Vec<&'a Field> {
        self.table.field(lines).map(|field| field.columns.values().collect()).unwrap_or_default()
    }

    /// The keys of what titles mean from one of these fields on, and the field at their end.
    fn keys_from(&self, fields: &[&'a Field], titles: &[String]) -> Option<(Vec<String>, Option<&'a Field>)> {
        let (title, rest) = titles.split_first()?;
        let Some(field) = named(fields, title) else {
            let key = self.system_key(title).filter(|_| rest.is_empty())?;
            return Some((vec![key.to_owned()], None));
        };
        if rest.is_empty() {
            return Some((vec![field.key.clone()], Some(field)));
        }
        let behind: Vec<&Field> = match self.target(field) {
            Some(target) => target.fields.values().collect(),
            None => self.columns_of(&field.key),
        };
        let (mut keys, end) = self.keys_from(&behind, rest)?;
        keys.insert(0, field.key.clone());
        Some((keys, end))
    }

    /// The field at the end of a path.
    fn field(&self, path: &[String]) -> Option<&'a Field> {
        let (first, rest) = path.split_first()?;
        let (mut field, rest) = match (first.as_str(), rest.split_first()) {
            ("record", Some((key, rest))) => (self.table.field(key)?, rest),
            ("line", Some((key, rest))) => (self.lines()?.column(key)?, rest),
            _ => (self.scope().find(|field| field.key == *first)?, rest),
        };
        for key in rest {
            field = self.target(field)?.field(key)?;
        }
        Some(field)
    }

    /// Everything a formula may name from here, links followed once: what the field chips offer. Each with its kind.
    #[must_use]
    pub fn offered(&self) -> Vec<(Vec<String>, Kind)> {
        let fields: Vec<&Field> = self.scope().collect();
        let mut offered = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            // A column hides a field of the same key, which is then named with the record before it.
            if fields[..place].iter().any(|earlier| earlier.key == field.key) {
                continue;
            }
            let title = apart(&fields, field);
            offered.push((vec![title.clone()], field.kind));
            let behind: Vec<&Field> = match self.target(field) {
                Some(target) => target.scalars().collect(),
                None if field.kind == Kind::Lines => {
                    field.columns.values().filter(|column| is_figure(column)).collect()
                }
                None => Vec::new(),
            };
            offered.extend(behind.iter().map(|end| (vec![title.clone(), apart(&behind, end)], end.kind)));
        }
        offered
    }
}

/// What can be added up or compared by size.
const fn is_figure(field: &Field) -> bool {
    field.kind.is_number() || matches!(field.kind, Kind::Date | Kind::Lookup)
}

/// The title of a field, with its key where another one has the same.
fn apart(fields: &[&Field], field: &Field) -> String {
    let same = fields.iter().filter(|other| other.title == field.title).count();
    if same > 1 { format!("{}{APART}{}", field.title, field.key) } else { field.title.clone() }
}

fn named<'f>(fields: &[&'f Field], title: &str) -> Option<&'f Field> {
    let by_title = |wanted: &str| fields.iter().copied().find(|field| field.title.trim() == wanted.trim());
    by_title(title)
        .or_else(|| {
            let (title, key) = title.rsplit_once(APART)?;
            fields.iter().copied().find(|field| field.key == key && field.title.trim() == title.trim())
        })
        // Whoever knows the key may write it.
        .or_else(|| fields.iter().copied().find(|field| field.key == title))
}

impl Naming for Titles<'_> {
    fn titles(&self, path: &[String]) -> Option<Vec<String>> {
        let own: Vec<&Field> = self.table.fields.values().collect();
        let lines: Vec<&Field> = self.line.map(|key| self.columns_of(key)).unwrap_or_default();
        let within = |word: &String, titles: Vec<String>| {
            let mut all = vec![word.clone()];
            all.extend(titles);
            all
        };
        match path {
            [record, rest @ ..] if record == "record" => {
                Some(within(&self.words.record, self.titles_from(&own, rest)?))
            }
            [before, rest @ ..] if before == "before" && !own.iter().any(|field| field.key == *before) => {
                Some(within(&self.words.before, self.titles_from(&own, rest)?))
            }
            [line, rest @ ..] if line == "line" => Some(within(&self.words.line, self.titles_from(&lines, rest)?)),
            [user, key] if user == "user" => Some(within(&self.words.user, vec![self.system(key)?])),
            [first, ..] => {
                let scope: Vec<&Field> = self.scope().collect();
                match lines.iter().any(|column| column.key == *first) {
                    true => self.titles_from(&lines, path),
                    // A column of the same title would be meant by the title alone.
                    false
                        if lines.iter().any(|column| {
                            own.iter().any(|field| field.key == *first && field.title == column.title)
                        }) =>
                    {
                        Some(within(&self.words.record, self.titles_from(&own, path)?))
                    }
                    false => self.titles_from(&scope, path),
                }
            }
            [] => None,
        }
    }

    fn resolve(&self, titles: &[String]) -> Option<Resolved> {
        let own: Vec<&Field> = self.table.fields.values().collect();
        let lines: Vec<&Field> = self.line.map(|key| self.columns_of(key)).unwrap_or_default();
        let within = |word: &str, keys: Vec<String>| {
            let mut path = vec![word.to_owned()];
            path.extend(keys);
            Resolved::Path(path)
        };
        let (first, rest) = titles.split_first()?;
        if !rest.is_empty() {
            if *first == self.words.settings {
                let [title] = rest else { return None };
                let settings = &self.app.manifest.settings;
                let found = settings.iter().find(|(key, setting)| setting.title == *title || *key == title)?;
                return Some(Resolved::Setting(found.0.clone()));
            }
            if *first == self.words.user {
                return Some(within("user", vec![self.system_key(&rest.join("."))?.to_owned()]));
            }
            if *first == self.words.record {
                return Some(within("record", self.keys_from(&own, rest)?.0));
            }
            if *first == self.words.before {
                return Some(within("before", self.keys_from(&own, rest)?.0));
            }
            if *first == self.words.line {
                return Some(within("line", self.keys_from(&lines, rest)?.0));
            }
        }
        let scope: Vec<&Field> = self.scope().collect();
        let (keys, _) = self.keys_from(&lines, titles).or_else(|| self.keys_from(&scope, titles))?;
        match keys.as_slice() {
            [lines, column] if self.table.field(lines).is_some_and(|field| field.kind == Kind::Lines) => {
                Some(Resolved::Column(lines.clone(), column.clone()))
            }
            _ => Some(Resolved::Path(keys)),
        }
    }

    fn known(&self) -> Vec<String> {
        self.offered().into_iter().map(|(titles, _)| titles.join(".")).collect()
    }

    fn setting(&self, key: &str) -> Option<Vec<String>> {
        let setting = self.app.manifest.settings.get(key)?;
        Some(vec![self.words.settings.clone(), setting.title.clone()])
    }

    fn option(&self, path: &[String], value: &str) -> Option<String> {
        let field = self.field(path)?;
        let title = &field.option(value)?.title;
        // A title that two options share says nothing.
        (field.options.iter().filter(|option| option.title == *title).count() == 1).then(|| title.clone())
    }

    fn option_value(&self, path: &[String], title: &str) -> Option<String> {
        self.field(path)?.options.iter().find(|option| option.title == title).map(|option| option.value.clone())
    }
}
