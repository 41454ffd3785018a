//! What stands at a place of a form, and what can be said of it there.

use super::{
    Refusal, form,
    property::{Property, Shape},
};
use serde_json::Value as Json;

/// What stands at a place of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Form,
    Section,
    Field,
    Lines,
    Column,
    Text,
    Divider,
    Tabs,
    Check,
    Button,
}

const COLLAPSE: &[&str] = &["open", "closed"];
const WIDGETS: &[&str] = &["segments", "radio", "stepper", "switch"];

impl Standing {
    /// What stands at a place.
    #[must_use]
    pub fn at(form: &Json, at: &str) -> Option<Self> {
        let thing = form.pointer(at)?;
        let mut names = at.rsplit('/').skip(1);
        Some(match names.next() {
            None => Self::Form,
            Some("layout" | "tabs") => Self::Section,
            Some("checks") => Self::Check,
            Some("buttons") => Self::Button,
            Some("columns") => Self::Column,
            Some("items") if thing.get("field").is_some() => Self::Field,
            Some("items") if thing.get("lines").is_some() => Self::Lines,
            Some("items") if thing.get("text").is_some() => Self::Text,
            Some("items") if thing.get("tabs").is_some() => Self::Tabs,
            Some("items") => Self::Divider,
            Some(_) => return None,
        })
    }

    /// What can be said of it here.
    #[must_use]
    pub fn properties(self) -> Vec<Property> {
        let rules = [
            Property::new("visible", "/visible", Shape::Rule),
            Property::new("required", "/required", Shape::Rule),
            Property::new("readonly", "/readonly", Shape::Rule),
        ];
        let shown = [
            Property::new("label", "/label", Shape::Text),
            Property::new("help", "/help", Shape::Text),
            Property::new("placeholder", "/placeholder", Shape::Text),
        ];
        match self {
            Self::Form => vec![
                Property::new("title", "/title", Shape::Title),
                Property::new("public_description", "/public/description", Shape::Paragraph),
                Property::new("public_message", "/public/message", Shape::Paragraph),
            ],
            Self::Section => vec![
                Property::new("title", "/title", Shape::Line),
                Property::new("columns", "/columns", Shape::Whole { least: 1, most: 4 }),
                Property::new("collapse", "/collapse", Shape::Word(COLLAPSE)),
                rules[0],
                rules[2],
            ],
            Self::Field | Self::Column => shown
                .into_iter()
                .chain([
                    Property::new("wide", "/wide", Shape::Flag),
                    Property::new("widget", "/widget", Shape::Word(WIDGETS)),
                    Property::new("default", "/default", Shape::Default),
                    Property::new("scan", "/scan", Shape::Flag),
                    Property::new("options", "/options", Shape::Filter),
                    Property::new("public_options", "/public_options", Shape::Flag),
                ])
                .chain(rules)
                .collect(),
            Self::Lines => shown
                .into_iter()
                .take(2)
                .chain([
                    Property::new("sums", "/sums", Shape::Words),
                    Property::new("distinct", "/distinct", Shape::Words),
                ])
                .chain(rules)
                .collect(),
            Self::Text => vec![Property::new("text", "/text", Shape::Title), rules[0]],
            Self::Divider | Self::Tabs => vec![rules[0]],
            Self::Check => vec![
                Property::new("rule", "/rule", Shape::Condition),
                Property::new("message", "/message", Shape::Title),
                Property::new("field", "/field", Shape::Field),
                Property::new("for_each", "/for_each", Shape::Field),
            ],
            Self::Button => vec![
                Property::new("title", "/title", Shape::Title),
                Property::new("visible", "/visible", Shape::Rule),
                Property::new("confirm", "/confirm/message", Shape::Line),
                Property::new("steps", "/steps", Shape::Json),
            ],
        }
    }
}

/// What no form can be: a tab without a title, tabs within tabs.
pub(super) fn broken_tabs(form: &Json) -> Option<Refusal> {
    form::items(form, "/layout").into_iter().filter(|(_, item)| item.get("tabs").is_some()).find_map(|(at, item)| {
        if at.contains("/tabs/") {
            return Some(Refusal::new("edit_inside"));
        }
        let untitled = |tab: &Json| tab["title"].as_str().is_none_or(|title| title.trim().is_empty());
        let any = item["tabs"].as_array().is_some_and(|tabs| tabs.iter().any(untitled));
        any.then(|| Refusal::new("edit_title").at("title"))
    })
}
