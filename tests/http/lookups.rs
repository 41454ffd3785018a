//! Lookups: the present value behind a link, as far as the table behind it lets the reader see.

use crate::{
    client::Caller,
    figures::{APP, documents, field, import, made, only, patch, records, values},
    server::{Server, on_both},
};
use formwork::{service::records::ListRequest, store::Connection};
use serde_json::{Value, json};

fn lookup(title: &str, link: &str, of: &str) -> Value {
    json!({"title": title, "x-field": {"kind": "lookup", "link": link, "field": of}})
}

/// The app of the figures, whose orders show what their customers and items say.
fn with_lookups() -> Vec<(String, Value)> {
    let mut documents = documents();
    let table = |documents: &mut Vec<(String, Value)>, key: &str| {
        let path = format!("tables/{key}.json");
        documents.iter().position(|(known, _)| *known == path).expect("the table")
    };
    let order = table(&mut documents, "order");
    let properties = &mut documents[order].1["properties"];
    properties["phone"] = lookup("Phone", "customer", "phone");
    properties["level"] = lookup("Level", "customer", "level");
    properties["owed"] = lookup("Owed", "customer", "open");
    properties["region"] = lookup("Region", "customer", "region");
    properties["off"] =
        field("string", "Off", json!({"kind": "money", "formula": "iff(level == \"a\", amount / 10, 0)"}));
    let columns = &mut properties["lines"]["items"]["properties"];
    columns["price"] = lookup("Price", "item", "price");
    columns["cost"] = field("string", "Cost", json!({"kind": "money", "formula": "qty * price"}));
    properties["worth"] = field("string", "Worth", json!({"kind": "money", "formula": "sum(lines, \"cost\")"}));
    properties["prices"] = field("string", "Prices", json!({"kind": "money", "formula": "sum(lines, \"price\")"}));
    let every = ["view", "create", "edit", "delete", "export"];
    let role =
        |key: &str, grants: Value| (format!("roles/{key}.json"), json!({"key": key, "title": key, "grants": grants}));
    documents.push(role("seller", json!([{"table": "order", "actions": every, "scope": "all"}])));
    documents.push(role(
        "partner",
        json!([
        {"table": "order", "actions": every, "scope": "all"},
        {"table": "customer", "actions": ["view"], "scope": {"field": "level", "op": "eq", "value": "a"},
         "fields": {"open": "hidden", "left": "hidden", "*": "read"}}]),
    ));
    documents
}

struct Orders {
    admin: Caller,
    customers: [i64; 2],
    orders: [i64; 2],
}

async fn two_orders(server: &Server) -> Orders {
    let admin = import(server, with_lookups()).await;
    let north = made(&admin, "region", json!({"name": "North"})).await;
    let gold = json!({"name": "A", "phone": "13800000002", "level": "a", "credit": "9", "region": north});
    let customers = [
        made(&admin, "customer", gold).await,
        made(&admin, "customer", json!({"name": "B", "phone": "13800000001", "level": "b"})).await,
    ];
    let mut orders = [0; 2];
    for (place, no) in ["1", "2"].into_iter().enumerate() {
        let values = json!({"no": no, "customer": customers[place], "amount": "30", "status": "open"});
        orders[place] = made(&admin, "order", values).await;
    }
    Orders { admin, customers, orders }
}

async fn numbers(caller: &Caller, parameters: &[(&str, &str)]) -> Vec<String> {
    let list = caller.list(&records("order"), parameters).await.expect(200);
    list.items().iter().map(|row| row["values"]["no"].as_str().unwrap_or_default().to_owned()).collect()
}

fn condition(field: &str, op: &str, value: Value) -> String {
    json!({"field": field, "op": op, "value": value}).to_string()
}

#[tokio::test]
async fn the_present_value_behind_a_link_is_shown_filtered_sorted_and_added_up() {
    on_both(async |server: &Server| {
        let Orders { admin, customers, orders } = two_orders(server).await;
        let seen = async |id: i64| only(&values(&admin, "order", id).await, &["phone", "level", "owed", "off"]);
        assert_eq!(seen(orders[0]).await, ["13800000002", "a", "30.00", "3.00"]);
        assert_eq!(seen(orders[1]).await, ["13800000001", "b", "30.00", "0.00"]);
        patch(&admin, "customer", customers[0], json!({"phone": "13900000000"})).await;
        made(&admin, "order", json!({"no": "3", "customer": customers[0], "amount": "1", "status": "open"})).await;
        assert_eq!(seen(orders[0]).await, ["13900000000", "a", "31.00", "3.00"]);
        // Another customer, another value: at once, in what the change answers.
        let moved = patch(&admin, "order", orders[1], json!({"customer": customers[0]})).await;
        assert_eq!(only(&moved["values"], &["phone", "off"]), ["13900000000", "3.00"]);
        patch(&admin, "order", orders[1], json!({"customer": null})).await;
        assert_eq!(seen(orders[1]).await[..3], [Value::Null, Value::Null, Value::Null]);
        patch(&admin, "order", orders[1], json!({"customer": customers[1]})).await;
        assert_eq!(numbers(&admin, &[("filter", &condition("phone", "contains", json!("139"))), ("sort", "no")]).await, ["1", "3"]);
        assert_eq!(numbers(&admin, &[("filter", &condition("owed", "lt", json!("31")))]).await, ["2"]);
        assert_eq!(numbers(&admin, &[("sort", "phone,-no")]).await, ["2", "3", "1"]);
        let page = admin.list(&records("order"), &[("sort", "-level,no"), ("limit", "1")]).await.expect(200);
        assert_eq!(page.items()[0]["values"]["no"], "2");
        let cursor = page["next"].as_str().unwrap().to_owned();
        assert_eq!(numbers(&admin, &[("sort", "-level,no"), ("cursor", &cursor)]).await, ["1", "3"]);
        let path = format!("{APP}/tables/order/aggregate?group=level&measure=sum(owed),count()");
        let groups = admin.get(&path).await.expect(200)["groups"].clone();
        assert_eq!(groups, json!([{"level": "a", "sum(owed)": "62.00", "count()": 2}, {"level": "b", "sum(owed)": "30.00", "count()": 1}]));
        // A link that is looked up has its label.
        let read = admin.get(&format!("{}/{}", records("order"), orders[0])).await.expect(200);
        let region = read["values"]["region"].as_i64().unwrap();
        assert_eq!(read["refs"]["region"][region.to_string()]["label"], "North");
        let file = admin.get(&format!("{}/export?format=csv", records("order"))).await.expect(200).text();
        assert!(file.contains("13900000000") && file.contains("Phone"), "{file}");
        for page in [format!("/apps/figures/order/{}", orders[0]), format!("/apps/figures/order/{}/edit", orders[0])] {
            let shown = admin.get(&page).await.expect(200).text();
            assert!(shown.contains("13900000000"), "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lookup_is_never_written() {
    on_both(async |server: &Server| {
        let Orders { admin, orders, .. } = two_orders(server).await;
        let path = format!("{}/{}", records("order"), orders[0]);
        let refused = admin.patch(&path, json!({"values": {"phone": "1"}})).await.expect(422);
        assert_eq!(refused.errors(), [("/phone".to_owned(), "not_editable".to_owned())]);
        // Sent back as it was answered it is no change.
        let same = admin.patch(&path, json!({"values": {"phone": "13800000002"}})).await.expect(200);
        assert_eq!(same["version"], 1);
        let refused = admin.post(&records("order"), json!({"values": {"no": "9", "level": "a"}})).await.expect(422);
        assert_eq!(refused.errors(), [("/level".to_owned(), "not_editable".to_owned())]);
        // Whoever does not see it, learns nothing by guessing.
        join(server, &admin, "seller").await;
        let keeper = server.keeper();
        for guess in ["13800000002", "1"] {
            keeper.patch(&path, json!({"values": {"phone": guess}})).await.expect(422);
        }
        keeper.patch(&path, json!({"values": {"amount": "31"}})).await.expect(200);
        assert_eq!(values(&admin, "order", orders[0]).await["phone"], "13800000002");
    })
    .await;
}

async fn join(server: &Server, admin: &Caller, role: &str) {
    let keeper = crate::every_kind::user_id(server, "keeper_li").await;
    let members = json!({"users": [keeper], "departments": [], "groups": []});
    admin.put(&format!("{APP}/roles/{role}/members"), members).await.expect(200);
}

#[tokio::test]
async fn the_table_behind_decides_who_sees_what() {
    on_both(async |server: &Server| {
        let Orders { admin, orders, .. } = two_orders(server).await;
        // A seller sees no customers.
        join(server, &admin, "seller").await;
        let keeper = server.keeper();
        let seen = async |id: i64| only(&values(&keeper, "order", id).await, &["no", "phone", "level", "owed"]);
        assert_eq!(seen(orders[0]).await, [json!("1"), Value::Null, Value::Null, Value::Null]);
        let list = keeper.list(&records("order"), &[]).await.expect(200);
        assert!(list.items().iter().all(|row| row["values"]["phone"].is_null()), "{}", list.text());
        for (field, op, value) in
            [("phone", "eq", json!("13800000002")), ("phone", "starts", json!("138")), ("owed", "ge", json!("0"))]
        {
            assert_eq!(numbers(&keeper, &[("filter", &condition(field, op, value))]).await, [""; 0], "{field}");
        }
        assert_eq!(
            numbers(&keeper, &[("filter", &condition("phone", "empty", json!(true))), ("sort", "phone,no")]).await,
            ["1", "2"]
        );
        let path = format!("{APP}/tables/order/aggregate?group=phone&measure=count()");
        assert_eq!(keeper.get(&path).await.expect(200)["groups"], json!([{"phone": null, "count()": 2}]));
        for page in [
            format!("/apps/figures/order/{}", orders[0]),
            "/apps/figures/order".into(),
            format!("/apps/figures/order/{}/edit", orders[0]),
        ] {
            assert!(!keeper.get(&page).await.expect(200).text().contains("13800000002"), "{page}");
        }
        let file = keeper.get(&format!("{}/export?format=csv", records("order"))).await.expect(200).text();
        assert!(!file.contains("1380000"), "{file}");
        // A partner sees customers of one level, and not what they owe.
        join(server, &admin, "partner").await;
        assert_eq!(seen(orders[0]).await, [json!("1"), json!("13800000002"), json!("a"), Value::Null]);
        assert_eq!(seen(orders[1]).await, [json!("2"), Value::Null, Value::Null, Value::Null]);
        assert_eq!(numbers(&keeper, &[("filter", &condition("phone", "starts", json!("138")))]).await, ["1"]);
        assert_eq!(numbers(&keeper, &[("filter", &condition("owed", "ge", json!("0")))]).await, [""; 0]);
        // Rules are the same for everybody.
        let made = keeper
            .post(&records("order"), json!({"values": {"no": "3", "amount": "5", "customer": {"key": "A"}}}))
            .await
            .expect(201);
        assert_eq!(made["values"]["off"], "0.50");
    })
    .await;
}

#[tokio::test]
async fn lines_look_up_through_their_own_links() {
    on_both(async |server: &Server| {
        let admin = import(server, with_lookups()).await;
        let nut = made(&admin, "item", json!({"code": "nut", "price": "2.50"})).await;
        let lines = json!([{"item": nut, "qty": "4"}, {"qty": "1"}]);
        let order = admin.post(&records("order"), json!({"values": {"no": "1", "lines": lines}})).await.expect(201);
        assert_eq!(only(&order["values"]["lines"][0], &["price", "cost"]), ["2.50", "10.00"]);
        assert_eq!(only(&order["values"]["lines"][1], &["price", "cost"]), [Value::Null, Value::Null]);
        assert_eq!(only(&order["values"], &["worth", "prices"]), ["10.00", "2.50"]);
        // The price of today shows; what was computed stays until the order is saved again.
        patch(&admin, "item", nut, json!({"price": "3"})).await;
        let mut now = values(&admin, "order", order.id()).await;
        assert_eq!(only(&now["lines"][0], &["price", "cost"]), ["3.00", "10.00"]);
        // The lines as they were answered, with one change.
        now["lines"][0]["qty"] = json!("5");
        let changed = patch(&admin, "order", order.id(), json!({"lines": now["lines"]})).await;
        assert_eq!(only(&changed["values"]["lines"][0], &["price", "cost"]), ["3.00", "15.00"]);
        let path = format!("{}/{}", records("order"), order.id());
        let line = now["lines"][0]["id"].clone();
        let refused = admin
            .patch(&path, json!({"values": {"lines": {"update": [{"id": line, "price": "1"}]}}}))
            .await
            .expect(422);
        assert_eq!(refused.errors(), [("/lines/update/0/price".to_owned(), "not_editable".to_owned())]);
        join(server, &admin, "seller").await;
        let seen = values(&server.keeper(), "order", order.id()).await;
        assert_eq!(only(&seen["lines"][0], &["price", "cost"]), [Value::Null, json!("15.00")]);
    })
    .await;
}

#[tokio::test]
async fn a_page_takes_as_many_statements_for_many_rows_as_for_few() {
    on_both(async |server: &Server| {
        let Orders { admin, customers, .. } = two_orders(server).await;
        let create: Vec<Value> =
            (0..60).map(|no| json!({"values": {"no": format!("N{no}"), "customer": customers[no % 2]}})).collect();
        admin.post(&format!("{}/batch", records("order")), json!({"create": create})).await.expect(200);
        let call = server.call_of("admin").await;
        let epoch = server.service.epoch().await.expect("the epoch");
        let apps = server.service.live.all(&server.service.store.reader(), epoch).await.expect("the live apps");
        let live = apps.iter().find(|app| app.key() == "figures").expect("the app");
        let mut counted = Vec::new();
        for limit in [2, 60] {
            let reader = server.service.store.reader();
            let before = reader.statements();
            let request = ListRequest { limit: Some(limit), sort: Some("-phone".into()), ..ListRequest::default() };
            formwork::service::records::list_json(&reader, &call, live, "order", &request).await.expect("a page");
            counted.push(reader.statements() - before);
        }
        assert_eq!(counted[0], counted[1]);
    })
    .await;
}

#[tokio::test]
async fn what_is_read_by_others_is_renamed_where_they_name_it() {
    on_both(async |server: &Server| {
        let admin = import(server, with_lookups()).await;
        for (table, from, to) in
            [("customer", "phone", "mobile"), ("order", "amount", "sum_of"), ("order", "customer", "buyer")]
        {
            let rename = json!({"kind": "field", "table": table, "from": from, "to": to});
            admin.post(&format!("{APP}/draft/rename"), rename).await.expect(200);
        }
        let checked = admin.post(&format!("{APP}/draft/check"), json!({})).await.expect(200);
        assert_eq!(checked["findings"], json!([]), "{}", checked.text());
        let table = |key: &str| format!("{APP}/draft/table/{key}");
        let order = admin.get(&table("order")).await.expect(200)["document"].clone();
        assert_eq!(
            order["properties"]["phone"]["x-field"],
            json!({"kind": "lookup", "link": "buyer", "field": "mobile"})
        );
        let customer = admin.get(&table("customer")).await.expect(200)["document"].clone();
        let total = json!({"kind": "rollup", "from": {"table": "order", "field": "buyer"}, "measure": "sum(sum_of)"});
        assert_eq!(customer["properties"]["total"]["x-field"], total);
    })
    .await;
}
