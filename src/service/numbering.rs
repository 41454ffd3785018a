//! Number series: a document takes its numbers when it is first submitted, last of all that the transaction locks.

use super::{Call, Error, LiveApp};
use crate::{
    base::value::{Document, Value},
    definition::{
        field::{Kind, SeriesPattern},
        table::Table,
    },
    store::{Tx, series},
};

/// Gives the document the numbers that it does not have yet.
///
/// # Errors
/// The database failed.
pub async fn take(tx: &Tx, call: &Call, live: &LiveApp, table: &Table, document: &mut Document) -> Result<(), Error> {
    for field in table.scalars().filter(|field| field.kind == Kind::NumberSeries) {
        if !document.get(&field.key).is_unset() {
            continue;
        }
        let (_, physical) = live.schema.table(&table.key)?;
        let column = physical.column_id(&field.key).ok_or_else(|| Error::internal("a series without a column"))?;
        let pattern =
            SeriesPattern::parse(field.pattern.as_deref().unwrap_or_default(), field.reset.unwrap_or_default())
                .map_err(Error::internal)?;
        let day = call.today();
        let counter = series::next(tx, physical.id, column, &pattern.period(day)).await?;
        document.values.insert(field.key.clone(), Value::Text(pattern.format(day, counter)));
    }
    Ok(())
}
