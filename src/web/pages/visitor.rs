//! Somebody who has not signed in yet: their language, kept in a cookie of its own so that no session has to be stored for it.

use crate::{
    i18n::{Locale, Texts},
    web::{Web, extract::Wants},
};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

const COOKIE: &str = "formwork_locale";
/// A year in seconds.
const KEPT: u32 = 31_536_000;

/// The language asked for by `?locale=`, else the one chosen before, else the browser's.
pub fn texts(asked: Option<&str>, headers: &HeaderMap, wants: &Wants) -> Texts {
    let chosen = asked.and_then(Locale::parse).or_else(|| remembered(headers));
    chosen.map_or_else(|| wants.texts(None), Texts)
}

fn remembered(headers: &HeaderMap) -> Option<Locale> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).and_then(|(_, value)| Locale::parse(value))
}

/// Remembers the language that was asked for.
pub fn remember(mut response: Response, asked: Option<&str>, web: &Web) -> Response {
    let Some(locale) = asked.and_then(Locale::parse) else { return response };
    let https = web.settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly{secure}", locale.as_str());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_language_is_found_among_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(remembered(&headers), None);
        headers.insert(header::COOKIE, HeaderValue::from_static("formwork=x; formwork_locale=en"));
        assert_eq!(remembered(&headers), Some(Locale::En));
        headers.insert(header::COOKIE, HeaderValue::from_static("formwork_locale=fr"));
        assert_eq!(remembered(&headers), None);
    }
}
