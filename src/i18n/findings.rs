//! Findings of schemas and lint in the reader's language. They are made in English, as sentences with names in them; here stand the
//! patterns of these sentences, with what each reads in Chinese.
//!
//! In a pattern `{}` is a hole: a quoted part with its quotes, or anything else that a sentence is given. In its translation `{0}` is
//! what stands in the first hole, called by its title, and `{=0}` the same as it is written. What is not quoted is a sentence or a list
//! of names itself and told as one.

use super::{Locale, Texts};
use std::{collections::BTreeMap, sync::LazyLock};

const SOURCE: &str = include_str!("../../templates/locales/findings.zh-CN.json");

/// What is called by another name: the title of the field, table, view … with a key.
type Named<'a> = &'a dyn Fn(&str) -> Option<String>;

struct Pattern {
    /// The sentence around its holes: one piece more than there are holes.
    pieces: Vec<String>,
    translation: String,
}

/// Those that say most first, so that the first that fits fits best.
static CHINESE: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let read: BTreeMap<String, String> = serde_json::from_str(SOURCE).unwrap_or_default();
    let mut patterns: Vec<Pattern> =
        read.into_iter().map(|(english, chinese)| Pattern::new(&english, chinese)).collect();
    patterns.retain(|pattern| pattern.length() > 0);
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.length()));
    patterns
});

impl Texts {
    /// A message or suggestion of a finding in this language. `named` tells the title of what has a key. What nobody translated stays
    /// as it is.
    #[must_use]
    pub fn finding(self, message: &str, named: &dyn Fn(&str) -> Option<String>) -> String {
        match self.0 {
            Locale::En => message.to_owned(),
            Locale::ZhCn => chinese(message, named).unwrap_or_else(|| message.to_owned()),
        }
    }
}

impl Pattern {
    fn new(english: &str, translation: String) -> Self {
        Self { pieces: english.split("{}").map(str::to_owned).collect(), translation }
    }

    /// How much of a sentence the pattern says itself.
    fn length(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    /// What stands in the holes; nothing for another sentence.
    fn holes<'m>(&self, message: &'m str) -> Option<Vec<&'m str>> {
        let (first, later) = self.pieces.split_first()?;
        let mut rest = message.strip_prefix(first.as_str())?;
        let Some((last, middle)) = later.split_last() else { return rest.is_empty().then(Vec::new) };
        let mut holes = Vec::with_capacity(later.len());
        for piece in middle {
            let (hole, after) = cut(rest, piece)?;
            holes.push(hole);
            rest = after;
        }
        let hole = rest.strip_suffix(last.as_str()).filter(|hole| !hole.is_empty())?;
        // A quoted part at the end of a sentence ends it: what follows makes it another one.
        let ends = !last.is_empty() || quoted_length(hole).is_none_or(|length| length == hole.len());
        holes.push(hole);
        ends.then_some(holes)
    }
}

fn chinese(message: &str, named: Named<'_>) -> Option<String> {
    let (pattern, holes) = CHINESE.iter().find_map(|pattern| Some((pattern, pattern.holes(message)?)))?;
    Some(fill(&pattern.translation, &holes, named))
}

/// Cuts a text at `piece`, which lies behind the quoted part or the one character that the text begins with.
fn cut<'m>(text: &'m str, piece: &str) -> Option<(&'m str, &'m str)> {
    let start = quoted_length(text).or_else(|| text.chars().next().map(char::len_utf8))?;
    let at = start + text.get(start..)?.find(piece)?;
    Some((text.get(..at)?, text.get(at + piece.len()..)?))
}

/// How long the quoted part is that a text begins with, its quotes included.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.strip_prefix('"')?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// What stands between the quotes of a text that is one quoted part.
fn unquoted(text: &str) -> Option<&str> {
    quoted_length(text).filter(|length| *length == text.len())?;
    text.strip_prefix('"')?.strip_suffix('"')
}

fn fill(translation: &str, holes: &[&str], named: Named<'_>) -> String {
    let mut filled = String::new();
    let mut rest = translation;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let hole = after.split_once('}').and_then(|(hole, after)| Some((part(hole, holes, named)?, after)));
        rest = match hole {
            Some((part, after)) => {
                filled.push_str(&part);
                after
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// What `0` or `=0` stands for; nothing where the braces belong to the sentence.
fn part(hole: &str, holes: &[&str], named: Named<'_>) -> Option<String> {
    let as_written = hole.strip_prefix('=');
    let number: usize = as_written.unwrap_or(hole).parse().ok()?;
    let text = *holes.get(number)?;
    Some(match (unquoted(text), as_written) {
        (inner, Some(_)) => inner.unwrap_or(text).to_owned(),
        (Some(inner), None) => named(inner).unwrap_or_else(|| inner.to_owned()),
        (None, None) => phrase(text, named),
    })
}

/// A sentence within a sentence, or names with commas between them.
fn phrase(text: &str, named: Named<'_>) -> String {
    if let Some(told) = chinese(text, named) {
        return told;
    }
    let names = text.split(", ").map(|name| named(name).unwrap_or_else(|| name.to_owned()));
    names.collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests;
