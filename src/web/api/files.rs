//! `/api/v1/files`, and the same content for pages under `/files`.

use super::super::{
    Result, Web,
    caller::Caller,
    download,
    pages::find::{pairs, parameter},
    upload,
};
use crate::service::{Error, thumbnails::Size};
use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

/// The name of a file that is sent as a body: percent-encoded UTF-8.
const NAME: &str = "x-file-name";

/// `POST /files`: one file as the body, named by `X-File-Name` or `?name=`; or as the only file of a form with parts.
///
/// # Errors
/// `file_too_large`, `storage_full`, `too_many_uploads`, a token that may not write.
pub async fn create(State(web): State<Web>, caller: Caller, uri: Uri, request: Request) -> Result<Response> {
    let file = if upload::has_parts(request.headers()) {
        upload::single(&web, &caller, request).await?
    } else {
        let name = name_of(&uri, request.headers())?;
        let (head, body) = request.into_parts();
        upload::body(&web, &caller, &name, &head.headers, body).await?
    };
    let place = format!("/api/v1/files/{}", file.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(file.json())).into_response())
}

/// `GET /files/{id}`; `?thumbnail=small|medium|large` for a small picture of it.
///
/// # Errors
/// `NotFound` for whoever may not read it; `no_thumbnail`.
pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<i64>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<axum::http::Response<Body>> {
    let parameters = pairs(uri.query());
    if let Some((unknown, _)) = parameters.iter().find(|(name, _)| name != "thumbnail") {
        return Err(Error::malformed(format!("there is no parameter \"{unknown}\"; there is \"thumbnail\"")).into());
    }
    let size = match parameter(&parameters, "thumbnail") {
        None => None,
        Some(word) => Some(Size::named(word).ok_or_else(|| Error::malformed("a thumbnail is small, medium or large"))?),
    };
    let file = web.service.readable_file(&caller.call, caller.person.epoch, id).await?;
    match size {
        Some(size) => download::thumbnail(&web, &file, size, &headers).await,
        None => download::original(&web, &file, &headers).await,
    }
}

fn name_of(uri: &Uri, headers: &HeaderMap) -> Result<String> {
    let parameters = pairs(uri.query());
    if let Some((unknown, _)) = parameters.iter().find(|(name, _)| name != "name") {
        return Err(Error::malformed(format!("there is no parameter \"{unknown}\"; there is \"name\"")).into());
    }
    let header = headers.get(NAME).and_then(|name| name.to_str().ok());
    // Read as the value of a parameter, which is percent-encoded too; a plus sign stands for itself.
    let decoded = header.map(|name| pairs(Some(&format!("name={}", name.replace('+', "%2B").replace('&', "%26")))));
    let named =
        decoded.as_deref().and_then(|pairs| parameter(pairs, "name")).or_else(|| parameter(&parameters, "name"));
    Ok(named.unwrap_or_default().to_owned())
}
