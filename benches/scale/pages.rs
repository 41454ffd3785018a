//! Lists as pages and by the API: over many rows beside few, and for a member beside an administrator.

use crate::{Side, company::Company, in_turn};
use formwork::query::Cursor;
use serde_json::{Value, json};

const ROUNDS: usize = 41;
const LIST: &str = "/api/v1/apps/shop/tables/entry/records";
const GRID: &str = "/apps/shop/entry";

/// What is asked; `{middle}` stands for the start of a page in the middle of the list sorted by this.
const JOBS: [(&str, &str, &str); 12] = [
    ("grid, first page", GRID, ""),
    ("grid, by day", GRID, "sort=-day"),
    ("grid, by day, in the middle", GRID, "sort=-day&cursor={middle}"),
    ("grid, by name", GRID, "sort=code"),
    ("grid, status and day", GRID, "sort=day&filter={open}"),
    ("grid, a common word", GRID, "q=hinge"),
    ("grid, a code", GRID, "q=C-0000777"),
    ("list, first page", LIST, "limit=50"),
    ("list, in the middle", LIST, "limit=50&sort=day&cursor={middle}"),
    ("list, status and day", LIST, "limit=50&sort=-day&filter={open}"),
    ("list, a common word", LIST, "limit=50&q=hinge"),
    ("list, a code", LIST, "limit=50&q=C-0000777"),
];

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The address of a job at this company.
async fn address(company: &Company, rows: u64, path: &str, query: &str) -> String {
    let open = encoded(&json!({"field": "status", "op": "eq", "value": "open"}).to_string());
    let mut query = query.replace("{open}", &open);
    if query.contains("{middle}") {
        let sort = query.split('&').find_map(|pair| pair.strip_prefix("sort=")).unwrap_or_default();
        let mut connection = company.connect().await;
        let first = connection.get(&company.root, &format!("{LIST}?limit=1&sort={sort}")).await;
        let first: Value = serde_json::from_slice(&first).expect("JSON");
        let mut cursor = Cursor::decode(first["next"].as_str().expect("another page")).expect("a cursor");
        (cursor.values, cursor.id) = (vec!["2024-05-15".into()], i64::try_from(rows / 2).unwrap_or_default());
        query = query.replace("{middle}", &cursor.encode());
    }
    format!("{path}?{query}")
}

/// The same pages of two companies.
pub async fn compare(small: (&Company, u64), large: (&Company, u64)) {
    println!("{:<34} {:>12} {:>12} {:>8}", "page", format!("{} ms", small.1), format!("{} ms", large.1), "ratio");
    for (name, path, query) in JOBS {
        let mut sides = Vec::new();
        for (company, rows) in [small, large] {
            let path = address(company, rows, path, query).await;
            sides.push(Side { connection: company.connect().await, token: &company.root, path });
        }
        let (Some(mut of_large), Some(mut of_small)) = (sides.pop(), sides.pop()) else { return };
        let (few, many) = in_turn(&mut of_small, &mut of_large, ROUNDS).await;
        println!("{name:<34} {few:>12.2} {many:>12.2} {:>8.2}", many / few);
    }
}

/// The same lists for an administrator and for a clerk, whose rights cover half of the rows.
pub async fn scope(company: &Company, rows: u64) {
    println!("{:<34} {:>12} {:>12} {:>8}", format!("of {rows} rows"), "all ms", "scoped ms", "ratio");
    for (name, path, query) in [
        ("list, status and day", LIST, "limit=50&sort=-day&filter={open}"),
        ("list, first page", LIST, "limit=50"),
        ("grid, first page", GRID, ""),
        ("grid, status and day", GRID, "sort=-day&filter={open}"),
    ] {
        let path = address(company, rows, path, query).await;
        let mut all = Side { connection: company.connect().await, token: &company.root, path: path.clone() };
        let mut scoped = Side { connection: company.connect().await, token: &company.clerk, path };
        let (of_all, of_scoped) = in_turn(&mut all, &mut scoped, ROUNDS).await;
        println!("{name:<34} {of_all:>12.2} {of_scoped:>12.2} {:>8.2}", of_scoped / of_all);
    }
}
