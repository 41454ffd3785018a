//! What a new thing begins as: no more than its kind asks for, from what the app has.

use super::{
    meta::{Form, Member, Meta},
    standing::Standing,
};
use crate::{
    base::key::made_of,
    definition::{
        edit::table::{listed, path as table_path},
        package::Documents,
    },
};
use serde_json::{Map, Value as Json};

/// From what a new thing is made.
#[derive(Clone, Copy)]
pub struct Soil<'a> {
    pub documents: &'a Documents,
    pub path: &'a str,
    /// The table that it is about, where nothing else says.
    pub table: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// The keys that are taken among those that the designer makes.
    pub taken: &'a dyn Fn(&str) -> bool,
}

impl Soil<'_> {
    /// A thing of this kind, where it is that. `given`: what is settled already.
    #[must_use]
    pub fn thing(&self, around: &Standing, meta: &Meta, given: Map<String, Json>) -> Json {
        let mut thing = Json::Object(given);
        self.complete(around, meta, &mut thing);
        // What a builder expects of a new thing is said, though it need not be.
        let expected = meta.members(&thing).into_iter().filter(|member| !member.required);
        for (member, starter) in expected.filter_map(|member| Some((member.name, self.begun(member.meta.starter()?)))) {
            if let Some(own) = thing.as_object_mut().filter(|own| !own.contains_key(member)) {
                own.insert(member.to_owned(), starter);
            }
        }
        thing
    }

    /// Puts in what a thing must have, and takes out what it cannot.
    pub fn complete(&self, around: &Standing, meta: &Meta, thing: &mut Json) {
        // What is put in may ask for more.
        for _ in 0..3 {
            let members = meta.members(thing);
            let alternatives = meta.alternatives(thing);
            let Some(own) = thing.as_object_mut() else { return };
            own.retain(|name, _| members.iter().any(|member| member.name == name));
            let chosen = alternatives.iter().find(|name| own.contains_key(**name)).or(alternatives.first()).copied();
            for member in &members {
                let is_alternative = alternatives.contains(&member.name);
                if is_alternative && Some(member.name) != chosen {
                    own.shift_remove(member.name);
                    continue;
                }
                let wanted = member.required || (is_alternative && Some(member.name) == chosen);
                let known = own.get(member.name).is_some_and(|value| self.fits(member, value));
                if wanted && !known {
                    let here = around.with(self.documents, meta, Json::Object(own.clone()));
                    own.insert(member.name.to_owned(), self.one(&here, member));
                }
            }
        }
    }

    fn fits(&self, member: &Member, value: &Json) -> bool {
        match &member.form {
            Form::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Form::Key | Form::One(_) => value.as_str().is_some_and(|text| !text.is_empty()),
            _ => true,
        }
    }

    /// The value that a schema gives a new member: `{title}` is what the thing is called.
    fn begun(&self, starter: &Json) -> Json {
        if starter == "{title}" { self.title.into() } else { starter.clone() }
    }

    /// What one member begins as.
    #[must_use]
    pub fn one(&self, around: &Standing, member: &Member) -> Json {
        if let Some(starter) = member.meta.starter() {
            return self.begun(starter);
        }
        match &member.form {
            Form::Key => made_of(self.title, "step", self.taken).into(),
            Form::One(holds) => self.text(around, &member.meta, holds).into(),
            Form::Flag | Form::Rule => Json::Bool(true),
            Form::Whole { least, .. } => (*least).max(1).into(),
            Form::Word(words) | Form::WordOrFilter(words) => words.first().copied().unwrap_or_default().into(),
            Form::Words(words) => words.iter().take(1).copied().collect(),
            Form::Several(holds) => {
                let least = usize::try_from(member.meta.least()).unwrap_or_default();
                std::iter::repeat_n(self.text(around, &member.meta, holds), least).collect()
            }
            Form::Group => self.thing(around, &member.meta, Map::new()),
            Form::Things if member.meta.least() > 0 => {
                let item = member.meta.item().map(|item| self.thing(around, &item, Map::new()));
                item.into_iter().collect()
            }
            Form::Things => Json::Array(Vec::new()),
            Form::Filter => serde_json::json!({"all": []}),
            Form::Named | Form::Pairs { .. } | Form::Json => Json::Object(Map::new()),
        }
    }

    /// The first thing of its kind that there is.
    fn text(&self, around: &Standing, meta: &Meta, holds: &str) -> String {
        let first =
            |folder: &str| self.documents.folder(folder).map(|(stem, _)| stem.to_owned()).next().unwrap_or_default();
        match holds {
            "table" if !around.table.is_empty() => around.table.clone(),
            "table" if !self.table.is_empty() => self.table.to_owned(),
            "table" => first("tables"),
            "view" | "form" | "report" | "dashboard" | "role" | "flow" | "ledger" | "print" => {
                first(&format!("{holds}s"))
            }
            "field" | "path" | "order" | "lines" | "group" => {
                let table = Some(around.table_of(self.documents, meta)).filter(|table| !table.is_empty());
                let table = table.unwrap_or_else(|| self.table.to_owned());
                let json = self.documents.json(&table_path(&table)).unwrap_or_default();
                let kinds = meta.kinds();
                let found = listed(&json, None).find(|(_, _, kind)| {
                    let name = kind.map_or("", crate::definition::field::Kind::name);
                    match holds {
                        "lines" => name == "lines",
                        _ if kinds.is_empty() => !matches!(name, "lines" | "secret" | "json" | "rich_text"),
                        _ => kinds.contains(&name),
                    }
                });
                found.map(|(key, ..)| key.to_owned()).unwrap_or_default()
            }
            "entry" => first("views"),
            "column_expression" => "0".to_owned(),
            "condition" => "true".to_owned(),
            "expression" => "()".to_owned(),
            "measure" => "count()".to_owned(),
            "locale" => "zh-CN".to_owned(),
            "version" => "0.1.0".to_owned(),
            "cron" => "0 8 * * *".to_owned(),
            "url" => "https://".to_owned(),
            "duration" => "24h".to_owned(),
            _ => self.title.to_owned(),
        }
    }
}
