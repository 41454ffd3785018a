//! The parameters of a report as controls, with what was filled in.

use super::super::{find, picker};
use crate::{
    base::{error::FieldError, value::Value},
    definition::{
        field::{Field as Defined, Widget as Control},
        report::Parameter,
    },
    i18n::Texts,
    service::{
        Error, LiveApp,
        permits::Rights,
        reports::{Given, Parameters},
        represent,
    },
    web::{
        Result, Web,
        caller::Caller,
        error::{html, say_field},
        shell,
        view::{Choice, Field, Picker, Widget, picker::PickerFragment},
    },
};
use axum::response::Response;
use indexmap::IndexMap;

/// Records that a parameter offers without a search.
const OFFERED: u64 = 50;

/// What the address fills in; several values of one parameter are put together.
#[must_use]
pub fn given(pairs: &[(String, String)]) -> Given {
    let mut given = Given::new();
    for (name, value) in pairs {
        let known = given.entry(name.clone()).or_default();
        if !known.is_empty() && !value.is_empty() {
            known.push(',');
        }
        known.push_str(value.trim());
    }
    given
}

/// The parameters of a report or dashboard, as its page asks for them.
pub struct Asked<'a> {
    pub web: &'a Web,
    pub rights: &'a Rights<'a>,
    pub wanted: &'a IndexMap<String, Parameter>,
    pub given: &'a Given,
    /// The page's own address.
    pub path: &'a str,
    pub texts: Texts,
}

/// Whether every error is about what was filled in: it is said beside its parameter, every other is an error of the page.
#[must_use]
pub fn are_of_parameters(wanted: &IndexMap<String, Parameter>, errors: &[FieldError]) -> bool {
    errors.iter().all(|error| error.path.split('/').nth(1).is_some_and(|key| wanted.contains_key(key)))
}

/// What a parameter offers for some words.
///
/// # Errors
/// `NotFound` for what is no parameter, or none that offers anything.
pub async fn offered(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    (wanted, key): (&IndexMap<String, Parameter>, &str),
    query: Option<&str>,
) -> Result<Response> {
    let field = wanted.get(key).and_then(|parameter| parameter.field(key)).ok_or(Error::NotFound)?;
    let pairs = find::pairs(query);
    let rights = Rights::load(&web.service.store.reader(), &caller.call, live).await?;
    let (found, more) =
        picker::offered(web, &rights, &field, None, find::parameter(&pairs, "q"), picker::SHOWN).await?;
    let options = found.into_iter().map(|(id, label)| Choice::new(id.to_string(), label, false)).collect();
    html(&PickerFragment { t: shell::texts(caller), options, more })
}

impl Asked<'_> {
    /// A control for each parameter: with its value, or with what was typed where it did not read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn fields(&self, read: Option<&Parameters>, errors: &[FieldError]) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        for (key, parameter) in self.wanted {
            let Some(field) = parameter.field(key) else { continue };
            let value =
                read.and_then(|read| read.fields.iter().find(|(known, _)| known.key == *key)).map(|(_, value)| value);
            let typed = self.given.get(key).map_or("", String::as_str);
            let widget = self.widget(&field, value, typed).await?;
            let mut shown = Field::new(key.clone(), field.title.clone(), widget);
            shown.required = parameter.required;
            let error = errors.iter().find(|error| error.path.split('/').nth(1) == Some(key));
            shown.error = error.map(|error| say_field(self.texts, error));
            fields.push(shown);
        }
        Ok(fields)
    }

    async fn widget(&self, field: &Defined, value: Option<&Value>, typed: &str) -> Result<Widget> {
        let text = || value.map_or_else(|| typed.to_owned(), |value| field.show(value));
        let chosen: Vec<String> = match value {
            Some(value) => words(value),
            None => typed.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        };
        let choices = || {
            let options = field.options.iter();
            options.map(|option| Choice::new(&option.value, &option.title, chosen.contains(&option.value))).collect()
        };
        let blank = Some(self.texts.get("report-any"));
        Ok(match field.kind.behaviour().widget() {
            Control::Date => Widget::Date(text()),
            Control::Whole | Control::Number => Widget::Number {
                value: text(),
                integer: field.kind.behaviour().widget() == Control::Whole,
                unit: String::new(),
            },
            Control::Choice => Widget::Select { options: choices(), blank },
            Control::Choices => Widget::Choices(choices()),
            Control::Checkbox => {
                let options = ["true", "false"].map(|word| {
                    let label = self.texts.get(if word == "true" { "yes" } else { "no" });
                    Choice::new(word, label, chosen.iter().any(|chosen| chosen == word))
                });
                Widget::Select { options: options.to_vec(), blank }
            }
            _ if represent::target_of(field).is_some() => {
                let reader = self.web.service.store.reader();
                let (found, _) = picker::offered(self.web, self.rights, field, None, None, OFFERED).await?;
                let mut options: Vec<Choice> = found
                    .into_iter()
                    .map(|(id, label)| Choice::new(id.to_string(), label, chosen.contains(&id.to_string())))
                    .collect();
                for id in chosen.iter().filter_map(|id| id.parse::<i64>().ok()) {
                    if options.iter().all(|option| option.value != id.to_string()) {
                        let label = picker::label(&reader, self.rights, field, id).await?;
                        options.insert(0, Choice::new(id.to_string(), label, true));
                    }
                }
                let search_url = format!("{}/options/{}", self.path, field.key);
                Widget::Picker(Picker { search_url, multiple: field.kind.is_several(), options })
            }
            _ => Widget::text(text()),
        })
    }
}

/// A value as its control posts it.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().flat_map(words).collect(),
        Value::Integer(id) => vec![id.to_string()],
        Value::Text(text) => vec![text.clone()],
        Value::Bool(truth) => vec![truth.to_string()],
        _ => Vec::new(),
    }
}
