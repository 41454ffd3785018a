//! `members`: several people, by id, in order.

use super::{Widget, id_list::IdList};

pub const MEMBERS: IdList = IdList { widget: Widget::Members, problems: |_| Vec::new() };
