//! Translations: `locales/en.json` holds texts by place, `tables/order#/properties/no/title`, and only texts meant for people.
//!
//! The place is the file without its extension, `#`, and a JSON Pointer into the document as it is written. A translation is put into
//! the documents before they are read, so everything after knows one language only.

use super::{
    finding::Finding,
    package::{Documents, EXPORT_NOTE, MANIFEST},
    schema::DocumentKind,
    table::placeholders,
};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// Members whose text is meant for people.
const TEXTS: [&str; 9] = ["title", "label", "help", "message", "description", "guide", "placeholder", "text", "unit"];

/// Documents in another language, with what is wrong or lacking in the translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated {
    pub documents: Documents,
    pub findings: Vec<Finding>,
}

/// Every text meant for people, in the order of files and documents: (`tables/order#/title`, text). What is not JSON is passed over.
#[must_use]
pub fn translatable(documents: &Documents) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, _) in documents.iter() {
        let Some(kind) = kind_of(path) else { continue };
        let Ok(json) = documents.json(path) else { continue };
        let stem = path.strip_suffix(".json").unwrap_or(path);
        collect(kind, &json, &format!("{stem}#"), &mut found);
    }
    found
}

/// The documents with the texts of `locales/<locale>.json` in place. The app's own language needs no file and changes nothing.
///
/// Findings: errors for entries that name no text meant for people and for places in braces that the original does not have; warnings
/// for texts without a translation.
#[must_use]
pub fn translate(documents: &Documents, locale: &str) -> Translated {
    let file = format!("locales/{locale}.json");
    let mut findings = Vec::new();
    let entries = match documents.get(&file).map(|_| documents.json(&file)) {
        Some(Ok(Json::Object(entries))) => entries,
        Some(Ok(_)) => {
            findings.push(Finding::error(&file, "", "a language file is one object: place → text"));
            return Translated { documents: documents.clone(), findings };
        }
        Some(Err(finding)) => return Translated { documents: documents.clone(), findings: vec![finding] },
        None => return Translated { documents: documents.clone(), findings },
    };
    let originals: IndexMap<String, String> = translatable(documents).into_iter().collect();
    let mut changed: IndexMap<String, Json> = IndexMap::new();
    for (place, text) in &entries {
        let here = format!("/{}", super::flow::escape(place));
        let Some(text) = text.as_str() else {
            findings.push(Finding::error(&file, here, "a translation is a text"));
            continue;
        };
        let Some(original) = originals.get(place) else {
            findings.push(misplaced(documents, &file, here, place, &originals));
            continue;
        };
        for name in placeholders(text) {
            if !placeholders(original).any(|known| known == name) {
                let message = format!("the translation names {{{name}}}, which \"{original}\" does not");
                findings.push(Finding::error(&file, here.clone(), message).nearest(name, placeholders(original)));
            }
        }
        let (stem, pointer) = place.split_once('#').unwrap_or((place, ""));
        let path = format!("{stem}.json");
        if let indexmap::map::Entry::Vacant(slot) = changed.entry(path.clone()) {
            match documents.json(&path) {
                Ok(json) => slot.insert(json),
                Err(finding) => {
                    findings.push(finding);
                    continue;
                }
            };
        }
        if let Some(slot) = changed.get_mut(&path).and_then(|json| json.pointer_mut(pointer)) {
            *slot = Json::from(text);
        }
    }
    for (place, original) in &originals {
        if !entries.contains_key(place) && has_words(original) {
            let message = format!("\"{original}\" at {place} has no translation");
            findings.push(Finding::warning(&file, "", message));
        }
    }
    let mut translated = documents.clone();
    for (path, json) in changed {
        if let Err(error) = translated.set(path, json.to_string()) {
            findings.push(error.finding());
        }
    }
    Translated { documents: translated, findings }
}

/// The findings of every language file.
#[must_use]
pub fn check(documents: &Documents) -> Vec<Finding> {
    let own = documents.json(MANIFEST).ok().and_then(|json| json["locale"].as_str().map(str::to_owned));
    documents
        .folder("locales")
        .filter(|(locale, _)| Some(*locale) != own.as_deref())
        .flat_map(|(locale, _)| translate(documents, locale).findings)
        .collect()
}

fn misplaced(
    documents: &Documents,
    file: &str,
    here: String,
    place: &str,
    originals: &IndexMap<String, String>,
) -> Finding {
    let (stem, pointer) = place.split_once('#').unwrap_or((place, ""));
    let hit = documents.json(&format!("{stem}.json")).ok().and_then(|json| json.pointer(pointer).cloned());
    let near = || originals.keys().map(String::as_str).filter(|known| known.split('#').next() == Some(stem));
    match hit {
        Some(_) => Finding::error(file, here, format!("\"{place}\" is not a text meant for people; it stays as it is")),
        None if documents.get(&format!("{stem}.json")).is_none() => {
            Finding::error(file, here, format!("\"{place}\" names the file \"{stem}.json\", which does not exist"))
                .nearest(stem, originals.keys().filter_map(|known| known.split('#').next()))
        }
        None => {
            Finding::error(file, here, format!("\"{place}\" names a place that does not exist")).nearest(place, near())
        }
    }
}

/// Whether a text has more in it than places in braces, figures and signs.
fn has_words(text: &str) -> bool {
    let mut inside = false;
    text.chars().any(|c| {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ => {}
        }
        !inside && c.is_alphabetic()
    })
}

/// The kinds of documents whose texts can be translated.
fn kind_of(path: &str) -> Option<DocumentKind> {
    // What an export says of itself is read by whoever imports it, and is no part of the app.
    if path == EXPORT_NOTE {
        return None;
    }
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    DocumentKind::of_folder(folder).filter(|kind| *kind != DocumentKind::Locale)
}

/// Objects whose members are named by the designer: their names mean nothing here.
fn is_named_by_designer(kind: DocumentKind, member: &str) -> bool {
    match kind {
        DocumentKind::Table => member == "properties",
        DocumentKind::App => matches!(member, "settings" | "user_values"),
        DocumentKind::Report | DocumentKind::Dashboard => member == "parameters",
        _ => false,
    }
}

/// Parts that hold keys, rules and filters only.
fn holds_no_text(kind: DocumentKind, member: &str) -> bool {
    match kind {
        DocumentKind::App => matches!(member, "requires" | "user_values"),
        DocumentKind::Form => matches!(member, "options" | "map" | "filter" | "record"),
        DocumentKind::View => member == "filter",
        DocumentKind::Role => matches!(member, "scope" | "fields"),
        DocumentKind::Flow => matches!(member, "set" | "values" | "fields" | "weights" | "who"),
        DocumentKind::Automation => matches!(member, "set" | "values" | "where" | "when" | "who" | "body"),
        DocumentKind::Report | DocumentKind::Dashboard => matches!(member, "filter" | "where"),
        DocumentKind::Scenario => matches!(member, "given" | "steps"),
        DocumentKind::Table | DocumentKind::Ledger | DocumentKind::Print | DocumentKind::Locale => false,
    }
}

fn collect(kind: DocumentKind, json: &Json, here: &str, found: &mut Vec<(String, String)>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(kind, item, &format!("{here}/{index}"), found);
            }
        }
        Json::Object(members) => {
            for (name, value) in members {
                let place = format!("{here}/{}", super::flow::escape(name));
                if holds_no_text(kind, name) {
                    continue;
                }
                match value {
                    Json::String(text) if TEXTS.contains(&name.as_str()) => found.push((place, text.clone())),
                    Json::Object(named) if is_named_by_designer(kind, name) => {
                        for (key, inner) in named {
                            collect(kind, inner, &format!("{place}/{}", super::flow::escape(key)), found);
                        }
                    }
                    _ => collect(kind, value, &place, found),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
