//! What an expression is evaluated over: a record, perhaps a line, named extras, and the circumstances of the evaluation.

use super::{
    engine::Limits,
    error::{Fault, RuleCode},
    links::Links,
    rewrite::Path,
    value::{Lines, to_dynamic},
};
use crate::{
    base::{
        id::{DepartmentId, UserId},
        time::Timestamp,
        value::{Document, Line, Value, Values},
    },
    definition::{
        field::{Field, Kind, Lookup},
        table::{SYSTEM_FIELDS, Table},
    },
};
use indexmap::IndexMap;
use jiff::civil::Date;
use rhai::Dynamic;
use std::{borrow::Cow, sync::Arc};

/// The person for whom rules are evaluated: `user.id`, `user.name`, `user.login`, `user.department`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    pub id: UserId,
    pub name: String,
    pub login: String,
    pub department: Option<DepartmentId>,
}

/// The fields of [`UserView`].
pub(super) const USER_FIELDS: [&str; 4] = ["id", "name", "login", "department"];
/// System fields that hold ids of people and departments.
const IDENTITIES: [&str; 5] = ["id", "created_by", "updated_by", "owner", "department"];

/// The circumstances of an evaluation, the same for every rule of one request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub user: &'a UserView,
    pub settings: &'a IndexMap<String, Value>,
    /// Today in the organisation's time zone.
    pub today: Date,
    pub now: Timestamp,
    pub links: &'a dyn Links,
    pub limits: Limits,
}

/// A named extra beside the record: a figure, or something with fields.
#[derive(Clone, Copy)]
pub enum Variable<'a> {
    Value(&'a Value),
    /// Whatever somebody sent: by dotted path, and what is not there is not set.
    Sent(&'a Values),
    /// `table` gives titles and says what its links point at.
    Record {
        table: Option<&'a Table>,
        values: &'a Values,
    },
}

/// Everything one evaluation reads.
///
/// A bare name is looked for among the extras, then in the line, then in the record; `record`, `line` and `user` always mean
/// themselves.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub context: Context<'a>,
    pub table: &'a Table,
    pub document: &'a Document,
    /// The lines field and the line that is `line`.
    pub line: Option<(&'a str, &'a Line)>,
    pub variables: &'a [(&'a str, Variable<'a>)],
}

/// Where a path leads.
pub(super) enum Located<'a> {
    Value { value: Cow<'a, Value>, field: Option<&'a Field>, identity: bool },
    Lines { field: &'a Field, rows: &'a [Line] },
}

impl<'a> Inputs<'a> {
    #[must_use]
    pub const fn new(context: Context<'a>, table: &'a Table, document: &'a Document) -> Self {
        Self { context, table, document, line: None, variables: &[] }
    }

    #[must_use]
    pub const fn with_line(mut self, lines: &'a str, line: &'a Line) -> Self {
        self.line = Some((lines, line));
        self
    }

    #[must_use]
    pub const fn with_variables(mut self, variables: &'a [(&'a str, Variable<'a>)]) -> Self {
        self.variables = variables;
        self
    }

    /// The value of a path for the scope of an expression; unset values carry `tag`.
    pub(super) fn bind(&self, path: &Path, tag: i32) -> Result<Dynamic, Fault> {
        match self.locate(&path.segments)? {
            Located::Value { value, identity, .. } => Ok(to_dynamic(&value, identity, tag)),
            Located::Lines { field, rows } => {
                let wanted = field.columns.values().filter(|column| path.whole || path.columns.contains(&column.key));
                let cells = |column: &'a Field| -> Result<(String, Vec<Dynamic>), Fault> {
                    let link = column.lookup.as_ref().and_then(|lookup| Some((lookup, field.column(&lookup.link)?)));
                    let cell = |row: &'a Line| match link {
                        None => Ok(to_dynamic(row.get(&column.key), is_identity(column), tag)),
                        Some((lookup, link)) => match self.looked_up(column, lookup, link, row.get(&lookup.link))? {
                            Located::Value { value, identity, .. } => Ok(to_dynamic(&value, identity, tag)),
                            Located::Lines { .. } => Ok(to_dynamic(&Value::Unset, false, tag)),
                        },
                    };
                    Ok((column.key.clone(), rows.iter().map(cell).collect::<Result<_, Fault>>()?))
                };
                let columns: IndexMap<String, Vec<Dynamic>> = wanted.map(cells).collect::<Result<_, Fault>>()?;
                let mut lines = Dynamic::from(Lines { count: rows.len(), columns: Arc::new(columns) });
                lines.set_tag(tag);
                Ok(lines)
            }
        }
    }

    pub(super) fn locate(&self, segments: &[String]) -> Result<Located<'a>, Fault> {
        let unknown = || {
            let path = segments.join(".");
            Fault::new(RuleCode::UnknownName, format!("there is no \"{path}\" here")).with("name", path)
        };
        let (first, rest) = segments.split_first().ok_or_else(unknown)?;
        let line = self.line.and_then(|(key, line)| Some((self.table.field(key)?, line)));
        match first.as_str() {
            "record" => self.in_record(rest).ok_or_else(unknown)?,
            "line" => self.in_line(line.ok_or_else(unknown)?, rest).ok_or_else(unknown)?,
            "user" => self.in_user(rest).map(Ok).ok_or_else(unknown)?,
            name => {
                if let Some((_, variable)) = self.variables.iter().find(|(key, _)| *key == name) {
                    return self.in_variable(variable, rest).ok_or_else(unknown)?;
                }
                match line.filter(|(lines, _)| lines.column(name).is_some()) {
                    Some(line) => self.in_line(line, segments).ok_or_else(unknown)?,
                    None => self.in_record(segments).ok_or_else(unknown)?,
                }
            }
        }
    }

    fn in_record(&self, names: &[String]) -> Option<Result<Located<'a>, Fault>> {
        let (key, hops) = names.split_first()?;
        if let Some(field) = self.table.field(key) {
            if field.kind == Kind::Lines {
                let rows = self.document.lines_of(key);
                return hops.is_empty().then_some(Ok(Located::Lines { field, rows }));
            }
            if let Some(lookup) = &field.lookup {
                let link = self.table.field(&lookup.link)?;
                return hops.is_empty().then(|| self.looked_up(field, lookup, link, self.document.get(&lookup.link)));
            }
            return Some(self.hop(Cow::Borrowed(self.document.get(key)), field, hops));
        }
        let known = SYSTEM_FIELDS.contains(&key.as_str()) || self.document.values.contains_key(key);
        (known && hops.is_empty()).then(|| {
            let identity = IDENTITIES.contains(&key.as_str());
            Ok(Located::Value { value: Cow::Borrowed(self.document.get(key)), field: None, identity })
        })
    }

    fn in_line(&self, (lines, line): (&'a Field, &'a Line), names: &[String]) -> Option<Result<Located<'a>, Fault>> {
        let (key, hops) = names.split_first()?;
        if key == "id" && hops.is_empty() {
            let id = line.id.map_or(Value::Unset, Value::Integer);
            return Some(Ok(Located::Value { value: Cow::Owned(id), field: None, identity: false }));
        }
        let column = lines.column(key)?;
        if let Some(lookup) = &column.lookup {
            let link = lines.column(&lookup.link)?;
            return hops.is_empty().then(|| self.looked_up(column, lookup, link, line.get(&lookup.link)));
        }
        Some(self.hop(Cow::Borrowed(line.get(key)), column, hops))
    }

    fn in_user(&self, names: &[String]) -> Option<Located<'a>> {
        let [key] = names else { return None };
        let user = self.context.user;
        let value = match key.as_str() {
            "id" => Value::Integer(user.id.0),
            "name" => Value::from(user.name.as_str()),
            "login" => Value::from(user.login.as_str()),
            "department" => user.department.map_or(Value::Unset, |department| Value::Integer(department.0)),
            _ => return None,
        };
        let identity = matches!(value, Value::Integer(_));
        Some(Located::Value { value: Cow::Owned(value), field: None, identity })
    }

    fn in_variable(&self, variable: &Variable<'a>, names: &[String]) -> Option<Result<Located<'a>, Fault>> {
        match (variable, names.split_first()) {
            (Variable::Value(value), None) => {
                Some(Ok(Located::Value { value: Cow::Borrowed(value), field: None, identity: false }))
            }
            (Variable::Sent(values), Some(_)) => {
                let value = values.get(&names.join(".")).map_or(Cow::Owned(Value::Unset), Cow::Borrowed);
                Some(Ok(Located::Value { value, field: None, identity: false }))
            }
            (Variable::Record { table, values }, Some((key, hops))) => {
                let value = Cow::Borrowed(values.get(key).unwrap_or(&Value::Unset));
                match table.and_then(|table| table.field(key)) {
                    Some(field) => Some(self.hop(value, field, hops)),
                    None if hops.is_empty() && values.contains_key(key) => {
                        Some(Ok(Located::Value { value, field: None, identity: false }))
                    }
                    None => None,
                }
            }
            _ => None,
        }
    }

    /// What a lookup shows: the present value behind its link, whatever the document says.
    fn looked_up(
        &self,
        field: &'a Field,
        lookup: &'a Lookup,
        link: &'a Field,
        value: &'a Value,
    ) -> Result<Located<'a>, Fault> {
        let found = self.hop(Cow::Borrowed(value), link, std::slice::from_ref(&lookup.field))?;
        Ok(match found {
            Located::Value { value, .. } => Located::Value { value, field: Some(field), identity: is_identity(field) },
            lines @ Located::Lines { .. } => lines,
        })
    }

    /// Follows a link to fields of its target, as far as the path goes. Behind an unset link everything is unset.
    fn hop(&self, value: Cow<'a, Value>, field: &'a Field, hops: &[String]) -> Result<Located<'a>, Fault> {
        let Some((key, rest)) = hops.split_first() else {
            return Ok(Located::Value { value, identity: is_identity(field), field: Some(field) });
        };
        let Some(target) = field.target.as_deref().filter(|_| field.kind == Kind::Link) else {
            let message = format!("\"{}\" is no link, so there is nothing behind it", field.title);
            return Err(Fault::new(RuleCode::UnknownName, message).with("name", key));
        };
        let Some(id) = value.as_integer() else {
            return Ok(Located::Value { value: Cow::Owned(Value::Unset), field: Some(field), identity: true });
        };
        if key == "id" && rest.is_empty() {
            return Ok(Located::Value { value: Cow::Owned(Value::Integer(id)), field: None, identity: true });
        }
        let missing = || {
            let message = format!("internal: {target}.{key} behind \"{}\" was not loaded", field.title);
            Fault::new(RuleCode::Failed, message).with("name", format!("{}.{key}", field.key))
        };
        let row = self.context.links.get(target, id).ok_or_else(missing)?;
        let behind = row.get(key).cloned().ok_or_else(missing)?;
        match (self.context.links.field(target, key), rest) {
            (Some(next), _) => self.hop(Cow::Owned(behind), next, rest),
            (None, []) => Ok(Located::Value { value: Cow::Owned(behind), field: None, identity: false }),
            (None, _) => Err(missing()),
        }
    }

    /// What people call the unset value of a path: the field's title, or that of the link on the way that is not set itself.
    pub(super) fn title(&self, segments: &[String]) -> String {
        let mut titles = Vec::new();
        for end in 1..=segments.len() {
            match self.locate(&segments[..end]) {
                Ok(Located::Value { value, field, .. }) => {
                    titles.push(field.map_or_else(|| segments[end - 1].clone(), |field| field.title.clone()));
                    if value.is_unset() {
                        break;
                    }
                }
                Ok(Located::Lines { field, .. }) => titles.push(field.title.clone()),
                // `record`, `line` and `user` alone lead nowhere and have no title.
                Err(_) => {}
            }
        }
        if titles.is_empty() { segments.join(".") } else { titles.join(" · ") }
    }
}

/// Whether the numbers of a field are ids of rows, people or departments.
pub(super) fn is_identity(field: &Field) -> bool {
    field.kind.is_identity()
}
