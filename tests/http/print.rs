//! Printing: for whom, how many, and with what left out.

use crate::{
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, SUZHOU, receipt, receive, submit},
};
use serde_json::json;

fn page(id: i64, query: &str) -> String {
    format!("/apps/wms/inbound/{id}/print{query}")
}

#[tokio::test]
async fn a_print_shows_what_its_reader_may_see() {
    on_both(async |server: &Server| {
        let (li, manager, buyer) = (server.keeper(), server.manager(), server.person("buyer_wang"));
        let mut values = receipt(SHANGHAI, &[("HW-0008", "3")]);
        values["lines"][0]["price"] = "77.125".into();
        let id = submit(&manager, INBOUND, values).await.id();
        let whole = manager.get(&page(id, "?print=inbound_a4")).await.expect(200);
        for seen in ["六角螺栓", "77.125", "231.38", "贰佰叁拾壹元叁角捌分", "审批中"] {
            assert!(whole.text().contains(seen), "{seen}: {}", whole.text());
        }
        assert!(whole.text().contains("/print/paper/210x297-15-15-15-15-n.css"));
        let masked = li.get(&page(id, "?print=inbound_a4")).await.expect(200);
        for hidden in ["77.125", "231.38", "贰佰叁拾壹元", "单价"] {
            assert!(!masked.text().contains(hidden), "{hidden}: {}", masked.text());
        }
        assert!(masked.text().contains("六角螺栓") && masked.text().contains("部分内容你无权查看"));
        // The layout that every table has leaves out the same, without a word.
        let made = li.get(&page(id, "?print=~record")).await.expect(200);
        assert!(!made.text().contains("77.125") && !made.text().contains("部分内容你无权查看"), "{}", made.text());
        // Another warehouse's keeper does not know the record.
        server.other_keeper().get(&page(id, "")).await.expect(404);
        assert!([200, 404].contains(&buyer.get(&page(id, "")).await.status));
    })
    .await;
}

#[tokio::test]
async fn whoever_may_see_but_not_print_is_refused() {
    on_both(async |server: &Server| {
        let (manager, sales) = (server.manager(), server.person("staff_wu"));
        let item = manager.list(ITEM, &[("q", "HW-0008")]).await.items()[0]["id"].clone();
        let path = format!("/apps/wms/item/{item}/print");
        manager.get(&path).await.expect(200);
        sales.get(&format!("/apps/wms/item/{item}")).await.expect(200);
        sales.get(&path).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn several_are_printed_at_once_within_bounds() {
    on_both(async |server: &Server| {
        let (li, manager) = (server.keeper(), server.manager());
        let one = receive(&li, &manager, SHANGHAI, &[("HW-0008", "3"), ("HW-0012", "2")]).await.id();
        let two = receive(&server.other_keeper(), &manager, SUZHOU, &[("HW-0012", "1")]).await.id();
        let path = |ids: &str, more: &str| format!("/apps/wms/inbound/print?ids={ids}{more}");
        let sheets = |text: String| text.matches("<article class=\"sheet").count();
        let both = manager.get(&path(&format!("{one},{two},{one}"), "&print=inbound_half")).await.expect(200);
        assert_eq!(sheets(both.text()), 2);
        let copies = manager.get(&path(&format!("{one},{two}"), "&print=inbound_half&copies=3")).await.expect(200);
        assert_eq!(sheets(copies.text()), 6);
        let labels = manager.get(&path(&format!("{one},{two}"), "&print=inbound_label")).await.expect(200);
        assert_eq!(sheets(labels.text()), 3, "a label for each line");
        // What is not there for the reader is counted, not named.
        let own = li.get(&path(&format!("{one},{two}"), "&print=inbound_half")).await.expect(200);
        assert_eq!(sheets(own.text()), 1);
        assert!(own.text().contains("有 1 条没有打印"), "{}", own.text());
        let many: Vec<String> = (1..=101).map(|id: i32| id.to_string()).collect();
        manager.get(&path(&many.join(","), "")).await.expect(413);
        manager.get(&path("1,x", "")).await.expect(400);
        manager.get("/apps/wms/inbound/print").await.expect(400);
        manager.get(&path("999999", "")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_print_that_does_not_exist_is_not_found() {
    on_both(async |server: &Server| {
        let (li, manager) = (server.keeper(), server.manager());
        let draft = li.post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201).id();
        for unknown in ["?print=nothing", "?print=outbound_a4"] {
            li.get(&page(draft, unknown)).await.expect(404);
        }
        let shown = li.get(&page(draft, "")).await.expect(200);
        assert!(shown.text().contains("草稿"), "{}", shown.text());
        let label = li.get(&page(draft, "?print=~label")).await.expect(200);
        assert!(label.text().contains(&format!("/apps/wms/inbound/{draft}")), "the code leads to the record");
        let paper = manager.get("/print/paper/60x40-2-2-2-2.css").await.expect(200);
        assert!(paper.text().contains("size: 60mm 40mm"));
        manager.get("/print/paper/evil.css").await.expect(404);
    })
    .await;
}
