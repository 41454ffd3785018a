//! Changes of any document after its meta-schema: what can be said of a thing, the things within it, and where they stand.
//!
//! A kind of document needs no operations of its own for this: what its schema says, with the annotations `x-holds`, `x-scope`,
//! `x-line`, `x-keys`, `x-keys-of`, `x-kinds`, `x-words` and `x-starter` beside it, is all that is known here.

pub mod meta;
pub mod standing;
pub mod starter;
pub mod typed;

use super::{Bench, Done, Refusal, place, property, table::title_of};
use crate::{base::key::made_of, definition::schema::DocumentKind};
use meta::{Form, Meta};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use standing::Standing;
use starter::Soil;
use std::collections::BTreeMap;

/// A change of one document.
#[derive(Debug, Clone, Deserialize)]
pub struct SheetEdit {
    /// The document: `views/open.json`.
    pub path: String,
    #[serde(flatten)]
    pub act: SheetAct,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum SheetAct {
    /// A new document of the path's folder, called so. What it must have is taken from what there is.
    Begin {
        title: String,
        #[serde(default)]
        table: String,
    },
    /// Members of the thing at a place, each as it is typed. Those of a thing within are named by the way to them: `due/after`.
    Set {
        at: String,
        set: BTreeMap<String, String>,
    },
    /// A new thing before what stands at a place, at the end where the place is beyond it.
    Insert {
        at: String,
        /// The member that tells things of this list apart, and its value or `*` where only it is said: `type:approve`, `report:*`.
        #[serde(default)]
        variant: String,
        #[serde(default)]
        title: String,
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

impl SheetEdit {
    /// The document that is looked at while this is done: a new one is begun while looking at the app.
    pub(super) fn document(&self) -> String {
        match self.act {
            SheetAct::Begin { .. } => "app.json".to_owned(),
            _ => self.path.clone(),
        }
    }

    pub(super) fn apply(&self, bench: &mut Bench<'_>) -> Result<Done, Refusal> {
        let path = self.path.as_str();
        match &self.act {
            SheetAct::Begin { title, table } => return begin(bench, path, title, table),
            SheetAct::Set { at, set } => set_members(bench, path, at, set)?,
            SheetAct::Insert { at, variant, title } => return insert(bench, path, at, variant, title),
            SheetAct::Move { at, to } => {
                let at = bench.change(path, |json| place::shift(json, at, to))?;
                return Ok(Done::said("did-move").select(at));
            }
            SheetAct::Up { at } => return step(bench, path, at, true),
            SheetAct::Down { at } => return step(bench, path, at, false),
            SheetAct::Copy { at } => return copy(bench, path, at),
            SheetAct::Remove { at } => {
                remove(bench, path, at)?;
                return Ok(Done::said("did-remove-thing"));
            }
        }
        let SheetAct::Set { at, .. } = &self.act else { return Err(Refusal::gone()) };
        let json = bench.json(path)?;
        let thing = json.pointer(at).unwrap_or(&json);
        let title = title_of(thing, &title_of(&json, path));
        Ok(Done::said("did-set").with("title", title).select(at))
    }
}

fn begin(bench: &mut Bench<'_>, path: &str, title: &str, table: &str) -> Result<Done, Refusal> {
    let folder = path.split('/').next().unwrap_or_default();
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::new("edit_title").at("title"));
    }
    let kind = DocumentKind::of_folder(folder).filter(|kind| *kind != DocumentKind::App).ok_or_else(Refusal::gone)?;
    let meta = Meta::of(kind).ok_or_else(Refusal::gone)?;
    let key = made_of(title, kind.name(), &|key| bench.has(folder, key));
    let mut given = Map::new();
    given.insert("key".into(), key.as_str().into());
    given.insert("title".into(), title.into());
    if !table.is_empty() {
        given.insert("table".into(), table.into());
    }
    let around = Standing {
        meta: meta.clone(),
        value: Json::Object(given.clone()),
        table: table.to_owned(),
        line: String::new(),
        movable: false,
    };
    let soil = Soil { documents: &bench.documents, path, table, title, taken: &|_| false };
    let document = soil.thing(&around, &meta, given);
    let path = format!("{folder}/{key}.json");
    bench.put(&path, &document)?;
    // What people open is found in the menu at once.
    if matches!(kind, DocumentKind::Report | DocumentKind::Dashboard | DocumentKind::View) {
        bench.change("app.json", |app| place::insert(app, "/menu/9999", json!({kind.name(): key})))?;
    }
    Ok(Done::said("did-begin").with("title", title).select(format!("{folder}/{key}")))
}

/// Writes out the thing at a place where a text stands for it.
fn spelled_out(bench: &Bench<'_>, path: &str, json: &mut Json, at: &str) -> Result<(), Refusal> {
    let Some(own) = json.pointer_mut(at) else { return Ok(()) };
    if own.is_string() {
        let standing = Standing::at(&bench.documents, path, at).ok_or_else(Refusal::gone)?;
        *own = standing.value;
    }
    Ok(())
}

fn set_members(bench: &mut Bench<'_>, path: &str, at: &str, set: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let standing = Standing::at(&bench.documents, path, at).ok_or_else(Refusal::gone)?;
    let keys = keys_in(&bench.json(path)?);
    let mut thing = standing.value.clone();
    if thing.is_null() {
        thing = Json::Object(Map::new());
    }
    let soil = Soil {
        documents: &bench.documents,
        path,
        table: &standing.table,
        title: &title_of(&thing, ""),
        taken: &|key| keys.iter().any(|known| known == key),
    };
    for (name, typed) in set {
        put(&standing, &soil, &mut thing, name, typed).map_err(|refusal| refusal.at(name))?;
    }
    let short = standing.meta.short();
    let mut json = bench.json(path)?;
    spelled_out(bench, path, &mut json, at)?;
    // What is only its short member is written short again.
    let only = short.filter(|_| thing.as_object().is_some_and(|members| members.len() == 1));
    let written = only.and_then(|short| thing.get(short).cloned()).unwrap_or(thing);
    match at.is_empty() {
        true => json = written,
        false => match json.pointer_mut(at) {
            Some(own) => *own = written,
            None => property::set(&mut json, at, Some(written))?,
        },
    }
    if !at.is_empty() {
        let empty = json.pointer(at).and_then(Json::as_object).is_some_and(Map::is_empty);
        if empty && !standing.movable {
            property::set(&mut json, at, None)?;
        }
    }
    bench.put(path, &json)
}

/// Sets one member; `name` may lead through things within.
fn put(standing: &Standing, soil: &Soil<'_>, thing: &mut Json, name: &str, typed: &str) -> Result<(), Refusal> {
    let here = standing.with(soil.documents, &standing.meta, thing.clone());
    let (first, rest) = name.split_once('/').map_or((name, None), |(first, rest)| (first, Some(rest)));
    if first == ALTERNATIVE {
        return choose(&here, soil, thing, typed);
    }
    let members = here.meta.members(thing);
    let member = members.iter().find(|member| member.name == first).ok_or_else(Refusal::gone)?;
    let own = thing.as_object_mut().ok_or_else(Refusal::gone)?;
    if let Some(rest) = rest {
        let mut inner = own.get(first).cloned().unwrap_or_else(|| Json::Object(Map::new()));
        let blank = inner.as_object().is_none_or(Map::is_empty);
        if blank && typed.trim().is_empty() {
            return Ok(());
        }
        let within = here.with(soil.documents, &member.meta, inner.clone());
        put(&within, soil, &mut inner, rest, typed)?;
        // Without the member that tells what it is, it is nothing.
        let first_member = member.meta.members(&inner).into_iter().next();
        let lost = first_member.is_some_and(|first| first.turns && inner.get(first.name).is_none());
        if lost || inner.as_object().is_some_and(Map::is_empty) {
            own.shift_remove(first);
        } else {
            soil.complete(&within, &member.meta, &mut inner);
            own.insert(first.to_owned(), inner);
        }
        return Ok(());
    }
    // What is sent back as it was shown stays as it is written.
    if typed == typed::shown(member, own.get(first)) {
        return Ok(());
    }
    match typed::read(member, typed)? {
        Some(value) => {
            let turned = member.turns && own.get(first) != Some(&value);
            own.insert(first.to_owned(), value);
            if turned {
                soil.complete(&here, &here.meta, thing);
            }
        }
        None => {
            own.shift_remove(first);
        }
    }
    Ok(())
}

/// The name under which it is said which one of several members a thing has.
pub const ALTERNATIVE: &str = "_which";

fn choose(here: &Standing, soil: &Soil<'_>, thing: &mut Json, chosen: &str) -> Result<(), Refusal> {
    let alternatives = here.meta.alternatives(thing);
    if !alternatives.contains(&chosen) {
        return Err(Refusal::gone());
    }
    let own = thing.as_object_mut().ok_or_else(Refusal::gone)?;
    if own.contains_key(chosen) {
        return Ok(());
    }
    own.retain(|name, _| !alternatives.contains(&name.as_str()));
    let around = here.with(soil.documents, &here.meta, Json::Object(own.clone()));
    let member = here.meta.members(&around.value).into_iter().find(|member| member.name == chosen);
    let value = soil.one(&around, &member.ok_or_else(Refusal::gone)?);
    own.insert(chosen.to_owned(), value);
    soil.complete(here, &here.meta, thing);
    Ok(())
}

fn insert(bench: &mut Bench<'_>, path: &str, at: &str, variant: &str, title: &str) -> Result<Done, Refusal> {
    let (list, last) = at.rsplit_once('/').ok_or_else(Refusal::gone)?;
    let standing = Standing::at(&bench.documents, path, list).ok_or_else(Refusal::gone)?;
    let item = standing.meta.item().ok_or_else(Refusal::gone)?;
    let document = bench.json(path)?;
    let keys = keys_in(&document);
    let soil = Soil {
        documents: &bench.documents,
        path,
        table: &standing.table,
        title,
        taken: &|key| keys.iter().any(|known| known == key),
    };
    let mut given = Map::new();
    let (name, value) = variant.split_once(':').unwrap_or((variant, ""));
    if !name.is_empty() && value != "*" {
        given.insert(name.to_owned(), value.into());
    }
    let around = standing.with(&bench.documents, &item, Json::Object(given.clone()));
    let members = item.members(&around.value);
    if value == "*" {
        let member = members.iter().find(|member| member.name == name).ok_or_else(Refusal::gone)?;
        given.insert(name.to_owned(), soil.one(&around, member));
    }
    let called = members.iter().find(|member| member.form == Form::One("title"));
    if let Some(called) = called.filter(|_| !title.trim().is_empty()) {
        given.insert(called.name.to_owned(), title.trim().into());
    }
    let thing = soil.thing(&around, &item, given);
    let short =
        item.short().filter(|short| thing.as_object().is_some_and(|own| own.len() == 1 && own.contains_key(*short)));
    let thing = short.and_then(|short| thing.get(short).cloned()).unwrap_or(thing);
    let named = standing.value.is_object() || (standing.value.is_null() && last.parse::<usize>().is_err());
    let mut json = document;
    let select = if named {
        let own: Vec<String> = standing.value.as_object().map(|own| own.keys().cloned().collect()).unwrap_or_default();
        let key = made_of(title, "value", &|key| own.iter().any(|known| known == key));
        let at = format!("{list}/{key}");
        property::set(&mut json, &at, Some(thing))?;
        at
    } else {
        if json.pointer(list).is_none() {
            property::set(&mut json, list, Some(Json::Array(Vec::new())))?;
        }
        place::insert(&mut json, at, thing)?
    };
    bench.put(path, &json)?;
    Ok(Done::said("did-insert").with("title", title).select(select))
}

fn step(bench: &mut Bench<'_>, path: &str, at: &str, up: bool) -> Result<Done, Refusal> {
    let at = bench.change(path, |json| {
        let (list, index) = place::split(at)?;
        let to = if up { index.saturating_sub(1) } else { index + 2 };
        place::shift(json, at, &format!("{list}/{to}"))
    })?;
    Ok(Done::said("did-move").select(at))
}

fn copy(bench: &mut Bench<'_>, path: &str, at: &str) -> Result<Done, Refusal> {
    let mut json = bench.json(path)?;
    let mut keys = keys_in(&json);
    let (list, index) = place::split(at)?;
    let mut thing = place::get(&json, at)?.clone();
    fresh_keys(&mut thing, &mut keys);
    let title = title_of(&thing, "");
    let at = place::insert(&mut json, &format!("{list}/{}", index + 1), thing)?;
    bench.put(path, &json)?;
    Ok(Done::said("did-copy").with("title", title).select(at))
}

/// Takes a thing out of its list, or from among things by key. A list that need not be there goes with its last thing.
fn remove(bench: &mut Bench<'_>, path: &str, at: &str) -> Result<(), Refusal> {
    let (list, last) = at.rsplit_once('/').ok_or_else(Refusal::gone)?;
    let (parent, name) = list.rsplit_once('/').ok_or_else(Refusal::gone)?;
    let holder = Standing::at(&bench.documents, path, parent).ok_or_else(Refusal::gone)?;
    let standing = holder.below(&bench.documents, name).ok_or_else(Refusal::gone)?;
    let left = match &standing.value {
        Json::Array(items) => items.len().checked_sub(1),
        Json::Object(members) => members.len().checked_sub(1),
        _ => None,
    };
    let left = left.ok_or_else(Refusal::gone)?;
    if (left as u64) < standing.meta.least() {
        return Err(Refusal::new("edit_last_thing"));
    }
    let members = holder.meta.members(&holder.value);
    let required = members.iter().any(|member| member.name == name && member.required);
    bench.change(path, |json| {
        match json.pointer_mut(list) {
            Some(Json::Array(_)) => {
                place::take(json, at)?;
            }
            Some(Json::Object(members)) => {
                members.shift_remove(last).ok_or_else(Refusal::gone)?;
            }
            _ => return Err(Refusal::gone()),
        }
        if left == 0 && !required { property::set(json, list, None) } else { Ok(()) }
    })
}

/// The keys that the things of a document have.
fn keys_in(json: &Json) -> Vec<String> {
    let mut keys = Vec::new();
    collect(json, &mut keys);
    keys
}

fn collect(json: &Json, keys: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            keys.extend(OWN_KEYS.iter().filter_map(|name| members.get(*name)?.as_str()).map(str::to_owned));
            members.values().for_each(|value| collect(value, keys));
        }
        Json::Array(items) => items.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

/// The members in which a thing's own key lies.
const OWN_KEYS: [&str; 2] = ["id", "key"];

fn fresh_keys(json: &mut Json, keys: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            for name in OWN_KEYS {
                if let Some(Json::String(own)) = members.get_mut(name) {
                    *own = made_of(own, "step", &|key| keys.iter().any(|known| known == key));
                    keys.push(own.clone());
                }
            }
            members.values_mut().for_each(|value| fresh_keys(value, keys));
        }
        Json::Array(items) => items.iter_mut().for_each(|value| fresh_keys(value, keys)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
