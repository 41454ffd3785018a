//! CSV: UTF-8 or GB18030, commas, semicolons or tabs.

use super::{
    Cell, Kind, Sheet,
    read::{Builder, Limits, Problem},
};
use ::csv::{ReaderBuilder, WriterBuilder};
use std::borrow::Cow;

/// The delimiters that are known, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How much of a text is looked at to find its delimiter.
const SAMPLE: usize = 64 * 1024;

/// The text of a file: UTF-8 with or without its mark, UTF-16 with its mark, else GB18030, which every Chinese office program
/// writes.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
    }
}

/// Reads a CSV file as a sheet without a name.
///
/// # Errors
/// [`Problem::TooLarge`], or [`Problem::Unreadable`] for bytes that are no text.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, Problem> {
    let text = decode(bytes);
    if text.contains('\0') {
        return Err(Problem::Unreadable("it is neither a spreadsheet nor text".into()));
    }
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let mut builder = Builder::new(String::new(), limits);
    let mut record = ::csv::StringRecord::new();
    let mut next = 0;
    loop {
        let start = reader.position().line();
        if !reader.read_record(&mut record).map_err(|error| Problem::Unreadable(error.to_string()))? {
            break;
        }
        // Blank lines are skipped by the reader; rows keep the number that a spreadsheet shows.
        let lines = usize::try_from(reader.position().line() - start).unwrap_or(0);
        let inside: usize = record.iter().map(|text| text.matches('\n').count()).sum();
        let row = next + lines.saturating_sub(1 + inside);
        next = row + 1;
        for (column, text) in record.iter().enumerate() {
            builder.put(row, column, Cell::new(Kind::Text, unguarded(text)))?;
        }
    }
    builder.finish(&[])
}

/// The delimiter that splits the first lines into the most columns, equally.
fn delimiter(text: &str) -> u8 {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text.as_bytes()[..end];
    let columns = |delimiter: u8| {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(sample);
        let widths: Vec<usize> = reader.records().take(20).filter_map(Result::ok).map(|record| record.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        let alike = widths.iter().filter(|width| **width == first).count();
        (if first > 1 { alike } else { 0 }, first)
    };
    // Of equals the first wins.
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let score = columns(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// Characters that make a spreadsheet take a text for a formula.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '＝'];
/// Stands before such a text, so that it is one.
const GUARD: char = '\'';

/// A text that no spreadsheet takes for a formula; [`unguarded`] gives the text back.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    let risky = text.trim_start_matches(GUARD).starts_with(FORMULA);
    if risky { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

/// What [`guarded`] was given.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix(GUARD) {
        Some(rest) if rest.trim_start_matches(GUARD).starts_with(FORMULA) => rest,
        _ => text,
    }
}

/// Writes rows as CSV in UTF-8 with its mark, so that spreadsheets know what it is.
pub struct Writer(::csv::Writer<Vec<u8>>);

impl Default for Writer {
    fn default() -> Self {
        Self(writer("\u{feff}".as_bytes().to_vec()))
    }
}

fn writer(start: Vec<u8>) -> ::csv::Writer<Vec<u8>> {
    WriterBuilder::new().flexible(true).terminator(::csv::Terminator::CRLF).from_writer(start)
}

impl Writer {
    /// Adds a row. A number may start with a minus; a text may not.
    ///
    /// # Errors
    /// [`Problem::Unreadable`], which memory alone can cause.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Problem> {
        let fields = cells.iter().map(|cell| match cell.kind {
            Kind::Text => guarded(&cell.text),
            _ => Cow::Borrowed(cell.text.as_str()),
        });
        let fields: Vec<Cow<'_, str>> = fields.collect();
        self.0
            .write_record(fields.iter().map(|field| field.as_bytes()))
            .map_err(|error| Problem::Unreadable(error.to_string()))
    }

    /// What was written since it was last asked, so that a long file need not be held.
    ///
    /// # Errors
    /// [`Problem::Unreadable`], which memory alone can cause.
    pub fn take(&mut self) -> Result<Vec<u8>, Problem> {
        std::mem::replace(&mut self.0, writer(Vec::new()))
            .into_inner()
            .map_err(|error| Problem::Unreadable(error.to_string()))
    }

    /// The rest of the file.
    ///
    /// # Errors
    /// [`Problem::Unreadable`], which memory alone can cause.
    pub fn finish(self) -> Result<Vec<u8>, Problem> {
        self.0.into_inner().map_err(|error| Problem::Unreadable(error.to_string()))
    }
}
