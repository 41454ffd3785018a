//! Receiving files, piece by piece: as the body of a request, or as parts of a form.

use super::{
    body::FormBody,
    caller::Caller,
    error::{Failure, Result},
    router::{LARGEST_BODY, Web},
};
use crate::{
    base::error::Params,
    service::{
        Error,
        files::{FileInfo, LARGEST, too_large},
    },
};
use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;

/// The most files of one form.
const MOST_FILES: usize = 100;

/// Whether a request is a form with parts.
#[must_use]
pub fn has_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Stores the body of a request as a file of the caller's.
///
/// # Errors
/// `file_too_large`, at once where the request says how long it is; `StorageFull`; a body that breaks off.
pub async fn body(web: &Web, caller: &Caller, name: &str, headers: &HeaderMap, mut body: Body) -> Result<FileInfo> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > LARGEST) {
        return Err(too_large().into());
    }
    let mut upload = web.service.begin_upload(&caller.call).await?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| broken_off())?;
        if let Ok(piece) = frame.into_data() {
            upload.write(&piece).await?;
        }
    }
    Ok(web.service.finish_upload(&caller.call, upload, name).await?)
}

/// Stores the one file of a form.
///
/// # Errors
/// As [`body`]; `malformed` for a form without a file, or with several.
pub async fn single(web: &Web, caller: &Caller, request: Request) -> Result<FileInfo> {
    let mut parts = parts_of(request).await?;
    let mut found = None;
    while let Some(part) = parts.next_field().await.map_err(|_| broken_off())? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        if found.is_some() {
            return Err(Error::malformed("one file is sent at a time").into());
        }
        found = Some(part_to_file(web, caller, &name, part).await?);
    }
    found.ok_or_else(|| Error::malformed("the form has no part with a file").into())
}

/// Reads a form with parts. Each file is stored as the caller's, and its id stands in its place.
///
/// # Errors
/// As [`body`]; texts that are too large.
pub async fn form(web: &Web, caller: &Caller, request: Request) -> Result<FormBody> {
    let mut parts = parts_of(request).await?;
    let mut form = FormBody::default();
    let (mut texts, mut count) = (0, 0);
    while let Some(mut part) = parts.next_field().await.map_err(|_| broken_off())? {
        let Some(key) = part.name().map(str::to_owned) else { continue };
        if let Some(name) = part.file_name().map(str::to_owned) {
            // A control in which nothing was chosen sends a part without a name.
            if name.is_empty() {
                continue;
            }
            count += 1;
            if count > MOST_FILES {
                return Err(Error::malformed(format!("a form has at most {MOST_FILES} files")).into());
            }
            let file = part_to_file(web, caller, &name, part).await?;
            form.0.push((key, file.id.to_string()));
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|_| broken_off())? {
            texts += piece.len();
            if texts > LARGEST_BODY {
                return Err(Error::TooLarge { code: "too_large_body".into(), params: Params::new() }.into());
            }
            text.extend_from_slice(&piece);
        }
        let text = String::from_utf8(text).map_err(|_| Error::malformed("the form could not be read"))?;
        form.0.push((key, text));
    }
    Ok(form)
}

/// The parts of a form, one by one.
///
/// # Errors
/// `malformed` for what is no such form.
pub async fn parts_of(request: Request) -> Result<Multipart> {
    let parts = Multipart::from_request(request, &()).await;
    parts.map_err(|_| Failure(Error::malformed("the form could not be read")))
}

async fn part_to_file(web: &Web, caller: &Caller, name: &str, mut part: Field<'_>) -> Result<FileInfo> {
    let mut upload = web.service.begin_upload(&caller.call).await?;
    while let Some(piece) = part.chunk().await.map_err(|_| broken_off())? {
        upload.write(&piece).await?;
    }
    Ok(web.service.finish_upload(&caller.call, upload, name).await?)
}

fn broken_off() -> Failure {
    Error::malformed("the upload broke off; send it again").into()
}
