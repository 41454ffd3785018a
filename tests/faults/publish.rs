//! Publishing is done wholly or not at all: killed at any moment, failing between any two steps, and under the hands of others.
//!
//! `FORMWORK_KILL_ROWS` says how many rows are converted when the program is killed (20,000).

use crate::{
    client::{Answer, Body, Caller},
    program::{Serving, command, run},
    server::{Server, on_both},
};
use formwork::{
    definition::package::{Documents, Limits},
    store::{Connection, Error, catalogue},
};
use reqwest::Method;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

const APP: &str = "/api/v1/apps/shop";
pub const ROWS: &str = "/api/v1/apps/shop/tables/thing/records";
const DRAFT: &str = "/api/v1/apps/shop/draft/table/thing";

fn thing() -> Value {
    let field = |title: &str, kind: Value| json!({"type": "string", "title": title, "x-field": kind});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Thing", "type": "object",
        "x-table": {"key": "thing", "display": "{code}"},
        "properties": {
            "code": field("Code", json!({"kind": "text", "unique": true})),
            "pieces": field("Pieces", json!({"kind": "text"})),
            "weight": field("Weight", json!({"kind": "decimal", "scale": 3})),
            "note": field("Note", json!({"kind": "text"})),
        },
        "required": ["code"]
    })
}

/// The next version: a text becomes a number, a scale grows, two fields come, one computed, and one goes.
fn next_thing() -> Value {
    let mut table = thing();
    table["properties"]["pieces"] = json!({"type": "integer", "title": "Pieces", "x-field": {"kind": "integer"}});
    table["properties"]["weight"]["x-field"]["scale"] = 6.into();
    table["properties"]["double"] = json!({"type": "string", "title": "Double", "x-field": {"kind": "decimal", "scale": 6, "formula": "weight * 2"}});
    table["properties"]["colour"] =
        json!({"type": "string", "title": "Colour", "x-field": {"kind": "text", "default": "\"red\"", "index": true}});
    table["properties"].as_object_mut().expect("fields").shift_remove("note");
    table
}

fn files() -> Vec<(String, Vec<u8>)> {
    let manifest =
        json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "en", "menu": [{"table": "thing"}]});
    let files = [("app.json", manifest), ("tables/thing.json", thing())];
    files.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes())).to_vec()
}

fn row(number: usize) -> Value {
    json!({"code": format!("T{number}"), "pieces": number.to_string(), "weight": format!("{number}.125"), "note": "kept"})
}

async fn import(server: &Server, rows: usize) -> Caller {
    let administrator = server.administrator();
    let package = Documents::from_files(files(), &Limits::default()).expect("a package").to_zip().expect("a zip");
    let body = Body::Bytes("application/zip", package);
    administrator.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    for number in 0..rows {
        administrator.post(ROWS, json!({"values": row(number)})).await.expect(201);
    }
    administrator
}

async fn publish(administrator: &Caller) -> Answer {
    administrator.post(&format!("{APP}/publish"), json!({"confirm": true})).await
}

/// Every record's values, by code.
async fn everything(caller: &Caller) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut parameters = vec![("limit", "200"), ("sort", "code")];
        if !cursor.is_empty() {
            parameters.push(("cursor", &cursor));
        }
        let page = caller.list(ROWS, &parameters).await.expect(200);
        rows.extend(page.items().iter().map(|row| row["values"].clone()));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return rows,
        }
    }
}

/// What somebody can find out about the app: definitions, versions, the trash of fields, every row, and the tables themselves.
async fn told(server: &Server, administrator: &Caller) -> Value {
    let reader = server.service.store.reader();
    let mut select = Query::select();
    if server.is_postgres() {
        select
            .expr(Expr::cust("table_name || '.' || column_name"))
            .from(("information_schema", "columns"))
            .and_where(Expr::cust("table_schema = 'public'"))
            .order_by_expr(Expr::cust("1"), sea_orm::sea_query::Order::Asc);
    } else {
        select
            .expr(Expr::cust("name || ':' || coalesce(sql, '')"))
            .from("sqlite_schema")
            .and_where(Expr::col("type").ne("trigger"))
            .order_by_expr(Expr::cust("1"), sea_orm::sea_query::Order::Asc);
    }
    let places: Vec<String> =
        reader.query(&select).await.expect("the schema").iter().map(|row| row.text(0).expect("a name")).collect();
    json!({
        "definition": administrator.get(&format!("{APP}/definition")).await.expect(200).json,
        "versions": administrator.get(&format!("{APP}/versions")).await.expect(200).json,
        "removed": administrator.get(&format!("{APP}/removed-fields")).await.expect(200).json,
        "draft": administrator.get(DRAFT).await.expect(200).json,
        "rows": everything(administrator).await,
        "places": places,
    })
}

fn is_new(values: &Value) -> bool {
    let weight = values["weight"].as_str().and_then(|text| text.parse::<f64>().ok());
    let double = values["double"].as_str().and_then(|text| text.parse::<f64>().ok());
    values["pieces"].is_i64()
        && values["colour"] == "red"
        && values.get("note").is_none()
        && weight.map(|weight| weight * 2.0) == double
}

/// Lets every write that matches fail, as a database would that has had enough.
async fn break_at(server: &Server, event: &str, table: &str, when: &str) {
    let sql = if server.is_postgres() {
        format!(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$; \
             CREATE TRIGGER broken BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION broken()"
        )
    } else {
        format!(
            "CREATE TRIGGER broken BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
        )
    };
    change_schema(server, sql).await;
}

async fn mend(server: &Server, table: &str) {
    let sql = match server.is_postgres() {
        true => format!("DROP TRIGGER broken ON {table}; DROP FUNCTION broken()"),
        false => "DROP TRIGGER broken".to_owned(),
    };
    change_schema(server, sql).await;
}

async fn change_schema(server: &Server, sql: String) {
    let done = server.service.store.ddl(move |tx| {
        let sql = sql.clone();
        Box::pin(async move { Ok::<_, Error>(tx.execute_text(&sql).await?) })
    });
    done.await.expect("the schema changes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_between_two_steps_is_undone_wholly() {
    on_both(async |server: &Server| {
        let administrator = import(server, 30).await;
        administrator.put(DRAFT, next_thing()).await.expect(200);
        let before = told(server, &administrator).await;
        let live = server.service.live.all(&server.service.store.reader(), i64::MAX).await.expect("the apps");
        let shop = live.iter().find(|app| app.key() == "shop").expect("the app").id;
        let tables = catalogue::load(&server.service.store.reader(), shop).await.expect("the catalogue");
        let table = tables.table("thing").expect("the table").physical();
        for (event, place, when) in [
            // The first new column, and one after the catalogue has changed already.
            ("INSERT", "catalogue_column", "NEW.key = 'pieces'"),
            ("INSERT", "catalogue_column", "NEW.key = 'colour'"),
            // In the midst of the values.
            ("UPDATE", table.as_str(), "NEW.id = 20"),
            ("UPDATE", table.as_str(), "NEW.id = 30"),
            // After all values, with what remembers the version.
            ("INSERT", "app_version", "NEW.number = 2"),
            ("UPDATE", "app", "NEW.live_version = 2"),
            ("INSERT", "audit_log", "NEW.action LIKE 'app%'"),
        ] {
            break_at(server, event, place, when).await;
            publish(&administrator).await.refused(500, "internal");
            mend(server, place).await;
            let after = told(server, &administrator).await;
            assert_eq!(before, after, "{event} {place} {when}");
        }
        publish(&administrator).await.expect(200);
        let rows = everything(&administrator).await;
        assert_eq!(rows.len(), 30);
        assert!(rows.iter().all(is_new), "{rows:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_never_notice_more_than_that_something_changed() {
    on_both(async |server: &Server| {
        let administrator = import(server, 20).await;
        let ended = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let (caller, ended) = (administrator.clone(), ended.clone());
                tokio::spawn(async move {
                    let mut written: Vec<(String, String)> = Vec::new();
                    for number in 0.. {
                        if ended.load(Ordering::Relaxed) {
                            break;
                        }
                        let (code, weight) = (format!("W{writer}-{number}"), format!("{number}.5"));
                        let values = json!({"code": code, "weight": weight});
                        let made = caller.post(ROWS, json!({"values": values})).await;
                        assert!([201, 409, 412].contains(&made.status), "{}", made.text());
                        if made.status != 201 {
                            continue;
                        }
                        // And again, which is another way through the program.
                        let weight = format!("{number}.75");
                        let place = format!("{ROWS}/{}", made.id());
                        let changed = caller.patch(&place, json!({"values": {"weight": weight}})).await;
                        assert!([200, 409, 412].contains(&changed.status), "{}", changed.text());
                        let weight = if changed.status == 200 { weight } else { format!("{number}.5") };
                        let read = caller.list(ROWS, &[("sort", "-weight"), ("limit", "20")]).await;
                        assert!([200, 409, 412].contains(&read.status), "{}", read.text());
                        written.push((code, weight));
                    }
                    written
                })
            })
            .collect();
        let there = async |count: usize| {
            let started = Instant::now();
            while administrator.list(ROWS, &[("limit", "1"), ("count", "true")]).await["count"].as_u64()
                < u64::try_from(count).ok()
            {
                assert!(started.elapsed() < Duration::from_secs(60), "nobody writes");
            }
        };
        let mut table = next_thing();
        for (version, scale) in [(1, 6), (2, 4), (3, 5)] {
            there(20 + 30 * version).await;
            table["properties"]["weight"]["x-field"]["scale"] = scale.into();
            administrator.put(DRAFT, table.clone()).await.expect(200);
            publish(&administrator).await.expect(200);
        }
        there(140).await;
        ended.store(true, Ordering::Relaxed);
        let rows = everything(&administrator).await;
        let found: std::collections::HashMap<&str, &Value> =
            rows.iter().map(|row| (row["code"].as_str().expect("a code"), row)).collect();
        assert_eq!(found.len(), rows.len());
        let mut count = 0;
        for writer in writers {
            for (code, weight) in writer.await.expect("a writer ends well") {
                let row = administrator
                    .list(ROWS, &[("filter", &json!({"field": "code", "op": "eq", "value": code}).to_string())])
                    .await;
                let row = &row.items()[0]["values"];
                let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().expect("a number");
                let (is, double) = (row["weight"].as_str().expect("set"), row["double"].as_str().expect("computed"));
                assert_eq!(decimal(is), decimal(&weight), "{code}");
                assert_eq!(decimal(double), decimal(is) * rust_decimal::Decimal::TWO, "{code}");
                assert_eq!(row["colour"], "red", "{code}");
                count += 1;
            }
        }
        assert!(count >= 100, "{count}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_open_meanwhile_loses_nothing_that_was_typed() {
    on_both(async |server: &Server| {
        let administrator = import(server, 1).await;
        let post = async |path: &str, pairs: &[(&str, &str)]| {
            let body = serde_urlencoded::to_string(pairs).expect("pairs");
            let body = Body::Bytes("application/x-www-form-urlencoded", body.into_bytes());
            administrator.send(Method::POST, path, &[], body).await
        };
        administrator.get("/apps/shop/thing/new").await.expect(200);
        let edited = administrator.get("/apps/shop/thing/1/edit").await.expect(200).text();
        assert!(edited.contains("T0"));
        administrator.put(DRAFT, next_thing()).await.expect(200);
        publish(&administrator).await.expect(200);
        let typed =
            [("code", "N-1"), ("pieces", "twelve boxes"), ("weight", "1.5"), ("note", "by hand"), ("_do", "save")];
        let shown = post("/apps/shop/thing/new", &typed).await;
        assert!([200, 409, 422].contains(&shown.status), "{}", shown.text());
        for text in ["N-1", "twelve boxes", "1.5"] {
            assert!(shown.text().contains(&format!("value=\"{text}\"")), "“{text}” is lost: {}", shown.text());
        }
        assert!(
            shown.text().contains("by hand"),
            "what was typed into a field that has gone is told: {}",
            shown.text()
        );
        // Put right, it goes in.
        let typed = [("code", "N-1"), ("pieces", "12"), ("weight", "1.5"), ("_do", "save")];
        let saved = post("/apps/shop/thing/new", &typed).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let row = everything(&administrator).await.into_iter().find(|row| row["code"] == "N-1").expect("the record");
        assert!(is_new(&row) && row["pieces"] == 12, "{row}");
        // The same with a record that was open.
        let typed = [("code", "T0"), ("pieces", "7"), ("weight", "2.5"), ("_version", "1"), ("_do", "save")];
        let saved = post("/apps/shop/thing/1/edit", &typed).await;
        assert!([303, 409, 412].contains(&saved.status), "{}", saved.text());
        if saved.status != 303 {
            assert!(saved.text().contains("value=\"2.5\""), "{}", saved.text());
        }
    })
    .await;
}

pub fn serve(directory: &Path) -> Serving {
    Serving::start(command(directory, &["serve", "--data", "data", "--listen", "127.0.0.1:0"]))
}

/// A directory with the app, many rows, and a draft that changes all of them; answers the administrator's token.
pub async fn prepare(directory: &Path, rows: u64) -> String {
    let say = |arguments: &[&str], input: &str| {
        run(command(directory, &[&["--data", "data"], arguments].concat()), input).expect(0).stdout
    };
    say(&["init", "--organisation", "K", "--login", "root", "--name", "Root", "--password-stdin"], "long enough\n");
    for (path, bytes) in files() {
        let path = directory.join("shop").join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    say(&["app", "import", "shop"], "");
    let token =
        say(&["token", "create", "--user", "root", "--scopes", "read write approve admin"], "").trim().to_owned();
    let serving = serve(directory);
    let caller = Caller::anonymous(&serving.url).with_token(&token);
    for number in 0..10 {
        caller.post(ROWS, json!({"values": row(number)})).await.expect(201);
    }
    caller.put(DRAFT, next_thing()).await.expect(200);
    assert_eq!(serving.stop(), Some(0));
    let address = format!("sqlite:{}", directory.join("data/formwork.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.expect("the file opens");
    let table: String = sqlx::query_scalar("SELECT 't' || id FROM catalogue_table WHERE key = 'thing'")
        .fetch_one(&pool)
        .await
        .expect("the table");
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
        .bind(&table)
        .fetch_all(&pool)
        .await
        .expect("columns");
    // The first column is the id, and the code is the first of the fields; its number makes it unique.
    let code = columns.iter().find(|name| name.starts_with('f')).expect("the code").clone();
    let selected: Vec<String> = columns
        .iter()
        .map(|name| match name.as_str() {
            "id" => "10 + n".to_owned(),
            name if *name == code || *name == format!("{code}k") => format!("{name} || '-' || n"),
            name => name.to_owned(),
        })
        .collect();
    let sql = format!(
        "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows}) \
         INSERT INTO {table} ({}) SELECT {} FROM counted JOIN {table} ON id = 1 + n % 10",
        columns.join(", "),
        selected.join(", ")
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.expect("the rows");
    pool.close().await;
    token
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// Whether the new version is there, wholly; the old one is there wholly otherwise.
async fn is_published(caller: &Caller, rows: u64) -> bool {
    let versions = caller.get(&format!("{APP}/versions")).await.expect(200);
    let published = versions.items().len() == 2;
    let aggregate = async |measure: &str, filter: Value| {
        let parameters = [("measure", measure), ("filter", &filter.to_string())];
        let path = ROWS.replace("/records", "/aggregate");
        caller.list(&path, &parameters).await.expect(200)["groups"][0][measure].clone()
    };
    let all = json!({"field": "code", "op": "empty", "value": false});
    assert_eq!(aggregate("count()", all.clone()).await, json!(rows + 10));
    let ends = [("limit", "200"), ("sort", "id")];
    let mut some = caller.list(ROWS, &ends).await.expect(200).items().to_vec();
    some.extend(caller.list(ROWS, &[("limit", "200"), ("sort", "-id")]).await.expect(200).items().to_vec());
    for row in &some {
        let values = &row["values"];
        let old = values["pieces"].is_string() && values["note"] == "kept" && values.get("colour").is_none();
        assert!(if published { is_new(values) } else { old }, "published {published}: {row}");
    }
    if published {
        // No row was left out: the sums over all of them agree.
        assert_eq!(aggregate("count()", json!({"field": "pieces", "op": "ge", "value": 0})).await, json!(rows + 10));
        assert_eq!(
            aggregate("count()", json!({"field": "colour", "op": "eq", "value": "red"})).await,
            json!(rows + 10)
        );
    } else {
        let draft = caller.get(DRAFT).await.expect(200);
        assert_eq!(draft["document"]["properties"]["pieces"]["type"], "integer", "the draft is still there");
    }
    published
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_while_publishing_leaves_one_version_whole() {
    let rows = std::env::var("FORMWORK_KILL_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let template = tempfile::tempdir().expect("a directory");
    let token = prepare(template.path(), rows).await;
    let mut whole = Duration::ZERO;
    let mut outcomes = Vec::new();
    // The first is left alone, to know how long it takes; the others are killed after such parts of that.
    for part in [None, Some(0.05), Some(0.35), Some(0.7), Some(0.95), Some(1.1), Some(1.6)] {
        let directory = tempfile::tempdir().expect("a directory");
        copy(&template.path().join("data"), &directory.path().join("data"));
        let serving = serve(directory.path());
        let caller = Caller::anonymous(&serving.url).with_token(&token);
        let started = Instant::now();
        let body = Body::Json(json!({"confirm": true}));
        let sent = {
            let caller = caller.clone();
            tokio::spawn(async move { caller.try_send(Method::POST, &format!("{APP}/publish"), &[], body).await })
        };
        let mut answered = false;
        match part {
            None => {
                sent.await.expect("no panic").expect("an answer").expect(200);
                whole = started.elapsed();
                answered = true;
            }
            Some(part) => {
                tokio::time::sleep(whole.mul_f64(part)).await;
                answered |=
                    sent.is_finished() && sent.await.expect("no panic").is_ok_and(|answer| answer.status == 200);
            }
        }
        serving.kill();
        let serving = serve(directory.path());
        let caller = Caller::anonymous(&serving.url).with_token(&token);
        let published = is_published(&caller, rows).await;
        assert!(published || !answered, "what was answered is lost");
        outcomes.push((part, published));
        if part == Some(0.05) {
            assert!(!published, "too few rows to be killed among them");
            // Nothing stands in the way of the next attempt.
            publish(&caller).await.expect(200);
            assert!(is_published(&caller, rows).await);
        }
        assert_eq!(serving.stop(), Some(0));
    }
    println!(
        "{rows} rows are published in {whole:?}; killed after a part of that, and whether it is published: {outcomes:?}"
    );
}
