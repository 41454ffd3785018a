//! Reports, apart from how their figures are read: rows put together from groups, columns computed, totals, and values of one
//! group turned into columns.

mod rows;
mod sheet;

pub use rows::{Column, From, Part, Row, complete, merge, sort};
pub use sheet::{Head, Sheet, SheetRow, pivoted, plain};

#[cfg(test)]
mod tests;
