//! The only place with SQL: connections, transactions, and one module per subject for what is stored.
//!
//! All writes go through [`Store::transaction`]. On SQLite they queue for one writer and share commits; on PostgreSQL each has
//! its own transaction, which is run again after a deadlock. Either way the work runs in a task of the store's own, so that a
//! caller who goes away leaves nothing half done. No clock is read here: moments are passed in.

pub mod app_bases;
pub mod app_drafts;
pub mod apps;
pub mod audit;
pub mod automations;
pub mod blobs;
pub mod catalogue;
mod connection;
pub mod ddl;
pub mod departments;
pub mod draft_steps;
pub mod drafts;
pub mod entity;
mod error;
pub mod files;
pub mod evolve;
mod filter;
pub mod flows;
pub mod idempotency;
pub mod imports;
mod job;
pub mod job_files;
pub mod jobs;
pub mod ledgers;
#[path = "../../migrations/mod.rs"]
pub mod migrations;
pub mod notices;
pub mod outbox;
pub mod people;
pub mod public_links;
pub mod records;
mod row;
pub mod saved_views;
pub mod scenario_runs;
pub mod schema;
pub mod search_index;
pub mod series;
pub mod session;
pub mod settings;
mod shadow;
pub mod sign_in;
pub mod tokens;
mod transaction;
pub mod vault;
mod writer;

pub use connection::{Backend, snapshot};
pub use error::{Error, Source};
pub use filter::Reading;
pub use row::{Row, integer, sum_halves};
pub use schema::Schema;
pub use transaction::{BoxFuture, Connection, Orm, Reader, Tx};

use job::{Job, Verdict, Work};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument, Span};
use transaction::Readers;
use writer::{Order, Writer};

/// How often work is run on PostgreSQL before a deadlock is told to the caller.
const ATTEMPTS: u32 = 6;
/// Any number that no other program uses on the same database: one change of the schema at a time.
const SCHEMA_LOCK: i64 = 0x0466_6f72_6d77_6b01;

/// The database. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    readers: Arc<Readers>,
    writing: Writing,
    counters: Arc<Counters>,
}

/// What the store has done since it was opened, for the metrics.
#[derive(Debug, Default)]
pub struct Counters {
    commits: AtomicU64,
    works: AtomicU64,
    reads: AtomicU64,
}

impl Counters {
    /// Commits of transactions that were begun by [`Store::transaction`] or [`Store::ddl`].
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Pieces of work that were answered by those commits: more of them where commits were shared.
    pub fn works(&self) -> u64 {
        self.works.load(Ordering::Relaxed)
    }

    /// Statements outside of transactions: what looking at pages costs, which tests assert.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    fn committed(&self, works: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.works.fetch_add(works as u64, Ordering::Relaxed);
    }
}

#[derive(Clone)]
enum Writing {
    Sqlite { path: Arc<PathBuf>, queue: mpsc::Sender<Order> },
    Postgres(DatabaseConnection),
}

impl Store {
    /// Opens the database (on SQLite: makes the file if it is not there) without touching its tables; see
    /// [`Store::migrate`]. On SQLite no other process may have the file open for writing.
    ///
    /// # Errors
    /// The file or the server cannot be reached.
    pub async fn open(backend: Backend) -> Result<Self, Error> {
        let counters = Arc::<Counters>::default();
        match backend {
            Backend::Sqlite { path } => {
                let connection = connection::sqlite_writer(&path).await?;
                let readers = Arc::new(Readers::new(connection::sqlite_readers(&path).await?, counters.clone()));
                let (sender, queue) = mpsc::channel(writer::QUEUE);
                let writer = Writer {
                    path: path.clone(),
                    connection: Some(connection),
                    readers: readers.clone(),
                    counters: counters.clone(),
                    queue,
                };
                tokio::spawn(writer.run());
                Ok(Self { readers, writing: Writing::Sqlite { path: Arc::new(path), queue: sender }, counters })
            }
            Backend::Postgres { url, max_connections } => {
                let pool = connection::postgres(&url, max_connections).await?;
                let readers = Arc::new(Readers::new(pool.clone(), counters.clone()));
                Ok(Self { readers, writing: Writing::Postgres(pool), counters })
            }
        }
    }

    /// Brings our own tables to this version of the program.
    ///
    /// # Errors
    /// A migration failed (nothing of it is kept), or the database was made by a newer version.
    pub async fn migrate(&self) -> Result<(), Error> {
        self.ddl(|tx| {
            Box::pin(async move {
                migrations::Migrator::up(tx.transaction()?, None).await?;
                Ok(())
            })
        })
        .await
    }

    /// A connection that reads what is committed.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(self.readers.clone())
    }

    /// Whether the database is PostgreSQL (else it is SQLite).
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self.writing, Writing::Postgres(_))
    }

    /// What was done so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many pieces of work wait for the writer just now; always 0 on PostgreSQL.
    #[must_use]
    pub fn waiting(&self) -> usize {
        match &self.writing {
            Writing::Sqlite { queue, .. } => queue.max_capacity() - queue.capacity(),
            Writing::Postgres(_) => 0,
        }
    }

    /// The database's file, on SQLite.
    #[must_use]
    pub fn path(&self) -> Option<&std::path::Path> {
        match &self.writing {
            Writing::Sqlite { path, .. } => Some(path),
            Writing::Postgres(_) => None,
        }
    }

    /// Runs `work` in one transaction and answers once it is durable. An error of the work undoes what it did and is the
    /// answer. The work may be run more than once (a deadlock, a failed group), so it keeps no state of its own; it awaits
    /// nothing but the database, because on SQLite every other writer waits for it.
    ///
    /// If the returned future is dropped, the work still runs to its end, wholly or not at all.
    ///
    /// # Errors
    /// The work's own; or the store's, if it could not begin or commit.
    pub async fn transaction<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> Fn(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit((), move |tx, (): &()| work(tx), false).await
    }

    /// As [`Store::transaction`], with an input that the work borrows, so that it need not be cloned for each run.
    ///
    /// # Errors
    /// As [`Store::transaction`].
    pub async fn transaction_with<I, F, T, E>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(input, work, false).await
    }

    /// As [`Store::transaction`], for work that changes the schema. It shares its commit with nobody, one such work runs at a
    /// time over all nodes, and the readers see the new schema when it answers.
    ///
    /// # Errors
    /// As [`Store::transaction`].
    pub async fn ddl<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> Fn(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit((), move |tx, (): &()| work(tx), true).await
    }

    /// Ends the writer after all work that waits, and closes every connection.
    pub async fn close(&self) {
        if let Writing::Sqlite { queue, .. } = &self.writing {
            let (done, closed) = oneshot::channel();
            if queue.send(Order::Close(done)).await.is_ok() {
                // An error means that the writer has ended, which is what was asked for.
                let _ended = closed.await;
            }
        }
        if let Err(error) = self.readers.current().close().await {
            tracing::warn!(%error, "the connections did not close well");
        }
    }

    async fn submit<I, F, T, E>(&self, input: I, work: F, ddl: bool) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Work { input, work, ddl, span: Span::current(), result: None, reply });
        match &self.writing {
            Writing::Sqlite { queue, .. } => {
                if queue.send(Order::Work(job)).await.is_err() {
                    return Err(E::from(Error::other("the store is closed")));
                }
            }
            Writing::Postgres(pool) => {
                let work = on_postgres(pool.clone(), self.counters.clone(), job);
                tokio::spawn(work.in_current_span());
            }
        }
        answer.await.unwrap_or_else(|_| Err(E::from(Error::other("the store ended before it answered"))))
    }
}

/// Runs one piece of work on PostgreSQL, again after each deadlock or serialization failure, with growing pauses.
async fn on_postgres(pool: DatabaseConnection, counters: Arc<Counters>, mut job: Box<dyn Job>) {
    for attempt in 1.. {
        let last = attempt >= ATTEMPTS;
        let tx = match begin(&pool, job.is_ddl()).await {
            Ok(tx) => tx,
            // A connection that the server closed meanwhile fails here, before anything was done; the next may be whole.
            Err(Error::Other(error)) if !last => {
                tracing::debug!(%error, "a transaction could not begin");
                continue;
            }
            Err(error) => return job.fail(error),
        };
        match job.run(&tx).await {
            Verdict::Keep => match tx.commit().await {
                Ok(()) => {
                    counters.committed(1);
                    return job.answer();
                }
                Err(error) if error::is_retryable(&error) && !last => {}
                Err(error) => return job.fail(error.into()),
            },
            Verdict::Discard => {
                let again = tx.is_retryable() && !last;
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(%error, "a transaction ended before it was rolled back");
                }
                if !again {
                    return job.answer();
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
    }
}

async fn begin(pool: &DatabaseConnection, ddl: bool) -> Result<Tx, Error> {
    let transaction = pool.begin().await?;
    if ddl {
        transaction
            .execute_unprepared(&format!("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
            .await?;
    }
    Ok(Tx::new(transaction))
}
