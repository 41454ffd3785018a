//! What API handlers share: finding the app, answering with a command's result, strict parameters.

use crate::{
    base::{error::FieldError, key::nearest},
    service::{Answer, Error, LiveApp},
    web::{Result, Web, caller::Caller},
};
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::sync::Arc;

/// The live app with this key.
///
/// # Errors
/// `NotFound`.
pub async fn app(web: &Web, caller: &Caller, key: &str) -> Result<Arc<LiveApp>> {
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    live.into_iter().find(|app| app.key() == key).ok_or_else(|| Error::NotFound.into())
}

/// The app with this id.
///
/// # Errors
/// `NotFound`.
pub async fn app_by_id(web: &Web, caller: &Caller, id: i64) -> Result<Arc<LiveApp>> {
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    live.into_iter().find(|app| app.id.0 == id).ok_or_else(|| Error::NotFound.into())
}

/// A command's answer as a response.
#[must_use]
pub fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let version = answer.body.get("version").and_then(Value::as_i64);
    let mut response = if status == StatusCode::NO_CONTENT {
        status.into_response()
    } else {
        (status, Json(answer.body)).into_response()
    };
    if answer.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    if let Some(value) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// The version of `If-Match: "3"`, if it was sent.
///
/// # Errors
/// Something else than one version in quotes.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().map(|text| text.trim().trim_matches('"')).and_then(|text| text.parse().ok());
    match version {
        Some(version) => Ok(Some(version)),
        None => Err(Error::malformed("If-Match holds one version in quotes: \"3\"").into()),
    }
}

/// Query parameters as they were sent; unknown ones are refused, and so is one that comes twice.
///
/// # Errors
/// `unknown_parameter` with the nearest spelling.
pub fn parameters(pairs: Vec<(String, String)>, known: &[&str]) -> Result<Parameters> {
    let mut errors = Vec::new();
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let mut error = FieldError::new(format!("/{name}"), "unknown_parameter").with("field", name);
            if let Some(near) = nearest(name, known.iter().copied()) {
                error = error.with("near", near);
            }
            errors.push(error);
        } else if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            errors.push(FieldError::new(format!("/{name}"), "repeated_parameter").with("field", name));
        }
    }
    if errors.is_empty() { Ok(Parameters(pairs)) } else { Err(Error::Invalid(errors).into()) }
}

/// Query parameters, each known and at most once.
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A whole number.
    ///
    /// # Errors
    /// `type` at the parameter.
    pub fn number(&self, name: &str) -> Result<Option<i64>> {
        match self.get(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(wrong(name, "integer")),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// `type` at the parameter.
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(wrong(name, "boolean")),
        }
    }

    /// JSON.
    ///
    /// # Errors
    /// `malformed` at the parameter.
    pub fn json(&self, name: &str) -> Result<Option<Value>> {
        match self.get(name) {
            None => Ok(None),
            Some(text) => serde_json::from_str(text).map(Some).map_err(|error| {
                Error::Invalid(vec![FieldError::new(format!("/{name}"), "malformed").with("detail", error)]).into()
            }),
        }
    }
}

fn wrong(name: &str, expected: &str) -> crate::web::Failure {
    Error::Invalid(vec![FieldError::new(format!("/{name}"), "type").with("expected", expected)]).into()
}
