//! The pages for building an app: documents as text, what publishing will do, and publishing; for the main administrator alone.

use crate::{
    client::{Answer, Body, Caller},
    evolve::shop,
    server::{Server, on_both},
};
use reqwest::Method;
use serde_json::{Value, json};

const TABLE: &str = "/build/shop/table/thing";
const PUBLISH: &str = "/build/shop/publish";
const DRAFT: &str = "/api/v1/apps/shop/draft/table/thing";

async fn send(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let found = page.split(&start).nth(1).and_then(|rest| rest.split('"').next());
    found.unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
}

/// The table as it is drafted.
async fn drafted(administrator: &Caller) -> Value {
    administrator.get(DRAFT).await.expect(200)["document"].clone()
}

/// Saves the table by its page, as it was shown.
async fn save(administrator: &Caller, table: &Value) -> Answer {
    let page = administrator.get(TABLE).await.expect(200).text();
    let (text, version) = (table.to_string(), hidden(&page, "_version"));
    send(administrator, TABLE, &[("text", &text), ("_version", &version), ("do", "save")]).await
}

#[tokio::test]
async fn a_table_is_changed_looked_at_and_published_by_the_pages() {
    on_both(async |server: &Server| {
        let rows = [json!({"code": "T0", "a": "x", "b": "1"}), json!({"code": "T1", "a": "y"})];
        let administrator = shop(server, &rows).await;
        assert!(administrator.get("/apps/shop").await.expect(200).text().contains("/build/shop"));
        assert!(administrator.get("/build/shop").await.expect(200).text().contains(TABLE));
        let nothing = administrator.get(PUBLISH).await.expect(200).text();
        assert!(nothing.contains("没有要发布的改动") && !nothing.contains("name=\"fingerprint\""), "{nothing}");

        let mut table = drafted(&administrator).await;
        table["properties"].as_object_mut().expect("fields").remove("a");
        table["properties"]["d"] = json!({"type": "string", "title": "Delta", "x-field": {"kind": "text"}});
        save(&administrator, &table).await.expect(303);
        assert!(administrator.get("/build/shop").await.expect(200).text().contains("有改动"));
        let page = administrator.get(PUBLISH).await.expect(200).text();
        for shown in ["发布 1.1.0", "Delta", "2 行有值", "name=\"confirm\""] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }
        let fingerprint = hidden(&page, "fingerprint");
        // Not without agreeing to the loss, and what was typed stays.
        let asked = [("do", "publish"), ("fingerprint", &*fingerprint), ("note", "without a")];
        let refused = send(&administrator, PUBLISH, &asked).await.expect(409).text();
        assert!(refused.contains("role=\"alert\"") && refused.contains("without a</textarea>"), "{refused}");
        let mut agreed = asked.to_vec();
        agreed.push(("confirm", "yes"));
        // Nor by a plan that is not the one that was looked at.
        let mut other = agreed.clone();
        other[1] = ("fingerprint", "0");
        assert!(send(&administrator, PUBLISH, &other).await.expect(412).text().contains("没有发布"));
        let done = send(&administrator, PUBLISH, &agreed).await.expect(303);
        let after = administrator.get(done.header("location").expect("an address")).await.expect(200).text();
        for shown in ["已发布 1.1.0", "without a", "没有要发布的改动"] {
            assert!(after.contains(shown), "{shown} is missing in {after}");
        }
        let row = administrator.get("/api/v1/apps/shop/tables/thing/records/1").await.expect(200);
        assert_eq!((&row["values"]["d"], row["values"].get("a")), (&Value::Null, None));

        // What was removed lies in the trash of fields, and comes back by it.
        let trash = administrator.get("/build/shop/removed-fields").await.expect(200).text();
        assert!(trash.contains("2 行有值") && trash.contains("放回草稿"), "{trash}");
        let field = hidden(&trash, "field");
        let back = send(&administrator, "/build/shop/removed-fields", &[("field", &field)]).await.expect(303);
        let page = administrator.get(back.header("location").expect("an address")).await.expect(200).text();
        assert!(page.contains("字段已放回草稿"), "{page}");
        send(&administrator, "/build/shop/removed-fields", &[("field", &field)]).await.refused_page(409);
        send(&administrator, PUBLISH, &[("do", "discard")]).await.expect(303);
        send(&administrator, "/build/shop/removed-fields", &[("field", "0")]).await.refused_page(404);

        // The first version is compared, and taken up again.
        let compared = administrator.get(&format!("{PUBLISH}?compare=1")).await.expect(200).text();
        assert!(compared.contains("从所选版本到线上版本") && compared.contains("Delta"), "{compared}");
        send(&administrator, PUBLISH, &[("do", "restore"), ("number", "1")]).await.expect(303);
        assert!(administrator.get(PUBLISH).await.expect(200).text().contains("发布 1.2.0"));
        send(&administrator, PUBLISH, &[("do", "discard")]).await.expect(303);
        assert!(administrator.get(PUBLISH).await.expect(200).text().contains("没有要发布的改动"));
    })
    .await;
}

#[tokio::test]
async fn a_document_tells_what_is_wrong_with_it_and_keeps_what_was_typed() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let mut table = drafted(&administrator).await;
        table["x-table"]["display"] = json!("{nowhere}");
        save(&administrator, &table).await.expect(303);
        for address in [TABLE, PUBLISH] {
            let page = administrator.get(address).await.expect(200).text();
            assert!(page.contains("/x-table/display") && page.contains("nowhere"), "{page}");
        }
        let page = administrator.get(PUBLISH).await.expect(200).text();
        assert!(page.contains("id=\"blocked\""), "{page}");
        let fingerprint = hidden(&page, "fingerprint");
        send(&administrator, PUBLISH, &[("do", "publish"), ("fingerprint", &fingerprint)]).await.expect(409);

        let broken = send(&administrator, TABLE, &[("text", "{\"half\": "), ("_version", "0"), ("do", "save")]).await;
        let broken = broken.expect(400).text();
        assert!(broken.contains("half") && broken.contains("role=\"alert\""), "{broken}");
        // Somebody else saved meanwhile.
        let stale = send(&administrator, TABLE, &[("text", "{}"), ("_version", "-7"), ("do", "save")]).await;
        assert!(stale.expect(412).text().contains("其间有人改过"));
        let version = hidden(&administrator.get(TABLE).await.expect(200).text(), "_version");
        send(&administrator, TABLE, &[("_version", &version), ("do", "discard")]).await.expect(303);
        assert!(administrator.get(PUBLISH).await.expect(200).text().contains("没有要发布的改动"));

        // A new document is begun by its kind and key.
        let begun = administrator.get("/build/shop?kind=view&key=mine").await.expect(303);
        assert_eq!(begun.header("location"), Some("/build/shop/view/mine"));
        administrator.get("/build/shop/view/mine").await.expect(200);
        administrator.get("/build/shop/view/Not%20A%20Key").await.refused_page(404);
        for address in ["/build/shop", PUBLISH, TABLE, "/build/shop/removed-fields"] {
            server.manager().get(address).await.refused_page(403);
        }
    })
    .await;
}
