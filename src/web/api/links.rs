//! `/api/v1/apps/{app}/links`: the links to an app's public forms.

use super::answer;
use crate::{
    base::{error::FieldError, time::Timestamp},
    service::{
        Error,
        public_links::{Terms, link_json},
    },
    web::{Result, Web, body::JsonBody, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

pub async fn list(State(web): State<Web>, caller: Caller, Path(app): Path<String>) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    let items: Vec<Value> = web.service.links(&live).await?.iter().map(link_json).collect();
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

/// A member that is there, even as null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    form: Option<String>,
    title: Option<String>,
    open: Option<bool>,
    #[serde(deserialize_with = "given")]
    expires_at: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    most: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    most_a_day: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    password: Option<Option<String>>,
}

impl Asked {
    fn terms(self) -> Result<Terms> {
        let expires_at = match self.expires_at {
            Some(Some(text)) => Some(Some(Timestamp::parse_rfc3339(&text).ok_or_else(|| {
                Error::Invalid(vec![FieldError::new("/expires_at", "type").with("expected", "datetime")])
            })?)),
            Some(None) => Some(None),
            None => None,
        };
        let Self { title, open, most, most_a_day, password, .. } = self;
        Ok(Terms { title, open, expires_at, most, most_a_day, password })
    }
}

pub async fn create(
    State(web): State<Web>,
    caller: Caller,
    Path(app): Path<String>,
    body: JsonBody,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    let asked: Asked = body.parse()?;
    let form = asked.form.clone().ok_or_else(|| Error::invalid("/form", "required"))?;
    let link = web.service.create_link(&caller.call, &live, &form, asked.terms()?).await?;
    Ok((StatusCode::CREATED, Json(link_json(&link))).into_response())
}

pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    Path((app, id)): Path<(String, i64)>,
    body: JsonBody,
) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    let asked: Asked = body.parse()?;
    if asked.form.is_some() {
        return Err(Error::invalid("/form", "not_editable").into());
    }
    let link = web.service.change_link(&caller.call, &live, id, asked.terms()?).await?;
    Ok(Json(link_json(&link)).into_response())
}

pub async fn remove(State(web): State<Web>, caller: Caller, Path((app, id)): Path<(String, i64)>) -> Result<Response> {
    let live = answer::app(&web, &caller, &app).await?;
    web.service.remove_link(&caller.call, &live, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
