//! The faces of an expression: rhai underneath, a spreadsheet formula with the titles of fields, and rows of conditions.
//!
//! Each face is read into the same [`Node`] and written from it, so that whoever builds an app never has to see rhai, and whoever
//! writes rhai loses nothing: what a face cannot show stays as it was written.

pub mod conditions;
mod formula;
mod node;
mod rows;
mod script;
mod titles;
mod token;

pub use formula::{FUNCTION_NAMES, FormulaError, FormulaProblem, Naming, Resolved, read_formula, write_formula};
pub use node::{Binary, Node};
pub use rows::{Join, Row, RowOperator, Rows, read_rows, write_rows};
pub use script::{read_script, write_script};
pub use titles::{NamingWords, Titles};

#[cfg(test)]
mod tests;
