//! Errors on their way to the places of a form: JSON Pointers become posted names, and nothing gets lost on the way.

use crate::{
    base::error::FieldError,
    definition::{field::Kind, table::Table},
    i18n::Texts,
    service::Shortage,
    web::{error::say_field, view::FormError},
};
use indexmap::IndexMap;

/// What is wrong with a form, by posted name, in the order found.
#[derive(Debug, Default, Clone)]
pub struct Problems {
    at: IndexMap<String, Vec<String>>,
    whole: Vec<String>,
    /// In the order of the page, as the places were drawn.
    drawn: Vec<FormError>,
}

impl Problems {
    /// Takes errors over as the reader reads them. A place that has one already keeps that one: the first says why.
    pub fn add(&mut self, texts: Texts, table: &Table, errors: &[FieldError]) {
        let before: Vec<String> = self.at.keys().cloned().collect();
        for error in errors {
            let message = say_field(texts, error);
            match name_of(table, &error.path) {
                None => self.say(message),
                Some(name) if before.contains(&name) => {}
                Some(name) => {
                    let messages = self.at.entry(name).or_default();
                    if !messages.contains(&message) {
                        messages.push(message);
                    }
                }
            }
        }
    }

    /// An error of the whole form.
    pub fn say(&mut self, message: String) {
        if !self.whole.contains(&message) {
            self.whole.push(message);
        }
    }

    /// Every shortage at the lines that cause it, and all of them above the form.
    pub fn short(&mut self, shortages: &[Shortage]) {
        for shortage in shortages {
            for line in &shortage.lines {
                let name = format!("{}.{line}", shortage.lines_field);
                self.at.entry(name).or_default().push(shortage.message.clone());
            }
            if shortage.lines.is_empty() {
                self.say(shortage.message.clone());
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.at.is_empty() && self.whole.is_empty() && self.drawn.is_empty()
    }

    /// The messages of a place, which is drawn now.
    pub fn take(&mut self, name: &str) -> Vec<String> {
        let messages = self.at.shift_remove(name).unwrap_or_default();
        for message in &messages {
            self.drawn.push(FormError { message: message.clone(), name: Some(name.to_owned()) });
        }
        messages
    }

    /// The one message of a control.
    pub fn of(&mut self, name: &str) -> Option<String> {
        let messages = self.take(name);
        if messages.is_empty() { None } else { Some(messages.join(" ")) }
    }

    /// All errors in the order of the page. Those whose place was not drawn stand above the form, with the field's title.
    pub fn finish(mut self, table: &Table) -> Vec<FormError> {
        for (name, messages) in std::mem::take(&mut self.at) {
            let path: Vec<&str> = name.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
            let title = table.field_at(&path.join(".")).map(|field| field.title.clone());
            for message in messages {
                self.say(title.as_ref().map_or_else(|| message.clone(), |title| format!("{title}: {message}")));
            }
        }
        let whole = self.whole.into_iter().map(|message| FormError { message, name: None });
        whole.chain(self.drawn).collect()
    }
}

/// The posted name of a JSON Pointer: `/lines/0/qty` → `lines.0.qty`, `/tags/1` → `tags`; nothing for the whole.
fn name_of(table: &Table, pointer: &str) -> Option<String> {
    let mut parts = pointer.split('/').skip(1);
    let first = parts.next().filter(|part| !part.is_empty())?;
    // A number behind a field that is no grid counts the items of one value.
    let grid = table.field(first).is_some_and(|field| field.kind == Kind::Lines);
    let Some(row) = parts.next().filter(|row| grid && row.parse::<usize>().is_ok()) else {
        return Some(first.to_owned());
    };
    match parts.next() {
        Some(column) => Some(format!("{first}.{row}.{column}")),
        None => Some(format!("{first}.{row}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_become_names() {
        let table = Table::parse(&json!({
            "title": "Order", "type": "object", "x-table": {"key": "order"},
            "properties": {
                "tags": {"title": "Tags", "type": "array", "x-field": {"kind": "links", "table": "tag"}},
                "lines": {"title": "Lines", "type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                    "qty": {"title": "Qty", "type": "string", "x-field": {"kind": "decimal"}}}}}
            }
        }))
        .expect("the table reads");
        for (pointer, name) in [
            ("", None),
            ("/customer", Some("customer")),
            ("/tags/1", Some("tags")),
            ("/lines/0/qty", Some("lines.0.qty")),
            ("/lines/0/tags/2", Some("lines.0.tags")),
            ("/lines/3", Some("lines.3")),
        ] {
            assert_eq!(name_of(&table, pointer).as_deref(), name, "{pointer}");
        }
    }
}
