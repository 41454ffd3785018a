//! Posting: stock moves with the approval or not at all, every short line is named, and the figures add up.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{
        INBOUND, MOVE, OUTBOUND, SHANGHAI, SUPPLIER, assert_decimal, balances, decide, issue, quantity, receipt,
        receive, submit, task_of, verified,
    },
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_receipt_raises_balances_at_every_grain() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10"), ("HW-0042", "2.5")])).await;
        assert_eq!(quantity(&manager, "HW-0021").await, "0", "nothing moves before the approval");
        decide(&manager, task_of(&sent), "approve", json!({})).await.expect(200);
        for (item, qty, amount) in [("HW-0021", "10", "185.00"), ("HW-0042", "2.5", "56.00")] {
            let full = balances(&manager, "dimensions", item).await;
            assert_eq!(full.len(), 1);
            assert_eq!(full[0]["stock_status"], "good");
            assert_decimal(&full[0]["qty"], qty);
            let coarse = balances(&manager, "hold", item).await;
            assert_eq!(coarse.len(), 1);
            assert_decimal(&coarse[0]["qty"], qty);
            assert_decimal(&coarse[0]["available"], qty);
            // Without a price a receipt goes in at the item's standard cost.
            assert_decimal(&coarse[0]["amount"], amount);
        }
        let moves = manager.list(MOVE, &[("sort", "id")]).await.expect(200);
        assert_eq!(moves.items().len(), 2);
        for made in moves.items() {
            assert_eq!(made["values"]["doc_no"], sent["values"]["no"]);
            assert_eq!(made["values"]["doc_id"], sent.id());
            assert_eq!((&made["values"]["phase"], &made["values"]["doc_table"]), (&json!("in"), &json!("inbound")));
            assert_eq!(made["values"]["qty"], made["values"]["qty_after"]);
        }
        let report = verified(&server.administrator()).await;
        assert_eq!(report["moves"], 2);
    })
    .await;
}

/// A purchase of one line by the buyer, approved by the manager.
async fn buy(server: &Server, item: &str, qty: &str, price: &str) {
    let (buyer, manager) = (server.person("buyer_wang"), server.manager());
    let supplier = buyer.list(SUPPLIER, &[("limit", "1")]).await.items()[0]["id"].clone();
    let values = json!({"kind": "purchase", "warehouse": {"key": SHANGHAI}, "supplier": supplier,
                        "lines": [{"item": {"key": item}, "qty": qty, "price": price}]});
    let sent = submit(&buyer, INBOUND, values).await;
    decide(&manager, task_of(&sent), "approve", json!({})).await.expect(200);
}

async fn take(server: &Server, item: &str, qty: &str) {
    let sent = submit(&server.keeper(), OUTBOUND, issue(SHANGHAI, &[(item, qty)])).await;
    decide(&server.manager(), task_of(&sent), "approve", json!({})).await.expect(200);
}

#[tokio::test]
async fn value_follows_the_moving_average() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let item = "HW-0060";
        for (event, qty, price, qty_after, value_after) in [
            ("in", "100", "10", "100", "1000.00"),
            ("in", "50", "11.50", "150", "1575.00"),
            ("out", "60", "", "90", "945.00"),
            ("in", "33", "10.99", "123", "1307.67"),
            ("out", "41", "", "82", "871.78"),
            ("out", "82", "", "0", "0.00"),
        ] {
            match event {
                "in" => buy(server, item, qty, price).await,
                _ => take(server, item, qty).await,
            }
            let row = balances(&manager, "hold", item).await.remove(0);
            assert_decimal(&row["qty"], qty_after);
            assert_decimal(&row["amount"], value_after);
        }
        let amounts: Vec<Value> = manager
            .list(MOVE, &[("sort", "id")])
            .await
            .items()
            .iter()
            .map(|row| row["values"]["amount"].clone())
            .collect();
        for (found, wanted) in amounts.iter().zip(["1000.00", "575.00", "-630.00", "362.67", "-435.89", "-871.78"]) {
            assert_decimal(found, wanted);
        }
        verified(&server.administrator()).await;
    })
    .await;
}

#[tokio::test]
async fn an_issue_beyond_stock_is_refused_with_every_short_line() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "10"), ("HW-0042", "20"), ("PK-0008", "5")]).await;
        let lines = [("HW-0021", "11"), ("PK-0008", "1"), ("HW-0042", "20.5"), ("OF-0009", "1")];
        let sent = submit(&keeper, OUTBOUND, issue(SHANGHAI, &lines)).await;
        let task = task_of(&sent);
        let refused = decide(&manager, task, "approve", json!({})).await.refused(409, "STOCK_SHORT");
        let mut short = Vec::new();
        for error in refused["errors"].as_array().unwrap() {
            assert_eq!(error["code"], "STOCK_SHORT");
            let params = &error["params"];
            short.push((
                error["path"].as_str().unwrap().to_owned(),
                params["need"].as_str().unwrap().to_owned(),
                params["available"].as_str().unwrap().to_owned(),
            ));
            assert!(params["item"].as_str().is_some_and(|item| !item.is_empty()), "{params}");
        }
        short.sort();
        let wanted = [("/lines/0", "11", "10"), ("/lines/2", "20.5", "20"), ("/lines/3", "1", "0")];
        let wanted = wanted.map(|(path, need, available)| (path.to_owned(), need.to_owned(), available.to_owned()));
        assert_eq!(short, wanted, "{}", refused.text());
        // Nothing moved, nothing was decided, and what is enough can still be done.
        assert_eq!(manager.list(MOVE, &[("count", "true")]).await["count"], 3);
        for (item, qty) in [("HW-0021", "10"), ("HW-0042", "20"), ("PK-0008", "5")] {
            assert_decimal(&json!(quantity(&manager, item).await), qty);
        }
        let open = manager.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
        assert_eq!(open["state"], "open");
        assert_eq!(keeper.get(&format!("{OUTBOUND}/{}", sent.id())).await["state"], "in_approval");
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "1"), ("HW-0042", "1"), ("OF-0009", "1")]).await;
        decide(&manager, task, "approve", json!({})).await.expect(200);
        assert_decimal(&json!(quantity(&manager, "HW-0021").await), "0");
        assert_decimal(&json!(quantity(&manager, "HW-0042").await), "0.5");
        verified(&server.administrator()).await;
    })
    .await;
}

#[tokio::test]
async fn a_shortage_is_told_in_the_readers_language() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "10")]).await;
        let sent = submit(&keeper, OUTBOUND, issue(SHANGHAI, &[("HW-0021", "12")])).await;
        let refused = async |caller: &Caller| {
            let refused = decide(caller, task_of(&sent), "approve", json!({})).await.refused(409, "STOCK_SHORT");
            refused["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        let chinese = refused(&manager).await;
        for part in ["库存不足", "HW-0021", "不锈钢合页", "上海总仓", "12", "10"] {
            assert!(chinese.contains(part), "{chinese}");
        }
        // A program says which language it wants.
        let program = server.token("manager_zhao", "read approve").await;
        let english = refused(&program.clone().reading("en-GB,en;q=0.9")).await;
        assert_ne!(english, chinese);
        for part in ["HW-0021", "12", "10"] {
            assert!(english.contains(part), "{english}");
        }
        assert!(!english.contains("库存不足"), "{english}");
        assert_eq!(refused(&program.reading("zh-CN")).await, chinese);
        // A person has chosen theirs.
        let id = formwork::base::id::UserId(manager.get("/api/v1/me").await.id());
        server.service.set_appearance(id, Some("en".into()), None).await.expect("the language is stored");
        assert_eq!(refused(&manager.clone().reading("zh-CN")).await, english);
    })
    .await;
}

#[tokio::test]
async fn two_lines_of_one_item_are_short_together() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "10")]).await;
        let sent = submit(&keeper, OUTBOUND, issue(SHANGHAI, &[("HW-0021", "6"), ("HW-0021", "5")])).await;
        let refused = decide(&manager, task_of(&sent), "approve", json!({})).await.refused(409, "STOCK_SHORT");
        assert_eq!(refused["errors"][0]["params"]["need"], "11", "{}", refused.text());
        let paths: Vec<String> = refused.errors().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["/lines/0", "/lines/1"], "both lines are named");
    })
    .await;
}

#[tokio::test]
async fn a_doubled_approval_posts_once() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0021", "10")])).await;
        let path = format!("/api/v1/tasks/{}/approve", task_of(&sent));
        let started: Vec<_> = (0..8)
            .map(|number| {
                let (manager, path) = (manager.clone(), path.clone());
                tokio::spawn(async move {
                    match number % 2 {
                        0 => manager.post(&path, json!({})).await.status,
                        _ => manager.post_once("the same", &path, json!({})).await.status,
                    }
                })
            })
            .collect();
        for answer in started {
            let status = answer.await.expect("no panic");
            assert!([200, 409].contains(&status), "{status}");
        }
        assert_decimal(&json!(quantity(&manager, "HW-0021").await), "10");
        assert_eq!(manager.list(MOVE, &[("count", "true")]).await["count"], 1);
        verified(&server.administrator()).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_on_submission_keeps_stock_for_the_first() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        server.administrator().put("/api/v1/apps/wms/settings", json!({"hold_on_submit": "true"})).await.expect(204);
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "10")]).await;
        let first = submit(&keeper, OUTBOUND, issue(SHANGHAI, &[("HW-0021", "7")])).await;
        let row = balances(&manager, "hold", "HW-0021").await.remove(0);
        assert_decimal(&row["reserved"], "7");
        assert_decimal(&row["available"], "3");
        let second = json!({"values": issue(SHANGHAI, &[("HW-0021", "4")]), "submit": true});
        let refused = keeper.post(OUTBOUND, second.clone()).await.refused(409, "STOCK_SHORT");
        assert_eq!(refused["errors"][0]["params"]["available"], "3", "{}", refused.text());
        decide(&manager, task_of(&first), "reject", json!({"comment": "不急"})).await.expect(200);
        assert_decimal(&balances(&manager, "hold", "HW-0021").await[0]["reserved"], "0");
        let second = keeper.post(OUTBOUND, second).await.expect(201);
        decide(&manager, task_of(&second), "approve", json!({})).await.expect(200);
        let row = balances(&manager, "hold", "HW-0021").await.remove(0);
        assert_decimal(&row["qty"], "6");
        assert_decimal(&row["reserved"], "0");
        verified(&server.administrator()).await;
    })
    .await;
}

#[tokio::test]
async fn the_sample_documents_add_up() {
    on_both(async |server: &Server| {
        server.seed_documents().await;
        let report = verified(&server.administrator()).await;
        assert!(report["moves"].as_u64().unwrap() > 20, "{}", report.text());
        server.manager().post(crate::stock::VERIFY, json!({})).await.refused(403, "administrators_only");
        server.administrator().post("/api/v1/apps/wms/ledgers/none/verify", json!({})).await.refused(404, "not_found");
    })
    .await;
}
