//! What work inside the store is given: [`Tx`] to write, [`Reader`] to read, and [`Connection`], what both can do.

use super::{Counters, Error, Row, error, records::rollup::Touched};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    StatementBuilder,
    prelude::async_trait::async_trait,
    sea_query::{LockType, SelectStatement},
};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// A boxed future that may be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The pool that reads; exchanged as a whole after the schema changed.
#[derive(Debug)]
pub(super) struct Readers {
    pool: RwLock<DatabaseConnection>,
    counters: Arc<Counters>,
}

impl Readers {
    pub(super) const fn new(pool: DatabaseConnection, counters: Arc<Counters>) -> Self {
        Self { pool: RwLock::new(pool), counters }
    }

    pub(super) fn current(&self) -> DatabaseConnection {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Later statements use `pool`; running ones end on the connections they hold, which close after them.
    pub(super) fn exchange(&self, pool: DatabaseConnection) {
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = pool;
    }
}

enum Target {
    Transaction(DatabaseTransaction),
    Pool(Arc<Readers>),
}

/// What happened to the statements of one transaction so far.
#[derive(Default)]
struct Trouble {
    failed: bool,
    retryable: bool,
}

/// A connection as sea-orm's entities want it. It counts statements, and in a transaction it remembers the first failure and
/// refuses every later statement, so that both databases behave alike: PostgreSQL would refuse them itself and then turn a
/// commit into a silent rollback; SQLite, whose transaction a full disk ends at once, would store them one by one.
pub struct Orm {
    target: Target,
    statements: AtomicU64,
    trouble: Mutex<Trouble>,
    /// Records whose figures are brought up to date later in the transaction, where that was asked for.
    held: Mutex<Option<Touched>>,
}

impl Orm {
    const fn new(target: Target) -> Self {
        Self {
            target,
            statements: AtomicU64::new(0),
            trouble: Mutex::new(Trouble { failed: false, retryable: false }),
            held: Mutex::new(None),
        }
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) -> Result<(), DbErr> {
        if self.trouble().failed {
            return Err(DbErr::Custom(
                "an earlier statement of this transaction failed, so no other may follow it".into(),
            ));
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        if let Target::Pool(readers) = &self.target {
            readers.counters.read();
        }
        Ok(())
    }

    fn watch<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let (Err(error), Target::Transaction(_)) = (&result, &self.target) {
            let mut trouble = self.trouble();
            trouble.failed = true;
            trouble.retryable |= error::is_retryable(error);
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for Orm {
    fn get_database_backend(&self) -> DbBackend {
        match &self.target {
            Target::Transaction(transaction) => transaction.get_database_backend(),
            Target::Pool(readers) => readers.current().get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.start()?;
        self.watch(match &self.target {
            Target::Transaction(transaction) => transaction.execute_raw(statement).await,
            Target::Pool(readers) => readers.current().execute_raw(statement).await,
        })
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.start()?;
        self.watch(match &self.target {
            Target::Transaction(transaction) => transaction.execute_unprepared(sql).await,
            Target::Pool(readers) => readers.current().execute_unprepared(sql).await,
        })
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.start()?;
        self.watch(match &self.target {
            Target::Transaction(transaction) => transaction.query_one_raw(statement).await,
            Target::Pool(readers) => readers.current().query_one_raw(statement).await,
        })
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.start()?;
        self.watch(match &self.target {
            Target::Transaction(transaction) => transaction.query_all_raw(statement).await,
            Target::Pool(readers) => readers.current().query_all_raw(statement).await,
        })
    }

    fn support_returning(&self) -> bool {
        true
    }
}

/// What [`Tx`] and [`Reader`] have in common: reading.
pub trait Connection: Send + Sync {
    /// For calls on entities: `user::Entity::find_by_id(1).one(connection.orm())`.
    fn orm(&self) -> &Orm;

    /// Runs a statement that answers rows.
    ///
    /// # Errors
    /// The statement failed.
    fn query<S: StatementBuilder>(&self, statement: &S) -> impl Future<Output = Result<Vec<Row>, Error>> + Send {
        let orm = self.orm();
        let statement = orm.get_database_backend().build(statement);
        async move {
            let rows = orm.query_all_raw(statement).await?;
            Ok(rows.into_iter().map(Row::new).collect())
        }
    }

    /// Runs a statement and takes its first row, if there is one.
    ///
    /// # Errors
    /// The statement failed.
    fn query_one<S: StatementBuilder>(&self, statement: &S) -> impl Future<Output = Result<Option<Row>, Error>> + Send {
        let orm = self.orm();
        let statement = orm.get_database_backend().build(statement);
        async move { Ok(orm.query_one_raw(statement).await?.map(Row::new)) }
    }

    /// How many statements this connection has run: a page's number is constant, which tests assert.
    fn statements(&self) -> u64 {
        self.orm().statements.load(Ordering::Relaxed)
    }

    /// Whether the database is PostgreSQL (else it is SQLite).
    fn is_postgres(&self) -> bool {
        self.orm().get_database_backend() == DbBackend::Postgres
    }
}

/// Reads committed rows. Each statement may use another connection: a consistent snapshot over several is not promised.
pub struct Reader(Orm);

impl Reader {
    pub(super) const fn new(readers: Arc<Readers>) -> Self {
        Self(Orm::new(Target::Pool(readers)))
    }
}

impl Connection for Reader {
    fn orm(&self) -> &Orm {
        &self.0
    }
}

/// An open transaction. After a failed statement it takes no other one, and the work can only end with an error; what may
/// collide is written with `ON CONFLICT DO NOTHING` and judged by the number of rows.
pub struct Tx(Orm);

impl Connection for Tx {
    fn orm(&self) -> &Orm {
        &self.0
    }
}

impl Tx {
    pub(super) const fn new(transaction: DatabaseTransaction) -> Self {
        Self(Orm::new(Target::Transaction(transaction)))
    }

    /// Runs a statement that changes rows or the schema and tells how many rows it changed.
    ///
    /// # Errors
    /// The statement failed.
    pub fn execute<S: StatementBuilder>(&self, statement: &S) -> impl Future<Output = Result<u64, Error>> + Send + '_ {
        let statement = self.0.get_database_backend().build(statement);
        async move { Ok(self.0.execute_raw(statement).await?.rows_affected()) }
    }

    /// Runs a statement that changes rows and answers them (`RETURNING`).
    ///
    /// # Errors
    /// The statement failed.
    pub async fn returning<S: StatementBuilder>(&self, statement: &S) -> Result<Vec<Row>, Error> {
        self.query(statement).await
    }

    /// Runs statements that only exist as text, for the schema; nothing from outside is ever a part of it.
    ///
    /// # Errors
    /// A statement failed.
    pub async fn execute_text(&self, sql: &str) -> Result<(), Error> {
        self.0.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Locks the rows that `select` reads until the end of the transaction. Only PostgreSQL has and needs this: on SQLite the
    /// transaction is the only writer already. Order the select by the locked rows' ids, so that two never wait crosswise.
    pub fn lock_rows<'s>(&self, select: &'s mut SelectStatement) -> &'s mut SelectStatement {
        if self.is_postgres() {
            select.lock(LockType::Update);
        }
        select
    }

    /// The figures that wait for the end of many writes.
    pub(super) fn held(&self) -> MutexGuard<'_, Option<Touched>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a statement failed, so that no other may follow.
    pub fn has_failed(&self) -> bool {
        self.0.trouble().failed
    }

    pub(super) fn is_retryable(&self) -> bool {
        self.0.trouble().retryable
    }

    /// Makes the transaction ready for the next piece of work of its group.
    pub(super) fn forget(&mut self) {
        self.0.statements = AtomicU64::new(0);
        self.0.trouble = Mutex::default();
        self.0.held = Mutex::default();
    }

    /// The transaction itself, past the count and the memory of failures: for savepoints and migrations.
    pub(super) fn transaction(&self) -> Result<&DatabaseTransaction, Error> {
        match &self.0.target {
            Target::Transaction(transaction) => Ok(transaction),
            Target::Pool(_) => Err(Error::other("a transaction is never made from the pool")),
        }
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.0.target {
            Target::Transaction(transaction) => transaction.commit().await,
            Target::Pool(_) => Ok(()),
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self.0.target {
            Target::Transaction(transaction) => transaction.rollback().await,
            Target::Pool(_) => Ok(()),
        }
    }
}
