//! The app that is measured: entries of twelve fields by category, and orders of twenty fields with lines.

use formwork::definition::package::{Documents, Limits};
use serde_json::{Map, Value, json};

/// Categories; the clerk keeps the first half of them.
pub const CATEGORIES: u64 = 20;

fn field(kind: &str, title: &str, more: Value) -> Value {
    let json_type = match kind {
        "link" | "integer" | "member" | "rating" => "integer",
        "boolean" => "boolean",
        "lines" | "members" | "choices" => "array",
        _ => "string",
    };
    let mut field = json!({"type": json_type, "title": title, "x-field": {"kind": kind}});
    if kind == "date" {
        field["format"] = "date".into();
    }
    if kind == "datetime" {
        field["format"] = "date-time".into();
    }
    for (key, value) in more.as_object().into_iter().flatten() {
        field["x-field"][key] = value.clone();
    }
    field
}

fn options() -> Value {
    ["open", "closed", "held"].map(|value| json!({"value": value, "title": value, "color": "grey"})).to_vec().into()
}

fn table(key: &str, display: &str, index: Value, fields: Vec<(&str, Value)>, required: &[&str]) -> (String, Value) {
    let properties: Map<String, Value> = fields.into_iter().map(|(key, field)| (key.to_owned(), field)).collect();
    let json = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": key, "type": "object",
        "x-table": {"key": key, "display": display, "index": index}, "properties": properties, "required": required,
    });
    (format!("tables/{key}.json"), json)
}

fn form(key: &str, items: Vec<Value>) -> (String, Value) {
    let layout = json!([{"title": "All", "columns": 2, "items": items}]);
    (format!("forms/{key}.json"), json!({"key": key, "table": key, "title": key, "layout": layout}))
}

/// # Panics
/// The documents do not read.
pub fn documents() -> Documents {
    let category = table(
        "category",
        "{name}",
        json!([]),
        vec![
            ("name", field("text", "Name", json!({"unique": true, "searchable": true}))),
            ("keepers", field("members", "Keepers", json!({}))),
        ],
        &["name"],
    );
    let entry = table(
        "entry",
        "{code}",
        json!([]),
        vec![
            ("code", field("text", "Code", json!({"unique": true, "searchable": true}))),
            ("name", field("text", "Name", json!({"searchable": true}))),
            ("note", field("multiline", "Note", json!({}))),
            ("category", field("link", "Category", json!({"table": "category"}))),
            ("status", field("choice", "Status", json!({"options": options(), "index": true}))),
            ("qty", field("decimal", "Quantity", json!({"scale": 6, "min": "0"}))),
            ("price", field("money", "Price", json!({"scale": 2, "min": "0"}))),
            ("count", field("integer", "Count", json!({"min": 0, "max": 1000}))),
            ("active", field("boolean", "Active", json!({}))),
            ("day", field("date", "Day", json!({"index": true}))),
            ("opened", field("datetime", "Opened", json!({}))),
            ("email", field("email", "Email", json!({}))),
        ],
        &["code", "name", "status", "qty"],
    );
    let entry_names =
        ["code", "name", "note", "category", "status", "qty", "price", "count", "active", "day", "opened", "email"];
    let plain = |names: &[&str]| names.iter().map(|name| json!({"field": name})).collect::<Vec<_>>();
    let lines = json!({
        "entry": field("link", "Entry", json!({"table": "entry"})),
        "qty": field("decimal", "Quantity", json!({"scale": 6, "exclusive_min": "0"})),
        "price": field("money", "Price", json!({"scale": 2})),
        "amount": field("money", "Amount", json!({"scale": 2, "formula": "qty * price"})),
        "note": field("text", "Note", json!({})),
    });
    let mut line_field = field("lines", "Lines", json!({}));
    line_field["items"] = json!({"type": "object", "required": ["entry", "qty"], "properties": lines});
    let mut order_fields = vec![
        ("no", field("text", "No", json!({"unique": true, "searchable": true}))),
        ("category", field("link", "Category", json!({"table": "category"}))),
        ("buyer", field("member", "Buyer", json!({}))),
        ("day", field("date", "Day", json!({"default": "today()"}))),
        ("due", field("date", "Due", json!({}))),
        ("status", field("choice", "Status", json!({"options": options()}))),
        ("kind", field("choice", "Kind", json!({"options": options()}))),
        ("total", field("money", "Total", json!({"scale": 2, "formula": "sum(lines, \"amount\")"}))),
        ("active", field("boolean", "Active", json!({}))),
        ("remark", field("multiline", "Remark", json!({}))),
    ];
    let others = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"];
    order_fields.extend(others.map(|key| (key, field("text", key, json!({})))));
    order_fields.push(("lines", line_field));
    let mut items: Vec<Value> = order_fields.iter().map(|(key, _)| json!({"field": key})).collect();
    items.pop();
    let columns = plain(&["entry", "qty", "price", "amount", "note"]);
    items.push(json!({"lines": "lines", "wide": true, "columns": columns}));
    let order = table("order", "{no}", json!([]), order_fields, &["no"]);
    let all = json!(["view", "create", "edit", "delete", "import", "export"]);
    let kept = json!({"field": "category", "op": "in", "value": {"user": "categories"}});
    let files = [
        (
            "app.json".to_owned(),
            json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en",
                "menu": [{"table": "entry"}, {"table": "order"}, {"table": "category"}],
                "user_values": {"categories": {"table": "category", "member_field": "keepers"}}}),
        ),
        category,
        entry,
        order,
        form("category", plain(&["name", "keepers"])),
        form("entry", plain(&entry_names)),
        form("order", items),
        (
            "roles/clerk.json".to_owned(),
            json!({"key": "clerk", "title": "Clerk", "grants": [
                {"table": "entry", "actions": all, "scope": kept},
                {"table": "order", "actions": all, "scope": "all"},
                {"table": "category", "actions": ["view"], "scope": "all"},
            ]}),
        ),
    ];
    let files = files.map(|(path, json)| (path, json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("the app reads")
}
