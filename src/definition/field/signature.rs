//! `signature`: one picture, drawn by hand or uploaded; a list of at most one id.

use super::{Widget, file_list::FileList};

pub const SIGNATURE: FileList =
    FileList { widget: Widget::Signature, most: 1, accept: &["image/png", "image/jpeg", "image/webp"] };
