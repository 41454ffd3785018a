//! Records: create, read, change, delete, and what is refused with which pointer and code.

use crate::{
    server::{Server, TODAY, on_both},
    stock::{INBOUND, ITEM, OUTBOUND, SHANGHAI, SUPPLIER, decide, receipt, submit, task_of},
};
use reqwest::Method;
use serde_json::{Value, json};

fn item(code: &str) -> Value {
    json!({"code": code, "name": "角铁", "uom": {"key": "kg"}})
}

fn at(base: &str, record: &Value) -> String {
    format!("{base}/{}", record["id"])
}

#[tokio::test]
async fn a_record_is_answered_as_it_was_stored() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let mut values = item("T-1");
        values["std_cost"] = "123456789.500000".into();
        values["spec"] = "30×30".into();
        let made = manager.post(ITEM, json!({"values": values})).await.expect(201);
        assert_eq!(made["version"], 1);
        assert_eq!(made.header("etag"), Some("\"1\""));
        assert_eq!(made["state"], Value::Null);
        assert_eq!(made["case"], Value::Null);
        assert_eq!(made["created_at"], "2025-03-03T02:00:00.000Z");
        assert_eq!(made["values"]["status"], "active", "the default was applied");
        assert_eq!(made["values"]["category"], Value::Null);
        let uom = made["values"]["uom"].as_i64().expect("the id of a link");
        assert_eq!(made["refs"]["uom"][uom.to_string()]["label"], "千克");

        let read = manager.get(&at(ITEM, &made)).await.expect(200);
        assert_eq!(read.json, made.json);
        assert_eq!(read.header("etag"), Some("\"1\""));
        let rows = manager.list(ITEM, &[("filter", r#"{"field":"code","op":"eq","value":"T-1"}"#)]).await.expect(200);
        assert_eq!(rows.items()[0]["values"], made["values"]);
    })
    .await;
}

#[tokio::test]
async fn decimals_are_exact_texts() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for (place, (sent, stored)) in [
            (json!("0.1"), "0.1"),
            (json!("999999999.999999"), "999999999.999999"),
            (json!("1.500000"), "1.5"),
            (json!("0.000001"), "0.000001"),
            (json!(7), "7"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut values = item(&format!("D-{place}"));
            values["std_cost"] = sent.clone();
            let made = manager.post(ITEM, json!({"values": values})).await.expect(201);
            crate::stock::assert_decimal(&made["values"]["std_cost"], stored);
            let read = manager.get(&at(ITEM, &made)).await.expect(200);
            crate::stock::assert_decimal(&read["values"]["std_cost"], stored);
        }
        for (sent, code) in [
            (json!("0.0000001"), None),
            (json!("1e3"), None),
            (json!("１２"), None),
            (json!("NaN"), None),
            (json!("-1"), Some("minimum")),
            (json!(true), Some("type")),
            (json!("1".repeat(40)), None),
        ] {
            let mut values = item("D-X");
            values["std_cost"] = sent.clone();
            let refused = manager.post(ITEM, json!({"values": values})).await.refused(422, "invalid");
            assert_eq!(refused.errors().len(), 1, "{sent}: {}", refused.text());
            assert_eq!(refused.errors()[0].0, "/std_cost", "{sent}");
            if let Some(code) = code {
                assert_eq!(refused.errors()[0].1, code, "{sent}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_error_is_told_at_once_at_its_pointer() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let long = "长".repeat(81);
        for (values, wanted) in [
            (json!({}), vec![("/code", "required"), ("/name", "required"), ("/uom", "required")]),
            (
                json!({"code": 7, "name": long, "uom": {"key": "furlong"}, "status": "lost"}),
                vec![("/code", "type"), ("/name", "too_long"), ("/status", "option"), ("/uom", "link_not_found")],
            ),
            (json!({"code": "T-2", "name": "n", "uom": 999_999}), vec![("/uom", "link_not_found")]),
            (json!({"code": "T-2", "name": "n", "uom": {"key": "kg", "also": 1}}), vec![("/uom", "type")]),
            (
                json!({"code": "T-2", "name": "n", "uom": {"key": "kg"}, "std_cost": "-0.01"}),
                vec![("/std_cost", "minimum")],
            ),
        ] {
            let refused = manager.post(ITEM, json!({"values": values.clone()})).await.refused(422, "invalid");
            let mut errors = refused.errors();
            errors.sort();
            let wanted: Vec<(String, String)> =
                wanted.iter().map(|(path, code)| ((*path).into(), (*code).into())).collect();
            assert_eq!(errors, wanted, "{values}");
        }
        let keeper = server.keeper();
        let values = json!({"warehouse": {"key": SHANGHAI}, "kind": "other", "lines": [
            {"item": {"key": "HW-0008"}, "qty": "1"},
            {"item": {"key": "HW-0012"}, "qty": "0"},
            {"qty": "x"},
        ]});
        let refused = keeper.post(INBOUND, json!({"values": values, "submit": true})).await.refused(422, "invalid");
        let mut errors = refused.errors();
        errors.sort();
        let wanted = [("/lines/1/qty", "exclusive_minimum"), ("/lines/2/item", "required"), ("/lines/2/qty", "type")];
        assert_eq!(errors, wanted.map(|(path, code)| (path.to_owned(), code.to_owned())), "{}", refused.text());
        let none = json!({"warehouse": {"key": SHANGHAI}, "kind": "other", "lines": []});
        let refused = keeper.post(INBOUND, json!({"values": none, "submit": true})).await.refused(422, "invalid");
        assert_eq!(refused.errors()[0].0, "/lines", "{}", refused.text());
        let late = json!({"warehouse": {"key": SHANGHAI}, "kind": "other", "biz_date": "2025-03-04",
                          "lines": [{"item": {"key": "HW-0008"}, "qty": "1"}]});
        let refused = keeper.post(INBOUND, json!({"values": late, "submit": true})).await.refused(422, "invalid");
        assert_eq!(refused.errors()[0].0, "/biz_date", "{}", refused.text());
        assert_eq!(keeper.list(INBOUND, &[("count", "true")]).await.expect(200)["count"], 0, "nothing was saved");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_field_is_refused_with_the_nearest_one() {
    on_both(async |server: &Server| {
        let manager = server.manager().reading("en");
        let mut values = item("T-3");
        values["nmae"] = "x".into();
        let refused = manager.post(ITEM, json!({"values": values})).await.refused(422, "unknown_field");
        assert_eq!(refused["errors"][0]["path"], "/nmae");
        assert_eq!(refused["errors"][0]["params"]["near"], "name");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("nmae"), "{}", refused.text());
        let lines = json!({"kind": "other", "warehouse": {"key": SHANGHAI}, "lines": [{"item": {"key": "HW-0008"}, "qyt": "1"}]});
        let refused = manager.post(INBOUND, json!({"values": lines})).await.refused(422, "unknown_field");
        assert_eq!(refused["errors"][0]["path"], "/lines/0/qyt");
        assert_eq!(refused["errors"][0]["params"]["near"], "qty");
        // Outside `values` nothing unknown is let through either.
        manager.post(ITEM, json!({"values": item("T-3"), "submti": true})).await.refused(400, "malformed");
        manager.post(ITEM, json!({"values": []})).await.refused(400, "malformed");
        manager.post("/api/v1/apps/wms/tables/itme/records", json!({"values": {}})).await.refused(404, "not_found");
        manager.get("/api/v1/apps/wmss/tables/item/records").await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn people_are_named_by_login_and_links_by_key() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let warehouses = "/api/v1/apps/wms/tables/warehouse/records";
        let keepers = json!([{"login": "keeper_li"}, {"login": "KEEPER_WANGLEI"}]);
        let values = json!({"code": "W-9", "name": "临时仓", "kind": "general", "keepers": keepers, "manager": {"login": "manager_zhao"}});
        let made = manager.post(warehouses, json!({"values": values})).await.expect(201);
        let ids: Vec<i64> = made["values"]["keepers"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(made["refs"]["keepers"][ids[0].to_string()]["label"], "李敏");
        assert_eq!(made["values"]["manager"], manager.get("/api/v1/me").await["id"]);
        let wrong = json!({"values": {"keepers": [{"login": "keeper_li"}, {"login": "nobody"}]}});
        let refused = manager.patch(&at(warehouses, &made), wrong).await.refused(422, "invalid");
        let errors = refused.errors();
        assert!(errors.len() == 1 && errors[0].0.starts_with("/keepers") && errors[0].1 == "link_not_found", "{errors:?}");
    })
    .await;
}

#[tokio::test]
async fn a_unique_value_is_taken_once() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let made = manager.post(ITEM, json!({"values": item("T-4")})).await.expect(201);
        let refused = manager.post(ITEM, json!({"values": item("T-4")})).await.refused(422, "unique");
        assert_eq!(refused.errors(), [("/code".to_owned(), "unique".to_owned())]);
        let other = manager.post(ITEM, json!({"values": item("T-5")})).await.expect(201);
        let body = json!({"values": {"code": "T-4"}});
        manager.patch(&at(ITEM, &other), body).await.refused(422, "unique");
        // Not given is not equal to not given.
        assert_eq!(made["values"]["barcode"], other["values"]["barcode"]);
    })
    .await;
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let mut values = item("T-6");
        values["spec"] = "A".into();
        values["std_cost"] = "2".into();
        let made = manager.post(ITEM, json!({"values": values})).await.expect(201);
        let path = at(ITEM, &made);
        let changed = manager.patch(&path, json!({"values": {"name": "扁铁", "spec": null}})).await.expect(200);
        assert_eq!(changed["version"], 2);
        assert_eq!(changed["values"]["name"], "扁铁");
        assert_eq!(changed["values"]["spec"], Value::Null);
        crate::stock::assert_decimal(&changed["values"]["std_cost"], "2");
        // Nothing changes, the version stays.
        assert_eq!(manager.patch(&path, json!({"values": {"name": "扁铁"}})).await.expect(200)["version"], 2);
        assert_eq!(manager.patch(&path, json!({"values": {}})).await.expect(200)["version"], 2);
        let refused = manager.patch(&path, json!({"values": {"code": null}})).await.refused(422, "invalid");
        assert_eq!(refused.errors(), [("/code".to_owned(), "required".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn if_match_stops_a_lost_update() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let made = manager.post(ITEM, json!({"values": item("T-7")})).await.expect(201);
        let path = at(ITEM, &made);
        let patch = async |version: &str, name: &str| {
            let body = crate::client::Body::Json(json!({"values": {"name": name}}));
            manager.send(Method::PATCH, &path, &[("if-match", version)], body).await
        };
        let first = patch("\"1\"", "一").await.expect(200);
        assert_eq!(first.header("etag"), Some("\"2\""));
        let stale = patch("\"1\"", "二").await.refused(412, "stale");
        assert_eq!(stale["version"], 2);
        assert_eq!(manager.get(&path).await["values"]["name"], "一");
        patch("\"2\"", "三").await.expect(200);
        patch("abc", "四").await.refused(400, "malformed");
        let body = crate::client::Body::None;
        let supplier = manager.list(SUPPLIER, &[("limit", "1")]).await.items()[0].clone();
        let gone = manager.send(Method::DELETE, &at(SUPPLIER, &supplier), &[("if-match", "\"9\"")], body).await;
        assert!([403, 412].contains(&gone.status), "{}", gone.text());
    })
    .await;
}

fn ids(record: &Value) -> Vec<i64> {
    record["values"]["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["id"].as_i64().expect("an id"))
        .collect()
}

fn quantities(record: &Value) -> Vec<String> {
    let lines = record["values"]["lines"].as_array().expect("lines");
    let normal = |text: &str| text.parse::<rust_decimal::Decimal>().expect("a decimal").normalize().to_string();
    lines.iter().map(|line| normal(line["qty"].as_str().expect("a quantity"))).collect()
}

#[tokio::test]
async fn lines_are_a_complete_list_in_order() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let body = json!({"values": receipt(SHANGHAI, &[("HW-0008", "1"), ("HW-0012", "2"), ("HW-0015", "3")])});
        let made = keeper.post(INBOUND, body).await.expect(201);
        assert_eq!(made["state"], "draft");
        assert_eq!(made["values"]["no"], Value::Null, "a draft takes no number");
        assert_eq!(made["values"]["biz_date"], TODAY);
        crate::stock::assert_decimal(&made["values"]["total_qty"], "6");
        let [a, b, c] = ids(&made)[..] else { panic!("three lines") };
        let path = at(INBOUND, &made);
        // Turned round, the middle one dropped, one added, one changed.
        let lines = json!([{"id": c}, {"item": {"key": "HW-0021"}, "qty": "9"}, {"id": a, "qty": "10"}]);
        let changed = keeper.patch(&path, json!({"values": {"lines": lines}})).await.expect(200);
        assert_eq!(quantities(&changed), ["3", "9", "10"]);
        assert_eq!((ids(&changed)[0], ids(&changed)[2]), (c, a));
        assert!(!ids(&changed).contains(&b));
        crate::stock::assert_decimal(&changed["values"]["total_qty"], "22");
        assert_eq!(keeper.get(&path).await.json["values"], changed["values"]);

        for lines in [json!([{"id": b, "qty": "1"}]), json!([{"id": a}, {"id": a}]), json!([{"id": "x"}])] {
            let refused = keeper.patch(&path, json!({"values": {"lines": lines}})).await.refused(422, "invalid");
            let last = refused["errors"][0].clone();
            assert_eq!(last["code"], "line_not_found", "{}", refused.text());
            assert!(last["path"].as_str().unwrap().ends_with("/id"), "{}", refused.text());
        }
        // Another record's line is not this one's.
        let body = json!({"values": receipt(SHANGHAI, &[("HW-0008", "5")])});
        let other = keeper.post(INBOUND, body).await.expect(201);
        let body = json!({"values": {"lines": [{"id": ids(&other)[0], "qty": "7"}]}});
        keeper.patch(&path, body).await.refused(422, "invalid");
        assert_eq!(quantities(&keeper.get(&at(INBOUND, &other)).await.json), ["5"]);
        assert_eq!(quantities(&keeper.get(&path).await.json), ["3", "9", "10"]);
    })
    .await;
}

#[tokio::test]
async fn lines_are_added_updated_and_removed_by_name() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let body = json!({"values": receipt(SHANGHAI, &[("HW-0008", "1"), ("HW-0012", "2"), ("HW-0015", "3")])});
        let made = keeper.post(INBOUND, body).await.expect(201);
        let [a, b, c] = ids(&made)[..] else { panic!("three lines") };
        let path = at(INBOUND, &made);
        let parts = json!({"update": [{"id": b, "qty": "20"}], "remove": [a], "add": [{"item": {"key": "HW-0021"}, "qty": "4"}]});
        let changed = keeper.patch(&path, json!({"values": {"lines": parts}})).await.expect(200);
        assert_eq!(quantities(&changed), ["20", "3", "4"]);
        assert_eq!(ids(&changed)[..2], [b, c]);
        for (parts, pointer, code) in [
            (json!({"remove": [a]}), "/lines/remove/0", "line_not_found"),
            (json!({"update": [{"id": a, "qty": "1"}]}), "/lines/update/0/id", "line_not_found"),
            (json!({"update": [{"qty": "1"}]}), "/lines/update/0/id", "required"),
            (json!({"add": ["x"]}), "/lines/add/0", "type"),
            (json!({"remove": a}), "/lines/remove", "type"),
            (json!({"delete": [a]}), "/lines/delete", "unknown_field"),
        ] {
            let refused = keeper.patch(&path, json!({"values": {"lines": parts.clone()}})).await.expect(422);
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{parts}");
        }
        // A wrong value inside is told where the caller wrote it.
        let parts = json!({"update": [{"id": b, "qty": "much"}]});
        let refused = keeper.patch(&path, json!({"values": {"lines": parts}})).await.refused(422, "invalid");
        assert_eq!(refused.errors(), [("/lines/update/0/qty".to_owned(), "type".to_owned())]);
        assert_eq!(keeper.get(&path).await["version"], 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_computed_or_numbered_is_not_written() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for (key, value) in [("total_qty", json!("99")), ("amount", json!("99.00")), ("no", json!("MINE-1"))] {
            let mut values = receipt(SHANGHAI, &[("HW-0008", "1")]);
            values[key] = value;
            let refused = manager.post(INBOUND, json!({"values": values})).await.refused(422, "invalid");
            assert_eq!(refused.errors(), [(format!("/{key}"), "not_editable".to_owned())]);
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_are_taken_on_submission_without_gaps() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        for number in 1..=3 {
            let wrong = json!({"values": receipt(SHANGHAI, &[("HW-0008", "0")]), "submit": true});
            keeper.post(INBOUND, wrong).await.refused(422, "invalid");
            let made = submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
            assert_eq!(made["values"]["no"], format!("WH-RK-20250303-{number:04}"));
        }
        server.clock.advance(24 * 60 * 60 * 1000);
        let made = submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        assert_eq!(made["values"]["no"], "WH-RK-20250304-0001");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_record_is_gone_for_readers() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let made = keeper.post(OUTBOUND, json!({"values": receipt(SHANGHAI, &[]) , "submit": false})).await;
        let made = if made.status == 201 {
            made
        } else {
            let values = json!({"kind": "use", "warehouse": {"key": SHANGHAI}, "lines": [{"item": {"key": "HW-0008"}, "qty": "1"}]});
            keeper.post(OUTBOUND, json!({"values": values})).await.expect(201)
        };
        let path = at(OUTBOUND, &made);
        server.manager().delete(&path).await.expect(404);
        let deleted = keeper.delete(&path).await.expect(204);
        assert!(deleted.bytes.is_empty());
        keeper.get(&path).await.refused(404, "not_found");
        keeper.delete(&path).await.refused(404, "not_found");
        keeper.patch(&path, json!({"values": {"remark": "x"}})).await.refused(404, "not_found");
        assert_eq!(keeper.list(OUTBOUND, &[("count", "true")]).await["count"], 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_in_use_or_in_approval_is_not_deleted() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let administrator = server.administrator();
        let record = submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        let path = at(INBOUND, &record);
        for caller in [&keeper, &manager] {
            let refused = caller.delete(&path).await;
            assert!([403, 409].contains(&refused.status), "{}", refused.text());
        }
        let body = json!({"values": {"remark": "x"}});
        keeper.patch(&path, body.clone()).await.refused(409, "in_approval");
        decide(&manager, task_of(&record), "approve", json!({})).await.expect(200);
        keeper.patch(&path, body).await.refused(409, "approved_locked");
        // What others point at stays, whoever deletes; the refusal says where it is used.
        let filter = r#"{"field":"code","op":"eq","value":"HW-0008"}"#;
        let item = administrator.list(ITEM, &[("filter", filter)]).await.items()[0].clone();
        let refused = administrator.delete(&at(ITEM, &item)).await.refused(409, "in_use");
        assert!(refused["params"]["uses"].as_str().is_some_and(|uses| uses.contains("入库单")), "{}", refused.text());
        manager.delete(&at(ITEM, &item)).await.refused(403, "forbidden");
        administrator.get(&at(ITEM, &item)).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn nobody_writes_what_the_engine_writes() {
    on_both(async |server: &Server| {
        crate::stock::receive(&server.keeper(), &server.manager(), SHANGHAI, &[("HW-0008", "1")]).await;
        for caller in [server.manager(), server.administrator()] {
            for table in [crate::stock::BALANCE, crate::stock::MOVE] {
                let refused = caller.post(table, json!({"values": {"qty": "1"}})).await.expect(403);
                assert!(
                    ["engine_written", "forbidden"].contains(&refused["code"].as_str().unwrap()),
                    "{}",
                    refused.text()
                );
                let row = caller.get(table).await.expect(200).items()[0].clone();
                caller.patch(&at(table, &row), json!({"values": {"qty": "1"}})).await.expect(403);
                caller.delete(&at(table, &row)).await.expect(403);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_too_large_or_too_deep_is_refused() {
    let server = Server::sqlite().await;
    let manager = server.manager();
    let large = json!({"values": {"name": "x".repeat(2 * 1024 * 1024)}});
    manager.post(ITEM, large).await.refused(413, "too_large_body");
    let deep = format!("{{\"values\": {}{}}}", "[".repeat(100), "]".repeat(100));
    let body = crate::client::Body::Bytes("application/json", deep.into_bytes());
    manager.send(Method::POST, ITEM, &[], body).await.refused(400, "malformed");
    let body = crate::client::Body::Bytes("text/plain", b"{\"values\": {}}".to_vec());
    manager.send(Method::POST, ITEM, &[], body).await.refused(400, "malformed");
    let lines: Vec<_> = (0..1001).map(|_| json!({"item": {"key": "HW-0008"}, "qty": "1"})).collect();
    let values = json!({"kind": "other", "warehouse": {"key": SHANGHAI}, "lines": lines});
    let refused = manager.post(INBOUND, json!({"values": values})).await.refused(422, "invalid");
    assert_eq!(refused.errors(), [("/lines".to_owned(), "max_items".to_owned())]);
}
