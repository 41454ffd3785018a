//! `department`: one part of the company, by id.

use super::{Widget, id::Id};

pub const DEPARTMENT: Id = Id { widget: Widget::Department, problems: |_| Vec::new() };
