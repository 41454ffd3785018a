//! Figures that records keep of others: true after every kind of write, by many writers at once, and when definitions change.

use crate::{
    client::Caller,
    figures::{APP, customer, documents, import, made, only, patch, records, rollup, values},
    fuzz::Chance,
    server::{Server, on_both},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Barrier;

const FIGURES: [&str; 6] = ["orders", "total", "open", "usual", "least", "last"];

async fn figures_of(caller: &Caller, id: i64) -> Vec<Value> {
    only(&values(caller, "customer", id).await, &FIGURES)
}

#[tokio::test]
async fn figures_follow_every_write_of_what_links_here() {
    on_both(async |server: &Server| {
        let admin = import(server, documents()).await;
        let a = made(&admin, "customer", json!({"name": "A", "credit": "100"})).await;
        let b = made(&admin, "customer", json!({"name": "B"})).await;
        let nothing = json!([0, "0.00", "0.00", null, null, null]);
        assert_eq!(json!(figures_of(&admin, a).await), nothing);
        let one = made(&admin, "order", json!({"no": "1", "customer": a, "day": "2026-01-05", "status": "open", "amount": "10"})).await;
        let two = made(&admin, "order", json!({"no": "2", "customer": a, "day": "2026-01-03", "status": "done", "amount": "5.01"})).await;
        made(&admin, "order", json!({"no": "3", "amount": "7"})).await;
        assert_eq!(json!(figures_of(&admin, a).await), json!([2, "15.01", "10.00", "7.5050", "5.01", "2026-01-05"]));
        // An order goes to another customer: both know.
        patch(&admin, "order", one, json!({"customer": b, "amount": "11"})).await;
        assert_eq!(json!(figures_of(&admin, a).await), json!([1, "5.01", "0.00", "5.0100", "5.01", "2026-01-03"]));
        assert_eq!(json!(figures_of(&admin, b).await), json!([1, "11.00", "11.00", "11.0000", "11.00", "2026-01-05"]));
        // What a filter asks for changes.
        patch(&admin, "order", one, json!({"status": null})).await;
        assert_eq!(values(&admin, "customer", b).await["open"], "0.00");
        // The trash does not count, and what comes back does.
        admin.delete(&format!("{}/{two}", records("order"))).await.expect(204);
        assert_eq!(json!(figures_of(&admin, a).await), nothing);
        admin.post(&format!("{}/{two}/restore", records("order")), json!({})).await.expect(200);
        assert_eq!(values(&admin, "customer", a).await["total"], "5.01");
        // A batch.
        let batch = json!({"create": [
            {"values": {"no": "4", "customer": a, "amount": "1"}}, {"values": {"no": "5", "customer": {"key": "B"}, "amount": "2"}}],
            "update": [{"id": two, "values": {"amount": "6"}}]});
        admin.post(&format!("{}/batch", records("order")), batch).await.expect(200);
        assert_eq!(only(&values(&admin, "customer", a).await, &["orders", "total"]), [json!(2), json!("7.00")]);
        assert_eq!(only(&values(&admin, "customer", b).await, &["orders", "total"]), [json!(2), json!("13.00")]);
        // Nobody changed the customers themselves.
        let read = admin.get(&format!("{}/{a}", records("customer"))).await.expect(200);
        assert_eq!(read["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn figures_are_filtered_sorted_and_read_by_rules_but_never_written() {
    on_both(async |server: &Server| {
        let admin = import(server, documents()).await;
        let north = made(&admin, "region", json!({"name": "North"})).await;
        let mut ids = Vec::new();
        for (name, amount) in [("A", "30"), ("B", "10"), ("C", "20")] {
            let id = made(&admin, "customer", json!({"name": name, "credit": "50", "region": north})).await;
            made(&admin, "order", json!({"customer": id, "amount": amount, "status": "open"})).await;
            ids.push(id);
        }
        let names = async |parameters: &[(&str, &str)]| {
            let list = admin.list(&records("customer"), parameters).await.expect(200);
            list.items().iter().map(|row| row["values"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&[("sort", "-total")]).await, ["A", "C", "B"]);
        let filter = json!({"field": "total", "op": "ge", "value": "20"}).to_string();
        assert_eq!(names(&[("filter", &filter), ("sort", "total")]).await, ["C", "A"]);
        let sum =
            admin.get(&format!("{}?measure=sum(total)", records("customer").replace("/records", "/aggregate"))).await;
        assert_eq!(sum.expect(200)["groups"][0]["sum(total)"], "60.00");
        // A formula of the record, a figure of figures, and a figure of that formula.
        assert_eq!(values(&admin, "customer", ids[0]).await["left"], "20.00");
        assert_eq!(only(&values(&admin, "region", north).await, &["total", "left"]), ["60.00", "90.00"]);
        made(&admin, "order", json!({"customer": ids[0], "amount": "1", "status": "open"})).await;
        assert_eq!(values(&admin, "customer", ids[0]).await["left"], "19.00");
        assert_eq!(only(&values(&admin, "region", north).await, &["total", "left"]), ["61.00", "89.00"]);
        patch(&admin, "customer", ids[0], json!({"credit": "60"})).await;
        assert_eq!(values(&admin, "region", north).await["left"], "99.00");
        // Written it is not; sent back as it is, it is taken for what it is.
        let path = format!("{}/{}", records("customer"), ids[0]);
        let refused = admin.patch(&path, json!({"values": {"total": "1"}})).await.expect(422);
        assert_eq!(refused.errors(), [("/total".to_owned(), "not_editable".to_owned())]);
        admin.patch(&path, json!({"values": {"total": "31.00"}})).await.expect(200);
        let refused = admin.post(&records("customer"), json!({"values": {"name": "D", "orders": 3}})).await.expect(422);
        assert_eq!(refused.errors(), [("/orders".to_owned(), "not_editable".to_owned())]);
        // Hidden from a role, it is unknown to its members.
        let keeper = crate::every_kind::user_id(server, "keeper_li").await;
        admin
            .put(&format!("{APP}/roles/clerk/members"), json!({"users": [keeper], "departments": [], "groups": []}))
            .await
            .expect(200);
        let seen = values(&server.keeper(), "customer", ids[0]).await;
        assert_eq!((&seen["total"], &seen["open"]), (&Value::Null, &json!("31.00")));
        server.keeper().list(&records("customer"), &[("sort", "total")]).await.refused(422, "unknown_field");
    })
    .await;
}

#[tokio::test]
async fn lines_are_gathered_by_their_record_and_by_what_they_link_to() {
    on_both(async |server: &Server| {
        let admin = import(server, documents()).await;
        let nut = made(&admin, "item", json!({"code": "nut"})).await;
        let bolt = made(&admin, "item", json!({"code": "bolt"})).await;
        let lines = json!([{"item": nut, "qty": "12.5"}, {"item": bolt, "qty": "1"}, {"item": nut, "qty": "3"}]);
        let order = admin.post(&records("order"), json!({"values": {"no": "1", "lines": lines}})).await.expect(201);
        assert_eq!(only(&order["values"], &["pieces", "heavy", "twice"]), [json!("16.5"), json!(1), json!("33")]);
        let ordered = async |id: i64| only(&values(&admin, "item", id).await, &["ordered", "rows"]);
        assert_eq!(ordered(nut).await, [json!("15.5"), json!(2)]);
        assert_eq!(ordered(bolt).await, [json!("1"), json!(1)]);
        let first = order["values"]["lines"][0]["id"].as_i64().unwrap();
        let changed =
            patch(&admin, "order", order.id(), json!({"lines": {"update": [{"id": first, "item": bolt}]}})).await;
        assert_eq!(changed["values"]["pieces"], "16.5");
        assert_eq!(
            (ordered(nut).await, ordered(bolt).await),
            (vec![json!("3"), json!(1)], vec![json!("13.5"), json!(2)])
        );
        patch(&admin, "order", order.id(), json!({"lines": {"remove": [first]}})).await;
        assert_eq!(ordered(bolt).await, [json!("1"), json!(1)]);
        admin.delete(&format!("{}/{}", records("order"), order.id())).await.expect(204);
        assert_eq!((ordered(nut).await, ordered(bolt).await), (vec![json!("0"), json!(0)], vec![json!("0"), json!(0)]));
    })
    .await;
}

#[tokio::test]
async fn drafts_do_not_count_until_they_are_submitted() {
    on_both(async |server: &Server| {
        let admin = import(server, documents()).await;
        let id = made(&admin, "customer", json!({"name": "A"})).await;
        let claims = async || values(&admin, "customer", id).await["claims"].clone();
        let draft = admin
            .post(&records("claim"), json!({"values": {"no": "1", "customer": id}, "submit": false}))
            .await
            .expect(201);
        assert_eq!((&draft["state"], claims().await), (&json!("draft"), json!(0)));
        let sent = admin.post(&format!("{}/{}/submit", records("claim"), draft.id()), json!({})).await.expect(200);
        assert_eq!((&sent["state"], claims().await), (&json!("in_approval"), json!(1)));
        let case = sent["case"]["id"].as_i64().unwrap();
        admin.post(&format!("/api/v1/cases/{case}/withdraw"), json!({})).await.expect(200);
        assert_eq!(claims().await, json!(0));
    })
    .await;
}

/// Exactly what the customers' figures should be, by the orders that there are.
async fn assert_true(caller: &Caller, customers: &[i64], seed: u64) {
    let orders = caller.list(&records("order"), &[("limit", "200")]).await.expect(200);
    assert!(orders["next"].is_null(), "one page holds them all");
    for id in customers {
        let own: Vec<&Value> =
            orders.items().iter().map(|row| &row["values"]).filter(|row| row["customer"] == *id).collect();
        let amounts: Vec<(Decimal, bool)> = own
            .iter()
            .filter_map(|row| Some((row["amount"].as_str()?.parse().ok()?, row["status"] == "open")))
            .collect();
        let total: Decimal = amounts.iter().map(|(amount, _)| amount).sum();
        let open: Decimal = amounts.iter().filter(|(_, open)| *open).map(|(amount, _)| amount).sum();
        let fixed = |number: Decimal, scale: u32| {
            let mut number = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
            number.rescale(scale);
            json!(number.to_string())
        };
        let usual = (!amounts.is_empty()).then(|| fixed(total / Decimal::from(amounts.len()), 4));
        let least = amounts.iter().map(|(amount, _)| *amount).min().map(|amount| fixed(amount, 2));
        let last = own.iter().filter_map(|row| row["day"].as_str()).max();
        let expected = json!([own.len(), fixed(total, 2), fixed(open, 2), usual, least, last]);
        assert_eq!(json!(figures_of(caller, *id).await), expected, "customer {id}, seed {seed}");
    }
}

#[tokio::test]
async fn figures_agree_with_what_is_there_after_random_writes() {
    on_both(async |server: &Server| {
        let seed = std::env::var("FORMWORK_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
        println!("FORMWORK_FUZZ_SEED={seed}");
        let mut chance = Chance::new(seed);
        let admin = import(server, documents()).await;
        let mut customers = Vec::new();
        for name in ["A", "B", "C"] {
            customers.push(made(&admin, "customer", json!({"name": name})).await);
        }
        let (mut there, mut gone): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        let random = |chance: &mut Chance| {
            let cents = i64::try_from(chance.below(100_000)).unwrap() - 50_000;
            json!({
                "customer": if chance.one_in(6) { Value::Null } else { json!(chance.pick(&customers)) },
                "amount": if chance.one_in(5) { Value::Null } else { json!(Decimal::new(cents, 2).to_string()) },
                "day": if chance.one_in(4) { Value::Null } else { json!(format!("2026-01-{:02}", 1 + chance.below(28))) },
                "status": chance.pick(&["open", "done"]),
            })
        };
        for step in 1..=90 {
            match chance.below(8) {
                0..=2 => there.push(made(&admin, "order", random(&mut chance)).await),
                3 | 4 if !there.is_empty() => {
                    let id = *chance.pick(&there);
                    let mut values = random(&mut chance);
                    for key in ["customer", "amount", "day", "status"] {
                        if chance.one_in(2) {
                            values.as_object_mut().unwrap().remove(key);
                        }
                    }
                    patch(&admin, "order", id, values).await;
                }
                5 if !there.is_empty() => {
                    let place = usize::try_from(chance.below(there.len() as u64)).unwrap();
                    let id = there.swap_remove(place);
                    admin.delete(&format!("{}/{id}", records("order"))).await.expect(204);
                    gone.push(id);
                }
                6 if !gone.is_empty() => {
                    let place = usize::try_from(chance.below(gone.len() as u64)).unwrap();
                    let id = gone.swap_remove(place);
                    admin.post(&format!("{}/{id}/restore", records("order")), json!({})).await.expect(200);
                    there.push(id);
                }
                _ => {
                    let create: Vec<Value> = (0..chance.below(5)).map(|_| json!({"values": random(&mut chance)})).collect();
                    let done = admin.post(&format!("{}/batch", records("order")), json!({"create": create})).await.expect(200);
                    there.extend(done["create"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
                }
            }
            if step % 10 == 0 {
                assert_true(&admin, &customers, seed).await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_lose_nothing() {
    const WRITERS: usize = 12;
    on_both(async |server: &Server| {
        let admin = import(server, documents()).await;
        let mut customers = Vec::new();
        for name in ["A", "B", "C"] {
            customers.push(made(&admin, "customer", json!({"name": name, "credit": "1000"})).await);
        }
        let together = Arc::new(Barrier::new(WRITERS));
        let started: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, together, customers) = (server.administrator(), together.clone(), customers.clone());
                tokio::spawn(async move {
                    let mut chance = Chance::new(writer as u64);
                    together.wait().await;
                    for round in 0..8 {
                        let values = |chance: &mut Chance| json!({"customer": chance.pick(&customers), "amount": format!("{}", 1 + chance.below(9)), "status": "open"});
                        let id = made(&client, "order", values(&mut chance)).await;
                        // From one customer to another, two of them in one act, and away again.
                        patch(&client, "order", id, values(&mut chance)).await;
                        let batch = json!({"create": [{"values": values(&mut chance)}, {"values": values(&mut chance)}]});
                        client.post(&format!("{}/batch", records("order")), batch).await.expect(200);
                        // Somebody works on the customers themselves meanwhile.
                        patch(&client, "customer", *chance.pick(&customers), json!({"phone": format!("1380000{writer:02}{round:02}")})).await;
                        if round % 3 == 0 {
                            client.delete(&format!("{}/{id}", records("order"))).await.expect(204);
                        }
                    }
                })
            })
            .collect();
        for writer in started {
            writer.await.expect("no panic");
        }
        let mut expected = vec![(0_i64, Decimal::ZERO); customers.len()];
        let mut cursor: Option<String> = None;
        loop {
            let mut parameters = vec![("limit", "200")];
            parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = admin.list(&records("order"), &parameters).await.expect(200);
            for row in page.items() {
                let place = customers.iter().position(|id| row["values"]["customer"] == *id).expect("a customer");
                expected[place].0 += 1;
                expected[place].1 += row["values"]["amount"].as_str().unwrap().parse::<Decimal>().unwrap();
            }
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        for (id, (count, total)) in customers.iter().zip(expected) {
            let kept = values(&admin, "customer", *id).await;
            let total = total + Decimal::new(0, 2);
            let left = Decimal::new(100_000, 2) - total;
            assert_eq!(only(&kept, &["orders", "total", "left"]), [json!(count), json!(total.to_string()), json!(left.to_string())]);
        }
    })
    .await;
}

#[tokio::test]
async fn publishing_fills_new_figures_and_gathers_changed_ones_again() {
    on_both(async |server: &Server| {
        let mut plain = documents();
        let (_, table) = plain.iter_mut().find(|(path, _)| path == "tables/customer.json").unwrap();
        for key in ["orders", "total", "open", "usual", "least", "last", "left", "claims"] {
            table["properties"].as_object_mut().unwrap().remove(key);
        }
        plain.retain(|(path, _)| path != "tables/region.json" && path != "roles/clerk.json");
        table_of(&mut plain, "customer")["properties"].as_object_mut().unwrap().remove("region");
        let admin = import(server, plain).await;
        let a = made(&admin, "customer", json!({"name": "A", "credit": "9"})).await;
        let b = made(&admin, "customer", json!({"name": "B"})).await;
        for (amount, status) in [("10", "open"), ("5.01", "done")] {
            made(&admin, "order", json!({"customer": a, "amount": amount, "status": status, "day": "2026-01-05"}))
                .await;
        }
        let mut changed = customer();
        changed["properties"].as_object_mut().unwrap().remove("region");
        let checked = publish(&admin, "customer", &changed).await;
        let plan = checked["plan"].as_array().unwrap();
        assert!(plan.iter().any(|step| step["kind"] == "fill" && step["field"] == "total"), "{plan:#?}");
        assert_eq!(json!(figures_of(&admin, a).await), json!([2, "15.01", "10.00", "7.5050", "5.01", "2026-01-05"]));
        assert_eq!(json!(figures_of(&admin, b).await), json!([0, "0.00", "0.00", null, null, null]));
        assert_eq!(values(&admin, "customer", a).await["left"], "-1.00");
        // Another filter, and fewer places.
        let from = json!({"table": "order", "field": "customer"});
        let done = json!({"field": "status", "op": "eq", "value": "done"});
        changed["properties"]["open"] = rollup("Open", from.clone(), "sum(amount)", Some(done));
        changed["properties"]["usual"] = rollup("Usual", from.clone(), "avg(amount)", None);
        changed["properties"]["usual"]["x-field"]["scale"] = json!(1);
        publish(&admin, "customer", &changed).await;
        assert_eq!(only(&values(&admin, "customer", a).await, &["open", "usual", "left"]), ["5.01", "7.5", "3.99"]);
        // What is gathered is converted: its figures follow.
        let mut orders = admin.get(&format!("{APP}/draft/table/order")).await.expect(200)["document"].clone();
        orders["properties"]["amount"]["x-field"] = json!({"kind": "money", "scale": 0});
        publish(&admin, "order", &orders).await;
        assert_eq!(only(&values(&admin, "customer", a).await, &["total", "open"]), ["15", "5"]);
        // What is removed comes back true.
        let without = {
            let mut without = changed.clone();
            without["properties"].as_object_mut().unwrap().remove("orders");
            without
        };
        publish(&admin, "customer", &without).await;
        made(&admin, "order", json!({"customer": a, "amount": "1"})).await;
        publish(&admin, "customer", &changed).await;
        assert_eq!(values(&admin, "customer", a).await["orders"], 3);
    })
    .await;
}

fn table_of<'d>(documents: &'d mut [(String, Value)], key: &str) -> &'d mut Value {
    let path = format!("tables/{key}.json");
    &mut documents.iter_mut().find(|(known, _)| *known == path).expect("the table").1
}

/// Publishes a table as it shall be; answers what was told before.
async fn publish(admin: &Caller, key: &str, table: &Value) -> Value {
    let put = admin.put(&format!("{APP}/draft/table/{key}"), table.clone()).await.expect(200);
    assert_eq!(put["findings"], json!([]), "{}", put.text());
    let checked = admin.post(&format!("{APP}/draft/check"), json!({})).await.expect(200);
    let body = json!({"fingerprint": checked["fingerprint"], "confirm": true});
    admin.post(&format!("{APP}/publish"), body).await.expect(200);
    checked.json
}
