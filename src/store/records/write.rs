//! Writing records. The rows that may be written are part of every statement's condition.

use super::{
    super::{Error, Tx, filter::Compiler, schema::Schema, shadow},
    lines, rollup,
};
use crate::{
    access::Permit,
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
        value::{Document, Value},
    },
    definition::field::Field,
    query::Condition,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, UpdateStatement};

/// A record to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    pub document: &'a Document,
    pub state: Option<&'a str>,
    pub owner: Option<UserId>,
    pub department: Option<i64>,
    pub by: Option<UserId>,
    pub now: Timestamp,
}

/// A changed record. `before` is what the transaction read, `after` the whole of what it shall be.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub id: RecordId,
    /// The version that was read; another one means that somebody else wrote since.
    pub version: i64,
    pub before: &'a Document,
    pub after: &'a Document,
    /// The state it takes, where that changes too.
    pub state: Option<Option<&'a str>>,
    pub by: Option<UserId>,
    pub now: Timestamp,
}

/// Stores a record with its lines.
///
/// # Errors
/// [`Error::Unique`] with the index's name, [`Error::ForeignKey`] for a link to nothing.
pub async fn insert(tx: &Tx, schema: &Schema, permit: &Permit, new: NewRecord<'_>) -> Result<RecordId, Error> {
    let ids = insert_many(tx, schema, permit, &[new]).await?;
    ids.first().copied().ok_or_else(|| Error::other("an insert answers its id"))
}

/// Values of one multi-row insert: SQLite binds at most 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;

/// Stores records with their lines, in few statements; answers their ids in the same order.
///
/// # Errors
/// As [`insert`]; one record that does not fit refuses them all.
pub async fn insert_many(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    news: &[NewRecord<'_>],
) -> Result<Vec<RecordId>, Error> {
    let (table, physical) = schema.table(permit.table())?;
    let system = ["version", "state", "created_at", "created_by", "updated_at", "updated_by", "owner", "department"]
        .map(str::to_owned);
    let value_of = |new: &NewRecord<'_>, field: &Field| match new.document.get(&field.key) {
        Value::Unset => field.of_nothing(),
        value => value.clone(),
    };
    let is_set = |field: &&Field| news.iter().any(|new| !value_of(new, field).is_unset());
    // A sealed value is bound to its record, whose id is not known before.
    let (sealed, scalars): (Vec<_>, Vec<_>) = table.stored().filter(is_set).partition(|field| field.sealed);
    let names: Vec<String> = scalars.iter().flat_map(|field| shadow::columns(physical, field)).collect();
    let mut ids = Vec::with_capacity(news.len());
    for chunk in news.chunks(MOST_VALUES / (system.len() + names.len())) {
        let mut insert = Query::insert();
        insert.into_table(physical.name.clone()).columns(system.iter().chain(&names).cloned());
        for new in chunk {
            let by = new.by.map(|user| user.0);
            let values = [
                Expr::val(1_i64),
                Expr::val(new.state.map(str::to_owned)),
                Expr::val(new.now.0),
                Expr::val(by),
                Expr::val(new.now.0),
                Expr::val(by),
                Expr::val(new.owner.map(|user| user.0)),
                Expr::val(new.department),
            ];
            let fields = scalars.iter().flat_map(|field| shadow::values(field, &value_of(new, field)));
            let fields = fields.map(Expr::val);
            insert.values(values.into_iter().chain(fields)).map_err(|error| Error::other(error.to_string()))?;
        }
        insert.returning_col("id");
        let mut made = tx.returning(&insert).await?.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?;
        if made.len() != chunk.len() {
            return Err(Error::other("an insert answers an id for each row"));
        }
        // Ids rise in the order of the values; in which order they are answered, no database promises.
        made.sort_unstable();
        ids.extend(made.into_iter().map(RecordId));
    }
    for (id, new) in ids.iter().zip(news).filter(|_| !sealed.is_empty()) {
        let mut update = Query::update();
        update.table(physical.name.clone()).and_where(Expr::col("id").eq(id.0));
        for field in &sealed {
            let value = physical.bind(field, *id, new.document.get(&field.key))?;
            update.value(physical.column(&field.key), Expr::val(value));
        }
        tx.execute(&update).await?;
    }
    for field in table.lines() {
        let Some(place) = physical.lines(&field.key) else { continue };
        let rows: Vec<_> = ids
            .iter()
            .zip(news)
            .flat_map(|(id, new)| {
                new.document.lines_of(&field.key).iter().enumerate().map(|(ordinal, line)| (*id, ordinal, line))
            })
            .collect();
        lines::insert(tx, place, field, &rows).await?;
    }
    let touched = rollup::by_new(schema, &table.key, news.iter().map(|new| new.document));
    rollup::settle(tx, schema, touched).await?;
    Ok(ids)
}

/// Writes what changed and raises the version, which is the answer.
///
/// # Errors
/// [`Error::Stale`] when the version moved on or the permit's action does not cover the row; [`Error::Unique`],
/// [`Error::ForeignKey`].
pub async fn update(tx: &Tx, schema: &Schema, permit: &Permit, change: Change<'_>) -> Result<i64, Error> {
    let (table, physical) = schema.table(permit.table())?;
    let mut update = start(tx, schema, permit, change.id, false)?;
    for field in table.stored() {
        let value = change.after.get(&field.key);
        if value != change.before.get(&field.key) {
            if field.sealed {
                update.value(physical.column(&field.key), Expr::val(physical.bind(field, change.id, value)?));
                continue;
            }
            for (name, value) in shadow::columns(physical, field).into_iter().zip(shadow::values(field, value)) {
                update.value(name, Expr::val(value));
            }
        }
    }
    if let Some(state) = change.state {
        update.value("state", Expr::val(state.map(str::to_owned)));
    }
    touch(&mut update, change.version, change.by, change.now);
    changed_one(tx.execute(&update).await?)?;
    for field in table.lines() {
        let (before, after) = (change.before.lines_of(&field.key), change.after.lines_of(&field.key));
        if before != after {
            lines::replace(tx, physical, field, change.id, before, after).await?;
        }
    }
    let touched = rollup::by_change(schema, &table.key, change.before, change.after, change.state.is_some());
    rollup::settle(tx, schema, touched).await?;
    Ok(change.version + 1)
}

/// Gives a record another state and raises its version.
///
/// # Errors
/// [`Error::Stale`] when there is no such record.
pub async fn set_state(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
    state: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut update = start(tx, schema, permit, id, false)?;
    update
        .value("state", Expr::val(state.map(str::to_owned)))
        .value("version", Expr::col("version").add(1))
        .value("updated_at", Expr::val(now.0));
    changed_one(tx.execute(&update).await?)?;
    moved(tx, schema, permit, id).await
}

/// Brings figures up to date of which a record begins or ceases to be a part.
pub(super) async fn moved(tx: &Tx, schema: &Schema, permit: &Permit, id: RecordId) -> Result<(), Error> {
    let touched = rollup::by_ids(tx, schema, permit.table(), &[id.0]).await?;
    rollup::settle(tx, schema, touched).await
}

/// Moves a record to the trash.
///
/// # Errors
/// [`Error::Stale`] when the version moved on.
pub async fn trash(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
    version: i64,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut update = start(tx, schema, permit, id, false)?;
    update.value("trashed_at", Expr::val(now.0));
    touch(&mut update, version, by, now);
    changed_one(tx.execute(&update).await?)?;
    moved(tx, schema, permit, id).await
}

/// `UPDATE` of one row, in the trash or not, that the permit's action covers.
pub(super) fn start(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
    in_trash: bool,
) -> Result<UpdateStatement, Error> {
    use super::super::Connection;
    let (table, physical) = schema.table(permit.table())?;
    let compiler = Compiler {
        schema,
        table,
        physical,
        alias: &physical.name,
        record: &physical.name,
        postgres: tx.is_postgres(),
        lines: None,
        reading: None,
    };
    let mut update = Query::update();
    update.table(physical.name.clone()).and_where(Expr::col("id").eq(id.0)).and_where(match in_trash {
        true => Expr::col("trashed_at").is_not_null(),
        false => Expr::col("trashed_at").is_null(),
    });
    let rows = permit.rows_for(permit.action());
    if rows != Condition::Always {
        update.and_where(compiler.condition(&rows));
    }
    Ok(update)
}

pub(super) fn touch(update: &mut UpdateStatement, version: i64, by: Option<UserId>, now: Timestamp) {
    update
        .value("version", Expr::val(version + 1))
        .value("updated_at", Expr::val(now.0))
        .value("updated_by", Expr::val(by.map(|user| user.0)))
        .and_where(Expr::col("version").eq(version));
}

pub(super) const fn changed_one(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::Stale) }
}
