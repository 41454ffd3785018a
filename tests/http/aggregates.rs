//! Groups and figures: exact, over the rows and fields that the reader sees.

use crate::{
    client::Caller,
    server::{Server, on_both},
    stock::{INBOUND, ITEM, SHANGHAI, SUZHOU, receipt, submit},
};
use formwork::service::aggregate::{AggregateRequest, grouped};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ITEMS: &str = "/api/v1/apps/wms/tables/item/aggregate";
const RECEIPTS: &str = "/api/v1/apps/wms/tables/inbound/aggregate";

async fn items(caller: &Caller) -> Vec<Value> {
    caller.list(ITEM, &[("limit", "200")]).await.expect(200).items().to_vec()
}

fn number(value: &Value) -> Decimal {
    value.as_str().expect("a number").parse().expect("a number")
}

#[tokio::test]
async fn figures_of_groups_are_those_of_their_rows() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let mut wanted: BTreeMap<i64, Vec<Decimal>> = BTreeMap::new();
        for item in items(&manager).await {
            let category = item["values"]["category"].as_i64().expect("a category");
            wanted.entry(category).or_default().push(number(&item["values"]["std_cost"]));
        }
        let measure = "count(),sum(std_cost),avg(std_cost),min(std_cost),max(std_cost),count_distinct(uom)";
        let answer = manager.list(ITEMS, &[("group", "category"), ("measure", measure)]).await.expect(200);
        let groups = answer["groups"].as_array().expect("groups");
        assert_eq!(groups.len(), wanted.len(), "{}", answer.text());
        assert_eq!(answer["partial"], false);
        for group in groups {
            let category = group["category"].as_i64().expect("a category");
            let costs = &wanted[&category];
            let sum: Decimal = costs.iter().sum();
            assert_eq!(group["count()"], costs.len(), "{group}");
            assert_eq!(number(&group["sum(std_cost)"]), sum, "{group}");
            assert_eq!(number(&group["min(std_cost)"]), *costs.iter().min().expect("one"), "{group}");
            assert_eq!(number(&group["max(std_cost)"]), *costs.iter().max().expect("one"), "{group}");
            let average = (sum / Decimal::from(costs.len()))
                .round_dp_with_strategy(8, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
            assert_eq!(number(&group["avg(std_cost)"]), average, "{group}");
            assert!(answer["refs"]["category"][category.to_string()]["label"].is_string(), "{}", answer.text());
        }
        // Without a key there is one group of all rows, and without a measure their number.
        let all = manager.list(ITEMS, &[("measure", "sum(std_cost)")]).await.expect(200);
        let sum: Decimal = wanted.values().flatten().sum();
        assert_eq!(number(&all["groups"][0]["sum(std_cost)"]), sum);
        let count = manager.list(ITEMS, &[]).await.expect(200);
        assert_eq!(count["groups"], json!([{"count()": wanted.values().map(Vec::len).sum::<usize>()}]));
    })
    .await;
}

#[tokio::test]
async fn groups_follow_links_and_are_chosen_and_sorted_by_their_figures() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let ask = async |parameters: &[(&str, &str)]| {
            let mut all = vec![("group", "category.code"), ("measure", "count(),sum(std_cost)")];
            all.extend_from_slice(parameters);
            manager.list(ITEMS, &all).await.expect(200)
        };
        let codes = |answer: &crate::client::Answer| -> Vec<String> {
            let groups = answer["groups"].as_array().expect("groups");
            groups.iter().map(|group| group["category.code"].as_str().unwrap_or("—").to_owned()).collect()
        };
        let by_key = ask(&[]).await;
        let mut sorted = codes(&by_key);
        sorted.sort();
        assert_eq!(codes(&by_key), sorted);
        let dearest = ask(&[("sort", "-sum(std_cost)")]).await;
        let sums: Vec<Decimal> =
            dearest["groups"].as_array().expect("groups").iter().map(|group| number(&group["sum(std_cost)"])).collect();
        assert!(sums.windows(2).all(|pair| pair[0] >= pair[1]), "{}", dearest.text());
        let bound = sums[1].to_string();
        let having = json!({"field": "sum(std_cost)", "op": "ge", "value": bound}).to_string();
        let chosen = ask(&[("having", &having), ("sort", "-sum(std_cost)")]).await;
        assert_eq!(codes(&chosen), codes(&dearest)[..2]);
        let first = ask(&[("limit", "1")]).await;
        assert_eq!((codes(&first), &first["partial"]), (sorted[..1].to_vec(), &json!(true)));
        let narrowed = ask(&[("filter", r#"{"field":"category.code","op":"eq","value":"HW"}"#)]).await;
        assert_eq!(codes(&narrowed), ["HW"]);
        let searched = ask(&[("q", "HW-0008")]).await;
        assert_eq!((codes(&searched), &searched["groups"][0]["count()"]), (vec!["HW".to_owned()], &json!(1)));
    })
    .await;
}

/// A receipt's day is written; when it was made is a moment, whose day is the organisation's.
#[tokio::test]
async fn days_are_gathered_by_the_calendar_of_the_organisation() {
    on_both(async |server: &Server| {
        let keeper = server.keeper();
        // 23:30 on 31 December 2024 in Shanghai is still the old year; half an hour later is the new one.
        let eve = formwork::base::time::Timestamp::parse_rfc3339("2024-12-31T15:30:00Z").expect("a moment");
        for (moment, day) in
            [(eve, "2024-12-30"), (eve.plus(3_600_000), "2025-01-05"), (crate::server::START, "2025-03-03")]
        {
            server.clock.set(moment);
            let mut values = receipt(SHANGHAI, &[("HW-0008", "1")]);
            values["biz_date"] = day.into();
            keeper.post(INBOUND, json!({"values": values})).await.expect(201);
        }
        for (key, wanted) in [
            ("day(created_at)", vec!["2024-12-31", "2025-01-01", "2025-03-03"]),
            ("week(created_at)", vec!["2024-12-30", "2025-03-03"]),
            ("month(created_at)", vec!["2024-12-01", "2025-01-01", "2025-03-01"]),
            ("quarter(created_at)", vec!["2024-10-01", "2025-01-01"]),
            ("year(created_at)", vec!["2024-01-01", "2025-01-01"]),
            ("biz_date", vec!["2024-12-30", "2025-01-05", "2025-03-03"]),
            ("week(biz_date)", vec!["2024-12-30", "2025-03-03"]),
            ("month(biz_date)", vec!["2024-12-01", "2025-01-01", "2025-03-01"]),
            ("quarter(biz_date)", vec!["2024-10-01", "2025-01-01"]),
            ("year(biz_date)", vec!["2024-01-01", "2025-01-01"]),
        ] {
            let answer = keeper.list(RECEIPTS, &[("group", key)]).await.expect(200);
            let days: Vec<&str> =
                answer["groups"].as_array().expect("groups").iter().filter_map(|group| group[key].as_str()).collect();
            assert_eq!(days, wanted, "{key}: {}", answer.text());
        }
        let ends = keeper.list(RECEIPTS, &[("measure", "min(biz_date),max(created_at)")]).await.expect(200);
        let wanted = json!([{"min(biz_date)": "2024-12-30", "max(created_at)": crate::server::START.to_rfc3339()}]);
        assert_eq!(ends["groups"], wanted);
    })
    .await;
}

#[tokio::test]
async fn nobody_adds_up_what_they_do_not_see() {
    on_both(async |server: &Server| {
        let (keeper, other) = (server.keeper(), server.other_keeper());
        submit(&keeper, INBOUND, receipt(SHANGHAI, &[("HW-0008", "1")])).await;
        keeper.post(INBOUND, json!({"values": receipt(SHANGHAI, &[("HW-0008", "1")])})).await.expect(201);
        submit(&other, INBOUND, receipt(SUZHOU, &[("HW-0008", "1")])).await;
        let count =
            async |caller: &Caller| caller.list(RECEIPTS, &[]).await.expect(200)["groups"][0]["count()"].clone();
        // Rows of one's own warehouses; a draft is its owner's alone.
        assert_eq!(count(&keeper).await, 2);
        assert_eq!(count(&other).await, 1);
        assert_eq!(count(&server.manager()).await, 2);
        // A hidden field is an unknown one, as a key, in a figure, and in what groups are chosen by.
        for (hidden, unknown) in [("amount", "amounx"), ("lines", "linex")] {
            for shape in ["group=NAME", "measure=sum(NAME)", "measure=max(NAME)", "group=kind&sort=NAME"] {
                let ask = async |name: &str| {
                    let path = format!("{RECEIPTS}?{}", shape.replace("NAME", name));
                    let mut json = keeper.get(&path).await.expect(422).json.clone();
                    json["request_id"] = Value::Null;
                    json.to_string().replace(name, "NAME")
                };
                assert_eq!(ask(hidden).await, ask(unknown).await, "{shape} with {hidden}");
            }
        }
        keeper.list(ITEMS, &[("measure", "sum(std_cost)")]).await.refused(422, "unknown_field");
        server.staff().get("/api/v1/apps/wms/tables/stock_move/aggregate").await.refused(404, "not_found");
        server.anonymous().get(ITEMS).await.refused(401, "unauthenticated");
        server.token("keeper_li", "write").await.get(ITEMS).await.refused(403, "forbidden");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_computed_is_refused_with_its_place() {
    on_both(async |server: &Server| {
        let manager = server.manager().reading("en");
        for (parameters, pointer, code) in [
            (vec![("measure", "sum(name)")], "/measure", "invalid_filter"),
            (vec![("measure", "median(std_cost)")], "/measure", "invalid_filter"),
            (vec![("measure", "sum()")], "/measure", "invalid_filter"),
            (vec![("measure", "std_cost")], "/measure", "invalid_filter"),
            (vec![("measure", "sum(colour)")], "/measure", "unknown_field"),
            (vec![("group", "month(name)")], "/group", "invalid_filter"),
            (vec![("group", "decade(created_at)")], "/group", "invalid_filter"),
            (vec![("group", "colour")], "/group", "unknown_field"),
            (vec![("group", "category"), ("sort", "name")], "/sort", "unknown_field"),
            (vec![("having", r#"{"field":"sum(std_cost)","value":"1"}"#)], "/having/field", "unknown_field"),
            (vec![("limit", "10001")], "/limit", "maximum"),
            (vec![("cursor", "1")], "/cursor", "unknown_parameter"),
        ] {
            let refused = manager.list(ITEMS, &parameters).await.expect(422);
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{parameters:?}: {}", refused.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_grouped_list_says_for_each_group_which_rows_are_in_it() {
    on_both(async |server: &Server| {
        let (manager, reader) = (server.manager(), server.service.store.reader());
        let (live, call) = (server.app().await, server.call_of("manager_zhao").await);
        let request = AggregateRequest {
            group: "category,uom,month(created_at)".into(),
            measure: "sum(std_cost)".into(),
            ..AggregateRequest::default()
        };
        let list = grouped(&reader, &call, &live, "item", &request).await.expect("groups");
        assert!(!list.truncated && !list.masked);
        let all = items(&manager).await;
        assert_eq!(list.groups.iter().map(|group| group.count).sum::<i64>(), i64::try_from(all.len()).unwrap());
        let mut waiting: Vec<_> = list.groups.iter().collect();
        let mut seen = 0;
        while let Some(group) = waiting.pop() {
            let rows = manager.list(ITEM, &[("filter", &group.filter.to_string()), ("limit", "200")]).await.expect(200);
            assert_eq!(i64::try_from(rows.items().len()).unwrap(), group.count, "{}", group.filter);
            let sum: Decimal = rows.items().iter().map(|row| number(&row["values"]["std_cost"])).sum();
            assert_eq!(group.figures, [formwork::base::value::Value::Decimal(sum)], "{}", group.filter);
            waiting.extend(&group.groups);
            seen += 1;
        }
        assert!(seen > 10, "{seen}");
    })
    .await;
}
