//! The options of a choice and of a cascade as they are typed.

use super::{Refusal, fields::option_value};
use serde_json::{Value as Json, json};

pub(super) fn options(values: &[String], titles: &[String], colors: &[String]) -> Result<Vec<Json>, Refusal> {
    let mut options: Vec<Json> = Vec::new();
    // Those that have a value keep it, so that a new one never takes it away.
    let kept: Vec<Json> =
        values.iter().filter(|value| !value.is_empty()).map(|value| json!({"value": value})).collect();
    for (index, title) in titles.iter().map(|title| title.trim()).enumerate().filter(|(_, title)| !title.is_empty()) {
        let known = values.get(index).filter(|value| !value.is_empty());
        let value = known.cloned().unwrap_or_else(|| option_value(title, &[&kept[..], &options[..]].concat()));
        let mut option = json!({"value": value, "title": title});
        if let Some(color) = colors.get(index).filter(|color| !color.is_empty()) {
            option["color"] = color.as_str().into();
        }
        options.push(option);
    }
    if options.is_empty() { Err(Refusal::new("edit_no_option").at("titles")) } else { Ok(options) }
}

/// The options at one depth of a tree, each with what is indented below it.
pub(super) fn branch<'t>(
    rows: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>,
    depth: usize,
    known: &Json,
) -> Vec<Json> {
    let indent = |row: &str| row.chars().take_while(|letter| letter.is_whitespace()).count();
    let mut options: Vec<Json> = Vec::new();
    while let Some(row) = rows.peek().copied() {
        if indent(row) < depth {
            break;
        }
        rows.next();
        let title = row.trim();
        let old = known.as_array().into_iter().flatten().find(|option| {
            option["title"].as_str().filter(|title| !title.is_empty()).or(option["value"].as_str()) == Some(title)
        });
        let value = old.and_then(|old| old["value"].as_str()).map(str::to_owned);
        let mut option = json!({"value": value.unwrap_or_else(|| option_value(title, &options)), "title": title});
        if rows.peek().is_some_and(|next| indent(next) > indent(row)) {
            let below = indent(rows.peek().copied().unwrap_or_default());
            let children = branch(rows, below, old.map_or(&Json::Null, |old| &old["children"]));
            option["children"] = children.into();
        }
        options.push(option);
    }
    options
}

/// The options of a cascade as they are typed.
#[must_use]
pub fn tree_of(options: &Json, depth: usize) -> String {
    let mut text = String::new();
    for option in options.as_array().into_iter().flatten() {
        let title = option["title"].as_str().filter(|title| !title.is_empty()).or(option["value"].as_str());
        text.push_str(&format!("{}{}\n", "  ".repeat(depth), title.unwrap_or_default()));
        text.push_str(&tree_of(&option["children"], depth + 1));
    }
    text
}
