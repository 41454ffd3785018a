//! One error, rendered three ways: a page, a fragment for htmx, or `application/problem+json`. Logged once; a source is
//! never shown.

use super::{
    caller::Caller,
    extract::Wants,
    middleware::RequestId,
    router::Web,
    shell,
    view::problem::{PlainProblemPage, Problem, ProblemFragment, ProblemPage},
};
use crate::{
    base::error::{FieldError, Params},
    i18n::{Arg, Texts},
    service::{Error, Shortage, batch::ItemError},
    web::view::shell::Place,
};
use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub type Result<T> = std::result::Result<T, Failure>;

/// A use case's error on its way to an answer.
#[derive(Debug)]
pub struct Failure(pub Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The error travels to [`render`] in the answer's extensions.
#[derive(Clone)]
struct Carried(Arc<Error>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        carrying(Arc::new(self.0))
    }
}

/// An answer that carries the error to [`render`].
#[must_use]
pub fn carrying(error: Arc<Error>) -> Response {
    let mut response = status_of(&error).into_response();
    response.extensions_mut().insert(Carried(error));
    response
}

#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Malformed { .. } => StatusCode::BAD_REQUEST,
        Error::Conflict { .. } => StatusCode::CONFLICT,
        Error::Stale { .. } => StatusCode::PRECONDITION_FAILED,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Items(items) => {
            let mut statuses = items.iter().map(|item| status_of(&item.error));
            let first = statuses.next().unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            if error.code() != "invalid" && statuses.all(|status| status == first) {
                first
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
        Error::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Anything that no route matches.
pub async fn not_found() -> Failure {
    Failure(Error::NotFound)
}

/// A known path with another method.
pub async fn method_not_allowed() -> Response {
    let mut response = Failure(Error::NotFound).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// Turns a carried error into what the caller understands.
pub async fn render(State(web): State<Web>, request: Request, next: Next) -> Response {
    let wants = Wants::of(&request);
    let caller = request.extensions().get::<Caller>().cloned();
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let texts = wants.texts(caller.as_ref());
    let response = next.run(request).await;
    let status = response.status();
    let carried = response.extensions().get::<Carried>().map(|carried| carried.0.clone());
    let error = match carried {
        Some(error) => error,
        None => match bare(&response) {
            Some(error) => Arc::new(error),
            None => return response,
        },
    };
    if let Error::Internal(source) = &*error {
        tracing::error!(error = %source, "a request failed");
    }
    let mut rendered = if wants.json {
        problem_json(texts, &error, status, &request_id)
    } else if matches!(*error, Error::Unauthenticated { .. }) && caller.is_none() {
        to_sign_in(&web, &wants).await
    } else {
        let problem = problem_of(texts, &error, &request_id, &wants.back);
        let page = match (wants.fragment, caller) {
            (true, _) => ProblemFragment { t: texts, problem }.render(),
            (false, Some(caller)) => {
                let title = problem.title.clone();
                match shell::of(&web, &caller, &wants.path, title, Place::Elsewhere).await {
                    Ok(shell) => ProblemPage { shell, problem }.render(),
                    Err(_) => plain(texts, &wants, problem),
                }
            }
            (false, None) => plain(texts, &wants, problem),
        };
        Html(page.unwrap_or_default()).into_response()
    };
    if !rendered.status().is_redirection() {
        *rendered.status_mut() = status;
    }
    if let Error::Limited { retry_after, .. } = &*error
        && let Ok(value) = HeaderValue::from_str(&retry_after.to_string())
    {
        rendered.headers_mut().insert(header::RETRY_AFTER, value);
    }
    rendered
}

fn plain(texts: Texts, wants: &Wants, problem: Problem) -> askama::Result<String> {
    PlainProblemPage { frame: shell::frame(texts, None, &wants.path), problem }.render()
}

/// Refusals of layers and extractors, which carry no error of ours.
fn bare(response: &Response) -> Option<Error> {
    let ours = response.headers().contains_key(header::CONTENT_TYPE)
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| !kind.starts_with("text/plain"));
    if ours {
        return None;
    }
    match response.status() {
        StatusCode::FORBIDDEN => Some(Error::forbidden("foreign_origin")),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge { code: "too_large_body".into(), params: Params::new() }),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Some(Error::malformed("the request could not be read"))
        }
        _ => None,
    }
}

async fn to_sign_in(web: &Web, wants: &Wants) -> Response {
    let set_up = web.service.is_set_up(&web.service.store.reader()).await.unwrap_or(true);
    let target = if !set_up {
        "/setup".to_owned()
    } else if wants.path == "/" {
        "/login".to_owned()
    } else {
        format!("/login?next={}", percent(&wants.path))
    };
    if wants.fragment {
        let mut response = StatusCode::OK.into_response();
        if let Ok(value) = HeaderValue::from_str(&target) {
            response.headers_mut().insert("hx-redirect", value);
        }
        return response;
    }
    Redirect::to(&target).into_response()
}

/// A path as the value of a query parameter.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn problem_of(texts: Texts, error: &Error, request_id: &str, back: &str) -> Problem {
    match error {
        Error::NotFound => Problem::not_found(texts),
        Error::Forbidden { code, .. } if code == "forbidden" => Problem::forbidden(texts, ""),
        Error::Forbidden { .. } => {
            let mut problem = Problem::forbidden(texts, "");
            problem.body = message_of(texts, error);
            problem
        }
        Error::Conflict { .. } => Problem::conflict(texts, &message_of(texts, error), back),
        Error::Stale { .. } => Problem::stale(texts, back),
        Error::Internal(_) => Problem::internal(texts, request_id),
        Error::Busy => Problem::unavailable(texts, request_id),
        other => Problem::other(texts, status_of(other).as_u16(), &message_of(texts, other), back),
    }
}

/// The message of a code in the reader's language, with its figures; the English detail where there is none.
pub fn say(texts: Texts, code: &str, params: &Params) -> String {
    let values: Vec<(&str, Arg<'_>)> = params.iter().map(|(name, value)| (name.as_str(), Arg::Text(value))).collect();
    texts
        .error(&code.replace('_', "-"), &values)
        .or_else(|| texts.error(code, &values))
        .or_else(|| params.get("detail").cloned())
        .unwrap_or_else(|| texts.get("error-invalid"))
}

/// What an error says of itself as a whole.
#[must_use]
pub fn message_of(texts: Texts, error: &Error) -> String {
    let none = Params::new();
    match error {
        Error::Conflict { message: Some(message), .. } => message.clone(),
        Error::Unauthenticated { code, params }
        | Error::Forbidden { code, params }
        | Error::Conflict { code, params, .. }
        | Error::Limited { code, params, .. }
        | Error::TooLarge { code, params } => say(texts, code, params),
        Error::Invalid(errors) => match errors.as_slice() {
            [only] => say_field(texts, only),
            _ => texts.get("error-invalid"),
        },
        Error::Malformed { message } => {
            let params = Params::from_iter([("detail".to_owned(), message.clone())]);
            say(texts, "malformed", &params)
        }
        Error::Items(items) => match items.as_slice() {
            [only] => message_of(texts, &only.error),
            _ => texts.get("error-invalid"),
        },
        other => say(texts, other.code(), &none),
    }
}

/// The errors of an item of a batch, each at its field where it has one.
pub fn item_errors(texts: Texts, item: &ItemError) -> Vec<FieldError> {
    match &item.error {
        Error::Invalid(errors) => errors.iter().map(|error| error.clone().saying(say_field(texts, error))).collect(),
        other => {
            let mut error = FieldError::new("", other.code()).saying(message_of(texts, other));
            if let Error::Conflict { params, .. } | Error::Forbidden { params, .. } = other {
                error.params.clone_from(params);
            }
            vec![error]
        }
    }
}

/// What one field's error says.
#[must_use]
pub fn say_field(texts: Texts, error: &FieldError) -> String {
    error.message.clone().unwrap_or_else(|| say(texts, &error.code, &error.params))
}

fn problem_json(texts: Texts, error: &Error, status: StatusCode, request_id: &str) -> Response {
    let detail = match error {
        Error::Internal(_) => say(texts, "internal", &Params::from([("request".to_owned(), request_id.to_owned())])),
        other => message_of(texts, other),
    };
    let errors: Vec<Json> = match error {
        Error::Invalid(errors) => errors
            .iter()
            .map(|error| {
                json!({"path": error.path, "code": error.code, "message": say_field(texts, error), "params": error.params})
            })
            .collect(),
        Error::Items(items) => items
            .iter()
            .flat_map(|item| {
                item_errors(texts, item).into_iter().map(|error| {
                    json!({"list": item.list, "item": item.item, "path": error.path, "code": error.code,
                        "message": error.message, "params": error.params})
                })
            })
            .collect(),
        Error::Conflict { shortages, .. } => shortages.iter().flat_map(shortage_json).collect(),
        _ => Vec::new(),
    };
    let code = if status == StatusCode::METHOD_NOT_ALLOWED { "method_not_allowed" } else { error.code() };
    let mut body = json!({
        "type": format!("urn:formwork:problem:{code}"),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "request_id": request_id,
        "errors": errors,
    });
    match error {
        Error::Conflict { params, .. } => {
            // Who decided and when stand beside the code, as the contract has it.
            for name in ["by", "at"] {
                if let Some(value) = params.get(name) {
                    body[name] = value.parse::<i64>().map_or_else(|_| Json::from(value.as_str()), Json::from);
                }
            }
            body["params"] = json!(params);
        }
        Error::Stale { version } => body["version"] = (*version).into(),
        _ => {}
    }
    let mut response = body.to_string().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

fn shortage_json(shortage: &Shortage) -> Vec<Json> {
    let entry = |path: String| json!({"path": path, "code": shortage.code, "message": shortage.message, "params": shortage.params});
    if shortage.lines.is_empty() {
        return vec![entry(String::new())];
    }
    shortage.lines.iter().map(|line| entry(format!("/{}/{line}", shortage.lines_field))).collect()
}

/// A page as an answer.
///
/// # Errors
/// The template failed, which only a fault in it can cause.
pub fn html(page: &impl Template) -> Result<Response> {
    let text = page.render().map_err(|error| Failure(Error::internal(error.to_string())))?;
    Ok(Html(text).into_response())
}
