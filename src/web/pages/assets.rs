//! Files of `static/`: kept for ever under this program's own tag, asked for anew under any other.

use crate::{
    service::Error,
    web::{
        Result,
        asset::{self, Asset},
    },
};
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// The name of a file changes with its content, so that nobody has to ask again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A page opened before an upgrade names files by an older tag: they are served, but never kept under that name.
const ASK_AGAIN: &str = "no-cache";
/// Browsers ask for the icon under a fixed name.
const A_DAY: &str = "public, max-age=86400";

/// `GET /static/{tag}/{path}`.
///
/// # Errors
/// `NotFound`.
pub async fn asset(Path((tag, path)): Path<(String, String)>, headers: HeaderMap) -> Result<Response> {
    let file = asset::get(&path).ok_or(Error::NotFound)?;
    Ok(answer(file, if asset::current(&tag) { FOR_EVER } else { ASK_AGAIN }, &headers))
}

/// `GET /favicon.ico`.
///
/// # Errors
/// `NotFound`.
pub async fn favicon(headers: HeaderMap) -> Result<Response> {
    let file = asset::get("favicon.svg").ok_or(Error::NotFound)?;
    Ok(answer(file, A_DAY, &headers))
}

fn answer(file: Asset, keeping: &'static str, headers: &HeaderMap) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|tags| matches(tags, &file.etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut full = Response::new(Body::from(file.bytes.into_owned()));
        full.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        full
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Whether the tags of `If-None-Match` hold this one; a proxy that packs the body makes a tag weak.
fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_known_tag_is_answered_without_the_file() {
        let path = || Path(("older".to_owned(), "favicon.svg".to_owned()));
        let first = asset(path(), HeaderMap::new()).await.expect("the icon is there");
        assert_eq!(first.headers()[header::CACHE_CONTROL], ASK_AGAIN);
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let second = asset(path(), headers).await.expect("the icon is there");
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert!(matches("\"a\", W/\"b\"", "\"b\"") && !matches("\"a\"", "\"b\""));
    }
}
