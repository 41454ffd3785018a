//! Handing out a content: never as a page of ours, whole or in part, and not again to who has it already.

use super::{error::Result, router::Web};
use crate::service::{
    Error,
    files::Readable,
    thumbnails::{Size, Thumbnail},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};
use std::{fmt::Write as _, io::SeekFrom};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// What a file's answer may do in a browser: nothing.
const POLICY: &str =
    "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'";
/// How much is read at once.
const PIECE: usize = 64 * 1024;

/// Marks an answer that is sent as it lies: packed it would lose its parts and its length.
#[derive(Debug, Clone, Copy)]
pub struct AsItLies;

/// Bytes `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    first: u64,
    last: u64,
}

/// What a `Range` header asks of so many bytes.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Part),
    Beyond,
}

/// The file itself, always to be saved: only pictures that were encoded anew are ever shown in place.
///
/// # Errors
/// The content is gone or does not read: a fault of ours.
pub async fn original(web: &Web, file: &Readable, headers: &HeaderMap) -> Result<Response<Body>> {
    let tag = format!("\"{}\"", file.hash);
    if is_known(headers, &tag) {
        return Ok(answer(StatusCode::NOT_MODIFIED, &tag, Body::empty()));
    }
    let lost = || Error::internal(format!("the content of file {} is not in the blob store", file.info.id));
    let (mut content, size) = web.service.blobs.open(&file.hash).await?.ok_or_else(lost)?;
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range =
        range.filter(|_| headers.get(header::IF_RANGE).is_none_or(|wanted| wanted.as_bytes() == tag.as_bytes()));
    let mut response = match range.map_or(Asked::Whole, |range| asked(range, size)) {
        Asked::Whole => {
            let mut response =
                answer(StatusCode::OK, &tag, Body::from_stream(ReaderStream::with_capacity(content, PIECE)));
            put(&mut response, header::CONTENT_LENGTH, &size.to_string());
            response
        }
        Asked::Part(Part { first, last }) => {
            content.seek(SeekFrom::Start(first)).await.map_err(crate::store::Error::from)?;
            let part = content.take(last - first + 1);
            let body = Body::from_stream(ReaderStream::with_capacity(part, PIECE));
            let mut response = answer(StatusCode::PARTIAL_CONTENT, &tag, body);
            put(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            put(&mut response, header::CONTENT_LENGTH, &(last - first + 1).to_string());
            response
        }
        Asked::Beyond => {
            let mut response = answer(StatusCode::RANGE_NOT_SATISFIABLE, &tag, Body::empty());
            put(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    put(&mut response, header::CONTENT_TYPE, &file.info.media_type);
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    put(&mut response, header::CONTENT_DISPOSITION, &disposition("attachment", &file.info.name));
    Ok(response)
}

/// A small picture of the file, shown in place.
///
/// # Errors
/// `no_thumbnail`.
pub async fn thumbnail(web: &Web, file: &Readable, size: Size, headers: &HeaderMap) -> Result<Response<Body>> {
    let tag = format!("\"{}-{}\"", file.hash, size.word());
    if is_known(headers, &tag) {
        return Ok(answer(StatusCode::NOT_MODIFIED, &tag, Body::empty()));
    }
    let Thumbnail { bytes, media_type } = web.service.thumbnail(file, size).await?;
    let mut response = answer(StatusCode::OK, &tag, Body::from(bytes));
    put(&mut response, header::CONTENT_TYPE, media_type);
    put(&mut response, header::CONTENT_DISPOSITION, &disposition("inline", &file.info.name));
    Ok(response)
}

fn answer(status: StatusCode, tag: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.extensions_mut().insert(AsItLies);
    put(&mut response, header::ETAG, tag);
    // Rights may change: whoever has it asks each time whether they still may.
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    put(&mut response, header::CONTENT_SECURITY_POLICY, POLICY);
    put(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == tag || known == "*")
}

/// Reads `bytes=…`. Several parts at once, and what does not read, are answered with the whole.
fn asked(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Asked::Whole;
    };
    let end = size.saturating_sub(1);
    let part = match (first.trim(), last.trim()) {
        ("", last) => match last.parse::<u64>() {
            Ok(0) => return Asked::Beyond,
            Ok(count) => Part { first: size.saturating_sub(count), last: end },
            Err(_) => return Asked::Whole,
        },
        (first, "") => match first.parse() {
            Ok(first) => Part { first, last: end },
            Err(_) => return Asked::Whole,
        },
        (first, last) => match (first.parse(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => Part { first, last: last.min(end) },
            _ => return Asked::Whole,
        },
    };
    if size == 0 || part.first >= size { Asked::Beyond } else { Asked::Part(part) }
}

/// The name in two spellings: for old programs, and as it is.
fn disposition(how: &str, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _written = write!(exact, "%{byte:02X}");
        }
    }
    format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        let part = |first, last| Asked::Part(Part { first, last });
        for (range, expected) in [
            ("bytes=0-4", part(0, 4)),
            ("bytes=5-", part(5, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=8-99", part(8, 9)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=4-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=x", Asked::Whole),
        ] {
            assert_eq!(asked(range, 10), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Beyond);
    }

    #[test]
    fn names_travel_in_headers() {
        assert_eq!(
            disposition("attachment", "合同 \"1\".pdf"),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%221%22.pdf"
        );
    }
}
