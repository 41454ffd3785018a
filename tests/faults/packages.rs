//! Packages made to do harm: each is refused with a reason, in little time and memory, and nothing of it is left behind.

use crate::{
    client::{Answer, Body, Caller},
    memory::Watch,
    program::{Serving, command, run},
};
use reqwest::Method;
use serde_json::json;
use std::{
    io::{Cursor, Write},
    path::Path,
    time::{Duration, Instant},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Bytes by which the program may grow for any of them: what a package of the largest size takes, unpacked once.
const ROOM: u64 = 256 * 1024 * 1024;
/// The longest that any of them may take, with scenarios. On a busy machine too.
const LONGEST: Duration = Duration::from_secs(180);

const MANIFEST: &[u8] = br#"{"key": "bad", "title": "Bad", "version": "1.0.0", "locale": "en"}"#;

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [&[("app.json", MANIFEST)], entries].concat() {
        writer.start_file(name, options()).expect("an entry");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("a package").into_inner()
}

fn one(name: &str, content: &[u8]) -> Vec<u8> {
    packed(&[(name, content)])
}

/// Letters that hardly pack, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            b'a' + (state % 26) as u8
        })
        .collect()
}

fn table(fields: &str) -> Vec<u8> {
    format!(
        r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "T", "type": "object",
            "x-table": {{"key": "t", "display": "{{id}}"}}, "properties": {{{fields}}}}}"#
    )
    .into_bytes()
}

fn fields(count: usize) -> Vec<u8> {
    let letters = noise(count * 8);
    let field = |index: usize| {
        let title = String::from_utf8_lossy(&letters[index * 8..][..8]).into_owned();
        format!(r#""f{index}": {{"type": "string", "title": "{title}", "x-field": {{"kind": "text"}}}}"#)
    };
    table(&(0..count).map(field).collect::<Vec<_>>().join(","))
}

fn link() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("app.json", options()).expect("an entry");
    writer.write_all(MANIFEST).expect("its content");
    writer.add_symlink("tables/t.json", "/etc/passwd", options()).expect("a link");
    writer.finish().expect("a package").into_inner()
}

/// Changes the bytes at `offset` behind every signature.
fn patched(mut package: Vec<u8>, signature: &[u8], offset: usize, change: impl Fn(&mut u8)) -> Vec<u8> {
    let places: Vec<usize> = (0..package.len() - 4).filter(|place| package[*place..].starts_with(signature)).collect();
    for place in places {
        change(&mut package[place + offset]);
    }
    package
}

fn encrypted() -> Vec<u8> {
    let plain = one("tables/t.json", b"{}");
    patched(patched(plain, b"PK\x03\x04", 6, |flags| *flags |= 1), b"PK\x01\x02", 8, |flags| *flags |= 1)
}

/// A name that is no UTF-8, though it says so.
fn odd_name() -> Vec<u8> {
    let mut package = one("tables/tx.json", b"{}");
    for place in 0..package.len() - 7 {
        if package[place..].starts_with(b"tables/") {
            package[place + 7] = 0xff;
        }
    }
    patched(patched(package, b"PK\x03\x04", 7, |flags| *flags |= 8), b"PK\x01\x02", 9, |flags| *flags |= 8)
}

/// An app whose scenario makes a record that computes this.
fn spinning(formula: &str, rule: &str) -> Vec<u8> {
    let fields = format!(
        r#""a": {{"type": "string", "title": "A", "x-field": {{"kind": "text"}}}},
           "b": {{"type": "integer", "title": "B", "x-field": {{"kind": "integer", "formula": {formula}}}}}"#,
        formula = json!(formula)
    );
    let scenario = json!({
        "title": "Spins", "steps": [{"as": "admin", "do": "create", "table": "t", "values": {"a": "x"}, "expect": {"values": {"b": 1}}}],
    });
    let mut entries: Vec<(&str, Vec<u8>)> =
        vec![("tables/t.json", table(&fields)), ("scenarios/spins.json", scenario.to_string().into_bytes())];
    if !rule.is_empty() {
        entries.push(("rules/spin.rhai", rule.as_bytes().to_vec()));
    }
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    packed(&entries)
}

/// Every package, and a word that its refusal holds.
fn packages() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let blanks = vec![b' '; 60 * 1024 * 1024];
    let letters = noise(3 * 1024 * 1024);
    let large = noise(23 * 1024 * 1024);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)).into_bytes();
    let title = [b"{\"title\": \"".as_slice(), &letters, b"\"}"].concat();
    let cells = noise(12_000_000).chunks(2).flat_map(|pair| [pair[0], b'\n']).collect::<Vec<u8>>();
    let many: Vec<String> = (0..5_000).map(|number| format!("tables/t{number}.json")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"{}".as_slice())).collect();
    vec![
        ("a ratio no text has", "package_ratio", one("tables/t.json", &blanks)),
        (
            "too much in all",
            "package_too_large",
            packed(&[("data/a.csv", &large), ("data/b.csv", &large), ("data/c.csv", &large)]),
        ),
        ("out of its folder", "package_traversal", one("../../tables/t.json", b"{}")),
        ("an absolute path", "package_traversal", one("/tables/t.json", b"{}")),
        ("a path of another system", "package_traversal", one("C:\\tables\\t.json", b"{}")),
        ("a link", "package_link", link()),
        (
            "two names that differ in case",
            "package_duplicate",
            packed(&[("locales/en.json", b"{}"), ("locales/eN.json", b"{}")]),
        ),
        ("encrypted", "package_encrypted", encrypted()),
        ("deep", "package_too_deep", one("tables/t.json", &deep)),
        ("many files", "package_too_many_files", packed(&many)),
        ("a million fields", "package_too_many_parts", one("tables/t.json", &fields(400_000))),
        ("more fields than a table has", "at most 500", one("tables/t.json", &fields(5_000))),
        ("an endless title", "package_too_long_text", one("tables/t.json", &title)),
        ("endless rows", "package_too_many_parts", packed(&[("tables/t.json", &fields(1)), ("data/t.csv", &cells)])),
        ("a name that is no text", "package_", odd_name()),
        ("no text", "package_not_utf8", one("tables/t.json", b"\xff\xfe\x00")),
        ("no package", "package_unreadable", noise(100_000)),
        ("a rule without an end", "", spinning("spin()", "fn spin() { let n = 0; while true { n += 1; } n }")),
        (
            "a rule that grows",
            "",
            spinning("grow()", "fn grow() { let s = \"x\"; for i in 0..60 { s += s; } s.len() }"),
        ),
        ("a rule that calls itself", "", spinning("deep(1)", "fn deep(n) { deep(n + 1) + deep(n + 2) }")),
    ]
}

async fn import(caller: &Caller, query: &str, package: Vec<u8>) -> Answer {
    let body = Body::Bytes("application/zip", package);
    caller.send(Method::POST, &format!("/api/v1/apps/import{query}"), &[], body).await
}

fn left(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("it is there");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_packages_are_refused_and_leave_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let scratch = directory.path().join("scratch");
    std::fs::create_dir(&scratch).expect("a directory");
    let say = |arguments: &[&str], input: &str| {
        run(command(directory.path(), &[&["--data", "data"], arguments].concat()), input).expect(0).stdout
    };
    say(&["init", "--organisation", "K", "--login", "root", "--name", "Root", "--password-stdin"], "long enough\n");
    let token = say(&["token", "create", "--user", "root", "--scopes", "read write admin"], "").trim().to_owned();
    let mut server = command(directory.path(), &["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    server.env("TMPDIR", &scratch);
    let serving = Serving::start(server);
    let caller = Caller::anonymous(&serving.url).with_token(&token);
    let files = |name: &str| {
        let folder = directory.path().join("data").join(name);
        if folder.is_dir() { left(&folder) } else { Vec::new() }
    };
    let before = files("files");
    for (name, word, package) in packages() {
        let size = package.len();
        for query in ["?dry_run=true", ""] {
            let (watch, begun) = (Watch::start(serving.id()), Instant::now());
            let answer = import(&caller, query, package.clone()).await;
            let (took, text) = (begun.elapsed(), answer.text());
            let grown = watch.map_or(0, Watch::growth);
            println!("{name}{query}: {size} bytes, {took:?}, {} MiB, {}", grown / 1_048_576, answer.status);
            let unusable = query == "?dry_run=true" && answer.status == 200 && answer["importable"] == false;
            assert!(unusable || (400..500).contains(&answer.status), "{name}{query}: {} {text}", answer.status);
            assert!(text.contains(word), "{name}{query}: {text}");
            assert!(took < LONGEST, "{name}{query} took {took:?}");
            assert!(grown < ROOM, "{name}{query}: the program grew by {grown} bytes");
        }
        let apps = caller.get("/api/v1/apps").await.expect(200);
        assert!(apps.items().is_empty(), "{name}: {}", apps.text());
        assert_eq!(left(&scratch), Vec::<String>::new(), "{name} left something in the scratch directory");
    }
    assert_eq!(files("files"), before, "no file of them is kept");
    assert_eq!(serving.stop(), Some(0));
    let address = format!("sqlite:{}", directory.path().join("data/formwork.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.expect("the file opens");
    for counted in ["app", "app_version", "app_base", "catalogue_table", "job_file"] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {counted}")))
            .fetch_one(&pool)
            .await
            .expect("a count");
        assert_eq!(count, 0, "{counted}");
    }
}
