//! What is wrong in one document by itself, beyond what a schema can say.

use super::App;
use crate::definition::{finding::Finding, form::Audience, package::MANIFEST};
use indexmap::IndexMap;

/// The most fields of a table, the columns of its lines among them.
const MOST_FIELDS: usize = 500;

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    manifest(app, findings);
    for (key, table) in &app.tables {
        let fields: usize = table.fields.values().map(|field| 1 + field.columns.len()).sum();
        if fields > MOST_FIELDS {
            let message = format!("the table has {fields} fields; at most {MOST_FIELDS} are possible");
            let finding = Finding::error(format!("tables/{key}.json"), "/properties", message);
            findings.push(finding.suggest("split it into several tables that link to each other"));
        }
    }
    forms(app, findings);
    for (key, flow) in &app.flows {
        let file = format!("flows/{key}.json");
        findings.extend(flow.check().into_iter().map(|(path, message)| Finding::error(&file, path, message)));
    }
    for (key, ledger) in &app.ledgers {
        let file = format!("ledgers/{key}.json");
        let subsets = [
            ("/hold/dimensions", ledger.hold.as_ref().map(|hold| &hold.dimensions)),
            ("/value/dimensions", ledger.value.as_ref().map(|value| &value.dimensions)),
        ];
        for (place, dimensions) in subsets {
            for (index, name) in dimensions.into_iter().flatten().enumerate() {
                if !ledger.dimensions.contains(name) {
                    let message = format!("\"{name}\" is not one of the ledger's dimensions");
                    findings.push(
                        Finding::error(&file, format!("{place}/{index}"), message)
                            .nearest(name, ledger.dimensions.iter().map(String::as_str)),
                    );
                }
            }
        }
        for (index, check) in ledger.checks.iter().enumerate() {
            if ledger.dimensions_of(check.at).is_none() {
                let grain = check.at.as_str();
                let message = format!("the check is at \"{grain}\", but the ledger has no \"{grain}\"");
                findings.push(Finding::error(&file, format!("/checks/{index}/at"), message));
            }
        }
    }
}

fn manifest(app: &App, findings: &mut Vec<Finding>) {
    let manifest = &app.manifest;
    if !is_version(&manifest.version) {
        findings.push(
            Finding::error(MANIFEST, "/version", format!("\"{}\" is not a version", manifest.version))
                .suggest("write three numbers, like 1.4.0"),
        );
    }
    for (key, setting) in &manifest.settings {
        if setting.read(&setting.default).is_none() {
            let message = format!("the default \"{}\" is not of the setting's type", setting.default);
            findings.push(Finding::error(MANIFEST, format!("/settings/{key}/default"), message));
        }
    }
    if app.locales.contains(&manifest.locale) {
        let message = format!("the app is written in {0}, so locales/{0}.json translates nothing", manifest.locale);
        findings.push(Finding::error(MANIFEST, "/locale", message).suggest("remove the file, or correct the locale"));
    }
}

/// `1.4.0`, possibly with a pre-release: `1.4.0-rc.1`.
fn is_version(text: &str) -> bool {
    let (numbers, extra) = text.split_once('-').map_or((text, None), |(numbers, extra)| (numbers, Some(extra)));
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| {
        (1..=9).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part.len() == 1 || !part.starts_with('0'))
    };
    parts.len() == 3
        && parts.iter().all(is_number)
        && extra.is_none_or(|extra| {
            !extra.is_empty() && extra.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        })
}

fn forms(app: &App, findings: &mut Vec<Finding>) {
    for (key, form) in &app.forms {
        let file = format!("forms/{key}.json");
        let mut shown: IndexMap<String, String> = IndexMap::new();
        for (here, item) in form.places() {
            let mut error = |here: &str, message: String| findings.push(Finding::error(&file, here, message));
            if let Some(name) = item.field.as_ref().or(item.lines.as_ref())
                && let Some(earlier) = shown.insert(name.clone(), here.clone())
            {
                error(&here, format!("\"{name}\" is already shown at {earlier}; a form shows a field once"));
            }
            if item.lines.is_none() {
                let grid_only = [item.columns.is_empty(), item.sums.is_empty(), item.distinct.is_empty()];
                if grid_only.contains(&false) || !item.sources.is_empty() {
                    error(&here, "only a lines grid has columns, sums, distinct and sources".into());
                }
            }
            if item.tabs.iter().flat_map(|tab| &tab.items).any(|inner| !inner.tabs.is_empty()) {
                error(&here, "tabs hold no tabs; make a section of its own".into());
            }
            for (index, _) in item.tabs.iter().enumerate().filter(|(_, tab)| tab.title.is_empty()) {
                error(&format!("{here}/tabs/{index}"), "a tab has a title".into());
            }
            for (place, column) in item.columns.iter().enumerate() {
                if column.field.is_none() {
                    error(&format!("{here}/columns/{place}"), "a column of a grid names a field of the lines".into());
                }
            }
        }
        if form.audience == Audience::Members && form.public.is_some() {
            let message = "only a public form has words for strangers; set \"audience\" to \"public\"";
            findings.push(Finding::error(&file, "/public", message));
        }
    }
}
