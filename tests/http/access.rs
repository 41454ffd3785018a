//! Who sees and does what: the same rows and fields in every list, count, detail and error.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{BALANCE, INBOUND, ITEM, MOVE, OUTBOUND, SHANGHAI, SUZHOU, issue, receipt, receive, submit},
};
use serde_json::{Value, json};

const WAREHOUSE: &str = "/api/v1/apps/wms/tables/warehouse/records";

async fn shown(caller: &Caller, table: &str) -> Vec<i64> {
    let list = caller.list(table, &[("count", "true"), ("limit", "200")]).await.expect(200);
    let mut ids: Vec<i64> = list.items().iter().map(|row| row["id"].as_i64().expect("an id")).collect();
    assert_eq!(list["count"], ids.len(), "{table}: list and count");
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_keeper_sees_their_own_warehouses_alone() {
    on_both(async |server: &Server| {
        let (li, wang, manager) = (server.keeper(), server.other_keeper(), server.manager());
        let shanghai = receive(&li, &manager, SHANGHAI, &[("HW-0008", "3")]).await.id();
        let suzhou = receive(&wang, &manager, SUZHOU, &[("HW-0008", "4"), ("HW-0012", "1")]).await.id();
        assert_eq!(shown(&li, INBOUND).await, [shanghai]);
        assert_eq!(shown(&wang, INBOUND).await, [suzhou]);
        assert_eq!(shown(&manager, INBOUND).await, [shanghai, suzhou]);
        for table in [BALANCE, MOVE] {
            let (of_li, of_wang, of_manager) =
                (shown(&li, table).await, shown(&wang, table).await, shown(&manager, table).await);
            assert!(!of_li.is_empty() && of_li.iter().all(|id| !of_wang.contains(id)), "{table}");
            assert_eq!(of_li.len() + of_wang.len(), of_manager.len(), "{table}");
            for id in &of_manager {
                let seen = li.get(&format!("{table}/{id}")).await.status == 200;
                assert_eq!(seen, of_li.contains(id), "{table}/{id}: detail and list");
            }
        }
        let foreign = format!("{INBOUND}/{suzhou}");
        let answer = li.get(&foreign).await.refused(404, "not_found");
        let nobody = li.get(&format!("{INBOUND}/999999")).await.refused(404, "not_found");
        assert_eq!(answer["detail"], nobody["detail"]);
        li.patch(&foreign, json!({"values": {"remark": "mine"}})).await.refused(404, "not_found");
        li.delete(&foreign).await.refused(404, "not_found");
        li.post(&format!("{foreign}/submit"), json!({})).await.refused(404, "not_found");
        // Warehouses themselves: two of three, and no search or filter finds the third.
        assert_eq!(shown(&li, WAREHOUSE).await.len(), 2);
        assert!(li.list(WAREHOUSE, &[("q", "苏州")]).await.expect(200).items().is_empty());
        let filter = json!({"field": "warehouse.code", "op": "eq", "value": SUZHOU}).to_string();
        assert!(li.list(BALANCE, &[("filter", &filter)]).await.expect(200).items().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_keeper_cannot_work_in_another_warehouse() {
    on_both(async |server: &Server| {
        let (li, wang) = (server.keeper(), server.other_keeper());
        let refused = li.post(INBOUND, json!({"values": receipt(SUZHOU, &[("HW-0008", "1")])})).await;
        // The warehouse is not theirs to see, so the link is not there for them.
        assert!([403, 422].contains(&refused.status), "{}", refused.text());
        let id = server.manager().list(WAREHOUSE, &[("q", "苏州")]).await.items()[0]["id"].clone();
        let mut by_id = receipt(SHANGHAI, &[("HW-0008", "1")]);
        by_id["warehouse"] = id.clone();
        let refused = li.post(INBOUND, json!({"values": by_id})).await;
        assert!([403, 422].contains(&refused.status), "{}", refused.text());
        // Nor can a record be moved there.
        let own = li.post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201);
        let moved = li.patch(&format!("{INBOUND}/{}", own.id()), json!({"values": {"warehouse": id}})).await;
        assert!([403, 422].contains(&moved.status), "{}", moved.text());
        assert!(shown(&wang, INBOUND).await.is_empty());
        assert_eq!(shown(&li, INBOUND).await, [own.id()]);
    })
    .await;
}

/// No key of this name anywhere in an answer, however deep.
fn has_key(json: &Value, key: &str) -> bool {
    match json {
        Value::Object(members) => members.contains_key(key) || members.values().any(|member| has_key(member, key)),
        Value::Array(items) => items.iter().any(|item| has_key(item, key)),
        _ => false,
    }
}

#[tokio::test]
async fn prices_are_hidden_from_keepers_everywhere() {
    on_both(async |server: &Server| {
        let (li, manager) = (server.keeper(), server.manager());
        let mut values = receipt(SHANGHAI, &[("HW-0008", "3")]);
        values["lines"][0]["price"] = "77.125".into();
        let made = server.person("buyer_wang").post(INBOUND, json!({"values": values, "submit": true})).await;
        let made = if made.status == 201 { made } else { manager.post(INBOUND, json!({"values": values, "submit": true})).await };
        let id = made.expect(201).id();
        let mut own = receipt(SHANGHAI, &[("HW-0008", "1")]);
        own["lines"][0]["price"] = "1".into();
        let refused = li.post(INBOUND, json!({"values": own})).await.refused(422, "unknown_field");
        assert_eq!(refused.errors(), [("/lines/0/price".to_owned(), "unknown_field".to_owned())]);
        let near = refused["errors"][0]["params"]["near"].as_str().unwrap_or_default().to_owned();
        assert!(!["price", "amount"].contains(&near.as_str()), "the suggestion gives a hidden field away");
        let typo = json!({"kind": "other", "warehouse": {"key": SHANGHAI}, "lines": [{"item": {"key": "HW-0008"}, "qty": "1", "amuont": "1"}]});
        let refused = li.post(INBOUND, json!({"values": typo})).await.refused(422, "unknown_field");
        assert!(!refused.text().contains("\"amount\""), "the suggestion gives a hidden field away: {}", refused.text());

        let task = li.get(&format!("{INBOUND}/{id}")).await.expect(200);
        let case = task["case"]["id"].clone();
        for path in [
            format!("{INBOUND}/{id}"),
            INBOUND.to_owned(),
            format!("{INBOUND}?view=inbound_all"),
            format!("/api/v1/cases/{case}"),
            "/api/v1/tasks?box=started".to_owned(),
            format!("{ITEM}?limit=200"),
            BALANCE.to_owned(),
            MOVE.to_owned(),
        ] {
            let answer = li.get(&path).await.expect(200);
            for hidden in ["price", "amount", "amount_after", "std_cost"] {
                assert!(!has_key(&answer.json, hidden), "{path} shows {hidden}: {}", answer.text());
            }
            assert!(!answer.text().contains("77.125") && !answer.text().contains("231.3"), "{path}: {}", answer.text());
        }
        let definition = li.get("/api/v1/apps/wms/definition").await.expect(200);
        let fields = definition["tables"]["inbound"]["fields"].to_string();
        assert!(!fields.contains("amount"), "{fields}");
        let sorts = ["amount", "-amount", "lines.price", "std_cost"];
        for sort in sorts {
            let refused = li.list(INBOUND, &[("sort", sort)]).await.expect(422);
            assert!(!refused.text().contains("金额"), "the title gives a hidden field away: {}", refused.text());
        }
        let seen = manager.get(&format!("{INBOUND}/{id}")).await.expect(200);
        crate::stock::assert_decimal(&seen["values"]["lines"][0]["price"], "77.125");
        crate::stock::assert_decimal(&seen["values"]["amount"], "231.38");
    })
    .await;
}

#[tokio::test]
async fn what_a_keeper_saves_keeps_the_price_they_do_not_see() {
    on_both(async |server: &Server| {
        let (li, manager) = (server.keeper(), server.manager());
        let mut values = receipt(SHANGHAI, &[("HW-0008", "3"), ("HW-0012", "1")]);
        values["lines"][0]["price"] = "5".into();
        let made = submit(&manager, INBOUND, values.clone()).await;
        // Nobody but the applicant can approve alone; the manager's own submission waits, so another way in: a draft.
        let draft = manager.post(INBOUND, json!({"values": values})).await.expect(201);
        let path = format!("{INBOUND}/{}", draft.id());
        let seen = li.get(&path).await;
        assert_eq!(made["state"], "in_approval");
        if seen.status == 404 {
            return; // another's draft is not shown, so nothing can be lost by saving it
        }
        let lines: Vec<Value> = seen["values"]["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| json!({"id": line["id"], "item": line["item"], "qty": "6"}))
            .collect();
        li.patch(&path, json!({"values": {"lines": lines}})).await.expect(200);
        let after = manager.get(&path).await.expect(200);
        crate::stock::assert_decimal(&after["values"]["lines"][0]["price"], "5");
        crate::stock::assert_decimal(&after["values"]["amount"], "30");
    })
    .await;
}

#[tokio::test]
async fn drafts_are_their_writers_alone() {
    on_both(async |server: &Server| {
        let (li, manager) = (server.keeper(), server.manager());
        let draft = li.post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201);
        let path = format!("{INBOUND}/{}", draft.id());
        assert_eq!(shown(&li, INBOUND).await, [draft.id()]);
        for other in [manager, server.other_keeper(), server.person("finance_sun"), server.person("auditor_qian")] {
            assert!(shown(&other, INBOUND).await.is_empty());
            other.get(&path).await.refused(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn staff_see_what_is_available_and_nothing_more() {
    on_both(async |server: &Server| {
        let staff = server.staff();
        receive(&server.keeper(), &server.manager(), SHANGHAI, &[("HW-0008", "3")]).await;
        let rows = staff.get(BALANCE).await.expect(200);
        assert!(!rows.items().is_empty());
        for row in rows.items() {
            let mut keys: Vec<&str> = row["values"].as_object().unwrap().keys().map(String::as_str).collect();
            keys.sort_unstable();
            assert_eq!(keys, ["available", "grain", "item", "warehouse"]);
        }
        for hidden in ["qty", "reserved", "amount", "stock_status"] {
            staff.list(BALANCE, &[("sort", hidden)]).await.refused(422, "unknown_field");
        }
        for table in [INBOUND, MOVE] {
            staff.get(table).await.refused(404, "not_found");
            staff.post(table, json!({"values": {}})).await.refused(404, "not_found");
        }
        assert!(shown(&staff, OUTBOUND).await.is_empty());
        let refused = staff.post(OUTBOUND, json!({"values": issue(SHANGHAI, &[("HW-0008", "1")])})).await;
        refused.refused(403, "forbidden");
        let item = staff.list(ITEM, &[("limit", "1")]).await.items()[0]["id"].clone();
        staff.patch(&format!("{ITEM}/{item}"), json!({"values": {"name": "x"}})).await.refused(403, "forbidden");
        staff.delete(&format!("{ITEM}/{item}")).await.refused(403, "forbidden");
    })
    .await;
}

#[tokio::test]
async fn who_has_no_role_in_an_app_does_not_see_it() {
    on_both(async |server: &Server| {
        let nobody = server.person("deputy_he");
        assert!(nobody.get("/api/v1/apps").await.expect(200).items().is_empty());
        for path in [INBOUND, BALANCE, ITEM, "/api/v1/apps/wms/definition"] {
            nobody.get(path).await.refused(404, "not_found");
        }
        let shown_to = |caller: &Caller| {
            let caller = caller.clone();
            async move { caller.get("/api/v1/apps").await.expect(200).items().len() }
        };
        assert_eq!(shown_to(&server.keeper()).await, 1);
        assert_eq!(shown_to(&server.administrator()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_main_administrator_sees_every_warehouse() {
    on_both(async |server: &Server| {
        let (li, wang, manager, administrator) =
            (server.keeper(), server.other_keeper(), server.manager(), server.administrator());
        receive(&li, &manager, SHANGHAI, &[("HW-0008", "3")]).await;
        receive(&wang, &manager, SUZHOU, &[("HW-0008", "4")]).await;
        assert_eq!(shown(&administrator, INBOUND).await.len(), 2);
        assert_eq!(shown(&administrator, WAREHOUSE).await.len(), 3);
        let rows = administrator.list(BALANCE, &[("limit", "1")]).await.expect(200);
        assert!(has_key(&rows.items()[0], "amount"));
    })
    .await;
}

#[tokio::test]
async fn a_role_given_or_taken_acts_at_the_next_request() {
    on_both(async |server: &Server| {
        let (somebody, administrator) = (server.person("deputy_he"), server.administrator());
        somebody.get(INBOUND).await.refused(404, "not_found");
        let id = somebody.get("/api/v1/me").await["id"].clone();
        let members = "/api/v1/apps/wms/roles/auditor/members";
        let before = server.person("auditor_qian").get("/api/v1/me").await["id"].clone();
        administrator.put(members, json!({"users": [before, id]})).await.expect(200);
        somebody.get(INBOUND).await.expect(200);
        server.person("auditor_qian").get(INBOUND).await.expect(200);
        administrator.put(members, json!({"users": [before]})).await.expect(200);
        somebody.get(INBOUND).await.refused(404, "not_found");
        administrator.put(members, json!({"users": [999_999]})).await.expect(422);
        administrator
            .put("/api/v1/apps/wms/roles/king/members", json!({"users": [id]}))
            .await
            .refused(404, "not_found");
        server.manager().put(members, json!({"users": [id]})).await.refused(403, "administrators_only");
    })
    .await;
}

#[tokio::test]
async fn an_administrator_adds_people() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let new = |login: &str, password: &str| json!({"login": login, "name": "新人", "password": password});
        administrator.post("/api/v1/users", new("new_one", "long enough")).await.expect(201);
        server.anonymous().sign_in("new_one", "long enough").await.expect(200);
        for (body, pointer, code) in [
            (new("new_one", "long enough"), "/login", "unique"),
            (new("NEW_ONE", "long enough"), "/login", "unique"),
            (new("x", "long enough"), "/login", "login"),
            (new("new two", "long enough"), "/login", "login"),
            (new("new_two", "short"), "/password", "password_short"),
        ] {
            let refused = administrator.post("/api/v1/users", body.clone()).await.expect(422);
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{body}");
        }
        server
            .manager()
            .post("/api/v1/users", new("new_three", "long enough"))
            .await
            .refused(403, "administrators_only");
    })
    .await;
}
