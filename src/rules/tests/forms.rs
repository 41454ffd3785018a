//! Forms: what shows, what is asked for, and the checks.

use super::*;
use crate::definition::form::Form;

fn form(layout: serde_json::Value, checks: serde_json::Value) -> Form {
    serde_json::from_value(json!({"key": "f", "table": "order", "title": "F", "layout": layout, "checks": checks}))
        .unwrap()
}

fn rules(world: &World, layout: serde_json::Value, checks: serde_json::Value) -> FormRules {
    FormRules::compile(&world.program, &world.table, &form(layout, checks)).unwrap()
}

/// `v` visible, `r` required, `c` closed.
fn letters(state: Option<ItemState>) -> String {
    state.map_or_else(
        || "none".to_owned(),
        |state| {
            [(state.visible, 'v'), (state.required, 'r'), (state.readonly, 'c')]
                .iter()
                .filter(|(set, _)| *set)
                .map(|(_, letter)| letter)
                .collect()
        },
    )
}

#[test]
fn rules_decide_what_shows() {
    let world = world();
    let layout = json!([
        {"items": [
            {"field": "title"},
            {"field": "note", "required": "amount > setting(\"limit\") || urgent"},
            {"field": "level", "visible": "count == 4"},
            {"field": "rate", "visible": "tax > 1", "required": true},
            {"field": "day", "readonly": "place.keeper == user.id"},
            {"field": "tax"},
            {"text": "hello"},
            {"lines": "lines", "columns": [
                {"field": "item"},
                {"field": "price", "visible": "item.code == \"A-1\"", "required": "qty > 5"},
                {"field": "on", "required": "line.qty > 5 && record.urgent"}]}
        ]},
        {"visible": "count > 5", "items": [{"field": "buyer", "required": true}]}
    ]);
    let rules = rules(&world, layout, json!([]));
    let state = rules.evaluate(&world.document, world.context());
    assert_eq!(state.errors, []);
    for (key, expected) in [
        ("title", "vr"),
        ("note", "vr"),
        ("level", ""),
        ("rate", ""),
        ("day", "vc"),
        ("tax", "vc"),
        ("buyer", ""),
        ("lines", "vr"),
        ("four", "none"),
    ] {
        assert_eq!(letters(state.field(key)), expected, "{key}");
    }
    for (row, column, expected) in [
        (0, "item", "vr"),
        (0, "price", "vr"),
        (1, "price", ""),
        (0, "on", "vr"),
        (1, "on", "v"),
        (2, "on", "v"),
        (2, "price", ""),
        (0, "qty", "none"),
    ] {
        assert_eq!(letters(state.cell("lines", row, column)), expected, "{row} {column}");
    }
    assert!(state.column_visible("lines", "price"));
    assert_eq!(
        state.sections.iter().map(|section| (section.visible, section.items.len())).collect::<Vec<_>>(),
        [(true, 8), (false, 1)]
    );
    let hops: Vec<String> = rules.link_hops().keys().cloned().collect();
    assert_eq!(hops, ["lines.item", "place"]);

    let errors = validate(&world.table, Some(&state), &world.document, Mode::Submit);
    let shown: Vec<_> = errors.iter().map(|error| format!("{} {}", error.path, error.code)).collect();
    assert_eq!(shown, ["/note required", "/lines/0/on required"]);
}

#[test]
fn a_hidden_grid_asks_for_nothing() {
    let world = world();
    let rules = rules(&world, json!([{"items": [{"lines": "lines", "visible": false}]}]), json!([]));
    let state = rules.evaluate(&world.document, world.context());
    let mut document = world.document.clone();
    document.lines.clear();
    let required = |document: &Document| {
        validate(&world.table, Some(&state), document, Mode::Submit)
            .into_iter()
            .map(|error| error.path)
            .collect::<Vec<_>>()
    };
    assert_eq!(required(&document), [] as [&str; 0]);
    document.lines.insert("lines".into(), vec![Line::default()]);
    assert_eq!(required(&document), [] as [&str; 0]);
}

#[test]
fn a_rule_that_fails_is_said_once() {
    let world = world();
    let columns = json!([{"field": "on", "visible": "qty / record.zero > 1"}]);
    let rules = rules(&world, json!([{"items": [{"lines": "lines", "columns": columns}]}]), json!([]));
    let state = rules.evaluate(&world.document, world.context());
    let shown: Vec<_> = state.errors.iter().map(|error| (error.code.as_str(), error.params["rule"].as_str())).collect();
    assert_eq!(shown, [("division_by_zero", "/layout/0/items/0/columns/0/visible")]);
}

#[test]
fn checks_speak_for_themselves() {
    let world = world();
    let checks = json!([
        {"rule": "amount < 100", "message": "{title}: {amount} 太多", "field": "amount"},
        {"rule": "qty < 5", "message": "{item.code} 件数 {qty}", "field": "lines.qty", "for_each": "lines"},
        {"rule": "tax > 1", "message": "never: the tax is unset"},
        {"rule": "ten / zero > 1", "message": "fails", "field": "ten"},
        {"rule": "count(lines) > 2", "message": "more lines", "field": "lines.qty"},
        {"rule": "false", "message": "whole form"},
        {"rule": "is_set(on)", "message": "line", "for_each": "lines"}
    ]);
    let rules = rules(&world, json!([]), checks);
    let errors = rules.checks(&world.document, world.context());
    let shown: Vec<_> = errors
        .iter()
        .map(|error| format!("{} {} {}", error.path, error.code, error.message.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(
        shown,
        [
            "/amount check Shelves: 125.00 太多",
            "/lines/0/qty check A-1 件数 10",
            "/ten division_by_zero -",
            "/lines check more lines",
            " check whole form",
            "/lines/0 check line",
            "/lines/1 check line",
        ]
    );
    assert_eq!(Vec::from_iter(&rules.link_hops()["lines.item"]), ["code"]);
}

#[test]
fn broken_rules_are_named_with_their_place() {
    let world = world();
    let form = form(
        json!([{"visible": "cuont > 1", "items": [{"lines": "lines", "columns": [{"field": "on", "visible": "line.nope"}]}]}]),
        json!([{"rule": "1 +", "message": ""}]),
    );
    let errors = FormRules::compile(&world.program, &world.table, &form).map(|_| ()).unwrap_err();
    let shown: Vec<_> = errors.iter().map(|(pointer, error)| format!("{pointer} {}", error.code.as_str())).collect();
    assert_eq!(
        shown,
        ["/layout/0/visible unknown_name", "/layout/0/items/0/columns/0/visible unknown_name", "/checks/0/rule syntax"]
    );
}

#[test]
fn tabs_follow_their_section_and_their_own_rules() {
    let world = world();
    let layout = json!([{"readonly": "count == 3", "items": [
        {"field": "title"},
        {"tabs": [
            {"title": "One", "items": [{"field": "note", "required": "urgent"}, {"field": "level"}]},
            {"title": "Two", "visible": "count > 5", "items": [{"field": "rate", "required": true}]},
            {"title": "Three", "items": [{"lines": "lines", "columns": [{"field": "item"}]}]}
        ]}
    ]}]);
    let rules = rules(&world, layout, json!([]));
    let state = rules.evaluate(&world.document, world.context());
    assert_eq!(state.errors, []);
    for (key, expected) in [("title", "vrc"), ("level", "vc"), ("rate", "c"), ("lines", "vrc")] {
        assert_eq!(letters(state.field(key)), expected, "{key}");
    }
    let tabs: Vec<bool> = state.sections[0].tabs[&1].iter().map(|tab| tab.visible).collect();
    assert_eq!(tabs, [true, false, true]);
    assert!(state.cell("lines", 0, "item").is_some_and(|cell| cell.visible && cell.readonly));
}

#[test]
fn words_may_be_computed() {
    let world = world();
    let layout = json!([{"items": [
        {"field": "title", "label": {"expression": "iff(count == 3, \"Four\", \"Other\")"}, "help": "as written"}
    ]}]);
    let form_ = form(layout.clone(), json!([]));
    let state = rules(&world, json!([layout[0].clone()]), json!([])).evaluate(&world.document, world.context());
    let item = form_.item("title");
    assert_eq!(state.label("title", item).as_deref(), Some("Four"));
    assert_eq!(state.help("title", item).as_deref(), Some("as written"));
    assert_eq!(state.label("other", None), None);
}

#[test]
fn lines_that_must_differ_are_told_apart() {
    let world = world();
    let layout = json!([{"items": [{"lines": "lines", "distinct": ["item"]}]}]);
    let rules = rules(&world, layout, json!([]));
    let mut document = world.document.clone();
    let first = document.lines_of("lines")[0].clone();
    assert_eq!(rules.checks(&document, world.context()), []);
    document.lines.insert("lines".into(), vec![first.clone(), Line::default(), first]);
    let errors = rules.checks(&document, world.context());
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].path.as_str(), errors[0].code.as_str()), ("/lines/2/item", "distinct"));
    assert_eq!(errors[0].params["line"], "1");
}

#[test]
fn a_form_has_defaults_of_its_own() {
    let world = world();
    let layout = json!([{"items": [
        {"field": "note", "default": "\"from the form\""}, {"field": "urgent", "default": true},
        {"lines": "lines", "columns": [{"field": "qty", "default": 3}]}
    ]}]);
    let rules = rules(&world, layout, json!([]));
    let mut document = Document::default();
    document.lines.insert("lines".into(), vec![Line::default()]);
    assert_eq!(rules.apply_defaults(&mut document, world.context()), []);
    assert_eq!(document.get("note"), &Value::from("from the form"));
    assert_eq!(document.get("urgent"), &Value::Bool(true));
    assert_eq!(document.lines_of("lines")[0].get("qty").as_decimal(), Some(3.into()));
}
