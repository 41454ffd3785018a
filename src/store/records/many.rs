//! Many records at once, in few statements: for imports, exports and whatever else works through a table.

use super::{
    super::{
        Connection, Error, Tx,
        filter::Reading,
        schema::{Schema, bind_for, column},
    },
    lines,
    select::{ALIAS, Record, columns, compiler, read},
};
use crate::{
    access::Permit,
    base::{
        id::RecordId,
        value::{Line, Value},
    },
    definition::field::{Field, Stored},
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Values of one `IN` list: SQLite binds at most 32,766.
const CHUNK: usize = 1_000;

/// The records of these ids that the permit's action covers, with their lines, by id. One statement per thousand, and one per lines
/// field.
///
/// # Errors
/// The database failed.
pub async fn many(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    ids: &BTreeSet<i64>,
) -> Result<HashMap<i64, Record>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut records = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let mut select = columns(compiler, permit, &[]);
        select
            .and_where(compiler.visible(permit, permit.action()))
            .and_where(column(ALIAS, "id").is_in(chunk.iter().copied()));
        for row in &conn.query(&select).await? {
            records.push(Record::from_row(row, compiler, permit, &[])?);
        }
    }
    with_lines(conn, schema, permit, &mut records).await?;
    Ok(records.into_iter().map(|record| (record.id.0, record)).collect())
}

/// As [`many`], and locks the rows until the transaction ends, in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn many_for_update(
    tx: &Tx,
    schema: &Schema,
    permit: &Permit,
    ids: &BTreeSet<i64>,
) -> Result<HashMap<i64, Record>, Error> {
    let (_, physical) = schema.table(permit.table())?;
    let ordered: Vec<i64> = ids.iter().copied().collect();
    for chunk in ordered.chunks(CHUNK) {
        let mut select = Query::select();
        select
            .expr(column(ALIAS, "id"))
            .from_as(physical.name.clone(), ALIAS)
            .and_where(column(ALIAS, "id").is_in(chunk.iter().copied()))
            .order_by((ALIAS, "id"), Order::Asc);
        tx.lock_rows(&mut select);
        if tx.is_postgres() {
            tx.query(&select).await?;
        }
    }
    many(tx, schema, permit, ids).await
}

/// Reads the lines of records that were read without them, as far as the permit shows them. One statement per lines field and
/// thousand.
///
/// # Errors
/// The database failed.
pub async fn with_lines(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    records: &mut [Record],
) -> Result<(), Error> {
    let (table, physical) = schema.table(permit.table())?;
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    for field in table.lines() {
        let Some(place) = physical.lines(&field.key) else { continue };
        let shown: Vec<i64> =
            records.iter().filter(|record| !record.hidden.contains(&field.key)).map(|record| record.id.0).collect();
        let mut by_record: HashMap<i64, Vec<Line>> = HashMap::new();
        for chunk in shown.chunks(CHUNK) {
            let mut select = Query::select();
            select.expr(column(ALIAS, "id")).expr(column(ALIAS, "record_id"));
            for cell in lines::cells(compiler, place, field, ALIAS) {
                select.expr(cell);
            }
            select
                .from_as(place.name.clone(), ALIAS)
                .and_where(column(ALIAS, "record_id").is_in(chunk.iter().copied()))
                .order_by((ALIAS, "record_id"), Order::Asc)
                .order_by((ALIAS, "ordinal"), Order::Asc)
                .order_by((ALIAS, "id"), Order::Asc);
            for row in conn.query(&select).await? {
                let mut line = Line { id: Some(row.i64(0)?), ..Line::default() };
                let record = row.i64(1)?;
                for (index, column) in field.columns.values().enumerate() {
                    let mut value = read(&row, index + 2, column)?;
                    place.open(column, RecordId(record), &mut value);
                    line.values.insert(column.key.clone(), value);
                }
                by_record.entry(record).or_default().push(line);
            }
        }
        for record in records.iter_mut().filter(|record| !record.hidden.contains(&field.key)) {
            let mut rows = by_record.remove(&record.id.0).unwrap_or_default();
            if permit.viewer().is_some() {
                let rights = permit.rights(&record.matched);
                lines::mask(&mut rows, field, &rights);
            }
            record.document.lines.insert(field.key.clone(), rows);
        }
    }
    Ok(())
}

/// Which of these rows the permit's action covers.
///
/// # Errors
/// The database failed.
pub async fn covered(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    ids: &[RecordId],
) -> Result<HashSet<i64>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let mut found = HashSet::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let mut select = Query::select();
        select
            .expr(column(ALIAS, "id"))
            .from_as(compiler.physical.name.clone(), ALIAS)
            .and_where(compiler.visible(permit, permit.action()))
            .and_where(column(ALIAS, "id").is_in(chunk.iter().map(|id| id.0)));
        for row in conn.query(&select).await? {
            found.insert(row.i64(0)?);
        }
    }
    Ok(found)
}

/// The rows, trash aside, that have these values in these fields together, each with its values: what is taken already, or what
/// a key names. Values of a tuple are all set.
///
/// # Errors
/// The database failed.
pub async fn with_values(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    fields: &[&str],
    tuples: &[Vec<Stored>],
) -> Result<Vec<(RecordId, Vec<Stored>)>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let known: Vec<&Field> = fields.iter().filter_map(|key| compiler.table.field(key)).collect();
    if known.len() != fields.len() || known.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for chunk in tuples.chunks(CHUNK / known.len()) {
        let mut select = Query::select();
        select.expr(column(ALIAS, "id"));
        select.from_as(compiler.physical.name.clone(), ALIAS).and_where(compiler.visible(permit, permit.action()));
        for (place, field) in known.iter().enumerate() {
            let name = compiler.physical.column(&field.key);
            select.expr(column(ALIAS, &name));
            let mut seen = HashSet::new();
            let values = chunk.iter().map(|tuple| tuple[place].clone());
            let values: Vec<Expr> = values
                .filter(|value| seen.insert(value.clone()))
                .map(|value| Expr::val(bind_for(field, value)))
                .collect();
            select.and_where(column(ALIAS, &name).is_in(values));
        }
        select.order_by((ALIAS, "id"), Order::Asc);
        let wanted: HashSet<&Vec<Stored>> = chunk.iter().collect();
        for row in conn.query(&select).await? {
            let mut values = Vec::with_capacity(known.len());
            for (index, field) in known.iter().enumerate() {
                let value: Value = read(&row, index + 1, field)?;
                values.push(field.store(&value));
            }
            if wanted.contains(&values) {
                found.push((RecordId(row.i64(0)?), values));
            }
        }
    }
    Ok(found)
}
