//! Merging three ways: a template as it was installed, the template's next version, and the app as it was changed since.
//!
//! Documents are told apart by path, what is in them by key: fields, nodes, grants and layout items keep their identity wherever
//! they stand. What only one side changed is taken; what both changed differently is a conflict, decided by whoever upgrades.

mod list;
mod translated;
mod value;

use super::{
    package::{Documents, canonical, parse_json, place},
    schema::DocumentKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use value::{Merger, Sides};

/// Whose version of something is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The app's own.
    Mine,
    /// The template's next version.
    Theirs,
}

/// What both sides changed differently. Nothing stands for what is not there on a side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// Names the place by keys, and stays the same as long as it is the same place: `tables/order.json#/properties/qty/title`.
    pub id: String,
    /// The document.
    pub path: String,
    /// The way into the document, by keys; empty for all of it.
    pub place: Vec<String>,
    pub base: Option<Json>,
    pub theirs: Option<Json>,
    pub mine: Option<Json>,
    /// Nothing as long as nobody has decided; the app's own stands then.
    pub chosen: Option<Side>,
}

/// By the id of the conflict.
pub type Decisions = BTreeMap<String, Side>;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub documents: Documents,
    /// By document and place.
    pub conflicts: Vec<Conflict>,
}

impl Merged {
    /// How many conflicts nobody has decided.
    #[must_use]
    pub fn open(&self) -> usize {
        self.conflicts.iter().filter(|conflict| conflict.chosen.is_none()).count()
    }
}

/// Merges `theirs`, which came of `base`, into `mine`, which came of `base` too.
#[must_use]
pub fn merge(base: &Documents, theirs: &Documents, mine: &Documents, decisions: &Decisions) -> Merged {
    let (base, theirs, mine) = (Side3::read(base), Side3::read(theirs), Side3::read(mine));
    let paths: BTreeSet<&str> = [&base, &theirs, &mine].iter().flat_map(|side| side.paths()).collect();
    let mut merged = BTreeMap::new();
    let mut conflicts = Vec::new();
    for path in paths {
        let mut merger = Merger::new(path, decisions);
        let sides = Sides { base: base.get(path), theirs: theirs.get(path), mine: mine.get(path) };
        if let Some(value) = merger.document(sides) {
            merged.insert(path.to_owned(), value);
        }
        conflicts.extend(merger.conflicts);
    }
    let known = [&mine, &theirs, &base].map(|side| side.texts);
    Merged { documents: written(merged, known), conflicts }
}

/// The documents of one side: JSON with its translations beside the texts that they translate; a string for what is no JSON.
struct Side3<'a> {
    texts: &'a Documents,
    values: BTreeMap<&'a str, Json>,
}

impl<'a> Side3<'a> {
    fn read(texts: &'a Documents) -> Self {
        let mut values: BTreeMap<&str, Json> = texts.iter().map(|(path, text)| (path, read(path, text))).collect();
        translated::put_beside(&mut values);
        Self { texts, values }
    }

    fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.values.keys().copied()
    }

    fn get(&self, path: &str) -> Option<&Json> {
        self.values.get(path)
    }
}

fn read(path: &str, text: &str) -> Json {
    let parsed = path.ends_with(".json").then(|| parse_json(text).ok()).flatten();
    parsed.unwrap_or_else(|| Json::from(text))
}

/// The documents as texts. One that a side has just so keeps that side's very text, so that nothing seems changed that is not.
fn written(mut merged: BTreeMap<String, Json>, known: [&Documents; 3]) -> Documents {
    translated::take_out(&mut merged);
    let mut documents = Documents::default();
    for (path, value) in merged {
        // Translations stand in no order that anybody sees.
        let is_same = |text: &&str| {
            let known = read(&path, text);
            known == value && (path.starts_with("locales/") || known.to_string() == value.to_string())
        };
        let as_it_was = known.iter().filter_map(|side| side.get(&path)).find(is_same);
        let text = match (as_it_was, &value) {
            (Some(text), _) => text.to_owned(),
            (None, Json::String(text)) => text.clone(),
            (None, value) => {
                let kind = place(&path).and_then(|place| DocumentKind::of_folder(place.folder));
                let written = kind.and_then(|kind| canonical(kind, value).ok());
                written.unwrap_or_else(|| format!("{value:#}\n"))
            }
        };
        // Every path is one of a side's, so it has a place.
        let _placed = documents.set(path, text);
    }
    documents
}

#[cfg(test)]
mod tests;
