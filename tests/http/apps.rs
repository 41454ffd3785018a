//! Apps come and go as packages: whole or not at all, and only by an administrator.

use crate::{
    client::{Answer, Body, Caller},
    database::TestDatabase,
    server::{Server, on_both},
};
use formwork::{
    definition::package::{Documents, Limits},
    service::{bundled, setup::NewOrganisation},
};
use reqwest::Method;
use serde_json::{Value, json};

const IMPORT: &str = "/api/v1/apps/import";

async fn import(caller: &Caller, query: &str, package: Vec<u8>) -> Answer {
    caller.send(Method::POST, &format!("{IMPORT}{query}"), &[], Body::Bytes("application/zip", package)).await
}

/// A small app of its own key, made by changing one table of a sound one.
fn notes(key: &str) -> Documents {
    let manifest = json!({"key": key, "title": "Notes", "version": "1.0.0", "locale": "en"});
    let table = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Note", "type": "object",
        "x-table": {"key": "note", "display": "{title}"},
        "properties": {"title": {"type": "string", "title": "Title", "x-field": {"kind": "text"}}},
        "required": ["title"],
    });
    let form = json!({"key": "note", "table": "note", "title": "Note", "layout": [{"title": "All", "items": [{"field": "title"}]}]});
    let files = [("app.json", manifest), ("tables/note.json", table), ("forms/note.json", form)];
    let files = files.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("a package")
}

fn zip(documents: &Documents) -> Vec<u8> {
    documents.to_zip().expect("a package")
}

async fn apps_of(caller: &Caller) -> Vec<String> {
    let list = caller.get("/api/v1/apps").await.expect(200);
    list.items().iter().map(|app| app["key"].as_str().expect("a key").to_owned()).collect()
}

#[tokio::test]
async fn an_administrator_imports_an_app() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let looked = import(&administrator, "?dry_run=true", zip(&notes("notes"))).await.expect(200);
        assert_eq!(looked["importable"], true, "{}", looked.text());
        assert_eq!((&looked["app"]["key"], &looked["errors"]), (&json!("notes"), &json!(0)));
        assert_eq!(apps_of(&administrator).await, ["wms"], "a dry run changes nothing");

        for caller in [server.keeper(), server.manager(), server.token("keeper_li", "read write admin").await] {
            import(&caller, "", zip(&notes("notes"))).await.refused(403, "administrators_only");
        }
        server.token("admin", "read write").await;
        import(&server.token("admin", "read write").await, "", zip(&notes("notes")))
            .await
            .refused(403, "administrators_only");
        let made = import(&administrator, "", zip(&notes("notes"))).await.expect(201);
        assert_eq!((&made["app"], &made["tables"]), (&json!("notes"), &json!(1)));
        assert_eq!(apps_of(&administrator).await, ["notes", "wms"]);
        let rows = administrator.get("/api/v1/apps/notes/tables/note/records").await.expect(200);
        assert!(rows.items().is_empty());
        let again = import(&administrator, "", zip(&notes("notes"))).await.refused(409, "app_exists");
        assert!(again["detail"].as_str().unwrap().contains("notes"), "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_package_is_told_and_nothing_is_left_behind() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let mut broken = notes("notes");
        let table = broken.get("tables/note.json").expect("the table").replace("{title}", "{titel}");
        broken.set("tables/note.json", table).expect("it is set");
        let looked = import(&administrator, "?dry_run=true", zip(&broken)).await.expect(200);
        assert_eq!(looked["importable"], false);
        assert!(looked["errors"].as_u64().unwrap() > 0);
        let refused = import(&administrator, "", zip(&broken)).await.refused(422, "invalid");
        let error = &refused["errors"][0];
        assert!(error["path"].as_str().unwrap().starts_with("/tables/note.json"), "{error}");
        assert!(error["message"].as_str().unwrap().contains("titel"), "{error}");
        assert!(error["params"]["suggestion"].as_str().unwrap_or_default().contains("title"), "{error}");

        // Sound to read, but its data does not fit: everything is undone, tables and all.
        let mut bad_data = notes("notes");
        bad_data.set("data/note.csv", "title\nfine\n\"\"\n").expect("it is set");
        let refused = import(&administrator, "", zip(&bad_data)).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(apps_of(&administrator).await, ["wms"]);
        administrator.get("/api/v1/apps/notes/tables/note/records").await.refused(404, "not_found");
        import(&administrator, "", zip(&notes("notes"))).await.expect(201);
        administrator.get("/api/v1/apps/notes/tables/note/records").await.expect(200);
    })
    .await;
}

/// A package with these entries, whatever their names.
fn raw_zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in entries {
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("a package").into_inner()
}

#[tokio::test]
async fn a_hostile_package_is_refused() {
    let server = Server::sqlite().await;
    let administrator = server.administrator();
    let manifest = br#"{"key": "bad", "title": "Bad", "version": "1.0.0", "locale": "en"}"#;
    let zeros = vec![b' '; 80 * 1024 * 1024];
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes();
    let many: Vec<(String, Vec<u8>)> =
        (0..20_000).map(|number| (format!("tables/t{number}.json"), b"{}".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let packages: Vec<(&str, Vec<u8>)> = vec![
        ("no zip", b"PK nonsense".to_vec()),
        ("empty", Vec::new()),
        ("outside", raw_zip(&[("app.json", manifest), ("../../etc/cron.d/x.json", b"{}")])),
        ("absolute", raw_zip(&[("app.json", manifest), ("/tables/x.json", b"{}")])),
        ("backslash", raw_zip(&[("app.json", manifest), ("tables\\..\\..\\x.json", b"{}")])),
        ("elsewhere", raw_zip(&[("app.json", manifest), ("bin/run.sh", b"rm -rf /")])),
        ("bomb", raw_zip(&[("app.json", manifest), ("tables/x.json", &zeros)])),
        ("deep", raw_zip(&[("app.json", manifest), ("tables/x.json", &deep)])),
        ("many", raw_zip(&many)),
        ("no text", raw_zip(&[("app.json", b"\xff\xfe\x00")])),
        ("no manifest", raw_zip(&[("tables/x.json", b"{}")])),
    ];
    for (name, package) in packages {
        for query in ["?dry_run=true", ""] {
            let answer = import(&administrator, query, package.clone()).await;
            let unusable = answer.status == 200 && answer["importable"] == false;
            let refused = [400, 413, 422].contains(&answer.status) && answer["code"].is_string();
            assert!(
                refused || (query == "?dry_run=true" && unusable),
                "{name}{query}: {} {}",
                answer.status,
                answer.text()
            );
        }
        assert_eq!(apps_of(&administrator).await, ["wms"], "{name}");
    }
    import(&administrator, "?mode=merge", zip(&notes("notes"))).await.refused(422, "invalid");
    import(&administrator, "?mood=new", zip(&notes("notes"))).await.expect(422);
}

#[tokio::test]
async fn an_exported_app_is_the_same_on_another_server() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let package = administrator.get("/api/v1/apps/wms/export?data=none").await.expect(200);
        assert_eq!(package.header("content-type"), Some("application/zip"));
        assert!(
            package
                .header("content-disposition")
                .is_some_and(|header| header.contains("wms-") && header.contains(".fwapp"))
        );
        server.manager().get("/api/v1/apps/wms/export").await.refused(403, "administrators_only");

        let second = Server::empty(TestDatabase::sqlite()).await;
        let new = NewOrganisation {
            organisation: "Second".into(),
            locale: "en".into(),
            time_zone: "Europe/Berlin".into(),
            login: "root".into(),
            name: "Root".into(),
            password: "long enough".into(),
        };
        second.service.set_up(new).await.expect("it is set up");
        let root = second.anonymous();
        root.sign_in("root", "long enough").await.expect(200);
        import(&root, "", package.bytes.clone()).await.expect(201);
        let again = root.get("/api/v1/apps/wms/export?data=none").await.expect(200);
        assert_eq!(again.bytes, package.bytes, "the same package to the byte");
        let documents = Documents::from_zip(&package.bytes, &Limits::default()).expect("it reads");
        let bundled = bundled::named("wms").expect("the bundled app").documents;
        for (path, text) in bundled.iter().filter(|(path, _)| !path.starts_with("demo/") && path.ends_with(".json")) {
            let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            assert_eq!(documents.get(path).map(read), Some(read(text)), "{path}");
        }
        let units = root.get("/api/v1/apps/wms/tables/uom/records").await.expect(200);
        assert_eq!(units.items().len(), 10, "the data it starts with came along");
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn settings_are_the_administrators() {
    on_both(async |server: &Server| {
        let (administrator, path) = (server.administrator(), "/api/v1/apps/wms/settings");
        let before = administrator.get(path).await.expect(200);
        assert_eq!(before["hold_on_submit"]["value"], "false");
        administrator.put(path, json!({"inbound_finance": "50000"})).await.expect(204);
        let after = administrator.get(path).await.expect(200);
        assert_eq!(after["inbound_finance"]["value"], "50000");
        assert_eq!(after["inbound_finance"]["default"], "200000");
        for (body, pointer, code) in [
            (json!({"hold_on_submti": "true"}), "/hold_on_submti", "unknown_field"),
            (json!({"hold_on_submit": "perhaps"}), "/hold_on_submit", "type"),
            (json!({"inbound_finance": "much"}), "/inbound_finance", "type"),
        ] {
            let refused = administrator.put(path, body).await.expect(422);
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{}", refused.text());
        }
        server.manager().get(path).await.refused(403, "administrators_only");
        server.manager().put(path, json!({})).await.refused(403, "administrators_only");
    })
    .await;
}
