//! Translations name their texts by place, `forms/order#/layout/0/title`. While documents are merged they stand beside those texts, so
//! that they go wherever the texts go.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Begins the name of a member that holds a translation: `·en·title`. No document has such members.
const MARK: char = '·';

fn locale_of(path: &str) -> Option<&str> {
    path.strip_prefix("locales/")?.strip_suffix(".json")
}

fn document_of(address: &str) -> String {
    format!("{address}.json")
}

/// Moves every translation whose text is there to that text; what translates nothing stays where it is.
pub fn put_beside(values: &mut BTreeMap<&str, Json>) {
    let locales: Vec<&str> = values.keys().copied().filter(|path| locale_of(path).is_some()).collect();
    for path in locales {
        let Some(locale) = locale_of(path) else { continue };
        let Some(Json::Object(entries)) = values.get(path).cloned() else { continue };
        let mut left = Map::new();
        for (address, text) in entries {
            let placed = address.split_once('#').is_some_and(|(document, pointer)| {
                let Some((parent, member)) = pointer.rsplit_once('/') else { return false };
                let file = document_of(document);
                let Some(value) = values.get_mut(file.as_str()) else { return false };
                let Some(Json::Object(members)) = value.pointer_mut(parent) else { return false };
                members.get(member).is_some_and(Json::is_string)
                    && members.insert(format!("{MARK}{locale}{MARK}{member}"), text.clone()).is_none()
            });
            if !placed {
                left.insert(address, text);
            }
        }
        values.insert(path, Json::Object(left));
    }
}

/// Moves the translations back into their own documents, under the places where their texts are now.
pub fn take_out(values: &mut BTreeMap<String, Json>) {
    let mut found: BTreeMap<String, Vec<(String, Json)>> = BTreeMap::new();
    for (path, value) in values.iter_mut() {
        let Some(document) = path.strip_suffix(".json").map(str::to_owned) else { continue };
        collect(value, &mut format!("{document}#"), &mut found);
    }
    for (locale, entries) in found {
        let path = format!("locales/{locale}.json");
        // Whoever removed the language keeps it removed.
        let Some(Json::Object(members)) = values.get_mut(&path) else { continue };
        members.extend(entries);
        members.sort_keys();
    }
}

fn collect(value: &mut Json, here: &mut String, found: &mut BTreeMap<String, Vec<(String, Json)>>) {
    let length = here.len();
    let mut inside = |name: &str, value: &mut Json| {
        here.push('/');
        here.push_str(&crate::definition::flow::escape(name));
        collect(value, here, found);
        here.truncate(length);
    };
    match value {
        Json::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                inside(&index.to_string(), item);
            }
        }
        Json::Object(members) => {
            for (name, value) in members.iter_mut().filter(|(name, _)| !name.starts_with(MARK)) {
                inside(name, value);
            }
            let marked: Vec<String> = members.keys().filter(|name| name.starts_with(MARK)).cloned().collect();
            for name in marked {
                let Some(text) = members.shift_remove(&name) else { continue };
                let Some((locale, member)) = name[MARK.len_utf8()..].split_once(MARK) else { continue };
                // A translation of a text that went goes with it.
                if members.contains_key(member) {
                    let address = format!("{here}/{}", crate::definition::flow::escape(member));
                    found.entry(locale.to_owned()).or_default().push((address, text));
                }
            }
        }
        _ => {}
    }
}
