//! `cascade`: one choice out of a tree of options; the way from the root is kept, as `|east|harbour|`.

use super::{ChoiceOption, Column, Field, FieldKind, Stored, Widget, choice, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// The deepest tree of options.
const DEEPEST: usize = 6;

pub struct Cascade;

impl FieldKind for Cascade {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::Cascade
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        let items = json.as_array().ok_or_else(|| type_error("cascade"))?;
        let mut path = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let step = item.as_str().ok_or_else(|| type_error("text").under(&format!("/{index}")))?;
            if step.contains('\0') {
                return Err(type_error("text").under(&format!("/{index}")));
            }
            path.push(Value::from(step));
        }
        Ok(if path.is_empty() { Value::Unset } else { Value::List(path) })
    }

    /// Values or titles from the root, with `/` between them.
    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        let mut options: &[ChoiceOption] = &field.options;
        let mut path = Vec::new();
        for part in written.split(['/', '／']).map(str::trim).filter(|part| !part.is_empty()) {
            let found = options.iter().find(|option| option.value == part);
            let found = found.or_else(|| options.iter().find(|option| option.title == part));
            path.push(Value::from(found.map_or(part, |option| option.value.as_str())));
            options = found.map_or(&[], |option| option.children.as_slice());
        }
        Ok(if path.is_empty() { Value::Unset } else { Value::List(path) })
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        steps(value).map(Json::from).collect()
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        titles(field, value).join(" / ")
    }

    /// Titles where they lead back to the same options, else values.
    fn text(&self, field: &Field, value: &Value) -> String {
        let shown = self.show(field, value);
        if self.read_text(field, &shown).as_ref() == Ok(value) { shown } else { path_text(value) }
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        let mut options: &[ChoiceOption] = &field.options;
        for (index, step) in steps(value).enumerate() {
            let Some(found) = options.iter().find(|option| option.value == step) else {
                return Err(choice::not_one_of(options, step).under(&format!("/{index}")));
            };
            options = &found.children;
        }
        Ok(())
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        let joined: String = steps(value).map(|step| format!("{step}|")).collect();
        if joined.is_empty() { Stored::Null } else { Stored::Text(format!("|{joined}")) }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        let Stored::Text(joined) = stored else { return Value::Unset };
        Value::List(joined.split('|').filter(|part| !part.is_empty()).map(Value::from).collect())
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        let mut problems = choice::option_problems(field);
        problems_below(&field.options, "/x-field/options", 1, &mut problems);
        problems
    }
}

/// Every option of the tree: its path as it is posted (`east/harbour`), its titles from the root, and the step itself.
#[must_use]
pub fn all_paths(options: &[ChoiceOption]) -> Vec<(String, Vec<&str>, &ChoiceOption)> {
    fn walk<'a>(
        options: &'a [ChoiceOption],
        path: &str,
        above: &[&'a str],
        found: &mut Vec<(String, Vec<&'a str>, &'a ChoiceOption)>,
    ) {
        for option in options {
            let here = if path.is_empty() { option.value.clone() } else { format!("{path}/{}", option.value) };
            let titles: Vec<&str> = above.iter().copied().chain([option.title.as_str()]).collect();
            found.push((here.clone(), titles.clone(), option));
            walk(&option.children, &here, &titles, found);
        }
    }
    let mut found = Vec::new();
    walk(options, "", &[], &mut found);
    found
}

/// `east/harbour`.
#[must_use]
pub fn path_text(value: &Value) -> String {
    steps(value).collect::<Vec<_>>().join("/")
}

fn titles<'a>(field: &'a Field, value: &'a Value) -> Vec<&'a str> {
    let mut options: &[ChoiceOption] = &field.options;
    let title = |step| {
        let found = options.iter().find(|option| option.value == step);
        options = found.map_or(&[], |option| option.children.as_slice());
        found.map_or(step, |option| option.title.as_str())
    };
    steps(value).map(title).collect()
}

fn problems_below(options: &[ChoiceOption], pointer: &str, depth: usize, problems: &mut Vec<(String, String)>) {
    for (index, option) in options.iter().enumerate() {
        let here = format!("{pointer}/{index}");
        if option.value.contains(['/', '／']) {
            problems.push((format!("{here}/value"), "a value of a cascade has no \"/\"".into()));
        }
        if option.children.is_empty() {
            continue;
        }
        if depth == DEEPEST {
            problems.push((format!("{here}/children"), format!("a cascade is at most {DEEPEST} levels deep")));
            continue;
        }
        let below = format!("{here}/children");
        choice::problems_of(&option.children, &below, problems);
        problems_below(&option.children, &below, depth + 1, problems);
    }
}

fn steps(value: &Value) -> impl Iterator<Item = &str> {
    let items: &[Value] = if let Value::List(items) = value { items } else { &[] };
    items.iter().filter_map(Value::as_text)
}
