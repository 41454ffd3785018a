//! `kill -9` between commit and delivery: whatever was acknowledged is delivered, at least once and under one key, and what
//! automations write is there once.

use crate::{
    client::{Body, Caller},
    program::{Serving, command, run},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NOTES: &str = "/api/v1/apps/hands/tables/note/records";
const COPIES: &str = "/api/v1/apps/hands/tables/copy/records";
/// How often the server is killed.
const ROUNDS: usize = 5;

/// What was heard: the keys under which each name came.
type Heard = Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>;

/// A program that takes every call.
async fn listener() -> (u16, Heard) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let heard = Heard::default();
    let log = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let log = log.clone();
            tokio::spawn(async move {
                let (mut text, mut buffer) = (String::new(), [0_u8; 4096]);
                while !text.contains('}') {
                    match stream.read(&mut buffer).await {
                        Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
                        _ => return,
                    }
                }
                let key =
                    text.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap_or_default().to_owned();
                let body: Value = serde_json::from_str(&text[text.find('{').unwrap_or(0)..]).unwrap_or_default();
                let name = body["name"].as_str().unwrap_or_default().to_owned();
                log.lock().expect("the log").entry(name).or_default().insert(key);
                let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            });
        }
    });
    (port, heard)
}

fn package(port: u16) -> Vec<u8> {
    let text = || json!({"type": "string", "title": "Name", "x-field": {"kind": "text"}});
    let table = |key: &str| {
        json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": key, "type": "object",
            "x-table": {"key": key, "display": "{name}"}, "properties": {"name": text()}})
    };
    let automation = json!({"key": "tell", "title": "Tell", "table": "note", "on": {"event": "created"}, "steps": [
        {"do": "create", "table": "copy", "values": {"name": "name"}},
        {"do": "webhook", "url": format!("http://127.0.0.1:{port}/in"), "body": {"name": "{name}"}}]});
    let documents = [
        ("app.json", json!({"key": "hands", "title": "Hands", "version": "1.0.0", "locale": "en"})),
        ("tables/note.json", table("note")),
        ("tables/copy.json", table("copy")),
        ("automations/tell.json", automation),
    ];
    let documents = documents.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    Documents::from_files(documents, &Limits::default()).expect("a package").to_zip().expect("a zip")
}

fn serve(directory: &Path) -> Serving {
    let arguments = ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--allow-calls", "127.0.0.1"];
    Serving::start(command(directory, &arguments))
}

async fn names(caller: &Caller, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut asked = vec![("limit", "200")];
        if let Some(cursor) = &cursor {
            asked.push(("cursor", cursor));
        }
        let page = caller.list(path, &asked).await.expect(200);
        found.extend(page.items().iter().filter_map(|item| item["values"]["name"].as_str().map(str::to_owned)));
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_loses_no_message_and_doubles_no_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let say = |arguments: &[&str], input: &str| {
        run(command(directory.path(), &[&["--data", "data"], arguments].concat()), input).expect(0).stdout
    };
    say(&["init", "--organisation", "K", "--login", "root", "--name", "Root", "--password-stdin"], "long enough\n");
    let token =
        say(&["token", "create", "--user", "root", "--scopes", "read write approve admin"], "").trim().to_owned();
    let (port, heard) = listener().await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let serving = serve(directory.path());
        let caller = Caller::anonymous(&serving.url).with_token(&token);
        if round == 0 {
            let body = Body::Bytes("application/zip", package(port));
            caller.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
        }
        for number in 0..15 {
            let name = format!("{round}-{number}");
            caller.post(NOTES, json!({"values": {"name": name}})).await.expect(201);
            acknowledged.insert(name);
        }
        serving.kill();
    }
    let serving = serve(directory.path());
    let caller = Caller::anonymous(&serving.url).with_token(&token);
    // Whoever was killed in the middle of a delivery holds its lease for a minute.
    let until = Instant::now() + Duration::from_secs(150);
    let missing = || {
        let heard = heard.lock().expect("the log");
        acknowledged.iter().filter(|name| !heard.contains_key(*name)).cloned().collect::<Vec<_>>()
    };
    while !missing().is_empty() {
        assert!(Instant::now() < until, "never delivered: {:?}", missing());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for (name, keys) in heard.lock().expect("the log").iter() {
        assert_eq!(keys.len(), 1, "{name} came under several keys: {keys:?}");
    }
    let (mut notes, mut copies) = (names(&caller, NOTES).await, names(&caller, COPIES).await);
    notes.sort();
    copies.sort();
    assert_eq!(notes, copies, "each note has its one copy");
    assert_eq!(notes, acknowledged.into_iter().collect::<Vec<_>>());
    assert_eq!(serving.stop(), Some(0));
}
