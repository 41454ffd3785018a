//! `links`: several rows of another table, by id, in order.

use super::{Widget, id_list::IdList, link::needs_target};

pub const LINKS: IdList = IdList { widget: Widget::Links, problems: needs_target };
