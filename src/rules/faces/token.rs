//! The words of an expression: what the script and the formula have in common.

/// A word with the place where it starts, in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Number(String),
    Text(String),
    Name(String),
    /// What stands between brackets in a formula, parts apart.
    Chip(Vec<String>),
    Symbol(&'static str),
}

/// Why a text has no words, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A text or a chip does not end.
    Unfinished(usize),
    /// A character or number that no expression has.
    Unexpected(usize),
}

/// How a face writes what the other writes otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `"a\"b"`, lists in brackets.
    Script,
    /// `"a""b"`, fields in brackets.
    Formula,
}

const SCRIPT_SYMBOLS: [&str; 21] =
    ["||", "&&", "==", "!=", "<=", ">=", "??", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "[", "]", ",", "."];
const FORMULA_SYMBOLS: [&str; 15] = ["<>", "<=", ">=", "=", "<", ">", "&", "+", "-", "*", "/", "(", ")", "{", "}"];
const SEPARATORS: [(char, &str); 7] =
    [(',', ","), (';', ","), ('，', ","), ('；', ","), ('（', "("), ('）', ")"), ('、', ",")];

/// The words of a text.
///
/// # Errors
/// A place where the text cannot be read on.
pub(super) fn tokens(text: &str, style: Style) -> Result<Vec<Token>, Unreadable> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, next) = match letter {
            '0'..='9' => number(&letters, at)?,
            '"' | '“' | '”' => quoted(&letters, at, style)?,
            '[' | '【' if style == Style::Formula => chip(&letters, at)?,
            letter if letter.is_alphabetic() || letter == '_' => name(&letters, at),
            _ => symbol(&letters, at, style)?,
        };
        tokens.push(Token { kind, at });
        at = next;
    }
    Ok(tokens)
}

fn number(letters: &[char], start: usize) -> Result<(TokenKind, usize), Unreadable> {
    let mut end = start;
    let mut point = false;
    while let Some(letter) = letters.get(end) {
        let fraction = letters.get(end + 1).is_some_and(char::is_ascii_digit);
        match letter {
            '0'..='9' => {}
            '.' if !point && fraction => point = true,
            letter if letter.is_ascii_alphanumeric() || *letter == '_' => return Err(Unreadable::Unexpected(end)),
            _ => break,
        }
        end += 1;
    }
    Ok((TokenKind::Number(letters[start..end].iter().collect()), end))
}

fn quoted(letters: &[char], start: usize, style: Style) -> Result<(TokenKind, usize), Unreadable> {
    let is_quote = |letter: char| match style {
        Style::Script => letter == '"',
        Style::Formula => matches!(letter, '"' | '“' | '”'),
    };
    if !is_quote(letters[start]) {
        return Err(Unreadable::Unexpected(start));
    }
    let (mut text, mut at) = (String::new(), start + 1);
    while let Some(&letter) = letters.get(at) {
        let following = letters.get(at + 1).copied();
        match (style, letter) {
            (Style::Formula, '"') if following == Some('"') => {
                text.push('"');
                at += 2;
            }
            (_, letter) if is_quote(letter) => return Ok((TokenKind::Text(text), at + 1)),
            (Style::Script, '\\') => {
                text.push(match following {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(letter @ ('"' | '\\')) => letter,
                    _ => return Err(Unreadable::Unexpected(at)),
                });
                at += 2;
            }
            (Style::Script, '\n') => return Err(Unreadable::Unfinished(start)),
            (_, letter) => {
                text.push(letter);
                at += 1;
            }
        }
    }
    Err(Unreadable::Unfinished(start))
}

/// `[仓库.名称]`; a backslash before a point or bracket that belongs to a title.
fn chip(letters: &[char], start: usize) -> Result<(TokenKind, usize), Unreadable> {
    let (mut parts, mut part, mut at) = (Vec::new(), String::new(), start + 1);
    while let Some(&letter) = letters.get(at) {
        match letter {
            ']' | '】' => {
                parts.push(part.trim().to_owned());
                return Ok((TokenKind::Chip(parts), at + 1));
            }
            '.' => parts.push(std::mem::take(&mut part).trim().to_owned()),
            '\\' => {
                part.extend(letters.get(at + 1));
                at += 1;
            }
            letter => part.push(letter),
        }
        at += 1;
    }
    Err(Unreadable::Unfinished(start))
}

fn name(letters: &[char], start: usize) -> (TokenKind, usize) {
    let length = letters[start..].iter().take_while(|letter| letter.is_alphanumeric() || **letter == '_').count();
    (TokenKind::Name(letters[start..start + length].iter().collect()), start + length)
}

fn symbol(letters: &[char], at: usize, style: Style) -> Result<(TokenKind, usize), Unreadable> {
    if style == Style::Formula
        && let Some((_, symbol)) = SEPARATORS.iter().find(|(letter, _)| *letter == letters[at])
    {
        return Ok((TokenKind::Symbol(symbol), at + 1));
    }
    let symbols = match style {
        Style::Script => SCRIPT_SYMBOLS.as_slice(),
        Style::Formula => FORMULA_SYMBOLS.as_slice(),
    };
    let stands = |symbol: &&&str| {
        let mut rest = letters[at..].iter();
        symbol.chars().all(|letter| rest.next() == Some(&letter))
    };
    let found = symbols.iter().find(stands).ok_or(Unreadable::Unexpected(at))?;
    Ok((TokenKind::Symbol(found), at + found.chars().count()))
}

/// Goes through tokens.
pub(super) struct Reader {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
}

impl Reader {
    pub fn new(text: &str, style: Style) -> Result<Self, Unreadable> {
        Ok(Self { tokens: tokens(text, style)?, next: 0, end: text.chars().count() })
    }

    /// Where the next token starts, or the text ends.
    pub fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    pub fn is_done(&self) -> bool {
        self.next == self.tokens.len()
    }

    pub fn take(&mut self) -> Option<TokenKind> {
        let token = self.tokens.get(self.next)?;
        self.next += 1;
        Some(token.kind.clone())
    }

    pub fn symbol(&self) -> Option<&'static str> {
        match self.tokens.get(self.next)?.kind {
            TokenKind::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    pub fn word(&self) -> Option<&str> {
        match &self.tokens.get(self.next)?.kind {
            TokenKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Takes this symbol, if it is the next.
    pub fn takes(&mut self, symbol: &str) -> bool {
        let is_next = self.symbol() == Some(symbol);
        self.next += usize::from(is_next);
        is_next
    }
}
