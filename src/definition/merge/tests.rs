use super::*;
use crate::definition::package::Limits;
use serde_json::json;

fn documents(files: &[(&str, Json)]) -> Documents {
    let files = files.iter().map(|(path, json)| ((*path).to_owned(), json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).unwrap()
}

fn table(properties: Json) -> Json {
    json!({"title": "Order", "type": "object", "x-table": {"key": "order", "display": "{no}"}, "properties": properties})
}

fn text(title: &str) -> Json {
    json!({"type": "string", "title": title, "x-field": {"kind": "text"}})
}

fn of(path: &str, json: Json) -> Documents {
    documents(&[(path, json)])
}

fn merged(path: &str, base: Json, theirs: Json, mine: Json) -> (Json, Vec<String>) {
    let merged = merge(&of(path, base), &of(path, theirs), &of(path, mine), &Decisions::new());
    let ids = merged.conflicts.iter().map(|conflict| conflict.id.clone()).collect();
    (merged.documents.json(path).unwrap(), ids)
}

#[test]
fn what_each_side_added_stands_where_it_stood_there() {
    let base = table(json!({"no": text("No"), "note": text("Note")}));
    let theirs = table(json!({"no": text("No"), "due": text("Due"), "note": text("Note")}));
    let mine = table(json!({"no": text("No"), "note": text("Note"), "colour": text("Colour")}));
    let (json, conflicts) = merged("tables/order.json", base, theirs, mine);
    let keys: Vec<&String> = json["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["no", "due", "note", "colour"]);
    assert_eq!(conflicts, [""; 0]);
}

#[test]
fn different_properties_of_one_field_are_both_taken() {
    let base = table(json!({"no": text("No")}));
    let mut theirs = base.clone();
    theirs["properties"]["no"]["maxLength"] = 20.into();
    let mut mine = base.clone();
    mine["properties"]["no"]["title"] = "Number".into();
    let (json, conflicts) = merged("tables/order.json", base, theirs, mine);
    assert_eq!(
        (&json["properties"]["no"]["title"], &json["properties"]["no"]["maxLength"]),
        (&json!("Number"), &json!(20))
    );
    assert_eq!(conflicts, [""; 0]);
}

#[test]
fn the_same_property_is_a_conflict_that_is_decided_by_its_id() {
    let path = "tables/order.json";
    let with = |title: &str| of(path, table(json!({"no": text(title)})));
    let (base, theirs, mine) = (with("No"), with("Order no"), with("Number"));
    let open = merge(&base, &theirs, &mine, &Decisions::new());
    assert_eq!((open.conflicts.len(), open.open()), (1, 1));
    let conflict = &open.conflicts[0];
    assert_eq!(conflict.id, "tables/order.json#/properties/no/title");
    assert_eq!(conflict.place, ["properties", "no", "title"]);
    assert_eq!(open.documents.json(path).unwrap()["properties"]["no"]["title"], "Number", "the app's own stands");
    for (side, title) in [(Side::Mine, "Number"), (Side::Theirs, "Order no")] {
        let decided = merge(&base, &theirs, &mine, &Decisions::from([(conflict.id.clone(), side)]));
        assert_eq!(decided.open(), 0);
        assert_eq!(decided.documents.json(path).unwrap()["properties"]["no"]["title"], title);
    }
}

#[test]
fn what_one_side_removed_and_the_other_changed_is_a_conflict() {
    let base = table(json!({"no": text("No"), "note": text("Note")}));
    let theirs = table(json!({"no": text("No"), "note": text("Remark")}));
    let mine = table(json!({"no": text("No")}));
    let (json, conflicts) = merged("tables/order.json", base.clone(), theirs, mine.clone());
    assert_eq!(conflicts, ["tables/order.json#/properties/note"]);
    assert!(json["properties"].get("note").is_none());
    let (json, conflicts) = merged("tables/order.json", base.clone(), base, mine);
    assert_eq!((json["properties"].get("note"), conflicts), (None, Vec::new()), "untouched, it goes");
}

#[test]
fn items_are_known_by_key_however_they_are_ordered() {
    let node = |id: &str, title: &str| json!({"type": "approve", "id": id, "title": title, "who": []});
    let flow = |nodes: Json| json!({"key": "order", "table": "order", "title": "Order", "nodes": nodes});
    let base = flow(json!([node("a", "A"), node("b", "B")]));
    let theirs = flow(json!([node("b", "B"), node("a", "A"), node("c", "C")]));
    let mine = flow(json!([node("a", "First"), node("b", "B")]));
    let (json, conflicts) = merged("flows/order.json", base, theirs, mine);
    assert_eq!(json["nodes"], json!([node("b", "B"), node("a", "First"), node("c", "C")]));
    assert_eq!(conflicts, [""; 0]);
}

#[test]
fn a_section_that_was_only_given_another_title_is_the_same_section() {
    let form = |title: &str, items: Json| json!({"key": "order", "table": "order", "title": "Order", "layout": [{"title": title, "items": items}]});
    let base = form("Basics", json!([{"field": "no"}]));
    let theirs = form("Basics", json!([{"field": "no"}, {"field": "due"}]));
    let mine = form("General", json!([{"field": "no", "help": "As printed"}]));
    let (json, conflicts) = merged("forms/order.json", base, theirs, mine);
    assert_eq!(
        json["layout"],
        form("General", json!([{"field": "no", "help": "As printed"}, {"field": "due"}]))["layout"]
    );
    assert_eq!(conflicts, [""; 0]);
}

#[test]
fn a_condition_is_decided_as_a_whole() {
    let view = |value: &str, more: Option<&str>| {
        let mut tests = vec![json!({"field": "state", "op": "eq", "value": value})];
        tests.extend(more.map(|field| json!({"field": field, "op": "empty"})));
        json!({"key": "open", "table": "order", "title": "Open", "filter": {"all": tests}})
    };
    let (_, conflicts) = merged("views/open.json", view("a", None), view("b", None), view("a", Some("due")));
    assert_eq!(conflicts, ["views/open.json#/filter"]);
}

#[test]
fn two_grants_of_one_table_are_two() {
    let role = |actions: [Json; 2]| {
        let [one, other] = actions;
        json!({"key": "clerk", "title": "Clerk", "grants": [
            {"table": "order", "actions": one, "scope": "all"}, {"table": "order", "actions": other, "scope": "own"},
        ]})
    };
    let base = role([json!(["view"]), json!(["edit"])]);
    let theirs = role([json!(["view", "print"]), json!(["edit"])]);
    let mine = role([json!(["view"]), json!(["edit", "delete"])]);
    let (json, conflicts) = merged("roles/clerk.json", base, theirs, mine);
    assert_eq!(json["grants"], role([json!(["view", "print"]), json!(["edit", "delete"])])["grants"]);
    assert_eq!(conflicts, [""; 0]);
}

#[test]
fn translations_go_where_their_texts_go() {
    let form = |items: &[(&str, &str)]| {
        let items: Vec<Json> = items.iter().map(|(field, help)| json!({"field": field, "help": help})).collect();
        json!({"key": "order", "table": "order", "title": "单", "layout": [{"title": "一", "items": items}]})
    };
    let side = |items: &[(&str, &str)], texts: Json| {
        documents(&[("forms/order.json", form(items)), ("locales/en.json", texts)])
    };
    let base = side(&[("no", "号")], json!({"forms/order#/layout/0/items/0/help": "Number"}));
    let theirs = side(
        &[("due", "期"), ("no", "号")],
        json!({"forms/order#/layout/0/items/0/help": "Due", "forms/order#/layout/0/items/1/help": "Number"}),
    );
    let mine = side(&[("no", "号")], json!({"forms/order#/layout/0/items/0/help": "Order number"}));
    let merged = merge(&base, &theirs, &mine, &Decisions::new());
    assert_eq!(merged.conflicts, Vec::new());
    let texts = merged.documents.json("locales/en.json").unwrap();
    let expected =
        json!({"forms/order#/layout/0/items/0/help": "Due", "forms/order#/layout/0/items/1/help": "Order number"});
    assert_eq!(texts, expected);
    assert!(!merged.documents.get("forms/order.json").unwrap().contains('·'));
}

#[test]
fn the_version_is_the_templates() {
    let app = |version: &str| json!({"key": "orders", "title": "Orders", "version": version});
    let (json, conflicts) = merged("app.json", app("1.0.0"), app("1.1.0"), app("1.4.0"));
    assert_eq!((&json["version"], conflicts), (&json!("1.1.0"), Vec::new()));
}

#[test]
fn documents_come_and_go() {
    let one = ("views/a.json", json!({"key": "a", "table": "order", "title": "A"}));
    let two = ("views/b.json", json!({"key": "b", "table": "order", "title": "B"}));
    let both = documents(&[one.clone(), two.clone()]);
    let paths = |merged: &Merged| merged.documents.iter().map(|(path, _)| path.to_owned()).collect::<Vec<_>>();
    let only = documents(&[one]);
    let none = Decisions::new();
    assert_eq!(paths(&merge(&both, &only, &both, &none)), ["views/a.json"], "the template dropped it");
    assert_eq!(paths(&merge(&only, &both, &only, &none)), ["views/a.json", "views/b.json"], "it brings it");
    assert_eq!(paths(&merge(&only, &only, &both, &none)), ["views/a.json", "views/b.json"], "the app has it");
    let changed = documents(&[two]);
    let conflict = merge(
        &changed,
        &documents(&[]),
        &of("views/b.json", json!({"key": "b", "table": "order", "title": "Mine"})),
        &none,
    );
    assert_eq!(conflict.conflicts[0].id, "views/b.json");
    assert_eq!(paths(&conflict), ["views/b.json"]);
}
