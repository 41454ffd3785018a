//! Comparing what came of a step with what should have.

use super::Failure;
use crate::{
    base::{decimal, error::Params},
    service::Error,
};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// A step that was refused though it should have gone through.
pub fn refused(error: &Error) -> Failure {
    Failure::new("refused").with("code", error.code()).with("detail", detail(error))
}

/// What a refusal says, for whoever has to find the reason.
fn detail(error: &Error) -> String {
    match error {
        Error::Conflict { shortages, .. } if !shortages.is_empty() => {
            shortages.iter().map(|shortage| shortage.message.clone()).collect::<Vec<_>>().join("; ")
        }
        Error::Conflict { message: Some(message), .. } | Error::Malformed { message } => message.clone(),
        Error::Invalid(errors) => {
            let one = |error: &crate::base::error::FieldError| format!("{} {}", error.path, error.code);
            errors.iter().take(5).map(one).collect::<Vec<_>>().join("; ")
        }
        other => params(other).iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", "),
    }
}

fn params(error: &Error) -> Params {
    match error {
        Error::Conflict { shortages, .. } if !shortages.is_empty() => shortages[0].params.clone(),
        Error::Conflict { params, .. } | Error::Forbidden { params, .. } => params.clone(),
        Error::Invalid(errors) => errors.first().map(|error| error.params.clone()).unwrap_or_default(),
        _ => Params::new(),
    }
}

/// Whether a refusal is the one that was expected. Fails with what is wrong, or with the program's own fault.
pub fn refusal(
    error: Error,
    expected: Option<&str>,
    figures: &IndexMap<String, String>,
) -> Result<(), Result<Failure, Error>> {
    if matches!(error, Error::Internal(_) | Error::StorageFull | Error::Busy) {
        return Err(Err(error));
    }
    let Some(expected) = expected else { return Err(Ok(refused(&error))) };
    let is_at_a_field = match &error {
        Error::Invalid(errors) => errors.iter().any(|error| error.code == expected),
        Error::Conflict { shortages, .. } => shortages.iter().any(|shortage| shortage.code == expected),
        _ => false,
    };
    if error.code() != expected && !is_at_a_field {
        return Err(Ok(Failure::new("other_refusal")
            .with("expected", expected)
            .with("code", error.code())
            .with("detail", detail(&error))));
    }
    let actual = params(&error);
    for (name, wanted) in figures {
        let found = actual.get(name).cloned().unwrap_or_default();
        if !same(&Json::from(wanted.as_str()), &Json::from(found.as_str())) {
            return Err(Ok(Failure::new("value").with("field", name).with("expected", wanted).with("actual", found)));
        }
    }
    Ok(())
}

/// Whether a value is as expected: figures by their size, lists item by item, of lines only the members that are named.
pub fn same(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        (Json::Array(wanted), Json::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| same(wanted, found))
        }
        (Json::Object(wanted), Json::Object(_)) => wanted.iter().all(|(key, wanted)| same(wanted, &actual[key])),
        _ if expected == actual => true,
        _ => match (figure(expected), figure(actual)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => false,
        },
    }
}

fn figure(value: &Json) -> Option<rust_decimal::Decimal> {
    match value {
        Json::String(text) => decimal::parse(text),
        Json::Number(number) => decimal::parse(&number.to_string()),
        _ => None,
    }
}

/// A value in a message.
pub fn shown(value: &Json) -> String {
    match value {
        Json::Null => "–".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
