//! What an automation says of tables, fields, steps and moments is judged, and those that might run for ever are warned of.

use super::{lint, sound::clean};
use serde_json::{Value as Json, json};

fn findings(automations: &[Json]) -> Vec<String> {
    let mut files = clean();
    for automation in automations {
        files.push((format!("automations/{}.json", automation["key"].as_str().unwrap()), automation.clone()));
    }
    lint(files, &[])
}

fn auto(key: &str, table: Option<&str>, on: Json, steps: Json) -> Json {
    let mut automation = json!({"key": key, "title": key, "on": on, "steps": steps});
    if let Some(table) = table {
        automation["table"] = table.into();
    }
    automation
}

#[test]
fn sound_automations_have_no_findings() {
    let mut filtered = auto(
        "filtered",
        Some("order"),
        json!({"event": "schedule", "cron": "0 8 * * 1-5"}),
        json!([{"do": "notify", "who": [{"rule": "field", "field": "buyer"}], "message": "{no} {shelf.name}"}]),
    );
    filtered["when"] = json!({"field": "amount", "op": "gt", "value": "5"});
    let mut changed = auto(
        "changed",
        Some("order"),
        json!({"event": "changed", "fields": ["amount", "lines.qty"]}),
        json!([{"do": "update", "table": "shelf", "record": "shelf", "values": {"free": "target.free || before.amount > amount"}},
            {"do": "create", "table": "good", "for_each": "lines", "values": {"cost": "line.price", "name": "record.no"}}]),
    );
    changed["when"] = json!("before.amount < setting(\"limit\")");
    let called = auto(
        "called",
        None,
        json!({"event": "inbound_webhook"}),
        json!([{"do": "create", "table": "shelf", "values": {"name": "event.shelf.name"}},
            {"do": "webhook", "url": "https://example.com", "body": {"text": "{event.shelf.name}"}}]),
    );
    let entered = auto(
        "entered",
        Some("order"),
        json!({"event": "entered", "state": "approved"}),
        json!([{"do": "delete", "table": "good", "where": {"name": "no"}}]),
    );
    let balance = auto(
        "balance",
        Some("balance"),
        json!({"event": "changed", "fields": ["qty"]}),
        json!([{"do": "notify", "who": [{"rule": "role", "role": "clerk"}], "message": "{good.name}: {qty}, {before.qty}"}]),
    );
    let date = auto(
        "date",
        Some("order"),
        json!({"event": "date", "field": "day", "offset": "-3d", "time": "09:00"}),
        json!([{"do": "set", "values": {"buyer": "record.created_by"}}]),
    );
    assert_eq!(findings(&[filtered, changed, called, entered, balance, date]), [""; 0]);
}

#[test]
fn what_does_not_fit_is_named_with_its_place() {
    let check = |automation: Json, expected: &str| {
        let said = findings(&[automation]);
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}\n{said:#?}");
    };
    let fail = || json!([{"do": "fail", "message": "no"}]);
    let created = |steps: Json| auto("a", Some("order"), json!({"event": "created"}), steps);
    check(
        auto("a", None, json!({"event": "created"}), fail()),
        "automations/a.json at /table: what is created is a record",
    );
    check(
        auto("a", Some("ordre"), json!({"event": "created"}), fail()),
        "no table \"ordre\" (did you mean \"order\"?)",
    );
    check(
        auto("a", Some("order"), json!({"event": "changed", "fields": ["amuont"]}), fail()),
        "/on/fields/0: there is no field \"amuont\"",
    );
    check(auto("a", Some("shelf"), json!({"event": "entered", "state": "approved"}), fail()), "have no state");
    check(auto("a", Some("order"), json!({"event": "date", "field": "no"}), fail()), "/on/field: \"no\" is no date");
    check(
        auto("a", None, json!({"event": "schedule", "cron": "0 8 * * 9"}), fail()),
        "/on/cron: \"0 8 * * 9\" is no schedule",
    );
    check(auto("a", Some("move"), json!({"event": "created"}), fail()), "written by its ledger");
    check(created(json!([{"do": "set", "values": {"amount": "1"}}])), "\"amount\" is written by the engine");
    check(
        created(json!([{"do": "create", "table": "balance", "values": {"qty": "1"}}])),
        "written by its ledger alone",
    );
    check(
        created(json!([{"do": "create", "table": "order", "values": {"amount": "1"}}])),
        "\"amount\" is written by the engine",
    );
    check(created(json!([{"do": "create", "table": "shelf", "values": {"nam": "1"}}])), "no field \"nam\"");
    check(
        created(json!([{"do": "create", "table": "shelf", "values": {"name": "nr"}}])),
        "/steps/0/values/name: there is no field \"nr\"",
    );
    check(
        created(json!([{"do": "update", "table": "crm:x", "record": "shelf", "values": {"a": "1"}}])),
        "an app writes its own tables only",
    );
    check(
        created(json!([{"do": "update", "table": "shelf", "where": {"keepers": "1"}, "values": {"free": "true"}}])),
        "cannot be found by \"keepers\"",
    );
    check(
        created(json!([{"do": "create", "table": "shelf", "values": {"name": "no"}, "submit": true}])),
        "has no flow that submitting starts",
    );
    check(created(json!([{"do": "webhook", "setting": "limt"}])), "there is no setting \"limt\"");
    check(created(json!([{"do": "webhook", "setting": "limit"}])), "is no text, so it holds no address");
    check(
        created(json!([{"do": "webhook", "url": "https://example.com", "body": {"a": ["{noo}"]}}])),
        "/steps/0/body/a/0: there is no field \"noo\"",
    );
    let schedule = || json!({"event": "schedule", "cron": "0 8 * * *"});
    check(auto("a", None, schedule(), json!([{"do": "set", "values": {"no": "1"}}])), "runs without a record");
    check(
        auto("a", None, schedule(), json!([{"do": "create", "table": "order", "values": {"no": "1"}, "submit": true}])),
        "nobody causes this",
    );
    check(
        auto("a", None, schedule(), json!([{"do": "create", "table": "shelf", "values": {"name": "no"}}])),
        "no field \"no\"",
    );
}

#[test]
fn circles_are_warned_of_once() {
    let set = |field: &str| json!([{"do": "set", "values": {field: "\"x\""}}]);
    let on = |field: &str| json!({"event": "changed", "fields": [field]});
    let said = findings(&[
        auto("ping", Some("order"), on("no"), set("state_of")),
        auto("pong", Some("order"), on("state_of"), set("no")),
        auto("still", Some("order"), on("day"), set("no")),
    ]);
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(
        said[0].starts_with("warning: automations/ping.json") && said[0].contains("ping → pong → ping"),
        "{said:#?}"
    );
    let mut off = auto("ping", Some("order"), on("no"), set("no"));
    off["enabled"] = json!(false);
    assert_eq!(findings(&[off]), [""; 0]);
    let grow = json!([{"do": "create", "table": "shelf", "values": {"name": "name"}}]);
    let said = findings(&[auto("grow", Some("shelf"), json!({"event": "created"}), grow)]);
    assert!(said[0].contains("grow → grow"), "{said:#?}");
}
