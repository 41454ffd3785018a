//! `multiline`: several lines of plain text.

use super::{
    Widget,
    text::{LONGEST_PARAGRAPH, Textual, check_length},
};

pub const MULTILINE: Textual = Textual {
    widget: Widget::Paragraph,
    check: |field, value| check_length(field, value, LONGEST_PARAGRAPH),
    problems: |_| Vec::new(),
};
