//! The one task that writes to SQLite. Work that waits together shares one `BEGIN IMMEDIATE … COMMIT`, each piece inside its
//! own savepoint, so that one flush to the disk serves many callers. Nobody is answered before the commit.

use super::{
    Counters, Error, Tx, connection,
    job::{Job, Verdict},
    transaction::Readers,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// A group takes no further work after this much time …
const GROUP_TIME: Duration = Duration::from_millis(10);
/// … or this many pieces.
const GROUP_SIZE: usize = 256;
/// Callers that may wait in the queue before the next one waits outside it.
pub(super) const QUEUE: usize = 4096;

pub(super) enum Order {
    Work(Box<dyn Job>),
    /// Finish: the connection is closed after all earlier work.
    Close(tokio::sync::oneshot::Sender<()>),
}

pub(super) struct Writer {
    pub path: PathBuf,
    /// Missing after a failure from which no new connection could be opened yet.
    pub connection: Option<DatabaseConnection>,
    pub readers: Arc<Readers>,
    pub counters: Arc<Counters>,
    pub queue: mpsc::Receiver<Order>,
}

impl Writer {
    /// Works until the last [`super::Store`] is gone or one of them closes.
    pub(super) async fn run(mut self) {
        let mut next = self.queue.recv().await;
        while let Some(order) = next.take() {
            match order {
                Order::Work(job) if job.is_ddl() => self.alone(job).await,
                Order::Work(job) => next = self.group(job).await,
                Order::Close(done) => {
                    self.queue.close();
                    self.close().await;
                    // A caller who has gone away does not need to know.
                    let _gone = done.send(());
                    while let Some(Order::Work(job)) = self.queue.recv().await {
                        job.fail(Error::other("the store is closed"));
                    }
                    return;
                }
            }
            if next.is_none() {
                next = self.queue.recv().await;
            }
        }
        self.close().await;
    }

    /// Runs a group that begins with `first`; answers what was taken from the queue but does not belong into it.
    async fn group(&mut self, first: Box<dyn Job>) -> Option<Order> {
        let mut tx = match self.begin().await {
            Ok(tx) => tx,
            Err(error) => {
                first.fail(error);
                return None;
            }
        };
        let started = Instant::now();
        let mut jobs = Vec::new();
        let mut left = None;
        let mut intact = true;
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            intact = step(&mut tx, &mut *job).await.is_ok();
            jobs.push(job);
            if !intact || jobs.len() >= GROUP_SIZE || started.elapsed() >= GROUP_TIME {
                break;
            }
            match self.queue.try_recv() {
                Ok(Order::Work(job)) if !job.is_ddl() => next = Some(job),
                Ok(order) => left = Some(order),
                Err(_) => {}
            }
        }
        let committed = if intact {
            tx.commit().await.is_ok()
        } else {
            drop(tx);
            false
        };
        if committed {
            self.counters.committed(jobs.len());
            for job in jobs {
                job.answer();
            }
        } else {
            // Whatever each piece answered, it had seen changes of the others that do not exist.
            self.reopen().await;
            for job in jobs {
                self.alone(job).await;
            }
        }
        left
    }

    /// Runs one piece of work in a transaction of its own.
    async fn alone(&mut self, mut job: Box<dyn Job>) {
        let tx = match self.begin().await {
            Ok(tx) => tx,
            Err(error) => return job.fail(error),
        };
        let ended = match job.run(&tx).await {
            Verdict::Keep => tx.commit().await,
            Verdict::Discard => {
                // A full disk ends a transaction by itself, and then there is nothing to roll back: the answer stands.
                if tx.rollback().await.is_err() {
                    self.reopen().await;
                }
                return job.answer();
            }
        };
        match ended {
            Ok(()) => {
                self.counters.committed(1);
                if job.is_ddl() {
                    self.reopen_readers().await;
                }
                job.answer();
            }
            Err(error) => {
                self.reopen().await;
                job.fail(Error::from(error));
            }
        }
    }

    async fn begin(&mut self) -> Result<Tx, Error> {
        if self.connection.is_none() {
            self.connection = Some(connection::sqlite_writer(&self.path).await?);
        }
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let begun = match &self.connection {
            Some(connection) => connection.begin_with_options(options).await,
            None => return Err(Error::Busy),
        };
        match begun {
            Ok(transaction) => Ok(Tx::new(transaction)),
            Err(error) => {
                self.reopen().await;
                Err(error.into())
            }
        }
    }

    /// After a failed commit the driver's idea of the open transaction may differ from the database's: start afresh.
    async fn reopen(&mut self) {
        self.close().await;
        match connection::sqlite_writer(&self.path).await {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => tracing::error!(%error, "the writing connection could not be opened again"),
        }
    }

    /// A reader's prepared statements may describe columns as they were before.
    async fn reopen_readers(&self) {
        match connection::sqlite_readers(&self.path).await {
            Ok(pool) => self.readers.exchange(pool),
            Err(error) => tracing::error!(%error, "the reading connections could not be opened again"),
        }
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the writing connection did not close well");
        }
    }
}

/// Runs one piece of work of a group inside its savepoint. An error means that the group as a whole is lost.
async fn step(tx: &mut Tx, job: &mut dyn Job) -> Result<(), Error> {
    tx.forget();
    savepoint(tx, "SAVEPOINT work").await?;
    match job.run(tx).await {
        Verdict::Keep => savepoint(tx, "RELEASE work").await?,
        Verdict::Discard => {
            savepoint(tx, "ROLLBACK TO work").await?;
            savepoint(tx, "RELEASE work").await?;
        }
    }
    Ok(())
}

async fn savepoint(tx: &Tx, sql: &str) -> Result<(), Error> {
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let done: Result<_, DbErr> = tx.transaction()?.execute_raw(statement).await;
    done?;
    Ok(())
}
