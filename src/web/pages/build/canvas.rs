//! The form as a designer draws it: every section and thing with its place, and the places between them.

use super::panel::{icon, kind_name};
use crate::{
    definition::{
        edit::{
            fields::kind_of,
            table::{fields_of, listed},
        },
        field::Kind,
    },
    i18n::Texts,
    web::{
        pages::find,
        view::designer::{CanvasBody, CanvasItem, CanvasSection, CanvasThing, Insert},
    },
};
use serde_json::Value as Json;

pub struct Canvas<'a> {
    pub texts: Texts,
    pub form: &'a Json,
    pub table: &'a Json,
    /// The designer's address.
    pub own: &'a str,
    /// The place that is selected; empty for the form itself.
    pub selected: &'a str,
    /// The place where the next thing goes, where one was chosen.
    pub insert: Option<&'a str>,
}

impl Canvas<'_> {
    fn address(&self, name: &str, at: &str) -> String {
        find::address(self.own, &[(name.to_owned(), at.to_owned())])
    }

    fn insert(&self, at: String) -> Insert {
        Insert { href: self.address("insert", &at), here: self.insert == Some(at.as_str()), at }
    }

    fn thing(&self, at: &str, title: String, said: &Json) -> CanvasThing {
        let marks =
            [("visible", "eye"), ("readonly", "lock"), ("default", "edit"), ("fill", "link"), ("options", "filter")];
        let marks = marks.into_iter().filter(|(name, _)| said.get(*name).is_some());
        CanvasThing {
            at: at.to_owned(),
            title,
            href: self.address("at", at),
            current: self.selected == at,
            marks: marks.map(|(name, icon)| (icon, self.texts.get(&format!("mark-{name}")))).collect(),
        }
    }

    /// The sections of a list of them.
    pub fn sections(&self, list: &str) -> Vec<CanvasSection> {
        let sections = self.form.pointer(list).and_then(Json::as_array).into_iter().flatten();
        sections
            .enumerate()
            .map(|(index, section)| {
                let at = format!("{list}/{index}");
                let title = section["title"].as_str().unwrap_or_default().to_owned();
                let items = section["items"].as_array().map_or(&[][..], Vec::as_slice);
                CanvasSection {
                    thing: self.thing(&at, title, section),
                    columns: section["columns"].as_u64().unwrap_or(2).to_string(),
                    items: items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| self.item(&format!("{at}/items/{index}"), item))
                        .collect(),
                    end: self.insert(format!("{at}/items/{}", items.len())),
                }
            })
            .collect()
    }

    fn item(&self, at: &str, item: &Json) -> CanvasItem {
        let texts = self.texts;
        let field = item["field"].as_str().or_else(|| item["lines"].as_str());
        let property = field.and_then(|key| fields_of(self.table, None)?.get(key));
        let kind = property.and_then(kind_of);
        let label = item["label"].as_str().map(str::to_owned);
        let title = match (field, property) {
            (Some(key), Some(property)) => {
                label.unwrap_or_else(|| property["title"].as_str().unwrap_or(key).to_owned())
            }
            (Some(key), None) => key.to_owned(),
            (None, _) if item.get("text").is_some() => texts.get("thing-text"),
            (None, _) if item.get("tabs").is_some() => texts.get("thing-tabs"),
            (None, _) => texts.get("thing-divider"),
        };
        let body = match (field, property) {
            (Some(_), None) => CanvasBody::Missing,
            (Some(key), Some(_)) if kind == Some(Kind::Lines) => self.grid(at, key, item),
            (Some(_), Some(property)) => CanvasBody::Field {
                icon: icon(kind),
                word: item["placeholder"].as_str().map_or_else(|| kind_name(texts, kind), str::to_owned),
                read_only: property["x-field"]["formula"].is_string()
                    || property["readOnly"] == true
                    || matches!(kind, Some(Kind::NumberSeries | Kind::Lookup | Kind::Rollup)),
            },
            (None, _) => match (item["text"].as_str(), item.get("tabs")) {
                (Some(text), _) => CanvasBody::Text(text.to_owned()),
                (None, Some(tabs)) => CanvasBody::Tabs {
                    tabs: self.sections(&format!("{at}/tabs")),
                    add: format!("{at}/tabs/{}", tabs.as_array().map_or(0, Vec::len)),
                },
                (None, None) => CanvasBody::Divider,
            },
        };
        let required = field.is_some_and(|key| {
            self.table["required"].as_array().is_some_and(|required| required.contains(&key.into()))
        });
        let wide = item["wide"] == true || !matches!(body, CanvasBody::Field { .. } | CanvasBody::Missing);
        CanvasItem {
            before: self.insert(at.to_owned()),
            thing: self.thing(at, title, item),
            wide,
            required: required || item["required"] == true,
            body,
        }
    }

    fn grid(&self, at: &str, lines: &str, item: &Json) -> CanvasBody {
        let title = |key: &str| {
            let column = fields_of(self.table, Some(lines)).and_then(|columns| columns.get(key));
            column.and_then(|column| column["title"].as_str()).unwrap_or(key).to_owned()
        };
        let named = item["columns"].as_array().filter(|columns| !columns.is_empty());
        let columns: Vec<CanvasThing> = match named {
            Some(columns) => columns
                .iter()
                .enumerate()
                .map(|(index, column)| {
                    let key = column["field"].as_str().unwrap_or_default();
                    let label = column["label"].as_str().map_or_else(|| title(key), str::to_owned);
                    self.thing(&format!("{at}/columns/{index}"), label, column)
                })
                .collect(),
            // All of the table's, in its order; said one by one as soon as one of them is changed.
            None => listed(self.table, Some(lines))
                .map(|(_, title, _)| CanvasThing {
                    at: String::new(),
                    title,
                    href: self.address("at", at),
                    current: false,
                    marks: Vec::new(),
                })
                .collect(),
        };
        let add = self.insert(format!("{at}/columns/{}", columns.len()));
        CanvasBody::Lines { columns, add }
    }

    /// Checks or buttons, by what they say.
    pub fn list(&self, list: &str, title: &str) -> Vec<CanvasThing> {
        let things = self.form.pointer(list).and_then(Json::as_array).into_iter().flatten();
        things
            .enumerate()
            .map(|(index, thing)| {
                self.thing(&format!("{list}/{index}"), thing[title].as_str().unwrap_or_default().to_owned(), thing)
            })
            .collect()
    }
}
