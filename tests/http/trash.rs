//! Records leave by the trash and come back from it; a history tells who did what, as far as the reader may know.

use crate::{
    client::{Answer, Body, Caller},
    evolve::{column, shop},
    server::{Server, on_both},
    stock::ITEM,
};
use reqwest::Method;
use serde_json::json;

const ROWS: &str = "/api/v1/apps/shop/tables/thing/records";
const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_deleted_record_comes_back_with_its_lines() {
    on_both(async |server: &Server| {
        let rows = [json!({"code": "T0", "a": "x", "lines": [{"note": "one"}]}), json!({"code": "T1"})];
        let administrator = shop(server, &rows).await;
        administrator.post(&format!("{ROWS}/1/restore"), json!({})).await.refused(404, "not_found");
        administrator.delete(&format!("{ROWS}/1")).await.expect(204);
        administrator.get(&format!("{ROWS}/1")).await.refused(404, "not_found");
        let back = administrator.post(&format!("{ROWS}/1/restore"), json!({})).await.expect(200);
        assert_eq!((&back["values"]["a"], &back["version"]), (&json!("x"), &json!(3)));
        assert_eq!(back["values"]["lines"][0]["note"], "one");
        assert_eq!(column(&administrator, "code").await, [json!("T0"), json!("T1")]);
    })
    .await;
}

#[tokio::test]
async fn a_value_that_was_taken_meanwhile_keeps_a_record_in_the_trash() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let values = json!({"code": "TR-1", "name": "螺丝", "uom": {"key": "kg"}});
        let made = administrator.post(ITEM, json!({"values": values.clone()})).await.expect(201).id();
        administrator.delete(&format!("{ITEM}/{made}")).await.expect(204);
        let other = administrator.post(ITEM, json!({"values": values})).await.expect(201).id();
        administrator.post(&format!("{ITEM}/{made}/restore"), json!({})).await.refused(409, "unique");
        administrator.delete(&format!("{ITEM}/{other}")).await.expect(204);
        administrator.post(&format!("{ITEM}/{made}/restore"), json!({})).await.expect(200);
        // Who may not delete may not bring back either.
        administrator.delete(&format!("{ITEM}/{made}")).await.expect(204);
        let refused = server.keeper().post(&format!("{ITEM}/{made}/restore"), json!({})).await;
        assert!([403, 404].contains(&refused.status), "{}", refused.text());
    })
    .await;
}

#[tokio::test]
async fn the_trash_is_emptied_after_thirty_days() {
    on_both(async |server: &Server| {
        shop(server, &[json!({"code": "T0", "lines": [{"note": "one"}]}), json!({"code": "T1"})]).await;
        // A session would end meanwhile; a token does not.
        let administrator = server.token("admin", "read write").await;
        administrator.delete(&format!("{ROWS}/1")).await.expect(204);
        server.clock.advance(29 * DAY);
        server.service.tidy().await.expect("tidied");
        administrator.post(&format!("{ROWS}/1/restore"), json!({})).await.expect(200);
        administrator.delete(&format!("{ROWS}/1")).await.expect(204);
        server.clock.advance(31 * DAY);
        server.service.tidy().await.expect("tidied");
        administrator.post(&format!("{ROWS}/1/restore"), json!({})).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_history_tells_lines_one_by_one() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[json!({"code": "T0", "lines": [{"note": "one"}, {"note": "two"}]})]).await;
        let record = administrator.get(&format!("{ROWS}/1")).await.expect(200);
        let id = record["values"]["lines"][0]["id"].clone();
        let body = json!({"values": {"a": "x", "lines": {"update": [{"id": id, "note": "uno"}]}}});
        administrator.patch(&format!("{ROWS}/1"), body).await.expect(200);
        let history = administrator.get(&format!("{ROWS}/1/history")).await.expect(200);
        let items = history.items();
        assert_eq!((items.len(), &items[0]["action"]), (2, &json!("record.edit")));
        let line = json!({"path": format!("/lines/{id}/note"), "from": "one", "to": "uno"});
        assert_eq!(items[0]["changes"], json!([{"path": "/a", "from": null, "to": "x"}, line]));
        server.keeper().get(&format!("{ROWS}/1/history")).await.refused(404, "not_found");
    })
    .await;
}

async fn send(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

#[tokio::test]
async fn the_trash_page_tells_who_deleted_and_brings_back() {
    on_both(async |server: &Server| {
        let rows = [json!({"code": "T0", "a": "x"}), json!({"code": "T1"})];
        let administrator = shop(server, &rows).await;
        const PAGE: &str = "/apps/shop/thing";
        const TRASH: &str = "/apps/shop/thing/trash";
        let empty = administrator.get(TRASH).await.expect(200).text();
        assert!(empty.contains("没有删除的记录"), "{empty}");
        assert!(administrator.get(PAGE).await.expect(200).text().contains(TRASH), "no way to the trash");
        // Deleted by its page: the list offers the way back at once.
        let sent = send(&administrator, &format!("{PAGE}/1/delete"), &[("_key", "trash-1")]).await.expect(303);
        let address = sent.header("location").expect("an address").to_owned();
        let list = administrator.get(&address).await.expect(200).text();
        assert!(list.contains("撤销") && list.contains(&format!("action=\"{PAGE}/1/restore\"")), "{list}");
        let trash = administrator.get(TRASH).await.expect(200).text();
        assert!(trash.contains("T0") && !trash.contains("T1") && trash.contains("30 天后清除"), "{trash}");
        let back = send(&administrator, &format!("{PAGE}/1/restore"), &[("_key", "trash-2")]).await.expect(303);
        assert_eq!(back.header("location"), Some(&*format!("{PAGE}/1?notice=restore")));
        assert!(administrator.get(&format!("{PAGE}/1?notice=restore")).await.expect(200).text().contains("已恢复"));
        // What is not in the trash any more is not offered.
        assert!(!administrator.get(&address).await.expect(200).text().contains("/1/restore"));
        server.keeper().get(TRASH).await.refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn the_trash_page_goes_on_and_says_why_something_cannot_come_back() {
    on_both(async |server: &Server| {
        const TRASH: &str = "/apps/wms/item/trash";
        let administrator = server.administrator();
        let values = json!({"code": "TR-1", "name": "螺丝", "uom": {"key": "kg"}});
        let mut last = 0;
        for _ in 0..51 {
            last = administrator.post(ITEM, json!({"values": values.clone()})).await.expect(201).id();
            administrator.delete(&format!("{ITEM}/{last}")).await.expect(204);
        }
        let first = administrator.get(TRASH).await.expect(200).text();
        assert_eq!(first.matches("/restore\"").count(), 50);
        let next = first.split("trash?after=").nth(1).and_then(|rest| rest.split('"').next()).expect("another page");
        let second = administrator.get(&format!("{TRASH}?after={next}")).await.expect(200).text();
        assert_eq!(second.matches("/restore\"").count(), 1);
        administrator.post(ITEM, json!({"values": values})).await.expect(201);
        let path = format!("/apps/wms/item/{last}/restore");
        let refused = send(&administrator, &path, &[("_key", "trash-3"), ("_from", "trash")]).await.expect(409).text();
        assert!(refused.contains("role=\"alert\""), "{refused}");
        // Who may look at items but not delete them has no trash.
        server.keeper().get(TRASH).await.refused_page(403);
        send(&server.keeper(), &path, &[("_key", "trash-4")]).await.refused_page(403);
        assert!(!server.keeper().get("/apps/wms/item").await.expect(200).text().contains(TRASH));
    })
    .await;
}
