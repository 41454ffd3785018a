use super::{
    super::{Edit, Refusal},
    meta::{Form, Meta},
    standing::Standing,
};
use crate::definition::{package::Documents, schema::DocumentKind};
use serde_json::{Value as Json, json};

fn app() -> Documents {
    let table = |key: &str, title: &str, fields: Json| {
        json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "type": "object",
            "x-table": {"key": key}, "properties": fields})
    };
    let orders = json!({"no": {"type": "string", "title": "No", "x-field": {"kind": "text"}},
        "day": {"type": "string", "format": "date", "title": "Day", "x-field": {"kind": "date"}},
        "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
            "qty": {"type": "string", "title": "Quantity", "x-field": {"kind": "decimal", "scale": 2}}}}}});
    let mut documents = Documents::default();
    let mut put = |path: &str, json: Json| documents.set(path, format!("{json:#}\n")).expect("a document");
    put("app.json", json!({"key": "shop", "title": "Shop", "version": "0.1.0", "locale": "en"}));
    put("tables/order.json", table("order", "Order", orders));
    put("roles/clerk.json", json!({"key": "clerk", "title": "Clerk", "grants": []}));
    put("views/all.json", json!({"key": "all", "table": "order", "title": "All", "columns": ["no"]}));
    documents
}

fn edit(documents: &Documents, json: Json) -> Result<(Documents, String), Refusal> {
    let edit: Edit = serde_json::from_value(json).expect("an operation");
    edit.apply(documents, &Documents::default()).map(|(documents, done)| (documents, done.select.unwrap_or_default()))
}

#[test]
fn every_kind_of_document_can_be_begun_by_its_title_alone() {
    for (folder, table) in [
        ("views", "order"),
        ("flows", "order"),
        ("roles", ""),
        ("reports", ""),
        ("dashboards", ""),
        ("automations", "order"),
        ("prints", "order"),
        ("ledgers", ""),
    ] {
        let path = format!("{folder}/_.json");
        let begun =
            edit(&app(), json!({"on": "sheet", "path": path, "do": "begin", "title": "每日巡检", "table": table}));
        let (documents, select) = begun.unwrap_or_else(|refusal| panic!("{folder}: {refusal:?}"));
        assert_eq!(select, format!("{folder}/mei_ri_xun_jian"));
        let json = documents.json(&format!("{select}.json")).expect("the new document");
        assert_eq!((&json["title"], &json["key"]), (&json!("每日巡检"), &json!("mei_ri_xun_jian")));
    }
}

#[test]
fn a_text_that_stands_for_a_thing_is_spelled_out_and_short_again() {
    let set = |documents: &Documents, name: &str, typed: &str| {
        edit(
            documents,
            json!({"on": "sheet", "path": "views/all.json", "do": "set", "at": "/columns/0", "set": {name: typed}}),
        )
        .expect("a change")
        .0
    };
    let wide = set(&app(), "width", "120");
    assert_eq!(wide.json("views/all.json").expect("the view")["columns"], json!([{"field": "no", "width": 120}]));
    let again = set(&wide, "width", "");
    assert_eq!(again.json("views/all.json").expect("the view")["columns"], json!(["no"]));
}

#[test]
fn things_of_a_tree_are_put_in_turned_copied_moved_and_taken_out() {
    let path = "flows/check.json";
    let begun = edit(&app(), json!({"on": "sheet", "path": path, "do": "begin", "title": "Check", "table": "order"}));
    let documents = begun.expect("a flow").0;
    let act = |documents: &Documents, more: Json| {
        let mut json = json!({"on": "sheet", "path": path});
        json.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        edit(documents, json)
    };
    let insert = json!({"do": "insert", "at": "/nodes/9", "variant": "type:branch", "title": "Large"});
    let (documents, at) = act(&documents, insert).expect("a branch");
    let (documents, arm) =
        act(&documents, json!({"do": "insert", "at": format!("{at}/arms/9"), "title": "A"})).expect("an arm");
    assert_eq!(arm, format!("{at}/arms/2"), "a branch begins with two ways");
    let nodes = format!("{arm}/nodes/0");
    let (documents, node) =
        act(&documents, json!({"do": "insert", "at": nodes, "variant": "type:approve", "title": "经理审批"}))
            .expect("a node");
    let flow = documents.json(path).expect("the flow");
    assert_eq!(
        flow.pointer(&node).map(|node| (&node["type"], &node["id"], &node["title"])),
        Some((&json!("approve"), &json!("jing_li_shen_pi"), &json!("经理审批")))
    );
    let (copied, copy) = act(&documents, json!({"do": "copy", "at": arm})).expect("a copy");
    let flow = copied.json(path).expect("the flow");
    assert_ne!(flow.pointer(&copy).map(|arm| arm["id"].clone()), flow.pointer(&arm).map(|arm| arm["id"].clone()));
    assert_eq!(
        act(&documents, json!({"do": "move", "at": at, "to": node})).map_err(|refusal| refusal.code),
        Err("edit_inside")
    );
    let (turned, _) = act(&documents, json!({"do": "set", "at": node, "set": {"type": "cc"}})).expect("another kind");
    let cc = turned.json(path).expect("the flow").pointer(&node).cloned().expect("the node");
    assert_eq!((cc["type"].as_str(), cc.get("mode")), (Some("cc"), None));
    let (gone, _) = act(&turned, json!({"do": "remove", "at": node})).expect("taken out");
    assert_eq!(gone.json(path).expect("the flow").pointer(&format!("{arm}/nodes/0")), None);
}

#[test]
fn what_is_said_within_a_thing_is_there_while_something_is_said() {
    let path = "views/all.json";
    let set = |documents: &Documents, set: Json| {
        edit(documents, json!({"on": "sheet", "path": path, "do": "set", "at": "", "set": set}))
    };
    let (board, _) = set(&app(), json!({"kind": "kanban"})).expect("a board");
    assert_eq!(board.json(path).expect("the view")["by"].as_str().is_some(), true, "a board says by what");
    let (grid, _) = set(&board, json!({"kind": ""})).expect("a grid");
    assert_eq!(grid.json(path).expect("the view").get("kind"), None);
    let refused = set(&app(), json!({"title": " "})).map_err(|refusal| (refusal.code, refusal.at));
    assert_eq!(refused.map(|_| ()), Err(("edit_title", "title".to_owned())));
    let refused = set(&app(), json!({"frozen": "12"})).map_err(|refusal| refusal.code);
    assert_eq!(refused.map(|_| ()), Err("edit_whole"));
}

#[test]
fn a_member_of_several_is_chosen_and_begins_as_what_there_is() {
    let (documents, _) =
        edit(&app(), json!({"on": "sheet", "path": "dashboards/_.json", "do": "begin", "title": "Today"}))
            .expect("cards");
    let path = "dashboards/today.json";
    let insert =
        json!({"on": "sheet", "path": path, "do": "insert", "at": "/cards/9", "variant": "view:*", "title": "Open"});
    let (documents, at) = edit(&documents, insert).expect("a card");
    let json = documents.json(path).expect("the dashboard");
    assert_eq!(json.pointer(&at).map(|card| &card["view"]), Some(&json!("all")));
    let turn = json!({"on": "sheet", "path": path, "do": "set", "at": at, "set": {"_which": "number"}});
    let (documents, _) = edit(&documents, turn).expect("another card");
    let json = documents.json(path).expect("the dashboard");
    let card = json.pointer(&at).expect("the card");
    assert_eq!((card.get("view"), card["number"]["table"].as_str()), (None, Some("order")));
}

#[test]
fn every_place_of_the_bundled_kind_is_known_to_its_schema() {
    for kind in DocumentKind::ALL {
        let meta = Meta::of(kind).expect("a schema");
        assert!(kind == DocumentKind::Locale || !meta.members(&Json::Null).is_empty(), "{kind:?}");
    }
    let view = Meta::of(DocumentKind::View).expect("a schema");
    let columns = view.members(&Json::Null).into_iter().find(|member| member.name == "columns").expect("columns");
    assert_eq!(columns.form, Form::Things);
    let standing = Standing::at(&app(), "views/all.json", "/columns/0").expect("a column");
    assert_eq!((standing.value["field"].as_str(), standing.movable), (Some("no"), true));
}

#[test]
fn a_text_among_the_items_of_a_print_is_the_field_that_it_names() {
    let begin = json!({"on": "sheet", "path": "prints/_.json", "do": "begin", "title": "Label", "table": "order"});
    let (documents, _) = edit(&app(), begin).expect("a print");
    let mut print = documents.json("prints/label.json").expect("it");
    print["blocks"] = json!([{"block": "fields", "items": ["no"]}]);
    let mut documents = documents;
    documents.set("prints/label.json", format!("{print:#}\n")).expect("a place");
    let standing = Standing::at(&documents, "prints/label.json", "/blocks/0/items/0").expect("an item");
    assert_eq!(standing.value, json!({"field": "no"}));
    let set = json!({"on": "sheet", "path": "prints/label.json", "do": "set", "at": "/blocks/0/items/0", "set": {"width": "30"}});
    let (documents, _) = edit(&documents, set).expect("a change");
    let json = documents.json("prints/label.json").expect("it");
    assert_eq!(json["blocks"][0]["items"], json!([{"field": "no", "width": 30}]));
}
