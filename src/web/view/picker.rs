//! The answer to a search in a picker: the options that fit, as list items.

use super::field::Choice;
use crate::i18n::Texts;
use askama::Template;

/// At most some twenty options; `more` says that there are others.
#[derive(Template)]
#[template(path = "fragments/picker.html")]
pub struct PickerFragment {
    pub t: Texts,
    pub options: Vec<Choice>,
    pub more: bool,
}
