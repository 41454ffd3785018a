//! The one way a document is written, so that a change of one line shows as one line.

use crate::definition::{
    automation::Automation, dashboard::Dashboard, flow::Flow, form::Form, ledger::Ledger, manifest::Manifest,
    print::Print, report::Report, role::Role, scenario::Scenario, schema::DocumentKind, view::View,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

/// Members of a table's document in the order in which they are written; what is not named follows as it was.
const TABLE: [&str; 7] = ["$schema", "title", "description", "type", "x-table", "properties", "required"];
const X_TABLE: [&str; 5] = ["key", "display", "unique", "index", "append_only"];
const PROPERTY: [&str; 11] = [
    "type",
    "format",
    "title",
    "description",
    "readOnly",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "x-field",
    "items",
];
const LINES: [&str; 4] = ["type", "title", "required", "properties"];
const X_FIELD: [&str; 19] = [
    "kind",
    "table",
    "on_delete",
    "scale",
    "min",
    "max",
    "exclusive_min",
    "options",
    "pattern",
    "reset",
    "formula",
    "default",
    "unique",
    "index",
    "searchable",
    "sensitive",
    "scan",
    "help",
    "unit",
];

/// Two spaces, members in the order of their type, defaults left out, a line feed at the end.
///
/// # Errors
/// The reason where the document does not fit its kind.
pub fn canonical(kind: DocumentKind, document: &Json) -> Result<String, serde_json::Error> {
    match kind {
        DocumentKind::App => typed::<Manifest>(document),
        DocumentKind::Form => typed::<Form>(document),
        DocumentKind::View => typed::<View>(document),
        DocumentKind::Role => typed::<Role>(document),
        DocumentKind::Flow => typed::<Flow>(document),
        DocumentKind::Ledger => typed::<Ledger>(document),
        DocumentKind::Print => typed::<Print>(document),
        DocumentKind::Report => typed::<Report>(document),
        DocumentKind::Dashboard => typed::<Dashboard>(document),
        DocumentKind::Scenario => typed::<Scenario>(document),
        DocumentKind::Automation => typed::<Automation>(document),
        DocumentKind::Table => written(&table(document)),
        DocumentKind::Locale => written(&sorted(document)),
    }
}

fn typed<T: DeserializeOwned + Serialize>(document: &Json) -> Result<String, serde_json::Error> {
    let value: T = serde_json::from_value(document.clone())?;
    written(&value)
}

fn written<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

fn table(document: &Json) -> Json {
    arranged(document, &TABLE, |name, value| match name {
        "x-table" => arranged(value, &X_TABLE, |_, value| value.clone()),
        "properties" => properties(value),
        _ => value.clone(),
    })
}

fn properties(document: &Json) -> Json {
    // Fields keep the designer's order: it is the order of forms and columns.
    arranged(document, &[], |_, property| {
        arranged(property, &PROPERTY, |name, value| match name {
            "x-field" => arranged(value, &X_FIELD, |_, value| value.clone()),
            "items" => arranged(value, &LINES, |name, value| match name {
                "properties" => properties(value),
                _ => value.clone(),
            }),
            _ => value.clone(),
        })
    })
}

fn arranged(document: &Json, order: &[&str], each: impl Fn(&str, &Json) -> Json) -> Json {
    let Some(members) = document.as_object() else {
        return document.clone();
    };
    let named = order.iter().filter_map(|name| members.get_key_value(*name));
    let rest = members.iter().filter(|(name, _)| !order.contains(&name.as_str()));
    named.chain(rest).map(|(name, value)| (name.clone(), each(name, value))).collect::<Map<_, _>>().into()
}

fn sorted(document: &Json) -> Json {
    let Some(members) = document.as_object() else {
        return document.clone();
    };
    let mut names: Vec<&String> = members.keys().collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), members[name].clone())).collect::<Map<_, _>>().into()
}
