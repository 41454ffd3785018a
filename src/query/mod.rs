//! The filter language, sorting and paging: what a list asks for, apart from how a database answers.
//!
//! A [`Filter`] is what a definition or a caller wrote. Bound to a person and a day it becomes a [`Condition`], which
//! `store` compiles to SQL and [`Condition::matches`] evaluates in memory; both must agree on every row.

mod aggregate;
mod bind;
mod condition;
mod filter;
mod fit;
mod parse;
mod relative;
mod sort;
mod text;
mod zone;

pub use aggregate::{Bucket, Figure, FigureNames, Function, GroupKey, Measure, average, group_filter, stretch_of, sum};
pub use bind::{BindError, Binding};
pub use condition::{Condition, RowValues, Test, compare, fold};
pub use filter::{FieldPath, Filter, FilterTest, Operand, Operator, SystemField};
pub use fit::fitting;
pub use parse::{FieldSource, FilterError, LineNames, Names, Resolved, TableNames, resolve};
pub use relative::RelativeDate;
pub use sort::{Cursor, CursorError, Page, Sort};
pub use text::{folded, number_of, order_key, pieces, pieces_of_word, search_text, words};
pub use zone::Offsets;

#[cfg(test)]
mod tests;
