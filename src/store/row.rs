//! One row of an answer, read by column position and without loss: whole numbers stay 64-bit integers, nothing passes through
//! a float or through JSON.

use super::Error;
use sea_orm::{
    QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, SimpleExpr},
    sqlx::{self, Row as _, ValueRef},
};

/// Sums are read in two halves of this many units, see [`sum_halves`].
const HALF: i64 = 1_000_000_000;

/// One row of an answer; columns are counted from 0 in the order in which they were selected.
pub struct Row {
    result: QueryResult,
}

impl Row {
    pub(super) const fn new(result: QueryResult) -> Self {
        Self { result }
    }

    /// A whole number.
    ///
    /// # Errors
    /// The column is null or holds no integer of at most 64 bits. PostgreSQL answers `SUM` of a BIGINT as NUMERIC, which is
    /// refused here: select [`integer`] or [`sum_halves`] instead.
    pub fn i64(&self, column: usize) -> Result<i64, Error> {
        self.opt_i64(column)?.ok_or_else(|| null(column))
    }

    /// A whole number or null.
    ///
    /// # Errors
    /// As [`Row::i64`].
    pub fn opt_i64(&self, column: usize) -> Result<Option<i64>, Error> {
        if let Some(row) = self.result.try_as_pg_row() {
            let value = row.try_get_raw(column)?;
            if value.is_null() {
                return Ok(None);
            }
            let kind = value.type_info().into_owned();
            return Ok(Some(match sqlx::TypeInfo::name(&kind) {
                "INT8" => row.try_get::<i64, _>(column)?,
                "INT4" => i64::from(row.try_get::<i32, _>(column)?),
                "INT2" => i64::from(row.try_get::<i16, _>(column)?),
                other => return Err(mismatch(column, "a whole number", other)),
            }));
        }
        let row = self.sqlite()?;
        let value = row.try_get_raw(column)?;
        if value.is_null() {
            return Ok(None);
        }
        // A column that is declared BOOLEAN stores an integer too; a REAL or TEXT value would be converted silently.
        let kind = value.type_info().into_owned();
        match sqlx::TypeInfo::name(&kind) {
            "INTEGER" | "BOOLEAN" => Ok(Some(row.try_get_unchecked::<i64, _>(column)?)),
            other => Err(mismatch(column, "a whole number", other)),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// The column is null or holds no text.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.opt_text(column)?.ok_or_else(|| null(column))
    }

    /// A text or null.
    ///
    /// # Errors
    /// The column holds no text.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, Error> {
        if let Some(row) = self.result.try_as_pg_row() {
            return Ok(row.try_get(column)?);
        }
        Ok(self.sqlite()?.try_get(column)?)
    }

    /// A boolean.
    ///
    /// # Errors
    /// The column is null or holds no boolean.
    pub fn bool(&self, column: usize) -> Result<bool, Error> {
        self.opt_bool(column)?.ok_or_else(|| null(column))
    }

    /// A boolean or null. SQLite keeps 0 and 1, and a comparison that is selected answers an integer.
    ///
    /// # Errors
    /// The column holds no boolean.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, Error> {
        if let Some(row) = self.result.try_as_pg_row() {
            return Ok(row.try_get(column)?);
        }
        Ok(self.opt_i64(column)?.map(|number| number != 0))
    }

    /// Bytes.
    ///
    /// # Errors
    /// The column is null or holds no bytes.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, Error> {
        let bytes: Option<Vec<u8>> = match self.result.try_as_pg_row() {
            Some(row) => row.try_get(column)?,
            None => self.sqlite()?.try_get(column)?,
        };
        bytes.ok_or_else(|| null(column))
    }

    /// The sum whose [`sum_halves`] were selected at `column` and `column + 1`; nothing when no row had a value.
    ///
    /// # Errors
    /// As [`Row::i64`].
    pub fn opt_sum(&self, column: usize) -> Result<Option<i128>, Error> {
        let (high, low) = (self.opt_i64(column)?, self.opt_i64(column + 1)?);
        Ok(high.zip(low).map(|(high, low)| i128::from(high) * i128::from(HALF) + i128::from(low)))
    }

    fn sqlite(&self) -> Result<&sqlx::sqlite::SqliteRow, Error> {
        self.result.try_as_sqlite_row().ok_or_else(|| Error::other("the row is of neither database"))
    }
}

/// `CAST(expression AS BIGINT)`: what an aggregate or a computed number needs to be read by [`Row::i64`] on both databases.
pub fn integer(expression: impl Into<SimpleExpr>) -> SimpleExpr {
    Expr::expr(expression.into()).cast_as(Alias::new("BIGINT"))
}

/// The two halves of `SUM(expression)` over scaled 64-bit integers, to be selected one after the other and read by
/// [`Row::opt_sum`]: quotients and remainders by 10^9 are summed apart, so that neither database overflows before 10^9 rows
/// of the largest values. Both databases cut an integer quotient towards zero.
pub fn sum_halves(expression: impl Into<SimpleExpr>) -> [SimpleExpr; 2] {
    let expression = expression.into();
    [
        integer(Func::sum(expression.clone().div(Expr::val(HALF)))),
        integer(Func::sum(expression.modulo(Expr::val(HALF)))),
    ]
}

fn null(column: usize) -> Error {
    Error::other(format!("column {column} of the answer is null"))
}

fn mismatch(column: usize, expected: &str, found: &str) -> Error {
    Error::other(format!("column {column} of the answer is {found}, not {expected}"))
}
