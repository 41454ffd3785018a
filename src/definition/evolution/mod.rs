//! How an app changes from one version to the next: what is said of it, what it does to the data, and how a value is
//! carried from one kind of field to another. Pure: rows are counted and moved further out.

mod convert;
mod difference;
mod plan;
mod rename;

pub use convert::{Carried, Carrier, carry, is_convertible, stays_in_place};
pub use difference::{Difference, Mark, Said, difference};
pub use plan::{Place, Retired, RetiredField, RetiredTable, Step, plan, stored_scale};
pub use rename::{Rename, apply as apply_rename, apply_all as apply_renames};
