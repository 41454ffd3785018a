//! What a content is, by what it looks like and never by what its sender says.

use crate::base::file_name::ending;

/// The type of what nobody knows.
pub const UNKNOWN: &str = "application/octet-stream";

/// The media type of a content from its first bytes. A text that looks like nothing in particular is what the ending of its name
/// says, as far as that is a text too.
#[must_use]
pub fn of(head: &[u8], name: &str) -> String {
    if head.is_empty() {
        return "text/plain".to_owned();
    }
    if let Some(known) = infer::get(head) {
        let known = known.mime_type();
        // Office documents are archives; which one shows only in their middle, so their ending may say it.
        if known == "application/zip" && matches!(ending(name).as_str(), "docx" | "xlsx" | "pptx" | "odt" | "ods") {
            return guessed(name).unwrap_or_else(|| known.to_owned());
        }
        return known.to_owned();
    }
    if !is_text(head) {
        return UNKNOWN.to_owned();
    }
    let textual = |kind: &String| {
        kind.starts_with("text/") || matches!(kind.as_str(), "application/json" | "application/xml" | "image/svg+xml")
    };
    guessed(name).filter(textual).unwrap_or_else(|| "text/plain".to_owned())
}

fn guessed(name: &str) -> Option<String> {
    mime_guess::from_path(name).first().map(|kind| kind.essence_str().to_owned())
}

/// Whether the bytes are the beginning of a UTF-8 text, of which the last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_over_the_name() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(of(png, "a.txt"), "image/png");
        assert_eq!(of(b"<!DOCTYPE html><script>alert(1)</script>", "photo.png"), "text/html");
        assert_eq!(of(b"%PDF-1.7\n", "x.jpg"), "application/pdf");
        assert_eq!(of(b"\x00\x01\x02rubbish", "x.png"), UNKNOWN);
        assert_eq!(of(b"\xff\xfe\xfd", "x.html"), UNKNOWN);
    }

    #[test]
    fn texts_are_what_their_ending_says() {
        assert_eq!(of("单号,数量\n1,2".as_bytes(), "a.csv"), "text/csv");
        assert_eq!(of(b"{}", "a.json"), "application/json");
        assert_eq!(of(b"hello", "a.png"), "text/plain");
        assert_eq!(of(b"hello", "a.exe"), "text/plain");
        assert_eq!(of(b"", "a.png"), "text/plain");
        assert_eq!(of(&"单".as_bytes()[..2], "a"), "text/plain");
    }
}
