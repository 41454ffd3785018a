//! What is large goes through the program in pieces: its memory does not grow with a file.
//!
//! `FORMWORK_EXPORT_ROWS` says how many rows are exported (20,000).

use crate::{
    client::{Answer, Body, Caller},
    program::Serving,
    publish::{ROWS, prepare, serve},
};
use reqwest::Method;
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Bytes by which the program may grow: buffers, and what the allocator keeps.
const ROOM: u64 = 30 * 1024 * 1024;
/// Four files are two hundred million bytes.
const FILE: usize = 50_000_000;

/// The resident memory of a process in bytes, or nothing where that is not told.
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// The most memory that a process had, watched until it is asked.
pub struct Watch {
    before: u64,
    most: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    watching: std::thread::JoinHandle<()>,
}

impl Watch {
    pub fn start(process: u32) -> Option<Self> {
        let before = memory(process)?;
        let (most, ended) = (Arc::new(AtomicU64::new(before)), Arc::new(AtomicBool::new(false)));
        let (watched, asked) = (most.clone(), ended.clone());
        let watching = std::thread::spawn(move || {
            while !asked.load(Ordering::Relaxed) {
                watched.fetch_max(memory(process).unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Some(Self { before, most, ended, watching })
    }

    /// By how many bytes it grew.
    pub fn growth(self) -> u64 {
        self.ended.store(true, Ordering::Relaxed);
        self.watching.join().expect("the watch ends");
        self.most.load(Ordering::Relaxed).saturating_sub(self.before)
    }
}

fn check(what: &str, grown: u64) {
    println!("{what}: the program grew by {:.1} MiB", grown as f64 / 1_048_576.0);
    assert!(grown < ROOM, "{what}: the program grew by {grown} bytes");
}

async fn started(rows: u64) -> (tempfile::TempDir, Serving, Caller) {
    let directory = tempfile::tempdir().expect("a directory");
    let token = prepare(directory.path(), rows).await;
    let serving = serve(directory.path());
    let caller = Caller::anonymous(&serving.url).with_token(&token);
    (directory, serving, caller)
}

async fn ended(caller: &Caller, accepted: &Answer) -> Answer {
    let path = format!("/api/v1/jobs/{}", accepted["job"]);
    let started = Instant::now();
    loop {
        let job = caller.get(&path).await.expect(200);
        if !job["finished_at"].is_null() {
            return job;
        }
        assert!(started.elapsed() < Duration::from_secs(600), "{}", job.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_files_come_and_go_in_pieces() {
    let (_directory, serving, caller) = started(10).await;
    let send = async |name: &str, content: Vec<u8>| {
        let body = Body::Bytes("application/octet-stream", content);
        caller.send(Method::POST, &format!("/api/v1/files?name={name}"), &[], body).await.expect(201).id()
    };
    // Once a small one, so that what is needed for any is there.
    send("small.bin", vec![1; 100_000]).await;
    let Some(watch) = Watch::start(serving.id()) else { return };
    let content = |seed: u8| (0..FILE).map(|place| (place as u8).wrapping_mul(31) ^ seed).collect::<Vec<u8>>();
    let ids = tokio::join!(
        send("a.bin", content(1)),
        send("b.bin", content(2)),
        send("c.bin", content(3)),
        send("d.bin", content(4))
    );
    check("four files of 50 MB sent at once", watch.growth());
    let Some(watch) = Watch::start(serving.id()) else { return };
    for id in [ids.0, ids.1, ids.2, ids.3] {
        assert_eq!(caller.get(&format!("/api/v1/files/{id}")).await.expect(200).bytes.len(), FILE);
    }
    check("and fetched", watch.growth());
    serving.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_export_is_written_in_pieces() {
    let rows = std::env::var("FORMWORK_EXPORT_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let (_directory, serving, caller) = started(rows).await;
    let export = |format: &str| format!("{ROWS}/export?format={format}");
    let short = json!({"field": "code", "op": "eq", "value": "T1"}).to_string();
    for format in ["csv", "xlsx"] {
        caller.list(&format!("{ROWS}/export"), &[("format", format), ("filter", &short)]).await.expect(200);
        let Some(watch) = Watch::start(serving.id()) else { return };
        let begun = Instant::now();
        let job = ended(&caller, &caller.get(&export(format)).await.expect(202)).await;
        assert_eq!(job["state"], "done", "{}", job.text());
        let took = begun.elapsed();
        check(&format!("{rows} rows as {format} in {:.1} s", took.as_secs_f64()), watch.growth());
        let Some(watch) = Watch::start(serving.id()) else { return };
        let file = caller.get(&format!("/api/v1/jobs/{}/file", job["id"])).await.expect(200);
        assert_eq!(job["result"]["size"], file.bytes.len());
        if format == "csv" {
            assert_eq!(file.text().lines().count() as u64, rows + 11);
        }
        check(&format!("fetching {} bytes of it", file.bytes.len()), watch.growth());
    }
    serving.kill();
}
