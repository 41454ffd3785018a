//! Sentences of definitions with `{field}` places: messages of checks, notices, refusals.

use super::inputs::{Inputs, Located};
use crate::base::{decimal, value::Value};

/// The template with its places filled in. A name that leads nowhere stays as it is written, an unset value leaves nothing.
/// Ids of links and people are shown as they are; whoever knows their labels gives them as extras.
#[must_use]
pub fn fill(template: &str, inputs: &Inputs) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        let Some((name, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match show(name, inputs) {
            Some(shown) => filled += &shown,
            None => {
                filled.push('{');
                filled += name;
                filled.push('}');
            }
        }
        rest = behind;
    }
    filled + rest
}

fn show(name: &str, inputs: &Inputs) -> Option<String> {
    let segments: Vec<String> = name.trim().split('.').map(str::to_owned).collect();
    match inputs.locate(&segments).ok()? {
        Located::Value { value, field: Some(field), .. } => Some(field.show(&value)),
        Located::Value { value, field: None, .. } => Some(plain(&value)),
        Located::Lines { rows, .. } => Some(rows.len().to_string()),
    }
}

/// The text of a value whose field is not known.
fn plain(value: &Value) -> String {
    match value {
        Value::Unset | Value::Sealed(_) => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => decimal::to_plain(*number),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.strftime("%H:%M").to_string(),
        Value::Instant(moment) => moment.to_string(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
    }
}
