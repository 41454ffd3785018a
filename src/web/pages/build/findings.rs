//! What is wrong in an app's documents, in the reader's language: what a finding names goes by its title.

use crate::{
    definition::{
        edit::table::listed,
        field::Kind,
        finding::{Finding, Severity},
        package::{Documents, place},
        table::SYSTEM_FIELDS,
    },
    i18n::{Locale, Texts},
    service::evolve::draft::address_of,
    web::view::build::FindingRow,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};

/// Findings as rows, errors first. `documents` have their titles in the reader's language.
pub fn finding_rows<'f>(
    texts: Texts,
    app: &str,
    documents: &Documents,
    findings: impl Iterator<Item = &'f Finding>,
) -> Vec<FindingRow> {
    let row = |finding: Finding| FindingRow {
        error: finding.severity == Severity::Error,
        href: address_of(&finding.file).map_or_else(String::new, |(kind, key)| format!("/build/{app}/{kind}/{key}")),
        file: finding.file,
        pointer: finding.path,
        message: finding.message,
        suggestion: finding.suggestion.unwrap_or_default(),
    };
    let mut rows: Vec<FindingRow> = told(texts, documents, findings).into_iter().map(row).collect();
    rows.sort_by_key(|row| !row.error);
    rows
}

/// Findings with their sentences in the reader's language.
pub fn told<'f>(texts: Texts, documents: &Documents, findings: impl Iterator<Item = &'f Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = findings.cloned().collect();
    if texts.locale() == Locale::En || findings.is_empty() {
        return findings;
    }
    let titles = Titles::of(documents);
    for finding in &mut findings {
        let table = table_of(documents, &finding.file);
        let named = |key: &str| titles.named(&table, key).or_else(|| word(texts, key));
        finding.message = texts.finding(&finding.message, &named);
        finding.suggestion = finding.suggestion.take().map(|suggestion| texts.finding(&suggestion, &named));
    }
    findings
}

/// Folders of documents, besides tables, whose keys findings name.
const FOLDERS: [&str; 9] =
    ["views", "forms", "roles", "flows", "reports", "dashboards", "ledgers", "automations", "prints"];

/// What the keys in an app are called.
#[derive(Default)]
struct Titles {
    tables: HashMap<String, String>,
    /// By table, then by key or path: `qty`, `lines.qty`.
    fields: BTreeMap<String, HashMap<String, String>>,
    others: HashMap<String, String>,
}

impl Titles {
    fn of(documents: &Documents) -> Self {
        let mut titles = Self::default();
        for (key, _) in documents.folder("tables") {
            let table = documents.json(&format!("tables/{key}.json")).unwrap_or_default();
            titles.tables.insert(key.to_owned(), title_of(&table, key));
            titles.fields.insert(key.to_owned(), fields_of(&table));
        }
        for folder in FOLDERS {
            for (key, _) in documents.folder(folder) {
                let json = documents.json(&format!("{folder}/{key}.json")).unwrap_or_default();
                titles.others.entry(key.to_owned()).or_insert_with(|| title_of(&json, key));
            }
        }
        let manifest = documents.json("app.json").unwrap_or_default();
        for (key, setting) in manifest["settings"].as_object().into_iter().flatten() {
            titles.others.entry(key.clone()).or_insert_with(|| title_of(setting, key));
        }
        titles
    }

    /// What a key or path is called in a document about `table`: tables first, then its fields, those of others, other documents.
    fn named(&self, table: &str, key: &str) -> Option<String> {
        let own = self.fields.get(table).and_then(|fields| fields.get(key));
        let other = || self.fields.values().find_map(|fields| fields.get(key));
        let known = self.tables.get(key).or(own).or_else(other).or_else(|| self.others.get(key));
        if let Some(title) = known {
            return Some(title.clone());
        }
        let (link, behind) = key.split_once('.')?;
        Some(format!("{} · {}", self.named(table, link)?, self.named("", behind)?))
    }
}

fn title_of(thing: &Json, otherwise: &str) -> String {
    thing["title"].as_str().filter(|title| !title.is_empty()).unwrap_or(otherwise).to_owned()
}

/// The fields of a table, and the columns of its lines by their paths and, where no field has it, by their keys.
fn fields_of(table: &Json) -> HashMap<String, String> {
    let mut titles = HashMap::new();
    let mut columns = Vec::new();
    for (key, title, kind) in listed(table, None) {
        if kind == Some(Kind::Lines) {
            for (column, name, _) in listed(table, Some(key)) {
                titles.insert(format!("{key}.{column}"), format!("{title} · {name}"));
                columns.push((column.to_owned(), name));
            }
        }
        titles.insert(key.to_owned(), title);
    }
    for (column, name) in columns {
        titles.entry(column).or_insert(name);
    }
    titles
}

/// The table that a document is about; empty where it is about none or several.
fn table_of(documents: &Documents, file: &str) -> String {
    let of_table = place(file).filter(|place| matches!(place.folder, "tables" | "data" | "demo"));
    if let Some(place) = of_table {
        return place.stem.split('.').next().unwrap_or_default().to_owned();
    }
    let json = documents.json(file).unwrap_or_default();
    let names = [&json["table"], &json["moves"], &json["source"]["table"]];
    names.iter().find_map(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// A word of every app: a system field, something that a role may do, a kind of field.
fn word(texts: Texts, key: &str) -> Option<String> {
    let families: &[&str] = if SYSTEM_FIELDS.contains(&key) { &["field"] } else { &["right", "kind"] };
    families.iter().find_map(|family| {
        let id = format!("{family}-{}", key.replace('_', "-"));
        let text = texts.get(&id);
        (text != id).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = r#"{"title": "订单", "x-table": {"key": "order"}, "properties": {
        "customer": {"title": "客户", "x-field": {"kind": "link", "table": "customer"}},
        "name": {"title": "订单名称", "x-field": {"kind": "text"}},
        "lines": {"title": "明细", "x-field": {"kind": "lines"}, "items": {"properties": {
            "qty": {"title": "数量", "x-field": {"kind": "decimal"}}}}}}}"#;
    const CUSTOMER: &str = r#"{"title": "客户", "x-table": {"key": "customer"}, "properties": {
        "name": {"title": "客户名称", "x-field": {"kind": "text"}}}}"#;

    fn documents() -> Documents {
        let mut documents = Documents::default();
        documents.set("tables/order.json", ORDER).unwrap();
        documents.set("tables/customer.json", CUSTOMER).unwrap();
        documents.set("views/open_orders.json", r#"{"title": "未完成订单", "table": "order"}"#).unwrap();
        documents
    }

    fn said(texts: Texts, finding: Finding) -> (String, Option<String>) {
        let mut all = told(texts, &documents(), std::iter::once(&finding));
        let one = all.remove(0);
        (one.message, one.suggestion)
    }

    #[test]
    fn what_a_finding_names_goes_by_its_title_in_the_document_that_it_is_about() {
        let (zh, en) = (Texts(Locale::ZhCn), Texts(Locale::En));
        let found = |file: &str, name: &str| Finding::error(file, "", format!("\"{name}\" holds no people"));
        let check = |file: &str, name: &str, title: &str| {
            assert_eq!(said(zh, found(file, name)).0, format!("“{title}”里没有人员"), "{name} in {file}");
        };
        check("tables/order.json", "name", "订单名称");
        check("tables/customer.json", "name", "客户名称");
        check("views/open_orders.json", "name", "订单名称");
        check("views/open_orders.json", "lines.qty", "明细 · 数量");
        check("views/open_orders.json", "customer.name", "客户 · 客户名称");
        check("app.json", "open_orders", "未完成订单");
        check("app.json", "owner", "负责人");
        check("app.json", "nobody_knows", "nobody_knows");
        assert_eq!(said(en, found("app.json", "name")).0, "\"name\" holds no people");
    }

    #[test]
    fn suggestions_are_told_too_and_rows_begin_with_errors() {
        let zh = Texts(Locale::ZhCn);
        let missing = Finding::error("views/open_orders.json", "/table", "there is no table \"oder\"")
            .suggest("did you mean \"order\"?");
        let doubtful = Finding::warning("tables/order.json", "", "\"qty\" holds no people");
        assert_eq!(said(zh, missing.clone()).1.as_deref(), Some("是不是“order”？"));
        let rows = finding_rows(zh, "shop", &documents(), [&doubtful, &missing].into_iter());
        let shown: Vec<_> = rows.iter().map(|row| (row.error, row.href.as_str(), row.message.as_str())).collect();
        assert_eq!(
            shown,
            [
                (true, "/build/shop/view/open_orders", "没有数据表“oder”"),
                (false, "/build/shop/table/order", "“数量”里没有人员")
            ]
        );
    }
}
