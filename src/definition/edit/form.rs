//! Changes of a form: its sections and what stands in them, its checks and buttons. Places are JSON Pointers.

use super::{
    Bench, Done, Refusal,
    fields::{Words, kind_of},
    place, removal,
    standing::Standing,
    table::{self, fields_of, title_of},
};
use crate::{
    base::key::made_of,
    definition::{app::App, field::Kind, form::Form},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A change of one form.
#[derive(Debug, Clone, Deserialize)]
pub struct FormEdit {
    pub form: String,
    #[serde(flatten)]
    pub act: FormAct,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum FormAct {
    /// A new field of the table, at a place of the form: a field, lines, or a column of lines.
    AddField {
        at: String,
        kind: String,
        title: String,
        #[serde(default)]
        option: String,
        #[serde(default)]
        column: String,
    },
    /// A field that the table has, at a place of the form.
    Place {
        at: String,
        field: String,
    },
    /// Something else: a section, a text, a dividing line, tabs, one more tab.
    Add {
        at: String,
        what: Thing,
        title: String,
    },
    AddCheck {
        message: String,
    },
    /// A button that sets a field.
    AddButton {
        title: String,
        field: String,
        value: String,
    },
    Set {
        at: String,
        set: BTreeMap<String, String>,
    },
    /// What a link copies when it is chosen: fields of the form, and the fields behind the link that they take.
    SetFill {
        at: String,
        #[serde(default)]
        to: Vec<String>,
        #[serde(default)]
        from: Vec<String>,
    },
    Move {
        at: String,
        to: String,
    },
    Up {
        at: String,
    },
    Down {
        at: String,
    },
    Copy {
        at: String,
    },
    Remove {
        at: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    Section,
    Text,
    Divider,
    Tabs,
    Tab,
}

/// The document of a form.
#[must_use]
pub fn path(form: &str) -> String {
    format!("forms/{form}.json")
}

impl FormEdit {
    pub(super) fn apply(&self, bench: &mut Bench<'_>) -> Result<Done, Refusal> {
        let path = path(&self.form);
        let form = bench.json(&path)?;
        let table = form["table"].as_str().unwrap_or_default().to_owned();
        match &self.act {
            FormAct::AddField { at, kind, title, option, column } => {
                let lines = lines_at(&form, at);
                let words = Words { option, column, table: "" };
                let key = table::add(bench, &table, lines.as_deref(), kind, title, None, words)?;
                let definition = bench.json(&table::path(&table))?;
                let select = bench.change(&path, |form| {
                    complete_columns(form, at, &key, &definition)?;
                    put_field(form, at, &key, Kind::named(kind), title)
                });
                show_in_views(bench, &table, lines.as_deref(), &key)?;
                Ok(Done::said("did-add-field").with("title", title).select(select?))
            }
            FormAct::Place { at, field } => {
                let json = bench.json(&table::path(&table))?;
                let lines = lines_at(&form, at);
                let known = fields_of(&json, lines.as_deref()).and_then(|fields| fields.get(field));
                let property = known.ok_or_else(Refusal::gone)?;
                let (kind, title) = (kind_of(property), title_of(property, field));
                let select = bench.change(&path, |form| put_field(form, at, field, kind, &title))?;
                Ok(Done::said("did-place-field").with("title", title).select(select))
            }
            FormAct::Add { at, what, title } => {
                let thing = what.fresh(title);
                let select = bench.change(&path, |form| {
                    what.fits(form, at)?;
                    place::insert(form, at, thing)
                })?;
                Ok(Done::said("did-add").with("title", title).select(select))
            }
            FormAct::AddCheck { message } => {
                let select = bench.change(&path, |form| {
                    place::insert(form, "/checks/9999", json!({"rule": "true", "message": message}))
                })?;
                Ok(Done::said("did-add").with("title", message).select(select))
            }
            FormAct::AddButton { title, field, value } => {
                let select = bench.change(&path, |form| {
                    let known = form["buttons"].as_array().cloned().unwrap_or_default();
                    let key = made_of(title, "button", &|key| known.iter().any(|button| button["key"] == key));
                    let source = super::property::default_source(value.trim());
                    let steps = json!([{"do": "set", "values": {field.as_str(): source}}]);
                    place::insert(form, "/buttons/9999", json!({"key": key, "title": title, "steps": steps}))
                })?;
                Ok(Done::said("did-add").with("title", title).select(select))
            }
            FormAct::Set { at, set } => {
                let title = bench.change(&path, |form| {
                    let known = Standing::at(form, at).ok_or_else(Refusal::gone)?.properties();
                    let thing = form.pointer_mut(at).ok_or_else(Refusal::gone)?;
                    for (name, typed) in set {
                        let found = known.iter().find(|property| property.name == name).ok_or_else(Refusal::gone)?;
                        found.put(thing, typed)?;
                    }
                    Ok(thing.clone())
                })?;
                Ok(Done::said("did-set").with("title", self.called(bench, &table, &title)).select(at))
            }
            FormAct::SetFill { at, to, from } => {
                let thing = bench.change(&path, |form| {
                    let thing = form.pointer_mut(at).ok_or_else(Refusal::gone)?;
                    let pairs = to.iter().zip(from).filter(|(to, from)| !to.is_empty() && !from.is_empty());
                    let map: Map<String, Json> = pairs.map(|(to, from)| (to.clone(), from.as_str().into())).collect();
                    if map.is_empty() {
                        super::property::set(thing, "/fill", None)?;
                    } else {
                        super::property::set(thing, "/fill/map", Some(map.into()))?;
                    }
                    Ok(thing.clone())
                })?;
                Ok(Done::said("did-set").with("title", self.called(bench, &table, &thing)).select(at))
            }
            FormAct::Move { at, to } => self.shift(bench, &path, &table, at, to),
            FormAct::Up { at } | FormAct::Down { at } => {
                let to = neighbour(&form, at, matches!(self.act, FormAct::Up { .. }))?;
                self.shift(bench, &path, &table, at, &to)
            }
            FormAct::Copy { at } => {
                let (select, title) = bench.change(&path, |form| {
                    let mut copy = place::get(form, at)?.clone();
                    if let Some(title) = copy["key"].as_str().map(str::to_owned) {
                        let known = form["buttons"].as_array().cloned().unwrap_or_default();
                        copy["key"] =
                            made_of(&title, "button", &|key| known.iter().any(|button| button["key"] == key)).into();
                    }
                    strip_fields(&mut copy);
                    let (list, index) = place::split(at)?;
                    let title = title_of(&copy, "");
                    Ok((place::insert(form, &format!("{list}/{}", index + 1), copy)?, title))
                })?;
                Ok(Done::said("did-copy").with("title", title).select(select))
            }
            FormAct::Remove { at } => {
                let taken = bench.change(&path, |form| {
                    if form["layout"].as_array().is_some_and(|list| list.len() == 1) && at == "/layout/0" {
                        return Err(Refusal::new("edit_last_section"));
                    }
                    let taken = place::take(form, at)?;
                    drop_empty(form, at)?;
                    Ok(taken)
                })?;
                let title = self.called(bench, &table, &taken);
                // What was never published has no other place than this.
                let lines = lines_at(&form, at);
                let published = bench.live.json(&table::path(&table)).unwrap_or_default();
                for field in fields_in(&taken) {
                    let is_live =
                        fields_of(&published, lines.as_deref()).is_some_and(|known| known.contains_key(&field));
                    let shown = bench
                        .of_table("forms", &table)
                        .iter()
                        .any(|other| bench.documents.json(other).is_ok_and(|form| fields_in(&form).contains(&field)));
                    if !is_live && !shown {
                        let _the_last_field_stays = removal::remove(bench, &table, lines.as_deref(), &field);
                    }
                }
                Ok(Done::said("did-remove").with("title", title))
            }
        }
    }

    fn shift(&self, bench: &mut Bench<'_>, path: &str, table: &str, at: &str, to: &str) -> Result<Done, Refusal> {
        let (select, thing) = bench.change(path, |form| {
            let thing = place::get(form, at)?.clone();
            let into = place::split(to)?.0.rsplit('/').next().unwrap_or_default();
            let of = place::split(at)?.0.rsplit('/').next().unwrap_or_default();
            let sections = ["layout", "tabs"];
            if of != into && !(sections.contains(&of) && sections.contains(&into)) {
                return Err(Refusal::new("edit_inside"));
            }
            Ok((place::shift(form, at, to)?, thing))
        })?;
        Ok(Done::said("did-move").with("title", self.called(bench, table, &thing)).select(select))
    }

    /// What people call a thing of the form.
    fn called(&self, bench: &Bench<'_>, table: &str, thing: &Json) -> String {
        let field = thing["field"].as_str().or_else(|| thing["lines"].as_str());
        let own = thing["title"].as_str().or_else(|| thing["text"].as_str()).or_else(|| thing["message"].as_str());
        let Some(field) = field.filter(|_| own.is_none()) else { return own.unwrap_or_default().to_owned() };
        let json = bench.documents.json(&table::path(table)).unwrap_or_default();
        title_of(&json["properties"][field], field)
    }
}

/// Adds a new field to the views of its table that nobody has seen yet.
fn show_in_views(bench: &mut Bench<'_>, table: &str, lines: Option<&str>, field: &str) -> Result<(), Refusal> {
    let json = bench.json(&table::path(table))?;
    let kind = fields_of(&json, lines).and_then(|fields| kind_of(fields.get(field)?));
    let unfit = |kind: Kind| kind == Kind::Lines || kind.is_wide() || kind == Kind::Secret;
    if lines.is_some() || kind.is_none_or(unfit) {
        return Ok(());
    }
    for path in bench.of_table("views", table) {
        if bench.live.get(&path).is_some() {
            continue;
        }
        bench.change(&path, |view| {
            if let Some(columns) = view["columns"].as_array_mut().filter(|columns| columns.len() < 8) {
                columns.push(field.into());
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl Thing {
    fn fresh(self, title: &str) -> Json {
        match self {
            Self::Section | Self::Tab => json!({"title": title, "items": []}),
            Self::Text => json!({"text": title}),
            Self::Divider => json!({"divider": true}),
            Self::Tabs => json!({"tabs": [{"title": title, "items": []}], "wide": true}),
        }
    }

    /// Sections stand in the layout, everything else in sections; tabs hold no tabs.
    fn fits(self, form: &Json, at: &str) -> Result<(), Refusal> {
        let list = place::split(at)?.0;
        let last = list.rsplit('/').next().unwrap_or_default();
        let fits = match self {
            Self::Section => last == "layout",
            Self::Tab => last == "tabs",
            Self::Tabs => last == "items" && !list.contains("/tabs/"),
            Self::Text | Self::Divider => last == "items",
        };
        if fits && (list == "/layout" || form.pointer(list).is_some()) { Ok(()) } else { Err(Refusal::gone()) }
    }
}

/// The lines field in whose columns a place lies.
#[must_use]
pub fn lines_at(form: &Json, at: &str) -> Option<String> {
    let (grid, _) = at.rsplit_once("/columns/")?;
    Some(form.pointer(grid)?["lines"].as_str()?.to_owned())
}

/// A grid that says nothing of its columns shows all of the table's; before one is put in or moved they are written down.
fn complete_columns(form: &mut Json, at: &str, new: &str, table: &Json) -> Result<(), Refusal> {
    let Some((grid, _)) = at.rsplit_once("/columns/") else { return Ok(()) };
    // Only lines have columns.
    let item = form.pointer_mut(grid).filter(|item| item["lines"].is_string()).ok_or_else(Refusal::gone)?;
    if item["columns"].as_array().is_some_and(|columns| !columns.is_empty()) {
        return Ok(());
    }
    let lines = item["lines"].as_str().unwrap_or_default().to_owned();
    let fields = fields_of(table, Some(&lines));
    let columns = fields.into_iter().flatten().filter(|(key, _)| *key != new);
    item["columns"] = columns.map(|(key, _)| json!({"field": key})).collect();
    Ok(())
}

fn put_field(form: &mut Json, at: &str, field: &str, kind: Option<Kind>, title: &str) -> Result<String, Refusal> {
    let list = place::split(at)?.0;
    if list.ends_with("/columns") {
        return place::insert(form, at, json!({"field": field}));
    }
    if list == "/layout" {
        // Between sections a field opens a section of its own.
        let (columns, item) = match kind {
            Some(Kind::Lines) => (1, json!({"lines": field, "wide": true})),
            _ => (2, item_of(field, kind)),
        };
        let place = place::insert(form, at, json!({"title": title, "columns": columns, "items": [item]}))?;
        return Ok(format!("{place}/items/0"));
    }
    if !list.ends_with("/items") || form.pointer(list).is_none() {
        return Err(Refusal::gone());
    }
    place::insert(form, at, item_of(field, kind))
}

fn item_of(field: &str, kind: Option<Kind>) -> Json {
    match kind {
        Some(Kind::Lines) => json!({"lines": field, "wide": true}),
        Some(kind) if kind.is_wide() => json!({"field": field, "wide": true}),
        _ => json!({"field": field}),
    }
}

/// Puts a new field at the end of the members' forms of its table, lines into a section of their own.
pub(super) fn offer(bench: &mut Bench<'_>, table: &str, lines: Option<&str>, field: &str) -> Result<(), Refusal> {
    let json = bench.json(&table::path(table))?;
    let Some(property) = fields_of(&json, lines).and_then(|fields| fields.get(field)) else { return Ok(()) };
    let (kind, title) = (kind_of(property), title_of(property, field));
    let forms = bench.of_table("forms", table);
    let members = |path: &&String| bench.documents.json(path).is_ok_and(|form| form["audience"] != "public");
    if let Some(path) = forms.iter().find(members).cloned() {
        bench.change(&path, |form| {
            if let Some(lines) = lines {
                let grid = items(form, "/layout").into_iter().find(|(_, item)| item["lines"] == lines);
                if let Some((at, _)) = grid.filter(|(_, item)| item["columns"].is_array()) {
                    place::insert(form, &format!("{at}/columns/9999"), json!({"field": field}))?;
                }
                return Ok(());
            }
            let sections = form["layout"].as_array().cloned().unwrap_or_default();
            let plain = |section: &Json| {
                section["items"].as_array().is_some_and(|items| items.iter().all(|item| item.get("lines").is_none()))
            };
            let last = sections.iter().rposition(plain).filter(|_| kind != Some(Kind::Lines));
            let at = last.map_or_else(|| "/layout/9999".to_owned(), |index| format!("/layout/{index}/items/9999"));
            put_field(form, &at, field, kind, &title).map(|_| ())
        })?;
    }
    show_in_views(bench, table, lines, field)
}

/// Every item with its place, those in tabs included.
#[must_use]
pub fn items(form: &Json, sections: &str) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    for (number, section) in form.pointer(sections).and_then(Json::as_array).into_iter().flatten().enumerate() {
        for (index, item) in section["items"].as_array().into_iter().flatten().enumerate() {
            let at = format!("{sections}/{number}/items/{index}");
            found.push((at.clone(), item.clone()));
            if item.get("tabs").is_some() {
                found.extend(items(form, &format!("{at}/tabs")));
            }
        }
    }
    found
}

/// The fields that something shows, at any depth; the columns of a grid are its own affair.
fn fields_in(thing: &Json) -> Vec<String> {
    match thing {
        Json::Object(members) => {
            let own = members.get("field").or_else(|| members.get("lines")).and_then(Json::as_str);
            let below = ["items", "tabs", "layout"].iter().filter_map(|name| members.get(*name));
            own.map(str::to_owned).into_iter().chain(below.flat_map(fields_in)).collect()
        }
        Json::Array(items) => items.iter().flat_map(fields_in).collect(),
        _ => Vec::new(),
    }
}

/// A field stands on a form once: a copied section has what is not one.
fn strip_fields(thing: &mut Json) {
    for name in ["items", "tabs"] {
        if let Some(list) = thing.get_mut(name).and_then(Json::as_array_mut) {
            list.retain(|item| item.get("field").is_none() && item.get("lines").is_none());
            list.iter_mut().for_each(strip_fields);
        }
    }
}

/// Takes a field out of a form.
pub(super) fn forget(form: &mut Json, lines: Option<&str>, field: &str) {
    if let Some(sections) = form["layout"].as_array_mut() {
        forget_in(sections, lines, field);
        let many = sections.len() > 1;
        sections.retain(|section| !many || section["items"].as_array().is_none_or(|items| !items.is_empty()));
        if sections.is_empty() {
            sections.push(json!({"items": []}));
        }
    }
}

fn forget_in(sections: &mut [Json], lines: Option<&str>, field: &str) {
    for items in sections.iter_mut().filter_map(|section| section["items"].as_array_mut()) {
        match lines {
            None => items.retain(|item| item["field"] != field && item["lines"] != field),
            Some(lines) => {
                for grid in items.iter_mut().filter(|item| item["lines"] == lines) {
                    for member in ["columns", "sums", "distinct"] {
                        if let Some(list) = grid.get_mut(member).and_then(Json::as_array_mut) {
                            list.retain(|column| column["field"] != field && *column != field);
                        }
                    }
                }
            }
        }
        for tabs in items.iter_mut().filter_map(|item| item.get_mut("tabs")).filter_map(Json::as_array_mut) {
            forget_in(tabs, lines, field);
        }
    }
}

/// Tabs without a tab go with their last one.
fn drop_empty(form: &mut Json, taken: &str) -> Result<(), Refusal> {
    let (list, _) = place::split(taken)?;
    let is_empty = form.pointer(list).and_then(Json::as_array).is_some_and(Vec::is_empty);
    match list.strip_suffix("/tabs") {
        Some(holder) if is_empty => place::take(form, holder).map(|_| ()),
        _ => Ok(()),
    }
}

/// The place one up or down: in the section before or behind, where this one ends.
fn neighbour(form: &Json, at: &str, up: bool) -> Result<String, Refusal> {
    let (list, index) = place::split(at)?;
    let length = form.pointer(list).and_then(Json::as_array).ok_or_else(Refusal::gone)?.len();
    match (up, list.strip_suffix("/items")) {
        (true, _) if index > 0 => Ok(format!("{list}/{}", index - 1)),
        (false, _) if index + 1 < length => Ok(format!("{list}/{}", index + 2)),
        (_, Some(section)) => {
            let (sections, number) = place::split(section)?;
            let there = |number: usize| form.pointer(&format!("{sections}/{number}/items")).and_then(Json::as_array);
            match (up, number.checked_sub(1)) {
                (true, Some(before)) if there(before).is_some() => Ok(format!("{sections}/{before}/items/9999")),
                (false, _) if there(number + 1).is_some() => Ok(format!("{sections}/{}/items/0", number + 1)),
                _ => Ok(at.to_owned()),
            }
        }
        _ => Ok(at.to_owned()),
    }
}

/// A form for a table that has none: what the program would draw, written down.
#[must_use]
pub fn generated(app: &App, table: &str, key: &str) -> Option<Json> {
    let mut form = Form::generated(app.tables.get(table)?);
    key.clone_into(&mut form.key);
    serde_json::to_value(form).ok()
}
