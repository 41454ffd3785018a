use super::*;
use crate::definition::package::Limits;
use serde_json::json;

fn shelf() -> Json {
    json!({"title": "Shelf", "type": "object", "x-table": {"key": "shelf", "display": "{name}"},
      "properties": {"name": {"type": "string", "x-field": {"kind": "text", "unique": true}}}, "required": ["name"]})
}

fn order() -> Json {
    json!({"title": "Order", "type": "object", "x-table": {"key": "order"},
      "properties": {
        "no": {"type": "string", "x-field": {"kind": "text"}},
        "shelf": {"type": "integer", "x-field": {"kind": "link", "table": "shelf"}},
        "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
          "place": {"type": "integer", "x-field": {"kind": "link", "table": "shelf"}}}}}}})
}

fn flow(key: &str) -> Json {
    json!({"key": key, "table": "order", "title": "F",
      "nodes": [{"type": "approve", "id": "a", "who": [{"rule": "starter"}]}]})
}

fn parse(more: &[(&str, Json)]) -> Result<App, Vec<Finding>> {
    let mut files = vec![
        ("app.json", json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en"})),
        ("tables/order.json", order()),
        ("tables/shelf.json", shelf()),
        ("flows/order.json", flow("order")),
    ];
    for (path, json) in more {
        files.retain(|(known, _)| known != path);
        files.push((path, json.clone()));
    }
    let files = files.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    App::parse(&Documents::from_files(files, &Limits::default()).unwrap())
}

#[test]
fn an_app_answers_what_belongs_to_a_table() {
    let view = json!({"key": "orders", "table": "order", "title": "Orders", "columns": ["no"]});
    let app = parse(&[("views/orders.json", view)]).unwrap();
    assert_eq!(app.submit_flow("order").map(|flow| flow.key.as_str()), Some("order"));
    assert_eq!(app.submit_flow("shelf"), None);
    assert_eq!(app.views_of("order").count(), 1);
    let links: Vec<(&str, String)> = app.links_to("shelf").map(|(table, path)| (table.key.as_str(), path)).collect();
    assert_eq!(links, [("order", "shelf".to_owned()), ("order", "lines.place".to_owned())]);
    assert_eq!(app.display_of("order"), Some("{no}"));
    assert_eq!(app.form_for("order"), None);
    let form = app.form_or_generated("order").unwrap();
    let shown: Vec<String> =
        form.items().map(|(_, item)| item.field.clone().or_else(|| item.lines.clone()).unwrap_or_default()).collect();
    assert_eq!(shown, ["no", "shelf", "lines"]);
}

#[test]
fn problems_name_file_and_place() {
    let check = |path: &str, document: Json, expected: &str| {
        let findings = parse(&[(path, document)]).unwrap_err();
        let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|line| line.contains(expected)), "{said:?}");
    };
    let view = |more: &str| {
        let text = format!(r#"{{"key": "orders", "table": "order", "title": "Orders", "columns": ["no"]{more}}}"#);
        serde_json::from_str::<Json>(&text).unwrap()
    };
    check(
        "views/sales.json",
        view(""),
        "views/sales.json at /key: the file is called sales.json but its key is \"orders\"",
    );
    check(
        "views/orders.json",
        view(r#", "colums": []"#),
        "at /colums: there is no member \"colums\" here (did you mean \"columns\"?)",
    );
    let mut required = order();
    required["required"] = json!(["date"]);
    check(
        "tables/order.json",
        required,
        "tables/order.json at /required: \"date\" is required but no such field exists",
    );
    let mut system = order();
    system["properties"]["state"] = json!({"type": "string", "x-field": {"kind": "text"}});
    check("tables/order.json", system, "tables/order.json at /properties/state: \"state\" is a system field");
    let mut nobody = flow("order");
    nobody["nodes"][0]["who"] = json!([]);
    check("flows/order.json", nobody, "flows/order.json at /nodes/0/who: an approval needs people");
    check(
        "app.json",
        json!({"key": "shop", "title": "Shop", "version": "1"}),
        "app.json at /version: \"1\" is not a version",
    );
    let settings = json!({"limit": {"type": "money", "default": "much", "title": "Limit"}});
    check(
        "app.json",
        json!({"key": "shop", "title": "Shop", "version": "1.0.0", "settings": settings}),
        "app.json at /settings/limit/default: the default \"much\" is not of the setting's type",
    );
    let form =
        json!({"key": "f", "table": "order", "title": "F", "layout": [{"items": [{"field": "no"}, {"field": "no"}]}]});
    check("forms/f.json", form, "forms/f.json at /layout/0/items/1: \"no\" is already shown at /layout/0/items/0");
    let ledger = json!({"key": "l", "title": "L", "moves": "order", "balance": "shelf", "dimensions": ["a"], "measure": "q",
      "hold": {"field": "r", "dimensions": ["b"]}, "checks": [{"code": "C", "at": "value", "rule": "q > 0", "message": "m"}]});
    check(
        "ledgers/l.json",
        ledger.clone(),
        "ledgers/l.json at /hold/dimensions/0: \"b\" is not one of the ledger's dimensions",
    );
    check(
        "ledgers/l.json",
        ledger,
        "ledgers/l.json at /checks/0/at: the check is at \"value\", but the ledger has no \"value\"",
    );
    check("automations/sales.json", json!({}), "automations/sales.json: the member \"key\" is missing");
}

#[test]
fn an_app_without_a_manifest_says_so() {
    let findings = App::parse(&Documents::default()).unwrap_err();
    assert_eq!(findings[0].to_string().split(" (").next(), Some("error: app.json: the app has no app.json"));
}

#[test]
fn what_is_not_json_is_named_with_its_line() {
    let files = [("app.json", "{\n  \"key\": \"shop\",\n}")];
    let documents =
        Documents::from_files(files.map(|(path, text)| (path, text.as_bytes())), &Limits::default()).unwrap();
    let findings = App::parse(&documents).unwrap_err();
    assert!(findings[0].message.contains("line 3"), "{findings:?}");
}
