//! A table: the JSON Schema of its record, read into fields.

use super::field::{Field, FieldAnnotation, Kind};
use crate::base::key::is_key;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A table of an app.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    pub key: String,
    pub title: String,
    /// A template of how a record is named elsewhere: `{code} {name}`.
    pub display: String,
    /// Sets of fields whose values may occur once together, trash aside.
    pub unique: Vec<Vec<String>>,
    pub index: Vec<Vec<String>>,
    /// Rows are added by the engine only and never changed: a ledger's moves.
    pub append_only: bool,
    pub fields: IndexMap<String, Field>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableAnnotation {
    key: String,
    #[serde(default)]
    display: Option<String>,
    #[serde(default)]
    unique: Vec<Vec<String>>,
    #[serde(default)]
    index: Vec<Vec<String>>,
    #[serde(default)]
    append_only: bool,
}

/// A problem while reading a table: JSON Pointer and sentence.
pub type Problem = (String, String);

impl Table {
    /// A table without fields: what an expression stands in that reads no record.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            key: String::new(),
            title: String::new(),
            display: String::new(),
            unique: Vec::new(),
            index: Vec::new(),
            append_only: false,
            fields: IndexMap::new(),
        }
    }

    /// Reads the JSON Schema of a record, already checked against the meta-schema.
    ///
    /// # Errors
    /// Every problem with its JSON Pointer.
    pub fn parse(document: &Json) -> Result<Self, Vec<Problem>> {
        let annotation: TableAnnotation = match serde_json::from_value(document["x-table"].clone()) {
            Ok(annotation) => annotation,
            Err(error) => return Err(vec![("/x-table".into(), error.to_string())]),
        };
        let mut problems = Vec::new();
        if !is_key(&annotation.key) {
            problems.push(("/x-table/key".into(), not_a_key(&annotation.key)));
        }
        let fields = parse_fields(document, "", 0, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let sealed = |key: &str| fields.get(key).is_some_and(|field: &Field| field.sealed);
        for (member, sets) in [("unique", &annotation.unique), ("index", &annotation.index)] {
            for (index, set) in sets.iter().enumerate().filter(|(_, set)| set.iter().any(|key| sealed(key))) {
                let place = format!("/x-table/{member}/{index}");
                problems
                    .push((place, format!("{} holds an encrypted field, which cannot be compared", set.join(", "))));
            }
        }
        let looked_up = |key: &&str| fields.get(*key).is_some_and(|field: &Field| field.lookup.is_some());
        for (member, sets) in [("unique", &annotation.unique), ("index", &annotation.index)] {
            for (index, set) in
                sets.iter().enumerate().filter(|(_, set)| set.iter().any(|key| looked_up(&key.as_str())))
            {
                let message = format!("{} holds a lookup, which is not stored with the record", set.join(", "));
                problems.push((format!("/x-table/{member}/{index}"), message));
            }
        }
        if let Some(key) = annotation.display.iter().flat_map(|display| placeholders(display)).find(looked_up) {
            let message = format!("a record cannot be called by \"{key}\", which others decide; name the link instead");
            problems.push(("/x-table/display".into(), message));
        }
        if let Some(key) = annotation.display.iter().flat_map(|display| placeholders(display)).find(|key| sealed(key)) {
            let message = format!("a record cannot be called by \"{key}\", which is encrypted");
            problems.push(("/x-table/display".into(), message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let display = annotation.display.unwrap_or_else(|| {
            fields
                .values()
                .find(|field| field.kind.can_name_a_record() && !field.sealed)
                .map_or_else(|| "#{id}".to_owned(), |field| format!("{{{}}}", field.key))
        });
        Ok(Self {
            title: document["title"].as_str().unwrap_or(&annotation.key).to_owned(),
            key: annotation.key,
            display,
            unique: annotation.unique,
            index: annotation.index,
            append_only: annotation.append_only,
            fields,
        })
    }

    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.get(key)
    }

    /// The field that a dotted path names: `amount`, `lines.qty`.
    #[must_use]
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        match path.split_once('.') {
            None => self.fields.get(path),
            Some((lines, column)) => self.fields.get(lines)?.columns.get(column),
        }
    }

    /// Fields that hold a value of the record itself, lines aside.
    pub fn scalars(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|field| field.kind != Kind::Lines)
    }

    /// Those of them that have a column of their own.
    pub fn stored(&self) -> impl Iterator<Item = &Field> {
        self.scalars().filter(|field| field.lookup.is_none())
    }

    /// The rows of a lines field as a table of their own: what a measure or a filter over them speaks of.
    #[must_use]
    pub fn of_lines(lines: &Field) -> Self {
        Self { key: lines.key.clone(), title: lines.title.clone(), fields: lines.columns.clone(), ..Self::blank() }
    }

    pub fn lines(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|field| field.kind == Kind::Lines)
    }

    /// The fields named in the display template, in order.
    pub fn display_fields(&self) -> impl Iterator<Item = &Field> {
        placeholders(&self.display).filter_map(|key| self.fields.get(key))
    }

    /// The field by which records of this table stand below one another: its only link to the table itself.
    #[must_use]
    pub fn parent_field(&self) -> Option<&Field> {
        let mut own =
            self.scalars().filter(|field| field.kind == Kind::Link && field.target.as_deref() == Some(&self.key));
        own.next().filter(|_| own.next().is_none())
    }

    /// The one field by whose value a record can be named in a write (`{"key": "A-12"}`): the first unique single field.
    #[must_use]
    pub fn natural_key(&self) -> Option<&Field> {
        let single = self.unique.iter().find(|set| set.len() == 1).map(|set| set[0].as_str());
        single.and_then(|key| self.fields.get(key)).or_else(|| self.fields.values().find(|field| field.unique))
    }

    /// Every set of fields that must be unique together.
    pub fn unique_sets(&self) -> impl Iterator<Item = Vec<&str>> {
        let named = self.unique.iter().map(|set| set.iter().map(String::as_str).collect());
        let single = self.scalars().filter(|field| field.unique).map(|field| vec![field.key.as_str()]);
        named.chain(single)
    }
}

/// The names in braces of a template: `{no} {place.name}` → `no`, `place.name`.
pub fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn not_a_key(key: &str) -> String {
    format!("\"{key}\" is not a key: a lower-case letter, then up to 39 letters, digits or _")
}

/// Reads `properties` of the record (`depth` 0) or of a line (`depth` 1).
fn parse_fields(schema: &Json, pointer: &str, depth: u8, problems: &mut Vec<Problem>) -> IndexMap<String, Field> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else {
        problems.push((format!("{pointer}/properties"), "a table needs at least one field".into()));
        return IndexMap::new();
    };
    for name in &required {
        if !properties.contains_key(*name) {
            problems.push((format!("{pointer}/required"), format!("\"{name}\" is required but no such field exists")));
        }
    }
    let mut fields = IndexMap::new();
    for (key, property) in properties {
        let here = format!("{pointer}/properties/{key}");
        if !is_key(key) {
            problems.push((here.clone(), not_a_key(key)));
        }
        if SYSTEM_FIELDS.contains(&key.as_str()) {
            problems.push((
                here.clone(),
                format!("\"{key}\" is a system field, written by the engine; choose another key"),
            ));
        }
        let annotation: FieldAnnotation = match serde_json::from_value(property["x-field"].clone()) {
            Ok(annotation) => annotation,
            Err(error) => {
                problems.push((format!("{here}/x-field"), error.to_string()));
                continue;
            }
        };
        let Some(kind) = Kind::named(&annotation.kind) else {
            problems.push((format!("{here}/x-field/kind"), unknown_kind(&annotation.kind)));
            continue;
        };
        for (member, of) in annotation.strangers(kind) {
            let message = format!("\"{member}\" is a member of a {of}, not of a field of kind \"{}\"", kind.name());
            problems.push((format!("{here}/x-field/{member}"), message));
        }
        if kind == Kind::Rollup && depth > 0 {
            let message = "a rollup is a field of the record; lines cannot hold one";
            problems.push((format!("{here}/x-field/kind"), message.into()));
        }
        let columns = if kind == Kind::Lines {
            if depth > 0 {
                problems.push((here.clone(), "lines cannot hold lines".into()));
                continue;
            }
            parse_fields(&property["items"], &format!("{here}/items"), depth + 1, problems)
        } else {
            IndexMap::new()
        };
        let field = Field::new(key, property, kind, annotation, required.contains(&key.as_str()), columns);
        for (path, message) in field.problems() {
            problems.push((format!("{here}{path}"), message));
        }
        fields.insert(key.clone(), field);
    }
    fields
}

fn unknown_kind(name: &str) -> String {
    let near = crate::base::key::nearest(name, Kind::ALL.iter().map(|kind| kind.name()));
    match near {
        Some(near) => format!("no field kind \"{name}\" in this version; did you mean \"{near}\"?"),
        None => format!("no field kind \"{name}\" in this version"),
    }
}

/// Written by the engine for every record; no field may take these keys.
pub const SYSTEM_FIELDS: [&str; 9] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "version", "owner", "department", "state"];
