//! An app goes to others as a package: with its data where that is wanted, and without anything secret.

use crate::{
    client::Caller,
    scenarios::import,
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use serde_json::{Value, json};

/// Orders with lines that name goods; goods have a secret, a price that only some may see, and somebody who looks after them.
fn shop() -> Documents {
    let field = |kind: &str, title: &str, more: Value| {
        let mut json =
            json!({"type": if kind == "link" || kind == "member" { "integer" } else { "string" }, "title": title});
        let mut own = json!({"kind": kind});
        own.as_object_mut().expect("it").extend(more.as_object().expect("more").clone());
        json["x-field"] = own;
        json
    };
    let plain = json!({});
    let schema = "https://json-schema.org/draft/2020-12/schema";
    let goods = json!({
        "$schema": schema, "title": "Goods", "type": "object", "x-table": {"key": "goods", "display": "{code}"},
        "properties": {
            "code": field("text", "Code", json!({"unique": true})),
            "supplier_key": field("text", "Supplier key", json!({"encrypted": true})),
            "keeper": field("member", "Keeper", plain.clone()),
        },
    });
    let order = json!({
        "$schema": schema, "title": "Order", "type": "object", "x-table": {"key": "order", "display": "{note}"},
        "properties": {
            "note": field("text", "Note", plain.clone()),
            "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "goods": field("link", "Goods", json!({"table": "goods"})),
                "remark": field("text", "Remark", plain),
            }}},
        },
    });
    let flow = json!({"key": "order", "table": "order", "title": "Order", "nodes": [
        {"type": "approve", "id": "boss", "title": "Boss", "who": [{"rule": "role", "role": "boss"}]},
    ]});
    let files = [
        ("app.json", json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en"})),
        ("tables/goods.json", goods),
        ("tables/order.json", order),
        ("flows/order.json", flow),
        (
            "roles/boss.json",
            json!({"key": "boss", "title": "Boss", "grants": [
                {"table": "order", "actions": ["view"], "scope": "all"}, {"table": "goods", "actions": ["view"], "scope": "all"},
            ]}),
        ),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), format!("{json:#}\n").into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("a package")
}

async fn fill(administrator: &Caller) {
    for code in ["B-1", "a, \"quoted\"\nline"] {
        let values = json!({"code": code, "supplier_key": "sesame-open", "keeper": {"login": "admin"}});
        administrator.post("/api/v1/apps/shop/tables/goods/records", json!({"values": values})).await.expect(201);
    }
    let lines = json!([{"goods": {"key": "B-1"}, "remark": "first"}, {"goods": {"key": "B-1"}}]);
    let order = json!({"values": {"note": "=1+1", "lines": lines}});
    administrator.post("/api/v1/apps/shop/tables/order/records", order).await.expect(201);
}

async fn exported(caller: &Caller, data: &str) -> Documents {
    let answer = caller.get(&format!("/api/v1/apps/shop/export?data={data}")).await.expect(200);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("sesame"));
    Documents::from_zip(&answer.bytes, &Limits::default()).expect("a package")
}

#[tokio::test]
async fn an_app_travels_with_its_data_and_without_its_secrets() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        import(&administrator, "", &shop()).await.expect(201);
        fill(&administrator).await;
        let none = exported(&administrator, "none").await;
        assert!(none.get("data/goods.csv").is_none() && none.get("export.json").is_none());
        let seed = exported(&administrator, "seed").await;
        let goods = seed.get("data/goods.csv").expect("the goods");
        assert!(goods.starts_with("code\n") && goods.contains("B-1"), "{goods}");
        assert!(seed.get("data/order.csv").is_none(), "documents only with all");
        for (path, text) in seed.iter() {
            assert!(!text.contains("sesame"), "{path}");
        }
        let note = seed.json("export.json").expect("what was left out");
        let left: Vec<(&str, &str)> = note["left_out"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|left| (left["field"].as_str().unwrap_or_default(), left["why"].as_str().expect("why")))
            .collect();
        assert_eq!(left, [("supplier_key", "secret"), ("keeper", "people")]);
        let page = administrator.get("/build/shop/share").await.expect(200).text();
        assert!(page.contains("Supplier key") && page.contains("data=all"), "{page}");

        let all = exported(&administrator, "all").await;
        let mut other = all.clone();
        let mut manifest = other.json("app.json").expect("it");
        manifest["key"] = "copy".into();
        other.set("app.json", manifest.to_string()).expect("a place");
        import(&administrator, "", &other).await.expect(201);
        let goods = administrator.get("/api/v1/apps/copy/tables/goods/records").await.expect(200);
        assert_eq!(goods.items().len(), 2);
        assert_eq!(goods["items"][1]["values"]["code"], "a, \"quoted\"\nline");
        assert_eq!(goods["items"][0]["values"]["supplier_key"], Value::Null);
        let orders = administrator.get("/api/v1/apps/copy/tables/order/records").await.expect(200);
        assert_eq!(
            (&orders["items"][0]["state"], &orders["items"][0]["values"]["note"]),
            (&json!("draft"), &json!("=1+1"))
        );
        let order = administrator
            .get(&format!("/api/v1/apps/copy/tables/order/records/{}", orders["items"][0]["id"]))
            .await
            .expect(200);
        let lines = order["values"]["lines"].as_array().expect("lines");
        assert_eq!(
            (lines.len(), &lines[0]["remark"], &lines[0]["goods"]),
            (2, &json!("first"), &goods["items"][0]["id"])
        );
        let again = administrator.get("/api/v1/apps/copy/export?data=none").await.expect(200);
        let again = Documents::from_zip(&again.bytes, &Limits::default()).expect("a package");
        assert!(again.get("export.json").is_none(), "the note is not part of the app");
    })
    .await;
}

#[tokio::test]
async fn only_administrators_take_an_app_away() {
    on_both(async |server: &Server| {
        for data in ["none", "seed", "all"] {
            let path = format!("/api/v1/apps/wms/export?data={data}");
            server.manager().get(&path).await.refused(403, "administrators_only");
            server.token("admin", "read write").await.get(&path).await.refused(403, "administrators_only");
        }
        server.manager().get("/build/wms/share").await.refused_page(403);
        server.administrator().get("/api/v1/apps/wms/export?data=some").await.refused(422, "invalid");
    })
    .await;
}
