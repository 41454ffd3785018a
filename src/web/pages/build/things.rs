//! The things of a document as cards: what each is, what is said of it in a few words, and the ways to add another.

use super::{
    faces::{About, Sort},
    member::{Drawn, title_of, word_of},
    sheet::variant_word,
};
use crate::{
    definition::edit::sheet::{
        meta::{Form, Meta},
        standing::Standing,
    },
    web::{
        pages::find,
        view::{
            build::FindingRow,
            designer::CanvasThing,
            sheet::{Adder, ThingGroup, ThingItem},
        },
    },
};
use serde_json::Value as Json;

/// What draws cards.
pub struct Things<'a> {
    pub drawn: &'a Drawn<'a>,
    /// The page's own address.
    pub own: &'a str,
    pub selected: &'a str,
    pub findings: &'a [FindingRow],
}

/// Whether the things of a list hold things in turn.
fn branches(meta: &Meta) -> bool {
    let Some(item) = meta.item() else { return false };
    let turning = item.members(&Json::Null).into_iter().any(|member| member.turns);
    turning && !meta.id.ends_with("/who") || item.members(&Json::Null).iter().any(|member| member.form == Form::Things)
}

/// The most facts that a card tells.
const FACTS: usize = 3;

impl Things<'_> {
    /// The lists of a thing, all of them or those of these members.
    pub fn groups(&self, standing: &Standing, at: &str, only: &[&str]) -> Vec<ThingGroup> {
        let lists = standing.lists().into_iter();
        let wanted = |list: &str| only.is_empty() || only.iter().any(|name| list == format!("/{name}"));
        lists
            .filter(|(list, ..)| wanted(list))
            .filter_map(|(list, meta, ordered)| self.group(standing, &format!("{at}{list}"), &list, &meta, ordered))
            .collect()
    }

    fn group(&self, standing: &Standing, at: &str, list: &str, meta: &Meta, ordered: bool) -> Option<ThingGroup> {
        let texts = self.drawn.texts();
        let documents = &self.drawn.opened.state.new;
        let value = standing.value.pointer(list).cloned().unwrap_or(Json::Null);
        let empty =
            value.as_array().is_none_or(Vec::is_empty) && value.as_object().is_none_or(serde_json::Map::is_empty);
        if meta.is_later(None) && empty {
            return None;
        }
        // Within a card, what has nothing in it is added in the panel; only what builds a tree further keeps its place.
        let chosen = !self.selected.is_empty() && at.starts_with(self.selected);
        if empty && !chosen && standing.movable && !branches(meta) {
            return None;
        }
        let keys: Vec<String> = match &value {
            Json::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
            Json::Object(members) => members.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let around = standing.with(documents, meta, value);
        let count = keys.len();
        let items = keys.into_iter().enumerate().filter_map(|(index, key)| {
            let inner = around.below(documents, &key)?;
            let at = format!("{at}/{key}");
            let own = |row: &&FindingRow| row.pointer == at || row.pointer.starts_with(&format!("{at}/"));
            Some(ThingItem {
                word: variant_word(self.drawn, &inner),
                facts: self.facts(&inner),
                first: index == 0,
                last: index + 1 == count,
                findings: self.findings.iter().filter(own).map(|row| row.message.clone()).collect(),
                groups: self.groups(&inner, &at, &[]),
                thing: self.thing(&inner, &at),
            })
        });
        let items = items.collect();
        let title = title_of(texts, meta);
        Some(ThingGroup {
            help: texts.schema_help(&meta.id).unwrap_or_else(|| meta.description()).to_owned(),
            empty: texts.get("sheet-empty"),
            add: self.adders(meta, ordered),
            at: format!("{at}/{}", if ordered { "9999" } else { "_" }),
            title,
            items,
            ordered,
        })
    }

    /// A thing as something that can be selected.
    pub fn thing(&self, standing: &Standing, at: &str) -> CanvasThing {
        CanvasThing {
            at: at.to_owned(),
            title: self.title(standing),
            href: find::address(self.own, &[("at".to_owned(), at.to_owned())]),
            current: at == self.selected,
            marks: Vec::new(),
        }
    }

    fn title(&self, standing: &Standing) -> String {
        let texts = self.drawn.texts();
        let members = standing.meta.members(&standing.value);
        let text = |name: &str| standing.value.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let called =
            members.iter().find(|member| member.form == Form::One("title")).and_then(|member| text(member.name));
        if let Some(called) = called {
            return called.to_owned();
        }
        let field = |member: &&crate::definition::edit::sheet::meta::Member| {
            matches!(member.form, Form::One("field" | "path" | "group" | "lines"))
        };
        if let Some((member, key)) = members.iter().filter(field).find_map(|member| Some((member, text(member.name)?)))
        {
            let table = standing.table_of(&self.drawn.opened.state.new, &member.meta);
            return self.drawn.field_title(&table, key);
        }
        if let Some((member, measure)) = members
            .iter()
            .filter(|member| member.form == Form::One("measure"))
            .find_map(|member| Some((member, text(member.name)?)))
        {
            return self.drawn.measure_title(standing, &member.meta, measure);
        }
        for (folder, member) in members.iter().filter_map(|member| match member.form {
            Form::One(holds @ ("view" | "table" | "report" | "dashboard" | "role" | "ledger" | "form" | "flow")) => {
                Some((format!("{holds}s"), member))
            }
            _ => None,
        }) {
            if let Some(key) = text(member.name) {
                return self.drawn.opened.title(&format!("{folder}/{key}.json"));
            }
        }
        let word = variant_word(self.drawn, standing);
        if word.is_empty() { title_of(texts, &standing.meta) } else { word }
    }

    /// What is said of a thing, the title aside.
    fn facts(&self, standing: &Standing) -> Vec<String> {
        let texts = self.drawn.texts();
        let title = self.title(standing);
        let mut facts = Vec::new();
        for member in standing.meta.members(&standing.value) {
            let Some(value) = standing.value.get(member.name) else { continue };
            let about = About { table: &standing.table, line: &standing.line };
            let fact = match (&member.form, value) {
                (Form::One("condition" | "expression"), Json::String(text)) => {
                    self.drawn.faces.said(&Sort::Condition, about, text)
                }
                (Form::Filter, value) => self.drawn.faces.said(&Sort::Filter, about, &value.to_string()),
                (Form::One("role"), Json::String(key)) => self.drawn.opened.title(&format!("roles/{key}.json")),
                (Form::One("field" | "path" | "lines" | "group"), Json::String(key)) => {
                    let table = standing.table_of(&self.drawn.opened.state.new, &member.meta);
                    self.drawn.field_title(&table, key)
                }
                (Form::One("text" | "template" | "paragraph" | "duration" | "offset" | "cron"), Json::String(text)) => {
                    text.clone()
                }
                (Form::Word(_), Json::String(word)) if !member.turns => word_of(texts, &member.meta, word),
                (Form::Flag, Json::Bool(true)) => title_of(texts, &member.meta),
                (Form::Words(_), Json::Array(words)) => {
                    let words = words.iter().filter_map(Json::as_str).map(|word| word_of(texts, &member.meta, word));
                    words.collect::<Vec<_>>().join(&texts.get("list-separator"))
                }
                _ => continue,
            };
            if !fact.is_empty() && fact != title {
                facts.push(fact);
            }
            if facts.len() == FACTS {
                break;
            }
        }
        facts
    }

    /// The ways to add a thing: one for each sort, where there are several.
    fn adders(&self, meta: &Meta, ordered: bool) -> Vec<Adder> {
        let texts = self.drawn.texts();
        let Some(item) = meta.item() else { return Vec::new() };
        let members = item.members(&Json::Null);
        let titled = !ordered || members.iter().any(|member| member.form == Form::One("title") && member.required);
        let turning = members.iter().find(|member| member.turns && member.required);
        if let Some((member, words)) = turning.and_then(|member| match &member.form {
            Form::Word(words) => Some((member, words)),
            _ => None,
        }) {
            let offered = words.iter().filter(|word| !member.meta.is_later(Some(word)));
            return offered
                .map(|word| Adder {
                    variant: format!("{}:{word}", member.name),
                    label: word_of(texts, &member.meta, word),
                    titled,
                })
                .collect();
        }
        let alternatives = item.alternatives(&Json::Null);
        let named = alternatives.iter().filter_map(|name| {
            let member = members.iter().find(|member| member.name == *name)?;
            Some(Adder { variant: format!("{name}:*"), label: title_of(texts, &member.meta), titled })
        });
        let named: Vec<Adder> = named.collect();
        if named.is_empty() {
            return vec![Adder { variant: String::new(), label: texts.get("sheet-add"), titled }];
        }
        named
    }
}
