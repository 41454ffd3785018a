//! `/api/v1/users` and the members of roles, for the main administrator.

use super::answer::app;
use crate::{
    base::{
        error::FieldError,
        id::{DepartmentId, UserId},
    },
    service::{Error, setup::AddPerson},
    store::people::Principal,
    web::{Result, Web, body::JsonBody, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    login: String,
    name: String,
    password: String,
    #[serde(default)]
    position: Option<String>,
}

pub async fn create(State(web): State<Web>, caller: Caller, body: JsonBody) -> Result<Response> {
    let Create { login, name, password, position } = body.parse()?;
    let new = AddPerson { login: login.clone(), name: name.clone(), password, position, roles: Vec::new() };
    let user = web.service.add_person(&caller.call, new).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": user.0, "login": login, "name": name}))).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(default)]
    users: Vec<i64>,
    #[serde(default)]
    departments: Vec<i64>,
    #[serde(default)]
    groups: Vec<i64>,
}

pub async fn role_members(
    State(web): State<Web>,
    caller: Caller,
    Path((key, role)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Response> {
    let Members { users, departments, groups } = body.parse()?;
    if !groups.is_empty() {
        return Err(Error::Invalid(vec![FieldError::new("/groups", "not_available")]).into());
    }
    let live = app(&web, &caller, &key).await?;
    if !live.app().roles.contains_key(&role) {
        return Err(Error::NotFound.into());
    }
    let wanted: Vec<Principal> = users
        .iter()
        .map(|id| Principal::User(UserId(*id)))
        .chain(departments.iter().map(|id| Principal::Department(DepartmentId(*id))))
        .collect();
    web.service.set_role_members(&caller.call, &live, &role, wanted).await?;
    Ok(Json(json!({"users": users, "departments": departments, "groups": groups})).into_response())
}
