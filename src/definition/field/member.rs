//! `member`: one person, by id.

use super::{Widget, id::Id};

pub const MEMBER: Id = Id { widget: Widget::Member, problems: |_| Vec::new() };
