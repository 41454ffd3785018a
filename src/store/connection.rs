//! Opening the databases: which settings a connection gets, and why.

use super::Error;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, SqlxSqliteConnector,
    sqlx::{
        ConnectOptions as _, Connection as _,
        pool::PoolOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum Backend {
    /// One file; its `-wal` and `-shm` lie beside it.
    Sqlite { path: PathBuf },
    /// A PostgreSQL database (15 or later); `max_connections` is this process's share of the server's.
    Postgres { url: String, max_connections: u32 },
}

/// Connections that read at the same time on SQLite.
const SQLITE_READERS: u32 = 4;
/// How long a statement or a caller waits for a lock or a free connection.
const WAIT: Duration = Duration::from_secs(10);

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// The one connection that writes. The WAL is checkpointed every 2,000 pages and cut back to 64 MiB after a burst.
pub(super) async fn sqlite_writer(path: &Path) -> Result<DatabaseConnection, Error> {
    let options = sqlite_options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "2000")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-32768")
        .statement_cache_capacity(512);
    let pool = PoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// The connections that read. They are opened read-write and then forbidden to write, because a read-only file handle cannot
/// recover a WAL that a killed process left behind.
pub(super) async fn sqlite_readers(path: &Path) -> Result<DatabaseConnection, Error> {
    let options = sqlite_options(path)
        .create_if_missing(false)
        .pragma("query_only", "ON")
        .pragma("cache_size", "-8192")
        .pragma("mmap_size", "134217728")
        .statement_cache_capacity(256);
    let pool = PoolOptions::new()
        .max_connections(SQLITE_READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Copies an embedded database as it is now into a new file, whoever else has it open.
///
/// # Errors
/// The file cannot be read, or the copy not written.
pub async fn snapshot(from: &Path, to: &Path) -> Result<(), Error> {
    let mut connection = sqlite_options(from).create_if_missing(false).connect().await?;
    let to = to.to_string_lossy().into_owned();
    let copied = sea_orm::sqlx::query("VACUUM INTO ?").bind(to).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    Ok(())
}

/// One pool for reading and writing. The server's own limits keep a lost node from holding locks: a statement waits 10 s for a
/// lock at most, and a transaction that sits idle is ended after a minute.
pub(super) async fn postgres(url: &str, max_connections: u32) -> Result<DatabaseConnection, Error> {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(max_connections.max(2))
        .acquire_timeout(WAIT)
        .connect_timeout(WAIT)
        .idle_timeout(Some(Duration::from_secs(600)))
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(|options| {
            options.application_name("formwork").statement_cache_capacity(512).options([
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "60s"),
                ("default_transaction_isolation", "read committed"),
                ("timezone", "UTC"),
            ])
        });
    Ok(Database::connect(options).await?)
}
