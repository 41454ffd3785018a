//! Receipts and issues in the sample company's warehouses, the way its people would do them.

#![allow(dead_code)] // each test binary uses the part it needs

use super::client::{Answer, Caller};
use serde_json::{Value, json};

pub const INBOUND: &str = "/api/v1/apps/wms/tables/inbound/records";
pub const OUTBOUND: &str = "/api/v1/apps/wms/tables/outbound/records";
pub const ITEM: &str = "/api/v1/apps/wms/tables/item/records";
pub const BALANCE: &str = "/api/v1/apps/wms/tables/stock_balance/records";
pub const MOVE: &str = "/api/v1/apps/wms/tables/stock_move/records";
pub const SUPPLIER: &str = "/api/v1/apps/wms/tables/supplier/records";
pub const VERIFY: &str = "/api/v1/apps/wms/ledgers/stock/verify";

/// 上海总仓, kept by keeper_li.
pub const SHANGHAI: &str = "WH-SH";
/// 苏州原料仓, kept by keeper_wanglei.
pub const SUZHOU: &str = "WH-SZ";

/// A receipt that needs no supplier; lines are item codes with quantities.
pub fn receipt(warehouse: &str, lines: &[(&str, &str)]) -> Value {
    json!({"kind": "other", "warehouse": {"key": warehouse}, "lines": lines_of(lines)})
}

/// An issue that needs no customer.
pub fn issue(warehouse: &str, lines: &[(&str, &str)]) -> Value {
    json!({"kind": "use", "warehouse": {"key": warehouse}, "lines": lines_of(lines)})
}

fn lines_of(lines: &[(&str, &str)]) -> Value {
    lines.iter().map(|(item, qty)| json!({"item": {"key": item}, "qty": qty})).collect()
}

/// Saves and submits a document.
pub async fn submit(caller: &Caller, table: &str, values: Value) -> Answer {
    caller.post(table, json!({"values": values, "submit": true})).await.expect(201)
}

/// The one open task of a submitted record.
#[track_caller]
pub fn task_of(record: &Value) -> i64 {
    let tasks = record["case"]["tasks"].as_array().unwrap_or_else(|| panic!("no tasks: {record}"));
    assert_eq!(tasks.len(), 1, "{record}");
    tasks[0]["id"].as_i64().expect("an id")
}

pub async fn decide(caller: &Caller, task: i64, operation: &str, body: Value) -> Answer {
    caller.post(&format!("/api/v1/tasks/{task}/{operation}"), body).await
}

/// A receipt by the keeper, approved by the manager: stock is there when this returns.
pub async fn receive(keeper: &Caller, manager: &Caller, warehouse: &str, lines: &[(&str, &str)]) -> Answer {
    let record = submit(keeper, INBOUND, receipt(warehouse, lines)).await;
    decide(manager, task_of(&record), "approve", json!({})).await.expect(200);
    record
}

/// What is there of an item in a warehouse, at the grain of item and warehouse (`hold`) or with its status (`dimensions`).
pub async fn balances(caller: &Caller, grain: &str, item: &str) -> Vec<Value> {
    let filter = json!({"all": [
        {"field": "grain", "op": "eq", "value": grain},
        {"field": "item.code", "op": "eq", "value": item},
    ]});
    let list = caller.list(BALANCE, &[("filter", &filter.to_string()), ("limit", "200")]).await.expect(200);
    list.items().iter().map(|row| row["values"].clone()).collect()
}

/// The quantity of an item over all warehouses, as text; `0` where nothing was ever moved.
pub async fn quantity(caller: &Caller, item: &str) -> String {
    let rows = balances(caller, "hold", item).await;
    assert!(rows.len() <= 1, "{item} is in several warehouses");
    rows.first().map_or_else(|| "0".to_owned(), |row| row["qty"].as_str().unwrap_or_default().to_owned())
}

/// Adds every move up and compares with the balances; both must agree.
pub async fn verified(administrator: &Caller) -> Answer {
    let report = administrator.post(VERIFY, json!({})).await.expect(200);
    assert_eq!(report["agrees"], true, "{}", report.text());
    assert_eq!(report["difference_count"], 0, "{}", report.text());
    report
}

/// Two decimal texts as numbers: `10.000000` is `10`.
#[track_caller]
pub fn assert_decimal(found: &Value, wanted: &str) {
    use rust_decimal::Decimal;
    let text = found.as_str().unwrap_or_else(|| panic!("{found} is no decimal in text"));
    let read = |text: &str| text.parse::<Decimal>().unwrap_or_else(|_| panic!("{text} is no decimal"));
    assert_eq!(read(text), read(wanted));
}
