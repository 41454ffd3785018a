//! `image`: pictures, by id, in order.

use super::{Widget, file_list::FileList};

/// The types of pictures that can be made smaller to be shown.
pub const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"];

pub const IMAGE: FileList = FileList { widget: Widget::Images, most: 50, accept: PICTURES };
