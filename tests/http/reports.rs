//! Reports and dashboards: figures that agree with the rows, for whom they are, and the way to the records behind them.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{INBOUND, MOVE, OUTBOUND, SHANGHAI, assert_decimal, decide, issue, receipt, submit, task_of},
};
use serde_json::{Value, json};

const STOCK: &str = "/api/v1/apps/wms/reports/stock_in_out";

async fn approve(server: &Server, table: &str, values: Value) {
    let sent = submit(&server.keeper(), table, values).await;
    decide(&server.manager(), task_of(&sent), "approve", json!({})).await.expect(200);
}

/// The row of an item and the places of the columns.
async fn row(caller: &Caller, address: &str, item: &str) -> impl Fn(&str) -> Value + use<> {
    let report = caller.get(address).await.expect(200);
    let keys: Vec<String> =
        report["columns"].as_array().unwrap().iter().map(|column| column["key"].as_str().unwrap().to_owned()).collect();
    let labels = report["refs"]["item"].as_object().cloned().unwrap_or_default();
    let id = labels.iter().find(|(_, known)| known["label"].as_str().unwrap().contains(item)).map(|(id, _)| id.clone());
    let id: i64 = id.unwrap_or_else(|| panic!("{item} is in no row: {}", report.text())).parse().unwrap();
    let place = keys.iter().position(|key| key == "item").unwrap();
    let rows = report["rows"].as_array().unwrap().clone();
    let found = rows.into_iter().find(|row| row["subtotal"] == false && row["values"][place] == id).unwrap();
    move |key: &str| found["values"][keys.iter().position(|known| known == key).unwrap()].clone()
}

#[tokio::test]
async fn opening_in_out_and_closing_agree_with_the_moves() {
    on_both(async |server: &Server| {
        approve(server, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10"), ("HW-0042", "2.5")])).await;
        approve(server, OUTBOUND, issue(SHANGHAI, &[("HW-0021", "4")])).await;
        let manager = server.manager();
        let screws = row(&manager, STOCK, "HW-0021").await;
        for (column, expected) in [("opening", "0"), ("received", "10"), ("issued", "4"), ("closing", "6")] {
            assert_decimal(&screws(column), expected);
        }
        // A later period begins where this one ended.
        let later = row(&manager, &format!("{STOCK}?from=2100-01-01&to=2100-01-31"), "HW-0021").await;
        for (column, expected) in [("opening", "6"), ("received", "0"), ("issued", "0"), ("closing", "6")] {
            assert_decimal(&later(column), expected);
        }
        let report = manager.get(STOCK).await.expect(200);
        let amount = report["columns"].as_array().unwrap().iter().position(|column| column["key"] == "amount").unwrap();
        let sum = manager.get(&format!("{}/aggregate?measure=sum(amount)", MOVE.trim_end_matches("/records"))).await;
        assert_eq!(report["totals"][amount], sum.expect(200)["groups"][0]["sum(amount)"]);
        let qty = report["columns"].as_array().unwrap().iter().position(|column| column["key"] == "closing").unwrap();
        assert_eq!(report["totals"][qty], Value::Null, "quantities of different units have no sum");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_see_a_figure_gets_the_report_without_it() {
    on_both(async |server: &Server| {
        approve(server, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10")])).await;
        let keeper = server.keeper().get(STOCK).await.expect(200);
        let keys: Vec<&str> =
            keeper["columns"].as_array().unwrap().iter().map(|column| column["key"].as_str().unwrap()).collect();
        assert!(keys.contains(&"closing") && !keys.contains(&"amount"), "{keys:?}");
        assert_eq!(keeper["partial"], true);
        // No right to the moves at all: there is no such report.
        server.staff().get(STOCK).await.refused(404, "not_found");
        server.staff().get("/apps/wms/reports/stock_in_out").await.refused_page(404);
        server.anonymous().get(STOCK).await.refused(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn parameters_are_judged() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for (query, path, code) in [
            ("from=yesterday", "/from", "type"),
            ("from=", "/from", "required"),
            ("warehouse=abc", "/warehouse", "type"),
            ("shelf=1", "/shelf", "unknown_field"),
        ] {
            let refused = manager.get(&format!("{STOCK}?{query}")).await.expect(422);
            assert_eq!(refused.errors(), [(path.to_owned(), code.to_owned())], "{query}");
        }
        // The page keeps what was typed and says what is wrong beside it.
        let page = manager.get("/apps/wms/reports/stock_in_out?from=yesterday").await.expect(200).text();
        assert!(page.contains("yesterday") && page.contains("aria-invalid"), "{page}");
        manager.get("/api/v1/apps/wms/reports/nothing").await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_pivot_has_a_column_for_each_value_and_totals() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let report = manager.get("/api/v1/apps/wms/reports/inbound_by_supplier").await.expect(200);
        let columns = report["columns"].as_array().unwrap();
        let across = columns.iter().filter(|column| !column["across"].is_null()).count();
        assert_eq!(columns.len() % 2, 1, "a supplier, then two figures for each month and in all: {columns:?}");
        assert_eq!(report["totals"].as_array().unwrap().len(), columns.len());
        assert!(across.is_multiple_of(2));
    })
    .await;
}

#[tokio::test]
async fn a_dashboard_shows_the_cards_that_its_reader_may_see() {
    on_both(async |server: &Server| {
        approve(server, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10")])).await;
        let (manager, keeper) = (server.manager(), server.keeper());
        let path = "/api/v1/apps/wms/dashboards/today";
        let cards = |answer: &Value| answer["cards"].as_array().unwrap().len();
        let all = manager.get(path).await.expect(200);
        let few = keeper.get(path).await.expect(200);
        assert!(cards(&all) > cards(&few) && cards(&few) > 0, "{} and {}", cards(&all), cards(&few));
        assert!(!few.text().contains("库存金额"), "the value of the stock is not for keepers");
        let page = manager.get("/apps/wms/dashboards/today").await.expect(200).text();
        assert!(page.contains("库存金额") && page.contains("<svg class=\"plot\""), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_dashboard_is_narrowed_by_what_its_parameters_offer() {
    on_both(async |server: &Server| {
        approve(server, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10")])).await;
        let manager = server.manager();
        let page = manager.get("/apps/wms/dashboards/today").await.expect(200).text();
        let offers = "/apps/wms/dashboards/today/options/warehouse";
        assert!(page.contains(offers), "the control names where its options are: {page}");
        let all = manager.get(offers).await.expect(200).text();
        let few = manager.get(&format!("{offers}?q={SHANGHAI}")).await.expect(200).text();
        assert!(all.matches("role=\"option\"").count() > few.matches("role=\"option\"").count(), "{all} and {few}");
        manager.get("/apps/wms/dashboards/today/options/supplier").await.refused_page(404);
        manager.get("/apps/wms/dashboards/nothing/options/warehouse").await.refused_page(404);
        // What does not read is said beside its control; the rest waits.
        let wrong = manager.get("/apps/wms/dashboards/today?warehouse=abc").await.expect(200).text();
        assert!(wrong.contains("aria-invalid"), "{wrong}");
        let api = "/api/v1/apps/wms/dashboards/today";
        let received = |answer: &Value| answer["cards"][0]["value"].clone();
        let warehouses = manager.get("/api/v1/apps/wms/tables/warehouse/records").await.expect(200);
        let other = warehouses.items().iter().find(|row| row["values"]["code"] != SHANGHAI).expect("another one");
        assert_eq!(received(&manager.get(api).await.expect(200)), 1);
        let narrowed = manager.get(&format!("{api}?warehouse={}", other["id"])).await.expect(200);
        assert_eq!(received(&narrowed), 0);
    })
    .await;
}
