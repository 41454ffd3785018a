//! What a flow's document says, in plain words of the reader's language.

use crate::{
    definition::{
        edit::table::{fields_of, listed},
        package::Documents,
    },
    i18n::{Arg, Texts, format},
};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::collections::HashMap;

/// What the words are taken from.
pub struct Words<'a> {
    pub texts: Texts,
    /// The draft, its titles in the reader's language.
    pub documents: &'a Documents,
    /// The table whose records are approved.
    pub table: &'a Json,
    /// What people are called, by login.
    pub names: &'a HashMap<String, String>,
    /// A condition in words.
    pub said: &'a dyn Fn(&str) -> String,
}

/// What a step is called: its own title, else its kind's.
pub fn title_of(texts: Texts, node: &Json) -> String {
    match node["title"].as_str().filter(|title| !title.is_empty()) {
        Some(title) => title.to_owned(),
        None => texts.get(&format!("flow-kind-{}", node["type"].as_str().unwrap_or("approve"))),
    }
}

impl Words<'_> {
    fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values: Vec<(&str, Arg<'_>)> = values.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        self.texts.with(key, &values)
    }

    fn listed(&self, parts: &[String]) -> String {
        format::listed(self.texts, parts)
    }

    /// The title of a document.
    fn document(&self, folder: &str, key: &str) -> String {
        let json = self.documents.json(&format!("{folder}/{key}.json")).unwrap_or_default();
        json["title"].as_str().unwrap_or(key).to_owned()
    }

    /// The title of a field, or of a column of lines: `lines.qty`.
    pub fn field(&self, path: &str) -> String {
        let (lines, key) = match path.split_once('.') {
            Some((lines, key)) if fields_of(self.table, Some(lines)).is_some() => (Some(lines), key),
            _ => (None, path),
        };
        let title = |lines: Option<&str>, key: &str| {
            listed(self.table, lines).find(|(known, ..)| *known == key).map(|(_, title, _)| title)
        };
        match (lines, key) {
            (_, "*") => self.texts.get("flow-other-fields"),
            (Some(lines), key) => {
                let column = title(Some(lines), key).unwrap_or_else(|| key.to_owned());
                format!("{} · {column}", title(None, lines).unwrap_or_default())
            }
            (None, key) => title(None, key).unwrap_or_else(|| self.system(key)),
        }
    }

    fn system(&self, key: &str) -> String {
        let name = format!("field-{}", key.replace('_', "-"));
        let known = self.texts.get(&name);
        if known == name { key.to_owned() } else { known }
    }

    pub fn kind(&self, kind: &str) -> String {
        self.texts.get(&format!("flow-kind-{kind}"))
    }

    pub fn title(&self, node: &Json) -> String {
        title_of(self.texts, node)
    }

    pub fn way(&self, number: usize) -> String {
        self.texts.count("flow-way", number)
    }

    pub fn add_after(&self, title: &str) -> String {
        self.with("flow-add-after", &[("title", title)])
    }

    pub fn condition(&self, source: &str) -> String {
        let said = (self.said)(source);
        // A formula is read here, not written: without the signs that set names apart.
        if !said.contains('[') {
            return said;
        }
        let plain: String = said.chars().filter(|letter| !matches!(letter, '[' | ']')).collect();
        [("<=", "≤"), (">=", "≥"), ("<>", "≠")].iter().fold(plain, |text, (from, to)| text.replace(from, to))
    }

    pub fn starters(&self) -> String {
        let table = self.table["title"].as_str().unwrap_or_default();
        self.with("flow-starters", &[("table", table)])
    }

    /// How several people decide.
    pub fn mode(&self, node: &Json) -> String {
        if node["type"] == "branch" {
            let mode = node["mode"].as_str().unwrap_or("exclusive");
            return self.texts.get(&format!("flow-branch-{mode}"));
        }
        if !matches!(node["type"].as_str(), Some("approve" | "handle")) {
            return String::new();
        }
        let mode = &node["mode"];
        let need = mode["need"].as_u64().unwrap_or_default().to_string();
        let pass = mode["pass"].as_str().unwrap_or("any");
        self.with(&format!("flow-mode-{pass}"), &[("need", &need)])
    }

    /// What a step says besides its title. `node_title` is what another step is called.
    pub fn lines(&self, node: &Json, node_title: &dyn Fn(&str) -> String) -> Vec<String> {
        let text = |name: &str| node[name].as_str().unwrap_or_default();
        let mut lines = Vec::new();
        match text("type") {
            "approve" | "handle" | "cc" => {
                let who = node["who"].as_array().map_or(&[][..], Vec::as_slice);
                lines.push(if who.is_empty() {
                    self.texts.get("flow-nobody-said")
                } else {
                    self.people_of(who, node_title)
                });
                lines.extend(self.rights(&node["fields"]));
            }
            "delay" if !text("for").is_empty() => {
                lines.push(self.with("flow-delay-for", &[("time", &self.lasting(text("for")))]));
            }
            "delay" => lines.push(self.with("flow-delay-until", &[("time", &self.condition(text("until")))])),
            "action" => lines.extend(self.effects(&node["steps"])),
            "subflow" => lines.push(self.document("flows", text("flow"))),
            "route" => lines.push(self.with("flow-route-to", &[("node", &node_title(text("to")))])),
            "end" => {
                let outcome = node["outcome"].as_str().unwrap_or("approved");
                lines.push(self.texts.get(&format!("state-{outcome}")));
            }
            _ => {}
        }
        lines
    }

    /// How many fields are hidden, can be filled in, or must be.
    pub fn rights(&self, fields: &Json) -> Option<String> {
        let mut counts: IndexMap<&str, usize> = IndexMap::new();
        for right in fields.as_object()?.values().filter_map(Json::as_str) {
            *counts.entry(right).or_default() += 1;
        }
        let parts: Vec<String> = ["hidden", "edit", "required"]
            .iter()
            .filter_map(|right| {
                counts.get(right).map(|count| self.texts.count(&format!("flow-rights-{right}"), *count))
            })
            .collect();
        (!parts.is_empty()).then(|| self.listed(&parts))
    }

    /// What steps do to data, each in a word.
    pub fn effects(&self, steps: &Json) -> Vec<String> {
        let named = steps.as_array().into_iter().flatten().filter_map(|step| {
            let what = step["do"].as_str()?;
            let about = step["ledger"].as_str().map(|key| self.document("ledgers", key));
            let about = about.or_else(|| step["table"].as_str().map(|key| self.document("tables", key)));
            let word = self.texts.get(&format!("flow-step-{}", what.replace('_', "-")));
            Some(match about {
                Some(about) => format!("{word} · {about}"),
                None => word,
            })
        });
        named.collect()
    }

    pub fn people(&self, who: &[Json]) -> String {
        self.people_of(who, &str::to_owned)
    }

    fn people_of(&self, who: &[Json], node_title: &dyn Fn(&str) -> String) -> String {
        let parts: Vec<String> = who.iter().map(|rule| self.rule(rule, node_title)).collect();
        self.listed(&parts)
    }

    fn rule(&self, rule: &Json, node_title: &dyn Fn(&str) -> String) -> String {
        let text = |name: &str| rule[name].as_str().filter(|text| !text.is_empty());
        match rule["rule"].as_str().unwrap_or_default() {
            "members" => {
                let logins = rule["members"].as_array().into_iter().flatten().filter_map(Json::as_str);
                let names: Vec<String> =
                    logins.map(|login| self.names.get(login).cloned().unwrap_or_else(|| login.to_owned())).collect();
                if names.is_empty() { self.texts.get("flow-nobody-said") } else { self.listed(&names) }
            }
            "role" => {
                let role = self.document("roles", text("role").unwrap_or_default());
                match rule["where"]["field"].as_str() {
                    Some(field) => self.with("flow-who-role-of", &[("role", &role), ("field", &self.field(field))]),
                    None => role,
                }
            }
            "department" => {
                let named =
                    text("department").map(str::to_owned).or_else(|| text("field").map(|field| self.field(field)));
                let department = named.unwrap_or_else(|| self.texts.get("flow-own-department"));
                let take = rule["take"].as_str().unwrap_or("head");
                self.with(&format!("flow-who-department-{take}"), &[("department", &department)])
            }
            "superior" => match rule["level"].as_u64().unwrap_or(1) {
                1 => self.texts.get("flow-who-superior"),
                level => self.with("flow-who-superior-level", &[("level", &level.to_string())]),
            },
            "superiors" => match (rule["level"].as_u64(), text("role")) {
                (Some(level), _) => self.with("flow-who-superiors-level", &[("level", &level.to_string())]),
                (None, Some(role)) => self.with("flow-who-superiors-role", &[("role", &self.document("roles", role))]),
                (None, None) => self.texts.get("flow-who-superiors"),
            },
            "field" => self.with("flow-who-field", &[("field", &self.field(text("field").unwrap_or_default()))]),
            "handler" => self.with("flow-who-handler", &[("node", &node_title(text("node").unwrap_or_default()))]),
            "" => self.texts.get("flow-nobody-said"),
            other => self.texts.get(&format!("flow-who-{}", other.replace('_', "-"))),
        }
    }

    /// `2d` → 2 days, `1wd` → 1 working day.
    fn lasting(&self, time: &str) -> String {
        let digits = time.chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = time.split_at(digits);
        match (number.parse::<usize>(), unit) {
            (Ok(number), "m" | "h" | "d" | "wh" | "wd") => self.texts.count(&format!("flow-time-{unit}"), number),
            _ => time.to_owned(),
        }
    }
}
