//! `/api/v1/apps/{app}/reports/{report}` and `…/dashboards/{dashboard}`: parameters are given by their keys.

use super::answer::app;
use crate::{
    base::error::FieldError,
    definition::report::Parameter,
    service::{
        Error, dashboards,
        reports::{self, Given},
    },
    web::{Result, Web, caller::Caller},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use indexmap::IndexMap;

pub async fn report(
    State(web): State<Web>,
    caller: Caller,
    Path((key, report)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let known = &face.reports.get(&report).ok_or(Error::NotFound)?.parameters;
    let given = given(pairs, known)?;
    let json = reports::run_json(&web.service.store.reader(), &caller.call, &live, &report, &given).await?;
    Ok(Json(json).into_response())
}

pub async fn dashboard(
    State(web): State<Web>,
    caller: Caller,
    Path((key, dashboard)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let known = &face.dashboards.get(&dashboard).ok_or(Error::NotFound)?.parameters;
    let given = given(pairs, known)?;
    let json = dashboards::show_json(&web.service.store.reader(), &caller.call, &live, &dashboard, &given).await?;
    Ok(Json(json).into_response())
}

/// What was given, if the report has such parameters.
fn given(pairs: Vec<(String, String)>, known: &IndexMap<String, Parameter>) -> Result<Given> {
    let unknown: Vec<FieldError> = pairs
        .iter()
        .filter(|(name, _)| !known.contains_key(name))
        .map(|(name, _)| FieldError::new(format!("/{name}"), "unknown_field").with("field", name))
        .collect();
    if unknown.is_empty() { Ok(pairs.into_iter().collect()) } else { Err(Error::Invalid(unknown).into()) }
}
