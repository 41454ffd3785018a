//! A live table changes under its rows: drafts, plans, publishing, and what each step does to the data.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

const APP: &str = "/api/v1/apps/shop";
const ROWS: &str = "/api/v1/apps/shop/tables/thing/records";
const DRAFT: &str = "/api/v1/apps/shop/draft/table/thing";

/// A table with one field of each kind that conversions begin at.
pub fn thing() -> Value {
    let text = |kind: &str| json!({"type": "string", "title": kind.to_uppercase(), "x-field": {"kind": "text"}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Thing", "type": "object",
        "x-table": {"key": "thing", "display": "{code}"},
        "properties": {
            "code": {"type": "string", "title": "Code", "x-field": {"kind": "text"}},
            "a": text("a"), "b": text("b"),
            "n": {"type": "string", "title": "N", "x-field": {"kind": "decimal", "scale": 3}},
            "m": {"type": "string", "title": "M", "x-field": {"kind": "money", "scale": 2}},
            "c": {"type": "string", "title": "C", "x-field": {"kind": "choice", "options": [
                {"value": "red", "title": "Red"}, {"value": "blue", "title": "Blue"}]}},
            "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "note": {"type": "string", "title": "Note", "x-field": {"kind": "text"}},
                "qty": {"type": "string", "title": "Qty", "x-field": {"kind": "decimal", "scale": 2}}}}}
        },
        "required": ["code"]
    })
}

fn documents() -> Documents {
    let manifest =
        json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en", "menu": [{"table": "thing"}]});
    let place = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Place", "type": "object",
        "x-table": {"key": "place", "display": "{name}"},
        "properties": {"name": {"type": "string", "title": "Name", "x-field": {"kind": "text", "unique": true}}},
        "required": ["name"]
    });
    let files = [("app.json", manifest), ("tables/thing.json", thing()), ("tables/place.json", place)];
    let files = files.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("a package")
}

/// The app with some rows; answers the administrator.
pub async fn shop(server: &Server, rows: &[Value]) -> Caller {
    let administrator = server.administrator();
    let package = Body::Bytes("application/zip", documents().to_zip().expect("a package"));
    administrator.send(Method::POST, "/api/v1/apps/import", &[], package).await.expect(201);
    for row in rows {
        administrator.post(ROWS, json!({"values": row})).await.expect(201);
    }
    administrator
}

pub async fn put(administrator: &Caller, table: &Value) -> Answer {
    administrator.put(DRAFT, table.clone()).await.expect(200)
}

pub async fn check(administrator: &Caller) -> Answer {
    administrator.post(&format!("{APP}/draft/check"), json!({})).await.expect(200)
}

pub async fn publish(administrator: &Caller) -> Answer {
    let checked = check(administrator).await;
    let body = json!({"fingerprint": checked["fingerprint"], "confirm": true});
    administrator.post(&format!("{APP}/publish"), body).await.expect(200)
}

fn step<'a>(checked: &'a Value, kind: &str) -> &'a Value {
    let plan = checked["plan"].as_array().expect("a plan");
    plan.iter().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("no step {kind} in {plan:#?}"))
}

/// The values of a field, in the order in which the rows were made.
pub async fn column(caller: &Caller, field: &str) -> Vec<Value> {
    let list = caller.list(ROWS, &[("sort", "code"), ("limit", "200")]).await.expect(200);
    list.items().iter().map(|row| row["values"][field].clone()).collect()
}

/// Changes field `key` of the table to be `property`, looks at the plan, publishes, and answers the conversion's step and the values.
async fn convert(administrator: &Caller, key: &str, property: Value) -> (Value, Vec<Value>) {
    let mut table = administrator.get(DRAFT).await.expect(200)["document"].clone();
    table["properties"][key] = property;
    let put = put(administrator, &table).await;
    assert_eq!(put["findings"], json!([]), "{}", put.text());
    let checked = check(administrator).await;
    let told = step(&checked, "convert").clone();
    publish(administrator).await;
    (told, column(administrator, key).await)
}

fn figures(step: &Value) -> (i64, i64, i64, i64) {
    let figure = |name: &str| step[name].as_i64().expect("a figure");
    (figure("affected"), figure("lost"), figure("cut"), figure("odd"))
}

fn coded(values: &[(&str, Value)]) -> Vec<Value> {
    let (key, _) = values[0];
    let row = |(index, (_, value)): (usize, &(&str, Value))| json!({"code": format!("T{index}"), key: value});
    values.iter().enumerate().map(row).collect()
}

#[tokio::test]
async fn a_text_becomes_a_number_a_day_a_choice_and_a_link() {
    on_both(async |server: &Server| {
        let a = |text: &str| ("a", json!(text));
        let rows = coded(&[a("12"), a("1,200.50"), a("2025-03-04"), a("Red"), a("North"), a("x")]);
        let administrator = shop(server, &rows).await;
        administrator.post("/api/v1/apps/shop/tables/place/records", json!({"values": {"name": "North"}})).await.expect(201);
        let null = Value::Null;
        let (told, values) =
            convert(&administrator, "a", json!({"type": "integer", "title": "A", "x-field": {"kind": "integer"}})).await;
        assert_eq!(figures(&told), (6, 5, 0, 0), "{told:#}");
        assert_eq!(told["outcome"], "loses");
        assert_eq!(told["examples"][0]["value"], "1,200.50");
        assert_eq!(told["examples"][0]["label"], "T1");
        assert_eq!(values, [json!(12), null.clone(), null.clone(), null.clone(), null.clone(), null.clone()]);
        // What was converted away lies in the trash of fields, and an earlier version brings the field back as text.
        let removed = administrator.get(&format!("{APP}/removed-fields")).await.expect(200);
        assert_eq!((&removed.items()[0]["rows"], &removed.items()[0]["converted"]), (&json!(6), &json!(true)));

        let b = coded(&[("b", json!("1,200.50")), ("b", json!("2025年3月4日")), ("b", json!("Blue")), ("b", json!("North"))]);
        for (index, mut row) in b.into_iter().enumerate() {
            row["code"] = format!("U{index}").into();
            administrator.post(ROWS, json!({"values": row})).await.expect(201);
        }
        let tail = |values: Vec<Value>| values[6..].to_vec();
        let option = |value: &str, title: &str| json!({"value": value, "title": title});
        let kinds = [
            (json!({"type": "string", "title": "B", "x-field": {"kind": "decimal", "scale": 2}}), vec![json!("1200.5"), null.clone(), null.clone(), null.clone()]),
            (json!({"type": "string", "format": "date", "title": "B", "x-field": {"kind": "date"}}), vec![null.clone(), json!("2025-03-04"), null.clone(), null.clone()]),
            (json!({"type": "string", "title": "B", "x-field": {"kind": "choice", "options": [option("blue", "Blue")]}}), vec![null.clone(), null.clone(), json!("blue"), null.clone()]),
            (json!({"type": "integer", "title": "B", "x-field": {"kind": "link", "table": "place"}}), vec![null.clone(), null.clone(), null.clone(), json!(1)]),
        ];
        for (property, wanted) in kinds {
            let what = property["x-field"]["kind"].clone();
            let (told, values) = convert(&administrator, "b", property).await;
            assert_eq!(figures(&told), (4, 3, 0, 0), "{what}: {told:#}");
            assert_eq!(tail(values), wanted, "{what}");
            // Back to the first version, where the values come from the converted column, so they are put right again.
            let (_, _) = convert(&administrator, "b", json!({"type": "string", "title": "B", "x-field": {"kind": "text"}})).await;
            let texts = ["1,200.50", "2025年3月4日", "Blue", "North"];
            let list = administrator.list(ROWS, &[("sort", "code")]).await.expect(200);
            for (row, text) in list.items()[6..].iter().zip(texts) {
                let path = format!("{ROWS}/{}", row["id"]);
                administrator.patch(&path, json!({"values": {"b": text}})).await.expect(200);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_change_their_scale_and_choices_become_several() {
    on_both(async |server: &Server| {
        let rows = [
            json!({"code": "T0", "n": "1.25", "m": "3.50", "c": "red", "lines": [{"note": "7", "qty": "1.5"}, {"note": "many"}]}),
            json!({"code": "T1", "n": "1.256", "m": "1000"}),
            json!({"code": "T2", "n": "2.005", "c": "blue"}),
        ];
        let administrator = shop(server, &rows).await;
        let decimal = |scale: u32| json!({"type": "string", "title": "N", "x-field": {"kind": "decimal", "scale": scale}});
        let (told, values) = convert(&administrator, "n", decimal(6)).await;
        assert_eq!((figures(&told), told["outcome"].as_str()), ((3, 0, 0, 0), Some("safe")));
        assert_eq!(values, [json!("1.25"), json!("1.256"), json!("2.005")]);
        let (told, values) = convert(&administrator, "n", decimal(2)).await;
        assert_eq!(figures(&told), (3, 0, 2, 0), "{told:#}");
        assert_eq!((&told["examples"][0]["value"], &told["examples"][0]["becomes"]), (&json!("1.256"), &json!("1.26")));
        assert_eq!(values, [json!("1.25"), json!("1.26"), json!("2.01")]);
        let (told, values) = convert(&administrator, "m", decimal(4)).await;
        assert_eq!(figures(&told), (2, 0, 0, 0));
        assert_eq!(values, [json!("3.5"), json!("1000"), Value::Null]);
        let options = json!([{"value": "red", "title": "Red"}, {"value": "blue", "title": "Blue"}]);
        let choices = json!({"type": "array", "title": "C", "x-field": {"kind": "choices", "options": options}});
        let (told, values) = convert(&administrator, "c", choices).await;
        assert_eq!(figures(&told), (2, 0, 0, 0));
        assert_eq!(values, [json!(["red"]), Value::Null, json!(["blue"])]);
        // A column of lines is converted the same way.
        let mut table = administrator.get(DRAFT).await["document"].clone();
        table["properties"]["lines"]["items"]["properties"]["note"] =
            json!({"type": "integer", "title": "Note", "x-field": {"kind": "integer"}});
        put(&administrator, &table).await;
        let checked = check(&administrator).await;
        let told = step(&checked, "convert").clone();
        assert_eq!(figures(&told), (2, 1, 0, 0));
        publish(&administrator).await;
        let first = administrator.list(ROWS, &[("sort", "code")]).await.items()[0]["id"].clone();
        let lines = administrator.get(&format!("{ROWS}/{first}")).await["values"]["lines"].clone();
        assert_eq!((&lines[0]["note"], &lines[1]["note"]), (&json!(7), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn fields_come_with_values_go_and_come_back() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &coded(&[("n", json!("2")), ("n", json!("3"))])).await;
        let mut table = thing();
        table["properties"]["state_word"] = json!({"type": "string", "title": "Word", "x-field": {"kind": "text", "default": "\"new\""}});
        table["properties"]["double"] = json!({"type": "string", "title": "Double", "x-field": {"kind": "decimal", "scale": 3, "formula": "n * 2"}});
        table["properties"].as_object_mut().unwrap().shift_remove("a");
        put(&administrator, &table).await;
        let checked = check(&administrator).await;
        assert_eq!(checked["outcome"], "safe", "nothing has a value in A: {}", checked.text());
        publish(&administrator).await;
        assert_eq!(column(&administrator, "state_word").await, [json!("new"), json!("new")]);
        assert_eq!(column(&administrator, "double").await, [json!("4"), json!("6")]);

        // Removing what has values is asked for, and the values come back with the field.
        table["properties"].as_object_mut().unwrap().shift_remove("n");
        table["properties"].as_object_mut().unwrap().shift_remove("double");
        put(&administrator, &table).await;
        let checked = check(&administrator).await;
        assert_eq!((&checked["must_confirm"], &step(&checked, "remove_field")["affected"]), (&json!(true), &json!(2)));
        let publish_path = format!("{APP}/publish");
        administrator.post(&publish_path, json!({"fingerprint": checked["fingerprint"]})).await.refused(409, "confirm_loss");
        publish(&administrator).await;
        assert_eq!(column(&administrator, "n").await, [Value::Null, Value::Null]);
        administrator.patch(&format!("{ROWS}/1"), json!({"values": {"n": "9"}})).await.refused(422, "unknown_field");
        let removed = administrator.get(&format!("{APP}/removed-fields")).await.expect(200);
        let gone = removed.items().iter().find(|field| field["key"] == "n").expect("the removed field").clone();
        assert_eq!((&gone["rows"], &gone["restorable"], &gone["title"]), (&json!(2), &json!(true), &json!("N")));
        administrator.post(&format!("{APP}/removed-fields/{}/restore", gone["id"]), json!({})).await.expect(200);
        let checked = check(&administrator).await;
        step(&checked, "restore_field");
        publish(&administrator).await;
        let mut back = column(&administrator, "n").await;
        back.sort_by_key(ToString::to_string);
        assert_eq!(back, [json!("2"), json!("3")]);
    })
    .await;
}

#[tokio::test]
async fn unique_required_and_options_are_judged_by_the_rows() {
    on_both(async |server: &Server| {
        let rows = [
            json!({"code": "T0", "a": "same", "c": "red"}),
            json!({"code": "T1", "a": "same"}),
            json!({"code": "T2", "a": "other"}),
        ];
        let administrator = shop(server, &rows).await;
        let mut table = thing();
        table["properties"]["a"]["x-field"]["unique"] = true.into();
        put(&administrator, &table).await;
        let checked = check(&administrator).await;
        let told = step(&checked, "unique");
        assert_eq!(
            (&told["outcome"], &told["affected"], &checked["publishable"]),
            (&json!("blocks"), &json!(2), &json!(false))
        );
        assert_eq!(told["examples"].as_array().map(Vec::len), Some(2));
        administrator.post(&format!("{APP}/publish"), json!({"confirm": true})).await.refused(409, "publish_blocked");
        administrator.patch(&format!("{ROWS}/2"), json!({"values": {"a": "else"}})).await.expect(200);
        table["required"] = json!(["code", "b"]);
        table["properties"]["c"]["x-field"]["options"] = json!([{"value": "blue", "title": "Blue"}]);
        put(&administrator, &table).await;
        let checked = check(&administrator).await;
        assert_eq!(step(&checked, "required")["affected"], 3);
        assert_eq!(step(&checked, "remove_option")["affected"], 1);
        publish(&administrator).await;
        administrator.post(ROWS, json!({"values": {"code": "T3", "a": "same", "b": "x"}})).await.refused(422, "unique");
        administrator.post(ROWS, json!({"values": {"code": "T3", "a": "new"}})).await.refused(422, "invalid");
        // And what was unique may collide again.
        table["properties"]["a"]["x-field"]["unique"] = false.into();
        put(&administrator, &table).await;
        publish(&administrator).await;
        administrator.post(ROWS, json!({"values": {"code": "T3", "a": "same", "b": "x"}})).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn two_builders_do_not_overwrite_each_other() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let live = administrator.get(DRAFT).await.expect(200);
        assert_eq!(live.header("etag"), Some("\"-1\""));
        let send = async |tag: &str, title: &str| {
            let mut table = thing();
            table["title"] = title.into();
            administrator.send(Method::PUT, DRAFT, &[("if-match", tag)], Body::Json(table)).await
        };
        let first = send("\"-1\"", "One").await.expect(200);
        let tag = first.header("etag").expect("a tag").to_owned();
        let stale = send("\"-1\"", "Two").await.refused(412, "stale");
        assert_eq!(stale["version"].as_i64().map(|version| format!("\"{version}\"")), Some(tag.clone()));
        send(&tag, "Three").await.expect(200);
        // Whoever looked at an older plan does not publish a newer one.
        let seen = check(&administrator).await["fingerprint"].clone();
        let mut table = thing();
        table["title"] = "Four".into();
        put(&administrator, &table).await;
        administrator.post(&format!("{APP}/publish"), json!({"fingerprint": seen})).await.refused(412, "stale");
        let done = publish(&administrator).await;
        assert_eq!((&done["live_version"], &done["version"]), (&json!(2), &json!("1.1.0")));
        administrator.post(&format!("{APP}/publish"), json!({})).await.refused(409, "nothing_to_publish");
        for caller in [server.keeper(), server.manager()] {
            caller.post(&format!("{APP}/draft/check"), json!({})).await.refused(403, "administrators_only");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unsound_draft_is_kept_but_not_published() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let mut table = thing();
        table["properties"]["n"]["x-field"]["formula"] = "nothing_there + 1".into();
        let kept = put(&administrator, &table).await;
        assert!(!kept["findings"].as_array().expect("findings").is_empty(), "{}", kept.text());
        let checked = check(&administrator).await;
        assert!(checked["errors"].as_i64() > Some(0) && checked["publishable"] == false, "{}", checked.text());
        let refused = administrator.post(&format!("{APP}/publish"), json!({})).await.refused(422, "invalid");
        assert!(refused.errors()[0].0.starts_with("/tables/thing.json#"), "{}", refused.text());
        administrator.delete(&format!("{APP}/draft")).await.expect(204);
        assert!(check(&administrator).await["difference"].as_array().is_some_and(Vec::is_empty));
    })
    .await;
}

#[tokio::test]
async fn a_renamed_field_keeps_its_values_and_its_references() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &coded(&[("n", json!("2"))])).await;
        let mut table = thing();
        table["properties"]["double"] = json!({"type": "string", "title": "Double", "x-field": {"kind": "decimal", "scale": 3, "formula": "n * 2"}});
        table["x-table"]["display"] = "{code} {n}".into();
        put(&administrator, &table).await;
        let rename = format!("{APP}/draft/rename");
        let body = json!({"kind": "field", "table": "thing", "from": "n", "to": "amount"});
        let renamed = administrator.post(&rename, body).await.expect(200);
        assert_eq!(renamed["changed"], json!(["tables/thing.json"]));
        let draft = administrator.get(DRAFT).await["document"].clone();
        assert_eq!(draft["properties"]["double"]["x-field"]["formula"], "amount * 2");
        assert_eq!(draft["x-table"]["display"], "{code} {amount}");
        let body = json!({"kind": "table", "from": "thing", "to": "article"});
        administrator.post(&rename, body).await.expect(200);
        administrator.post(&rename, json!({"kind": "table", "from": "thing", "to": "x"})).await.refused(422, "unknown_field");
        administrator
            .post(&rename, json!({"kind": "field", "table": "article", "from": "a", "to": "b"}))
            .await
            .refused(422, "unique");
        let checked = check(&administrator).await;
        assert_eq!(checked["outcome"], "safe", "{}", checked.text());
        publish(&administrator).await;
        let list = administrator.get("/api/v1/apps/shop/tables/article/records").await.expect(200);
        assert_eq!((&list.items()[0]["values"]["amount"], &list.items()[0]["values"]["double"]), (&json!("2"), &json!("4")));
        administrator.get(ROWS).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_version_is_taken_up_again_with_its_data() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &coded(&[("a", json!("one")), ("a", json!("two"))])).await;
        let mut table = thing();
        table["properties"].as_object_mut().unwrap().shift_remove("a");
        table["properties"].as_object_mut().unwrap().shift_remove("lines");
        put(&administrator, &table).await;
        publish(&administrator).await;
        let versions = administrator.get(&format!("{APP}/versions")).await.expect(200);
        let numbers: Vec<_> = versions.items().iter().map(|version| version["number"].clone()).collect();
        assert_eq!(numbers, [2, 1]);
        let compared = administrator.get(&format!("{APP}/versions/1/difference")).await.expect(200);
        assert!(compared["difference"].as_array().is_some_and(|found| !found.is_empty()));
        administrator.post(&format!("{APP}/versions/1/restore"), json!({})).await.expect(200);
        let checked = check(&administrator).await;
        step(&checked, "restore_field");
        step(&checked, "restore_lines");
        publish(&administrator).await;
        assert_eq!(column(&administrator, "a").await, [json!("one"), json!("two")]);
        administrator.post(&format!("{APP}/versions/9/restore"), json!({})).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_package_takes_the_place_of_the_definitions() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &coded(&[("a", json!("12"))])).await;
        let mut package = documents();
        let mut table = thing();
        table["properties"]["a"] = json!({"type": "integer", "title": "A", "x-field": {"kind": "integer"}});
        package.set("tables/thing.json", table.to_string()).expect("a place");
        let send = async |query: &str, documents: &Documents| {
            let body = Body::Bytes("application/zip", documents.to_zip().expect("a package"));
            administrator.send(Method::POST, &format!("/api/v1/apps/import?mode=upgrade{query}"), &[], body).await
        };
        let looked = send("&dry_run=true", &package).await.expect(200);
        assert_eq!(figures(step(&looked, "convert")), (1, 0, 0, 0));
        assert_eq!(column(&administrator, "a").await, [json!("12")], "a dry run changes nothing");
        let done = send("", &package).await.expect(200);
        assert_eq!(done["live_version"], 2);
        assert_eq!(column(&administrator, "a").await, [json!(12)]);
        package
            .set("app.json", json!({"key": "other", "title": "X", "version": "1.0.0"}).to_string())
            .expect("a place");
        send("", &package).await.refused(409, "unknown_app");
    })
    .await;
}
