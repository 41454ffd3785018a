//! What lies behind links: rows of other tables, read before the evaluation by the one who asks for it.

use crate::{base::value::Values, definition::field::Field};
use std::sync::Arc;

/// The rows that an evaluation may reach through links. `References::hops` says which fields must be there.
pub trait Links: Sync {
    /// The values of a row; nothing where it was not read, which makes a rule that needs it fail.
    fn get(&self, table: &str, id: i64) -> Option<Arc<Values>>;

    /// The definition of a field of another table: its title in messages, and what a second hop points at.
    fn field(&self, _table: &str, _key: &str) -> Option<&Field> {
        None
    }
}

/// No row is reachable.
pub struct NoLinks;

impl Links for NoLinks {
    fn get(&self, _table: &str, _id: i64) -> Option<Arc<Values>> {
        None
    }
}
