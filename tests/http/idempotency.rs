//! The same command sent again does not happen again.

use crate::{
    client::Body,
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, decide, receipt, submit, task_of},
};
use reqwest::Method;
use serde_json::{Value, json};

fn item(code: &str) -> Value {
    json!({"values": {"code": code, "name": "n", "uom": {"key": "pcs"}}})
}

async fn count(caller: &crate::client::Caller, prefix: &str) -> u64 {
    let filter = json!({"field": "code", "op": "contains", "value": prefix}).to_string();
    caller.list(ITEM, &[("count", "true"), ("filter", &filter)]).await.expect(200)["count"].as_u64().expect("a count")
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let first = manager.post_once("k1", ITEM, item("I-1")).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        manager.patch(&format!("{ITEM}/{}", first.id()), json!({"values": {"name": "later"}})).await.expect(200);
        let again = manager.post_once("k1", ITEM, item("I-1")).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.json, first.json, "the answer of then, not of now");
        assert_eq!(again.header("etag"), first.header("etag"));
        assert_eq!(count(&manager, "I-1").await, 1);
        manager.post_once("k1", ITEM, item("I-2")).await.refused(422, "idempotency_mismatch");
        assert_eq!(count(&manager, "I-").await, 1);
        // Another person, path or method may use the same word.
        server.administrator();
        let values = json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])});
        assert_eq!(
            server.keeper().post_once("k1", INBOUND, values).await.expect(201).header("idempotency-replayed"),
            None
        );
        let path = format!("{ITEM}/{}", first.id());
        let body = Body::Json(json!({"values": {"name": "by key"}}));
        let patched = manager.send(Method::PATCH, &path, &[("idempotency-key", "k1")], body).await.expect(200);
        assert_eq!((patched.header("idempotency-replayed"), &patched["values"]["name"]), (None, &json!("by key")));
    })
    .await;
}

#[tokio::test]
async fn a_repetition_needs_the_person_to_be_there() {
    on_both(async |server: &Server| {
        let keeper = server.token("keeper_li", "read write").await;
        let values = json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])});
        keeper.post_once("mine", INBOUND, values.clone()).await.expect(201);
        server.anonymous().post_once("mine", INBOUND, values.clone()).await.refused(401, "unauthenticated");
        // Somebody else's key tells nothing of the answer that was kept under it.
        let other = server.other_keeper().post_once("mine", INBOUND, values).await;
        assert_ne!(other.header("idempotency-replayed"), Some("true"), "{}", other.text());
    })
    .await;
}

#[tokio::test]
async fn a_refused_command_leaves_no_key() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        manager.post_once("k2", ITEM, json!({"values": {"code": "I-3"}})).await.refused(422, "invalid");
        let made = manager.post_once("k2", ITEM, item("I-3")).await.expect(201);
        assert_eq!(made.header("idempotency-replayed"), None);
        let sent = submit(&server.keeper(), INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        let path = format!("/api/v1/tasks/{}/reject", task_of(&sent));
        manager.post_once("k3", &path, json!({"comment": "长".repeat(3000)})).await.refused(422, "invalid");
        manager.post_once("k3", &path, json!({"comment": "no"})).await.expect(200);
        let again = manager.post_once("k3", &path, json!({"comment": "no"})).await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        decide(&manager, task_of(&sent), "reject", json!({"comment": "no"})).await.refused(409, "already_decided");
    })
    .await;
}

#[tokio::test]
async fn a_deletion_is_repeated_like_anything_else() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let draft = keeper.post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201);
        let path = format!("{INBOUND}/{}", draft.id());
        let delete = async || keeper.send(Method::DELETE, &path, &[("idempotency-key", "d")], Body::None).await;
        delete().await.expect(204);
        assert_eq!(delete().await.expect(204).header("idempotency-replayed"), Some("true"));
        keeper.delete(&path).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_at_the_same_time_makes_one_record() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for round in 0..5 {
            let code = format!("C-{round}");
            let started: Vec<_> = (0..12)
                .map(|_| {
                    let (client, key, body) = (server.manager(), format!("round {round}"), item(&code));
                    tokio::spawn(async move { client.post_once(&key, ITEM, body).await })
                })
                .collect();
            let mut ids = std::collections::BTreeSet::new();
            for answer in started {
                let answer = answer.await.expect("no panic").expect(201);
                ids.insert(answer.id());
            }
            assert_eq!(ids.len(), 1, "every client heard of the same record");
            assert_eq!(count(&manager, &code).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let server = Server::sqlite().await;
    let manager = server.manager();
    manager.post_once("k4", ITEM, item("I-4")).await.expect(201);
    server.clock.advance(25 * 60 * 60 * 1000);
    manager.post_once("k4", ITEM, item("I-4")).await.refused(422, "unique");
    let long = "k".repeat(201);
    manager.post_once(&long, ITEM, item("I-5")).await.refused(400, "malformed");
}
