//! Secrets and encrypted fields: sealed in the database, masked where they may not be read, never in the history.

use crate::{
    client::Body,
    every_kind::{SAMPLE, codes, condition, import, join, values},
    server::{Server, on_both},
};
use formwork::service::jobs::Stop;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_sealed_never_lies_or_leaves_in_plain_text() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        join(server, "reader", &["staff_wu"]).await;
        let administrator = server.administrator();
        let mut sent = values(server, "A", shelves).await;
        sent["password"] = "correct-horse".into();
        sent["salary"] = "98765.43".into();
        sent["remark"] = "机密备注甲".into();
        sent["lines"][0]["pin"] = "pin-4711".into();
        sent["lines"][0]["cost"] = "0.192837".into();
        let made = administrator.post(SAMPLE, json!({"values": sent})).await.expect(201);
        let place = format!("{SAMPLE}/{}", made.id());
        assert_eq!(made["values"]["password"], json!({"set": true}));
        assert_eq!(made["values"]["lines"][0]["pin"], json!({"set": true}));
        assert_eq!(made["values"]["lines"][1]["pin"], Value::Null);
        assert_eq!((&made["values"]["salary"], &made["values"]["remark"]), (&sent["salary"], &sent["remark"]));
        assert_eq!(made["values"]["lines"][0]["cost"], "0.192837");

        // What was answered can be sent back, and changes nothing.
        let same = administrator
            .patch(&place, json!({"values": {"password": {"set": true}, "lines": made["values"]["lines"]}}));
        assert_eq!(same.await.expect(200)["version"], 1);
        let edited = administrator.patch(&place, json!({"values": {"password": "other-horse", "salary": "11223.34"}}));
        assert_eq!(edited.await.expect(200)["values"]["salary"], "11223.34");

        let stored = server.dump().await;
        for plain in
            ["quiet-otter", "correct-horse", "other-horse", "98765", "11223", "机密备注甲", "pin-4711", "192837"]
        {
            assert!(!stored.contains(plain), "{plain} lies in the database");
        }
        let page = administrator.get(&format!("/apps/every_kind/sample/{}", made.id())).await.expect(200).text();
        for plain in ["correct-horse", "other-horse", "pin-4711", "98765"] {
            assert!(!page.contains(plain), "{plain} is on the page, or in the history");
        }

        let cleared =
            administrator.patch(&place, json!({"values": {"password": null, "remark": null}})).await.expect(200);
        assert_eq!((&cleared["values"]["password"], &cleared["values"]["remark"]), (&Value::Null, &Value::Null));
        let refused =
            administrator.patch(&place, json!({"values": {"password": {"set": true}}})).await.refused(422, "invalid");
        assert_eq!(refused.errors(), [("/password".to_owned(), "type".to_owned())]);
    })
    .await;
}

/// Answers that are given once more, half-filled forms, and what an import took away.
#[tokio::test]
async fn what_is_kept_beside_records_is_sealed_like_them() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        let mut sent = values(server, "A", shelves).await;
        sent["salary"] = "98765.43".into();
        let made = administrator.post_once("once", SAMPLE, json!({"values": sent})).await.expect(201);
        let again = administrator.post_once("once", SAMPLE, json!({"values": sent})).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again["values"]["salary"], "98765.43");

        let form = "/apps/every_kind/sample/new";
        let half = Body::Bytes("application/x-www-form-urlencoded", b"salary=55443.32&_draft=1".to_vec());
        administrator.send(Method::POST, &format!("{form}/draft"), &[], half).await.expect(303);
        assert!(!server.dump().await.contains("55443"));
        let page = administrator.get(&format!("{form}?draft=continue")).await.expect(200).text();
        assert!(page.contains("55443.32"), "{page}");

        let file = Body::Bytes("text/csv", "code,salary\nA,11223.34\n".into());
        let path = format!("{SAMPLE}/import?mode=upsert&key=code");
        let done = administrator.send(Method::POST, &path, &[], file).await.expect(200);
        assert_eq!(done["changed"], 1, "{}", done.text());
        let stored = server.dump().await;
        for plain in ["98765", "55443", "11223"] {
            assert!(!stored.contains(plain), "{plain} lies in the database");
        }
        administrator.post(&format!("{SAMPLE}/import/{}/undo", done["import"]), json!({})).await.expect(202);
        while server.service.work(None, &Stop::default()).await.expect("the job is worked on") {}
        let back = administrator.get(&format!("{SAMPLE}/{}", made.id())).await.expect(200);
        assert_eq!(back["values"]["salary"], "98765.43");
    })
    .await;
}

#[tokio::test]
async fn what_is_sealed_is_not_compared() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        let sent = values(server, "A", shelves).await;
        administrator.post(SAMPLE, json!({"values": sent})).await.expect(201);
        administrator.post(SAMPLE, json!({"values": {"code": "B"}})).await.expect(201);
        let empty = condition("salary", "empty", json!(true));
        assert_eq!(codes(&administrator, &[("filter", &empty)]).await, ["B"]);
        for (name, parameter) in [
            ("filter", condition("salary", "gt", json!("1"))),
            ("filter", condition("remark", "contains", json!("机"))),
            ("filter", condition("password", "eq", json!("x"))),
            ("sort", "salary".to_owned()),
            ("sort", "-password".to_owned()),
        ] {
            let refused = administrator.list(SAMPLE, &[(name, &parameter)]).await.expect(422);
            assert_eq!(refused.errors()[0].1, "encrypted_field", "{}", refused.text());
        }
    })
    .await;
}
