//! Rows of apps' tables. Nothing is read or written here without a [`Permit`].

mod aggregate;
mod label;
mod lines;
mod many;
mod order;
mod read;
pub(super) mod rollup;
mod search;
mod select;
mod trash;
mod write;

pub use aggregate::{Aggregation, Group, aggregate};
pub use label::{label, labels, natural_ids, targets};
pub use many::{covered, many, many_for_update, with_lines, with_values};
pub use read::{count, get, get_for_update, get_trashed, list, lists, matching_ids, uses};
pub use rollup::{hold as hold_rollups, refill as refill_rollups, release as release_rollups};
pub use search::{Search, search};
pub use select::{Listing, Record, read as read_field};
pub use trash::{Trashed, long_trashed, purge, restore, trashed};
pub use write::{Change, NewRecord, insert, insert_many, set_state, trash, update};
