//! `/api/v1/apps/{app}/reports/{report}` and `…/dashboards/{dashboard}`: parameters are given by their keys.

use super::{answer::app, jobs::download};
use crate::{
    base::error::FieldError,
    definition::report::Parameter,
    service::{
        Error, LiveApp, dashboards,
        export::Format,
        report_export::{ReportExport, Words},
        reports::{self, Given},
    },
    web::{Result, Web, caller::Caller, shell},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use indexmap::IndexMap;
use std::sync::Arc;

/// The parameter that says which form a file has; no report has one of this name.
const FORMAT: &str = "format";

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

/// A report as a spreadsheet: `format` besides its parameters.
pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path((key, report)): Path<(String, String)>,
    Query(mut pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let format = format_of(&mut pairs)?;
    let face = &live.face(&caller.call.actor.locale).app;
    let known = &face.reports.get(&report).ok_or(Error::NotFound)?.parameters;
    let given = given(pairs, known)?;
    send(&web, &caller, &live, ReportExport { report, format, given }).await
}

/// Takes the form of the file out of a query.
///
/// # Errors
/// A form that is not known.
pub fn format_of(pairs: &mut Vec<(String, String)>) -> Result<Format> {
    let asked = pairs.iter().rposition(|(name, _)| name == FORMAT).map(|at| pairs.remove(at).1);
    pairs.retain(|(name, _)| name != FORMAT);
    super::transfer::format(asked.as_deref())
}

/// The file to be saved.
///
/// # Errors
/// As [`crate::service::Service::export_report`].
pub async fn send(web: &Web, caller: &Caller, live: &Arc<LiveApp>, wanted: ReportExport) -> Result<Response> {
    let texts = shell::texts(caller);
    let [total, subtotal, none] = ["report-total", "report-subtotal", "report-none"].map(|key| texts.get(key));
    let words = Words { total, subtotal, none };
    let (name, bytes) = web.service.export_report(&caller.call, live, &wanted, &words).await?;
    Ok(download(&name, wanted.format.content_type(), bytes))
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
