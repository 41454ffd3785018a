//! API tokens: what they allow, and how they end.

use crate::{
    server::{Server, on_both},
    stock::{BALANCE, INBOUND, SHANGHAI, VERIFY, decide, receipt, submit, task_of},
};
use serde_json::json;

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let made = keeper.post("/api/v1/tokens", json!({"name": "scale", "scopes": "read write"})).await.expect(201);
        let secret = made["token"].as_str().expect("the secret").to_owned();
        assert!(secret.starts_with("fw_") && secret.len() >= 40, "{secret}");
        let program = server.anonymous().with_token(&secret);
        assert_eq!(program.get("/api/v1/me").await.expect(200)["login"], "keeper_li");
        let list = keeper.get("/api/v1/tokens").await.expect(200);
        assert_eq!(list.items().len(), 1);
        assert_eq!(list.items()[0]["name"], "scale");
        assert!(!list.text().contains(&secret) && list.items()[0]["token"].is_null());

        let path = format!("/api/v1/tokens/{}", made.id());
        server.manager().delete(&path).await.refused(404, "not_found");
        program.get("/api/v1/me").await.expect(200);
        keeper.delete(&path).await.expect(204);
        program.get("/api/v1/me").await.refused(401, "unauthenticated");
        keeper.delete(&path).await.refused(404, "not_found");
        server.anonymous().with_token("fw_unknown").get("/api/v1/me").await.refused(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_when_it_expires() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        let past = json!({"name": "late", "scopes": "read", "expires_at": "2025-03-03T01:59:59Z"});
        let refused = keeper.post("/api/v1/tokens", past).await.refused(422, "invalid");
        assert_eq!(refused.errors(), [("/expires_at".into(), "minimum".into())]);
        let body = json!({"name": "short", "scopes": ["read"], "expires_at": "2025-03-03T03:00:00+00:00"});
        let made = keeper.post("/api/v1/tokens", body).await.expect(201);
        let program = server.anonymous().with_token(made["token"].as_str().expect("the secret"));
        program.get(BALANCE).await.expect(200);
        server.clock.advance(60 * 60 * 1000);
        program.get(BALANCE).await.refused(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn scopes_narrow_what_the_person_may() {
    on_both(async |server: &Server| {
        let record = submit(&server.keeper(), INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        let task = task_of(&record);
        let draft = || json!({"values": receipt(SHANGHAI, &[("HW-0008", "2")])});

        let reads = server.token("keeper_li", "read").await;
        reads.get(INBOUND).await.expect(200);
        reads.post(INBOUND, draft()).await.refused(403, "forbidden");
        let writes = server.token("keeper_li", "read write").await;
        writes.post(INBOUND, draft()).await.expect(201);
        let elsewhere = server.token("keeper_li", "read:other write:other").await;
        elsewhere.get(INBOUND).await;
        elsewhere.post(INBOUND, draft()).await.refused(403, "forbidden");

        let reads = server.token("manager_zhao", "read").await;
        decide(&reads, task, "approve", json!({})).await.refused(403, "forbidden");
        let approves = server.token("manager_zhao", "read approve:wms").await;
        decide(&approves, task, "approve", json!({})).await.expect(200);

        // Administration is a scope of its own, and only an administrator's.
        server.token("admin", "read write").await.post(VERIFY, json!({})).await.refused(403, "administrators_only");
        server.token("admin", "read admin").await.post(VERIFY, json!({})).await.expect(200);
        server.token("keeper_li", "read admin").await.post(VERIFY, json!({})).await.refused(403, "administrators_only");
    })
    .await;
}

/// Whatever a token may read, it may not read beyond its scopes.
#[tokio::test]
async fn a_token_without_read_reads_nothing() {
    let server = Server::sqlite().await;
    let record = submit(&server.keeper(), INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
    for scopes in ["write", "approve", "read:other"] {
        let caller = server.token("manager_zhao", scopes).await;
        for path in [
            INBOUND.to_owned(),
            format!("{INBOUND}/{}", record.id()),
            format!("/api/v1/tasks/{}", task_of(&record)),
            format!("/api/v1/cases/{}", record["case"]["id"]),
            "/api/v1/apps/wms/definition".to_owned(),
        ] {
            let answer = caller.get(&path).await;
            assert!([403, 404].contains(&answer.status), "{scopes} reads {path}: {}", answer.text());
        }
        let boxes = caller.get("/api/v1/tasks?box=todo").await;
        assert!(boxes.status == 403 || boxes.items().is_empty(), "{scopes} reads the to-do list: {}", boxes.text());
    }
}

#[tokio::test]
async fn a_token_makes_no_tokens() {
    let server = Server::sqlite().await;
    let program = server.token("admin", "read write approve admin").await;
    let body = json!({"name": "child", "scopes": "read"});
    program.post("/api/v1/tokens", body).await.refused(403, "session_needed");
}

#[tokio::test]
async fn a_token_is_asked_for_rightly() {
    let server = Server::sqlite().await;
    let keeper = server.keeper();
    for (body, pointer, code) in [
        (json!({"name": "x", "scopes": "read fly"}), "/scopes", "option"),
        (json!({"name": "x", "scopes": ""}), "/scopes", "required"),
        (json!({"name": " ", "scopes": "read"}), "/name", "required"),
        (json!({"name": "x", "scopes": "read", "expires_at": "tomorrow"}), "/expires_at", "type"),
    ] {
        let refused = keeper.post("/api/v1/tokens", body.clone()).await.refused(422, "invalid");
        assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{body}");
    }
    keeper.post("/api/v1/tokens", json!({"name": "x", "scopes": "read", "user": 1})).await.refused(400, "malformed");
}
