//! `number_series`: the document's number, taken by the engine at the first submit.

use super::{Field, SeriesPattern, Widget, text::Textual};

pub const NUMBER_SERIES: Textual = Textual { widget: Widget::Line, check: |_, _| Ok(()), problems };

fn problems(field: &Field) -> Vec<(String, String)> {
    let pattern = field.pattern.as_deref().unwrap_or_default();
    match SeriesPattern::parse(pattern, field.reset.unwrap_or_default()) {
        Ok(_) => Vec::new(),
        Err(message) => vec![("/x-field/pattern".into(), message)],
    }
}
