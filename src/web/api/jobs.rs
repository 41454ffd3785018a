//! `/api/v1/jobs`: what runs for me, how far it is, what it made.

use super::answer::parameters;
use crate::{
    i18n::{Arg, Texts},
    service::{Error, jobs::job_json},
    store::jobs::Job,
    web::{Result, Web, caller::Caller, error::say, shell},
};
use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

/// Jobs of one page.
const PAGE: u64 = 50;
/// Bytes of a file that are held while it is sent.
const HELD: usize = 64 * 1024;

/// A job with what went wrong said in the reader's language.
fn shown(texts: Texts, job: &Job) -> Value {
    let mut json = job_json(job);
    if let Some(code) = json["result"]["problem"]["code"].as_str().map(str::to_owned) {
        let params = serde_json::from_value(json["result"]["problem"]["params"].clone()).unwrap_or_default();
        json["message"] = say(texts, &code, &params).into();
    }
    json
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &["cursor"])?;
    let before = asked.number("cursor")?;
    let mut jobs = web.service.jobs(&caller.call, before, PAGE + 1).await?;
    let more = jobs.len() as u64 > PAGE;
    jobs.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
    let texts = shell::texts(&caller);
    let items: Vec<Value> = jobs.iter().map(|job| shown(texts, job)).collect();
    Ok(Json(json!({"items": items, "next": next})).into_response())
}

pub async fn get(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    let job = web.service.job(&caller.call, id).await?;
    Ok(Json(shown(shell::texts(&caller), &job)).into_response())
}

pub async fn cancel(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    web.service.cancel_job(&caller.call, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn file(State(web): State<Web>, caller: Caller, Path(id): Path<i64>) -> Result<Response> {
    let (file, name, size) = web.service.job_file(&caller.call, id).await?;
    let kind = match name.rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("xlsx") => crate::service::export::Format::Xlsx.content_type(),
        _ => "application/octet-stream",
    };
    // Read as fast as it is taken, so that no file is held whole. Where it breaks off, its length says so.
    let (mut into, out) = tokio::io::duplex(HELD);
    let service = web.service.clone();
    tokio::spawn(async move {
        for ordinal in 0.. {
            match service.job_file_piece(file, ordinal).await {
                Ok(Some(piece)) if into.write_all(&piece).await.is_ok() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%error, file, "a file of a job breaks off");
                    break;
                }
            }
        }
    });
    let mut response = download(&name, kind, Body::from_stream(ReaderStream::with_capacity(out, HELD)));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    Ok(response)
}

/// A file to be saved, never shown.
#[must_use]
pub fn download(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let encoded: String = name
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let extension = name.rsplit('.').next().filter(|end| end.bytes().all(plain)).unwrap_or("bin");
    let disposition = format!("attachment; filename=\"export.{extension}\"; filename*=UTF-8''{encoded}");
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The answer to whoever has to wait.
#[must_use]
pub fn accepted(job: i64) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(json!({"job": job}))).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("/api/v1/jobs/{job}")) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// What a job found wrong, said once.
///
/// # Errors
/// The refusal that ended the job.
pub fn problem_of(job: &Job) -> std::result::Result<(), Error> {
    let result = crate::service::jobs::result_of(job);
    let Some(code) = result["problem"]["code"].as_str() else { return Ok(()) };
    let params = serde_json::from_value(result["problem"]["params"].clone()).unwrap_or_default();
    Err(match code {
        "forbidden" | "out_of_scope" | "engine_written" => Error::forbidden(code),
        "not_found" => Error::NotFound,
        _ => Error::Conflict { code: code.to_owned(), message: None, params, shortages: Vec::new() },
    })
}

/// The words of a template in the reader's language.
#[must_use]
pub fn template_words(texts: Texts) -> crate::service::import::template::Words {
    use crate::i18n::Locale;
    let kind: fn(&str) -> String = match texts.locale() {
        Locale::ZhCn => |kind| kind_name(Texts(Locale::ZhCn), kind),
        Locale::En => |kind| kind_name(Texts(Locale::En), kind),
    };
    crate::service::import::template::Words {
        notes: ["template-notes", "template-column", "template-required", "template-kind", "template-takes"]
            .map(|key| texts.get(key)),
        yes: texts.get("yes"),
        no: texts.get("no"),
        kind,
    }
}

fn kind_name(texts: Texts, kind: &str) -> String {
    let key = format!("kind-{}", kind.replace('_', "-"));
    let named = texts.with(&key, &[("kind", Arg::Text(kind))]);
    if named == key { kind.to_owned() } else { named }
}
