//! `link`: one row of another table, by id.

use super::{Field, Widget, id::Id};

pub const LINK: Id = Id { widget: Widget::Link, problems: needs_target };

/// A link says which table it points at.
pub fn needs_target(field: &Field) -> Vec<(String, String)> {
    if field.target.is_some() {
        Vec::new()
    } else {
        vec![("/x-field/table".into(), "a link names the table it points at".into())]
    }
}
