//! Records leave by the trash and come back from it; a history tells who did what, as far as the reader may know.

use crate::{
    evolve::{column, shop},
    server::{Server, on_both},
    stock::ITEM,
};
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
