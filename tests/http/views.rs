//! Saved views: whose they are, what they hold, and what becomes of them when the table changes for their reader.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::ITEM,
};
use reqwest::Method;
use serde_json::{Value, json};

const VIEWS: &str = "/api/v1/apps/wms/tables/item/views";

fn dear() -> Value {
    json!({
        "columns": ["code", {"field": "name", "width": 240}, "std_cost"],
        "filter": {"field": "std_cost", "op": "gt", "value": "412"},
        "sort": ["-std_cost"], "group": ["category"], "totals": {"std_cost": "max"}, "frozen": 1, "row_height": "compact",
    })
}

async fn titles(caller: &Caller) -> Vec<String> {
    let list = caller.get(VIEWS).await.expect(200);
    let saved = list.items().iter().filter(|view| view["id"].is_number());
    saved.map(|view| view["title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_saved_view_is_its_owners_until_it_is_shared() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let made = manager.post(VIEWS, json!({"title": "贵的", "view": dear()})).await.expect(201);
        assert_eq!(made["view"]["columns"][1], json!({"field": "name", "width": 240}));
        assert_eq!(made["view"]["totals"], json!({"std_cost": "max"}));
        let view = made["id"].to_string();
        let rows = manager.list(ITEM, &[("view", &view)]).await.expect(200);
        let codes: Vec<&str> = rows.items().iter().filter_map(|row| row["values"]["code"].as_str()).collect();
        assert_eq!(codes, ["EL-0011", "EL-0003"]);

        let keeper = server.keeper();
        assert!(titles(&keeper).await.is_empty());
        keeper.list(ITEM, &[("view", &view)]).await.refused(404, "not_found");
        keeper.patch(&format!("{VIEWS}/{view}"), json!({"title": "x"})).await.refused(404, "not_found");
        keeper.delete(&format!("{VIEWS}/{view}")).await.refused(404, "not_found");

        // Only the main administrator makes views for everybody.
        manager.patch(&format!("{VIEWS}/{view}"), json!({"shared": true})).await.refused(403, "not_shareable");
        manager.post(VIEWS, json!({"title": "x", "shared": true, "view": dear()})).await.refused(403, "not_shareable");
        let admin = server.administrator();
        let body = json!({"title": "大家的", "shared": true, "view": {"columns": ["code"], "sort": ["code"]}});
        let shared = admin.post(VIEWS, body).await.expect(201);
        assert_eq!(titles(&keeper).await, ["大家的"]);
        assert_eq!(titles(&manager).await, ["贵的", "大家的"]);
        let shared = format!("{VIEWS}/{}", shared["id"]);
        keeper.patch(&shared, json!({"title": "x"})).await.refused(403, "not_shareable");
        keeper.delete(&shared).await.refused(403, "not_shareable");
        admin.patch(&shared, json!({"title": "新名"})).await.expect(200);
        assert_eq!(titles(&keeper).await, ["新名"]);
        manager.send(Method::DELETE, &format!("{VIEWS}/{view}"), &[], crate::client::Body::None).await.expect(204);
        assert_eq!(titles(&manager).await, ["新名"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_view_is_not_saved() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for (view, code) in [
            (json!({"columns": ["code"], "colour": 1}), "invalid"),
            (json!({"columns": []}), "invalid"),
            (json!({"columns": ["code"], "frozen": 99}), "invalid"),
            (json!({"columns": ["code"], "group": ["a", "b", "c", "d"]}), "invalid"),
            (json!({"columns": ["code", "colour"]}), "unknown_field"),
            (json!({"columns": ["code"], "filter": {"field": "colour", "op": "eq", "value": 1}}), "unknown_field"),
            (json!("view"), "invalid"),
        ] {
            let refused = manager.post(VIEWS, json!({"title": "x", "view": view})).await;
            refused.refused(422, code);
        }
        manager.post(VIEWS, json!({"title": "  ", "view": dear()})).await.refused(422, "invalid");
        manager.post(VIEWS, json!({"title": "x".repeat(61), "view": dear()})).await.refused(422, "invalid");
        assert!(titles(&manager).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_view_is_read_without_what_its_reader_does_not_see() {
    on_both(async |server: &Server| {
        // Costs are not for staff: a shared view that shows and filters by them is still a view for them.
        let admin = server.administrator();
        let keeper = server.keeper();
        let hidden = keeper.list(ITEM, &[("sort", "std_cost")]).await;
        let made = admin.post(VIEWS, json!({"title": "成本", "shared": true, "view": dear()})).await.expect(201);
        let view = made["id"].to_string();
        let list = keeper.get(VIEWS).await.expect(200);
        let seen = list.items().iter().find(|item| item["id"] == made["id"]).expect("the shared view").clone();
        let rows = keeper.list(ITEM, &[("view", &view)]).await.expect(200);
        if hidden.status == 422 {
            assert!(seen["lost"].as_array().is_some_and(|lost| lost.contains(&json!("std_cost"))), "{seen}");
            assert!(!seen["view"].to_string().contains("std_cost"), "{seen}");
            assert!(rows.items().len() > 2);
        } else {
            assert_eq!(rows.items().len(), 2);
        }
    })
    .await;
}
