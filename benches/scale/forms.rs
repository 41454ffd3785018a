//! Forms of twenty fields with lines.

use crate::{Side, company::Company, in_turn};
use serde_json::{Value, json};

const ORDERS: &str = "/api/v1/apps/shop/tables/order/records";

async fn order(company: &Company, lines: u64) -> i64 {
    let line = |number: u64| json!({"entry": 1 + number, "qty": "2", "price": "1.50", "note": "n"});
    let texts = (1..=9).map(|number| (format!("t{number}"), Value::from("Some words of it")));
    let mut values = json!({
        "no": format!("O-{lines}"), "category": 1, "day": "2026-03-02", "due": "2026-04-02", "status": "open",
        "kind": "held", "active": true, "remark": "Before noon.", "lines": (0..lines).map(line).collect::<Vec<_>>(),
    });
    for (key, value) in texts {
        values[key] = value;
    }
    let made = company.connect().await.post(&company.root, ORDERS, &json!({"values": values})).await;
    made["id"].as_i64().expect("an id")
}

/// Medians in milliseconds, beside the same form without lines.
pub async fn measure(company: &Company) {
    let (none, ten, many) = (order(company, 0).await, order(company, 10).await, order(company, 300).await);
    println!("{:<34} {:>12} {:>12} {:>8}", "form of 20 fields", "0 lines ms", "ms", "ratio");
    for (name, path) in [
        ("10 lines", format!("/apps/shop/order/{ten}/edit")),
        ("300 lines", format!("/apps/shop/order/{many}/edit")),
        ("new", "/apps/shop/order/new".to_owned()),
        ("10 lines, record page", format!("/apps/shop/order/{ten}")),
        ("300 lines, record page", format!("/apps/shop/order/{many}")),
    ] {
        let path_of_none = format!("/apps/shop/order/{none}/edit");
        let mut plain = Side { connection: company.connect().await, token: &company.root, path: path_of_none };
        let mut side = Side { connection: company.connect().await, token: &company.root, path };
        let (of_plain, of_side) = in_turn(&mut plain, &mut side, 101).await;
        println!("{name:<34} {of_plain:>12.2} {of_side:>12.2} {:>8.2}", of_side / of_plain);
    }
}
