//! A fresh database for one test: a SQLite file in a directory of its own, or a PostgreSQL database of its own. Both are gone
//! when the test is over.
//!
//! `FORMWORK_TEST_POSTGRES` is the URL of a server where databases may be created
//! (`postgres://postgres@127.0.0.1:5499/postgres`). Without it the PostgreSQL half of a test fails, unless
//! `FORMWORK_TEST_SKIP_POSTGRES=1` says that this is meant.

#![allow(dead_code)] // each test binary uses the part it needs

use formwork::store::{Backend, Store};
use std::{
    future::Future,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

/// A database that nobody else uses.
pub struct TestDatabase {
    backend: Backend,
    directory: Option<tempfile::TempDir>,
    server: Option<(String, String)>,
}

impl TestDatabase {
    /// A SQLite file, not yet made, in a new directory.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test's database");
        Self {
            backend: Backend::Sqlite { path: directory.path().join("formwork.db") },
            directory: Some(directory),
            server: None,
        }
    }

    /// An empty PostgreSQL database, or nothing where they are skipped on purpose.
    pub async fn postgres() -> Option<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("FORMWORK_TEST_POSTGRES") else {
            assert!(
                std::env::var("FORMWORK_TEST_SKIP_POSTGRES").is_ok_and(|skip| skip == "1"),
                "this test needs PostgreSQL: set FORMWORK_TEST_POSTGRES to the URL of a server where databases may be \
                 created, or FORMWORK_TEST_SKIP_POSTGRES=1 to leave its PostgreSQL half out"
            );
            return None;
        };
        let name = format!("formwork_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        Some(Self {
            backend: Backend::Postgres { url: with_database(&server, &name), max_connections: 8 },
            directory: None,
            server: Some((server, name)),
        })
    }

    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }

    /// The directory of the SQLite file.
    pub fn directory(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.path().to_path_buf())
    }

    /// A store with our own tables made.
    pub async fn store(&self) -> Store {
        let store = Store::open(self.backend()).await.expect("the test's database opens");
        store.migrate().await.expect("our own tables are made");
        store
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else {
            return;
        };
        // Dropping happens inside a runtime that may be of one thread only.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime to drop the database")
                .block_on(on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        })
        .join();
        if dropped.is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// Runs `check` once on SQLite and once on PostgreSQL, each with a fresh migrated store.
pub async fn on_both<F, R>(check: F)
where
    F: Fn(Store) -> R,
    R: Future<Output = ()>,
{
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    check(store.clone()).await;
    store.close().await;
    drop(database);
    if let Some(database) = TestDatabase::postgres().await {
        let store = database.store().await;
        check(store.clone()).await;
        store.close().await;
    }
}

async fn on_server(server: &str, sql: &str) {
    use sea_orm::ConnectionTrait;
    let connection =
        sea_orm::Database::connect(server).await.expect("the PostgreSQL server of FORMWORK_TEST_POSTGRES answers");
    connection.execute_unprepared(sql).await.expect("the server lets databases be created and dropped");
    connection.close().await.expect("the connection closes");
}

/// The server's URL with another database: what stands between the last `/` and `?` is exchanged.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (server, String::new()),
    };
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    format!("{base}/{name}{options}")
}
