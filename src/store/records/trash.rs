//! Records in the trash.

use super::{
    super::{
        Connection, Error, Tx, files,
        filter::Reading,
        schema::{Schema, column},
    },
    select::{ALIAS, Record, columns, compiler},
    write,
};
use crate::{
    access::Permit,
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
    },
};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Order, Query};
use std::collections::HashMap;

/// Where [`columns`] has the moment at which a record came to the trash.
const IN_TRASH_SINCE: usize = 9;

/// A record in the trash, without its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Trashed {
    pub record: Record,
    pub at: Timestamp,
}

/// The records in the trash that the permit covers, newest there first, after a moment and an id, at most `limit`. One statement.
///
/// # Errors
/// The database failed.
pub async fn trashed(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    after: Option<(Timestamp, RecordId)>,
    limit: u64,
) -> Result<Vec<Trashed>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let mut select = columns(compiler, permit, &[]);
    let (at, id) = (|| column(ALIAS, "trashed_at"), || column(ALIAS, "id"));
    select.and_where(compiler.trashed(permit, permit.action()));
    if let Some((moment, last)) = after {
        select.and_where(at().lt(moment.0).or(at().eq(moment.0).and(id().lt(last.0))));
    }
    select.order_by((ALIAS, "trashed_at"), Order::Desc).order_by((ALIAS, "id"), Order::Desc).limit(limit);
    let mut found = Vec::new();
    for row in conn.query(&select).await? {
        let record = Record::from_row(&row, compiler, permit, &[])?;
        found.push(Trashed { record, at: Timestamp(row.i64(IN_TRASH_SINCE)?) });
    }
    Ok(found)
}

/// Takes a record out of the trash and raises its version.
///
/// # Errors
/// [`Error::Stale`] when it is not there, or its version moved on; [`Error::Unique`] when a value of its was taken meanwhile.
pub async fn restore(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
    version: i64,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut update = write::start(tx, schema, permit, id, true)?;
    update.value("trashed_at", Expr::val(None::<i64>));
    write::touch(&mut update, version, by, now);
    write::changed_one(tx.execute(&update).await?)?;
    write::moved(tx, schema, permit, id).await
}

/// The ids of records that have been in the trash since before a moment, after an id, at most `limit`.
///
/// # Errors
/// The database failed.
pub async fn long_trashed(
    conn: &impl Connection,
    schema: &Schema,
    table: &str,
    before: Timestamp,
    after: i64,
    limit: u64,
) -> Result<Vec<i64>, Error> {
    let (_, physical) = schema.table(table)?;
    let mut select = Query::select();
    select
        .column("id")
        .from(physical.name.clone())
        .and_where(Expr::col("trashed_at").lt(before.0))
        .and_where(Expr::col("id").gt(after))
        .order_by("id", Order::Asc)
        .limit(limit);
    conn.query(&select).await?.iter().map(|row| row.i64(0)).collect()
}

/// Removes those of `ids` that are in the trash for good, with their lines and the contents of their files; answers how many.
///
/// # Errors
/// [`Error::ForeignKey`] when something points at one of them.
pub async fn purge(tx: &Tx, schema: &Schema, table: &str, ids: &[i64], now: Timestamp) -> Result<u64, Error> {
    let (_, physical) = schema.table(table)?;
    let mut select = Query::select();
    select
        .column("id")
        .from(physical.name.clone())
        .and_where(Expr::col("id").is_in(ids.iter().copied()))
        .and_where(Expr::col("trashed_at").is_not_null());
    if tx.is_postgres() {
        select.lock(LockType::Update);
    }
    let gone = tx.query(&select).await?.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?;
    let mut delete = Query::delete();
    delete.from_table(physical.name.clone()).and_where(Expr::col("id").is_in(gone.iter().copied()));
    let count = tx.execute(&delete).await?;
    files::release_of(tx, physical.id, &gone, now).await?;
    Ok(count)
}
