//! Values as they were sent, read into a document: types, rights and links are judged here, rules later.

use super::{
    Error,
    permits::Rights,
    represent::{DEPARTMENTS, PEOPLE, target_of},
};
use crate::{
    base::{
        error::FieldError,
        key::nearest,
        value::{Document, Line, Value},
    },
    definition::{
        field::{Field, Kind},
        table::Table,
    },
    store::{Connection, departments, people, records},
};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeSet, HashMap};

/// The most lines of one document.
const MOST_LINES: usize = 1_000;

/// What the person may do with a field of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// As if it did not exist.
    Hidden,
    Read,
    Write,
}

/// What was sent, read.
#[derive(Debug, Default)]
pub struct Input {
    pub document: Document,
    pub errors: Vec<FieldError>,
    /// Paths of fields that were given a new value: `amount`, `lines`.
    pub changed: BTreeSet<String>,
}

/// Reads `values` over `before`. `access` answers for dotted paths (`amount`, `lines.qty`).
///
/// # Errors
/// The database failed, or `values` is no object.
pub async fn read(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    before: &Document,
    values: &Json,
    access: &(dyn Fn(&str) -> Access + Send + Sync),
) -> Result<Input, Error> {
    let Some(values) = values.as_object() else {
        return Err(Error::malformed("\"values\" is an object of field keys and values"));
    };
    let named = Named::find(conn, rights, table, values).await?;
    let mut reader =
        Reader { table, before, access, named, input: Input { document: before.clone(), ..Input::default() } };
    for (key, json) in values {
        reader.field(key, json);
    }
    let mut input = reader.input;
    let unknown = not_found(conn, rights, table, before, &input.document).await?;
    input.errors.extend(unknown);
    Ok(input)
}

struct Reader<'a> {
    table: &'a Table,
    before: &'a Document,
    access: &'a (dyn Fn(&str) -> Access + Send + Sync),
    named: Named,
    input: Input,
}

impl Reader<'_> {
    fn refuse(&mut self, error: FieldError) {
        self.input.errors.push(error);
    }

    fn unknown(&mut self, path: String, key: &str, known: Vec<String>) {
        let mut error = FieldError::new(path, "unknown_field").with("field", key);
        if let Some(near) = nearest(key, known.iter().map(String::as_str)) {
            error = error.with("near", near);
        }
        self.refuse(error);
    }

    fn field(&mut self, key: &str, json: &Json) {
        let pointer = format!("/{key}");
        let field = self.table.field(key).filter(|_| (self.access)(key) != Access::Hidden);
        let Some(field) = field else {
            let readable = |field: &&Field| (self.access)(&field.key) != Access::Hidden;
            let known = self.table.fields.values().filter(readable).map(|field| field.key.clone()).collect();
            return self.unknown(pointer, key, known);
        };
        if field.kind == Kind::Lines {
            return self.lines(field, json);
        }
        let value = match self.value(field, json) {
            Ok(value) => value,
            Err(error) => return self.refuse(error.under(&pointer)),
        };
        let before = self.before.get(key);
        if &value == before || (value.is_sealed() && !before.is_unset()) {
            return;
        }
        if value.is_sealed() {
            return self.refuse(FieldError::new(pointer, "type").with("expected", "text"));
        }
        if field.read_only || (self.access)(key) != Access::Write {
            return self.refuse(FieldError::new(pointer, "not_editable").with("field", &field.title));
        }
        self.input.document.values.insert(key.to_owned(), value);
        self.input.changed.insert(key.to_owned());
    }

    /// A value, with links given by key, members by login and departments by name already found.
    fn value(&self, field: &Field, json: &Json) -> Result<Value, FieldError> {
        let one = |json: &Json| -> Result<Json, FieldError> {
            let Some(object) = json.as_object() else { return Ok(json.clone()) };
            let text = object.get(named_by(field)).and_then(Json::as_str).filter(|_| object.len() == 1);
            let text = text.ok_or_else(|| FieldError::new("", "type").with("expected", "id"))?;
            let found = self.named.get(field, text);
            found.map(Json::from).ok_or_else(|| FieldError::new("", "link_not_found").with("value", text))
        };
        let json = match json {
            Json::Array(items) if field.kind.is_identity() => {
                Json::Array(items.iter().map(one).collect::<Result<_, _>>()?)
            }
            other if field.kind.is_identity() => one(other)?,
            other => other.clone(),
        };
        field.read(&json)
    }

    fn lines(&mut self, field: &Field, json: &Json) {
        let pointer = format!("/{}", field.key);
        let before = self.before.lines_of(&field.key);
        let rows = match json {
            Json::Null => Vec::new(),
            Json::Array(rows) => self.whole_list(field, rows, before, &pointer),
            Json::Object(parts) => self.part_list(field, parts, before, &pointer),
            _ => return self.refuse(FieldError::new(pointer, "type").with("expected", "lines")),
        };
        if rows.len() > MOST_LINES {
            return self.refuse(FieldError::new(pointer, "max_items").with("maximum", MOST_LINES));
        }
        if rows != before {
            if (self.access)(&field.key) != Access::Write {
                return self.refuse(FieldError::new(pointer, "not_editable").with("field", &field.title));
            }
            self.input.changed.insert(field.key.clone());
        }
        self.input.document.lines.insert(field.key.clone(), rows);
    }

    /// The complete list in order: with `id` updates the members given, without adds, a missing id deletes.
    fn whole_list(&mut self, field: &Field, rows: &[Json], before: &[Line], pointer: &str) -> Vec<Line> {
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(rows.len().min(MOST_LINES));
        for (index, row) in rows.iter().enumerate().take(MOST_LINES + 1) {
            let here = format!("{pointer}/{index}");
            let Some(object) = row.as_object() else {
                self.refuse(FieldError::new(here, "type").with("expected", "object"));
                continue;
            };
            let start = match self.line_of(object, before, &here, &mut seen) {
                Ok(line) => line,
                Err(error) => {
                    self.refuse(error);
                    continue;
                }
            };
            let line = self.line(field, object, start, &here);
            lines.push(line);
        }
        lines
    }

    /// `{"add": […], "update": […], "remove": [ids]}` touches only what it names.
    fn part_list(&mut self, field: &Field, parts: &Map<String, Json>, before: &[Line], pointer: &str) -> Vec<Line> {
        let mut lines = before.to_vec();
        let mut seen = BTreeSet::new();
        for name in parts.keys().filter(|name| !["add", "update", "remove"].contains(&name.as_str())) {
            self.unknown(format!("{pointer}/{name}"), name, ["add", "update", "remove"].map(str::to_owned).to_vec());
        }
        for (name, _) in parts.iter().filter(|(_, part)| !part.is_array()) {
            self.refuse(FieldError::new(format!("{pointer}/{name}"), "type").with("expected", "lines"));
        }
        let list = |name: &str| parts.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        for (index, row) in list("update").iter().enumerate() {
            let here = format!("{pointer}/update/{index}");
            let Some(object) = row.as_object() else {
                self.refuse(FieldError::new(here, "type").with("expected", "object"));
                continue;
            };
            match self.line_of(object, before, &here, &mut seen) {
                Ok(start) if start.id.is_some() => {
                    let line = self.line(field, object, start, &here);
                    if let Some(place) = lines.iter_mut().find(|old| old.id == line.id) {
                        *place = line;
                    }
                }
                Ok(_) => self.refuse(FieldError::new(format!("{here}/id"), "required").with("field", "id")),
                Err(error) => self.refuse(error),
            }
        }
        for (index, id) in list("remove").iter().enumerate() {
            let known = lines.iter().position(|line| line.id.is_some() && line.id == id.as_i64());
            match known {
                Some(place) => {
                    lines.remove(place);
                }
                None => self.refuse(FieldError::new(format!("{pointer}/remove/{index}"), "line_not_found")),
            }
        }
        for (index, row) in list("add").iter().enumerate() {
            let here = format!("{pointer}/add/{index}");
            match row.as_object() {
                Some(object) => {
                    let line = self.line(field, object, Line::default(), &here);
                    lines.push(line);
                }
                None => self.refuse(FieldError::new(here, "type").with("expected", "object")),
            }
        }
        lines
    }

    /// The stored line that a row updates, or a new one.
    fn line_of(
        &self,
        object: &Map<String, Json>,
        before: &[Line],
        here: &str,
        seen: &mut BTreeSet<i64>,
    ) -> Result<Line, FieldError> {
        match object.get("id") {
            None | Some(Json::Null) => Ok(Line::default()),
            Some(id) => {
                let known = id.as_i64().and_then(|id| before.iter().find(|line| line.id == Some(id)));
                match known {
                    Some(line) if seen.insert(line.id.unwrap_or_default()) => Ok(line.clone()),
                    _ => Err(FieldError::new(format!("{here}/id"), "line_not_found")),
                }
            }
        }
    }

    fn line(&mut self, field: &Field, object: &Map<String, Json>, mut line: Line, here: &str) -> Line {
        for (key, json) in object.iter().filter(|(key, _)| *key != "id") {
            let pointer = format!("{here}/{key}");
            let path = format!("{}.{key}", field.key);
            let Some(column) = field.column(key).filter(|_| (self.access)(&path) != Access::Hidden) else {
                let readable = |name: &&String| (self.access)(&format!("{}.{name}", field.key)) != Access::Hidden;
                let known = field.columns.keys().filter(readable).cloned().collect();
                self.unknown(pointer, key, known);
                continue;
            };
            match self.value(column, json) {
                Err(error) => self.refuse(error.under(&pointer)),
                Ok(value) if &value == line.get(key) || (value.is_sealed() && !line.get(key).is_unset()) => {}
                Ok(value) if value.is_sealed() => {
                    self.refuse(FieldError::new(pointer, "type").with("expected", "text"));
                }
                Ok(_) if column.read_only || (self.access)(&path) != Access::Write => {
                    self.refuse(FieldError::new(pointer, "not_editable").with("field", &column.title));
                }
                Ok(value) => {
                    line.values.insert(key.clone(), value);
                }
            }
        }
        line
    }
}

/// The member of an object that names a row, a person or a department instead of its id.
pub(super) fn named_by(field: &Field) -> &'static str {
    match field.kind {
        kind if kind.is_link() => "key",
        kind if kind.is_member() => "login",
        _ => "name",
    }
}

/// Rows named by their unique value, people by their login, departments by their name: ids by table (see [`target_of`])
/// and name.
#[derive(Default)]
struct Named(HashMap<String, HashMap<String, i64>>);

impl Named {
    fn get(&self, field: &Field, text: &str) -> Option<i64> {
        let target = target_of(field)?;
        let name = if target == PEOPLE { people::fold_login(text) } else { text.to_owned() };
        self.0.get(target)?.get(&name).copied()
    }

    async fn find(
        conn: &impl Connection,
        rights: &Rights<'_>,
        table: &Table,
        values: &Map<String, Json>,
    ) -> Result<Self, Error> {
        let mut keys: HashMap<String, BTreeSet<String>> = HashMap::new();
        let mut note = |field: &Field, json: &Json| {
            let items: &[Json] = match json {
                Json::Array(items) => items,
                one => std::slice::from_ref(one),
            };
            for item in items {
                let text = item.get(named_by(field)).and_then(Json::as_str);
                if let (Some(target), Some(text)) = (target_of(field), text) {
                    keys.entry(target.to_owned()).or_default().insert(text.to_owned());
                }
            }
        };
        for (key, json) in values {
            let Some(field) = table.field(key) else { continue };
            if field.kind != Kind::Lines {
                note(field, json);
                continue;
            }
            let rows = json
                .as_array()
                .into_iter()
                .chain(["add", "update"].iter().filter_map(|part| json.get(part)?.as_array()));
            for row in rows.flatten().filter_map(Json::as_object) {
                for (key, json) in row {
                    if let Some(column) = field.column(key) {
                        note(column, json);
                    }
                }
            }
        }
        let mut named = Self::default();
        for (target, keys) in keys {
            let mut found = HashMap::new();
            if target == PEOPLE {
                for login in keys {
                    let user = people::user_by_login(conn, &login).await?;
                    found.extend(user.map(|user| (user.login_folded, user.id)));
                }
            } else if target == DEPARTMENTS {
                found = departments::ids_by_name(conn, &keys).await?;
            } else if let Ok(permit) = rights.permit(&target, crate::definition::role::Action::View) {
                let ids = records::natural_ids(conn, &rights.live.schema, &permit, &keys).await?;
                found.extend(ids.into_iter().map(|(key, id)| (key, id.0)));
            }
            named.0.insert(target, found);
        }
        Ok(named)
    }
}

/// What links and members newly point at that does not exist, or may not be seen by the person. One statement per target table.
///
/// # Errors
/// The database failed.
pub async fn not_found(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    before: &Document,
    document: &Document,
) -> Result<Vec<FieldError>, Error> {
    let old = pointers(table, before);
    let fresh: Vec<Pointing> =
        pointers(table, document).into_iter().filter(|new| old.iter().all(|old| !old.same(new))).collect();
    let mut wanted: HashMap<&str, BTreeSet<i64>> = HashMap::new();
    for pointing in &fresh {
        wanted.entry(&pointing.target).or_default().insert(pointing.id);
    }
    let mut known: HashMap<String, BTreeSet<i64>> = HashMap::new();
    for (target, ids) in wanted {
        if target == PEOPLE {
            let ids: Vec<_> = ids.into_iter().map(crate::base::id::UserId).collect();
            let people = people::users(conn, &ids).await?;
            known.insert(target.to_owned(), people.into_iter().map(|user| user.id).collect());
        } else if target == DEPARTMENTS {
            let all = departments::list(conn).await?;
            known.insert(target.to_owned(), all.into_iter().map(|department| department.id).collect());
        } else if let Ok(permit) = rights.permit(target, crate::definition::role::Action::View) {
            let found = records::targets(conn, &rights.live.schema, &permit, &ids, &[]).await?;
            known.insert(target.to_owned(), found.into_keys().collect());
        }
    }
    let unknown = fresh
        .into_iter()
        .filter(|pointing| !known.get(&pointing.target).is_some_and(|ids| ids.contains(&pointing.id)))
        .map(|pointing| FieldError::new(pointing.path, "link_not_found").with("value", pointing.id));
    Ok(unknown.collect())
}

struct Pointing {
    path: String,
    field: String,
    /// See [`target_of`].
    target: String,
    id: i64,
}

impl Pointing {
    fn same(&self, other: &Self) -> bool {
        self.field == other.field && self.id == other.id
    }
}

/// Every id in links, members and departments of a document.
fn pointers(table: &Table, document: &Document) -> Vec<Pointing> {
    fn of(field: &Field, name: &str, path: &str, value: &Value, found: &mut Vec<Pointing>) {
        // Files have rules of their own; see `files::check`.
        let Some(target) = target_of(field).filter(|_| !field.kind.is_file()) else { return };
        let mut push =
            |path: String, id| found.push(Pointing { path, field: name.to_owned(), target: target.to_owned(), id });
        match value {
            Value::Integer(id) => push(path.to_owned(), *id),
            Value::List(items) => {
                for (index, id) in
                    items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_integer()?)))
                {
                    push(format!("{path}/{index}"), id);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for field in table.fields.values() {
        if field.kind != Kind::Lines {
            of(field, &field.key, &format!("/{}", field.key), document.get(&field.key), &mut found);
            continue;
        }
        for (index, line) in document.lines_of(&field.key).iter().enumerate() {
            for column in field.columns.values() {
                let path = format!("/{}/{index}/{}", field.key, column.key);
                of(column, &format!("{}.{}", field.key, column.key), &path, line.get(&column.key), &mut found);
            }
        }
    }
    found
}
