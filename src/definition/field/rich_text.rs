//! `rich_text`: formatted text. Stored as HTML that passed a strict allow list; shown in lists and searched as plain text.

use super::{Column, Field, FieldKind, Stored, Widget, text};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;
use std::sync::LazyLock;

/// Characters of HTML that a value may have when its definition does not say.
const LONGEST: usize = 100_000;
/// Everything that survives. No attribute but a link's address, so no style, no script, no picture from elsewhere.
const TAGS: [&str; 18] = [
    "p",
    "br",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "a",
    "hr",
];
/// After these the plain text begins a new line.
const BLOCKS: [&str; 12] = ["p", "br", "h1", "h2", "h3", "h4", "li", "blockquote", "pre", "div", "tr", "hr"];

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::empty();
    cleaner
        .tags(TAGS.into())
        .clean_content_tags(["script", "style", "template", "noscript", "iframe"].into())
        .tag_attributes([("a", ["href"].into())].into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

pub struct RichText;

/// The HTML with everything taken out that is not on the allow list. Cleaning twice changes nothing more.
#[must_use]
pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string().trim().to_owned()
}

/// The text without its formatting, one line for each paragraph.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&unescape(&rest[..start]));
        let Some(end) = rest[start..].find('>').map(|end| start + end) else { break };
        let name = rest[start + 1..end].trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let closes = rest[start + 1..].starts_with('/') || matches!(name, "br" | "hr");
        if closes && BLOCKS.contains(&name) && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = &rest[end + 1..];
    }
    text.push_str(&unescape(rest));
    text.trim().to_owned()
}

/// A paragraph for each line.
fn from_plain(written: &str) -> String {
    let paragraph = |line: &str| format!("<p>{}</p>", ammonia::clean_text(line));
    clean(&written.lines().map(str::trim).filter(|line| !line.is_empty()).map(paragraph).collect::<String>())
}

/// The character references that the cleaner writes.
fn unescape(text: &str) -> String {
    text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn is_html(written: &str) -> bool {
    written.starts_with('<') && written.ends_with('>')
}

fn value_of(html: String) -> Value {
    if plain(&html).is_empty() && !html.contains("<hr") { Value::Unset } else { Value::Text(html) }
}

impl FieldKind for RichText {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        Widget::RichText
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        Ok(match text::read(json)? {
            Value::Text(written) => value_of(clean(&written)),
            other => other,
        })
    }

    /// HTML where it looks like it, else plain text whose lines become paragraphs.
    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        Ok(value_of(if is_html(written) { clean(written) } else { from_plain(written) }))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        text::write(value)
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        plain(value.as_text().unwrap_or_default())
    }

    /// Plain where nothing is lost by it, else the HTML.
    fn text(&self, _field: &Field, value: &Value) -> String {
        let html = value.as_text().unwrap_or_default();
        let text = plain(html);
        if !is_html(&text) && from_plain(&text) == html { text } else { html.to_owned() }
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        text::check_length(field, value, LONGEST)
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        text::store(value)
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        text::load(stored)
    }

    /// What a rule put together is cleaned like everything else.
    fn settle(&self, _field: &Field, value: Value) -> Value {
        match value {
            Value::Text(written) => value_of(if is_html(&written) { clean(&written) } else { from_plain(&written) }),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_allow_list_survives() {
        for (written, kept) in [
            ("<p onclick=\"x()\">a<script>alert(1)</script></p>", "<p>a</p>"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<a href=\"javascript:alert(1)\">a</a>", "<a rel=\"noopener noreferrer nofollow\">a</a>"),
            ("<p style=\"position:fixed\" hx-get=\"/x\">a</p>", "<p>a</p>"),
            ("<div><b>a</b></div>", "<b>a</b>"),
            ("<svg><style><img src=x></style></svg>", ""),
        ] {
            assert_eq!(clean(written), kept, "{written}");
            assert_eq!(clean(&clean(written)), clean(written), "{written}");
        }
    }

    #[test]
    fn plain_text_keeps_lines_and_characters() {
        assert_eq!(plain("<h2>甲</h2><ul><li>a &lt; b</li><li>c &amp;amp; d</li></ul>"), "甲\na < b\nc &amp; d");
        assert_eq!(from_plain("a < b\n\nc"), "<p>a &lt; b</p><p>c</p>");
        assert_eq!(value_of(clean("<p> </p>")), Value::Unset);
    }
}
