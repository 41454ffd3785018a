//! Reading a filter from JSON against the tables it speaks of.

use super::{
    filter::{FieldPath, Filter, FilterTest, Operand, Operator, SystemField},
    relative::RelativeDate,
};
use crate::{
    base::{key::nearest, time::Timestamp, value::Value},
    definition::{
        app::App,
        field::{Field, Kind},
        table::{SYSTEM_FIELDS, Table},
    },
};
use serde_json::Value as Json;

/// The deepest nesting of `all`, `any`, `not`, and the most tests in one filter: a query's cost stays bounded.
const DEEPEST: usize = 8;
const MOST_TESTS: usize = 100;
const MOST_VALUES: usize = 500;

/// Where the tables of an app are found.
pub trait FieldSource: Sync {
    fn table(&self, key: &str) -> Option<&Table>;
}

impl FieldSource for App {
    fn table(&self, key: &str) -> Option<&Table> {
        self.tables.get(key)
    }
}

/// Why a filter was refused: JSON Pointer, stable code, a sentence for whoever wrote it, and what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    pub path: String,
    pub code: &'static str,
    pub message: String,
    pub suggestion: Option<String>,
    /// The name that is not known, for `unknown_field`.
    pub name: Option<String>,
}

impl FilterError {
    pub(super) fn new(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), code, message: message.into(), suggestion: None, name: None }
    }
}

/// What the names in a filter, sort or measure stand for.
pub trait Names: Sync {
    /// # Errors
    /// `unknown_field`, with the nearest spelling.
    fn resolve(&self, path: &str) -> Result<(FieldPath, Resolved<'_>), FilterError>;

    /// The names of one line of a lines field.
    fn lines(&self, _key: &str) -> Option<LineNames<'_>> {
        None
    }

    /// Whether what the field points at stands in a tree.
    fn is_tree(&self, _path: &FieldPath, _field: Option<&Field>) -> bool {
        false
    }
}

/// Names of the fields of a table.
#[derive(Clone, Copy)]
pub struct TableNames<'a> {
    pub table: &'a Table,
    pub source: &'a dyn FieldSource,
}

impl Names for TableNames<'_> {
    fn resolve(&self, path: &str) -> Result<(FieldPath, Resolved<'_>), FilterError> {
        resolve(path, self.table, self.source)
    }

    fn lines(&self, key: &str) -> Option<LineNames<'_>> {
        let field = self.table.field(key).filter(|field| field.kind == Kind::Lines)?;
        Some(LineNames { field, source: self.source })
    }

    fn is_tree(&self, path: &FieldPath, field: Option<&Field>) -> bool {
        is_tree(path, field, self.source)
    }
}

/// Names of the columns of a lines field.
#[derive(Clone, Copy)]
pub struct LineNames<'a> {
    pub field: &'a Field,
    pub source: &'a dyn FieldSource,
}

impl Names for LineNames<'_> {
    fn resolve(&self, path: &str) -> Result<(FieldPath, Resolved<'_>), FilterError> {
        let column = |key: &str| self.field.column(key);
        let unknown = || unknown_among(path, self.field.columns.keys().map(String::as_str));
        match path.split_once('.') {
            None => match column(path) {
                Some(field) => Ok((FieldPath::Field(path.to_owned()), Resolved { field: Some(field) })),
                None => Err(unknown()),
            },
            Some((link, rest)) => behind(path, (link, rest), column(link), self.source, unknown),
        }
    }

    fn is_tree(&self, path: &FieldPath, field: Option<&Field>) -> bool {
        is_tree(path, field, self.source)
    }
}

fn is_tree(path: &FieldPath, field: Option<&Field>, source: &dyn FieldSource) -> bool {
    match field {
        None => matches!(path.end(), FieldPath::System(SystemField::Department)),
        Some(field) if field.kind.is_department() => true,
        Some(field) if field.kind.is_link() => {
            let target = field.target.as_deref().and_then(|key| source.table(key));
            target.is_some_and(|target| target.parent_field().is_some())
        }
        Some(_) => false,
    }
}

/// A path with the field it ends at; `None` for a system field.
#[derive(Debug, Clone, Copy)]
pub struct Resolved<'a> {
    pub field: Option<&'a Field>,
}

/// Finds what a dotted path names in `table`.
///
/// # Errors
/// `unknown_field`, with the nearest spelling.
pub fn resolve<'a>(
    path: &str,
    table: &'a Table,
    source: &'a dyn FieldSource,
) -> Result<(FieldPath, Resolved<'a>), FilterError> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(rest) = rest else {
        if let Some(system) = SystemField::named(first) {
            return Ok((FieldPath::System(system), Resolved { field: None }));
        }
        return match table.field(first) {
            Some(field) if field.kind != Kind::Lines => {
                Ok((FieldPath::Field(first.to_owned()), Resolved { field: Some(field) }))
            }
            _ => Err(unknown(path, first, table)),
        };
    };
    behind(path, (first, rest), table.field(first), source, || unknown(path, first, table))
}

/// What a path names in the table that a link points at.
fn behind<'a>(
    path: &str,
    (first, rest): (&str, &str),
    link: Option<&Field>,
    source: &'a dyn FieldSource,
    unknown: impl Fn() -> FilterError,
) -> Result<(FieldPath, Resolved<'a>), FilterError> {
    let target = link
        .filter(|field| field.kind == Kind::Link && field.lookup.is_none())
        .and_then(|field| field.target.as_deref())
        .and_then(|target| source.table(target))
        .ok_or_else(unknown)?;
    if rest.contains('.') {
        let mut error = FilterError::new("", "unknown_field", format!("\"{path}\" follows more than one link"));
        error.name = Some(path.to_owned());
        return Err(error);
    }
    let (end, resolved) = resolve(rest, target, source)?;
    Ok((FieldPath::Hop(first.to_owned(), Box::new(end)), resolved))
}

fn unknown(path: &str, name: &str, table: &Table) -> FilterError {
    let names = table.scalars().map(|field| field.key.as_str()).chain(SYSTEM_FIELDS);
    let mut error = unknown_among(path, std::iter::empty());
    error.suggestion = nearest(name, names).map(str::to_owned);
    error
}

fn unknown_among<'n>(path: &str, names: impl Iterator<Item = &'n str>) -> FilterError {
    let mut error = FilterError::new("", "unknown_field", format!("there is no field \"{path}\""));
    error.suggestion = nearest(path, names).map(str::to_owned);
    error.name = Some(path.to_owned());
    error
}

impl Filter {
    /// Reads `{"field", "op", "value"}`, `{"all": […]}`, `{"any": […]}`, `{"not": …}` and `{"any_line": "lines", "where": …}`.
    ///
    /// # Errors
    /// The first problem with its JSON Pointer.
    pub fn parse(json: &Json, table: &Table, source: &dyn FieldSource) -> Result<Self, FilterError> {
        Self::parse_with(json, &TableNames { table, source })
    }

    /// The same over other names than a table's.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_with(json: &Json, names: &dyn Names) -> Result<Self, FilterError> {
        let filter = Self::parse_at(json, names, "", 0)?;
        if filter.tests().len() > MOST_TESTS {
            return Err(FilterError::new("", "limit", format!("a filter has at most {MOST_TESTS} conditions")));
        }
        Ok(filter)
    }

    fn parse_at(json: &Json, names: &dyn Names, here: &str, depth: usize) -> Result<Self, FilterError> {
        if depth > DEEPEST {
            return Err(FilterError::new(here, "limit", format!("a filter nests at most {DEEPEST} deep")));
        }
        let Some(object) = json.as_object() else {
            return Err(FilterError::new(here, "malformed", "a condition is an object"));
        };
        let group = |name: &str, parts: &Json| -> Result<Vec<Self>, FilterError> {
            let Some(parts) = parts.as_array() else {
                return Err(FilterError::new(here, "malformed", format!("\"{name}\" holds a list of conditions")));
            };
            let parse = |(i, part)| Self::parse_at(part, names, &format!("{here}/{name}/{i}"), depth + 1);
            parts.iter().enumerate().map(parse).collect()
        };
        if let Some(lines) = object.get("any_line") {
            return any_line(object, lines, names, here, depth);
        }
        let single = if object.len() == 1 { object.iter().next() } else { None };
        match single.map(|(name, value)| (name.as_str(), value)) {
            Some(("all", parts)) => Ok(Self::All(group("all", parts)?)),
            Some(("any", parts)) => Ok(Self::Any(group("any", parts)?)),
            Some(("not", part)) => {
                let inner = Self::parse_at(part, names, &format!("{here}/not"), depth + 1)?;
                Ok(Self::Not(Box::new(inner)))
            }
            _ => Ok(Self::Test(parse_test(object, names, here)?)),
        }
    }
}

fn any_line(
    object: &serde_json::Map<String, Json>,
    lines: &Json,
    names: &dyn Names,
    here: &str,
    depth: usize,
) -> Result<Filter, FilterError> {
    let (Some(key), Some(part), 2) = (lines.as_str(), object.get("where"), object.len()) else {
        let message = "\"any_line\" names a lines field, \"where\" holds the conditions on one of its lines";
        return Err(FilterError::new(here, "malformed", message));
    };
    let Some(inside) = names.lines(key) else {
        let mut error =
            FilterError::new(&format!("{here}/any_line"), "unknown_field", format!("there are no lines \"{key}\""));
        error.name = Some(key.to_owned());
        return Err(error);
    };
    let filter = Filter::parse_at(part, &inside, &format!("{here}/where"), depth + 1)?;
    Ok(Filter::AnyLine { lines: key.to_owned(), filter: Box::new(filter) })
}

fn parse_test(
    object: &serde_json::Map<String, Json>,
    names: &dyn Names,
    here: &str,
) -> Result<FilterTest, FilterError> {
    if let Some(name) = object.keys().find(|name| !["field", "op", "value"].contains(&name.as_str())) {
        return Err(FilterError::new(here, "malformed", format!("a condition has no member \"{name}\"")));
    }
    let Some(name) = object.get("field").and_then(Json::as_str) else {
        return Err(FilterError::new(here, "malformed", "a condition names a field"));
    };
    let at_field = |mut error: FilterError| {
        error.path = format!("{here}/field");
        error
    };
    let (path, resolved) = names.resolve(name).map_err(at_field)?;
    let word = object.get("op").and_then(Json::as_str).unwrap_or("eq");
    let operator = Operator::named(word).ok_or_else(|| {
        let mut error =
            FilterError::new(&format!("{here}/op"), "malformed", format!("there is no operator \"{word}\""));
        error.suggestion = nearest(word, Operator::ALL.iter().map(|(name, _)| *name)).map(str::to_owned);
        error
    })?;
    if operator != Operator::Empty {
        comparable(name, resolved).map_err(at_field)?;
    }
    let value = object.get("value").unwrap_or(&Json::Null);
    let here = format!("{here}/value");
    let operand = match operator {
        Operator::Under => parse_under(value, names, &path, resolved, &here)?,
        _ => parse_operand(operator, value, &path, resolved, &here)?,
    };
    let of_moments = is_moment(&path, resolved.field);
    Ok(FilterTest { path, operator, operand, of_moments })
}

/// What is kept sealed can neither be compared nor ordered.
///
/// # Errors
/// `encrypted_field`.
pub(super) fn comparable(name: &str, resolved: Resolved<'_>) -> Result<(), FilterError> {
    match resolved.field {
        Some(field) if field.sealed => {
            let message =
                format!("\"{name}\" is encrypted: it can be asked for being empty, not compared or sorted by");
            let mut error = FilterError::new("", "encrypted_field", message);
            error.name = Some(name.to_owned());
            Err(error)
        }
        _ => Ok(()),
    }
}

fn parse_operand(
    operator: Operator,
    json: &Json,
    path: &FieldPath,
    resolved: Resolved<'_>,
    here: &str,
) -> Result<Operand, FilterError> {
    let several = resolved.field.is_some_and(|field| field.kind.is_several());
    if operator != Operator::Empty && resolved.field.is_some_and(|field| field.kind.is_file()) {
        return Err(FilterError::new(here, "malformed", "a field of files takes \"empty\" only"));
    }
    match operator {
        Operator::Empty => match json {
            Json::Null => Ok(Operand::Value(Value::Bool(true))),
            Json::Bool(wanted) => Ok(Operand::Value(Value::Bool(*wanted))),
            _ => Err(FilterError::new(here, "malformed", "\"empty\" takes true or false")),
        },
        Operator::In | Operator::NotIn => match json {
            Json::Array(items) if items.len() <= MOST_VALUES => {
                let parse = |(i, item)| parse_one(item, path, resolved, &format!("{here}/{i}"));
                Ok(Operand::Values(items.iter().enumerate().map(parse).collect::<Result<_, _>>()?))
            }
            Json::Array(_) => {
                Err(FilterError::new(here, "limit", format!("a list holds at most {MOST_VALUES} values")))
            }
            other => Ok(Operand::Values(vec![parse_one(other, path, resolved, here)?])),
        },
        Operator::Between => match json.as_array().map(Vec::as_slice) {
            Some([low, high]) => Ok(Operand::Values(vec![
                parse_one(low, path, resolved, &format!("{here}/0"))?,
                parse_one(high, path, resolved, &format!("{here}/1"))?,
            ])),
            _ => Err(FilterError::new(here, "malformed", "\"between\" takes two values, the lower first")),
        },
        Operator::Contains | Operator::Starts if !several => {
            let textual = resolved.field.is_some_and(Field::is_text);
            match json.as_str() {
                Some(text) if textual => Ok(Operand::Value(Value::from(text))),
                _ => Err(FilterError::new(here, "malformed", "only a text can be searched for a part")),
            }
        }
        _ if several && operator != Operator::Contains => {
            let message = "a field with several values takes \"contains\" or \"empty\"";
            Err(FilterError::new(here, "malformed", message))
        }
        _ => parse_one(json, path, resolved, here),
    }
}

/// One place or several in a tree; in a cascade one, by the values from its root.
fn parse_under(
    json: &Json,
    names: &dyn Names,
    path: &FieldPath,
    resolved: Resolved<'_>,
    here: &str,
) -> Result<Operand, FilterError> {
    if let Some(field) = resolved.field.filter(|field| field.kind == Kind::Cascade) {
        let steps = match json {
            Json::String(text) => text.split('/').map(Json::from).collect(),
            other => other.clone(),
        };
        return match field.read(&steps) {
            Ok(value @ Value::List(_)) => Ok(Operand::Value(value)),
            _ => Err(FilterError::new(here, "type", "the value is the options from the root: [\"east\", \"harbour\"]")),
        };
    }
    if !names.is_tree(path, resolved.field) {
        let message = "\"under\" is for cascades, departments, and links to tables that link to themselves";
        return Err(FilterError::new(here, "malformed", message));
    }
    match json {
        Json::Array(items) if items.len() <= MOST_VALUES => {
            let parse = |(i, item)| parse_one(item, path, resolved, &format!("{here}/{i}"));
            Ok(Operand::Values(items.iter().enumerate().map(parse).collect::<Result<_, _>>()?))
        }
        Json::Array(_) => Err(FilterError::new(here, "limit", format!("a list holds at most {MOST_VALUES} values"))),
        other => parse_one(other, path, resolved, here),
    }
}

fn parse_one(json: &Json, path: &FieldPath, resolved: Resolved<'_>, here: &str) -> Result<Operand, FilterError> {
    if let Some(object) = json.as_object() {
        if let (1, Some(name)) = (object.len(), object.get("user").and_then(Json::as_str)) {
            return Ok(Operand::User(name.to_owned()));
        }
        if let (1, Some(day)) = (object.len(), object.get("date").and_then(Json::as_str)) {
            let dated = resolved.field.is_some_and(|field| field.kind == Kind::Date) || is_moment(path, resolved.field);
            if !dated {
                return Err(FilterError::new(here, "type", format!("\"{path}\" holds no date")));
            }
            return RelativeDate::parse(day).map(Operand::Relative).ok_or_else(|| {
                let message = "a relative date reads today, today-30d, this_month, last_week or next_7_days";
                FilterError::new(here, "malformed", message)
            });
        }
    }
    let day = json.as_str().filter(|text| text.len() == 10 && is_moment(path, resolved.field));
    if let Some(day) = day.and_then(|text| text.parse().ok()) {
        return Ok(Operand::Value(Value::Date(day)));
    }
    let value = match resolved.field {
        Some(field) => read_for(field, json),
        None => system_value(path, json),
    };
    match value {
        Some(Value::Unset) | None => {
            let message =
                format!("the value does not fit the field \"{path}\"; to look for unset values use \"empty\"");
            Err(FilterError::new(here, "type", message))
        }
        Some(value) => Ok(Operand::Value(value)),
    }
}

/// Whether the path ends at moments, which have a day in the organisation's zone.
pub(super) fn is_moment(path: &FieldPath, field: Option<&Field>) -> bool {
    match field {
        Some(field) => field.kind == Kind::DateTime,
        None => matches!(path.end(), FieldPath::System(SystemField::CreatedAt | SystemField::UpdatedAt)),
    }
}

/// A field with several values is asked for one of them.
fn read_for(field: &Field, json: &Json) -> Option<Value> {
    match field.kind {
        Kind::Choices | Kind::Cascade => json.as_str().map(Value::from),
        Kind::Links | Kind::Members | Kind::Departments => json.as_i64().map(Value::Integer),
        _ => field.read(json).ok(),
    }
}

fn system_value(path: &FieldPath, json: &Json) -> Option<Value> {
    let system = match path {
        FieldPath::System(system) => *system,
        FieldPath::Hop(_, end) => match **end {
            FieldPath::System(system) => system,
            _ => return None,
        },
        FieldPath::Field(_) => return None,
    };
    match system {
        SystemField::State => json.as_str().map(Value::from),
        SystemField::CreatedAt | SystemField::UpdatedAt => {
            json.as_str().and_then(Timestamp::parse_rfc3339).map(Value::Instant)
        }
        _ => json.as_i64().map(Value::Integer),
    }
}
