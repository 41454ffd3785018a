//! Whatever builders do to a draft: it stays something that reads, each step can be taken back to the byte, and two builders at
//! once lose nothing.

use formwork::definition::{
    app::App,
    edit::{Edit, app, merge::merge},
    field::Kind,
    package::Documents,
    schema::{self, DocumentKind},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn begun() -> Documents {
    let mut documents = app::begin("Tasks", None, "en", "Member", &|_| false).expect("an app");
    for title in ["Order", "Shelf"] {
        let edit = json!({"on": "app", "do": "add_table", "title": title, "name": "Name", "section": "Main"});
        documents = apply(&documents, &edit).expect("a table");
    }
    documents
}

fn apply(documents: &Documents, edit: &Value) -> Option<Documents> {
    let edit: Edit = serde_json::from_value(edit.clone()).expect("an operation");
    edit.apply(documents, &Documents::default()).ok().map(|(documents, _)| documents)
}

fn place() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3_u8).prop_map(|section| format!("/layout/{section}")),
        (0..3_u8, 0..4_u8).prop_map(|(section, item)| format!("/layout/{section}/items/{item}")),
        (0..3_u8, 0..3_u8, 0..2_u8)
            .prop_map(|(section, item, tab)| format!("/layout/{section}/items/{item}/tabs/{tab}")),
        (0..3_u8, 0..3_u8, 0..3_u8)
            .prop_map(|(section, item, to)| format!("/layout/{section}/items/{item}/columns/{to}")),
    ]
}

fn operation() -> impl Strategy<Value = Value> {
    let kind = (0..Kind::ALL.len()).prop_map(|index| Kind::ALL[index].name());
    let field = prop::sample::select(vec!["name", "a", "b", "a_2", "lines"]);
    let title = prop::sample::select(vec!["A", "B", "Lines", "数量", ""]);
    let table = |edit: Value| {
        let mut edit = edit;
        edit["on"] = "table".into();
        edit["table"] = "order".into();
        edit
    };
    let form = |edit: Value| {
        let mut edit = edit;
        edit["on"] = "form".into();
        edit["form"] = "order".into();
        edit
    };
    prop_oneof![
        (kind.clone(), title.clone())
            .prop_map(move |(kind, title)| table(json!({"do": "add_field", "kind": kind, "title": title}))),
        (field.clone(), field.clone())
            .prop_map(move |(field, before)| table(json!({"do": "move_field", "field": field, "before": before}))),
        (field.clone(), title.clone())
            .prop_map(move |(field, title)| table(json!({"do": "copy_field", "field": field, "title": title}))),
        field.clone().prop_map(move |field| table(json!({"do": "remove_field", "field": field}))),
        (field.clone(), title.clone(), any::<bool>()).prop_map(move |(field, title, required)| {
            table(json!({"do": "set_field", "field": field, "set": {"title": title, "required": required.to_string()}}))
        }),
        (field.clone(), kind.clone())
            .prop_map(move |(field, kind)| table(json!({"do": "convert_field", "field": field, "kind": kind}))),
        (field.clone(), field)
            .prop_map(move |(one, other)| table(json!({"do": "add_set", "member": "unique", "fields": [one, other]}))),
        (place(), kind, title.clone()).prop_map(move |(at, kind, title)| form(
            json!({"do": "add_field", "at": at, "kind": kind, "title": title})
        )),
        (place(), prop::sample::select(vec!["section", "text", "divider", "tabs", "tab"]), title.clone())
            .prop_map(move |(at, what, title)| form(json!({"do": "add", "at": at, "what": what, "title": title}))),
        (place(), place()).prop_map(move |(at, to)| form(json!({"do": "move", "at": at, "to": to}))),
        (place(), prop::sample::select(vec!["up", "down", "copy", "remove"]))
            .prop_map(move |(at, what)| form(json!({"do": what, "at": at}))),
        (place(), title)
            .prop_map(move |(at, title)| form(json!({"do": "set", "at": at, "set": {"title": title, "columns": "3"}}))),
    ]
}

/// Every kind of document that is designed after its meta-schema.
const DESIGNED: [&str; 8] = ["views", "flows", "roles", "ledgers", "reports", "dashboards", "prints", "automations"];

/// Each of them begun by its title alone.
fn designed() -> Documents {
    DESIGNED.iter().fold(begun(), |documents, folder| {
        let edit =
            json!({"on": "sheet", "do": "begin", "path": format!("{folder}/_.json"), "title": "One", "table": "order"});
        apply(&documents, &edit).unwrap_or_else(|| panic!("{folder} cannot be begun"))
    })
}

/// A place among the things of a document, there or not.
fn thing() -> impl Strategy<Value = String> {
    let list = prop::sample::select(vec![
        "/columns",
        "/cards",
        "/nodes",
        "/nodes/0/who",
        "/nodes/1/arms",
        "/nodes/1/arms/0/nodes",
        "/grants",
        "/home",
        "/steps",
        "/steps/0/then",
        "/steps/0/who",
        "/blocks",
        "/blocks/0/items",
        "/checks",
        "/parameters",
        "/settings",
        "/on/approved",
    ]);
    (list, 0..3_u8).prop_map(|(list, index)| format!("{list}/{index}"))
}

fn sheet_operation() -> impl Strategy<Value = Value> {
    let path = prop::sample::select(DESIGNED.map(|folder| format!("{folder}/one.json")).to_vec());
    let variant = prop::sample::select(vec![
        "",
        "type:approve",
        "type:branch",
        "type:cc",
        "rule:role",
        "rule:starter",
        "do:notify",
        "do:if",
        "do:set",
        "do:fail",
        "number:*",
        "report:*",
        "view:*",
        "measure:*",
        "group:*",
        "block:title",
        "block:fields",
        "block:lines",
    ]);
    let member = prop::sample::select(vec![
        "title",
        "kind",
        "type",
        "rule",
        "do",
        "width",
        "scope",
        "actions",
        "fields",
        "when",
        "filter",
        "sort",
        "mode/pass",
        "due/after",
        "paper/size",
        "on/event",
        "_which",
        "total",
        "display",
        "chart/kind",
        "source/table",
    ]);
    let typed = prop::sample::select(vec![
        "",
        "A",
        "1",
        "300",
        "true",
        "kanban",
        "calendar",
        "cc",
        "role",
        "all",
        "view, edit",
        "{}",
        "{\"name\":\"read\"}",
        "number",
        "a4",
        "created",
        "schedule",
        "percent",
        "name",
        "-name",
        "{\"field\":\"name\",\"op\":\"eq\",\"value\":\"a\"}",
        "column",
        "order",
    ]);
    let of = |path: String, edit: Value| {
        let mut edit = edit;
        edit["on"] = "sheet".into();
        edit["path"] = path.into();
        edit
    };
    prop_oneof![
        (path.clone(), thing(), variant, prop::sample::select(vec!["A", "数量", ""])).prop_map(
            move |(path, at, variant, title)| of(
                path,
                json!({"do": "insert", "at": at, "variant": variant, "title": title})
            )
        ),
        (path.clone(), prop_oneof![Just(String::new()), thing()], member, typed).prop_map(
            move |(path, at, member, typed)| of(path, json!({"do": "set", "at": at, "set": {member: typed}}))
        ),
        (path.clone(), thing(), thing())
            .prop_map(move |(path, at, to)| of(path, json!({"do": "move", "at": at, "to": to}))),
        (path, thing(), prop::sample::select(vec!["up", "down", "copy", "remove"]))
            .prop_map(move |(path, at, what)| of(path, json!({"do": what, "at": at}))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn drafts_stay_readable(edits in prop::collection::vec(operation(), 1..14)) {
        let mut documents = begun();
        for edit in edits {
            if let Some(after) = apply(&documents, &edit) {
                let read = App::parse(&after);
                prop_assert!(read.is_ok(), "{edit}: {:?}", read.err());
                documents = after;
            }
        }
    }

    #[test]
    fn what_is_designed_after_its_format_stays_what_its_kind_can_be(edits in prop::collection::vec(sheet_operation(), 1..20)) {
        let mut documents = designed();
        for edit in edits {
            if let Some(after) = apply(&documents, &edit) {
                // What it still lacks is told at its place; what it says can be said.
                for folder in DESIGNED {
                    let path = format!("{folder}/one.json");
                    let kind = DocumentKind::of_folder(folder).expect("a kind");
                    let found = schema::check(kind, &path, &after.json(&path).expect("the document"));
                    prop_assert!(found.is_empty(), "{edit}: {found:?}");
                }
                documents = after;
            }
        }
    }

    #[test]
    fn what_two_builders_do_is_brought_together_or_told(
        before in prop::collection::vec(operation(), 0..8),
        mine in operation(),
        theirs in operation(),
    ) {
        let base = before.iter().fold(begun(), |documents, edit| apply(&documents, edit).unwrap_or(documents));
        let (Some(mine), Some(theirs)) = (apply(&base, &mine), apply(&base, &theirs)) else { return Ok(()) };
        for (path, _) in base.iter() {
            let read = |documents: &Documents| documents.json(path).unwrap_or_default();
            let (base, mine, theirs) = (read(&base), read(&mine), read(&theirs));
            // Nothing changed on one side: the other stands, to the member. Undoing one's own step is this as well.
            prop_assert_eq!(merge(&base, &base, &theirs), Ok(theirs.clone()));
            prop_assert_eq!(merge(&base, &mine, &base), Ok(mine.clone()));
            prop_assert_eq!(merge(&mine, &base, &mine), Ok(base.clone()));
            if let Ok(merged) = merge(&base, &mine, &theirs) {
                for (key, field) in mine["properties"].as_object().into_iter().flatten() {
                    let new = base["properties"].get(key).is_none() && theirs["properties"].get(key).is_none();
                    prop_assert!(!new || merged["properties"][key] == *field, "{key} of mine is lost");
                }
                for (key, field) in theirs["properties"].as_object().into_iter().flatten() {
                    let new = base["properties"].get(key).is_none() && mine["properties"].get(key).is_none();
                    prop_assert!(!new || merged["properties"][key] == *field, "{key} of theirs is lost");
                }
            }
        }
    }
}
