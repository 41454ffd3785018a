//! Import and export: what goes out comes back, bad cells are named, nothing is written twice, everything can be taken back.

use crate::{
    client::{Answer, Body, Caller, with_query},
    every_kind::{SAMPLE, SHELF, import as import_app, join, values, without_engine_values},
    server::{Server, on_both},
};
use formwork::{jobs::Worker, service::jobs::Stop};
use reqwest::Method;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

async fn send(caller: &Caller, records: &str, bytes: Vec<u8>, parameters: &[(&str, &str)]) -> Answer {
    let path = with_query(&format!("{records}/import"), parameters);
    caller.send(Method::POST, &path, &[], Body::Bytes("application/octet-stream", bytes)).await
}

async fn all(caller: &Caller, records: &str) -> Vec<Value> {
    let mut records_found = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut parameters = vec![("limit", "200"), ("sort", "id")];
        if !cursor.is_empty() {
            parameters.push(("cursor", &cursor));
        }
        let page = caller.list(records, &parameters).await.expect(200);
        records_found.extend(page.items().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return records_found,
        }
    }
}

/// What a reader sees of the records, apart from ids, versions and times.
async fn whole(caller: &Caller, records: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for record in all(caller, records).await {
        let record = caller.get(&format!("{records}/{}", record["id"])).await.expect(200);
        seen.push(record["values"].clone());
    }
    seen
}

async fn work(server: &Server) {
    while server.service.work(None, &Stop::default()).await.expect("the job is worked on") {}
}

fn xlsx(rows: &[Vec<&str>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, *cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a file")
}

#[tokio::test]
async fn every_kind_goes_out_and_comes_back() {
    on_both(async |server: &Server| {
        let shelves = import_app(server).await;
        let administrator = server.administrator();
        let mut sent = Vec::new();
        for code in ["A", "=B", "-C", "@D", "+E", "'=F"] {
            let mut record = values(server, code, shelves).await;
            if code == "-C" {
                record["lines"] = json!([]);
                record["note"] = json!("=HYPERLINK(\"http://evil.example\")");
                record["price"] = json!("-5.00");
            }
            administrator.post(SAMPLE, json!({"values": record})).await.expect(201);
            sent.push(record);
        }
        for format in ["csv", "xlsx"] {
            let exported = administrator
                .list(&format!("{SAMPLE}/export"), &[("format", format), ("sort", "id")])
                .await
                .expect(200);
            if format == "csv" {
                let text = exported.text();
                assert!(text.starts_with('\u{feff}'));
                for line in text.lines() {
                    for cell in line.split(',') {
                        let cell = cell.trim_matches('"');
                        let number = cell.parse::<f64>().is_ok();
                        assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell} is a formula: {line}");
                    }
                }
            }
            for record in all(&administrator, SAMPLE).await {
                administrator.delete(&format!("{SAMPLE}/{}", record["id"])).await.expect(204);
            }
            let done = send(&administrator, SAMPLE, exported.bytes.clone(), &[]).await.expect(200);
            assert_eq!((&done["made"], &done["refused"]), (&json!(sent.len()), &json!(0)), "{format}: {}", done.text());
            let back: Vec<Value> = whole(&administrator, SAMPLE).await.iter().map(without_engine_values).collect();
            assert_eq!(back, sent, "{format}");
        }
    })
    .await;
}

#[tokio::test]
async fn files_are_read_as_people_make_them() {
    on_both(async |server: &Server| {
        import_app(server).await;
        let administrator = server.administrator();
        let definition = administrator.get("/api/v1/apps/every_kind/definition").await.expect(200);
        assert!(definition.text().contains("sample"));
        let (gb, _, _) = encoding_rs::GB18030.encode(
            "code;day;active;price;keeper\n甲;2026年3月5日;√;￥１，２３４．５;keeper_li\n乙;46086;否;7;keeper_li\n",
        );
        let done = send(&administrator, SAMPLE, gb.into_owned(), &[]).await.expect(200);
        assert_eq!((&done["made"], &done["errors"]), (&json!(2), &json!([])), "{}", done.text());
        let back = whole(&administrator, SAMPLE).await;
        for (record, code, price, active) in [(&back[0], "甲", "1234.50", true), (&back[1], "乙", "7.00", false)] {
            assert_eq!(record["code"], code);
            assert_eq!(
                (&record["day"], &record["price"], &record["active"]),
                (&json!("2026-03-05"), &json!(price), &json!(active))
            );
            assert!(record["keeper"].is_i64());
        }
        // Three rows of header, merged sideways and down; lines under merged and blank cells.
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let format = Format::new();
        sheet.merge_range(0, 0, 0, 3, "2026", &format).expect("merged");
        sheet.merge_range(1, 0, 2, 0, "code", &format).expect("merged");
        sheet.merge_range(1, 1, 1, 2, "lines", &format).expect("merged");
        sheet.merge_range(1, 3, 2, 3, "nobody knows", &format).expect("merged");
        sheet.write(2, 1, "what").and_then(|sheet| sheet.write(2, 2, "qty")).expect("a cell");
        sheet.merge_range(3, 0, 4, 0, "M1", &format).expect("merged");
        for (row, what) in [(3, "a"), (4, "b"), (5, "c"), (6, "d")] {
            sheet.write(row, 1, what).and_then(|sheet| sheet.write(row, 2, f64::from(row))).expect("a cell");
        }
        sheet.write(5, 0, "M2").expect("a cell");
        let bytes = book.save_to_buffer().expect("a file");
        let dry =
            send(&administrator, SAMPLE, bytes.clone(), &[("dry_run", "true"), ("header_rows", "3")]).await.expect(200);
        assert_eq!((&dry["made"], &dry["unmapped"]), (&json!(2), &json!(["2026.nobody knows"])), "{}", dry.text());
        assert_eq!(all(&administrator, SAMPLE).await.len(), 2, "a dry run writes nothing");
        send(&administrator, SAMPLE, bytes, &[("header_rows", "3")]).await.expect(200);
        let back = whole(&administrator, SAMPLE).await;
        let lines = |record: &Value| -> Vec<String> {
            let lines = record["lines"].as_array().expect("lines").iter();
            lines.map(|line| line["what"].as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!((lines(&back[2]), lines(&back[3])), (vec!["a".into(), "b".into()], vec!["c".into(), "d".into()]));
        for (bytes, code) in [(b"\0\x01".to_vec(), "invalid"), (b"PK\x03\x04 broken".to_vec(), "invalid")] {
            send(&administrator, SAMPLE, bytes, &[]).await.refused(422, code);
        }
    })
    .await;
}

#[tokio::test]
async fn bad_cells_are_named_and_the_rest_waits_or_goes_on() {
    on_both(async |server: &Server| {
        import_app(server).await;
        let administrator = server.administrator();
        let file = xlsx(&[
            vec!["code", "pieces", "day", "shelf", "level"],
            vec!["A", "1", "2026-01-01", "S-1", "mid"],
            vec!["B", "many", "2026-02-30", "S-9", "none"],
            vec!["A", "2", "", "", ""],
            vec!["", "3", "", "", ""],
        ]);
        for parameters in [&[("dry_run", "true")][..], &[]] {
            let answer = send(&administrator, SAMPLE, file.clone(), parameters).await.expect(200);
            let named: Vec<(&str, &str)> = answer["errors"]
                .as_array()
                .expect("errors")
                .iter()
                .map(|error| (error["address"].as_str().expect("an address"), error["code"].as_str().expect("a code")))
                .collect();
            let expected = [
                ("B3", "type"),
                ("C3", "type"),
                ("D3", "link_not_found"),
                ("E3", "option"),
                ("A4", "unique_in_file"),
                ("A5", "required"),
            ];
            assert_eq!(named, expected, "{}", answer.text());
            assert_eq!(answer["refused"], 3);
            assert!(all(&administrator, SAMPLE).await.is_empty(), "nothing is imported where a row is bad");
        }
        let done = send(&administrator, SAMPLE, file.clone(), &[("bad_rows", "skip")]).await.expect(200);
        assert_eq!((&done["made"], &done["refused"]), (&json!(1), &json!(3)));
        let again = send(&administrator, SAMPLE, file, &[("bad_rows", "skip")]).await.expect(200);
        let first = &again["errors"][0];
        assert_eq!((&first["address"], &first["code"], &again["made"]), (&json!("A2"), &json!("unique"), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn records_are_changed_by_key_and_everything_is_taken_back_exactly() {
    on_both(async |server: &Server| {
        let shelves = import_app(server).await;
        let administrator = server.administrator();
        for code in ["A", "B", "C"] {
            let record = values(server, code, shelves).await;
            administrator.post(SAMPLE, json!({"values": record})).await.expect(201);
        }
        let before = whole(&administrator, SAMPLE).await;
        let file = xlsx(&[
            vec!["code", "note", "price", "lines.what", "lines.qty"],
            vec!["A", "changed", "1", "x", "9"],
            vec!["", "", "", "y", "8"],
            vec!["", "", "", "z", "7"],
            vec!["B", "changed too", "2", "", ""],
            vec!["C", "", "", "only", "1"],
            vec!["D", "new", "3", "n", "1"],
        ]);
        let update = [("mode", "upsert"), ("key", "code")];
        let done = send(&administrator, SAMPLE, file.clone(), &update).await.expect(200);
        assert_eq!((&done["made"], &done["changed"]), (&json!(1), &json!(3)), "{}", done.text());
        let after = whole(&administrator, SAMPLE).await;
        assert_eq!((&after[0]["note"], &after[0]["lines"][2]["what"]), (&json!("changed"), &json!("z")));
        assert_eq!((&after[2]["note"], after[2]["lines"].as_array().map(Vec::len)), (&before[2]["note"], Some(1)));
        let same = send(&administrator, SAMPLE, file, &update).await.expect(200);
        assert_eq!((&same["same"], &same["changed"]), (&json!(4), &json!(0)), "{}", same.text());

        let undo = format!("{SAMPLE}/import/{}/undo", done["import"]);
        let job = administrator.post(&undo, json!({})).await.expect(202)["job"].clone();
        work(server).await;
        let job = administrator.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
        assert_eq!(
            (&job["state"], &job["result"]["undone"], &job["result"]["kept"]),
            (&json!("done"), &json!(4), &json!(0))
        );
        let without_line_ids = |records: Vec<Value>| -> Vec<Value> {
            records
                .iter()
                .map(|record| {
                    let mut plain = without_engine_values(record);
                    plain["no"] = record["no"].clone();
                    plain
                })
                .collect()
        };
        let restored = whole(&administrator, SAMPLE).await;
        assert_eq!(without_line_ids(restored), without_line_ids(before));
        administrator.post(&undo, json!({})).await.expect(202);
        work(server).await;

        // What somebody changed since stays.
        let done = send(&administrator, SAMPLE, xlsx(&[vec!["code", "note"], vec!["X", "1"], vec!["Y", "2"]]), &[])
            .await
            .expect(200);
        let x =
            all(&administrator, SAMPLE).await.into_iter().find(|record| record["values"]["code"] == "X").expect("X");
        administrator.patch(&format!("{SAMPLE}/{}", x["id"]), json!({"values": {"note": "mine"}})).await.expect(200);
        let undo = format!("{SAMPLE}/import/{}/undo", done["import"]);
        let job = administrator.post(&undo, json!({})).await.expect(202)["job"].clone();
        work(server).await;
        let job = administrator.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
        assert_eq!((&job["result"]["undone"], &job["result"]["kept"]), (&json!(1), &json!(1)), "{}", job.text());
        let codes: Vec<Value> =
            all(&administrator, SAMPLE).await.iter().map(|record| record["values"]["code"].clone()).collect();
        assert_eq!(codes, ["A", "B", "C", "X"]);

        // What is in use stays until nothing uses it; then the rest is taken back by another try.
        let done =
            send(&administrator, SHELF, xlsx(&[vec!["code", "capacity"], vec!["S8", "5"]]), &[]).await.expect(200);
        let shelf = all(&administrator, SHELF).await.into_iter().find(|shelf| shelf["values"]["code"] == "S8");
        let shelf = shelf.expect("the shelf")["id"].clone();
        let user = json!({"values": {"code": "U", "shelf": shelf}, "submit": false});
        let user = administrator.post(SAMPLE, user).await.expect(201).id();
        let undo = format!("{SHELF}/import/{}/undo", done["import"]);
        for kept in [1, 0] {
            let job = administrator.post(&undo, json!({})).await.expect(202)["job"].clone();
            work(server).await;
            let job = administrator.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
            assert_eq!(job["result"]["kept"], kept, "{}", job.text());
            administrator.delete(&format!("{SAMPLE}/{user}")).await;
        }
        assert!(all(&administrator, SHELF).await.iter().all(|shelf| shelf["values"]["code"] != "S8"));
    })
    .await;
}

#[tokio::test]
async fn rights_hold_for_what_comes_in_and_what_goes_out() {
    on_both(async |server: &Server| {
        let shelves = import_app(server).await;
        join(server, "reader", &["staff_wu"]).await;
        let administrator = server.administrator();
        let record = values(server, "A", shelves).await;
        administrator.post(SAMPLE, json!({"values": record})).await.expect(201);
        let staff = server.staff();
        send(&staff, SAMPLE, b"code\nB\n".to_vec(), &[]).await.refused(403, "forbidden");
        staff.get(&format!("{SAMPLE}/export")).await.refused(403, "forbidden");
        staff.get(&format!("{SAMPLE}/import-template")).await.refused(403, "forbidden");
        let unknown = server.keeper();
        unknown.get(&format!("{SAMPLE}/export")).await.refused(404, "not_found");
        send(&unknown, SAMPLE, b"code\nB\n".to_vec(), &[]).await.refused(404, "not_found");
        let template = administrator.get(&format!("{SAMPLE}/import-template")).await.expect(200);
        assert!(template.bytes.starts_with(b"PK"));
        // Somebody else's job and import do not exist.
        let done = send(&administrator, SAMPLE, b"code\nB\n".to_vec(), &[]).await.expect(200);
        staff.get(&format!("/api/v1/jobs/{}", done["job"])).await.refused(404, "not_found");
        assert!(staff.get("/api/v1/jobs").await.expect(200).items().is_empty());
        let written = administrator.get("/api/v1/jobs").await.expect(200);
        assert_eq!(written.items()[0]["kind"], "import_run");
        staff.post(&format!("{SAMPLE}/import/{}/undo", done["import"]), json!({})).await.refused(404, "not_found");
        send(&administrator, SAMPLE, b"code,no\nC,1\n".to_vec(), &[("mapping", "{\"no\": \"hours\"}")])
            .await
            .refused(422, "unknown_field");
    })
    .await;
}

/// A file with this many shelves, one in a hundred bad.
fn many(rows: usize) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "code").and_then(|sheet| sheet.write(0, 1, "capacity")).expect("a cell");
    for index in 0..rows {
        let row = u32::try_from(index + 1).expect("a row");
        sheet.write(row, 0, format!("N-{index:05}")).expect("a cell");
        if index % 100 == 42 {
            sheet.write(row, 1, "bad").expect("a cell");
        } else {
            sheet.write(row, 1, f64::from(row)).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a file")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_rows_with_bad_cells_come_in_and_go_out_again() {
    on_both(async |server: &Server| {
        import_app(server).await;
        let administrator = server.administrator();
        let before = all(&administrator, SHELF).await;
        let job = send(&administrator, SHELF, many(20_000), &[("bad_rows", "skip")]).await.expect(202)["job"].clone();
        // The worker dies again and again; another goes on where it was.
        let mut deaths = 0;
        let job = loop {
            let worker = Worker::start(server.service.clone());
            let start =
                administrator.get(&format!("/api/v1/jobs/{job}")).await.expect(200)["done"].as_i64().unwrap_or(0);
            let reached = loop {
                let now = administrator.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
                if now["state"] == "done" || (deaths < 5 && now["done"].as_i64().unwrap_or(0) > start) {
                    break now;
                }
                assert!(now["state"] != "failed", "{}", now.text());
            };
            if reached["state"] == "done" {
                worker.stop().await;
                break reached;
            }
            worker.kill();
            deaths += 1;
            server.clock.advance(61_000);
        };
        assert_eq!(deaths, 5);
        assert_eq!(
            (&job["result"]["made"], &job["result"]["refused"]),
            (&json!(19_800), &json!(200)),
            "{}",
            job.text()
        );
        let import = administrator.get(&format!("{SHELF}/import/{}", job["result"]["import"])).await.expect(200);
        let named: Vec<&str> =
            import["errors"].as_array().expect("errors").iter().filter_map(|error| error["address"].as_str()).collect();
        let expected: Vec<String> = (0..200).map(|hundred| format!("B{}", hundred * 100 + 44)).collect();
        assert_eq!(named, expected);
        let count = administrator
            .list(
                SHELF,
                &[("limit", "1"), ("filter", r#"{"field":"code","op":"starts","value":"N-"}"#), ("count", "true")],
            )
            .await
            .expect(200);
        assert_eq!(count["count"], 10_000, "more than are counted");
        let after = all(&administrator, SHELF).await;
        assert_eq!(after.len(), before.len() + 19_800, "no row twice");

        let undo = administrator
            .post(&format!("{SHELF}/import/{}/undo", job["result"]["import"]), json!({}))
            .await
            .expect(202);
        work(server).await;
        let undone = administrator.get(&format!("/api/v1/jobs/{}", undo["job"])).await.expect(200);
        assert_eq!(
            (&undone["result"]["undone"], &undone["result"]["kept"]),
            (&json!(19_800), &json!(0)),
            "{}",
            undone.text()
        );
        assert_eq!(all(&administrator, SHELF).await, before);
    })
    .await;
}

#[tokio::test]
async fn choices_are_read_in_every_language_of_the_app() {
    on_both(async |server: &Server| {
        let items = "/api/v1/apps/wms/tables/item/records";
        let rows = "code,name,uom,status,std_cost\nL-1,One,pcs,In use,1\nL-2,Two,pcs,在用,1\nL-3,Three,pcs,active,1\nL-4,Four,pcs,Aktiv,1\n";
        let sent = send(&server.administrator(), items, rows.into(), &[("bad_rows", "skip")]).await.expect(200);
        assert_eq!((&sent["made"], &sent["refused"]), (&json!(3), &json!(1)), "{}", sent.text());
        assert_eq!(sent["errors"][0]["value"], "Aktiv", "{}", sent.text());
        let filter = json!({"field": "code", "op": "starts", "value": "L-"}).to_string();
        let list = server.administrator().list(items, &[("filter", &filter)]).await.expect(200);
        assert!(list.items().iter().all(|row| row["values"]["status"] == "active"), "{}", list.text());
    })
    .await;
}
