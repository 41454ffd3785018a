//! Rust source as this test needs it: without comments and literals, without tests, and the modules it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file under `src`.
pub struct SourceFile {
    /// Relative to the project, with `/`: `src/flow/step.rs`.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The path below the crate's root as modules: `src/flow/step.rs` is `["flow", "step"]`, `src/flow/mod.rs` is `["flow"]`,
    /// `src/lib.rs` and `src/main.rs` are `[]`.
    pub fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        let mut parts: Vec<&str> = inside.split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        parts
    }

    /// The top module the file belongs to; empty for `lib.rs` and `main.rs`.
    pub fn top(&self) -> &str {
        self.module().first().copied().unwrap_or("")
    }

    /// A file that only exists for tests.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// What is compiled outside tests, with comments and literals blanked out. Line numbers stay.
    pub fn code(&self) -> String {
        if self.is_test() { String::new() } else { without_tests(&without_literals(&self.text)) }
    }
}

/// Every `.rs` file below `folder` of the project, sorted by path.
pub fn read_all(project: &Path, folder: &str, endings: &[&str]) -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&project.join(folder), endings, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let inside = path.strip_prefix(project).expect("the file lies in the project");
            let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            SourceFile { path: parts.join("/"), text }
        })
        .collect()
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, endings, files);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            files.push(path);
        }
    }
}

/// Replaces comments, strings and characters by spaces; keeps line breaks.
pub fn without_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that begins at `at` ends; `at` itself where none begins.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => find(chars, at, |rest| rest[0] == '\n', 0),
        '/' if next == Some('*') => block_comment_end(chars, at),
        '"' => string_end(chars, at + 1),
        'r' | 'b' | 'c' if !continues_a_word(chars, at) => prefixed_end(chars, at),
        '\'' => character_end(chars, at),
        _ => at,
    }
}

fn find(chars: &[char], from: usize, found: impl Fn(&[char]) -> bool, beyond: usize) -> usize {
    (from..chars.len()).find(|at| found(&chars[*at..])).map_or(chars.len(), |at| at + beyond)
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// Raw, byte and C strings: `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`. Raw identifiers are no literals.
fn prefixed_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    let mut raw = false;
    while let Some('r' | 'b' | 'c') = chars.get(at) {
        raw |= chars[at] == 'r';
        at += 1;
        if at - start > 2 {
            return start;
        }
    }
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + hashes) != Some(&'"') || (hashes > 0 && !raw) {
        return start;
    }
    let inside = at + hashes + 1;
    if !raw {
        return string_end(chars, inside);
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    find(chars, inside, |rest| rest.starts_with(&closing), closing.len())
}

/// `'x'` and `'\n'` are characters, `'a` is a lifetime.
fn character_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => find(chars, at + 3, |rest| rest[0] == '\'', 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

fn continues_a_word(chars: &[char], at: usize) -> bool {
    at > 0 && is_word(chars[at - 1])
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Blanks out every item under `#[cfg(test)]`. Expects source without literals.
pub fn without_tests(code: &str) -> String {
    let mut out: Vec<char> = code.chars().collect();
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut at = 0;
    while at < out.len() {
        if !out[at..].starts_with(&mark) {
            at += 1;
            continue;
        }
        let end = item_end(&out, at + mark.len());
        for c in &mut out[at..end] {
            if *c != '\n' {
                *c = ' ';
            }
        }
        at = end;
    }
    out.into_iter().collect()
}

/// The end of the item that follows: its `;`, or the brace that closes its first one.
fn item_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in chars.iter().enumerate().skip(from) {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    chars.len()
}

/// Where a word stands on its own, as line numbers starting at 1.
pub fn lines_with_word(text: &str, word: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let found = line.match_indices(word).any(|(at, _)| {
            !line[..at].chars().next_back().is_some_and(is_word)
                && !line[at + word.len()..].chars().next().is_some_and(is_word)
        });
        if found {
            lines.push(index + 1);
        }
    }
    lines
}

/// The top modules of the crate that the code names, each with its line: by `crate::…`, by a group
/// `crate::{a::…, b}`, or by enough `super`s to reach the root.
pub fn modules_named(code: &str, module: &[&str]) -> Vec<(String, usize)> {
    let chars: Vec<char> = code.chars().collect();
    let mut named = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while at < chars.len() {
        if chars[at] == '\n' {
            line += 1;
        }
        if continues_a_word(&chars, at) {
            at += 1;
            continue;
        }
        let root = if follows(&chars, at, "crate::") {
            Some(at + "crate::".len())
        } else if follows(&chars, at, "super::") {
            let supers = (0..).take_while(|n| follows(&chars, at + n * "super::".len(), "super::")).count();
            let end = at + supers * "super::".len();
            if supers == module.len() {
                Some(end)
            } else {
                at = end;
                continue;
            }
        } else {
            None
        };
        if let Some(start) = root {
            named.extend(first_segments(&chars, start).into_iter().map(|name| (name, line)));
            at = start;
        } else {
            at += 1;
        }
    }
    named
}

fn follows(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c))
}

/// The first segment of a path, or of every path of a group.
fn first_segments(chars: &[char], at: usize) -> Vec<String> {
    let word = |from: usize| chars[from..].iter().take_while(|c| is_word(**c)).collect::<String>();
    if chars.get(at) != Some(&'{') {
        return Some(word(at)).filter(|name| !name.is_empty()).into_iter().collect();
    }
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut starts = false;
    for position in at..chars.len() {
        match chars[position] {
            '{' => {
                depth += 1;
                starts = depth == 1;
            }
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' => starts = depth == 1,
            c if c.is_whitespace() => {}
            _ => {
                if starts {
                    names.push(word(position));
                }
                starts = false;
            }
        }
    }
    names
}
