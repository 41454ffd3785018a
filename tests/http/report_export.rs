//! Reports as spreadsheets: what is shown, as numbers, over the rows that their reader may take away.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::{
    definition::package::{Documents, Limits as PackageLimits},
    document::{Kind, Limits, Sheet, read, sheets},
};
use serde_json::{Value, json};

const SALES: &str = "/api/v1/apps/shop/tables/sale/records";
const REPORT: &str = "/api/v1/apps/shop/reports";

fn documents() -> Vec<(&'static str, Value)> {
    let field = |kind: &str, title: &str, more: Value| {
        let mut annotation = json!({"kind": kind});
        annotation.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        json!({"type": "string", "title": title, "x-field": annotation})
    };
    let grant = |actions: &[&str], scope: Value| json!({"table": "sale", "actions": actions, "scope": scope});
    let figures = json!([
        {"key": "region", "group": "region"}, {"key": "item", "group": "item"},
        {"key": "number", "title": "Number", "measure": "count()"}, {"key": "amount", "measure": "sum(amount)"}
    ]);
    let wide = json!([
        {"key": "region", "group": "region"}, {"key": "month", "title": "Month", "group": "month(day)"},
        {"key": "amount", "measure": "sum(amount)"}
    ]);
    let own = json!({"field": "owner", "op": "eq", "value": {"user": "id"}});
    let asked = json!({"region": {"title": "Region", "kind": "text"}});
    let filter = json!({"field": "region", "op": "eq", "value": {"parameter": "region"}});
    vec![
        ("app.json", json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en"})),
        (
            "tables/sale.json",
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Sale", "type": "object",
            "x-table": {"key": "sale", "display": "{item}"}, "properties": {
                "region": field("text", "Region", json!({})), "item": field("text", "Item", json!({})),
                "day": json!({"type": "string", "format": "date", "title": "Day", "x-field": {"kind": "date"}}),
                "amount": field("money", "Amount", json!({"scale": 2})),
            }}),
        ),
        (
            "reports/by_region.json",
            json!({"key": "by_region", "title": "By region", "parameters": asked, "subtotals": true,
            "source": {"table": "sale", "filter": filter}, "columns": figures}),
        ),
        (
            "reports/by_month.json",
            json!({"key": "by_month", "title": "By month", "source": {"table": "sale"}, "columns": wide, "pivot": "month"}),
        ),
        (
            "roles/chief.json",
            json!({"key": "chief", "title": "Chief", "grants": [grant(&["view", "create", "export"], json!("all"))]}),
        ),
        (
            "roles/clerk.json",
            json!({"key": "clerk", "title": "Clerk", "grants": [
                grant(&["view", "create"], json!("all")), grant(&["view", "export"], own)
            ], "limits": {"export_rows": 3}}),
        ),
        ("roles/reader.json", json!({"key": "reader", "title": "Reader", "grants": [grant(&["view"], json!("all"))]})),
    ]
}

/// The app with a chief (zhao), a clerk (li) and a reader (wu), and the chief's sales.
async fn prepare(server: &Server) {
    let files = documents().into_iter().map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    let package = Documents::from_files(files, &PackageLimits::default()).expect("a sound package");
    let body = Body::Bytes("application/zip", package.to_zip().expect("a zip"));
    let administrator = server.administrator();
    administrator.send(reqwest::Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    for (role, login) in [("chief", "manager_zhao"), ("clerk", "keeper_li"), ("reader", "staff_wu")] {
        let user = crate::every_kind::user_id(server, login).await;
        let members = json!({"users": [user], "departments": [], "groups": []});
        administrator.put(&format!("/api/v1/apps/shop/roles/{role}/members"), members).await.expect(200);
    }
    for (region, item, day, amount) in [
        ("North", "Lamp", "2026-01-05", "10.50"),
        ("North", "Lamp", "2026-02-05", "2.25"),
        ("North", "=HYPERLINK(\"http://evil.example\")", "2026-02-06", "-4.00"),
        ("South", "Desk", "2026-02-07", "100.00"),
    ] {
        sell(&server.manager(), json!({"region": region, "item": item, "day": day, "amount": amount})).await;
    }
}

async fn sell(caller: &Caller, values: Value) {
    caller.post(SALES, json!({"values": values})).await.expect(201);
}

fn sheet(answer: &Answer) -> Sheet {
    let names = sheets(&answer.bytes, &Limits::default()).expect("a spreadsheet");
    read(&answer.bytes, names.first().map(String::as_str), &Limits::default()).expect("a sheet")
}

fn texts(sheet: &Sheet) -> Vec<Vec<&str>> {
    let row = |row: usize| (0..sheet.width).map(|column| sheet.cell(row, column).text.as_str()).collect();
    (0..sheet.rows.len()).map(row).collect()
}

#[tokio::test]
async fn a_report_leaves_as_it_is_shown() {
    on_both(async |server: &Server| {
        prepare(server).await;
        let manager = server.manager();
        let wanted = [
            vec!["Region", "Item", "Number", "Amount"],
            vec!["North", "=HYPERLINK(\"http://evil.example\")", "1", "-4"],
            vec!["North", "Lamp", "2", "12.75"],
            vec!["小计 · North", "", "3", "8.75"],
            vec!["South", "Desk", "1", "100"],
            vec!["小计 · South", "", "1", "100"],
            vec!["合计", "", "4", "108.75"],
        ];
        let xlsx = manager.get(&format!("{REPORT}/by_region/export")).await.expect(200);
        assert!(xlsx.header("content-disposition").is_some_and(|name| name.contains("By%20region")), "{xlsx:?}");
        let found = sheet(&xlsx);
        assert_eq!(texts(&found), wanted);
        assert_eq!((found.cell(2, 3).kind, found.cell(1, 1).kind), (Kind::Number, Kind::Text));
        let csv = manager.get(&format!("{REPORT}/by_region/export?format=csv")).await.expect(200).text();
        assert!(csv.starts_with("\u{feff}Region,Item,Number,Amount\r\n"), "{csv}");
        assert!(csv.contains("North,\"'=HYPERLINK"), "a text that looks like a formula is guarded: {csv}");
        assert!(csv.contains(",1,-4.00\r\n") || csv.contains(",1,-4\r\n"), "a number is none: {csv}");
        // Parameters narrow the file as they narrow the page.
        let south = manager.get(&format!("{REPORT}/by_region/export?region=South&format=csv")).await.expect(200).text();
        assert!(south.contains("Desk") && !south.contains("Lamp"), "{south}");
        let wide = sheet(&manager.get(&format!("{REPORT}/by_month/export?format=xlsx")).await.expect(200));
        assert_eq!(
            texts(&wide),
            [
                vec!["Region", "2026-01.Amount", "2026-02.Amount", "合计.Amount"],
                vec!["North", "10.5", "-1.75", "8.75"],
                vec!["South", "", "100", "100"],
                vec!["合计", "10.5", "98.25", "108.75"],
            ]
        );
        // The page leads there with what was filled in.
        let page = manager.get("/apps/shop/reports/by_region?region=South").await.expect(200).text();
        assert!(page.contains("/apps/shop/reports/by_region/export?format=xlsx&#38;region=South"), "{page}");
        let saved = manager.get("/apps/shop/reports/by_region/export?format=csv&region=South").await.expect(200);
        assert_eq!(saved.text(), south);
        assert!(server.dump().await.contains("report.export"), "the export is on record");
    })
    .await;
}

#[tokio::test]
async fn only_what_its_reader_may_take_away_leaves() {
    on_both(async |server: &Server| {
        prepare(server).await;
        let export = format!("{REPORT}/by_region/export");
        let reader = server.staff();
        reader.get(&export).await.refused(403, "forbidden");
        reader.get("/apps/shop/reports/by_region/export").await.refused_page(403);
        let page = reader.get("/apps/shop/reports/by_region").await.expect(200).text();
        assert!(!page.contains("/export"), "who may not export is not offered it");
        server.person("auditor_qian").get(&export).await.refused(404, "not_found");
        server.anonymous().get(&export).await.refused(401, "unauthenticated");
        // A clerk sees everything and takes away what is theirs.
        let clerk = server.keeper();
        sell(&clerk, json!({"region": "West", "item": "Chair", "day": "2026-03-01", "amount": "1.00"})).await;
        let own = sheet(&clerk.get(&export).await.expect(200));
        assert_eq!(
            texts(&own)[1..],
            [vec!["West", "Chair", "1", "1"], vec!["小计 · West", "", "1", "1"], vec!["合计", "", "1", "1"],]
        );
        // No more rows than the role lets them take away at once.
        for item in ["Bench", "Shelf"] {
            sell(&clerk, json!({"region": "West", "item": item, "day": "2026-03-01", "amount": "1.00"})).await;
        }
        clerk.get(&export).await.refused(409, "export_too_many");
        let manager = server.manager();
        manager.get(&format!("{export}?format=pdf")).await.refused(422, "invalid");
        manager.get(&format!("{export}?shelf=1")).await.refused(422, "unknown_field");
    })
    .await;
}
