//! `/jobs/{id}`: how far a job is, and what it made; and the export that may become one.

use super::find;
use crate::{
    i18n::{Arg, Texts, format},
    service::{export::Exported, jobs::result_of},
    store::jobs::Job,
    web::{
        Result, Web,
        api::{
            answer::parameters,
            jobs::download,
            transfer::{EXPORT, export_of},
        },
        caller::Caller,
        error::{html, say},
        extract::Wants,
        shell,
        view::{
            Action, Note, NoteTone, Place,
            transfer::{JobPage, Progress},
        },
    },
};
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};

/// A job's way so far.
#[must_use]
pub fn progress(texts: Texts, job: &Job, label: String, again: String) -> Progress {
    let total = job.total.unwrap_or(0).max(1);
    let number = |count: i64| format::grouped(&count.to_string());
    let (done, all) = (number(job.done), number(job.total.unwrap_or(0)));
    let text = match job.total {
        Some(_) => texts.with("job-progress", &[("done", Arg::Text(&done)), ("total", Arg::Text(&all))]),
        None => texts.get("job-waiting"),
    };
    Progress { label, done: job.done.min(total), total, text, again, cancel: format!("/jobs/{}/cancel", job.id) }
}

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(id): Path<i64>) -> Result<Response> {
    let texts = shell::texts(&caller);
    let job = web.service.job(&caller.call, id).await?;
    let title = texts.get(&format!("job-{}", job.kind.replace('_', "-")));
    let mut page = JobPage {
        shell: shell::of(&web, &caller, &wants.path, title.clone(), Place::Elsewhere).await?,
        title,
        notes: Vec::new(),
        progress: None,
        actions: Vec::new(),
    };
    let result = result_of(&job);
    match job.state.as_str() {
        "queued" | "running" => {
            page.progress = Some(progress(texts, &job, texts.get("job-running"), format!("/jobs/{id}")));
        }
        "done" => {
            page.notes.push(Note::new(NoteTone::Info, texts.get("job-done")));
            if result["file"].is_i64() {
                let link = Action::link(texts.get("job-download"), format!("/api/v1/jobs/{id}/file"));
                page.actions.push(link.icon("download").primary());
            }
        }
        "cancelled" => page.notes.push(Note::new(NoteTone::Warn, texts.get("job-cancelled"))),
        _ => {
            let params = serde_json::from_value(result["problem"]["params"].clone()).unwrap_or_default();
            let code = result["problem"]["code"].as_str().unwrap_or("internal");
            page.notes.push(Note::new(NoteTone::Bad, say(texts, code, &params)));
        }
    }
    html(&page)
}

pub async fn cancel(State(web): State<Web>, caller: Caller, wants: Wants, Path(id): Path<i64>) -> Result<Response> {
    // One that ended meanwhile shows as what it is.
    match web.service.cancel_job(&caller.call, id).await {
        Ok(()) | Err(crate::service::Error::Conflict { .. }) => {}
        Err(other) => return Err(other.into()),
    }
    let back = if wants.back == "/" { format!("/jobs/{id}") } else { wants.back };
    Ok(Redirect::to(&back).into_response())
}

/// Downloads the list as a spreadsheet, or leads to the job that makes it.
pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path((app, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let asked = parameters(pairs, &EXPORT)?;
    let export = export_of(table, &asked)?;
    Ok(match web.service.export(&caller.call, &live, &export).await? {
        Exported::File { name, bytes } => download(&name, export.format.content_type(), bytes),
        Exported::Job(job) => Redirect::to(&format!("/jobs/{job}")).into_response(),
    })
}
