//! Finding what a dotted path names: `amount`, `lines.qty`, one hop over a link `item.name`, and saying what was meant where it names nothing.

use crate::{
    base::key::nearest,
    definition::{
        app::App,
        field::{Field, Kind},
        finding::Finding,
        table::{SYSTEM_FIELDS, Table},
    },
};

/// What a path ends at.
#[derive(Debug, Clone, Copy)]
pub enum End<'a> {
    Field(&'a Field),
    /// A field that the engine writes: `state`, `owner`.
    System(&'a str),
    /// A field of another app's table: known only where that app is.
    Elsewhere,
}

impl End<'_> {
    pub fn is_several(self) -> bool {
        matches!(self, Self::Field(field) if field.kind.is_several())
    }

    /// A date or a moment.
    pub fn is_day(self) -> bool {
        match self {
            Self::Field(field) => matches!(field.kind, Kind::Date | Kind::DateTime),
            Self::System(name) => matches!(name, "created_at" | "updated_at"),
            Self::Elsewhere => true,
        }
    }

    pub fn is_number(self) -> bool {
        match self {
            Self::Field(field) => field.kind.is_number(),
            Self::System(name) => matches!(name, "id" | "version"),
            Self::Elsewhere => true,
        }
    }
}

/// Why a path names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub message: String,
    pub suggestion: Option<String>,
}

impl Missing {
    pub fn finding(self, file: &str, path: impl Into<String>) -> Finding {
        let finding = Finding::error(file, path, self.message);
        match self.suggestion {
            Some(suggestion) => finding.suggest(suggestion),
            None => finding,
        }
    }
}

/// A path of the record: a field, a system field, a column of lines, or one hop over a link.
pub fn of_record<'a>(app: &'a App, table: &'a Table, path: &'a str) -> Result<End<'a>, Missing> {
    match path.split_once('.') {
        None => of_fields(&table.fields, path, true, &format!("table \"{}\"", table.key)),
        Some((first, rest)) => match table.field(first) {
            Some(field) if field.kind == Kind::Lines => of_line(app, field, rest),
            Some(field) => hop(app, field, rest),
            None => Err(unknown(first, &table.fields, true, &format!("table \"{}\"", table.key))),
        },
    }
}

/// A path of one line: a column, or one hop over a link column.
pub fn of_line<'a>(app: &'a App, lines: &'a Field, path: &'a str) -> Result<End<'a>, Missing> {
    let place = format!("lines \"{}\"", lines.key);
    match path.split_once('.') {
        None => of_fields(&lines.columns, path, false, &place),
        Some((first, rest)) => match lines.column(first) {
            Some(column) => hop(app, column, rest),
            None => Err(unknown(first, &lines.columns, false, &place)),
        },
    }
}

/// A name as rules and messages write it: bare, or with `record`, `line` or `user` in front.
pub fn in_sight<'a>(
    app: &'a App,
    table: &'a Table,
    lines: Option<&'a Field>,
    path: &'a str,
) -> Result<End<'a>, Missing> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match (first, lines) {
        ("record", _) => of_record(app, table, rest),
        ("line", Some(lines)) => of_line(app, lines, rest),
        ("user", _) => match USER.iter().find(|name| **name == rest) {
            Some(name) => Ok(End::System(name)),
            None => Err(no_such("value of the user", rest, USER)),
        },
        (_, Some(lines)) if lines.column(first).is_some() => of_line(app, lines, path),
        _ => of_record(app, table, path),
    }
}

/// What is known of the person for whom a rule runs.
const USER: [&str; 4] = ["id", "name", "login", "department"];

/// The table that a link points at; `None` where that is another app's.
pub fn target<'a>(app: &'a App, link: &'a Field) -> Result<Option<&'a Table>, Missing> {
    let name = link.target.as_deref().unwrap_or_default();
    if name.contains(':') {
        return Ok(None);
    }
    app.table(name).map(Some).ok_or_else(|| no_table(app, name))
}

pub fn no_table(app: &App, name: &str) -> Missing {
    no_such("table", name, app.tables.keys().map(String::as_str))
}

/// There is no `kind` of that `name`; which of `known` was meant?
pub fn no_such<'k>(kind: &str, name: &str, known: impl IntoIterator<Item = &'k str>) -> Missing {
    Missing { message: format!("there is no {kind} \"{name}\""), suggestion: near(name, known) }
}

fn hop<'a>(app: &'a App, link: &'a Field, rest: &'a str) -> Result<End<'a>, Missing> {
    if link.kind != Kind::Link || link.lookup.is_some() {
        let message =
            format!("\"{}\" is no link, so nothing can be read through it (\"{}.{rest}\")", link.key, link.key);
        return Err(Missing { message, suggestion: None });
    }
    if rest.contains('.') {
        let message = format!("\"{}.{rest}\" follows more than one link", link.key);
        return Err(Missing { message, suggestion: None });
    }
    match target(app, link)? {
        None => Ok(End::Elsewhere),
        Some(table) => of_fields(&table.fields, rest, true, &format!("table \"{}\"", table.key)),
    }
}

type Fields = indexmap::IndexMap<String, Field>;

fn of_fields<'a>(fields: &'a Fields, name: &'a str, system: bool, place: &str) -> Result<End<'a>, Missing> {
    match fields.get(name) {
        Some(field) => Ok(End::Field(field)),
        None if system && SYSTEM_FIELDS.contains(&name) => Ok(End::System(name)),
        None => Err(unknown(name, fields, system, place)),
    }
}

fn unknown(name: &str, fields: &Fields, system: bool, place: &str) -> Missing {
    let more: &[&str] = if system { &SYSTEM_FIELDS } else { &[] };
    Missing {
        message: format!("there is no field \"{name}\" in {place}"),
        suggestion: near(name, fields.keys().map(String::as_str).chain(more.iter().copied())),
    }
}

fn near<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean \"{near}\"?"))
}
