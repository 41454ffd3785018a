use super::*;
use crate::definition::{
    field::Kind, flow::Flow, form::Form, ledger::Ledger, manifest::Manifest, print::Print, role::Role, table::Table,
    view::View,
};
use serde::de::DeserializeOwned;
use serde_json::json;

fn messages(kind: DocumentKind, document: &Json) -> Vec<String> {
    check(kind, "f", document).iter().map(ToString::to_string).collect()
}

#[test]
fn every_schema_compiles_and_is_itself_valid() {
    assert!(compiled().is_ok(), "{:?}", compiled().as_ref().err());
    for (name, text) in SOURCES {
        let schema: Json = serde_json::from_str(text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["$id"], format!("/schemas/{name}.json"));
    }
}

#[test]
fn the_kinds_of_fields_are_those_of_the_program() {
    let schema: Json = serde_json::from_str(source(DocumentKind::Table)).unwrap();
    let listed = schema["$defs"]["x-field"]["properties"]["kind"]["enum"].as_array().unwrap();
    let mut listed: Vec<&str> = listed.iter().filter_map(Json::as_str).collect();
    let mut known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}

/// A document that says everything its kind can say: accepted by schema and type, and refused by both with one member more anywhere.
fn agrees<T: DeserializeOwned>(kind: DocumentKind, document: &Json) {
    assert_eq!(messages(kind, document), [""; 0]);
    serde_json::from_value::<T>(document.clone()).unwrap();
    let mut objects = Vec::new();
    places(document, String::new(), &mut objects);
    for place in objects {
        let mut changed = document.clone();
        let object = changed.pointer_mut(&place).unwrap().as_object_mut().unwrap();
        object.insert("Zzz".into(), json!({"zzz": 1}));
        let schema_says = check(kind, "f", &changed).is_empty();
        let type_says = serde_json::from_value::<T>(changed.clone()).is_ok();
        assert_eq!(schema_says, type_says, "{place}: {:?}", check(kind, "f", &changed));
    }
}

fn places(json: &Json, here: String, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            // A filter is any JSON to the type; what it means is judged when it is read.
            if here.ends_with("/filter") || here.ends_with("/scope") || here.ends_with("/options") {
                return;
            }
            found.push(here.clone());
            for (name, value) in members {
                places(value, format!("{here}/{name}"), found);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{here}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn schemas_and_types_accept_the_same() {
    agrees::<Manifest>(
        DocumentKind::App,
        &json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en", "description": "d", "icon": "box",
          "requires": {"base": ">=1"}, "menu": [{"view": "v", "title": "T", "icon": "i"}, {"table": "t"}],
          "settings": {"limit": {"type": "money", "default": "5", "title": "Limit", "help": "h"}},
          "user_values": {"shelves": {"table": "shelf", "member_field": "keepers"}}}),
    );
    let filter = json!({"all": [{"field": "a", "op": "in", "value": {"user": "x"}}, {"any": [{"not": {"field": "b", "op": "eq", "value": 1}}]}]});
    agrees::<Form>(
        DocumentKind::Form,
        &json!({"key": "f", "table": "t", "title": "F", "audience": "members",
          "layout": [{"title": "S", "columns": 3, "visible": "a > 1", "items": [
            {"field": "item", "label": "L", "help": "H", "placeholder": "P", "widget": "segments", "wide": true, "visible": true,
             "required": "b", "readonly": false, "options": filter, "fill": {"from": "item", "map": {"a": "b"}}},
            {"lines": "lines", "columns": [{"field": "qty"}], "sums": ["qty"]}, {"text": "T"}, {"divider": true}]}],
          "checks": [{"rule": "a", "message": "m", "field": "lines.qty", "for_each": "lines"}]}),
    );
    agrees::<View>(
        DocumentKind::View,
        &json!({"key": "v", "table": "t", "title": "V", "kind": "grid", "filter": filter, "sort": ["-a"], "icon": "i",
          "columns": ["a", {"field": "item.code", "title": "C", "under": "b", "display": {"level": {"of": "m"}}},
                      {"field": "q", "display": "remaining"}]}),
    );
    agrees::<Role>(
        DocumentKind::Role,
        &json!({"key": "r", "title": "R", "help": "h", "menu": ["v"], "home": [{"title": "T", "view": "v", "icon": "i"}],
          "grants": [{"table": "t", "actions": ["view", "edit_approved"], "scope": filter, "fields": {"lines.*": "hidden"}},
                     {"table": "t", "actions": ["view"], "scope": "department_tree"}]}),
    );
    agrees::<Ledger>(
        DocumentKind::Ledger,
        &json!({"key": "l", "title": "L", "moves": "m", "balance": "b", "dimensions": ["x", "y"], "measure": "q", "grain": "kind",
          "hold": {"field": "r", "dimensions": ["x"]},
          "value": {"field": "a", "dimensions": ["x"], "method": "moving_average", "fallback": "x.cost"},
          "checks": [{"code": "C", "at": "hold", "rule": "q >= r", "unless": "x.free", "message": "m"}],
          "stamps": {"measure_after": "a", "value_after": "b", "document_table": "c", "document_id": "d",
                     "document_title": "e", "line": "f", "phase": "g"},
          "period": {"table": "p", "date": "d"}}),
    );
}

#[test]
fn prints_are_accepted_whole() {
    let margin = json!({"top": 1, "right": 2, "bottom": 3, "left": 4});
    let blocks = json!([
        {"block": "title", "text": "T", "visible": "a > 1"},
        {"block": "text", "text": "{a} {= b }", "align": "center", "size": "small", "bold": true},
        {"block": "fields", "columns": 3, "boxed": true, "items": ["a", {"value": "b", "label": "B", "format": "money", "span": 2, "visible": true}]},
        {"block": "lines", "lines": "lines", "columns": [{"field": "c", "width": 3, "align": "end", "total": true}], "numbered": true, "group": "c", "rows": 5},
        {"block": "totals", "items": [{"field": "a"}]}, {"block": "rmb_upper", "value": "a", "label": "L"},
        {"block": "qr", "content": "{a}", "size": 20, "align": "end", "label": "Q"},
        {"block": "barcode", "content": "{a}", "format": "ean13", "height": 9, "align": "start", "bare": true},
        {"block": "approval", "title": "A"}, {"block": "signature_line", "items": [{"label": "S", "text": "{a}"}]},
        {"block": "row", "cells": [{"share": 2, "blocks": [{"block": "divider"}]}]}, {"block": "page_break"}]);
    agrees::<Print>(
        DocumentKind::Print,
        &json!({"key": "p", "table": "t", "title": "P", "copies": 2, "for_each": "lines", "times": "qty", "page_numbers": true,
          "paper": {"size": "custom", "width": 80, "height": 50, "orientation": "landscape", "margin": margin},
          "watermarks": [{"state": "draft", "text": "D"}], "header": {"left": {"text": "{a}"}, "center": {"text": "b"}},
          "footer": {"right": {"text": "c"}}, "blocks": blocks}),
    );
}

#[test]
fn flows_are_accepted_whole() {
    let who = json!([{"rule": "members", "members": ["li"]}, {"rule": "role", "role": "r", "where": {"field": "shelf"}},
      {"rule": "department", "department": "d", "field": "f", "take": "members"}, {"rule": "superior", "level": 2},
      {"rule": "superiors", "level": 3, "role": "r"}, {"rule": "starter"}, {"rule": "field", "field": "buyer"},
      {"rule": "handler", "node": "a"}, {"rule": "starter_choice", "from": [{"rule": "starter"}]},
      {"rule": "previous_choice"}, {"rule": "rule", "expression": "x"}, {"rule": "anyone"}]);
    let steps = json!([{"do": "post", "ledger": "l", "for_each": "lines", "phase": "in", "set": {"qty": "1"}},
      {"do": "reserve", "ledger": "l"}, {"do": "release", "ledger": "l"}, {"do": "reverse", "ledger": "l"},
      {"do": "set", "for_each": "lines", "values": {"a": "1"}}, {"do": "notify", "who": [{"rule": "starter"}], "message": "m"},
      {"do": "fail", "message": "m", "code": "c"},
      {"do": "if", "when": "a", "then": [{"do": "for_each", "lines": "lines", "steps": []}], "else": []}]);
    let due = json!({"after": "1wd", "remind": ["-4wh"], "do": "transfer", "to": who});
    let empty = json!({"do": "members", "members": ["li"]});
    let mode = json!({"pass": "weight", "need": 3, "reject": "complement", "weights": {"li": 2}});
    let ops = json!({"transfer": true, "delegate": true, "add": ["before"], "remove": true, "take_back": true, "signature": "optional"});
    agrees::<Flow>(
        DocumentKind::Flow,
        &json!({"key": "f", "table": "t", "title": "F", "starts": "submit", "start": {"who": who, "fields": {"*": "edit"}},
          "settings": {"dedupe": "adjacent", "self": "superior", "empty": empty, "withdraw": "any_time", "revoke": {"days": 3},
                       "calendar": "cn", "title": "{no}", "summary": ["a"]},
          "nodes": [
            {"type": "approve", "id": "a", "title": "A", "who": who, "mode": mode, "fields": {"lines.qty": "required"},
             "on_reject": {"do": "return", "to": "start", "resume": "direct"}, "return": {"to": ["start"], "resume": "ask"},
             "ops": ops, "due": due, "dedupe": "none", "self": "skip", "empty": empty},
            {"type": "approve", "id": "b", "who": who, "on_reject": {"do": "end"}, "return": {"to": "any"}},
            {"type": "handle", "id": "h", "title": "H", "who": who, "mode": mode, "fields": {}, "return": {"to": "none"}, "ops": ops,
             "due": due, "empty": empty},
            {"type": "cc", "id": "c", "title": "C", "who": who, "fields": {"a": "read"}},
            {"type": "branch", "id": "d", "title": "D", "mode": "inclusive", "arms": [{"id": "x", "title": "X", "when": "a", "nodes": []},
              {"id": "y", "else": true, "nodes": [{"type": "end", "id": "e", "title": "E", "outcome": "rejected"}]}]},
            {"type": "delay", "id": "w", "title": "W", "for": "2d"}, {"type": "delay", "id": "v", "until": "a"},
            {"type": "action", "id": "act", "title": "T", "steps": steps, "undo": steps, "wait": true},
            {"type": "subflow", "id": "s", "title": "S", "flow": "g", "for_each": "lines", "set": {"a": "1"}, "wait": true},
            {"type": "route", "id": "r", "title": "R", "to": "a", "when": "a", "most": 2}],
          "on": {"submitted": steps, "approved": steps, "rejected": steps, "withdrawn": steps, "returned": steps,
                 "terminated": steps, "revoked": steps}}),
    );
}

#[test]
fn a_table_that_says_everything_is_accepted() {
    let document = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Order", "type": "object",
      "x-table": {"key": "order", "display": "{no}", "unique": [["no"]], "index": [["day", "no"]], "append_only": false},
      "properties": {
        "no": {"type": "string", "title": "No", "readOnly": true, "maxLength": 30,
               "x-field": {"kind": "number_series", "pattern": "O-{yyyy}-{###}", "reset": "year", "searchable": true}},
        "day": {"type": "string", "format": "date", "x-field": {"kind": "date", "default": "today()", "index": true, "help": "h"}},
        "state_of": {"type": "string", "x-field": {"kind": "choice", "options": [{"value": "a", "title": "A", "color": "red"}]}},
        "tags": {"type": "array", "items": {"type": "string"}, "x-field": {"kind": "choices", "options": [{"value": "a"}]}},
        "total": {"type": "string", "x-field": {"kind": "money", "scale": 2, "formula": "sum(lines, \"qty\")", "sensitive": true, "unit": "元"}},
        "phone": {"title": "Phone", "x-field": {"kind": "lookup", "link": "customer", "field": "phone"}},
        "paid": {"type": "string", "x-field": {"kind": "rollup", "from": {"table": "payment", "lines": "lines", "field": "order"},
          "measure": "sum(amount)", "scale": 2, "filter": {"field": "done", "op": "eq", "value": true}}},
        "lines": {"type": "array", "title": "Lines", "minItems": 1, "maxItems": 9, "x-field": {"kind": "lines"},
          "items": {"type": "object", "required": ["item"], "properties": {
            "item": {"type": "integer", "x-field": {"kind": "link", "table": "item", "on_delete": "restrict", "scan": true}},
            "qty": {"type": "string", "x-field": {"kind": "decimal", "min": 0, "max": "9.5", "exclusive_min": "-1", "unique": false}}}}}},
      "required": ["day"]});
    assert_eq!(messages(DocumentKind::Table, &document), [""; 0]);
    Table::parse(&document).unwrap();
}

#[test]
fn differences_are_said_so_that_a_builder_understands() {
    let check = |kind: DocumentKind, document: Json, expected: &[&str]| {
        let mut said = messages(kind, &document);
        said.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(said, expected);
    };
    let table = |property: Json| json!({"type": "object", "x-table": {"key": "order"}, "properties": {"no": property}});
    check(
        DocumentKind::Table,
        table(json!({"type": "string", "titel": "No", "x-field": {"kind": "text"}})),
        &["error: f at /properties/no/titel: there is no member \"titel\" here (did you mean \"title\"?)"],
    );
    check(
        DocumentKind::Table,
        table(json!({"type": "string", "x-field": {"kind": "deciml"}})),
        &[&format!(
            "error: f at /properties/no/x-field/kind: \"deciml\" is not one of {} (did you mean \"decimal\"?)",
            Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
        )],
    );
    check(
        DocumentKind::Table,
        table(json!({"type": "integer", "x-field": {"kind": "money"}})),
        &["error: f at /properties/no/type: \"integer\" must be \"string\" here"],
    );
    check(
        DocumentKind::Table,
        table(
            json!({"type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {"Qty": {"type": "string", "x-field": {"kind": "text"}}}}}),
        ),
        &[
            "error: f at /properties/no/items/properties/Qty: \"Qty\" is not a key: a lower-case letter, then up to 39 letters, digits or _",
        ],
    );
    check(
        DocumentKind::View,
        json!({"key": "v", "table": "t", "columns": []}),
        &["error: f at /columns: at least 1 needed here", "error: f: the member \"title\" is missing"],
    );
    let flow = |node: Json| json!({"key": "f", "table": "t", "title": "F", "nodes": [node]});
    check(
        DocumentKind::Flow,
        flow(json!({"type": "aprove", "id": "a"})),
        &[
            "error: f at /nodes/0/type: \"aprove\" is not one of approve, handle, cc, branch, delay, action, subflow, route, end \
           (did you mean \"approve\"?)",
        ],
    );
    check(
        DocumentKind::Flow,
        flow(json!({"type": "approve", "id": "a", "whom": []})),
        &["error: f at /nodes/0/whom: there is no member \"whom\" here (did you mean \"who\"?)"],
    );
    check(
        DocumentKind::Form,
        json!({"key": "f", "table": "t", "title": "F", "layout": [{"items": [{"field": "a", "text": "b"}]}]}),
        &["error: f at /layout/0/items/0: exactly one of these is needed here: field, lines, text, divider, tabs"],
    );
    check(
        DocumentKind::Role,
        json!({"key": "r", "title": "R", "grants": [{"table": "t", "actions": ["view"], "scope": {"field": "a", "opp": "eq"}}]}),
        &["error: f at /grants/0/scope/opp: there is no member \"opp\" here (did you mean \"op\"?)"],
    );
    check(
        DocumentKind::App,
        json!({"key": "a", "title": "A", "version": "1.0.0", "menu": "x", "settings": {"s": {"type": "number", "default": 5, "title": "S"}}}),
        &[
            "error: f at /menu: \"x\" is not a list […]",
            "error: f at /settings/s/type: \"number\" is not one of text, integer, decimal, money, boolean",
            "error: f at /settings/s/default: 5 is not a text",
        ],
    );
    check(
        DocumentKind::Locale,
        json!({"order.title": "Order"}),
        &["error: f at /order.title: \"order.title\" names no text: write file#/place, like tables/order#/title"],
    );
}
