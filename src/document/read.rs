//! Reading a spreadsheet, whatever its form: XLSX and XLS by their first bytes, everything else as CSV.

use super::{Cell, Kind, Sheet, csv, guard, serial};
use calamine::{Data, DataRef, Reader, Xls, Xlsx, open_workbook_from_rs};
use std::io::Cursor;

/// How much of a file is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub bytes: usize,
    /// Bytes of everything inside an archive.
    pub unpacked: usize,
    /// Parts of an archive.
    pub parts: usize,
    pub rows: usize,
    pub columns: usize,
    /// Cells that hold something.
    pub cells: usize,
    /// Characters of one cell.
    pub length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            unpacked: 512 * 1024 * 1024,
            parts: 2_000,
            rows: 200_000,
            columns: 500,
            cells: 5_000_000,
            length: 32_767,
        }
    }
}

/// Why a file is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// What there is too much of (`bytes`, `rows`, `columns`, `cells`, `length`, `parts`), and how much is taken.
    #[error("more than {1} {0}")]
    TooLarge(&'static str, usize),
    #[error("there is no sheet \"{0}\"")]
    NoSheet(String),
}

impl From<calamine::XlsxError> for Problem {
    fn from(error: calamine::XlsxError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<calamine::XlsError> for Problem {
    fn from(error: calamine::XlsError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

enum Form {
    Xlsx,
    Xls,
    Csv,
}

fn form(bytes: &[u8], limits: &Limits) -> Result<Form, Problem> {
    if bytes.len() > limits.bytes {
        return Err(Problem::TooLarge("bytes", limits.bytes));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        guard::archive(bytes, limits)?;
        return Ok(Form::Xlsx);
    }
    Ok(if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) { Form::Xls } else { Form::Csv })
}

/// The names of the sheets in their order; a CSV file has one without a name.
///
/// # Errors
/// [`Problem`].
pub fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, Problem> {
    Ok(match form(bytes, limits)? {
        Form::Xlsx => open_workbook_from_rs::<Xlsx<_>, _>(Cursor::new(bytes))?.sheet_names(),
        Form::Xls => open_workbook_from_rs::<Xls<_>, _>(Cursor::new(bytes))?.sheet_names(),
        Form::Csv => vec![String::new()],
    })
}

/// Reads one sheet, the first where none is named.
///
/// # Errors
/// [`Problem`].
pub fn read(bytes: &[u8], name: Option<&str>, limits: &Limits) -> Result<Sheet, Problem> {
    match form(bytes, limits)? {
        Form::Csv => csv::read(bytes, limits),
        Form::Xlsx => {
            let mut book = open_workbook_from_rs::<Xlsx<_>, _>(Cursor::new(bytes))?;
            let name = chosen(book.sheet_names(), name)?;
            let merged = book.merge_cells_by_sheet_name(&name)?;
            let mut builder = Builder::new(name.clone(), limits);
            let mut cells = book.worksheet_cells_reader(&name)?;
            while let Some(cell) = cells.next_cell()? {
                let (row, column) = cell.get_position();
                builder.put(row as usize, column as usize, cell_of(cell.get_value()))?;
            }
            builder.finish(&blocks(&merged))
        }
        Form::Xls => {
            let mut book = open_workbook_from_rs::<Xls<_>, _>(Cursor::new(bytes))?;
            let name = chosen(book.sheet_names(), name)?;
            let merged = book.merge_cells_by_sheet_name(&name)?;
            let range = book.worksheet_range(&name)?;
            let (top, left) = range.start().unwrap_or((0, 0));
            let mut builder = Builder::new(name, limits);
            for (row, column, value) in range.used_cells() {
                builder.put(row + top as usize, column + left as usize, cell_of(&borrowed(value)))?;
            }
            builder.finish(&blocks(&merged))
        }
    }
}

fn chosen(names: Vec<String>, wanted: Option<&str>) -> Result<String, Problem> {
    match wanted.filter(|name| !name.is_empty()) {
        Some(name) => names.into_iter().find(|known| known == name).ok_or_else(|| Problem::NoSheet(name.to_owned())),
        None => names.into_iter().next().ok_or_else(|| Problem::NoSheet(String::new())),
    }
}

/// A merged block: first and last row, first and last column.
type Block = (usize, usize, usize, usize);

fn blocks(merged: &[calamine::Dimensions]) -> Vec<Block> {
    merged.iter().map(|at| (at.start.0 as usize, at.end.0 as usize, at.start.1 as usize, at.end.1 as usize)).collect()
}

/// Collects cells within the limits, wherever they lie.
pub(super) struct Builder<'a> {
    sheet: Sheet,
    limits: &'a Limits,
    cells: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(name: String, limits: &'a Limits) -> Self {
        Self { sheet: Sheet { name, ..Sheet::default() }, limits, cells: 0 }
    }

    pub(super) fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), Problem> {
        if cell.is_empty() {
            return Ok(());
        }
        let limits = self.limits;
        if row >= limits.rows {
            return Err(Problem::TooLarge("rows", limits.rows));
        }
        if column >= limits.columns {
            return Err(Problem::TooLarge("columns", limits.columns));
        }
        if cell.text.len() > limits.length && cell.text.chars().count() > limits.length {
            return Err(Problem::TooLarge("length", limits.length));
        }
        self.cells += 1;
        if self.cells > limits.cells {
            return Err(Problem::TooLarge("cells", limits.cells));
        }
        if self.sheet.rows.len() <= row {
            self.sheet.rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.sheet.rows[row];
        if cells.len() <= column {
            cells.reserve_exact((column + 1).max(self.sheet.width) - cells.len());
            cells.resize_with(column + 1, Cell::default);
        }
        cells[column] = cell;
        self.sheet.width = self.sheet.width.max(column + 1);
        Ok(())
    }

    /// Repeats the value of each merged block in all its cells, marked as such.
    pub(super) fn finish(mut self, merged: &[Block]) -> Result<Sheet, Problem> {
        let mut wide = [false; super::MOST_HEADER_ROWS];
        for &(top, bottom, left, right) in merged {
            let value = self.sheet.cell(top, left).clone();
            if value.is_empty() {
                continue;
            }
            // A title over the whole sheet is no part of the header that names columns, but it takes its row.
            if right > left {
                for row in top..=bottom.min(wide.len()) {
                    if let Some(wide) = wide.get_mut(row) {
                        *wide = true;
                    }
                }
            }
            let (bottom, right) =
                (bottom.min(self.sheet.rows.len().saturating_sub(1)), right.min(self.limits.columns - 1));
            for row in top..=bottom {
                for column in left..=right {
                    if (row, column) != (top, left) {
                        self.put(row, column, Cell { merged: true, ..value.clone() })?;
                    }
                }
            }
        }
        self.sheet.merged_heads = wide.iter().take_while(|wide| **wide).count().min(super::MOST_HEADER_ROWS - 1);
        Ok(self.sheet)
    }
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::default(),
        DataRef::Int(number) => Cell::new(Kind::Number, number.to_string()),
        DataRef::Float(number) => Cell::new(Kind::Number, plain(*number)),
        DataRef::String(text) => Cell::new(Kind::Text, text.as_str()),
        DataRef::SharedString(text) => Cell::new(Kind::Text, *text),
        DataRef::Bool(truth) => Cell::new(Kind::Boolean, if *truth { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(moment) => {
            if moment.is_duration() {
                return Cell::new(Kind::Number, plain(moment.as_f64()));
            }
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match serial::read(moment.as_f64()) {
                // The system that counts from 1904 is known to the reader alone.
                Some(serial::Moment::Time(time)) => Cell::new(Kind::Time, serial::time_text(time)),
                Some(serial::Moment::Date(_)) => Cell::new(Kind::Date, format!("{year:04}-{month:02}-{day:02}")),
                Some(serial::Moment::DateTime(exact)) => {
                    let text = serial::datetime_text(exact);
                    let same = text.starts_with(&format!("{year:04}-{month:02}-{day:02}"));
                    let other = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
                    Cell::new(Kind::DateTime, if same { text } else { other })
                }
                None => Cell::new(Kind::Number, plain(moment.as_f64())),
            }
        }
        DataRef::DateTimeIso(text) => Cell::new(Kind::DateTime, text.replace('T', " ")),
        DataRef::DurationIso(text) => Cell::new(Kind::Text, text.as_str()),
        DataRef::Error(error) => Cell::new(Kind::Error, error.to_string()),
    }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        _ => DataRef::Empty,
    }
}

/// A number as a spreadsheet shows it: fifteen digits that count, no exponent. The file holds binary fractions, and what lies
/// beyond is noise (0.1 + 0.2).
fn plain(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}
