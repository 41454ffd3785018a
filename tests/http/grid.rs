//! The grid's page: conditions become an address, views are saved from it, cells are changed and changed back.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, receipt},
};
use reqwest::Method;
use serde_json::{Value, json};

const PAGE: &str = "/apps/wms/item";
/// Receipts of which a line is of fifty or more.
const MANY: &str = r#"{"any_line":"lines","where":{"field":"qty","op":"ge","value":"50"}}"#;

async fn cells(caller: &Caller, query: &str, body: Value) -> Answer {
    let headers = [("accept", "application/json")];
    caller.send(Method::POST, &format!("{PAGE}/cells{query}"), &headers, Body::Json(body)).await
}

async fn form(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

async fn item(caller: &Caller, code: &str) -> Value {
    let filter = json!({"field": "code", "op": "eq", "value": code}).to_string();
    caller.list(ITEM, &[("filter", &filter)]).await.expect(200).items()[0].clone()
}

#[tokio::test]
async fn conditions_that_were_built_are_an_address_that_finds_their_rows() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let built = "f.join=any&f.0.field=code&f.0.op=eq&f.0.value=HW-0008\
            &f.1.join=not-any&f.1.0.field=std_cost&f.1.0.op=between&f.1.0.value=1&f.1.0.upto=500";
        let sent = manager.get(&format!("{PAGE}?{built}")).await.expect(303);
        let address = sent.header("location").expect("an address").to_owned();
        assert!(address.contains("filter="), "{address}");
        let page = manager.get(&address).await.expect(200).text();
        for code in ["HW-0008", "EL-0003", "EL-0011"] {
            assert!(page.contains(code), "{code} is missing");
        }
        assert!(!page.contains("PK-0002"));
        // A value that does not read leaves the builder open with what was typed.
        let wrong =
            manager.get(&format!("{PAGE}?f.0.field=std_cost&f.0.op=ge&f.0.value=much")).await.expect(200).text();
        assert!(wrong.contains("value=\"much\"") && wrong.contains("class=\"error\""));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_gathered_in_groups_and_one_of_them_is_shown_alone() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let page = manager.get(&format!("{PAGE}?group=category&totals=code:count")).await.expect(200).text();
        assert!(page.matches("data-fold").count() >= 4, "groups are missing");
        let inner = page.split("data-fold").next().and_then(|head| head.rsplit("href=\"").next()).unwrap_or_default();
        let alone = inner.split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&");
        let rows = manager.get(&alone).await.expect(200).text();
        let count = |text: &str| text.matches("data-version=").count();
        assert!(count(&rows) > 0 && count(&rows) < count(&page), "{alone}");
    })
    .await;
}

#[tokio::test]
async fn conditions_on_lines_find_documents_and_come_back_as_they_were_built() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let mut made = Vec::new();
        for lines in [&[("HW-0008", "3"), ("HW-0012", "90")][..], &[("HW-0008", "90")], &[("HW-0012", "3")]] {
            made.push(crate::stock::submit(&keeper, INBOUND, receipt(SHANGHAI, lines)).await);
        }
        let numbers: Vec<String> =
            made.iter().map(|record| record["values"]["no"].as_str().expect("a number").to_owned()).collect();
        let screw = item(&manager, "HW-0008").await["id"].clone();
        let many = "f.0.field=lines.qty&f.0.op=ge&f.0.value=50".to_owned();
        let line = |place: &str| {
            format!("f.{place}0.field=lines.qty&f.{place}0.op=ge&f.{place}0.value=50&f.{place}1.field=lines.item&f.{place}1.op=eq&f.{place}1.value={screw}")
        };
        for (built, wanted) in [
            (many, [true, true, false]),
            (line(""), [true, true, false]),
            // In a group of its own it is one line that meets both.
            (format!("f.0.join=all&{}", line("0.")), [false, true, false]),
            (format!("f.0.join=not-all&{}", line("0.")), [true, false, true]),
        ] {
            let sent = manager.get(&format!("/apps/wms/inbound?{built}")).await.expect(303);
            let address = sent.header("location").expect("an address").to_owned();
            let page = manager.get(&address).await.expect(200).text();
            let found: Vec<bool> = numbers.iter().map(|number| page.contains(number.as_str())).collect();
            assert_eq!(found, wanted, "{address}");
            assert!(page.contains("数量（明细任一行）"), "{page}");
        }
        // Who may not see a column is not offered it, and cannot ask for it.
        let address = format!("/apps/wms/inbound?{}", serde_urlencoded::to_string([("filter", MANY)]).expect("a query"));
        assert!(manager.get(&address).await.expect(200).text().contains("\"lines.price\""));
        let narrow = keeper.get(&address).await.expect(200).text();
        assert!(narrow.contains("\"lines.qty\"") && !narrow.contains("\"lines.price\""), "{narrow}");
        let filter = r#"{"any_line":"lines","where":{"field":"price","op":"gt","value":"1"}}"#;
        keeper.list(INBOUND, &[("filter", filter)]).await.refused(422, "unknown_field");
    })
    .await;
}

#[tokio::test]
async fn what_is_on_screen_is_saved_as_a_view_and_opens_the_list() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let shown = "columns=code,std_cost:140&sort=-std_cost&frozen=1&height=compact";
        let made = form(&manager, &format!("{PAGE}/views?{shown}"), &[("do", "create"), ("title", "贵的")]).await;
        let address = made.expect(303).header("location").expect("an address").to_owned();
        let page = manager.get(&address).await.expect(200).text();
        assert!(page.contains("贵的") && page.contains("width=\"140\""), "{page}");
        let view = address.split("view=").nth(1).and_then(|rest| rest.split('&').next()).expect("an id").to_owned();
        form(&manager, &format!("{PAGE}/views?view={view}"), &[("do", "first")]).await.expect(303);
        let opened = manager.get(PAGE).await.expect(200).text();
        assert!(opened.contains("width=\"140\""));
        form(&manager, &format!("{PAGE}/views?view={view}"), &[("do", "delete")]).await.expect(303);
        assert!(!manager.get(PAGE).await.expect(200).text().contains("贵的"));
    })
    .await;
}

#[tokio::test]
async fn cells_are_changed_together_and_changed_back() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let (one, two) = (item(&manager, "HW-0008").await, item(&manager, "HW-0012").await);
        let change = |row: &Value, texts: Value| json!({"id": row["id"], "version": row["version"], "texts": texts});
        let body = json!({"update": [
            change(&one, json!({"std_cost": "1,200.5", "category": "电子"})),
            change(&two, json!({"spec": ""})),
        ]});
        let done = cells(&manager, "?view=items", body).await.expect(200);
        assert_eq!(done["count"], 2, "{}", done.text());
        assert!(done["rows"][0]["html"].as_str().is_some_and(|html| html.contains("data-id=")), "{}", done.text());
        assert_eq!(item(&manager, "HW-0008").await["values"]["std_cost"], "1200.5");
        assert_ne!(item(&manager, "HW-0008").await["values"]["category"], one["values"]["category"]);

        let undone = cells(&manager, "", done["undo"].clone()).await.expect(200);
        assert_eq!(item(&manager, "HW-0008").await["values"], one["values"]);
        assert_eq!(item(&manager, "HW-0012").await["values"], two["values"]);
        let again = cells(&manager, "", undone["undo"].clone()).await.expect(200);
        assert_eq!(item(&manager, "HW-0008").await["values"]["std_cost"], "1200.5");
        // The first undo speaks of rows that have moved on.
        cells(&manager, "", done["undo"].clone()).await.expect(412);
        cells(&manager, "", again["undo"].clone()).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn mistakes_are_named_by_cell_and_nothing_is_changed() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let one = item(&manager, "HW-0008").await;
        let body = json!({"update": [
            {"id": one["id"], "version": one["version"], "texts": {"name": "x"}},
            {"id": one["id"], "version": one["version"], "texts": {"std_cost": "much", "category": "nowhere"}},
        ]});
        let refused = cells(&manager, "", body).await.expect(422);
        let errors = refused["errors"].as_array().cloned().unwrap_or_default();
        let fields: Vec<_> = errors.iter().map(|error| (error["item"].clone(), error["field"].clone())).collect();
        assert!(
            fields.contains(&(json!(1), json!("std_cost"))) && fields.contains(&(json!(1), json!("category"))),
            "{errors:?}"
        );
        assert_eq!(item(&manager, "HW-0008").await["version"], one["version"]);

        let stale = json!({"update": [{"id": one["id"], "version": 99, "texts": {"name": "x"}}]});
        cells(&manager, "", stale).await.expect(412);
        let staff = server.staff();
        let edit = json!({"update": [{"id": one["id"], "texts": {"name": "x"}}]});
        assert!(matches!(cells(&staff, "", edit).await.status, 403 | 404 | 422));
        assert_eq!(item(&manager, "HW-0008").await["version"], one["version"]);
    })
    .await;
}

#[tokio::test]
async fn every_row_of_the_conditions_is_changed_deleted_and_brought_back() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let rows: Vec<Value> = (0..3)
            .map(|number| json!({"values": {"code": format!("GR-{number}"), "name": "n", "uom": {"key": "pcs"}, "std_cost": "1"}}))
            .collect();
        admin.post(&format!("{ITEM}/batch"), json!({"create": rows})).await.expect(200);
        let filter = json!({"field": "code", "op": "starts", "value": "GR-"}).to_string();
        let query = format!("?{}", serde_urlencoded::to_string([("filter", &filter)]).expect("a query"));
        let set = cells(&admin, &query, json!({"all": {"posted": {"spec": ["same"]}}})).await.expect(200);
        assert_eq!(set["count"], 3, "{}", set.text());
        let specs = admin.list(ITEM, &[("filter", &filter)]).await.expect(200);
        assert!(specs.items().iter().all(|row| row["values"]["spec"] == "same"));
        let gone = cells(&admin, &query, json!({"all": {"delete": true}})).await.expect(200);
        assert!(admin.list(ITEM, &[("filter", &filter)]).await.expect(200).items().is_empty());
        cells(&admin, "", gone["undo"].clone()).await.expect(200);
        assert_eq!(admin.list(ITEM, &[("filter", &filter)]).await.expect(200).items().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_control_of_a_cell_is_for_those_who_may_change_it() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let one = item(&manager, "HW-0008").await;
        let path = |key: &str| format!("{PAGE}/{}/cell/{key}", one["id"]);
        let control = manager.get(&path("name")).await.expect(200).text();
        assert!(control.contains("name=\"name\""), "{control}");
        manager.get(&path("colour")).await.refused_page(404);
        assert!(matches!(server.staff().get(&path("name")).await.status, 403 | 404));
    })
    .await;
}
