//! Lists: filter, sort, pages by key, counts; and what they cost.

use crate::{
    evolve::{publish, put, shop, thing},
    server::{Server, on_both},
    stock::{BALANCE, INBOUND, ITEM, SHANGHAI, receipt, submit},
};
use formwork::{
    service::{
        jobs::Stop,
        records::{ListRequest, list_json},
    },
    store::Connection,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROWS: &str = "/api/v1/apps/shop/tables/thing/records";

fn codes(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["values"]["code"].as_str().expect("a code").to_owned()).collect()
}

#[tokio::test]
async fn filters_compare_as_their_fields_do() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for (filter, wanted) in [
            (json!({"field": "code", "op": "eq", "value": "HW-0008"}), vec!["HW-0008"]),
            (json!({"field": "code", "op": "in", "value": ["PK-0002", "PK-0005", "none"]}), vec!["PK-0002", "PK-0005"]),
            // By figures, not by letters: 586 and 735 are more than 412.
            (json!({"field": "std_cost", "op": "gt", "value": "412"}), vec!["EL-0003", "EL-0011"]),
            (json!({"field": "std_cost", "op": "le", "value": "5.8"}), vec!["HW-0035", "PK-0005"]),
            (json!({"field": "category.code", "op": "eq", "value": "FD"}), vec!["FD-0004", "FD-0011", "FD-0015"]),
            (
                json!({"all": [
                    {"field": "uom.code", "op": "eq", "value": "unit"},
                    {"any": [{"field": "name", "op": "contains", "value": "脚轮"}, {"field": "code", "op": "eq", "value": "HW-0060"}]},
                ]}),
                vec!["HW-0042", "HW-0060"],
            ),
            (json!({"field": "category", "op": "empty"}), vec![]),
        ] {
            let list = manager.list(ITEM, &[("filter", &filter.to_string()), ("sort", "code"), ("count", "true")]).await;
            let list = list.expect(200);
            assert_eq!(codes(list.items()), wanted, "{filter}");
            assert_eq!(list["count"], wanted.len(), "{filter}");
            assert_eq!(list["next"], Value::Null);
        }
        // What a reader types is text, not a pattern.
        for typed in ["%", "_", "'", "\\", "\"; DROP TABLE item; --"] {
            let filter = json!({"field": "name", "op": "contains", "value": typed}).to_string();
            assert!(manager.list(ITEM, &[("filter", &filter)]).await.expect(200).items().is_empty(), "{typed}");
            assert!(manager.list(ITEM, &[("q", typed)]).await.expect(200).items().is_empty(), "{typed}");
        }
        let found = manager.list(ITEM, &[("q", "螺")]).await.expect(200);
        assert!(found.items().len() >= 3, "{}", found.text());
    })
    .await;
}

#[tokio::test]
async fn sorting_follows_its_keys_in_turn() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let list = manager.list(ITEM, &[("sort", "-std_cost"), ("limit", "3")]).await.expect(200);
        assert_eq!(codes(list.items()), ["EL-0011", "EL-0003", "EL-0016"]);
        let list = manager.list(ITEM, &[("sort", "category.code,-code"), ("limit", "5")]).await.expect(200);
        assert_eq!(codes(list.items()), ["EL-0016", "EL-0011", "EL-0007", "EL-0003", "FD-0015"]);
    })
    .await;
}

#[tokio::test]
async fn pages_neither_repeat_nor_lose_a_row_while_others_insert() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        for sort in ["", "code", "-std_cost", "status,-code", "spec", "-created_at", "category.code"] {
            let before: BTreeSet<i64> = all_pages(&manager, sort, None).await;
            let before_again: BTreeSet<i64> = all_pages(&manager, sort, Some(sort)).await;
            assert!(before.is_subset(&before_again), "sorted by “{sort}” rows were lost");
        }
    })
    .await;
}

/// Every id of all pages of seven; while paging, rows are inserted where `inserting` names them. Fails on a double.
async fn all_pages(manager: &crate::client::Caller, sort: &str, inserting: Option<&str>) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let mut cursor: Option<String> = None;
    let mut page = 0;
    loop {
        let mut parameters = vec![("limit", "7")];
        if !sort.is_empty() {
            parameters.push(("sort", sort));
        }
        if let Some(cursor) = &cursor {
            parameters.push(("cursor", cursor));
        }
        let list = manager.list(ITEM, &parameters).await.expect(200);
        assert!(list.items().len() <= 7);
        for row in list.items() {
            assert!(ids.insert(row["id"].as_i64().expect("an id")), "sorted by “{sort}” a row came twice");
        }
        match list["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return ids,
        }
        if let Some(word) = inserting {
            for start in ["A", "Z"] {
                let code = format!("{start}-{word}-{page}");
                let values = json!({"code": code, "name": "插入", "uom": {"key": "pcs"}, "std_cost": page.to_string()});
                manager.post(ITEM, json!({"values": values})).await.expect(201);
            }
        }
        page += 1;
        assert!(page < 60, "paging comes to no end");
    }
}

#[tokio::test]
async fn what_a_list_does_not_know_is_refused() {
    on_both(async |server: &Server| {
        let manager = server.manager().reading("en");
        for (parameters, status, code, pointer) in [
            (vec![("fitler", "{}")], 422, "unknown_parameter", "/fitler"),
            (vec![("limit", "0")], 422, "maximum", "/limit"),
            (vec![("limit", "201")], 422, "maximum", "/limit"),
            (vec![("limit", "many")], 422, "type", "/limit"),
            (vec![("count", "yes")], 422, "type", "/count"),
            (vec![("limit", "1"), ("limit", "2")], 422, "repeated_parameter", "/limit"),
            (vec![("filter", "{")], 422, "malformed", "/filter"),
            (vec![("cursor", "zzz")], 422, "bad_cursor", "/cursor"),
            (vec![("sort", "colour")], 422, "unknown_field", "/sort"),
            (vec![("filter", r#"{"field":"colour","op":"eq","value":"x"}"#)], 422, "unknown_field", "/filter"),
        ] {
            let refused = manager.list(ITEM, &parameters).await;
            let overall = refused["code"].as_str().unwrap_or_default().to_owned();
            let refused = refused.refused(status, &overall);
            let errors = refused.errors();
            assert_eq!(errors.len(), 1, "{parameters:?}: {}", refused.text());
            assert!(errors[0].0.starts_with(pointer), "{parameters:?}: {errors:?}");
            assert_eq!(errors[0].1, code, "{parameters:?}: {}", refused.text());
        }
        for filter in [
            r#"{"field":"std_cost","op":"eq","value":"much"}"#,
            r#"{"field":"std_cost","op":"contains","value":"1"}"#,
            r#"{"field":"code","op":"like","value":"1"}"#,
            r#"{"field":"code","op":"eq","value":"1","also":2}"#,
            r#"{"none":[]}"#,
            "[]",
            "7",
        ] {
            let refused = manager.list(ITEM, &[("filter", filter)]).await.expect(422);
            assert!(refused.errors()[0].0.starts_with("/filter"), "{filter}: {}", refused.text());
        }
        manager.list(ITEM, &[("view", "none")]).await.refused(404, "not_found");
        manager.list(ITEM, &[("view", "stock")]).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_sort_is_refused() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let first = manager.list(ITEM, &[("limit", "2"), ("sort", "code")]).await.expect(200);
        let cursor = first["next"].as_str().expect("another page").to_owned();
        let refused = manager.list(ITEM, &[("cursor", &cursor), ("sort", "-std_cost,code")]).await;
        assert_eq!(refused.refused(422, "invalid").errors(), [("/cursor".to_owned(), "bad_cursor".to_owned())]);
    })
    .await;
}

/// Whether a field exists or is hidden, the answer is the same but for the name that the caller wrote.
#[tokio::test]
async fn a_hidden_field_is_as_unknown_as_one_that_does_not_exist() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        crate::stock::receive(&keeper, &server.manager(), SHANGHAI, &[("HW-0012", "1")]).await;
        for (table, hidden) in
            [(ITEM, "std_cost"), (INBOUND, "amount"), (BALANCE, "amount"), (BALANCE, "item.std_cost")]
        {
            let unknown = if hidden.contains('.') { "item.std_cosy" } else { "amounx" };
            let ask = async |name: &str, kind: &str| {
                let filter = json!({"field": name, "op": "gt", "value": "1"}).to_string();
                let sort = format!("-{name}");
                let parameters = if kind == "sort" { ("sort", sort.as_str()) } else { ("filter", filter.as_str()) };
                let answer = keeper.list(table, &[parameters]).await.expect(422);
                let mut json = answer.json.clone();
                json["request_id"] = Value::Null;
                let end = name.rsplit('.').next().unwrap_or(name);
                json.to_string().replace(name, "NAME").replace(end, "NAME")
            };
            for kind in ["sort", "filter"] {
                let (hidden_says, unknown_says) = (ask(hidden, kind).await, ask(unknown, kind).await);
                assert_eq!(hidden_says, unknown_says, "{table} {hidden} in {kind}");
            }
        }
        let write = async |name: &str| {
            let body = json!({"values": {name: "1"}});
            let mut json = keeper.post(INBOUND, body).await.expect(422).json.clone();
            json["request_id"] = Value::Null;
            json.to_string().replace(name, "NAME")
        };
        assert_eq!(write("amount").await, write("amounx").await);
    })
    .await;
}

#[tokio::test]
async fn a_page_costs_the_same_number_of_statements_whatever_its_length() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        for _ in 0..100 {
            let body = json!({"values": receipt(SHANGHAI, &[("HW-0008", "1"), ("HW-0012", "2")])});
            keeper.post(INBOUND, body).await.expect(201);
        }
        let (live, reader) = (server.app().await, server.service.store.reader());
        let call = server.call_of("keeper_li").await;
        let mut counted = Vec::new();
        for limit in [5, 100] {
            let before = reader.statements();
            let sort = Some("-biz_date,no".to_owned());
            let request = ListRequest { limit: Some(limit), sort, count: Some(10_000), ..ListRequest::default() };
            let json = list_json(&reader, &call, &live, "inbound", &request).await.expect("a list");
            assert_eq!(json["items"].as_array().map(Vec::len), usize::try_from(limit).ok());
            counted.push(reader.statements() - before);
        }
        assert_eq!(counted[0], counted[1], "statements for 5 and for 100 rows");
        assert!(counted[0] <= 16, "{counted:?}");
    })
    .await;
}

#[tokio::test]
async fn counting_stops_at_its_cap() {
    // Ten thousand rows are quickest made below the web.
    let server = Server::sqlite().await;
    let manager = server.manager();
    let call = server.call_of("manager_zhao").await;
    let live = server.app().await;
    let uom = manager.list("/api/v1/apps/wms/tables/uom/records", &[("limit", "1")]).await.items()[0]["id"].clone();
    let there = manager.list(ITEM, &[("count", "true")]).await["count"].as_u64().expect("a count");
    let wanted = usize::try_from(10_201 - there).unwrap();
    let numbers: Vec<usize> = (0..wanted).collect();
    for chunk in numbers.chunks(500) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|number| {
                let values = json!({"code": format!("N-{number}"), "name": "n", "uom": uom});
                let create = formwork::service::save_record::Create {
                    live: live.clone(),
                    table: "item".into(),
                    values,
                    submit: false,
                };
                let (service, call) = (server.service.clone(), call.clone());
                tokio::spawn(async move { service.create_record(call, create).await.map(|_| ()) })
            })
            .collect();
        for row in rows {
            row.await.expect("no panic").expect("a row");
        }
    }
    let list = manager.list(ITEM, &[("count", "true"), ("limit", "1")]).await.expect(200);
    assert_eq!((&list["count"], &list["count_capped"]), (&json!(10_000), &json!(true)));
    // A page counts a little way; the whole count and the totals are there for whoever asks.
    let page = manager.get("/apps/wms/item").await.expect(200).text();
    assert!(page.contains("1,000+") && page.contains("data-tally"), "{page}");
    let page = manager.get("/apps/wms/item?sum=most").await.expect(200).text();
    assert!(page.contains("10,000+") && !page.contains("data-tally"), "{page}");
    // So many rows of one unit are read in the order asked for, and none is left out at the border of a page.
    let unit = json!({"field": "uom", "op": "eq", "value": uom}).to_string();
    for (sort, first) in [("code", "N-0"), ("-code", "N-9999")] {
        let of_unit = json!({"field": "uom", "op": "eq", "value": uom});
        let filter = json!({"all": [of_unit, {"field": "code", "op": "starts", "value": "N-"}]}).to_string();
        let (mut found, mut cursor) = (Vec::new(), String::new());
        for _ in 0..3 {
            let mut parameters = vec![("sort", sort), ("limit", "50")];
            parameters.push(("filter", &filter));
            if !cursor.is_empty() {
                parameters.push(("cursor", &cursor));
            }
            let page = manager.list(ITEM, &parameters).await.expect(200);
            found.extend(codes(page.items()));
            cursor = page["next"].as_str().expect("another page").to_owned();
        }
        let mut expected: Vec<String> = (0..wanted).map(|number| format!("N-{number}")).collect();
        expected.sort();
        if sort.starts_with('-') {
            expected.reverse();
        }
        assert_eq!((found.len(), found[0].as_str()), (150, first));
        assert_eq!(found, expected[..150], "sorted by {sort}");
    }
    let all = manager.list(ITEM, &[("filter", &unit), ("sort", "code"), ("limit", "1")]).await.expect(200);
    assert_eq!(codes(all.items()), ["N-0"]);
    let few = manager.list(ITEM, &[("count", "true"), ("q", "HW-0008")]).await.expect(200);
    assert_eq!((&few["count"], &few["count_capped"]), (&json!(1), &Value::Null));
    let none = manager.list(ITEM, &[("limit", "1")]).await.expect(200);
    assert_eq!(none.get("count"), None);
}

#[tokio::test]
async fn chinese_is_found_by_characters_pinyin_and_initials() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let values = json!({"code": "Q-1", "name": "镀锌螺丝", "spec": "Ｍ８", "uom": {"key": "pcs"}, "std_cost": "1"});
        let item = manager.post(ITEM, json!({"values": values})).await.expect(201);
        let found = async |caller: &crate::client::Caller, words: &str| {
            caller.list(ITEM, &[("q", words)]).await.expect(200).items().iter().any(|row| row["id"] == item["id"])
        };
        // While it waits to be taken into the index, and when it is in it.
        for _ in 0..2 {
            for words in ["螺丝", "luosi", "ls", "ＬＵＯ", "DuXin", "dxls", "m8", "q-1 luosi", "ｍ８ 丝"] {
                assert!(found(&manager, words).await, "{words}");
            }
            for words in ["luomu", "q-1 luomu", "螺 母"] {
                assert!(!found(&manager, words).await, "{words}");
            }
            server.service.index_for_search(&Stop::default()).await.expect("it is taken in");
        }
        // What is changed is found as it is now.
        let path = format!("{ITEM}/{}", item.id());
        manager.patch(&path, json!({"values": {"name": "不锈钢合页", "spec": null}})).await.expect(200);
        assert!(found(&manager, "bxghy").await && !found(&manager, "luosi").await && !found(&manager, "m8").await);
        server.service.index_for_search(&Stop::default()).await.expect("it is taken in");
        assert!(found(&manager, "bxghy").await && !found(&manager, "luosi").await && !found(&manager, "m8").await);
        let administrator = server.administrator();
        administrator.delete(&path).await.expect(204);
        assert!(!found(&manager, "bxghy").await);
        administrator.post(&format!("{path}/restore"), json!({})).await.expect(200);
        assert!(found(&manager, "bxghy").await);
        // Lists of documents are searched by what their links point at.
        let receipt = json!({"kind": "other", "warehouse": {"key": SHANGHAI}, "lines": [{"item": {"key": "HW-0008"}, "qty": "1"}]});
        server.keeper().post(INBOUND, json!({"values": receipt})).await.expect(201);
        let list = server.keeper().list(INBOUND, &[("q", "shanghai")]).await.expect(200);
        assert_eq!(list.items().len(), 1, "{}", list.text());
    })
    .await;
}

#[tokio::test]
async fn chinese_is_sorted_by_pinyin_page_after_page() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let names = ["安装盒", "Zinc", "垫片", "螺母", "螺丝", "洛阳铲", "apple", "阿", "Apple"];
        for (place, name) in names.iter().enumerate() {
            let values = json!({"code": format!("S-{place}"), "name": name, "uom": {"key": "pcs"}, "std_cost": "1"});
            manager.post(ITEM, json!({"values": values})).await.expect(201);
        }
        let filter = json!({"field": "code", "op": "starts", "value": "S-"}).to_string();
        for (sort, wanted) in [
            ("name", ["Apple", "apple", "Zinc", "阿", "安装盒", "垫片", "螺母", "螺丝", "洛阳铲"]),
            ("-name", ["洛阳铲", "螺丝", "螺母", "垫片", "安装盒", "阿", "Zinc", "apple", "Apple"]),
        ] {
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let mut parameters = vec![("filter", filter.as_str()), ("sort", sort), ("limit", "2")];
                parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
                let page = manager.list(ITEM, &parameters).await.expect(200);
                seen.extend(page.items().iter().map(|row| row["values"]["name"].as_str().expect("a name").to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = Some(next.to_owned());
            }
            assert_eq!(seen, wanted, "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_searched_follows_the_published_definition() {
    on_both(async |server: &Server| {
        let administrator =
            shop(server, &[json!({"code": "red-77", "a": "Kupfer"}), json!({"code": "blue-4", "a": "Messing"})]).await;
        let found = async |words: &str| {
            let rows = administrator.list(ROWS, &[("q", words)]).await.expect(200);
            rows.items()
                .iter()
                .map(|row| row["values"]["code"].as_str().expect("a code").to_owned())
                .collect::<Vec<_>>()
        };
        let mut table = thing();
        for (searched, code, metal) in [
            (&["code"][..], vec!["red-77"], Vec::<&str>::new()),
            (&["code", "a"][..], vec!["red-77"], vec!["red-77"]),
            (&["a"][..], vec![], vec!["red-77"]),
            (&["code"][..], vec!["red-77"], vec![]),
        ] {
            for key in ["code", "a"] {
                table["properties"][key]["x-field"]["searchable"] = searched.contains(&key).into();
            }
            put(&administrator, &table).await;
            publish(&administrator).await;
            for _ in 0..2 {
                assert_eq!(found("ed-77").await, code, "{searched:?}");
                assert_eq!(found("kupf").await, metal, "{searched:?}");
                server.service.index_for_search(&Stop::default()).await.expect("rows are taken in");
            }
        }
    })
    .await;
}
