//! `attachment`: files of any type, by id, in order.

use super::{Widget, file_list::FileList};

pub const ATTACHMENT: FileList = FileList { widget: Widget::Files, most: 50, accept: &[] };
