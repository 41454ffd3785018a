//! Judging names before anything runs: what a rule may name, what it depends on, and which rows it needs behind links.

use super::{error::RuleError, expression::Expression, inputs::USER_FIELDS, rewrite::Path};
use crate::definition::{
    field::{Field, Kind},
    table::{SYSTEM_FIELDS, Table, placeholders},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is in sight of a rule.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub table: &'a Table,
    /// The lines field whose line is `line`.
    pub line: Option<&'a str>,
    /// Named extras: `need`, `balance`. What is behind their dots is not judged.
    pub variables: &'a [&'a str],
    /// The keys of the app's settings; not judged where nothing is said.
    pub settings: Option<&'a BTreeSet<String>>,
    /// Other tables by key, for names behind links; not judged where nothing is said.
    pub tables: Option<&'a FindTable<'a>>,
}

/// Finds a table by its key.
pub type FindTable<'a> = dyn Fn(&str) -> Option<&'a Table> + 'a;

/// Fields of the target by link field (`item`, `lines.item`) that must be read before the rules run. A field behind a second
/// link is written with a dot.
pub type Hops = BTreeMap<String, BTreeSet<String>>;

/// A field of the record, or a column of its lines: (lines field, key).
pub(super) type Place<'a> = (Option<&'a str>, &'a str);

/// What the first name of a path means.
enum Root<'a> {
    Field(Place<'a>, &'a Field, &'a [String]),
    Other,
    Unknown,
}

impl<'a> Names<'a> {
    #[must_use]
    pub const fn of(table: &'a Table) -> Self {
        Self { table, line: None, variables: &[], settings: None, tables: None }
    }

    #[must_use]
    pub const fn in_line(mut self, lines: Option<&'a str>) -> Self {
        self.line = lines;
        self
    }

    fn lines(&self) -> Option<&'a Field> {
        self.line.and_then(|key| self.table.field(key))
    }

    fn root<'p>(&self, segments: &'p [String]) -> Root<'p>
    where
        'a: 'p,
    {
        let [first, rest @ ..] = segments else { return Root::Unknown };
        match (first.as_str(), rest) {
            ("record", [key, hops @ ..]) => self.in_record(key, hops),
            ("line", [key, hops @ ..]) => self.in_line_of(key, hops),
            ("user", [key]) if USER_FIELDS.contains(&key.as_str()) => Root::Other,
            ("record" | "line" | "user", _) => Root::Unknown,
            (name, _) if self.variables.contains(&name) => Root::Other,
            (name, hops) => match self.lines().filter(|lines| lines.column(name).is_some()) {
                Some(_) => self.in_line_of(first, hops),
                None => self.in_record(first, hops),
            },
        }
    }

    fn in_record<'p>(&self, key: &'p str, hops: &'p [String]) -> Root<'p>
    where
        'a: 'p,
    {
        match self.table.field(key) {
            Some(field) => Root::Field((None, key), field, hops),
            None if SYSTEM_FIELDS.contains(&key) && hops.is_empty() => Root::Other,
            None => Root::Unknown,
        }
    }

    fn in_line_of<'p>(&self, key: &'p str, hops: &'p [String]) -> Root<'p>
    where
        'a: 'p,
    {
        match self.lines().and_then(|lines| Some((lines, lines.column(key)?))) {
            Some((lines, column)) => Root::Field((Some(lines.key.as_str()), key), column, hops),
            None if key == "id" && self.line.is_some() && hops.is_empty() => Root::Other,
            None => Root::Unknown,
        }
    }

    /// Adds the rows behind links that a message with `{item.name}` places needs.
    pub fn template_hops(&self, template: &str, hops: &mut Hops) {
        for name in placeholders(template) {
            let segments: Vec<String> = name.trim().split('.').map(str::to_owned).collect();
            self.add_hops(&segments, hops);
        }
    }

    fn add_hops(&self, segments: &[String], hops: &mut Hops) {
        if let Root::Field((lines, _), Field { lookup: Some(lookup), .. }, []) = self.root(segments) {
            hops.entry(path_of(lines, &lookup.link)).or_default().insert(lookup.field.clone());
            return;
        }
        if let Root::Field((lines, key), field, behind) = self.root(segments)
            && field.kind == Kind::Link
            && field.lookup.is_none()
            && let [first, ..] = behind
            && first != "id"
        {
            hops.entry(path_of(lines, key)).or_default().insert(behind.join("."));
        }
    }

    /// What is wrong with the names of a path, if anything.
    fn problem(&self, path: &Path) -> Option<RuleError> {
        let error = match self.root(&path.segments) {
            Root::Other => return None,
            Root::Unknown => {
                let mut known: Vec<&str> = self.table.fields.keys().map(String::as_str).collect();
                known.extend(self.lines().into_iter().flat_map(|lines| lines.columns.keys().map(String::as_str)));
                known.extend(self.variables);
                known.extend(["record", "line", "user"]);
                match path.segments.as_slice() {
                    [user, key, ..] if user == "user" => RuleError::unknown("user field", key, USER_FIELDS),
                    [owner, key, ..] if matches!(owner.as_str(), "record" | "line") => {
                        RuleError::unknown("field", key, known)
                    }
                    [first, ..] => RuleError::unknown("field", first, known),
                    [] => return None,
                }
            }
            Root::Field(_, field, hops) if field.kind == Kind::Lines => {
                if let Some(hop) = hops.first() {
                    RuleError::unknown("value", &format!("{}.{hop}", field.key), [])
                } else {
                    let column = path.columns.iter().find(|column| field.column(column).is_none())?;
                    RuleError::unknown("column", column, field.columns.keys().map(String::as_str))
                }
            }
            Root::Field(_, field, hops) => self.problem_behind(field, hops)?,
        };
        Some(error.at(path.position))
    }

    fn problem_behind(&self, field: &Field, hops: &[String]) -> Option<RuleError> {
        let [key, rest @ ..] = hops else { return None };
        let through = field.kind == Kind::Link && field.lookup.is_none();
        let Some(target) = field.target.as_deref().filter(|_| through) else {
            let message = format!("\"{}\" is no link, so there is nothing behind it", field.title);
            return Some(RuleError::new(super::error::RuleCode::UnknownName, message).with("name", key));
        };
        if key == "id" || SYSTEM_FIELDS.contains(&key.as_str()) {
            return None;
        }
        let table = self.tables.and_then(|tables| tables(target))?;
        match table.field(key) {
            Some(next) => self.problem_behind(next, rest),
            None => Some(RuleError::unknown("field", key, table.fields.keys().map(String::as_str))),
        }
    }
}

/// `amount`, `lines.amount`.
fn path_of(lines: Option<&str>, key: &str) -> String {
    lines.map_or_else(|| key.to_owned(), |lines| format!("{lines}.{key}"))
}

impl Expression {
    /// Every name that does not exist, with its place and the nearest name that does.
    #[must_use]
    pub fn unknown_names(&self, names: &Names) -> Vec<RuleError> {
        let paths = self.found().paths.iter().filter_map(|path| names.problem(path));
        let settings = self.found().settings.iter().filter_map(|(key, position)| {
            let known = names.settings.filter(|known| !known.contains(key))?;
            let mut error = RuleError::unknown("setting", key, known.iter().map(String::as_str));
            error.code = super::error::RuleCode::UnknownSetting;
            Some(error.at(*position))
        });
        paths.chain(settings).collect()
    }

    /// Adds the rows behind links that the expression needs.
    pub fn link_hops(&self, names: &Names, hops: &mut Hops) {
        for path in &self.found().paths {
            names.add_hops(&path.segments, hops);
            let Root::Field((None, key), lines, []) = names.root(&path.segments) else { continue };
            let read = |column: &&Field| path.whole || path.columns.contains(&column.key);
            for lookup in lines.columns.values().filter(read).filter_map(|column| column.lookup.as_ref()) {
                hops.entry(path_of(Some(key), &lookup.link)).or_default().insert(lookup.field.clone());
            }
        }
    }

    /// The paths of the fields and columns of its own table that the expression reads: `amount`, `lines.qty`.
    #[must_use]
    pub fn reads<'p>(&'p self, names: &Names<'p>) -> BTreeSet<String> {
        let places = self.places(names).into_iter();
        places.map(|(lines, key)| path_of(lines, key)).collect()
    }

    /// Whether nothing but stored fields of the record decides its value: no lines, no row behind a link, no person, day or setting.
    #[must_use]
    pub fn is_of_record(&self, names: &Names) -> bool {
        let own = |path: &Path| match names.root(&path.segments) {
            Root::Field((None, _), field, []) => field.kind != Kind::Lines && field.lookup.is_none(),
            _ => false,
        };
        !self.found().ambient && self.found().paths.iter().all(own)
    }

    /// The fields and columns that the expression reads.
    pub(super) fn places<'p>(&'p self, names: &Names<'p>) -> Vec<Place<'p>> {
        let mut places = Vec::new();
        for path in &self.found().paths {
            match names.root(&path.segments) {
                Root::Field((None, key), field, _) if field.kind == Kind::Lines => {
                    let columns = field.columns.keys().map(String::as_str);
                    places.extend(
                        columns
                            .filter(|column| path.whole || path.columns.iter().any(|name| name == column))
                            .map(|column| (Some(key), column)),
                    );
                }
                Root::Field(place, ..) => places.push(place),
                Root::Other | Root::Unknown => {}
            }
        }
        places
    }
}
