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
        Self::postgres_from("template0").await
    }

    /// A copy of another database that nobody is connected to.
    pub async fn postgres_from(template: &str) -> Option<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self::postgres_named(format!("formwork_{}_{number}", std::process::id()), template).await
    }

    /// An empty database to be copied later, of which there is one per process.
    pub async fn postgres_template() -> Option<Self> {
        Self::postgres_named(format!("{TEMPLATE}{}", std::process::id()), "template0").await
    }

    async fn postgres_named(name: String, template: &str) -> Option<Self> {
        let server = server()?;
        on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")).await;
        Some(Self {
            backend: Backend::Postgres { url: with_database(&server, &name), max_connections: 8 },
            directory: None,
            server: Some((server, name)),
        })
    }

    /// Lets the PostgreSQL database outlive this value; answers its name.
    pub fn keep(mut self) -> String {
        self.server.take().map(|(_, name)| name).expect("a PostgreSQL database")
    }

    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }

    /// The directory of the SQLite file.
    pub fn directory(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.path().to_path_buf())
    }

    /// Everything that the database holds, as one text.
    pub async fn dump(&self) -> String {
        use sea_orm::{ConnectionTrait, Statement};
        let Backend::Postgres { url, .. } = &self.backend else {
            let path = self.directory().expect("a directory").join("formwork.db");
            let files = [path.clone(), path.with_extension("db-wal")];
            let bytes: Vec<u8> = files.iter().filter_map(|file| std::fs::read(file).ok()).flatten().collect();
            return String::from_utf8_lossy(&bytes).into_owned();
        };
        let connection = sea_orm::Database::connect(url).await.expect("the database answers");
        let ask =
            |sql: String| connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql));
        let mut dump = String::new();
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'".to_owned();
        for row in ask(tables).await.expect("the tables") {
            let table: String = row.try_get("", "tablename").expect("a name");
            let rows = ask(format!("SELECT t::text AS line FROM \"{table}\" t")).await.expect("its rows");
            dump.extend(rows.iter().map(|row| row.try_get::<String>("", "line").expect("a row")));
        }
        connection.close().await.expect("the connection closes");
        dump
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

/// What the names of databases start with that are only there to be copied; the process that made one stands behind it.
const TEMPLATE: &str = "formwork_template_";

/// The server for tests, or nothing where PostgreSQL is skipped on purpose.
fn server() -> Option<String> {
    if let Ok(server) = std::env::var("FORMWORK_TEST_POSTGRES") {
        return Some(server);
    }
    assert!(
        std::env::var("FORMWORK_TEST_SKIP_POSTGRES").is_ok_and(|skip| skip == "1"),
        "this test needs PostgreSQL: set FORMWORK_TEST_POSTGRES to the URL of a server where databases may be created, or \
         FORMWORK_TEST_SKIP_POSTGRES=1 to leave its PostgreSQL half out"
    );
    None
}

/// Drops the templates of processes that have ended: nothing runs when a process ends, so the next one tidies up.
pub async fn drop_old_templates() {
    use sea_orm::{ConnectionTrait, Statement};
    let Some(server) = server() else { return };
    let connection = sea_orm::Database::connect(&server).await.expect("the PostgreSQL server answers");
    let sql = format!("SELECT datname FROM pg_database WHERE datname LIKE '{}%'", TEMPLATE.replace('_', "\\_"));
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.expect("the server lists its databases");
    for row in rows {
        let name: String = row.try_get("", "datname").expect("a name");
        let ended = name.strip_prefix(TEMPLATE).is_some_and(|id| !std::path::Path::new("/proc").join(id).exists());
        if ended {
            on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
    connection.close().await.expect("the connection closes");
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
