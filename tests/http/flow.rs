//! Approvals: submit, approve, reject, return, resubmit, withdraw, copies, and who may what.

use crate::{
    client::{Answer, Caller},
    server::{Server, on_both},
    stock::{INBOUND, SHANGHAI, SUPPLIER, decide, receipt, submit, task_of},
};
use serde_json::{Value, json};

async fn record(caller: &Caller, id: i64) -> Answer {
    caller.get(&format!("{INBOUND}/{id}")).await.expect(200)
}

async fn box_of(caller: &Caller, which: &str) -> Vec<Value> {
    caller.get(&format!("/api/v1/tasks?box={which}")).await.expect(200).items().to_vec()
}

fn one_line() -> Value {
    receipt(SHANGHAI, &[("HW-0008", "1")])
}

/// A receipt whose amount needs finance besides the manager, and whose buyer gets a copy.
async fn large_purchase(server: &Server) -> Answer {
    let buyer = server.person("buyer_wang");
    let supplier = buyer.list(SUPPLIER, &[("limit", "1")]).await.items()[0]["id"].clone();
    let values = json!({
        "kind": "purchase", "warehouse": {"key": SHANGHAI}, "supplier": supplier, "buyer": {"login": "buyer_wang"},
        "lines": [{"item": {"key": "EL-0011"}, "qty": "1000", "price": "700"}],
    });
    submit(&buyer, INBOUND, values).await
}

#[tokio::test]
async fn an_approval_travels_from_submission_to_approval() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let made = keeper.post(INBOUND, json!({"values": one_line()})).await.expect(201);
        assert_eq!((&made["state"], &made["case"]), (&json!("draft"), &Value::Null));
        assert!(box_of(&manager, "todo").await.is_empty());
        let sent = keeper.post(&format!("{INBOUND}/{}/submit", made.id()), json!({})).await.expect(200);
        assert_eq!(sent["state"], "in_approval");
        assert_eq!(sent["case"]["state"], "running");
        let task = task_of(&sent);
        assert_eq!(sent["case"]["tasks"][0]["mine"], false);

        let todo = box_of(&manager, "todo").await;
        assert_eq!((todo.len(), todo[0]["id"].as_i64()), (1, Some(task)));
        assert_eq!(todo[0]["record"], json!({"app": "wms", "table": "inbound", "id": made.id()}));
        assert!(todo[0]["title"].as_str().unwrap().contains("上海总仓"), "{}", todo[0]);
        assert!(box_of(&keeper, "todo").await.is_empty());
        assert_eq!(box_of(&keeper, "started").await.len(), 1);
        let shown = manager.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
        let ops: Vec<&str> = shown["ops"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for op in ["approve", "reject", "return"] {
            assert!(ops.contains(&op), "{ops:?}");
        }
        assert_eq!(shown["fields"]["lines.price"], "edit");
        assert_eq!(shown["fields"]["warehouse"], "read");

        let done = decide(&manager, task, "approve", json!({"comment": "  好  "})).await.expect(200);
        assert_eq!(done["state"], "approved", "{}", done.text());
        assert!(done["ops"].as_array().unwrap().is_empty());
        assert_eq!(record(&keeper, made.id()).await["state"], "approved");
        assert!(box_of(&manager, "todo").await.is_empty());
        assert_eq!(box_of(&manager, "done").await.len(), 1);
        let case = keeper.get(&format!("/api/v1/cases/{}", sent["case"]["id"])).await.expect(200);
        assert_eq!(case["state"], "approved");
        assert!(case["log"].to_string().contains("好"), "{}", case["log"]);
        keeper.post(&format!("{INBOUND}/{}/submit", made.id()), json!({})).await.refused(409, "approved_locked");
    })
    .await;
}

#[tokio::test]
async fn a_rejected_record_is_changed_and_sent_again() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, one_line()).await;
        decide(&manager, task_of(&sent), "reject", json!({"comment": "数量不对"})).await.expect(200);
        let path = format!("{INBOUND}/{}", sent.id());
        let rejected = record(&keeper, sent.id()).await;
        assert_eq!(rejected["state"], "rejected");
        assert!(rejected["case"]["tasks"].as_array().unwrap().is_empty());
        keeper.patch(&path, json!({"values": {"remark": "改好了"}})).await.expect(200);
        let again = keeper.post(&format!("{path}/submit"), json!({})).await.expect(200);
        assert_eq!(again["state"], "in_approval");
        assert_ne!(again["case"]["id"], sent["case"]["id"]);
        assert_eq!(again["values"]["no"], sent["values"]["no"], "the number stays");
        decide(&manager, task_of(&again), "approve", json!({})).await.expect(200);
        assert_eq!(record(&keeper, sent.id()).await["state"], "approved");
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_asked_for_rightly() {
    let server = Server::sqlite().await;
    let sent = submit(&server.keeper(), INBOUND, one_line()).await;
    let long = json!({"comment": "长".repeat(2001)});
    let refused = decide(&server.manager(), task_of(&sent), "approve", long).await.refused(422, "invalid");
    assert_eq!(refused.errors(), [("/comment".to_owned(), "too_long".to_owned())]);
    decide(&server.manager(), task_of(&sent), "shred", json!({})).await.refused(404, "not_found");
    decide(&server.manager(), 999_999, "approve", json!({})).await.refused(404, "not_found");
    decide(&server.manager(), task_of(&sent), "approve", json!({"opinion": "x"})).await.refused(400, "malformed");
}

#[tokio::test]
async fn a_returned_record_is_its_starters_to_correct_and_send_again() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, one_line()).await;
        let path = format!("{INBOUND}/{}", sent.id());
        decide(&manager, task_of(&sent), "return", json!({"comment": "补备注"})).await.expect(200);
        let returned = record(&keeper, sent.id()).await;
        assert_eq!(returned["case"]["state"], "returned");
        assert_eq!(box_of(&keeper, "todo").await.len(), 1);
        let mine = task_of(&returned);
        assert_eq!(returned["case"]["tasks"][0]["mine"], true);
        // Only the starter may change it now.
        let refused = manager.patch(&path, json!({"values": {"remark": "x"}})).await;
        refused.refused(409, "in_approval");
        keeper.patch(&path, json!({"values": {"remark": "补了"}})).await.expect(200);
        decide(&manager, mine, "resubmit", json!({})).await.refused(403, "not_yours");
        decide(&keeper, mine, "resubmit", json!({})).await.expect(200);
        let again = record(&keeper, sent.id()).await;
        assert_eq!((&again["case"]["id"], &again["case"]["state"]), (&sent["case"]["id"], &json!("running")));
        decide(&manager, task_of(&again), "approve", json!({})).await.expect(200);
        assert_eq!(record(&keeper, sent.id()).await["state"], "approved");
    })
    .await;
}

#[tokio::test]
async fn a_returned_record_is_sent_again_with_its_changes_in_one_act() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, one_line()).await;
        decide(&manager, task_of(&sent), "return", json!({"comment": "补备注", "to_node": "start"})).await.expect(200);
        let body = json!({"values": {"remark": "补了"}, "submit": true});
        let again = keeper.patch(&format!("{INBOUND}/{}", sent.id()), body).await.expect(200);
        assert_eq!(again["case"]["id"], sent["case"]["id"]);
        assert_eq!(again["case"]["state"], "running");
        assert_eq!(again["values"]["remark"], "补了");
        let other = json!({"comment": "x", "to_node": "finance"});
        decide(&manager, task_of(&again), "return", other).await.refused(422, "invalid");
    })
    .await;
}

#[tokio::test]
async fn a_starter_withdraws_what_nobody_decided() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, one_line()).await;
        let withdraw = format!("/api/v1/cases/{}/withdraw", sent["case"]["id"]);
        let refused = manager.post(&withdraw, json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        server.other_keeper().post(&withdraw, json!({})).await.refused(404, "not_found");
        let done = keeper.post(&withdraw, json!({"comment": "写错了"})).await.expect(200);
        assert_eq!(done["state"], "withdrawn", "{}", done.text());
        assert!(box_of(&manager, "todo").await.is_empty());
        let after = record(&keeper, sent.id()).await;
        assert_eq!(after["state"], "draft");
        let late = decide(&manager, task_of(&sent), "approve", json!({})).await;
        assert!([404, 409].contains(&late.status), "{}", late.text());
        let again = keeper.post(&withdraw, json!({})).await;
        assert_eq!(again.status, 409, "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn a_decision_once_made_is_told_with_who_and_when() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager().reading("en"));
        let sent = submit(&keeper, INBOUND, one_line()).await;
        let task = task_of(&sent);
        server.clock.advance(5_000);
        decide(&manager, task, "approve", json!({})).await.expect(200);
        server.clock.advance(60_000);
        for operation in ["approve", "reject"] {
            let late =
                decide(&manager, task, operation, json!({"comment": "again"})).await.refused(409, "already_decided");
            assert_eq!(late["by"], manager.get("/api/v1/me").await["id"]);
            let at = late["at"].as_str().unwrap_or_else(|| panic!("no time: {}", late.text())).to_owned();
            assert!(at.starts_with("2025-03-03T02:00:05"), "{at}");
            let detail = late["detail"].as_str().unwrap();
            assert!(detail.contains("赵强"), "the sentence names the person: {detail}");
            assert!(!detail.contains("T02:00"), "the sentence tells the time as people do: {detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_task_is_decided_by_its_holder_alone() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let sent = submit(&keeper, INBOUND, one_line()).await;
        let task = task_of(&sent);
        for login in ["keeper_li", "finance_sun", "auditor_qian", "admin"] {
            decide(&server.person(login), task, "approve", json!({})).await.refused(403, "not_yours");
        }
        for login in ["keeper_wanglei", "staff_wu", "deputy_he"] {
            decide(&server.person(login), task, "approve", json!({})).await.refused(404, "not_found");
            server.person(login).get(&format!("/api/v1/tasks/{task}")).await.refused(404, "not_found");
        }
        server
            .anonymous()
            .post(&format!("/api/v1/tasks/{task}/approve"), json!({}))
            .await
            .refused(401, "unauthenticated");
        assert_eq!(record(&keeper, sent.id()).await["state"], "in_approval");
    })
    .await;
}

#[tokio::test]
async fn an_applicant_does_not_approve_their_own() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let made = manager.post(INBOUND, json!({"values": one_line(), "submit": true})).await;
        // The only manager is the applicant: whatever happens, nothing is approved and the task is not theirs.
        if made.status == 201 {
            assert_eq!(made["state"], "in_approval");
            for task in made["case"]["tasks"].as_array().unwrap() {
                let id = task["id"].as_i64().unwrap();
                assert_ne!(task["mine"], true, "{}", made.text());
                let refused = decide(&manager, id, "approve", json!({})).await;
                assert_eq!(refused.status, 403, "{}", refused.text());
            }
            assert_eq!(record(&manager, made.id()).await["state"], "in_approval");
        } else {
            made.expect(409);
        }
    })
    .await;
}

#[tokio::test]
async fn a_branch_sends_large_amounts_to_finance_and_copies_the_buyer() {
    on_both(async |server: &Server| {
        let (manager, finance, buyer) = (server.manager(), server.person("finance_sun"), server.person("buyer_wang"));
        let sent = large_purchase(server).await;
        decide(&manager, task_of(&sent), "approve", json!({})).await.expect(200);
        let half = record(&buyer, sent.id()).await;
        assert_eq!(half["state"], "in_approval");
        assert_eq!(half["case"]["tasks"][0]["node"], "finance");
        assert!(box_of(&buyer, "cc").await.is_empty());
        decide(&manager, task_of(&half), "approve", json!({})).await.refused(403, "not_yours");
        decide(&finance, task_of(&half), "approve", json!({})).await.expect(200);
        assert_eq!(record(&buyer, sent.id()).await["state"], "approved");
        let copies = box_of(&buyer, "cc").await;
        assert_eq!(copies.len(), 1);
        assert_eq!(copies[0]["record"]["id"], sent.id());
        assert_eq!(box_of(&finance, "done").await.len(), 1);
        let notices = buyer.get("/api/v1/notices").await.expect(200);
        assert!(!notices.items().is_empty(), "{}", notices.text());
    })
    .await;
}

#[tokio::test]
async fn the_approver_fills_in_what_their_step_opens() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let sent = submit(&keeper, INBOUND, one_line()).await;
        let task = task_of(&sent);
        let line = sent["values"]["lines"][0]["id"].clone();
        for values in [json!({"remark": "x"}), json!({"lines": []}), json!({"lines": [{"id": line, "qty": "5"}]})] {
            let refused = decide(&manager, task, "approve", json!({"values": values})).await.refused(422, "invalid");
            assert_eq!(refused.errors()[0].1, "not_editable", "{}", refused.text());
        }
        let values = json!({"lines": [{"id": line, "price": "12.5"}]});
        decide(&manager, task, "approve", json!({"values": values})).await.expect(200);
        let seen = record(&manager, sent.id()).await;
        crate::stock::assert_decimal(&seen["values"]["amount"], "12.5");
        let rows = crate::stock::balances(&manager, "hold", "HW-0008").await;
        crate::stock::assert_decimal(&rows[0]["amount"], "12.5");
    })
    .await;
}

#[tokio::test]
async fn boxes_are_paged_and_narrowed() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        let mut sent = Vec::new();
        for _ in 0..7 {
            sent.push(submit(&keeper, INBOUND, one_line()).await.id());
        }
        let mut seen = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let path = cursor
                .as_ref()
                .map_or_else(|| "/api/v1/tasks?limit=3".into(), |c| format!("/api/v1/tasks?limit=3&cursor={c}"));
            let page = manager.get(&path).await.expect(200);
            seen.extend(page.items().iter().map(|row| row["record"]["id"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        seen.reverse();
        assert_eq!(seen, sent, "newest first, each once");
        let one = manager.get(&format!("/api/v1/tasks?app=wms&table=inbound&record={}", sent[3])).await.expect(200);
        assert_eq!(one.items().len(), 1);
        assert!(manager.get("/api/v1/tasks?app=wms&table=outbound").await.expect(200).items().is_empty());
        for (query, status) in
            [("box=mine", 422), ("boxx=todo", 422), ("limit=0", 422), ("app=none", 404), ("table=inbound", 422)]
        {
            let refused = manager.get(&format!("/api/v1/tasks?{query}")).await;
            assert_eq!(refused.status, status, "{query}: {}", refused.text());
        }
    })
    .await;
}
