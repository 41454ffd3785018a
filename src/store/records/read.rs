//! Reading records: one, a page, a count.

use super::{
    super::{
        Connection, Error, Tx,
        filter::{Compiler, Reading},
        schema::{Schema, column},
    },
    lines,
    order::{Sorted, Start, is_read_in_order},
    select::{ALIAS, Listing, Record, columns, compiler},
};
use crate::{
    access::Permit,
    base::id::RecordId,
    query::{Condition, Cursor, CursorError},
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, UnionType};
use std::collections::HashMap;

/// The record with its lines, if the permit shows it and it is not in the trash. Two statements, and one per lines field.
///
/// # Errors
/// The database failed.
pub async fn get(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
) -> Result<Option<Record>, Error> {
    one(conn, schema, permit, id, false, |_| {}).await
}

/// The record with its lines, if it is in the trash and the permit covers it; locked until the transaction ends.
///
/// # Errors
/// The database failed.
pub async fn get_trashed(tx: &Tx, schema: &Schema, permit: &Permit, id: RecordId) -> Result<Option<Record>, Error> {
    one(tx, schema, permit, id, true, |select| {
        tx.lock_rows(select);
    })
    .await
}

/// As [`get`], and locks the row until the transaction ends.
///
/// # Errors
/// The database failed.
pub async fn get_for_update(tx: &Tx, schema: &Schema, permit: &Permit, id: RecordId) -> Result<Option<Record>, Error> {
    one(tx, schema, permit, id, false, |select| {
        tx.lock_rows(select);
    })
    .await
}

async fn one<C: Connection>(
    conn: &C,
    schema: &Schema,
    permit: &Permit,
    id: RecordId,
    in_trash: bool,
    adjust: impl FnOnce(&mut SelectStatement) + Send,
) -> Result<Option<Record>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let mut select = columns(compiler, permit, &[]);
    let reached = match in_trash {
        true => compiler.trashed(permit, permit.action()),
        false => compiler.visible(permit, permit.action()),
    };
    select.and_where(reached).and_where(column(ALIAS, "id").eq(id.0));
    adjust(&mut select);
    let Some(row) = conn.query_one(&select).await? else { return Ok(None) };
    let mut record = Record::from_row(&row, compiler, permit, &[])?;
    for field in compiler.table.lines().filter(|field| !record.hidden.contains(&field.key)) {
        let mut rows = lines::of_record(conn, compiler, field, id).await?;
        if permit.viewer().is_some() {
            let rights = permit.rights(&record.matched);
            lines::mask(&mut rows, field, &rights);
        }
        record.document.lines.insert(field.key.clone(), rows);
    }
    Ok(Some(record))
}

/// A page of records without their lines, and the cursor of the next page. One statement, however far down the list, and on
/// SQLite one before it where there are two ways to read the rows.
///
/// # Errors
/// A cursor of another list is told as the inner error; else the database failed.
pub async fn list(
    conn: &impl Connection,
    schema: &Schema,
    reading: Reading<'_>,
    listing: &Listing<'_>,
) -> Result<Result<(Vec<Record>, Option<Cursor>), CursorError>, Error> {
    let compiler = compiler(schema, reading, conn.is_postgres())?;
    let mut select = columns(compiler, reading.permit, listing.hops);
    let sorted = Sorted::new(compiler, listing);
    // The sort values of the last row make the cursor, so they are selected too, after all else.
    for expression in sorted.expressions() {
        select.expr(expression);
    }
    let in_order = is_read_in_order(conn, compiler, reading.permit, listing).await?;
    let narrow = |select: &mut SelectStatement| match in_order {
        false => restrict(select, compiler, reading.permit, listing),
        true => {
            // The argument of a function is looked at row by row: no index is sought for it.
            let condition = wanted(compiler, reading.permit, listing);
            select.and_where(Func::coalesce([condition, Expr::val(0)]).into());
        }
    };
    let found = || {
        let mut found = Query::select();
        found.expr_as(column(ALIAS, "id"), "id").from_as(compiler.physical.name.clone(), ALIAS);
        narrow(&mut found);
        found
    };
    match sorted.start(listing.page.after.as_ref(), listing.page.limit + 1, conn.is_postgres(), found) {
        Ok(Start::First) => narrow(&mut select),
        Ok(Start::After(condition)) => {
            narrow(&mut select);
            select.and_where(condition);
        }
        Ok(Start::Among(ids)) => {
            select.and_where(column(ALIAS, "id").in_subquery(*ids));
        }
        Err(error) => return Ok(Err(error)),
    }
    sorted.order(&mut select);
    select.limit(listing.page.limit + 1);
    let mut rows = conn.query(&select).await?;
    let more = rows.len() as u64 > listing.page.limit;
    rows.truncate(usize::try_from(listing.page.limit).unwrap_or(usize::MAX));
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        records.push(Record::from_row(row, compiler, reading.permit, listing.hops)?);
    }
    let cursor = match (more, rows.last()) {
        (true, Some(row)) => Some(sorted.cursor(row, select_width(compiler, reading.permit, listing))?),
        _ => None,
    };
    Ok(Ok((records, cursor)))
}

/// The first rows of several lists of one table that differ in their conditions alone, each with the cursor with which
/// [`list`] goes on. One statement.
///
/// # Errors
/// The database failed.
pub async fn lists(
    conn: &impl Connection,
    schema: &Schema,
    reading: Reading<'_>,
    listings: &[Listing<'_>],
) -> Result<Vec<(Vec<Record>, Option<Cursor>)>, Error> {
    let Some(first) = listings.first() else { return Ok(Vec::new()) };
    let compiler = compiler(schema, reading, conn.is_postgres())?;
    let mut chosen: Option<SelectStatement> = None;
    for (place, listing) in (0_i64..).zip(listings) {
        let mut ids = Query::select();
        ids.expr_as(column(ALIAS, "id"), "id").from_as(compiler.physical.name.clone(), ALIAS);
        restrict(&mut ids, compiler, reading.permit, listing);
        Sorted::new(compiler, listing).order(&mut ids);
        ids.limit(listing.page.limit + 1);
        let mut part = Query::select();
        part.expr_as(column("p", "id"), "id").expr_as(super::super::integer(Expr::val(place)), "list");
        part.from_subquery(ids, "p");
        match &mut chosen {
            None => chosen = Some(part),
            Some(chosen) => {
                chosen.union(UnionType::All, part);
            }
        }
    }
    let Some(chosen) = chosen else { return Ok(Vec::new()) };
    let mut select = columns(compiler, reading.permit, first.hops);
    let sorted = Sorted::new(compiler, first);
    let mut width = select_width(compiler, reading.permit, first);
    let start = width;
    for expression in sorted.expressions() {
        select.expr(expression);
        width += 1;
    }
    select.expr(column("w", "list"));
    select.join_subquery(JoinType::InnerJoin, chosen, "w", column("w", "id").equals((ALIAS, "id")));
    select.order_by(("w", "list"), Order::Asc);
    sorted.order(&mut select);
    let mut rows: Vec<Vec<super::super::Row>> = listings.iter().map(|_| Vec::new()).collect();
    for row in conn.query(&select).await? {
        let place = usize::try_from(row.i64(width)?).unwrap_or(usize::MAX);
        if let Some(own) = rows.get_mut(place) {
            own.push(row);
        }
    }
    let mut answers = Vec::with_capacity(listings.len());
    for (listing, mut rows) in listings.iter().zip(rows) {
        // One row more than is shown says that there are more.
        let more = rows.len() as u64 > listing.page.limit;
        rows.truncate(usize::try_from(listing.page.limit).unwrap_or(usize::MAX));
        let record = |row| Record::from_row(row, compiler, reading.permit, listing.hops);
        let records = rows.iter().map(record).collect::<Result<_, _>>()?;
        let cursor = match rows.last().filter(|_| more) {
            Some(row) => Some(Sorted::new(compiler, listing).cursor(row, start)?),
            None => None,
        };
        answers.push((records, cursor));
    }
    Ok(answers)
}

/// How many columns stand before the sort values.
fn select_width(compiler: Compiler<'_>, permit: &Permit, listing: &Listing<'_>) -> usize {
    let conditional =
        permit.grants().iter().filter(|grant| !matches!(grant.rows, Condition::Always | Condition::Never)).count();
    10 + compiler.table.scalars().count() + conditional + listing.hops.len()
}

pub(super) fn restrict(select: &mut SelectStatement, compiler: Compiler<'_>, permit: &Permit, listing: &Listing<'_>) {
    select.and_where(wanted(compiler, permit, listing));
}

/// The rows of a list.
fn wanted(compiler: Compiler<'_>, permit: &Permit, listing: &Listing<'_>) -> Expr {
    let mut wanted = compiler.visible(permit, permit.action());
    if listing.condition != Condition::Always {
        wanted = wanted.and(compiler.condition(&listing.condition));
    }
    if let Some(search) = &listing.search {
        if let Some(among) = &search.among {
            wanted = wanted.and(column(ALIAS, "id").is_in(among.iter().copied()));
        }
        wanted = wanted.and(compiler.search(&search.words));
    }
    wanted
}

/// How many records there are, counted no further than `cap`.
///
/// # Errors
/// The database failed.
pub async fn count(
    conn: &impl Connection,
    schema: &Schema,
    reading: Reading<'_>,
    listing: &Listing<'_>,
    cap: u64,
) -> Result<u64, Error> {
    let compiler = compiler(schema, reading, conn.is_postgres())?;
    let mut inner = Query::select();
    inner.expr(Expr::val(1)).from_as(compiler.physical.name.clone(), ALIAS);
    restrict(&mut inner, compiler, reading.permit, listing);
    inner.limit(cap + 1);
    let mut outer = Query::select();
    outer.expr(super::super::integer(Expr::cust("COUNT(*)"))).from_subquery(inner, "counted");
    let row = conn.query_one(&outer).await?.ok_or_else(|| Error::other("a count answers a row"))?;
    Ok(u64::try_from(row.i64(0)?).unwrap_or(0))
}

/// The ids of the rows that meet a condition, as the app sees them: user values and the like.
///
/// # Errors
/// The database failed.
pub async fn matching_ids(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    condition: &Condition,
    limit: u64,
) -> Result<Vec<i64>, Error> {
    let targets = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &targets }, conn.is_postgres())?;
    let mut select = Query::select();
    select
        .expr(column(ALIAS, "id"))
        .from_as(compiler.physical.name.clone(), ALIAS)
        .and_where(compiler.visible(permit, permit.action()))
        .and_where(compiler.condition(condition))
        .order_by((ALIAS, "id"), Order::Asc)
        .limit(limit);
    conn.query(&select).await?.iter().map(|row| row.i64(0)).collect()
}

/// Where a record is used: the places that link to it, each with how many rows do.
///
/// # Errors
/// The database failed.
pub async fn uses(
    conn: &impl Connection,
    schema: &Schema,
    table: &str,
    id: RecordId,
) -> Result<Vec<(String, u64)>, Error> {
    let mut found = Vec::new();
    for (source, path) in schema.app.links_to(table) {
        let (_, physical) = schema.table(&source.key)?;
        // Several ids of one field lie in a text, each between bars.
        let several = source.field_at(&path).is_some_and(|field| field.kind.is_several());
        let names_it = |link: Expr| if several { link.like(format!("%|{}|%", id.0)) } else { link.eq(id.0) };
        let mut select = Query::select();
        select.expr(super::super::integer(Expr::cust("COUNT(*)")));
        if let Some((lines, key)) = path.split_once('.') {
            let Some(lines) = physical.lines(lines) else { continue };
            select
                .from_as(lines.name.clone(), ALIAS)
                .inner_join(
                    sea_orm::sea_query::TableRef::from(physical.name.clone()).alias("parent"),
                    column("parent", "id").equals((ALIAS, "record_id")),
                )
                .and_where(column("parent", "trashed_at").is_null())
                .and_where(names_it(column(ALIAS, &lines.column(key))));
        } else {
            select
                .from_as(physical.name.clone(), ALIAS)
                .and_where(column(ALIAS, "trashed_at").is_null())
                .and_where(names_it(column(ALIAS, &physical.column(&path))));
        }
        let row = conn.query_one(&select).await?.ok_or_else(|| Error::other("a count answers a row"))?;
        let count = u64::try_from(row.i64(0)?).unwrap_or(0);
        if count > 0 {
            found.push((source.key.clone(), count));
        }
    }
    Ok(found)
}
