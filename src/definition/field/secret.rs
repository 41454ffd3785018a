//! `secret`: a text that people can set and clear but nobody reads back: a password, a key of another program. It is always
//! kept sealed; what is loaded says only that there is something.

use super::{
    Widget,
    text::{LONGEST_LINE, Textual, check_length},
};

pub const SECRET: Textual = Textual {
    widget: Widget::Secret,
    check: |field, value| check_length(field, value, LONGEST_LINE),
    problems: |field| match &field.formula {
        Some(_) => vec![("/x-field/formula".into(), "a secret is typed by somebody, not computed".into())],
        None => Vec::new(),
    },
};
