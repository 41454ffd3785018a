//! Bar codes and matrix codes as shapes to draw: dark modules on a grid, the quiet zone around them included.

use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use std::fmt::Write;

/// A way of writing text as bars or squares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    Qr,
    DataMatrix,
    Code128,
    Code39,
    Ean13,
    /// Code 128 with application identifiers: `(01)06942100000082(10)A7`.
    Gs1128,
}

/// A code ready to be drawn. One unit is one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    pub width: u32,
    /// 1 for bars, which may be drawn as high as one likes.
    pub height: u32,
    /// The dark modules as the data of an SVG path.
    pub path: String,
    /// What the code says, for people.
    pub text: String,
}

/// Why a text cannot be written as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BarcodeError {
    Empty,
    /// More than the code can hold.
    TooLong {
        most: usize,
    },
    /// A character that this kind of code does not have.
    Character(char),
    /// An EAN has 13 digits, or 12 to which the check digit is added.
    Digits {
        found: usize,
    },
    /// The last digit does not fit the others.
    CheckDigit {
        found: char,
        right: char,
    },
    /// What stands in brackets is no application identifier, or its value does not have the length it must have.
    Identifier(String),
}

impl BarcodeError {
    /// The key of its message.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "barcode-empty",
            Self::TooLong { .. } => "barcode-too-long",
            Self::Character(_) => "barcode-character",
            Self::Digits { .. } => "barcode-digits",
            Self::CheckDigit { .. } => "barcode-check-digit",
            Self::Identifier(_) => "barcode-identifier",
        }
    }

    /// The figures of its message.
    #[must_use]
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty => Vec::new(),
            Self::TooLong { most } => vec![("most", most.to_string())],
            Self::Character(character) => vec![("character", character.to_string())],
            Self::Digits { found } => vec![("found", found.to_string())],
            Self::CheckDigit { found, right } => vec![("found", found.to_string()), ("right", right.to_string())],
            Self::Identifier(identifier) => vec![("identifier", identifier.clone())],
        }
    }
}

/// What stands for FNC1 in the text given to the encoder.
const FNC1: char = '\u{f1}';
/// The most characters of a code of bars; more would not fit a label.
const MOST_BARS: usize = 48;
const MOST_SQUARES: usize = 1_200;

/// Writes `text` as a code.
///
/// # Errors
/// What is wrong with the text for this kind of code.
pub fn encode(symbology: Symbology, text: &str) -> Result<Symbol, BarcodeError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BarcodeError::Empty);
    }
    match symbology {
        Symbology::Qr => squares(BarcodeFormat::QR_CODE, text, 4),
        Symbology::DataMatrix => {
            only(text, |c| c.is_ascii())?;
            squares(BarcodeFormat::DATA_MATRIX, text, 2)
        }
        Symbology::Code128 => {
            only(text, |c| c.is_ascii() && !c.is_ascii_control())?;
            bars(BarcodeFormat::CODE_128, text, text.to_owned())
        }
        Symbology::Code39 => {
            only(text, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || "-. $/+%".contains(c))?;
            bars(BarcodeFormat::CODE_39, text, text.to_owned())
        }
        Symbology::Ean13 => {
            let digits = ean13(text)?;
            let (first, rest) = digits.split_at(1);
            let (left, right) = rest.split_at(6);
            bars(BarcodeFormat::EAN_13, &digits, format!("{first} {left} {right}"))
        }
        Symbology::Gs1128 => bars(BarcodeFormat::CODE_128, &gs1(text)?, text.to_owned()),
    }
}

fn only(text: &str, known: impl Fn(char) -> bool) -> Result<(), BarcodeError> {
    text.chars().find(|c| !known(*c)).map_or(Ok(()), |stranger| Err(BarcodeError::Character(stranger)))
}

/// The 13 digits of an EAN, its check digit judged or added.
fn ean13(text: &str) -> Result<String, BarcodeError> {
    only(text, |c| c.is_ascii_digit())?;
    if !(12..=13).contains(&text.len()) {
        return Err(BarcodeError::Digits { found: text.len() });
    }
    let right = check_digit(&text[..12]);
    match text.chars().nth(12) {
        Some(found) if found != right => Err(BarcodeError::CheckDigit { found, right }),
        _ => Ok(format!("{}{right}", &text[..12])),
    }
}

/// The check digit of GS1 numbers: weights 3 and 1 in turn from the right, filled up to a multiple of ten.
fn check_digit(digits: &str) -> char {
    let weighed = digits.bytes().rev().zip([3_u32, 1].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Identifiers whose values have a fixed length, so that no separator follows them.
const FIXED: [(&str, usize); 10] =
    [("00", 18), ("01", 14), ("02", 14), ("11", 6), ("12", 6), ("13", 6), ("15", 6), ("16", 6), ("17", 6), ("20", 2)];
const GTIN: [&str; 2] = ["01", "02"];

/// `(01)…(10)…` as the encoder takes it: FNC1 in front, and behind every value of variable length but the last.
fn gs1(text: &str) -> Result<String, BarcodeError> {
    let wrong = |part: &str| BarcodeError::Identifier(part.to_owned());
    let parts = text.strip_prefix('(').ok_or_else(|| wrong(text))?;
    let mut encoded = String::from(FNC1);
    let mut open = false;
    for part in parts.split('(') {
        let (identifier, value) = part.split_once(')').ok_or_else(|| wrong(part))?;
        let named = (2..=4).contains(&identifier.len()) && identifier.bytes().all(|b| b.is_ascii_digit());
        if !named || value.is_empty() {
            return Err(wrong(identifier));
        }
        only(value, |c| c.is_ascii_graphic())?;
        let fixed = FIXED.iter().find(|(known, _)| *known == identifier).map(|(_, length)| *length);
        if let Some(length) = fixed {
            if value.len() != length || !value.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong(identifier));
            }
            let right = check_digit(&value[..length - 1]);
            if GTIN.contains(&identifier)
                && let Some(found) = value.chars().last().filter(|found| *found != right)
            {
                return Err(BarcodeError::CheckDigit { found, right });
            }
        }
        if open {
            encoded.push(FNC1);
        }
        encoded += identifier;
        encoded += value;
        open = fixed.is_none();
    }
    Ok(encoded)
}

fn bars(format: BarcodeFormat, content: &str, text: String) -> Result<Symbol, BarcodeError> {
    if content.chars().count() > MOST_BARS {
        return Err(BarcodeError::TooLong { most: MOST_BARS });
    }
    drawn(format, content, text, MOST_BARS, (10, 0))
}

fn squares(format: BarcodeFormat, text: &str, quiet: u32) -> Result<Symbol, BarcodeError> {
    if text.len() > MOST_SQUARES {
        return Err(BarcodeError::TooLong { most: MOST_SQUARES });
    }
    drawn(format, text, text.to_owned(), MOST_SQUARES, (quiet, quiet))
}

/// `quiet` is the white border, in modules, left and right, then above and below.
fn drawn(
    format: BarcodeFormat,
    content: &str,
    text: String,
    most: usize,
    quiet: (u32, u32),
) -> Result<Symbol, BarcodeError> {
    let hints = EncodeHints {
        Margin: Some("0".into()),
        ErrorCorrection: Some("M".into()),
        CharacterSet: (!content.is_ascii() && format == BarcodeFormat::QR_CODE).then(|| "UTF-8".into()),
        ..EncodeHints::default()
    };
    // Everything else was judged before: what is left is a text that does not fit.
    let matrix = MultiFormatWriter
        .encode_with_hints(content, &format, 0, 0, &hints)
        .map_err(|_| BarcodeError::TooLong { most })?;
    let mut path = String::new();
    for y in 0..matrix.getHeight() {
        let mut x = 0;
        while x < matrix.getWidth() {
            let run = (x..matrix.getWidth()).take_while(|at| matrix.get(*at, y)).count();
            let run = u32::try_from(run).unwrap_or(0);
            if run > 0 {
                let _written_to_memory = write!(path, "M{} {}h{run}v1h-{run}z", x + quiet.0, y + quiet.1);
            }
            x += run + 1;
        }
    }
    Ok(Symbol { width: matrix.getWidth() + 2 * quiet.0, height: matrix.getHeight() + 2 * quiet.1, path, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of a code of bars, dark as 1, without the quiet zone.
    fn modules(symbol: &Symbol) -> String {
        let mut row = vec!['0'; usize::try_from(symbol.width).unwrap()];
        for run in symbol.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let length: usize = rest.split(['h', 'v']).nth(1).unwrap().parse().unwrap();
            let x: usize = x.parse().unwrap();
            row[x..x + length].fill('1');
        }
        row.into_iter().collect::<String>().trim_matches('0').to_owned()
    }

    #[test]
    fn an_ean_is_drawn_as_the_standard_has_it() {
        let code = encode(Symbology::Ean13, "5901234123457").unwrap();
        let drawn = "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101";
        assert_eq!(modules(&code), drawn);
        assert_eq!((code.width, code.height, code.text.as_str()), (95 + 20, 1, "5 901234 123457"));
        assert_eq!(encode(Symbology::Ean13, "590123412345").unwrap(), code);
    }

    #[test]
    fn an_ean_that_was_mistyped_is_refused_with_the_digit_it_should_have() {
        let wrong = encode(Symbology::Ean13, "5901234123450");
        assert_eq!(wrong, Err(BarcodeError::CheckDigit { found: '0', right: '7' }));
        assert_eq!(encode(Symbology::Ean13, "59012"), Err(BarcodeError::Digits { found: 5 }));
        assert_eq!(encode(Symbology::Ean13, "59012341234A"), Err(BarcodeError::Character('A')));
        assert_eq!(encode(Symbology::Ean13, "  "), Err(BarcodeError::Empty));
    }

    #[test]
    fn code_39_frames_its_text_with_stars() {
        let code = encode(Symbology::Code39, "A").unwrap();
        let (star, a) = ("100101101101", "110101001011");
        assert_eq!(modules(&code), [star, a, star].join("0"));
        assert_eq!(encode(Symbology::Code39, "a"), Err(BarcodeError::Character('a')));
    }

    #[test]
    fn code_128_has_start_text_check_and_stop() {
        // Start B, A, check 34, stop.
        let code = encode(Symbology::Code128, "A").unwrap();
        assert_eq!(modules(&code), ["11010010000", "10100011000", "10001011000", "1100011101011"].concat());
        assert_eq!(encode(Symbology::Code128, "螺栓"), Err(BarcodeError::Character('螺')));
        assert_eq!(encode(Symbology::Code128, &"x".repeat(60)), Err(BarcodeError::TooLong { most: 48 }));
    }

    #[test]
    fn a_gs1_code_separates_values_of_variable_length_only() {
        assert_eq!(gs1("(01)06942100000082(10)A7(17)261231").unwrap(), "\u{f1}010694210000008210A7\u{f1}17261231");
        assert_eq!(gs1("(17)261231(10)A7").unwrap(), "\u{f1}1726123110A7");
        let wrong = |text: &str| gs1(text).unwrap_err();
        assert_eq!(wrong("(01)06942100000084"), BarcodeError::CheckDigit { found: '4', right: '2' });
        assert_eq!(wrong("(17)2612"), BarcodeError::Identifier("17".into()));
        assert_eq!(wrong("0106942100000082"), BarcodeError::Identifier("0106942100000082".into()));
        let code = encode(Symbology::Gs1128, "(01)06942100000082(10)A7").unwrap();
        assert!(modules(&code).starts_with("1101001110011110101110"), "start C, FNC1: {}", modules(&code));
        assert_eq!(code.text, "(01)06942100000082(10)A7");
    }

    #[test]
    fn squares_have_their_finder_and_their_border() {
        let qr = encode(Symbology::Qr, "HELLO WORLD").unwrap();
        assert_eq!((qr.width, qr.height), (21 + 8, 21 + 8));
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "{}", qr.path);
        let chinese = encode(Symbology::Qr, "上海总仓").unwrap();
        assert!(chinese.width >= qr.width);
        let matrix = encode(Symbology::DataMatrix, "123456").unwrap();
        assert_eq!((matrix.width, matrix.height), (10 + 4, 10 + 4));
        // The bottom row of a data matrix is solid.
        assert!(matrix.path.contains("M2 11h10v1h-10z"), "{}", matrix.path);
        assert_eq!(encode(Symbology::DataMatrix, "仓"), Err(BarcodeError::Character('仓')));
        assert_eq!(encode(Symbology::Qr, &"a".repeat(2000)), Err(BarcodeError::TooLong { most: 1200 }));
    }
}
