//! What differs between two versions, for people: one sentence each, named by a message's key and its values.

use super::rename::Rename;
use crate::definition::{
    app::App,
    field::{Field, Kind},
    package::{Documents, Place, place},
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Whether something came, went or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Added,
    Changed,
    Removed,
}

/// A sentence by its message's key and the values in it. Values that are words of a definition are given as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    pub key: &'static str,
    pub values: Vec<(&'static str, String)>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub mark: Mark,
    /// The document as it is called in the new version (in the old one, where it was removed).
    pub path: String,
    /// Its title; empty where it has none.
    pub title: String,
    pub said: Said,
}

fn said<const N: usize>(key: &'static str, values: [(&'static str, &str); N]) -> Said {
    Said { key, values: values.into_iter().map(|(name, value)| (name, value.to_owned())).collect() }
}

/// Every difference between two sets of documents, document by document. `renames` are done in both already.
#[must_use]
pub fn difference(old: &Documents, new: &Documents, renames: &[Rename]) -> Vec<Difference> {
    let mut found = Vec::new();
    for rename in renames {
        let (from, to) = rename.keys();
        let path = match rename {
            Rename::Table { to, .. } => format!("tables/{to}.json"),
            Rename::Field { table, .. } => format!("tables/{table}.json"),
            Rename::Document { folder, to, .. } => format!("{folder}/{to}.json"),
        };
        let title = title_of(new, &path);
        found.push(Difference {
            mark: Mark::Changed,
            path,
            title,
            said: said("diff-renamed", [("from", from), ("to", to)]),
        });
    }
    let paths: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(path, _)| path).collect();
    let (before, after) = (App::parse(old).ok(), App::parse(new).ok());
    for path in paths {
        let (was, is) = (old.get(path), new.get(path));
        if was == is {
            continue;
        }
        let title = if is.is_some() { title_of(new, path) } else { title_of(old, path) };
        let at = |mark, said| Difference { mark, path: path.to_owned(), title: title.clone(), said };
        match (was, is) {
            (None, _) => found.push(at(Mark::Added, said("diff-added", []))),
            (_, None) => found.push(at(Mark::Removed, said("diff-removed", []))),
            _ => {
                let start = found.len();
                if let (Some(Place { folder: "tables", stem }), Some(before), Some(after)) =
                    (place(path), &before, &after)
                    && let (Some(was), Some(is)) = (before.tables.get(stem), after.tables.get(stem))
                {
                    let fields =
                        |fields: &indexmap::IndexMap<String, Field>| fields.values().cloned().collect::<Vec<_>>();
                    self::fields(&fields(&was.fields), &fields(&is.fields), "", &mut |mark, said| {
                        found.push(at(mark, said))
                    });
                }
                if let (Ok(was), Ok(is)) = (old.json(path), new.json(path)) {
                    let is_table = path.starts_with("tables/");
                    if path.starts_with("automations/") {
                        switched(&was, &is, &mut |mark, said| found.push(at(mark, said)));
                    }
                    members(&was, &is, is_table, &mut |mark, said| found.push(at(mark, said)));
                }
                if found.len() == start {
                    found.push(at(Mark::Changed, said("diff-changed", [])));
                }
            }
        }
    }
    found
}

fn title_of(documents: &Documents, path: &str) -> String {
    let json = documents.json(path).unwrap_or_default();
    json["title"].as_str().unwrap_or_default().to_owned()
}

/// Fields of a table, or columns of lines whose title stands in front.
fn fields(old: &[Field], new: &[Field], within: &str, tell: &mut dyn FnMut(Mark, Said)) {
    let name =
        |field: &Field| if within.is_empty() { field.title.clone() } else { format!("{within} · {}", field.title) };
    for field in new {
        let Some(was) = old.iter().find(|was| was.key == field.key) else {
            tell(Mark::Added, said("diff-field-added", [("field", &name(field)), ("kind", field.kind.name())]));
            continue;
        };
        let title = name(field);
        let mut change = |key: &'static str, from: &str, to: &str| {
            tell(Mark::Changed, said(key, [("field", &title), ("from", from), ("to", to)]));
        };
        if was.title != field.title {
            change("diff-field-title", &was.title, &field.title);
        }
        if was.kind != field.kind {
            change("diff-field-kind", was.kind.name(), field.kind.name());
        } else if was.kind.is_number() && was.scale != field.scale {
            change("diff-field-scale", &was.scale.to_string(), &field.scale.to_string());
        }
        if was.target != field.target {
            change("diff-field-target", was.target.as_deref().unwrap_or("–"), field.target.as_deref().unwrap_or("–"));
        }
        if was.required != field.required {
            change(if field.required { "diff-field-required" } else { "diff-field-optional" }, "", "");
        }
        if was.unique != field.unique {
            change(if field.unique { "diff-field-unique" } else { "diff-field-not-unique" }, "", "");
        }
        if was.formula != field.formula {
            change(
                "diff-field-formula",
                was.formula.as_deref().unwrap_or("–"),
                field.formula.as_deref().unwrap_or("–"),
            );
        }
        if was.default != field.default {
            change(
                "diff-field-default",
                was.default.as_deref().unwrap_or("–"),
                field.default.as_deref().unwrap_or("–"),
            );
        }
        if was.options != field.options {
            let only = |these: &Field, others: &Field| {
                let missing = these.options.iter().filter(|option| others.option(&option.value).is_none());
                missing.map(|option| option.title.clone()).collect::<Vec<_>>().join("、")
            };
            let (gone, came) = (only(was, field), only(field, was));
            change(
                "diff-field-options",
                if gone.is_empty() { "–" } else { &gone },
                if came.is_empty() { "–" } else { &came },
            );
        }
        if field.kind == Kind::Lines && was.kind == Kind::Lines {
            let columns = |field: &Field| field.columns.values().cloned().collect::<Vec<_>>();
            fields(&columns(was), &columns(field), &field.title, tell);
        }
        let quiet = |field: &Field| {
            let mut same = field.clone();
            same.title.clear();
            (same.kind, same.scale, same.required, same.unique) = (Kind::Text, 0, false, false);
            (same.target, same.formula, same.default) = (None, None, None);
            same.options.clear();
            same.columns.clear();
            same
        };
        if quiet(was) != quiet(field) && was.kind == field.kind && was.formula == field.formula {
            tell(Mark::Changed, said("diff-field-other", [("field", &title)]));
        }
    }
    for was in old.iter().filter(|was| !new.iter().any(|field| field.key == was.key)) {
        tell(Mark::Removed, said("diff-field-removed", [("field", &name(was))]));
    }
}

/// Members at the top of a document. Lists of things that carry a key or a title are compared thing by thing.
fn members(old: &Json, new: &Json, is_table: bool, tell: &mut dyn FnMut(Mark, Said)) {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        // Fields are told one by one already.
        if is_table && matches!(name.as_str(), "properties" | "required" | "$schema") {
            continue;
        }
        let (was, is) = (old.get(name).unwrap_or(&Json::Null), new.get(name).unwrap_or(&Json::Null));
        if was == is || name == "version" || name == "enabled" {
            continue;
        }
        match (was, is) {
            (Json::Array(was), Json::Array(is)) if named(was).is_some() && named(is).is_some() => {
                things(name, was, is, tell);
            }
            (Json::Object(was), Json::Object(is)) if was.values().chain(is.values()).all(Json::is_object) => {
                keyed(name, was, is, tell);
            }
            _ => {
                let key = if short(was).is_some() && short(is).is_some() { "diff-member-from" } else { "diff-member" };
                let (from, to) = (short(was).unwrap_or_default(), short(is).unwrap_or_default());
                tell(Mark::Changed, said(key, [("member", name), ("from", &from), ("to", &to)]));
            }
        }
    }
}

/// An automation that is switched on or off.
fn switched(old: &Json, new: &Json, tell: &mut dyn FnMut(Mark, Said)) {
    let on = |json: &Json| json["enabled"].as_bool().unwrap_or(true);
    if on(old) != on(new) {
        tell(Mark::Changed, said(if on(new) { "diff-switched-on" } else { "diff-switched-off" }, []));
    }
}

/// Each item's own name, if all have one.
fn named(items: &[Json]) -> Option<Vec<String>> {
    let name = |item: &Json| {
        ["key", "table", "code", "field"].iter().find_map(|member| item[*member].as_str()).map(str::to_owned)
    };
    items.iter().map(name).collect()
}

fn label(item: &Json) -> String {
    let text = ["title", "key", "table", "code", "field"].iter().find_map(|member| item[*member].as_str());
    text.unwrap_or_default().to_owned()
}

fn things(member: &str, old: &[Json], new: &[Json], tell: &mut dyn FnMut(Mark, Said)) {
    let (Some(old_names), Some(new_names)) = (named(old), named(new)) else { return };
    for (item, name) in new.iter().zip(&new_names) {
        let values = [("member", member), ("name", &*label(item))];
        match old_names.iter().position(|old| old == name) {
            None => tell(Mark::Added, said("diff-thing-added", values)),
            Some(index) if old[index] != *item => tell(Mark::Changed, said("diff-thing-changed", values)),
            Some(_) => {}
        }
    }
    for (item, _) in old.iter().zip(&old_names).filter(|(_, name)| !new_names.contains(name)) {
        tell(Mark::Removed, said("diff-thing-removed", [("member", member), ("name", &label(item))]));
    }
}

fn keyed(member: &str, old: &Map<String, Json>, new: &Map<String, Json>, tell: &mut dyn FnMut(Mark, Said)) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let title = new.get(name).or_else(|| old.get(name)).map(label).filter(|label| !label.is_empty());
        let values = [("member", member), ("name", title.as_deref().unwrap_or(name))];
        match (old.get(name), new.get(name)) {
            (None, _) => tell(Mark::Added, said("diff-thing-added", values)),
            (_, None) => tell(Mark::Removed, said("diff-thing-removed", values)),
            (was, is) if was != is => tell(Mark::Changed, said("diff-thing-changed", values)),
            _ => {}
        }
    }
}

/// A value as a sentence shows it, if it is short.
fn short(json: &Json) -> Option<String> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => truth.to_string(),
        Json::Null => "–".to_owned(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、")
        }
        _ => return None,
    };
    (text.chars().count() <= 60).then_some(text)
}
