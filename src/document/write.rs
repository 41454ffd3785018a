//! Writing XLSX: real numbers and dates, a header that stays in sight, lists to choose from.

use super::{Cell, Kind, read::Problem};
use rust_xlsxwriter::{
    Color, DataValidation, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

impl From<XlsxError> for Problem {
    fn from(error: XlsxError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// A column of a sheet to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    pub title: String,
    /// It has to be filled in.
    pub required: bool,
    /// The number format of its cells: `0.00`, `yyyy-mm-dd`.
    pub format: Option<String>,
    /// What may be chosen; where there is a list, the cells offer it.
    pub options: Vec<String>,
}

/// The widest column in characters.
const WIDEST: usize = 40;
/// Rows that offer a list of options in a template.
const LISTED: u32 = 2_000;
/// Digits that a spreadsheet's number keeps exactly.
const EXACT_DIGITS: usize = 15;

/// One sheet written row by row, in constant memory.
pub struct Writer {
    book: Workbook,
    formats: Vec<Format>,
    plain: Kinds,
    row: u32,
}

struct Kinds {
    text: Format,
    date: Format,
    time: Format,
    datetime: Format,
}

impl Writer {
    /// A book with one sheet that has this header.
    ///
    /// # Errors
    /// [`Problem::Unreadable`]: a name that a sheet cannot have, or a disk without room.
    pub fn new(name: &str, heads: &[Head]) -> Result<Self, Problem> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(name))?;
        head_row(sheet, heads)?;
        let formats = heads
            .iter()
            .map(|head| head.format.as_deref().map_or_else(Format::new, |format| Format::new().set_num_format(format)))
            .collect();
        let plain = Kinds {
            text: Format::new().set_num_format("@"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("hh:mm:ss"),
            datetime: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        Ok(Self { book, formats, plain, row: 1 })
    }

    /// Adds a row. Texts stay texts, whatever they begin with: a cell is a formula only where it is written as one, and none is.
    ///
    /// # Errors
    /// [`Problem::TooLarge`] past the last row of a sheet.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Problem> {
        let row = self.row;
        let sheet = self.book.worksheet_from_index(0)?;
        for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let column = u16::try_from(index).map_err(|_| Problem::TooLarge("columns", usize::from(u16::MAX)))?;
            put(sheet, row, column, cell, self.formats.get(index), &self.plain)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// [`Problem::Unreadable`]: a disk without room.
    pub fn finish(mut self) -> Result<Vec<u8>, Problem> {
        Ok(self.book.save_to_buffer()?)
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: Option<&Format>,
    plain: &Kinds,
) -> Result<(), Problem> {
    let text = cell.text.as_str();
    match cell.kind {
        Kind::Number if text.bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS => {
            match (text.parse::<f64>(), format) {
                (Ok(number), Some(format)) => sheet.write_number_with_format(row, column, number, format)?,
                (Ok(number), None) => sheet.write_number(row, column, number)?,
                (Err(_), _) => sheet.write_string(row, column, text)?,
            };
        }
        Kind::Boolean => {
            sheet.write_boolean(row, column, text == "TRUE")?;
        }
        Kind::Date | Kind::Time | Kind::DateTime => {
            let written = match ExcelDateTime::parse_from_str(text) {
                Ok(moment) => {
                    let format = match cell.kind {
                        Kind::Date => &plain.date,
                        Kind::Time => &plain.time,
                        _ => &plain.datetime,
                    };
                    sheet.write_datetime_with_format(row, column, &moment, format).is_ok()
                }
                Err(_) => false,
            };
            if !written {
                sheet.write_string_with_format(row, column, text, &plain.text)?;
            }
        }
        _ => {
            sheet.write_string_with_format(row, column, text, &plain.text)?;
        }
    }
    Ok(())
}

fn head_row(sheet: &mut Worksheet, heads: &[Head]) -> Result<(), Problem> {
    let usual = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E8_EEF5))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter);
    let required = usual.clone().set_font_color(Color::RGB(0x00B0_2A1E));
    for (index, head) in heads.iter().enumerate() {
        let column = u16::try_from(index).map_err(|_| Problem::TooLarge("columns", usize::from(u16::MAX)))?;
        let width: usize = head.title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        sheet.set_column_width(column, f64::from(u32::try_from(width.clamp(9, WIDEST)).unwrap_or(9) + 3))?;
        sheet.write_string_with_format(0, column, &head.title, if head.required { &required } else { &usual })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A template to fill in: the header with its lists, example rows, and a second sheet that explains each column.
///
/// # Errors
/// [`Problem::Unreadable`]: a name that a sheet cannot have.
pub fn template(
    name: &str,
    heads: &[Head],
    examples: &[Vec<Cell>],
    notes: (&str, &[&str], &[Vec<String>]),
) -> Result<Vec<u8>, Problem> {
    let mut book = Workbook::new();
    let plain = Kinds {
        text: Format::new().set_num_format("@"),
        date: Format::new().set_num_format("yyyy-mm-dd"),
        time: Format::new().set_num_format("hh:mm:ss"),
        datetime: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    let (notes_name, notes_heads, rows) = notes;
    // Long lists do not fit into a cell's rule, so all lists stand in a sheet of their own.
    let lists_name = "_";
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    head_row(sheet, heads)?;
    for (index, example) in examples.iter().enumerate() {
        let row = u32::try_from(index).unwrap_or(0) + 1;
        for (column, cell) in example.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let column = u16::try_from(column).map_err(|_| Problem::TooLarge("columns", usize::from(u16::MAX)))?;
            put(sheet, row, column, cell, None, &plain)?;
        }
    }
    let listed: Vec<(u16, &Head)> = (0_u16..).zip(heads).filter(|(_, head)| !head.options.is_empty()).collect();
    for (place, (column, head)) in listed.iter().enumerate() {
        let letters = super::address::letters(place);
        let source = format!("='{lists_name}'!${letters}$1:${letters}${}", head.options.len());
        let rule = DataValidation::new().allow_list_formula(Formula::new(source)).ignore_blank(true);
        sheet.add_data_validation(1, *column, LISTED, *column, &rule)?;
    }
    let usual: Vec<Head> =
        notes_heads.iter().map(|title| Head { title: (*title).to_owned(), ..Head::default() }).collect();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(notes_name))?;
    head_row(sheet, &usual)?;
    for (index, row) in rows.iter().enumerate() {
        for (column, text) in (0_u16..).zip(row) {
            sheet.write_string(u32::try_from(index).unwrap_or(0) + 1, column, text)?;
        }
    }
    for column in 0..u16::try_from(usual.len()).unwrap_or(0) {
        sheet.set_column_width(column, if column + 1 == u16::try_from(usual.len()).unwrap_or(0) { 60 } else { 22 })?;
    }
    if !listed.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name(lists_name)?.set_hidden(true);
        for (place, (_, head)) in (0_u16..).zip(&listed) {
            for (row, option) in (0_u32..).zip(&head.options) {
                sheet.write_string(row, place, option)?;
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

/// A name that a sheet can have: at most 31 characters, none of `[ ] : * ? / \`.
fn sheet_name(name: &str) -> String {
    let clean: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if clean.trim().is_empty() { "Sheet1".to_owned() } else { clean }
}
