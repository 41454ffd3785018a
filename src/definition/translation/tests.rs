use super::*;
use crate::definition::{app::App, finding::Severity, package::Limits};
use serde_json::json;

fn documents(english: Json) -> Documents {
    let table = json!({"title": "订单", "type": "object", "x-table": {"key": "order", "display": "{title}"},
      "properties": {
        "title": {"type": "string", "title": "标题", "x-field": {"kind": "text", "help": "写短些", "default": "\"新\""}},
        "kind": {"type": "string", "title": "类型", "x-field": {"kind": "choice", "options": [{"value": "a", "title": "甲"}]}},
        "lines": {"type": "array", "title": "明细", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
          "text": {"type": "string", "title": "说明", "x-field": {"kind": "text"}}}}}}});
    let app = json!({"key": "shop", "title": "商店", "version": "1.0.0",
      "settings": {"title": {"type": "text", "default": "x", "title": "抬头"}}});
    let flow = json!({"key": "order", "table": "order", "title": "审批", "settings": {"title": "{title}"},
      "nodes": [{"type": "approve", "id": "a", "title": "经理", "who": [{"rule": "starter"}], "fields": {"title": "read"}}],
      "on": {"approved": [{"do": "set", "values": {"title": "\"x\""}}, {"do": "fail", "message": "{title} 不行"}]}});
    let files =
        [("app.json", app), ("tables/order.json", table), ("flows/order.json", flow), ("locales/en.json", english)];
    Documents::from_files(files.map(|(path, json)| (path, json.to_string().into_bytes())), &Limits::default()).unwrap()
}

#[test]
fn only_texts_meant_for_people_are_translatable() {
    let places: Vec<String> = translatable(&documents(json!({}))).into_iter().map(|(place, _)| place).collect();
    assert_eq!(
        places,
        [
            "app#/title",
            "app#/settings/title/title",
            "flows/order#/title",
            "flows/order#/settings/title",
            "flows/order#/nodes/0/title",
            "flows/order#/on/approved/1/message",
            "tables/order#/title",
            "tables/order#/properties/title/title",
            "tables/order#/properties/title/x-field/help",
            "tables/order#/properties/kind/title",
            "tables/order#/properties/kind/x-field/options/0/title",
            "tables/order#/properties/lines/title",
            "tables/order#/properties/lines/items/properties/text/title",
        ]
    );
}

#[test]
fn a_translation_changes_what_people_read_and_nothing_else() {
    let translated = translate(
        &documents(json!({"tables/order#/properties/kind/x-field/options/0/title": "First", "app#/title": "Shop",
                          "flows/order#/on/approved/1/message": "{title} is refused"})),
        "en",
    );
    let app = App::parse(&translated.documents).unwrap();
    assert_eq!(app.manifest.title, "Shop");
    assert_eq!(app.tables["order"].fields["kind"].options[0].title, "First");
    assert_eq!(app.tables["order"].fields["title"].title, "标题");
    assert_eq!(app.tables["order"].fields["title"].default.as_deref(), Some("\"新\""));
    let missing = translated.findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
    assert_eq!((translated.findings.len(), missing), (9, 9), "a template without words needs no translation");
}

#[test]
fn what_names_no_text_is_a_finding() {
    let check = |place: &str, text: &str, expected: &str| {
        let mut english = serde_json::Map::new();
        english.insert(place.into(), text.into());
        let findings = translate(&documents(Json::Object(english)), "en").findings;
        let errors: Vec<String> =
            findings.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    };
    check("tables/order#/properties/titel/title", "x", "did you mean \"tables/order#/properties/title/title\"?");
    check("tables/ordre#/title", "x", "which does not exist (did you mean \"tables/order\"?)");
    check("tables/order#/x-table/key", "x", "is not a text meant for people");
    check("tables/order#/properties/title/x-field/default", "\"x\"", "is not a text meant for people");
    check("flows/order#/on/approved/0/values/title", "x", "is not a text meant for people");
    check("flows/order#/nodes/0/fields/title", "edit", "is not a text meant for people");
    check("app#/settings/title", "x", "is not a text meant for people");
    check("flows/order#/on/approved/1/message", "{titel} no", "names {titel}");
}

#[test]
fn a_language_without_a_file_changes_nothing() {
    let documents = documents(json!({}));
    assert_eq!(translate(&documents, "fr"), Translated { documents: documents.clone(), findings: Vec::new() });
    assert_eq!(check(&documents).len(), 12);
}
