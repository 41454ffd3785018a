//! Number series: one counter row per column and period, locked last in a transaction, so that numbers have no gaps.

use super::{Error, Tx, entity::series_counter};
use crate::base::id::{ColumnId, TableId};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};

/// The next number of a series. The row stays locked until the transaction ends; if it rolls back, so does the number.
///
/// # Errors
/// The database failed.
pub async fn next(tx: &Tx, table: TableId, column: ColumnId, period: &str) -> Result<i64, Error> {
    use series_counter::{Column, Entity};
    let mut insert = Query::insert();
    insert
        .into_table(Entity)
        .columns([Column::TableId, Column::ColumnId, Column::Period, Column::Last])
        .values([Expr::val(table.0), Expr::val(column.0), Expr::val(period), Expr::val(1_i64)])
        .map_err(|error| Error::other(error.to_string()))?
        .on_conflict(
            OnConflict::columns([Column::TableId, Column::ColumnId, Column::Period])
                .value(Column::Last, Expr::col((Entity, Column::Last)).add(1))
                .to_owned(),
        )
        .returning_col(Column::Last);
    let rows = tx.returning(&insert).await?;
    rows.first().ok_or_else(|| Error::other("a counter answers its number"))?.i64(0)
}
