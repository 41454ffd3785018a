//! Rollups and lookups among the documents of an app.

use super::{
    lint,
    sound::{clean, field},
};
use serde_json::{Value as Json, json};

#[test]
fn figures_are_decided_by_records_alone_and_never_by_themselves() {
    let orders = |filter: Json| {
        let mut property =
            field("rollup", json!({"from": {"table": "order", "field": "shelf"}, "measure": "sum(amount)"}));
        property["x-field"]["filter"] = filter;
        property
    };
    let with = |property: Json, more: &[(&str, &str, Json)]| {
        let mut files = clean();
        for (file, key, property) in more.iter().cloned().chain([("tables/shelf.json", "total", property)]) {
            let (_, document) = files.iter_mut().find(|(path, _)| path == file).unwrap();
            document["properties"][key] = property;
        }
        lint(files, &[])
    };
    let filter = |field: &str, value: Json| orders(json!({"field": field, "op": "eq", "value": value}));
    assert_eq!(with(filter("state", json!("approved")), &[]), [""; 0]);
    let cases = [
        (
            filter("amont", json!("1")),
            "at /properties/total/x-field/filter/field: there is no field \"amont\" (did you mean \"amount\"?)",
        ),
        (filter("shelf.free", json!(true)), "\"shelf.free\" changes without the record"),
        (filter("buyer", json!({"user": "id"})), "depends on who asks or when"),
        (filter("day", json!({"date": "today"})), "depends on who asks or when"),
    ];
    for (property, expected) in cases {
        let said = with(property, &[]);
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}\n{said:#?}");
    }
    // Formulas of the record follow a figure; they can read nothing else.
    let formula = |text: &str| field("money", json!({"formula": text}));
    let plain = || orders(json!({"field": "state", "op": "empty", "value": false}));
    assert_eq!(with(plain(), &[("tables/shelf.json", "left", formula("100 - total"))]), [""; 0]);
    for text in ["iff(is_set(today()), total, 0)", "total + setting(\"limit\")"] {
        let said = with(plain(), &[("tables/shelf.json", "left", formula(text))]);
        assert!(
            said.iter().any(|line| line.contains("reads \"total\", which changes when other records do")),
            "{said:#?}"
        );
    }
    // An order that counts what its shelf counts of it.
    let share = field("money", json!({"formula": "shelf.total"}));
    let said = with(plain(), &[("tables/order.json", "share", share)]);
    assert_eq!(said, [""; 0], "what is read behind a link is as it was when the record was saved");
    let round = field("rollup", json!({"from": {"table": "shelf", "field": "order"}, "measure": "sum(left)"}));
    let counted = field("rollup", json!({"from": {"table": "order", "field": "shelf"}, "measure": "count(round)"}));
    let said = with(
        counted,
        &[
            ("tables/order.json", "round", round),
            ("tables/shelf.json", "left", formula("100 - total")),
            ("tables/shelf.json", "order", field("link", json!({"table": "order"}))),
        ],
    );
    assert!(said.iter().any(|line| line.contains("made of itself")), "{said:#?}");
}
