//! The designers of flows and roles: the tree with its cards, trying a flow, the matrix and the rights on fields.

use crate::{
    designers::{drafted, edit, location},
    evolve::shop,
    server::{Server, on_both},
};
use serde_json::json;

const HOME: &str = "/build/shop";

#[tokio::test]
async fn a_flow_is_drawn_changed_and_tried() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let begin =
            [("on", "sheet"), ("do", "begin"), ("path", "flows/_.json"), ("title", "采购审批"), ("table", "thing")];
        let own = location(&edit(&administrator, HOME, &begin).await.expect(303));
        assert_eq!(own, format!("{HOME}/flows/cai_gou_shen_pi"));
        let path = "flows/cai_gou_shen_pi.json";
        let page = administrator.get(&own).await.expect(200).text();
        assert!(page.contains("class=\"tree\"") && page.contains("试一试"), "{page}");

        let insert = |at: &'static str, variant: &'static str, title: &'static str| {
            [("on", "sheet"), ("do", "insert"), ("path", path), ("at", at), ("variant", variant), ("title", title)]
        };
        let before = drafted(&administrator, "shop", "flow/cai_gou_shen_pi").await;
        let steps = before["nodes"].as_array().map_or(0, Vec::len);
        edit(&administrator, &own, &insert("/nodes/9", "type:approve", "经理审批")).await.expect(303);
        let at = format!("/nodes/{steps}");
        let page = administrator.get(&format!("{own}?at={at}")).await.expect(200).text();
        assert!(page.contains("经理审批") && page.contains("直接上级"), "{page}");
        edit(&administrator, &own, &insert("/nodes/9", "type:branch", "金额")).await.expect(303);
        let flow = drafted(&administrator, "shop", "flow/cai_gou_shen_pi").await;
        assert_eq!(flow["nodes"][steps + 1]["arms"].as_array().map(Vec::len), Some(2), "{flow}");
        // A way without a condition is told at its card, and the flow cannot be tried yet.
        let page = administrator.get(&own).await.expect(200).text();
        assert!(page.contains("还没有设置条件") && page.contains("1 处问题"), "{page}");
        assert!(page.contains("暂时不能试算"), "{page}");
        let branch = format!("/nodes/{}", steps + 1);
        let remove = [("on", "sheet"), ("do", "remove"), ("path", path), ("at", branch.as_str())];
        edit(&administrator, &own, &remove).await.expect(303);

        let me = administrator.get("/api/v1/me").await.expect(200)["id"].to_string();
        let tried = administrator.get(&format!("{own}?starter={me}")).await.expect(200).text();
        assert!(tried.contains("会这样走"), "{tried}");
        // Nothing of it is kept.
        assert_eq!(
            administrator.list("/api/v1/apps/shop/tables/thing/records", &[]).await.expect(200).items(),
            &[] as &[serde_json::Value]
        );
    })
    .await;
}

#[tokio::test]
async fn a_role_is_a_matrix_of_boxes() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let begin = [("on", "sheet"), ("do", "begin"), ("path", "roles/_.json"), ("title", "保管员"), ("table", "")];
        let own = location(&edit(&administrator, HOME, &begin).await.expect(303));
        let key = own.rsplit('/').next().expect("a key").to_owned();
        let grants = async || drafted(&administrator, "shop", &format!("role/{key}")).await["grants"].clone();
        for _ in 0..grants().await.as_array().map_or(0, Vec::len) {
            let path = format!("roles/{key}.json");
            let remove = [("on", "sheet"), ("do", "remove"), ("path", &path), ("at", "/grants/0")];
            edit(&administrator, &own, &remove).await.expect(303);
        }
        let boxes = |at: &'static str, actions: &'static [&'static str]| {
            let mut pairs =
                vec![("on", "role"), ("do", "set_actions"), ("role", key.as_str()), ("table", "thing"), ("at", at)];
            pairs.extend(["view", "create", "edit"].map(|action| ("shown[]", action)));
            pairs.extend(actions.iter().map(|action| ("actions[]", *action)));
            pairs
        };
        let opened = location(&edit(&administrator, &own, &boxes("", &["create"])).await.expect(303));
        assert_eq!(opened, format!("{own}?at=%2Fgrants%2F0"));
        assert_eq!(grants().await, json!([{"table": "thing", "actions": ["view", "create"], "scope": "all"}]));
        let scope = [
            ("on", "sheet"),
            ("do", "set"),
            ("path", &format!("roles/{key}.json")),
            ("at", "/grants/0"),
            ("set.scope", "own"),
        ];
        edit(&administrator, &own, &scope).await.expect(303);
        let rights = [
            ("on", "role"),
            ("do", "set_rights"),
            ("role", key.as_str()),
            ("at", "/grants/0"),
            ("set.code", "read"),
            ("set.*", "edit"),
        ];
        edit(&administrator, &own, &rights).await.expect(303);
        let page = administrator.get(&opened).await.expect(200).text();
        assert!(page.contains("本人的") && page.contains("1 个只读"), "{page}");
        assert_eq!(grants().await[0]["fields"], json!({"code": "read"}));
        // A place that is no grant on this table any more is told, and nothing is changed.
        let wrong = boxes("/grants/7", &["view"]);
        edit(&administrator, &own, &wrong).await.expect(422);
        edit(&administrator, &own, &boxes("/grants/0", &[])).await.expect(303);
        assert_eq!(grants().await, json!([]));
    })
    .await;
}
