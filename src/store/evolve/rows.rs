//! Counting rows for a migration plan, and moving their values from column to column.

use super::super::{Connection, Error, Row, Tx, integer, records::read_field as read_value, schema::bind_for};
use crate::{
    base::{id::AppId, value::Value},
    definition::field::{Field, Kind},
};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Order, Query};
use std::fmt::Write;

/// Rows that one statement reads or writes.
pub const BATCH: u64 = 200;

/// How many rows there are, and how many of them have a value in the column. Rows in the trash do not count.
///
/// # Errors
/// The database failed.
pub async fn filled(
    conn: &impl Connection,
    table: &str,
    column: Option<&str>,
    lines: bool,
) -> Result<(u64, u64), Error> {
    let mut select = Query::select();
    select.expr(integer(Expr::cust("COUNT(*)"))).from(table.to_owned());
    select.expr(integer(match column {
        Some(column) => Expr::col(column.to_owned()).count(),
        None => Expr::cust("COUNT(*)"),
    }));
    if !lines {
        select.and_where(Expr::col("trashed_at").is_null());
    }
    let row = conn.query_one(&select).await?.ok_or_else(|| Error::other("a count answers a row"))?;
    Ok((count(&row, 0)?, count(&row, 1)?))
}

/// How many rows hold an option.
///
/// # Errors
/// The database failed.
pub async fn using_option(
    conn: &impl Connection,
    table: &str,
    column: &str,
    kind: Kind,
    option: &str,
    lines: bool,
) -> Result<u64, Error> {
    let here = Expr::col(column.to_owned());
    let holds = match kind {
        // Several are stored as `|a|b|`, so that one can be looked for exactly.
        Kind::Choices => here.like(sea_orm::sea_query::LikeExpr::new(format!("%|{}|%", escaped(option))).escape('\\')),
        _ => here.eq(option),
    };
    let mut select = Query::select();
    select.expr(integer(Expr::cust("COUNT(*)"))).from(table.to_owned()).and_where(holds);
    if !lines {
        select.and_where(Expr::col("trashed_at").is_null());
    }
    let row = conn.query_one(&select).await?.ok_or_else(|| Error::other("a count answers a row"))?;
    count(&row, 0)
}

fn escaped(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            written.push('\\');
        }
        let _infallible = write!(written, "{character}");
    }
    written
}

/// Rows whose values in these columns are not theirs alone, at most `limit` of them with their ids, and how many there are.
///
/// # Errors
/// The database failed.
pub async fn collisions(
    conn: &impl Connection,
    table: &str,
    columns: &[String],
    limit: u64,
) -> Result<(u64, Vec<i64>), Error> {
    let mut groups = Query::select();
    for column in columns {
        groups
            .column(column.clone())
            .and_where(Expr::col(column.clone()).is_not_null())
            .add_group_by([Expr::col(column.clone())]);
    }
    groups
        .expr_as(integer(Expr::cust("COUNT(*)")), "held")
        .from(table.to_owned())
        .and_where(Expr::col("trashed_at").is_null())
        .and_having(Expr::cust("COUNT(*) > 1"));
    let mut total = Query::select();
    total.expr(integer(Expr::col("held").sum())).from_subquery(groups.clone(), "groups");
    let row = conn.query_one(&total).await?.ok_or_else(|| Error::other("a sum answers a row"))?;
    let total = u64::try_from(row.opt_i64(0)?.unwrap_or(0)).unwrap_or(0);
    if total == 0 {
        return Ok((0, Vec::new()));
    }
    let mut select = Query::select();
    let mut on = Expr::val(1).eq(1);
    for column in columns {
        on = on.and(Expr::col(("r", column.clone())).equals(("groups", column.clone())));
    }
    select
        .expr(Expr::col(("r", "id")))
        .from_as(table.to_owned(), "r")
        .join_subquery(sea_orm::sea_query::JoinType::InnerJoin, groups, "groups", on)
        .and_where(Expr::col(("r", "trashed_at")).is_null());
    for column in columns {
        select.order_by(("r", column.clone()), Order::Asc);
    }
    select.order_by(("r", "id"), Order::Asc).limit(limit);
    let ids = conn.query(&select).await?.iter().map(|row| row.i64(0)).collect::<Result<_, _>>()?;
    Ok((total, ids))
}

/// Running cases of an app, by flow and table.
///
/// # Errors
/// The database failed.
pub async fn running_cases(conn: &impl Connection, app: AppId) -> Result<Vec<(String, i64, u64)>, Error> {
    use super::super::entity::flow_case::{Column, Entity};
    let mut select = Query::select();
    select
        .columns([Column::Flow, Column::TableId])
        .expr(integer(Expr::cust("COUNT(*)")))
        .from(Entity)
        .and_where(Expr::col(Column::AppId).eq(app.0))
        .and_where(Expr::col(Column::EndedAt).is_null())
        .add_group_by([Expr::col(Column::Flow), Expr::col(Column::TableId)]);
    conn.query(&select).await?.iter().map(|row| Ok((row.text(0)?, row.i64(1)?, count(row, 2)?))).collect()
}

/// Some columns of the rows after `after`, in the order of their ids, in the trash too.
///
/// # Errors
/// The database failed.
pub async fn read_rows(
    conn: &impl Connection,
    table: &str,
    columns: &[(String, &Field)],
    after: i64,
    filled_only: bool,
) -> Result<Vec<(i64, Vec<Value>)>, Error> {
    let mut select = Query::select();
    select.column("id");
    for (name, _) in columns {
        select.column(name.clone());
        if filled_only {
            select.and_where(Expr::col(name.clone()).is_not_null());
        }
    }
    select.from(table.to_owned()).and_where(Expr::col("id").gt(after)).order_by("id", Order::Asc).limit(BATCH);
    let rows = conn.query(&select).await?;
    let read = |row: &Row| {
        let values = columns.iter().enumerate().map(|(index, (_, field))| read_value(row, index + 1, field));
        Ok((row.i64(0)?, values.collect::<Result<Vec<_>, Error>>()?))
    };
    rows.iter().map(read).collect()
}

/// Writes one column of some rows, in one statement. No version is raised: nobody changed anything.
///
/// # Errors
/// The database failed.
pub async fn write_column(
    tx: &Tx,
    table: &str,
    column: &str,
    field: &Field,
    values: &[(i64, Value)],
) -> Result<(), Error> {
    let Some((first, rest)) = values.split_first() else { return Ok(()) };
    let branch = |case: CaseStatement, (id, value): &(i64, Value)| {
        case.case(Expr::col("id").eq(*id), Expr::val(bind_for(field, field.store(value))))
    };
    let case = rest.iter().fold(branch(CaseStatement::new(), first), branch);
    let mut update = Query::update();
    update
        .table(table.to_owned())
        .value(column.to_owned(), case)
        .and_where(Expr::col("id").is_in(values.iter().map(|(id, _)| *id)));
    tx.execute(&update).await?;
    Ok(())
}

fn count(row: &Row, column: usize) -> Result<u64, Error> {
    Ok(u64::try_from(row.i64(column)?).unwrap_or(0))
}
