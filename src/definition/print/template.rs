//! Templates of prints: words with `{field}` places and `{= expression }`.

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// The path of a field, or one of the extras that every print knows.
    Field(&'a str),
    Expression(&'a str),
}

/// The parts in order. Braces within an expression belong to it; one that is never closed stands for itself.
#[must_use]
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = closing(&rest[start..]) else { break };
        if start > 0 {
            found.push(Piece::Words(&rest[..start]));
        }
        let inner = rest[start + 1..start + length].trim();
        found.push(match inner.strip_prefix('=') {
            Some(expression) => Piece::Expression(expression.trim()),
            None => Piece::Field(inner),
        });
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest));
    }
    found
}

/// Where the brace that a text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}
