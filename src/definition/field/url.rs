//! `url`: a web address.

use super::text::{Textual, check_format};

pub const URL: Textual = Textual::line(|field, value| check_format(field, value, "url", is_web_address));

/// Only `http` and `https`: an address is shown as a link, and a link must never run a script.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}
