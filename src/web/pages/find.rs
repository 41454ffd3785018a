//! What an address names, as far as the caller may know of it.

use crate::{
    i18n::{Arg, Texts},
    service::{Error, LiveApp},
    web::{Result, Web, caller::Caller},
};
use std::sync::Arc;

/// The live app with this key.
///
/// # Errors
/// `NotFound`; the database failed.
pub async fn app(web: &Web, caller: &Caller, key: &str) -> Result<Arc<LiveApp>> {
    let reader = web.service.store.reader();
    let live = web.service.live.all(&reader, caller.person.epoch).await?;
    Ok(live.into_iter().find(|app| app.key() == key).ok_or(Error::NotFound)?)
}

/// The parameters of an address in their order. An address that does not read has none.
#[must_use]
pub fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    query.and_then(|query| serde_urlencoded::from_str(query).ok()).unwrap_or_default()
}

/// The last value of a parameter, trimmed; none when it is missing or blank.
#[must_use]
pub fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().rev().find(|(key, _)| key == name);
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// An address with these parameters.
#[must_use]
pub fn address(path: &str, pairs: &[(String, String)]) -> String {
    match serde_urlencoded::to_string(pairs) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// A count that was stopped at `cap`: `10,000+` beyond it.
#[must_use]
pub fn capped(count: u64, cap: u64) -> String {
    let shown = crate::i18n::format::grouped(&count.min(cap).to_string());
    if count > cap { format!("{shown}+") } else { shown }
}

/// A text with who did it and when.
#[must_use]
pub fn who_when(texts: Texts, key: &str, who: &str, when: &str) -> String {
    texts.with(key, &[("who", Arg::Text(who)), ("when", Arg::Text(when))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_written_in_order() {
        let read = pairs(Some("q=a%20b&sort=-no&q=c"));
        assert_eq!(parameter(&read, "q"), Some("c"));
        assert_eq!(parameter(&read, "page"), None);
        assert_eq!(address("/x", &read), "/x?q=a+b&sort=-no&q=c");
        assert_eq!(address("/x", &[]), "/x");
    }

    #[test]
    fn counts_stop() {
        assert_eq!(capped(1234, 10_000), "1,234");
        assert_eq!(capped(10_001, 10_000), "10,000+");
    }
}
