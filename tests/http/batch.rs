//! Several records in one act: all of it happens or nothing, and every mistake is named by its item.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, receipt},
};
use serde_json::{Value, json};

const BATCH: &str = "/api/v1/apps/wms/tables/item/records/batch";

fn item(code: &str) -> Value {
    json!({"code": code, "name": format!("名称 {code}"), "uom": {"key": "pcs"}, "std_cost": "1"})
}

async fn codes(caller: &Caller, prefix: &str) -> Vec<String> {
    let filter = json!({"field": "code", "op": "starts", "value": prefix}).to_string();
    let list = caller.list(ITEM, &[("filter", &filter), ("sort", "code")]).await.expect(200);
    list.items().iter().map(|row| row["values"]["code"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn records_are_created_changed_and_deleted_in_one_act() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let made = admin.post(BATCH, json!({"create": [{"values": item("BT-1")}, {"values": item("BT-2")}]})).await;
        let made = made.expect(200);
        assert_eq!(codes(&admin, "BT-").await, ["BT-1", "BT-2"]);
        let (one, two) = (made["create"][0].clone(), made["create"][1].clone());
        let body = json!({
            "update": [{"id": two["id"], "version": two["version"], "values": {"code": "BT-1"}}],
            "delete": [{"id": one["id"], "version": one["version"]}],
            "create": [{"values": item("BT-2")}],
        });
        // What goes makes room for what comes: the codes are unique.
        let done = admin.post(BATCH, body).await.expect(200);
        assert_eq!(done["delete"], json!([one["id"]]));
        assert_eq!(done["update"][0]["values"]["code"], "BT-1");
        assert_eq!(done["update"][0]["version"], 2);
        assert_eq!(codes(&admin, "BT-").await, ["BT-1", "BT-2"]);
    })
    .await;
}

#[tokio::test]
async fn nothing_happens_when_an_item_does_not_fit_and_each_is_named() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let made = admin.post(BATCH, json!({"create": [{"values": item("BT-1")}]})).await.expect(200);
        let one = &made["create"][0];
        let body = json!({
            "create": [{"values": item("BT-8")}, {"values": {"code": "BT-9", "std_cost": "much"}}],
            "update": [{"id": one["id"], "values": {"nam": "x"}}, {"id": 999_999, "values": {"name": "x"}}],
        });
        let refused = admin.post(BATCH, body).await.refused(422, "invalid");
        let errors = refused["errors"].as_array().cloned().unwrap_or_default();
        let named: Vec<String> = errors
            .iter()
            .map(|error| {
                let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                format!("{} {} {} {}", text("list"), error["item"], text("path"), text("code"))
            })
            .collect();
        assert!(named.contains(&"update 0 /nam unknown_field".to_owned()), "{named:?}");
        assert!(named.contains(&"update 1  not_found".to_owned()), "{named:?}");
        assert!(named.contains(&"create 1 /std_cost type".to_owned()), "{named:?}");
        assert!(named.iter().all(|name| !name.starts_with("create 0")), "{named:?}");
        assert_eq!(codes(&admin, "BT-").await, ["BT-1"]);

        // A unique value that is taken ends the act as well.
        let twice = json!({"create": [{"values": item("BT-2")}, {"values": item("BT-1")}]});
        let refused = admin.post(BATCH, twice).await.refused(422, "unique");
        assert_eq!(refused["errors"][0]["item"], 1);
        assert_eq!(codes(&admin, "BT-").await, ["BT-1"]);

        // Items that are refused for one reason are refused for it as a whole.
        let stale = json!({"update": [{"id": one["id"], "version": 7, "values": {"name": "x"}}]});
        admin.post(BATCH, stale).await.refused(412, "stale");
        let gone = json!({"delete": [{"id": one["id"], "version": 7}]});
        admin.post(BATCH, gone).await.refused(412, "stale");
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_a_size_and_rights_of_each_record() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let many: Vec<Value> = (0..201).map(|number| json!({"values": item(&format!("BT-{number}"))})).collect();
        admin.post(BATCH, json!({"create": many})).await.refused(422, "invalid");
        admin.post(BATCH, json!({"remove": [1]})).await.refused(400, "malformed");
        assert!(codes(&admin, "BT-").await.is_empty());

        // Staff may not change items; a keeper not the receipts of another warehouse.
        let staff = server.staff();
        let first = admin.list(ITEM, &[("limit", "1")]).await.expect(200).items()[0]["id"].clone();
        let edit = json!({"update": [{"id": first, "values": {"name": "x"}}]});
        assert!(matches!(staff.post(BATCH, edit).await.status, 403 | 404));
        let own =
            server.keeper().post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201);
        let edit = json!({"update": [{"id": own["id"], "values": {"remark": "x"}}]});
        let path = format!("{INBOUND}/batch");
        server.other_keeper().post(&path, edit.clone()).await.refused(404, "not_found");
        server.keeper().post(&path, edit).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_is_sent_twice_happens_once() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let body = json!({"create": [{"values": item("BT-1")}]});
        let first = admin.post_once("k1", BATCH, body.clone()).await.expect(200);
        let again = admin.post_once("k1", BATCH, body).await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(first["create"][0]["id"], again["create"][0]["id"]);
        assert_eq!(codes(&admin, "BT-").await, ["BT-1"]);
    })
    .await;
}
