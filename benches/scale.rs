//! What grows with the data, as ratios within one run: the same page over a million rows beside ten thousand, a member's list
//! beside an administrator's, an import beside reading its file and bare inserts, and how long a form takes to draw.
//!
//! ```text
//! cargo bench --bench scale                       SQLite
//! FORMWORK_BENCH_POSTGRES=postgres://… cargo bench --bench scale      PostgreSQL; a server where databases may be created
//! FORMWORK_BENCH_ROWS=100000  cargo bench --bench scale -- pages      fewer rows; only one part: pages, scope, forms, import
//! ```
//!
//! Nothing is asserted. The sides of a ratio take turns, and medians are compared, because machines drift.

#[path = "scale/bare.rs"]
mod bare;
#[path = "scale/company.rs"]
mod company;
#[path = "api/connection.rs"]
mod connection;
#[path = "scale/database.rs"]
mod database;
#[path = "scale/forms.rs"]
mod forms;
#[path = "scale/import.rs"]
mod import;
#[path = "scale/pages.rs"]
mod pages;
#[path = "scale/shop.rs"]
mod shop;

use company::Company;
use connection::Connection;
use database::Database;
use std::time::{Duration, Instant};

/// Rows of the small side.
const FEW: u64 = 10_000;

/// One side of a comparison.
pub struct Side<'a> {
    pub connection: Connection,
    pub token: &'a str,
    pub path: String,
}

impl Side<'_> {
    async fn time(&mut self) -> Duration {
        let started = Instant::now();
        self.connection.get(self.token, &self.path).await;
        started.elapsed()
    }
}

/// Medians of so many requests to both sides in turn, after a warm-up; in milliseconds.
pub async fn in_turn(one: &mut Side<'_>, other: &mut Side<'_>, rounds: usize) -> (f64, f64) {
    let (mut of_one, mut of_other) = (Vec::new(), Vec::new());
    for round in 0..rounds + 3 {
        let (first, second) = (one.time().await, other.time().await);
        if round >= 3 {
            of_one.push(first);
            of_other.push(second);
        }
    }
    (median(of_one), median(of_other))
}

pub fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let rows = std::env::var("FORMWORK_BENCH_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
        let few = Database::make("few").await;
        let small = Company::start(few.backend(), &few.files(), FEW).await;
        if wants("forms") {
            forms::measure(&small).await;
        }
        if wants("scope") {
            pages::scope(&small, FEW).await;
        }
        if wants("pages") {
            let many = Database::make("many").await;
            let large = Company::start(many.backend(), &many.files(), rows).await;
            pages::compare((&small, FEW), (&large, rows)).await;
            pages::scope(&large, rows).await;
            large.service.store.close().await;
            many.remove().await;
        }
        if wants("import") {
            import::measure(&small).await;
        }
        small.service.store.close().await;
        few.remove().await;
    });
}
