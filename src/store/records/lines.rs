//! The lines of records.

use super::{
    super::{
        Connection, Error, Tx,
        filter::Compiler,
        schema::{Physical, column},
        shadow::Form,
    },
    select::read,
};
use crate::{
    access::RowRights,
    base::{
        id::RecordId,
        value::{Line, Value},
    },
    definition::field::Field,
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

const ALIAS: &str = "l";
/// Rows of one multi-row insert: PostgreSQL binds at most 65,535 values, SQLite 32,766.
const CHUNK: usize = 200;

/// The lines of one lines field of a record, in order. One statement.
pub(super) async fn of_record(
    conn: &impl Connection,
    compiler: Compiler<'_>,
    field: &Field,
    record: RecordId,
) -> Result<Vec<Line>, Error> {
    let Some(table) = compiler.physical.lines(&field.key) else { return Ok(Vec::new()) };
    let mut select = Query::select();
    select.expr(column(ALIAS, "id"));
    for cell in cells(compiler, table, field, ALIAS) {
        select.expr(cell);
    }
    select
        .from_as(table.name.clone(), ALIAS)
        .and_where(column(ALIAS, "record_id").eq(record.0))
        .order_by((ALIAS, "ordinal"), Order::Asc)
        .order_by((ALIAS, "id"), Order::Asc);
    let mut lines = Vec::new();
    for row in conn.query(&select).await? {
        let mut line = Line { id: Some(row.i64(0)?), ..Line::default() };
        for (index, column) in field.columns.values().enumerate() {
            let mut value = read(&row, index + 1, column)?;
            table.open(column, record, &mut value);
            line.values.insert(column.key.clone(), value);
        }
        lines.push(line);
    }
    Ok(lines)
}

/// What is selected for each column of the lines.
pub(super) fn cells(compiler: Compiler<'_>, table: &Physical, field: &Field, alias: &str) -> Vec<Expr> {
    let cell = |cell: &Field| match &cell.lookup {
        None => column(alias, &table.column(&cell.key)),
        Some(lookup) => compiler.looked_up(lookup, column(alias, &table.column(&lookup.link)), Form::Own).expression,
    };
    field.columns.values().map(cell).collect()
}

/// Withholds the columns that are not shown, and what is read through a link that is not.
pub(super) fn mask(lines: &mut [Line], field: &Field, rights: &RowRights<'_>) {
    let shown = |key: &str| rights.can_read(&format!("{}.{key}", field.key));
    for column in field.columns.values() {
        if !shown(&column.key) || column.lookup.as_ref().is_some_and(|lookup| !shown(&lookup.link)) {
            for line in lines.iter_mut() {
                line.values.insert(column.key.clone(), Value::Unset);
            }
        }
    }
}

/// Makes the stored lines be `after`: rows with an id are kept and updated where they changed, others are added, missing
/// ones removed. Ids of new rows are not answered; the record is read again by whoever needs them.
pub(super) async fn replace(
    tx: &Tx,
    physical: &Physical,
    field: &Field,
    record: RecordId,
    before: &[Line],
    after: &[Line],
) -> Result<(), Error> {
    let Some(table) = physical.lines(&field.key) else { return Ok(()) };
    let kept: Vec<i64> = after.iter().filter_map(|line| line.id).collect();
    let gone: Vec<i64> = before.iter().filter_map(|line| line.id).filter(|id| !kept.contains(id)).collect();
    if !gone.is_empty() {
        let mut delete = Query::delete();
        delete
            .from_table(table.name.clone())
            .and_where(Expr::col("record_id").eq(record.0))
            .and_where(Expr::col("id").is_in(gone));
        tx.execute(&delete).await?;
    }
    for (ordinal, line) in after.iter().enumerate() {
        let Some(id) = line.id else { continue };
        let old = before.iter().enumerate().find(|(_, old)| old.id == Some(id));
        let moved = old.is_none_or(|(place, _)| place != ordinal);
        let mut update = Query::update();
        update.table(table.name.clone()).value("ordinal", position(ordinal));
        let mut changed = moved;
        for column in field.stored_columns() {
            if old.is_none_or(|(_, old)| old.get(&column.key) != line.get(&column.key)) {
                changed = true;
                let value = table.bind(column, record, line.get(&column.key))?;
                update.value(table.column(&column.key), Expr::val(value));
            }
        }
        if changed {
            update.and_where(Expr::col("id").eq(id)).and_where(Expr::col("record_id").eq(record.0));
            if tx.execute(&update).await? != 1 {
                return Err(Error::Stale);
            }
        }
    }
    let fresh = after.iter().enumerate().filter(|(_, line)| line.id.is_none());
    let added: Vec<_> = fresh.map(|(ordinal, line)| (record, ordinal, line)).collect();
    insert(tx, table, field, &added).await
}

/// Adds lines of records in few statements, each at its place.
pub(super) async fn insert(
    tx: &Tx,
    table: &Physical,
    field: &Field,
    lines: &[(RecordId, usize, &Line)],
) -> Result<(), Error> {
    for chunk in lines.chunks(CHUNK) {
        let mut insert = Query::insert();
        let names = field.stored_columns().map(|column| table.column(&column.key));
        insert
            .into_table(table.name.clone())
            .columns(["record_id".to_owned(), "ordinal".to_owned()].into_iter().chain(names));
        for (record, ordinal, line) in chunk {
            let mut values = vec![Expr::val(record.0), Expr::val(position(*ordinal))];
            for column in field.stored_columns() {
                values.push(Expr::val(table.bind(column, *record, line.get(&column.key))?));
            }
            insert.values(values).map_err(|error| Error::other(error.to_string()))?;
        }
        tx.execute(&insert).await?;
    }
    Ok(())
}

fn position(ordinal: usize) -> i64 {
    i64::try_from(ordinal).unwrap_or(i64::MAX)
}
