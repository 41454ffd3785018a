//! The API beside handlers written by hand for one table: axum and sqlx, the same twelve columns, the same JSON, the same
//! durability (WAL, `synchronous=FULL`), each on a SQLite file of its own. Both sides look a token up, check every value, write
//! an audit row and an idempotency row; the hand-written side does so in one transaction per request.
//!
//! Machines drift, so both sides take turns within one run and only their ratio is worth comparing. Nothing is asserted.

#[path = "api/by_hand.rs"]
mod by_hand;
#[path = "api/connection.rs"]
mod connection;
#[path = "api/load.rs"]
mod load;
#[path = "api/ours.rs"]
mod ours;

use load::{Load, Side};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// Clients that keep their connection and send their next request when the answer is there.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// How long a side is measured each time; there are two times per cell, in turn: ours, theirs, theirs, ours.
const TURN: Duration = Duration::from_millis(1_500);

/// The twelve values of record `number`, as both sides take them.
pub fn values(number: u64) -> Value {
    json!({
        "code": format!("C-{number}"),
        "name": "Stainless hinge, four inches, left",
        "note": "Delivered with the second lorry; two boxes were opened.\nCounted twice.",
        "status": (["open", "closed", "held"][usize::try_from(number % 3).unwrap_or(0)]),
        "qty": format!("{}.125", number % 1_000),
        "price": format!("{}.99", number % 500),
        "count": number % 77,
        "active": number.is_multiple_of(2),
        "day": "2026-03-02",
        "opened": "2026-03-02T09:30:00.000Z",
        "email": "someone@example.com",
        "phone": "13800138000",
    })
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // A directory of the build's own lies on a disk, which a temporary one may not.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        compare(directory.path()).await;
    });
}

async fn compare(directory: &Path) {
    let ours = ours::start(&directory.join("ours.db")).await;
    let theirs = by_hand::start(&directory.join("by_hand.db")).await;
    for side in [&ours, &theirs] {
        load::fill(side, 2_000).await;
    }
    println!("{:<8} {:>8} {:>12} {:>16} {:>8}", "job", "clients", "ours/s", "by hand/s", "ratio");
    for job in [Load::Create, Load::Get] {
        for clients in CLIENTS {
            let (mut of_ours, mut of_theirs) = (0.0, 0.0);
            for side in [&ours, &theirs, &theirs, &ours] {
                let rate = load::measure(side, job, clients, TURN).await;
                if std::ptr::eq(side, &raw const ours) { of_ours += rate / 2.0 } else { of_theirs += rate / 2.0 }
            }
            let ratio = of_ours / of_theirs;
            println!("{:<8} {clients:>8} {of_ours:>12.0} {of_theirs:>16.0} {ratio:>8.2}", job.name());
        }
    }
}

/// Which table path and token a side takes.
pub fn side(address: std::net::SocketAddr, path: &str, token: &str) -> Side {
    Side::new(address, path, token)
}
