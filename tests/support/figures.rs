//! An app whose records keep figures of one another: orders of customers of regions, and items that orders name.

use super::{
    client::{Body, Caller},
    server::Server,
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

pub const APP: &str = "/api/v1/apps/figures";

/// The records of a table.
pub fn records(table: &str) -> String {
    format!("{APP}/tables/{table}/records")
}

/// A property of this kind.
pub fn field(json_type: &str, title: &str, annotation: Value) -> Value {
    json!({"type": json_type, "title": title, "x-field": annotation})
}

/// A rollup; its type follows from what it reads.
pub fn rollup(title: &str, from: Value, measure: &str, filter: Option<Value>) -> Value {
    let mut annotation = json!({"kind": "rollup", "from": from, "measure": measure});
    if let Some(filter) = filter {
        annotation["filter"] = filter;
    }
    json!({"title": title, "x-field": annotation})
}

pub fn table(key: &str, display: &str, properties: Value) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": key.to_uppercase(), "type": "object",
        "x-table": {"key": key, "display": display}, "properties": properties,
    })
}

fn text(title: &str) -> Value {
    field("string", title, json!({"kind": "text"}))
}

fn money(title: &str) -> Value {
    field("string", title, json!({"kind": "money"}))
}

fn link(title: &str, table: &str) -> Value {
    field("integer", title, json!({"kind": "link", "table": table}))
}

/// The customers, which keep what their orders come to.
pub fn customer() -> Value {
    let of = || json!({"table": "order", "field": "customer"});
    let open = json!({"field": "status", "op": "eq", "value": "open"});
    table(
        "customer",
        "{name}",
        json!({
            "name": field("string", "Name", json!({"kind": "text", "unique": true})),
            "phone": field("string", "Phone", json!({"kind": "phone"})),
            "level": field("string", "Level", json!({"kind": "choice", "options": [
                {"value": "a", "title": "Gold"}, {"value": "b", "title": "Plain"}]})),
            "credit": money("Credit"),
            "region": link("Region", "region"),
            "orders": rollup("Orders", of(), "count()", None),
            "total": rollup("Total", of(), "sum(amount)", None),
            "open": rollup("Open", of(), "sum(amount)", Some(open)),
            "usual": rollup("Usual", of(), "avg(amount)", None),
            "least": rollup("Least", of(), "min(amount)", None),
            "last": rollup("Last", of(), "max(day)", None),
            "left": field("string", "Left", json!({"kind": "money", "formula": "credit - open"})),
            "claims": rollup("Claims", json!({"table": "claim", "field": "customer"}), "count()", None),
        }),
    )
}

/// The orders, with lines.
pub fn order() -> Value {
    table(
        "order",
        "{no}",
        json!({
            "no": text("No"),
            "customer": link("Customer", "customer"),
            "day": json!({"type": "string", "format": "date", "title": "Day", "x-field": {"kind": "date"}}),
            "status": field("string", "Status", json!({"kind": "choice", "options": [
                {"value": "open", "title": "Open"}, {"value": "done", "title": "Done"}]})),
            "amount": money("Amount"),
            "pieces": rollup("Pieces", json!({"lines": "lines"}), "sum(qty)", None),
            "heavy": rollup("Heavy", json!({"lines": "lines"}), "count()",
                Some(json!({"field": "qty", "op": "ge", "value": "10"}))),
            "twice": field("string", "Twice", json!({"kind": "decimal", "formula": "pieces * 2"})),
            "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "item": link("Item", "item"),
                "qty": field("string", "Qty", json!({"kind": "decimal", "scale": 3}))}}},
        }),
    )
}

fn item() -> Value {
    let lines = || json!({"table": "order", "lines": "lines", "field": "item"});
    table(
        "item",
        "{code}",
        json!({
            "code": field("string", "Code", json!({"kind": "text", "unique": true})),
            "price": money("Price"),
            "ordered": rollup("Ordered", lines(), "sum(qty)", None),
            "rows": rollup("Rows", lines(), "count()", None),
        }),
    )
}

fn region() -> Value {
    let from = || json!({"table": "customer", "field": "region"});
    table(
        "region",
        "{name}",
        json!({
            "name": field("string", "Name", json!({"kind": "text", "unique": true})),
            "total": rollup("Total", from(), "sum(total)", None),
            "left": rollup("Left", from(), "sum(left)", None),
        }),
    )
}

/// The documents by path.
pub fn documents() -> Vec<(String, Value)> {
    let manifest = json!({"key": "figures", "title": "Figures", "version": "1.0.0", "locale": "en",
        "menu": [{"table": "customer"}, {"table": "order"}]});
    let claim = table("claim", "{no}", json!({"no": text("No"), "customer": link("Customer", "customer")}));
    let flow = json!({"key": "claim", "table": "claim", "title": "Claim", "start": {"fields": {"*": "edit"}}, "nodes": [
        {"type": "approve", "id": "check", "title": "Check", "who": [{"rule": "members", "members": ["manager_zhao"]}]}]});
    let grant = |table: &str, fields: Value| json!({"table": table, "actions": ["view", "create", "edit", "delete"], "scope": "all", "fields": fields});
    let clerk = json!({"key": "clerk", "title": "Clerk", "grants": [
        grant("customer", json!({"total": "hidden", "*": "edit"})), grant("order", json!({"*": "edit"}))]});
    let files = [
        ("app.json", manifest),
        ("tables/customer.json", customer()),
        ("tables/order.json", order()),
        ("tables/item.json", item()),
        ("tables/region.json", region()),
        ("tables/claim.json", claim),
        ("flows/claim.json", flow),
        ("roles/clerk.json", clerk),
    ];
    files.into_iter().map(|(path, json)| (path.to_owned(), json)).collect()
}

/// Imports the app made of these documents; answers the administrator.
pub async fn import(server: &Server, documents: Vec<(String, Value)>) -> Caller {
    let files = documents.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    let package = Documents::from_files(files, &Limits::default()).expect("a package");
    let administrator = server.administrator();
    let body = Body::Bytes("application/zip", package.to_zip().expect("a zip"));
    administrator.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    administrator
}

/// Makes a record; answers its id.
pub async fn made(caller: &Caller, table: &str, values: Value) -> i64 {
    caller.post(&records(table), json!({"values": values})).await.expect(201).id()
}

/// The values of a record.
pub async fn values(caller: &Caller, table: &str, id: i64) -> Value {
    caller.get(&format!("{}/{id}", records(table))).await.expect(200)["values"].clone()
}

pub async fn patch(caller: &Caller, table: &str, id: i64, values: Value) -> Value {
    caller.patch(&format!("{}/{id}", records(table)), json!({"values": values})).await.expect(200).json
}

/// Some members of an object, in order.
pub fn only(values: &Value, keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| values[*key].clone()).collect()
}
