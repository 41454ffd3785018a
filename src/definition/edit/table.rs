//! Changes of a table: its fields, the columns of its lines, and what is said of the whole.

use super::{
    Bench, Done, Refusal,
    fields::{self, Words, can_be_required, converted, fresh, kind_of, properties},
    form,
    options::{branch, options},
    property::{self, Property, Shape},
    removal::{drop_empty_sets, remove},
    sources::{gather, seek},
};
use crate::{
    base::key::made_of,
    definition::{
        app::App,
        evolution::{Rename, apply_rename},
        field::Kind,
        table::SYSTEM_FIELDS,
    },
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A change of one table.
#[derive(Debug, Clone, Deserialize)]
pub struct TableEdit {
    pub table: String,
    /// The lines field whose column is meant; the table's own fields without one.
    #[serde(default)]
    pub lines: Option<String>,
    #[serde(flatten)]
    pub act: TableAct,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum TableAct {
    /// A new field, before another or at the end.
    AddField {
        kind: String,
        #[serde(default)]
        title: String,
        #[serde(default)]
        before: Option<String>,
        /// What options, and the first column of lines, are called.
        #[serde(default)]
        option: String,
        #[serde(default)]
        column: String,
    },
    SetField {
        field: String,
        set: BTreeMap<String, String>,
    },
    /// The options of a choice, all of them in their order. One without a title goes; one without a value is new.
    SetOptions {
        field: String,
        #[serde(default)]
        values: Vec<String>,
        #[serde(default)]
        titles: Vec<String>,
        #[serde(default)]
        colors: Vec<String>,
    },
    /// The options of a cascade, one a line; what is below another is indented.
    SetTree {
        field: String,
        tree: String,
    },
    /// Before another field, or at the end.
    MoveField {
        field: String,
        #[serde(default)]
        before: Option<String>,
    },
    UpField {
        field: String,
    },
    DownField {
        field: String,
    },
    CopyField {
        field: String,
        title: String,
    },
    RemoveField {
        field: String,
    },
    ConvertField {
        field: String,
        kind: String,
        #[serde(default)]
        option: String,
    },
    SetTable {
        set: BTreeMap<String, String>,
    },
    /// Fields that are unique together, or an index over them.
    AddSet {
        member: SetMember,
        fields: Vec<String>,
    },
    RemoveSet {
        member: SetMember,
        number: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetMember {
    Unique,
    Index,
}

/// What is said of a table as a whole.
pub const TABLE: [Property; 3] = [
    Property::new("title", "/title", Shape::Title),
    Property::new("description", "/description", Shape::Paragraph),
    Property::new("display", "/x-table/display", Shape::Line),
];

/// The document of a table.
#[must_use]
pub fn path(table: &str) -> String {
    format!("tables/{table}.json")
}

/// Where the fields lie that are meant.
pub(super) fn holder<'j>(table: &'j mut Json, lines: Option<&str>) -> Result<&'j mut Json, Refusal> {
    let holder = match lines {
        None => table,
        Some(lines) => table.pointer_mut(&format!("/properties/{lines}/items")).ok_or_else(Refusal::gone)?,
    };
    if holder["properties"].is_object() { Ok(holder) } else { Err(Refusal::gone()) }
}

/// The fields of a table or of its lines, in their order.
#[must_use]
pub fn fields_of<'j>(table: &'j Json, lines: Option<&str>) -> Option<&'j Map<String, Json>> {
    match lines {
        None => table["properties"].as_object(),
        Some(lines) => table["properties"][lines]["items"]["properties"].as_object(),
    }
}

impl TableEdit {
    pub(super) fn apply(&self, bench: &mut Bench<'_>) -> Result<Done, Refusal> {
        let (path, lines) = (path(&self.table), self.lines.as_deref());
        match &self.act {
            TableAct::AddField { kind, title, before, option, column } => {
                let words = Words { option, column, table: "" };
                let key = add(bench, &self.table, lines, kind, title, before.as_deref(), words)?;
                form::offer(bench, &self.table, lines, &key)?;
                Ok(Done::said("did-add-field").with("title", title).select(key))
            }
            TableAct::SetField { field, set } => self.set_field(bench, field, set),
            TableAct::SetOptions { field, values, titles, colors } => {
                let title = bench.change(&path, |table| {
                    let property = field_in(table, lines, field)?;
                    let options = options(values, titles, colors)?;
                    property["x-field"]["options"] = options.into();
                    Ok(title_of(property, field))
                })?;
                Ok(Done::said("did-set-options").with("title", title).select(field))
            }
            TableAct::SetTree { field, tree } => {
                let title = bench.change(&path, |table| {
                    let property = field_in(table, lines, field)?;
                    let known = property["x-field"]["options"].take();
                    let mut rows = tree.lines().filter(|line| !line.trim().is_empty()).peekable();
                    let options = branch(&mut rows, 0, &known);
                    if options.is_empty() {
                        return Err(Refusal::new("edit_no_option").at("tree"));
                    }
                    property["x-field"]["options"] = options.into();
                    Ok(title_of(property, field))
                })?;
                Ok(Done::said("did-set-options").with("title", title).select(field))
            }
            TableAct::MoveField { field, before } => {
                bench.change(&path, |table| {
                    let fields = members(table, lines)?;
                    let from = place_of(fields, field)?;
                    let mut entries: Vec<(String, Json)> = std::mem::take(fields).into_iter().collect();
                    let moved = entries.remove(from);
                    let to = before.as_deref().and_then(|key| entries.iter().position(|(known, _)| known == key));
                    entries.insert(to.unwrap_or(entries.len()), moved);
                    *fields = entries.into_iter().collect();
                    Ok(())
                })?;
                self.moved(bench, field)
            }
            TableAct::UpField { field } | TableAct::DownField { field } => {
                let up = matches!(self.act, TableAct::UpField { .. });
                bench.change(&path, |table| {
                    let fields = members(table, lines)?;
                    let from = place_of(fields, field)?;
                    let mut entries: Vec<(String, Json)> = std::mem::take(fields).into_iter().collect();
                    let to = if up { from.saturating_sub(1) } else { (from + 1).min(entries.len() - 1) };
                    entries.swap(from, to);
                    *fields = entries.into_iter().collect();
                    Ok(())
                })?;
                self.moved(bench, field)
            }
            TableAct::CopyField { field, title } => {
                let key = bench.change(&path, |table| {
                    let mut copy = field_in(table, lines, field)?.clone();
                    copy["title"] = title.trim().into();
                    if let Some(annotation) = copy.get_mut("x-field").and_then(Json::as_object_mut) {
                        annotation.shift_remove("unique");
                    }
                    let key = new_key(table, lines, title)?;
                    let fields = members(table, lines)?;
                    let place = place_of(fields, field)? + 1;
                    put_at(fields, place, &key, copy);
                    Ok(key)
                })?;
                form::offer(bench, &self.table, lines, &key)?;
                Ok(Done::said("did-copy-field").with("title", title).select(key))
            }
            TableAct::RemoveField { field } => {
                let title = remove(bench, &self.table, lines, field)?;
                Ok(Done::said("did-remove-field").with("title", title))
            }
            TableAct::ConvertField { field, kind, option } => {
                let kind = Kind::named(kind).ok_or_else(Refusal::gone)?;
                let target = self.table.clone();
                let title = bench.change(&path, |table| {
                    let property = field_in(table, lines, field)?;
                    *property = converted(property, kind, Words { option, column: "", table: &target })?;
                    Ok(title_of(property, field))
                })?;
                Ok(Done::said("did-convert-field").with("title", title).select(field))
            }
            TableAct::SetTable { set } => {
                let title = bench.change(&path, |table| {
                    for (name, typed) in set {
                        let known = TABLE.iter().find(|property| property.name == name).ok_or_else(Refusal::gone)?;
                        known.put(table, typed)?;
                    }
                    Ok(title_of(table, &self.table))
                })?;
                Ok(Done::said("did-set").with("title", title))
            }
            TableAct::AddSet { member, fields } => {
                bench.change(&path, |table| {
                    let known = fields_of(table, None).ok_or_else(Refusal::gone)?;
                    if fields.is_empty() || fields.iter().any(|field| !known.contains_key(field)) {
                        return Err(Refusal::new("edit_no_fields").at(member.as_str()));
                    }
                    let sets = &mut table["x-table"][member.as_str()];
                    if !sets.is_array() {
                        *sets = json!([]);
                    }
                    let list = sets.as_array_mut().ok_or_else(Refusal::gone)?;
                    if !list.contains(&json!(fields)) {
                        list.push(json!(fields));
                    }
                    Ok(())
                })?;
                Ok(Done::said("did-set-fields"))
            }
            TableAct::RemoveSet { member, number } => {
                bench.change(&path, |table| {
                    super::place::take(table, &format!("/x-table/{}/{number}", member.as_str()))?;
                    drop_empty_sets(table);
                    Ok(())
                })?;
                Ok(Done::said("did-set-fields"))
            }
        }
    }

    fn moved(&self, bench: &Bench<'_>, field: &str) -> Result<Done, Refusal> {
        let mut table = bench.json(&path(&self.table))?;
        let title = title_of(field_in(&mut table, self.lines.as_deref(), field)?, field);
        Ok(Done::said("did-move-field").with("title", title).select(field))
    }

    fn set_field(&self, bench: &mut Bench<'_>, field: &str, set: &BTreeMap<String, String>) -> Result<Done, Refusal> {
        let (path, lines) = (path(&self.table), self.lines.as_deref());
        let (old, title) = bench.change(&path, |table| {
            let property = field_in(table, lines, field)?;
            let old = title_of(property, field);
            let kind = kind_of(property).ok_or_else(Refusal::gone)?;
            let known = properties(kind, lines.is_some());
            for (name, typed) in set.iter().filter(|(name, _)| *name != "required") {
                let found = known.iter().find(|property| property.name == name).ok_or_else(Refusal::gone)?;
                found.put(property, typed)?;
            }
            if property["x-field"]["encrypted"] == true {
                // What is encrypted cannot be compared or searched.
                for member in ["/x-field/unique", "/x-field/index", "/x-field/searchable"] {
                    property::set(property, member, None)?;
                }
            }
            let title = title_of(property, field);
            if let Some(required) = set.get("required").filter(|_| can_be_required(kind)) {
                require(holder(table, lines)?, field, required == "true");
            }
            Ok((old, title))
        })?;
        let key = if old == title { field.to_owned() } else { self.rekey(bench, field, &old, &title)? };
        Ok(Done::said("did-set").with("title", title).select(key))
    }

    /// A field that was never published takes a key that fits its new title; nobody else knows the old one yet.
    fn rekey(&self, bench: &mut Bench<'_>, field: &str, old: &str, title: &str) -> Result<String, Refusal> {
        let lines = self.lines.as_deref();
        let published = bench.live.json(&path(&self.table)).unwrap_or_default();
        let is_live = fields_of(&published, lines).is_some_and(|fields| fields.contains_key(field));
        let made = made_of(old, "field", &|_| false);
        let own = field.strip_prefix(&made).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        if is_live || !own {
            return Ok(field.to_owned());
        }
        let table = bench.json(&path(&self.table))?;
        let key = new_key(&table, lines, title)?;
        let Ok(app) = App::parse(&bench.documents) else { return Ok(field.to_owned()) };
        let rename = Rename::Field {
            table: self.table.clone(),
            lines: self.lines.clone(),
            from: field.to_owned(),
            to: key.clone(),
        };
        let renamed = apply_rename(&bench.documents, &app, &rename);
        if App::parse(&renamed).is_err() {
            return Ok(field.to_owned());
        }
        bench.documents = renamed;
        Ok(key)
    }
}

impl SetMember {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::Index => "index",
        }
    }
}

/// Puts a new field into a table. Answers its key.
pub(super) fn add(
    bench: &mut Bench<'_>,
    table: &str,
    lines: Option<&str>,
    kind: &str,
    title: &str,
    before: Option<&str>,
    words: Words<'_>,
) -> Result<String, Refusal> {
    let kind = Kind::named(kind).ok_or_else(Refusal::gone)?;
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::new("edit_title").at("title"));
    }
    if lines.is_some() && matches!(kind, Kind::Lines | Kind::Rollup | Kind::NumberSeries) {
        return Err(Refusal::new("edit_not_in_lines"));
    }
    let documents = bench.documents.clone();
    let other = documents.folder("tables").map(|(stem, _)| stem).find(|stem| *stem != table);
    let words = Words { table: other.unwrap_or(table), ..words };
    bench.change(&path(table), |json| {
        let mut property = fresh(kind, title, words);
        match kind {
            Kind::Lookup => seek(&documents, json, lines, &mut property)?,
            Kind::Rollup => gather(&documents, json, table, &mut property)?,
            _ => {}
        }
        let key = new_key(json, lines, title)?;
        let fields = members(json, lines)?;
        let place = before.and_then(|before| place_of(fields, before).ok()).unwrap_or(fields.len());
        put_at(fields, place, &key, property);
        Ok(key)
    })
}

pub(super) fn require(holder: &mut Json, field: &str, wanted: bool) {
    let Some(members) = holder.as_object_mut() else { return };
    let mut names: Vec<Json> = members.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    names.retain(|name| *name != field || wanted);
    if wanted && !names.contains(&Json::from(field)) {
        names.push(field.into());
    }
    if names.is_empty() {
        members.shift_remove("required");
    } else {
        members.insert("required".into(), names.into());
    }
}

pub(super) fn members<'j>(table: &'j mut Json, lines: Option<&str>) -> Result<&'j mut Map<String, Json>, Refusal> {
    holder(table, lines)?["properties"].as_object_mut().ok_or_else(Refusal::gone)
}

pub(super) fn field_in<'j>(table: &'j mut Json, lines: Option<&str>, field: &str) -> Result<&'j mut Json, Refusal> {
    members(table, lines)?.get_mut(field).ok_or_else(Refusal::gone)
}

fn place_of(fields: &Map<String, Json>, field: &str) -> Result<usize, Refusal> {
    fields.keys().position(|key| key == field).ok_or_else(Refusal::gone)
}

fn put_at(fields: &mut Map<String, Json>, place: usize, key: &str, property: Json) {
    let mut entries: Vec<(String, Json)> = std::mem::take(fields).into_iter().collect();
    entries.insert(place.min(entries.len()), (key.to_owned(), property));
    *fields = entries.into_iter().collect();
}

/// A key for a new field: of its title, and of no field that there is or was published.
fn new_key(table: &Json, lines: Option<&str>, title: &str) -> Result<String, Refusal> {
    let fields = fields_of(table, lines).ok_or_else(Refusal::gone)?;
    Ok(made_of(title, "field", &|key| fields.contains_key(key) || SYSTEM_FIELDS.contains(&key)))
}

pub(super) fn title_of(thing: &Json, otherwise: &str) -> String {
    thing["title"].as_str().filter(|title| !title.is_empty()).unwrap_or(otherwise).to_owned()
}

/// The kinds that a field can be changed to.
#[must_use]
pub fn other_kinds(kind: Kind, column: bool) -> Vec<Kind> {
    let fits = |to: &Kind| {
        *to != kind
            && !matches!(to, Kind::Lookup | Kind::Rollup | Kind::Lines | Kind::Secret)
            && !(column && *to == Kind::NumberSeries)
    };
    if matches!(kind, Kind::Lines | Kind::Lookup | Kind::Rollup) {
        return Vec::new();
    }
    Kind::ALL.iter().copied().filter(fits).collect()
}

/// The title and kind of each field, for lists.
pub fn listed<'j>(table: &'j Json, lines: Option<&str>) -> impl Iterator<Item = (&'j str, String, Option<Kind>)> {
    let fields = fields_of(table, lines).into_iter().flatten();
    fields.map(|(key, field)| (key.as_str(), title_of(field, key), fields::kind_of(field)))
}
