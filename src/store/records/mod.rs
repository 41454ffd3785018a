//! Rows of apps' tables. Nothing is read or written here without a [`Permit`].

mod aggregate;
mod label;
mod lines;
mod read;
mod select;
mod write;

pub use aggregate::{Aggregation, Group, aggregate};
pub use label::{label, labels, natural_ids, targets};
pub use read::{count, get, get_for_update, list, matching_ids, uses};
pub use select::{Listing, Record, read as read_field};
pub use write::{Change, NewRecord, insert, set_state, trash, untrash, update};
