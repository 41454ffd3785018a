//! Plans and differences in words, for pages and API alike.

use crate::{
    definition::{
        app::App,
        evolution::{Difference, Place, Step},
        package::place,
    },
    i18n::{Arg, Texts},
    service::evolve::{Outcome, PlanStep},
};
use serde_json::{Value as Json, json};

/// What steps and differences are called: by the titles of the old version and of the new one.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub texts: Texts,
    pub old: Option<&'a App>,
    pub new: Option<&'a App>,
}

impl Words<'_> {
    fn table(&self, key: &str) -> String {
        let title = |app: Option<&App>| Some(app?.tables.get(key)?.title.clone());
        title(self.new).or_else(|| title(self.old)).unwrap_or_else(|| key.to_owned())
    }

    /// `Order`, or `Order · Lines`.
    #[must_use]
    pub fn place(&self, place: &Place) -> String {
        let table = self.table(&place.table);
        let Some(lines) = &place.lines else { return table };
        format!("{table} · {}", self.field(&Place::table(&place.table), lines))
    }

    fn field(&self, place: &Place, key: &str) -> String {
        let title = |app: Option<&App>| Some(place.field(app?, key)?.title.clone());
        title(self.new).or_else(|| title(self.old)).unwrap_or_else(|| key.to_owned())
    }

    fn fields(&self, table: &str, keys: &[String]) -> String {
        let place = Place::table(table);
        let titles: Vec<String> = keys.iter().map(|key| self.field(&place, key)).collect();
        titles.join(" + ")
    }

    fn kind(&self, app: Option<&App>, place: &Place, key: &str) -> String {
        let Some(field) = app.and_then(|app| place.field(app, key)) else { return String::new() };
        let name = self.kind_named(field.kind.name());
        if field.kind.is_number() && field.kind.name() != "integer" && field.kind.name() != "rating" {
            let scale = i64::from(field.scale);
            return self.texts.with("kind-with-scale", &[("kind", Arg::Text(&name)), ("scale", Arg::Number(scale))]);
        }
        name
    }

    /// The name of a kind of field.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> String {
        let key = format!("kind-{}", name.replace('_', "-"));
        let text = self.texts.get(&key);
        if text == key { name.to_owned() } else { text }
    }

    fn flow(&self, key: &str) -> String {
        let title = |app: Option<&App>| Some(app?.flows.get(key)?.title.clone());
        title(self.new).or_else(|| title(self.old)).unwrap_or_else(|| key.to_owned())
    }

    /// What a step does, in one sentence.
    #[must_use]
    pub fn step(&self, step: &Step) -> String {
        let key = format!("step-{}", step.word().replace('_', "-"));
        let say = |values: &[(&str, &str)]| {
            let values: Vec<(&str, Arg<'_>)> = values.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
            self.texts.with(&key, &values)
        };
        match step {
            Step::RenameTable { from, to } | Step::RenameField { from, to, .. } => say(&[("from", from), ("to", to)]),
            Step::AddTable { .. } | Step::RestoreTable { .. } | Step::RemoveTable { .. } => say(&[]),
            Step::AddLines { place } | Step::RestoreLines { place } | Step::RemoveLines { place } => {
                let lines = place.lines.as_deref().unwrap_or_default();
                say(&[("field", &self.field(&Place::table(&place.table), lines))])
            }
            Step::Convert { place, field } | Step::Retype { place, field } | Step::Frozen { place, field } => {
                let (from, to) = (self.kind(self.old, place, field), self.kind(self.new, place, field));
                say(&[("field", &self.field(place, field)), ("from", &from), ("to", &to)])
            }
            Step::Fill { place, field } => {
                let by = match self.new.and_then(|app| place.field(app, field)) {
                    Some(field) if field.rollup.is_some() => "rollup",
                    Some(field) if field.formula.is_some() => "formula",
                    _ => "default",
                };
                say(&[("field", &self.field(place, field)), ("by", by)])
            }
            Step::AddField { place, field }
            | Step::RestoreField { place, field }
            | Step::RemoveField { place, field }
            | Step::Required { place, field }
            | Step::Formula { place, field } => say(&[("field", &self.field(place, field))]),
            Step::Unique { table, fields } | Step::NotUnique { table, fields } | Step::Index { table, fields } => {
                say(&[("field", &self.fields(table, fields))])
            }
            Step::RemoveOption { place, field, option } => {
                let title =
                    self.old.and_then(|app| place.field(app, field)?.option(option)).map(|option| &option.title);
                say(&[("field", &self.field(place, field)), ("option", title.unwrap_or(option))])
            }
            Step::Ledger { ledger } => {
                let title = self.new.and_then(|app| app.ledgers.get(ledger)).map_or(ledger, |ledger| &ledger.title);
                say(&[("ledger", title)])
            }
            Step::Flow { flow } | Step::RemoveFlow { flow } => say(&[("flow", &self.flow(flow))]),
        }
    }

    /// What a step means for the rows that are there, in one sentence; empty where there is nothing to say.
    #[must_use]
    pub fn result(&self, step: &PlanStep) -> String {
        let number = |count: u64| Arg::Number(i64::try_from(count).unwrap_or(i64::MAX));
        let say = |key: &str, count: u64| self.texts.with(key, &[("count", number(count))]);
        match &step.step {
            Step::Convert { .. } | Step::Retype { .. } => {
                let parts: Vec<String> =
                    [("result-lost", step.lost), ("result-cut", step.cut), ("result-odd", step.odd)]
                        .into_iter()
                        .filter(|(_, count)| *count > 0)
                        .map(|(key, count)| say(key, count))
                        .collect();
                if parts.is_empty() {
                    self.texts.get("result-all-fit")
                } else {
                    parts.join(self.texts.get("result-join").as_str())
                }
            }
            Step::RemoveField { .. } | Step::RemoveTable { .. } | Step::RemoveLines { .. } if step.affected > 0 => {
                say("result-hidden", step.affected)
            }
            Step::RestoreField { .. } | Step::RestoreTable { .. } | Step::RestoreLines { .. } => {
                self.texts.get("result-back")
            }
            Step::Unique { .. } if step.affected > 0 => say("result-collide", step.affected),
            Step::Required { .. } if step.affected > 0 => say("result-unset", step.affected),
            Step::RemoveOption { .. } if step.affected > 0 => say("result-option", step.affected),
            Step::Flow { .. } | Step::RemoveFlow { .. } if step.affected > 0 => say("result-cases", step.affected),
            Step::Formula { .. } => self.texts.get("result-formula"),
            Step::Frozen { .. } => self.texts.get("result-frozen"),
            Step::Ledger { .. } => self.texts.get("result-ledger"),
            _ => self.texts.get("result-safe"),
        }
    }

    /// A difference in one sentence.
    #[must_use]
    pub fn difference(&self, difference: &Difference) -> String {
        let shown: Vec<(&str, String)> = difference
            .said
            .values
            .iter()
            .map(|(name, value)| {
                let kinds = *name == "kind" || difference.said.key == "diff-field-kind" && *name != "field";
                let value = match *name {
                    "member" => self.member(value),
                    "from" | "to" if difference.said.key == "diff-field-target" => self.table(value),
                    _ if kinds => self.kind_named(value),
                    _ => value.clone(),
                };
                (*name, value)
            })
            .collect();
        let values: Vec<(&str, Arg<'_>)> = shown.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        self.texts.with(difference.said.key, &values)
    }

    /// A member of a document in words; its own name where there is none.
    fn member(&self, name: &str) -> String {
        let key = format!("member-{}", name.replace(['_', '-'], "-"));
        let text = self.texts.get(&key);
        if text == key { name.to_owned() } else { text }
    }

    /// A document in words: `Order · Table`.
    #[must_use]
    pub fn document(&self, path: &str, title: &str) -> String {
        let Some(place) = place(path) else { return path.to_owned() };
        let folder = if place.folder.is_empty() { "app" } else { place.folder };
        let kind = self.texts.get(&format!("document-{folder}"));
        let title = if title.is_empty() { place.stem } else { title };
        format!("{title} · {kind}")
    }

    /// A step as the API has it.
    #[must_use]
    pub fn step_json(&self, step: &PlanStep) -> Json {
        let mut json = serde_json::to_value(step).unwrap_or_default();
        json["sentence"] = self.step(&step.step).into();
        json["result"] = self.result(step).into();
        if let Some(place) = step.step.place() {
            json["table_title"] = self.place(&place).into();
        }
        json
    }

    #[must_use]
    pub fn difference_json(&self, difference: &Difference) -> Json {
        json!({
            "mark": difference.mark, "path": difference.path, "document": self.document(&difference.path, &difference.title),
            "sentence": self.difference(difference),
        })
    }
}

/// The word by which the API and the pages know how serious something is.
#[must_use]
pub const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Safe => "safe",
        Outcome::Told => "told",
        Outcome::Loses => "loses",
        Outcome::Blocks => "blocks",
    }
}
