//! What pages cost: as many statements for ten rows as for two hundred, and for two lines as for twenty.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, SUZHOU, decide, receipt, submit, task_of},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FEW: usize = 10;
const MANY: usize = 200;

/// Statements outside of transactions that answering takes, when everything that is kept in memory is there.
async fn reads(server: &Server, caller: &Caller, path: &str) -> u64 {
    caller.get(path).await.expect(200);
    let before = server.service.store.counters().reads();
    caller.get(path).await.expect(200);
    server.service.store.counters().reads() - before
}

async fn all_reads<'p>(server: &Server, caller: &Caller, paths: &[&'p str]) -> BTreeMap<&'p str, u64> {
    let mut counted = BTreeMap::new();
    for path in paths {
        counted.insert(*path, reads(server, caller, path).await);
    }
    counted
}

/// Items with these numbers, each in a category, with a supplier of its own.
async fn items(manager: &Caller, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let values = json!({"code": format!("S-{number:03}"), "name": format!("件{number}"), "uom": {"key": "pcs"},
            "category": {"key": if number % 2 == 0 { "HW" } else { "EL" }}, "std_cost": number.to_string()});
        manager.post(ITEM, json!({"values": values})).await.expect(201);
    }
}

/// A receipt of these items, of one piece each.
fn receipt_of(numbers: std::ops::Range<usize>, warehouse: &str) -> Value {
    let codes: Vec<String> = numbers.map(|number| format!("S-{number:03}")).collect();
    let lines: Vec<(&str, &str)> = codes.iter().map(|code| (code.as_str(), "1")).collect();
    receipt(warehouse, &lines)
}

#[tokio::test]
async fn lists_cost_the_same_whatever_their_length() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        items(&manager, 0..20).await;
        let send = async |numbers: std::ops::Range<usize>| {
            for number in numbers {
                let (caller, warehouse) = match number % 2 {
                    0 => (server.keeper(), SHANGHAI),
                    _ => (server.other_keeper(), SUZHOU),
                };
                let first = number % 18;
                let sent = submit(&caller, INBOUND, receipt_of(first..first + 2, warehouse)).await;
                if number % 4 < 2 {
                    decide(&manager, task_of(&sent), "approve", json!({})).await.expect(200);
                }
            }
        };
        let paths = [
            "/apps/wms/inbound?limit=200",
            "/apps/wms/inbound?limit=200&group=warehouse",
            "/apps/wms/inbound?limit=200&group=warehouse,state&sort=created_by",
            "/apps/wms/inbound?limit=200&sort=warehouse.code&columns=no,warehouse.name,supplier.name,state,created_by",
            "/apps/wms/inbound?limit=200&q=WH",
            "/apps/wms/item?limit=200",
            "/apps/wms/stock_move?limit=200",
            "/apps/wms/reports/stock_in_out",
            "/apps/wms/reports/inbound_by_supplier",
            "/apps/wms/reports/moves_by_day",
            "/apps/wms/dashboards/today",
            "/apps/wms/inbound/new",
            "/apps/wms",
            "/todo?box=todo",
            "/todo?box=done",
            "/messages",
            "/",
            "/api/v1/apps/wms/tables/inbound/records?limit=200&count=true&sort=-biz_date",
            "/api/v1/apps/wms/tables/inbound/records/export?format=csv",
            "/api/v1/apps/wms/tables/inbound/records/export?format=xlsx",
            "/api/v1/apps/wms/tables/inbound/aggregate?group=warehouse,supplier&measure=sum(amount)",
            "/api/v1/apps/wms/reports/stock_in_out",
            "/api/v1/tasks?box=todo",
        ];
        send(0..FEW).await;
        let few = all_reads(server, &manager, &paths).await;
        items(&manager, 20..MANY).await;
        send(FEW..MANY).await;
        let many = all_reads(server, &manager, &paths).await;
        assert_eq!(few, many, "statements for {FEW} and for {MANY} rows");
        let most = many.values().max().copied().unwrap_or_default();
        assert!(most <= 60, "{many:?}");
    })
    .await;
}

#[tokio::test]
async fn documents_cost_the_same_however_many_lines_they_have() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        items(&manager, 0..20).await;
        let mut counted = Vec::new();
        for lines in [2, 9, 20] {
            let body = json!({"values": receipt_of(0..lines, SHANGHAI)});
            let draft = keeper.post(INBOUND, body).await.expect(201).id();
            let waiting = submit(&keeper, INBOUND, receipt_of(0..lines, SHANGHAI)).await;
            let done = submit(&keeper, INBOUND, receipt_of(0..lines, SHANGHAI)).await;
            decide(&manager, task_of(&done), "approve", json!({})).await.expect(200);
            let (waiting, task, done) = (waiting.id(), task_of(&waiting), done.id());
            let page = |id: i64, rest: &str| format!("/apps/wms/inbound/{id}{rest}");
            let mut of_these = Vec::new();
            for (name, caller, path) in [
                ("a draft", &keeper, page(draft, "")),
                ("a draft in its form", &keeper, page(draft, "/edit")),
                ("a document that waits", &keeper, page(waiting, "")),
                ("a document that is done", &manager, page(done, "")),
                ("its other side", &manager, page(done, "?tab=history")),
                ("its print", &manager, page(done, "/print")),
                ("its task", &manager, format!("/todo/{task}")),
                ("by the API", &keeper, format!("{INBOUND}/{done}")),
                ("its history by the API", &manager, format!("{INBOUND}/{done}/history")),
                ("a new one from it", &keeper, format!("/apps/wms/inbound/new?copy={done}")),
                ("an export of it", &manager, format!("{INBOUND}/export?format=csv&filter={}", one(done))),
            ] {
                of_these.push((name, reads(server, caller, &path).await));
            }
            counted.push(of_these);
        }
        assert_eq!(counted[0], counted[1], "statements for 2 and for 9 lines");
        // Grids of more than ten lines are searched in, instead of carrying lists of what may be chosen: that is less.
        for ((name, few), (_, many)) in counted[0].iter().zip(&counted[2]) {
            assert!(many <= few && *few <= 40, "{name}: {counted:?}");
        }
    })
    .await;
}

/// A filter that finds one record, as an address carries it.
fn one(id: i64) -> String {
    format!("%7B%22field%22%3A%22id%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A{id}%7D")
}
