//! What stands at a place of a document: its meta-schema, its value, and the table that what is said there speaks of.

use super::meta::{Form, Meta};
use crate::definition::{
    package::{Documents, place},
    schema::DocumentKind,
};
use serde_json::{Value as Json, json};

/// Something at a place of a document.
#[derive(Debug, Clone)]
pub struct Standing {
    pub meta: Meta,
    /// With every member named, also where a text stood for it.
    pub value: Json,
    /// The table whose fields are meant; empty where none is.
    pub table: String,
    /// The lines field of the line that expressions may speak of; empty where there is none.
    pub line: String,
    /// The place is in a list, or among things by key.
    pub movable: bool,
}

impl Standing {
    /// What stands at a place; nothing where nothing does.
    #[must_use]
    pub fn at(documents: &Documents, path: &str, at: &str) -> Option<Self> {
        let document = documents.json(path).ok()?;
        let kind = place(path).and_then(|place| DocumentKind::of_folder(place.folder))?;
        let mut standing =
            Self { meta: Meta::of(kind)?, value: document, table: String::new(), line: String::new(), movable: false };
        standing.look_around(documents);
        for name in at.split('/').skip(1) {
            standing = standing.below(documents, name)?;
        }
        Some(standing)
    }

    /// One step down.
    #[must_use]
    pub fn below(&self, documents: &Documents, name: &str) -> Option<Self> {
        let mut below = self.clone();
        match (&self.value, self.item_meta()) {
            (Json::Array(items), Some(item)) => {
                let value = items.get(name.parse::<usize>().ok()?)?.clone();
                below.value = match (value.as_str(), item.short()) {
                    (Some(text), Some(short)) => json!({short: text}),
                    _ => value,
                };
                below.meta = item;
                below.movable = true;
            }
            (Json::Object(named), Some(item)) if self.named() => {
                below.value = named.get(name)?.clone();
                below.meta = item;
                below.movable = true;
            }
            (Json::Object(members), _) => {
                let member = self.meta.members(&self.value).into_iter().find(|member| member.name == name)?;
                below.value = members.get(name).cloned().unwrap_or(Json::Null);
                below.meta = member.meta;
                below.movable = false;
            }
            _ => return None,
        }
        below.look_around(documents);
        Some(below)
    }

    fn named(&self) -> bool {
        self.meta.members(&self.value).is_empty()
    }

    fn item_meta(&self) -> Option<Meta> {
        self.meta.item()
    }

    fn look_around(&mut self, documents: &Documents) {
        if let Some(scope) = self.meta.pointer("x-scope") {
            self.table = table_at(documents, &self.value, scope);
            self.line = String::new();
        }
        if let Some(line) = self.meta.pointer("x-line")
            && let Some(lines) = self.value.pointer(line).and_then(Json::as_str)
        {
            lines.clone_into(&mut self.line);
        }
    }

    /// The same with another value.
    #[must_use]
    pub fn with(&self, documents: &Documents, meta: &Meta, value: Json) -> Self {
        let mut other = Self { meta: meta.clone(), value, ..self.clone() };
        other.look_around(documents);
        other
    }

    /// The table whose fields are the keys or the strings of a member.
    #[must_use]
    pub fn table_of(&self, documents: &Documents, member: &Meta) -> String {
        match member.pointer("x-keys-of") {
            Some(of) => table_at(documents, &self.value, of),
            None => self.table.clone(),
        }
    }

    /// The things within: where each list is, and whether they have an order.
    #[must_use]
    pub fn lists(&self) -> Vec<(String, Meta, bool)> {
        let mut lists = Vec::new();
        self.collect_lists("", &mut lists);
        lists
    }

    fn collect_lists(&self, below: &str, lists: &mut Vec<(String, Meta, bool)>) {
        let alternatives = self.meta.alternatives(&self.value);
        for member in self.meta.members(&self.value) {
            if alternatives.contains(&member.name) && self.value.get(member.name).is_none() {
                continue;
            }
            let own = format!("{below}/{}", member.name);
            match member.form {
                Form::Things => lists.push((own, member.meta, true)),
                Form::Named => lists.push((own, member.meta, false)),
                // What is not run yet is not offered.
                Form::Group if member.meta.is_later(None) && self.value.get(member.name).is_none() => {}
                Form::Group => {
                    let value = self.value.get(member.name).cloned().unwrap_or(Json::Null);
                    let inner = Self { meta: member.meta, value, ..self.clone() };
                    inner.collect_lists(&own, lists);
                }
                _ => {}
            }
        }
    }
}

/// The table that a pointer names: itself, or by the ledger whose moves or balances it holds.
fn table_at(documents: &Documents, value: &Json, pointer: &str) -> String {
    let (pointer, of_ledger) = pointer.split_once('#').map_or((pointer, None), |(at, name)| (at, Some(name)));
    let key = value.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    match of_ledger {
        None => key.to_owned(),
        Some(name) => {
            let ledger = documents.json(&format!("ledgers/{key}.json")).unwrap_or_default();
            ledger[name].as_str().unwrap_or_default().to_owned()
        }
    }
}
