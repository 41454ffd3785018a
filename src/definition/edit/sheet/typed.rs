//! A member as it is typed, and what was typed as a member.

use super::meta::{Form, Member};
use crate::definition::edit::Refusal;
use serde_json::{Map, Value as Json};

/// The member as it is typed; empty where it is not said.
#[must_use]
pub fn shown(member: &Member, value: Option<&Json>) -> String {
    match (&member.form, value) {
        (Form::Flag, None) => flag(member.meta.usual()),
        (_, None | Some(Json::Null)) => String::new(),
        (Form::Flag, Some(value)) => flag(value == &Json::Bool(true)),
        (Form::Words(_) | Form::Several(_), Some(Json::Array(words))) => {
            words.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", ")
        }
        (Form::Words(_) | Form::Several(_), Some(Json::String(word))) => word.clone(),
        (_, Some(Json::String(text))) => text.clone(),
        (_, Some(other)) => other.to_string(),
    }
}

fn flag(on: bool) -> String {
    if on { "true".to_owned() } else { String::new() }
}

/// What was typed as the member's value; nothing where it is not said.
///
/// # Errors
/// What is wrong with it.
pub fn read(member: &Member, typed: &str) -> Result<Option<Json>, Refusal> {
    let typed = typed.trim();
    if let Form::Flag = member.form {
        let on = typed == "true";
        return Ok((on != member.meta.usual()).then_some(Json::Bool(on)));
    }
    if typed.is_empty() {
        let must = member.required && matches!(member.form, Form::One("title"));
        return if must { Err(Refusal::new("edit_title")) } else { Ok(None) };
    }
    let text = || Some(Json::from(typed));
    Ok(match &member.form {
        Form::Key | Form::One("text" | "title" | "paragraph" | "template") => text(),
        // A condition may also be written in the filter language.
        Form::One("condition") if typed.starts_with('{') => json(typed)?,
        Form::One("condition" | "expression" | "measure") => {
            Some(typed.strip_prefix('=').unwrap_or(typed).trim().into())
        }
        Form::One(_) => text(),
        Form::Flag => None,
        Form::Rule => match typed.strip_prefix('=').unwrap_or(typed).trim() {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            rule => Some(rule.into()),
        },
        Form::Whole { least, most } => {
            let number = typed.parse::<i64>().ok().filter(|number| (least..=most).contains(&number));
            let wrong = || Refusal::new("edit_whole").with("least", least.to_string()).with("most", most.to_string());
            Some(number.ok_or_else(wrong)?.into())
        }
        Form::Word(words) => words.contains(&typed).then(text).ok_or_else(Refusal::gone)?,
        Form::WordOrFilter(words) if words.contains(&typed) => text(),
        Form::Words(words) => {
            let chosen = listed(typed);
            match chosen.iter().all(|word| words.contains(&word.as_str())) {
                true => Some(chosen.into_iter().map(Json::from).collect()),
                false => return Err(Refusal::gone()),
            }
        }
        Form::Several(_) => Some(listed(typed).into_iter().map(Json::from).collect()),
        Form::Pairs { value, .. } => Some(Json::Object(pairs(value, typed)?)),
        Form::Group | Form::Things | Form::Named | Form::Filter | Form::WordOrFilter(_) | Form::Json => json(typed)?,
    })
}

/// Words with commas or line breaks between them.
fn listed(typed: &str) -> Vec<String> {
    let words = typed.split([',', '，', '、', '\n']).map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn json(typed: &str) -> Result<Option<Json>, Refusal> {
    let read = serde_json::from_str::<Json>(typed);
    read.map(Some).map_err(|error| Refusal::new("edit_json").with("detail", error.to_string()))
}

/// An object of texts, each read as its kind is.
fn pairs(form: &Form, typed: &str) -> Result<Map<String, Json>, Refusal> {
    let Some(Json::Object(members)) = json(typed)? else { return Err(Refusal::gone()) };
    let mut read = Map::new();
    for (key, value) in members {
        let value = match (form, &value) {
            (Form::Whole { least, most }, Json::String(text)) => {
                let number = text.trim().parse::<i64>().ok().filter(|number| (least..=most).contains(&number));
                let wrong =
                    || Refusal::new("edit_whole").with("least", least.to_string()).with("most", most.to_string());
                number.ok_or_else(wrong)?.into()
            }
            _ => value,
        };
        read.insert(key, value);
    }
    Ok(read)
}
