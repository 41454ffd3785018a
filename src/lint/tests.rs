mod automations;
mod figures;
mod sound;

use super::*;
use crate::definition::package::{Documents, Limits};
use serde_json::{Value as Json, json};
use sound::{Files, clean, field};

fn lint(files: Files, texts: &[(&str, &str)]) -> Vec<String> {
    let files = files.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    let texts = texts.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let documents = Documents::from_files(files.chain(texts), &Limits::default()).unwrap();
    let app = App::parse(&documents).unwrap_or_else(|findings| panic!("{findings:?}"));
    super::check(&app).iter().map(ToString::to_string).collect()
}

/// Puts a value at a place of a document and expects a finding that says `expected`; others may follow from the same mistake.
fn check(file: &str, place: &str, value: Json, expected: &str) {
    let said = changed(file, place, value);
    assert!(said.iter().any(|line| line.contains(expected)), "{expected}\n{said:#?}");
}

fn changed(file: &str, place: &str, value: Json) -> Vec<String> {
    let mut files = clean();
    let (_, document) = files.iter_mut().find(|(path, _)| path.strip_suffix(".json") == Some(file)).unwrap();
    match document.pointer_mut(place) {
        Some(slot) => *slot = value,
        None => {
            let (parent, member) = place.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap()[member] = value;
        }
    }
    lint(files, &[])
}

#[test]
fn a_sound_app_has_no_findings() {
    assert_eq!(
        lint(clean(), &[("data/shelf.csv", "name,free\nA,true\n"), ("rules/tax.rhai", "fn tax(x) { x * 2 }")]),
        [""; 0]
    );
}

#[test]
fn what_app_json_names_exists() {
    check(
        "app",
        "/menu/0/view",
        json!("order"),
        "app.json at /menu/0/view: there is no view \"order\" (did you mean \"orders\"?)",
    );
    check(
        "app",
        "/menu/1/table",
        json!("goods"),
        "app.json at /menu/1/table: there is no table \"goods\" (did you mean \"good\"?)",
    );
    check("app", "/user_values/shelves/member_field", json!("name"), "there is no field of members \"name\"");
}

#[test]
fn what_tables_name_exists() {
    check("tables/order", "/properties/shelf/x-field/table", json!("shelv"), "there is no table \"shelv\"");
    check(
        "tables/order",
        "/properties/no/x-field/table",
        json!("shelf"),
        "a field of kind \"text\" points at no table",
    );
    check("tables/order", "/x-table/unique/0/0", json!("nr"), "/x-table/unique/0/0: there is no field \"nr\"");
    check("tables/order", "/x-table/index/0/1", json!("lines"), "\"lines\" are lines; name fields of the record");
    check("tables/order", "/x-table/display", json!("{shelf.title}"), "there is no field \"title\" in table \"shelf\"");
    check(
        "tables/order",
        "/properties/buyer",
        field("link", json!({"table": "crm:person"})),
        "of the app \"crm\", which app.json does not require",
    );
}

#[test]
fn what_forms_name_exists_and_fits() {
    let first = "/layout/0/items/0";
    check("forms/order", "/table", json!("oder"), "there is no table \"oder\"");
    check(
        "forms/order",
        &format!("{first}/field"),
        json!("nu"),
        "there is no field \"nu\" in table \"order\" (did you mean \"no\"?)",
    );
    check("forms/order", "/layout", json!([{"items": [{"field": "lines"}]}]), "write \"lines\" instead of \"field\"");
    check(
        "forms/order",
        &format!("{first}/widget"),
        json!("segments"),
        "only a choice shows side by side or under each other",
    );
    check(
        "forms/order",
        &format!("{first}/options"),
        json!({"field": "name"}),
        "is no link and offers nothing to narrow",
    );
    check(
        "forms/order",
        "/layout/0/items/1/options/field",
        json!("fre"),
        "/layout/0/items/1/options/field: there is no field \"fre\" (did you mean \"free\"?)",
    );
    check("forms/order", "/layout/1/items/0/lines", json!("rows"), "there is no lines field \"rows\"");
    check("forms/order", "/layout/1/items/0/sums/0", json!("good"), "\"good\" is no number and has no sum");
    check(
        "forms/order",
        "/layout/1/items/0/columns/0/fill/map",
        json!({"price": "costs"}),
        "there is no field \"costs\" in table \"good\"",
    );
    check(
        "forms/order",
        "/layout/1/items/0/columns/0/fill/map",
        json!({"amount": "cost"}),
        "\"amount\" is computed and cannot be filled in",
    );
    check(
        "forms/order",
        "/checks/0/message",
        json!("{line.qti}"),
        "/checks/0/message: there is no field \"qti\" in lines \"lines\"",
    );
    check("forms/order", "/checks/0/field", json!("lines.qt"), "there is no field \"qt\" in lines \"lines\"");
}

#[test]
fn what_prints_name_exists_and_fits() {
    check("prints/slip", "/table", json!("oder"), "there is no table \"oder\"");
    check("prints/slip", "/header/right/text", json!("{nn}"), "/header/right/text: there is no field");
    check("prints/slip", "/blocks/0/text", json!("{shelf.nam}"), "there is no field \"nam\" in table \"shelf\"");
    check("prints/slip", "/blocks/0/text", json!("{= amunt * 2 }"), "(did you mean \"amount\"?)");
    check("prints/slip", "/blocks/1/lines", json!("line"), "there is no lines field \"line\"");
    check("prints/slip", "/blocks/1/group", json!("god"), "there is no field \"god\" in lines \"lines\"");
    check("prints/slip", "/blocks/1/columns/1/field", json!("good"), "\"good\" is no number and has no total");
    check("prints/slip", "/blocks/1/columns/2/value", json!("line.qty *"), "/blocks/1/columns/2/value: ");
    check("prints/slip", "/paper", json!({"size": "custom"}), "a custom size needs width and height");
}

#[test]
fn what_views_name_exists_and_fits() {
    check("views/orders", "/table", json!("oder"), "there is no table \"oder\"");
    check("views/orders", "/columns/0", json!("lines.qty"), "are lines, which a list of records does not show");
    check("views/orders", "/columns/1/under", json!("shelf.nam"), "there is no field \"nam\" in table \"shelf\"");
    check("views/orders", "/columns/2/display/level/of", json!("no"), "\"no\" is no number");
    check("views/orders", "/sort/0", json!("-date"), "/sort/0: there is no field \"date\"");
    check(
        "views/orders",
        "/filter/value/user",
        json!("shelfs"),
        "no user value \"shelfs\" (did you mean \"shelves\"?)",
    );
    check("views/orders", "/by", json!("colour"), "/by: \"colour\" is no field of \"order\"");
    check("views/orders", "/cover", json!("no"), "/cover: \"no\" is not a field of pictures");
    check("views/orders", "/start", json!("no"), "/start: \"no\" is not a date or a moment");
    check("views/orders", "/filter/op", json!("under"), "/filter/value: \"under\" is for cascades, departments");
}

#[test]
fn what_roles_grant_exists_and_fits() {
    check("roles/clerk", "/grants/1/table", json!("balances"), "there is no table \"balances\"");
    check("roles/clerk", "/grants/1/actions", json!(["view", "edit"]), "nobody may \"edit\" rows of \"balance\"");
    check(
        "roles/clerk",
        "/grants/1",
        json!({"table": "move", "actions": ["view", "create"]}),
        "nobody may \"create\" rows of \"move\"",
    );
    check(
        "roles/clerk",
        "/grants/1",
        json!({"table": "good", "actions": ["view", "submit"]}),
        "\"submit\" means nothing",
    );
    check("roles/clerk", "/grants/1", json!({"table": "good", "actions": ["edit"]}), "granted without \"view\"");
    check(
        "roles/clerk",
        "/grants/0/scope/field",
        json!("shelfs"),
        "/grants/0/scope/field: there is no field \"shelfs\"",
    );
    check(
        "roles/clerk",
        "/grants/0/fields/lines.price2",
        json!("read"),
        "there is no field \"price2\" in lines \"lines\"",
    );
    check("roles/clerk", "/grants/0/fields/rows.*", json!("read"), "there is no lines field \"rows\"");
    check("roles/clerk", "/grants/0/fields/shelf.name", json!("read"), "goes through a link");
    check("roles/clerk", "/home/0/view", json!("order"), "there is no view \"order\"");
    check(
        "roles/clerk",
        "/menu/0",
        json!("ordrs"),
        "there is no view, table, report or dashboard \"ordrs\" (did you mean \"orders\"?)",
    );
    let mut files = clean();
    for (path, document) in &mut files {
        if path == "tables/order.json" {
            document["required"] = json!(["buyer"]);
        }
    }
    let said = lint(files, &[]);
    assert!(
        said[0].contains("warning: roles/clerk.json at /grants/0/fields: \"buyer\" is required, but members"),
        "{said:?}"
    );
}

#[test]
fn a_computed_field_that_gives_away_a_hidden_one_is_doubtful() {
    let said = changed("roles/clerk", "/grants/0/fields", json!({"lines.price": "hidden"}));
    assert_eq!(
        said,
        [
            "warning: roles/clerk.json at /grants/0/fields: members see \"lines.amount\" of \"order\", which is computed from \
          \"lines.price\", which is hidden from them (hide \"lines.amount\" as well, if the one gives the other away)"
        ]
    );
    let said = changed("roles/clerk", "/grants/0/fields", json!({"lines.amount": "hidden", "lines.price": "hidden"}));
    assert!(said.len() == 1 && said[0].contains("members see \"amount\""), "{said:?}");
    let said = changed("roles/clerk", "/grants/0/fields", json!({"lines.*": "hidden", "amount": "hidden"}));
    assert_eq!(said, [""; 0]);
}

#[test]
fn flows_find_their_people_and_fields() {
    let who = "/nodes/0/who/0";
    check("flows/order", "/table", json!("oder"), "there is no table \"oder\"");
    check("flows/order", "/table", json!("balance"), "is written by the ledger \"points\" alone");
    check(
        "flows/order",
        &format!("{who}/role"),
        json!("clark"),
        "there is no role \"clark\" (did you mean \"clerk\"?)",
    );
    check("flows/order", &format!("{who}/where/field"), json!("no"), "is no link to a table of people's own rows");
    check("flows/order", "/nodes/2/who/0/field", json!("no"), "\"no\" holds no people");
    check("flows/order", "/nodes/0/fields", json!({"lines.qt": "edit"}), "there is no field \"qt\"");
    check("flows/order", "/settings/title", json!("{shelf.nam}"), "/settings/title: there is no field \"nam\"");
    check("flows/order", "/settings/summary/0", json!("lines"), "a summary names fields of the record");
    check("flows/order", "/nodes/0/due", json!({"after": "1d"}), "/nodes/0/due: this version does not run due times");
    let mut files = clean();
    let mut second = files.iter().find(|(path, _)| path == "flows/order.json").unwrap().1.clone();
    second["key"] = json!("second");
    files.push(("flows/second.json".into(), second));
    let said = lint(files, &[]);
    assert_eq!(
        said,
        [
            "error: flows/second.json at /starts: submitting a record of \"order\" starts \"order\" already; a table has one such flow"
        ]
    );
    let said = changed("app", "/user_values", json!({}));
    assert!(said.iter().any(|line| line.contains("no user value over \"shelf\", so nobody is tied")), "{said:?}");
}

#[test]
fn steps_say_all_that_their_ledger_needs() {
    let post = "/on/approved/0";
    check(
        "flows/order",
        &format!("{post}/ledger"),
        json!("point"),
        "there is no ledger \"point\" (did you mean \"points\"?)",
    );
    check("flows/order", &format!("{post}/ledger"), json!("hr:leave"), "a ledger of another app");
    check(
        "flows/order",
        &format!("{post}/set"),
        json!({"good": "line.good", "qty": "1"}),
        "does not say the dimension \"shelf\"",
    );
    check(
        "flows/order",
        &format!("{post}/set"),
        json!({"good": "line.good", "shelf": "shelf"}),
        "does not say the measure \"qty\"",
    );
    check(
        "flows/order",
        &format!("{post}/set/nots"),
        json!("\"x\""),
        "have no field \"nots\" (did you mean \"note\"?)",
    );
    check(
        "flows/order",
        &format!("{post}/set/qty_after"),
        json!("1"),
        "is written by the ledger itself (measure_after)",
    );
    check("flows/order", &format!("{post}/for_each"), json!("rows"), "there is no lines field \"rows\"");
    check("flows/order", "/on/approved/1/values", json!({"amount": "1"}), "\"amount\" is written by the engine");
    check("flows/order", "/on/approved/1/values", json!({"state": "1"}), "\"state\" is a system field");
    check("flows/order", "/on/approved/1/values", json!({"lines.qty": "1"}), "for lines say \"for_each\"");
    check(
        "flows/order",
        "/on/rejected/0/then/0/message",
        json!("{nu}"),
        "/on/rejected/0/then/0/message: there is no field \"nu\"",
    );
    check(
        "flows/order",
        "/on/withdrawn",
        json!([{"do": "reserve", "ledger": "points", "set": {"qty": "1"}}]),
        "does not say the dimension \"good\"",
    );
}

#[test]
fn ledgers_have_the_fields_they_need() {
    check("ledgers/points", "/moves", json!("mov"), "there is no table \"mov\" (did you mean \"move\"?)");
    check("tables/move", "/x-table/append_only", json!(false), "must say \"append_only\": true");
    check("ledgers/points", "/measure", json!("quantity"), "the table \"move\" has no field \"quantity\"");
    check("tables/balance", "/properties/qty", field("decimal", json!({"scale": 3})), "keeps other decimal places");
    check(
        "tables/balance",
        "/properties/held",
        field("text", json!({})),
        "\"held\" of table \"balance\" must be a number",
    );
    check(
        "tables/balance",
        "/properties/shelf/x-field/table",
        json!("good"),
        "\"shelf\" is not the same kind of field",
    );
    check(
        "tables/balance",
        "/properties/grain/x-field/options",
        json!([{"value": "dimensions"}]),
        "needs the option \"hold\"",
    );
    check("ledgers/points", "/value/fallback", json!("good.name"), "\"good.name\" is no number");
    check("ledgers/points", "/stamps/measure_after", json!("note"), "\"note\" of table \"move\" must be a number");
    check(
        "tables/move",
        "/properties/phase/x-field/options",
        json!([{"value": "out"}]),
        "\"phase\" needs the option \"in\", which a flow posts",
    );
    check("ledgers/points", "/checks/0/message", json!("{held}"), "{held} is not known at this grain");
    check(
        "ledgers/points",
        "/checks/0/unless",
        json!("grain == \"hold\""),
        "\"grain\" is not known when a balance is checked",
    );
    check("ledgers/points", "/period", json!({"table": "months", "date": "note"}), "there is no table \"months\"");
}

#[test]
fn rules_compile_and_name_what_exists() {
    check(
        "tables/order",
        "/properties/amount/x-field/formula",
        json!("sum(lines, \"amont\")"),
        "at /properties/amount/x-field/formula: there is no column \"amont\"",
    );
    check("tables/order", "/properties/day/x-field/default", json!("todai()"), "at /properties/day/x-field/default");
    check(
        "tables/order",
        "/properties/lines/items/properties/amount/x-field/formula",
        json!("qty * prise"),
        "there is no field \"prise\"",
    );
    check(
        "forms/order",
        "/layout/0/visible",
        json!("record.shelv > 1"),
        "forms/order.json at /layout/0/visible: there is no field \"shelv\"",
    );
    check(
        "forms/order",
        "/layout/1/items/0/columns/1/required",
        json!("line.shelf > 1"),
        "at /layout/1/items/0/columns/1/required",
    );
    check("forms/order", "/checks/0/rule", json!("qty >"), "forms/order.json at /checks/0/rule");
    check("flows/order", "/nodes/1/arms/0/when", json!("amount > setting(\"limt\")"), "there is no setting \"limt\"");
    check("flows/order", "/nodes/1/arms/0/when", json!("shelf.fee"), "there is no field \"fee\"");
    check(
        "ledgers/points",
        "/checks/0/rule",
        json!("qty >= hold"),
        "ledgers/points.json at /checks/0/rule: there is no field \"hold\"",
    );
    let said = lint(clean(), &[("rules/tax.rhai", "fn tax(x) { x * }")]);
    assert!(said.iter().any(|line| line.starts_with("error: rules/tax.rhai")), "{said:?}");
}

#[test]
fn computed_fields_that_need_each_other_are_refused() {
    let mut files = clean();
    for (path, document) in &mut files {
        if path == "tables/good.json" {
            document["properties"]["one"] = field("money", json!({"formula": "two + 1"}));
            document["properties"]["two"] = field("money", json!({"formula": "one + cost"}));
        }
    }
    let said = lint(files, &[]);
    assert!(said.len() == 1 && said[0].contains("one → two → one"), "{said:?}");
}

#[test]
fn data_has_the_columns_of_its_table() {
    let check = |path: &str, text: &str, expected: &str| {
        let said = lint(clean(), &[(path, text)]);
        assert!(said.len() == 1 && said[0].contains(expected), "{said:?}");
    };
    check("data/shelves.csv", "name\n", "there is no table \"shelves\"");
    check("data/shelf.csv", "nam\n", "no field has the key \"nam\"; did you mean \"name\"?");
    check("data/shelf.csv", "name,name\n", "the column \"name\" is there twice");
    check("data/shelf.csv", "name,free\nA\n", "row 1 has 1 values, the header 2");
    check("data/shelf.csv", "name,free\nA,perhaps\n", "row 1: \"perhaps\" does not fit \"free\" (type)");
    check("data/order.csv", "no,day\nA,@today-x\n", "relative days read @today-30");
    check("data/order.csv", "no,amount\n", "\"amount\" is computed");
    check("data/order.csv", "no,lines\n", "\"lines\" are lines, which have a file of their own");
    check("data/order.csv", "no,@as\n", "no field has the key \"@as\"");
    check("demo/order.lines.csv", "good,qty\n", "lines need the column @parent");
    check("demo/order.rows.csv", "good\n", "there is no lines field \"rows\"");
    check("demo/balance.csv", "qty\n", "come from posting to its ledger");
    assert_eq!(
        lint(
            clean(),
            &[
                ("demo/order.csv", "@key,@as,no,day\nA,li,1,@today-3\nB,,2,2026-02-28\n"),
                ("demo/order.lines.csv", "@parent,good\n")
            ]
        ),
        [""; 0]
    );
}

#[test]
fn buttons_name_what_exists_and_leave_ledgers_alone() {
    let button = |steps: Json| json!([{"key": "close", "title": "Close", "steps": steps}]);
    let set = |key: &str| button(json!([{"do": "set", "values": {key: "1"}}]));
    check("forms/order", "/buttons", set("colour"), "there is no field \"colour\"");
    check("forms/order", "/buttons", set("amount"), "\"amount\" is written by the engine");
    let reverse = button(json!([{"do": "if", "when": "true", "then": [{"do": "reverse", "ledger": "points"}]}]));
    check("forms/order", "/buttons", reverse, "a button moves nothing in a ledger");
    let step = json!([{"do": "fail", "message": "no"}]);
    let twice = json!([{"key": "a", "title": "A", "steps": step}, {"key": "a", "title": "B", "steps": step}]);
    check("forms/order", "/buttons", twice, "two buttons have the key \"a\"");
    let hidden = json!([{"key": "a", "title": "A", "visible": "record.colour", "steps": step}]);
    check("forms/order", "/buttons", hidden, "/buttons/0/visible");
}

#[test]
fn filters_over_lines_and_trees_name_what_exists() {
    let any = |field: &str| json!({"any_line": "lines", "where": {"field": field, "op": "gt", "value": "1"}});
    check("views/orders", "/filter", any("colour"), "/filter/where/field");
    check("views/orders", "/filter", json!({"any_line": "rows", "where": {"all": []}}), "there are no lines \"rows\"");
    let under = json!({"field": "shelf", "op": "under", "value": 1});
    check("views/orders", "/filter", under, "\"under\" is for cascades, departments");
    assert_eq!(changed("views/orders", "/filter", any("qty")), [""; 0]);
}
