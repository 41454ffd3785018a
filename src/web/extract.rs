//! What a request asks for: language, form of the answer, and its own address.

use super::caller::Caller;
use crate::i18n::{Locale, Texts};
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use std::convert::Infallible;

/// How a request wants to be answered.
#[derive(Debug, Clone)]
pub struct Wants {
    /// JSON: everything under `/api`, calls of automations, and whoever asks for nothing else.
    pub json: bool,
    /// An htmx request that swaps a part of the page.
    pub fragment: bool,
    /// Path and query of this request.
    pub path: String,
    /// Where the reader came from, on this site; `/` where that is not known.
    pub back: String,
    locale: Locale,
}

impl Wants {
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::from_head(request.uri(), request.headers())
    }

    fn from_head(uri: &Uri, headers: &HeaderMap) -> Self {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let accepts_json = text(header::ACCEPT).is_some_and(|accept| accept.starts_with("application/json"));
        Self {
            json: path.starts_with("/api/") || path.starts_with("/hooks/") || accepts_json,
            fragment: headers.contains_key("hx-request"),
            back: text(header::REFERER).and_then(local_part).unwrap_or_else(|| "/".to_owned()),
            locale: Locale::from_accept_language(text(header::ACCEPT_LANGUAGE).unwrap_or_default()),
            path,
        }
    }

    /// The texts of the person's language, or of the browser's.
    #[must_use]
    pub fn texts(&self, caller: Option<&Caller>) -> Texts {
        let own = caller.and_then(|caller| Locale::parse(&caller.call.actor.locale));
        Texts(own.unwrap_or(self.locale))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wants {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::from_head(&parts.uri, &parts.headers))
    }
}

/// Path and query of an address, whatever its host: only a place on this site is ever gone back to.
fn local_part(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    uri.path_and_query().map(ToString::to_string).filter(|path| is_local(path))
}

/// Whether an address leads nowhere but to a path of this site.
#[must_use]
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for good in ["/", "/apps/shop?q=1"] {
            assert!(is_local(good), "{good}");
        }
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"] {
            assert!(!is_local(bad), "{bad}");
        }
        assert_eq!(local_part("https://other.example/apps?x=1").as_deref(), Some("/apps?x=1"));
    }
}
