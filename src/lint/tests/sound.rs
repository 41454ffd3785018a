//! An app without a flaw, into which each test puts one.

use serde_json::{Value as Json, json};

/// Path → document.
pub type Files = Vec<(String, Json)>;

/// The JSON Schema of a field of this kind.
pub fn field(kind: &str, more: Json) -> Json {
    let json_type = match kind {
        "integer" | "link" | "member" => "integer",
        "boolean" => "boolean",
        "members" | "lines" => "array",
        _ => "string",
    };
    let mut annotation = json!({"kind": kind});
    for (name, value) in more.as_object().unwrap() {
        annotation[name] = value.clone();
    }
    let mut field = json!({"type": json_type, "x-field": annotation});
    if kind == "date" {
        field["format"] = json!("date");
    }
    field
}

/// An app that lints clean: orders with lines over shelves and goods, an approval, a ledger of points.
pub fn clean() -> Files {
    let table = |key: &str, properties: Json| json!({"title": key, "type": "object", "x-table": {"key": key}, "properties": properties});
    let shelf = table(
        "shelf",
        json!({"name": field("text", json!({"unique": true})), "keepers": field("members", json!({})),
        "free": field("boolean", json!({}))}),
    );
    let good = table("good", json!({"name": field("text", json!({})), "cost": field("money", json!({"scale": 2}))}));
    let mut lines = field("lines", json!({}));
    lines["items"] = json!({"type": "object", "properties": {
        "good": field("link", json!({"table": "good"})), "qty": field("decimal", json!({})),
        "price": field("money", json!({})), "amount": field("money", json!({"formula": "qty * price"}))}});
    let mut order = table(
        "order",
        json!({"no": field("text", json!({})), "day": field("date", json!({"default": "today()"})),
        "shelf": field("link", json!({"table": "shelf"})), "buyer": field("member", json!({})),
        "state_of": field("choice", json!({"options": [{"value": "a"}]})),
        "amount": field("money", json!({"formula": "sum(lines, \"amount\")"})), "lines": lines}),
    );
    order["x-table"]["unique"] = json!([["no"]]);
    order["x-table"]["index"] = json!([["shelf", "day"]]);
    order["x-table"]["display"] = json!("{no} {shelf.name}");
    let figures = json!({"good": field("link", json!({"table": "good"})), "shelf": field("link", json!({"table": "shelf"})),
        "qty": field("decimal", json!({})), "amount": field("money", json!({}))});
    let mut moves = table("move", figures.clone());
    moves["x-table"]["append_only"] = json!(true);
    moves["properties"]["qty_after"] = field("decimal", json!({}));
    moves["properties"]["phase"] = field("choice", json!({"options": [{"value": "in"}]}));
    moves["properties"]["note"] = field("text", json!({}));
    let mut balance = table("balance", figures);
    balance["properties"]["held"] = field("decimal", json!({}));
    balance["properties"]["grain"] = field("choice", json!({"options": [{"value": "dimensions"}, {"value": "hold"}]}));
    let ledger = json!({"key": "points", "title": "Points", "moves": "move", "balance": "balance",
        "dimensions": ["good", "shelf"], "measure": "qty", "hold": {"field": "held", "dimensions": ["good"]},
        "value": {"field": "amount", "dimensions": ["good", "shelf"], "method": "moving_average", "fallback": "good.cost"},
        "checks": [{"code": "SHORT", "at": "dimensions", "rule": "qty >= held", "unless": "shelf.free",
                    "message": "{good.name} {shelf.name}: {need} {available}"}],
        "stamps": {"measure_after": "qty_after", "phase": "phase"}});
    let form = json!({"key": "order", "table": "order", "title": "Order", "layout": [
        {"visible": "is_set(record.shelf) || true", "items": [{"field": "no"}, {"field": "shelf", "options": {"field": "free", "op": "eq", "value": true}},
          {"field": "state_of", "widget": "segments", "visible": "amount > 1"}]},
        {"items": [{"lines": "lines", "sums": ["qty"], "columns": [
          {"field": "good", "fill": {"map": {"price": "cost"}}}, {"field": "qty", "required": "line.price > 1"}]}]}],
        "checks": [{"rule": "line.qty > 0", "message": "{line.qty} {good.name} {record.no} {user.name}", "field": "lines.qty", "for_each": "lines"}]});
    let view = json!({"key": "orders", "table": "order", "title": "Orders",
        "columns": ["no", {"field": "shelf.name", "under": "day"}, {"field": "amount", "display": {"level": {"of": "amount"}}}],
        "sort": ["-day", "shelf.name"], "filter": {"field": "shelf", "op": "in", "value": {"user": "shelves"}}});
    let print = json!({"key": "slip", "table": "order", "title": "Slip", "header": {"right": {"text": "{no} {printed_at}"}}, "blocks": [
        {"block": "text", "text": "{shelf.name} {= amount * 2 }"},
        {"block": "lines", "lines": "lines", "group": "good", "columns": ["good.name", {"field": "qty", "total": true}, {"value": "line.qty * 2"}]}]});
    let role = json!({"key": "clerk", "title": "Clerk", "grants": [
        {"table": "order", "actions": ["view", "create", "edit", "submit"], "scope": {"field": "shelf", "op": "in", "value": {"user": "shelves"}},
         "fields": {"buyer": "read", "lines.*": "edit", "lines.qty": "edit", "*": "edit"}},
        {"table": "balance", "actions": ["view", "export"]}],
        "home": [{"title": "T", "view": "orders"}], "menu": ["orders", "shelf"]});
    let post = json!({"do": "post", "ledger": "points", "for_each": "lines", "phase": "in",
        "set": {"good": "line.good", "shelf": "record.shelf", "qty": "line.qty", "amount": "line.amount"}});
    let flow = json!({"key": "order", "table": "order", "title": "Order", "start": {"fields": {"*": "edit"}},
        "settings": {"title": "{no} {shelf.name}", "summary": ["amount"]},
        "nodes": [{"type": "approve", "id": "check", "who": [{"rule": "role", "role": "clerk", "where": {"field": "shelf"}}], "fields": {"lines.qty": "edit"}},
          {"type": "branch", "id": "size", "arms": [{"id": "big", "when": "amount >= setting(\"limit\")", "nodes": []}, {"id": "small", "else": true, "nodes": []}]},
          {"type": "cc", "id": "tell", "who": [{"rule": "field", "field": "buyer"}]}],
        "on": {"approved": [post, {"do": "set", "values": {"day": "today()"}}],
               "rejected": [{"do": "if", "when": "amount > 1", "then": [{"do": "fail", "message": "{no}"}]}]}});
    let app = json!({"key": "shop", "title": "Shop", "version": "1.0.0", "menu": [{"view": "orders"}, {"table": "good"}],
        "settings": {"limit": {"type": "money", "default": "5", "title": "Limit"}},
        "user_values": {"shelves": {"table": "shelf", "member_field": "keepers"}}});
    let files = [
        ("app", app),
        ("tables/shelf", shelf),
        ("tables/good", good),
        ("tables/order", order),
        ("tables/move", moves),
        ("tables/balance", balance),
        ("ledgers/points", ledger),
        ("forms/order", form),
        ("views/orders", view),
        ("prints/slip", print),
        ("roles/clerk", role),
        ("flows/order", flow),
    ];
    files.into_iter().map(|(stem, json)| (format!("{stem}.json"), json)).collect()
}
