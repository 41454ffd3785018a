//! `kill -9` in the middle of many clients' writes: every acknowledged write is there once, every other one wholly or not at all.
//!
//! `FORMWORK_KILL_ROUNDS` says how often the server is killed (20), `FORMWORK_KILL_SEED` repeats the pauses of a run.

use crate::{
    client::{Answer, Body, Caller},
    program::{Serving, command, run},
    stock::{self, INBOUND, ITEM, OUTBOUND, SHANGHAI, issue, receipt, verified},
};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

const CLIENTS: usize = 32;

/// One write that a client sent: enough to send it again, and the answer where one came.
#[derive(Debug, Clone)]
struct Write {
    key: String,
    path: String,
    body: Value,
    answer: Option<Answer>,
}

/// What a client sent, in order.
type Ledger = Vec<Write>;

#[derive(Clone)]
struct Callers {
    keeper: Caller,
    manager: Caller,
    administrator: Caller,
}

/// Tokens outlive the server, cookies would too; tokens are what programs use.
pub struct Tokens {
    keeper: String,
    manager: String,
    pub administrator: String,
}

impl Tokens {
    fn at(&self, url: &str) -> Callers {
        let caller = |token: &str| Caller::anonymous(url).with_token(token);
        Callers {
            keeper: caller(&self.keeper),
            manager: caller(&self.manager),
            administrator: caller(&self.administrator),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_loses_nothing_and_doubles_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = number("FORMWORK_KILL_ROUNDS").unwrap_or(20);
    let seed = number("FORMWORK_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("{rounds} rounds, FORMWORK_KILL_SEED={seed}");
    let directory = tempfile::tempdir().expect("a directory");
    let tokens = set_up(directory.path());
    let mut total = Totals::default();
    // What was acknowledged in earlier rounds has to survive the later ones too.
    let mut expected = Expected::default();
    for round in 0..rounds {
        let serving = serve(directory.path());
        let callers = tokens.at(&serving.url);
        if round == 0 {
            prepare(&callers).await;
        }
        let ledgers = kill_under_load(serving, &callers, round, pause(seed, round)).await;

        let serving = serve(directory.path());
        let callers = tokens.at(&serving.url);
        let written = settle(&callers, ledgers, &mut total).await;
        expected.add(&written);
        expected.compare(&callers, round).await;
        // Every other time it ends by a second kill, so that recovery itself is cut short too.
        if round % 2 == 0 { serving.kill() } else { assert_eq!(serving.stop(), Some(0)) }
    }
    println!("{total:?}");
    assert!(total.acknowledged > 0 && total.approvals > 0, "nothing was written at all: {total:?}");
}

/// How long a round writes before it is killed: 100 to 700 ms, different each time and the same for a seed.
fn pause(seed: u64, round: u64) -> Duration {
    let mixed = (seed ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    Duration::from_millis(100 + (mixed >> 33) % 600)
}

fn serve(directory: &Path) -> Serving {
    Serving::start(command(directory, &["serve", "--data", "data", "--listen", "127.0.0.1:0"]))
}

/// A company with the warehouse app, a keeper and a manager, all by the command line.
pub fn set_up(directory: &Path) -> Tokens {
    let say = |arguments: &[&str], input: &str| {
        run(command(directory, &[&["--data", "data"], arguments].concat()), input).expect(0).stdout
    };
    say(&["init", "--organisation", "K", "--login", "root", "--name", "Root", "--password-stdin"], "long enough\n");
    let app = concat!(env!("CARGO_MANIFEST_DIR"), "/app-templates/wms");
    say(&["app", "import", app], "");
    for role in ["keeper", "manager"] {
        let named = format!("wms:{role}");
        say(&["user", "add", "--login", role, "--name", role, "--password-stdin", "--role", &named], "long enough\n");
    }
    let token = |login: &str| {
        let said = say(&["token", "create", "--user", login, "--scopes", "read write approve admin"], "");
        said.trim().to_owned()
    };
    Tokens { keeper: token("keeper"), manager: token("manager"), administrator: token("root") }
}

/// A warehouse that the keeper keeps, an item, and stock of it.
async fn prepare(callers: &Callers) {
    let warehouses = "/api/v1/apps/wms/tables/warehouse/records";
    let values = json!({"code": SHANGHAI, "name": "W", "kind": "general", "keepers": [{"login": "keeper"}]});
    callers.manager.post(warehouses, json!({"values": values})).await.expect(201);
    let values = json!({"code": "STOCK", "name": "n", "uom": {"key": "pcs"}, "std_cost": "1"});
    callers.manager.post(ITEM, json!({"values": values})).await.expect(201);
    stock::receive(&callers.keeper, &callers.manager, SHANGHAI, &[("STOCK", "5")]).await;
}

/// Lets the clients write, kills the server after a pause, and answers what each client knows.
async fn kill_under_load(serving: Serving, callers: &Callers, round: u64, pause: Duration) -> Vec<Ledger> {
    let (first, answered) = (Arc::new(Notify::new()), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (callers, first, answered) = (callers.clone(), first.clone(), answered.clone());
            tokio::spawn(async move {
                let mut ledger = Ledger::new();
                for number in 0.. {
                    let name = format!("{round}-{client}-{number}");
                    let going = if client % 4 == 0 {
                        document(&callers, &name, number, &mut ledger).await
                    } else {
                        record(&callers, &name, &mut ledger).await
                    };
                    if !going {
                        break;
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                    first.notify_one();
                }
                ledger
            })
        })
        .collect();
    // The pause counts from the first answer, so that a slow machine writes as well.
    tokio::time::timeout(Duration::from_secs(30), first.notified()).await.expect("an answer within 30 s");
    tokio::time::sleep(pause).await;
    serving.kill();
    let mut ledgers = Vec::new();
    for client in clients {
        ledgers.push(client.await.expect("a client's ledger"));
    }
    ledgers
}

/// Sends a write under its key and notes it; answers what came, or nothing where the server was gone.
async fn send(caller: &Caller, key: String, path: String, body: Value, ledger: &mut Ledger) -> Option<Answer> {
    ledger.push(Write { key: key.clone(), path: path.clone(), body: body.clone(), answer: None });
    let answer = caller.try_send(Method::POST, &path, &[("idempotency-key", &key)], Body::Json(body)).await.ok()?;
    if let Some(write) = ledger.last_mut() {
        write.answer = Some(answer.clone());
    }
    Some(answer)
}

/// Creates one record; whether the server is still there.
async fn record(callers: &Callers, name: &str, ledger: &mut Ledger) -> bool {
    let body = json!({"values": {"code": format!("K-{name}"), "name": "n", "uom": {"key": "pcs"}}});
    let answer = send(&callers.manager, format!("item {name}"), ITEM.to_owned(), body, ledger).await;
    answer.is_some_and(|answer| answer.expect(201).status == 201)
}

/// Submits a receipt of two, or an issue of one, and approves it, which posts; whether the server is still there.
async fn document(callers: &Callers, name: &str, number: u64, ledger: &mut Ledger) -> bool {
    let (table, values) = match number % 2 {
        0 => (INBOUND, receipt(SHANGHAI, &[("STOCK", "2")])),
        _ => (OUTBOUND, issue(SHANGHAI, &[("STOCK", "1")])),
    };
    let mut values = values;
    values["remark"] = name.into();
    let body = json!({"values": values, "submit": true});
    let Some(sent) = send(&callers.keeper, format!("send {name}"), table.to_owned(), body, ledger).await else {
        return false;
    };
    let task = stock::task_of(&sent.expect(201));
    let path = format!("/api/v1/tasks/{task}/approve");
    let answer = send(&callers.manager, format!("approve {name}"), path, json!({}), ledger).await;
    answer.is_some_and(|answer| answer.expect(200).status == 200)
}

#[derive(Debug, Default)]
struct Totals {
    acknowledged: u64,
    approvals: u64,
    /// Not acknowledged, and found done when they were sent again.
    done_unheard: u64,
    /// Not acknowledged, and done only by being sent again.
    undone: u64,
}

/// Sends everything again under its key: what was acknowledged answers the same once more, the rest is done now. Answers the
/// writes, all of them with an answer.
async fn settle(callers: &Callers, ledgers: Vec<Ledger>, total: &mut Totals) -> Vec<Write> {
    let clients: Vec<_> = ledgers
        .into_iter()
        .map(|ledger| {
            let callers = callers.clone();
            tokio::spawn(async move {
                let mut settled = Vec::new();
                for write in ledger {
                    let caller = if write.key.starts_with("send ") { &callers.keeper } else { &callers.manager };
                    let again = caller.post_once(&write.key, &write.path, write.body.clone()).await;
                    let replayed = again.header("idempotency-replayed") == Some("true");
                    assert!([200, 201].contains(&again.status), "{write:?} sent again: {}", again.text());
                    if let Some(first) = &write.answer {
                        assert!(replayed, "the acknowledged write {} was lost: {}", write.key, again.text());
                        assert_eq!(first.json, again.json, "{}", write.key);
                    }
                    settled.push((write.answer.is_some(), replayed, Write { answer: Some(again), ..write }));
                }
                settled
            })
        })
        .collect();
    let mut written = Vec::new();
    for client in clients {
        for (acknowledged, replayed, write) in client.await.expect("a client's writes") {
            match (acknowledged, replayed) {
                (true, _) => total.acknowledged += 1,
                (false, true) => total.done_unheard += 1,
                (false, false) => total.undone += 1,
            }
            total.approvals += u64::from(write.key.starts_with("approve "));
            written.push(write);
        }
    }
    written
}

/// What has to be there after everything was settled.
#[derive(Default)]
struct Expected {
    items: BTreeSet<String>,
    /// Remarks of documents by table; approved or still waiting.
    documents: BTreeMap<&'static str, BTreeMap<String, bool>>,
    receipts: u64,
    issues: u64,
}

impl Expected {
    fn add(&mut self, written: &[Write]) {
        let mut tables: BTreeMap<String, &'static str> = BTreeMap::new();
        for write in written {
            if let Some(name) = write.key.strip_prefix("item ") {
                self.items.insert(format!("K-{name}"));
            } else if let Some(name) = write.key.strip_prefix("send ") {
                let table = if write.path == INBOUND { INBOUND } else { OUTBOUND };
                tables.insert(name.to_owned(), table);
                self.documents.entry(table).or_default().insert(name.to_owned(), false);
            } else if let Some(name) = write.key.strip_prefix("approve ") {
                let table = tables[name];
                self.documents.entry(table).or_default().insert(name.to_owned(), true);
                if table == INBOUND { self.receipts += 1 } else { self.issues += 1 }
            }
        }
    }

    async fn compare(&self, callers: &Callers, round: u64) {
        let started = Instant::now();
        let manager = &callers.manager;
        let mut items = BTreeSet::new();
        let filter = json!({"field": "code", "op": "starts", "value": "K-"}).to_string();
        for row in everything(manager, ITEM, &filter).await {
            let code = row["values"]["code"].as_str().expect("a code").to_owned();
            assert!(items.insert(code.clone()), "{code} is there twice");
        }
        assert_eq!(items, self.items, "round {round}");
        for (table, documents) in &self.documents {
            let mut found = BTreeMap::new();
            for row in everything(manager, table, r#"{"field":"remark","op":"empty","value":false}"#).await {
                let name = row["values"]["remark"].as_str().expect("a remark").to_owned();
                let state = row["state"].as_str().expect("a state");
                assert!(["in_approval", "approved"].contains(&state), "{row}");
                assert_eq!(found.insert(name, state == "approved"), None, "a document is there twice: {row}");
            }
            assert_eq!(&found, documents, "round {round}: {table}");
        }
        // The first five were received before the rounds; then two come and one goes.
        let stock = Decimal::from(5 + 2 * self.receipts) - Decimal::from(self.issues);
        let found: Decimal = stock::quantity(manager, "STOCK").await.parse().expect("a quantity");
        assert_eq!(found, stock, "round {round}");
        let report = verified(&callers.administrator).await;
        assert_eq!(report["moves"], 1 + self.receipts + self.issues, "round {round}");
        let (items, took) = (self.items.len(), started.elapsed().as_millis());
        println!(
            "round {round}: {items} records, {} + {} documents posted, compared in {took} ms",
            self.receipts, self.issues
        );
    }
}

/// All records that a filter lets through.
async fn everything(caller: &Caller, table: &str, filter: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut parameters = vec![("limit", "200"), ("filter", filter)];
        if let Some(cursor) = &cursor {
            parameters.push(("cursor", cursor));
        }
        let page = caller.list(table, &parameters).await.expect(200);
        rows.extend_from_slice(page.items());
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return rows,
        }
    }
}
