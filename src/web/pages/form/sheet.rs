//! What is done to the lines of a grid as a whole: inserting, doubling, moving and removing rows, pasting cells, scanning.

use super::posted::{OFFERED, Posted, ROWS, rows};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Line, Value},
    },
    definition::field::{Field, Kind},
    service::codes::Named,
    web::body::FormBody,
};
use std::collections::{BTreeSet, HashMap};

/// What is done, as it is posted in `_act`: `copy:lines.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    Add(&'a str),
    Insert(&'a str, usize),
    Copy(&'a str, usize),
    Up(&'a str, usize),
    Down(&'a str, usize),
    Remove(&'a str, usize),
    /// Cells from a spreadsheet, starting at this row and column.
    Paste(&'a str, usize, &'a str),
    /// A code for a field, or for a grid.
    Scan(&'a str),
    /// The ticked lines of another document: the grid, and the whole place with the number of its source.
    Take(&'a str, &'a str),
}

impl<'a> Act<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let (word, place) = text.split_once(':')?;
        let row = || {
            let (lines, row) = place.split_once('.')?;
            Some((lines, row.parse::<usize>().ok()?))
        };
        Some(match word {
            "add" => Self::Add(place),
            "scan" => Self::Scan(place),
            "take" => Self::Take(place.split_once('.')?.0, place),
            "paste" => {
                let mut parts = place.split('.');
                Self::Paste(parts.next()?, parts.next()?.parse().ok()?, parts.next()?)
            }
            "insert" => row().map(|(lines, row)| Self::Insert(lines, row))?,
            "copy" => row().map(|(lines, row)| Self::Copy(lines, row))?,
            "up" => row().map(|(lines, row)| Self::Up(lines, row))?,
            "down" => row().map(|(lines, row)| Self::Down(lines, row))?,
            "remove" => row().map(|(lines, row)| Self::Remove(lines, row))?,
            _ => return None,
        })
    }

    /// The grid it is about.
    pub fn lines(self) -> &'a str {
        match self {
            Self::Add(lines)
            | Self::Insert(lines, _)
            | Self::Copy(lines, _)
            | Self::Up(lines, _)
            | Self::Down(lines, _)
            | Self::Remove(lines, _)
            | Self::Paste(lines, ..)
            | Self::Take(lines, _)
            | Self::Scan(lines) => lines,
        }
    }

    /// Puts the rows of the posted form in their new order; answers the row that is new.
    pub fn arrange(self, form: &mut FormBody) -> Option<usize> {
        let lines = self.lines();
        let count = rows(form, lines)?;
        let mut order: Vec<Option<usize>> = (0..count).map(Some).collect();
        let mut new = None;
        match self {
            Self::Add(_) => {
                order.push(None);
                new = Some(count);
            }
            Self::Insert(_, row) if row <= count => {
                order.insert(row, None);
                new = Some(row);
            }
            Self::Copy(_, row) if row < count => order.insert(row + 1, Some(row)),
            Self::Up(_, row) if row > 0 && row < count => order.swap(row, row - 1),
            Self::Down(_, row) if row + 1 < count => order.swap(row, row + 1),
            Self::Remove(_, row) if row < count => {
                order.remove(row);
            }
            _ => return None,
        }
        rearrange(form, lines, &order);
        new
    }
}

/// Puts rows in this order: each is one that was posted, or empty. A row that comes twice is a new line the second time.
pub fn rearrange(form: &mut FormBody, lines: &str, order: &[Option<usize>]) {
    let prefix = format!("{lines}.");
    // The places that a row goes to, and whether it is the same line there.
    let mut places: HashMap<usize, Vec<(usize, bool)>> = HashMap::new();
    for (place, row) in order.iter().enumerate() {
        if let Some(row) = row {
            let known = places.entry(*row).or_default();
            known.push((place, known.is_empty()));
        }
    }
    let moved = |name: &str| -> Vec<String> {
        let parts = name.strip_prefix(&prefix).and_then(|rest| rest.split_once('.'));
        let Some((Ok(row), column)) = parts.map(|(row, column)| (row.parse::<usize>(), column)) else {
            return vec![name.to_owned()];
        };
        let places = places.get(&row).into_iter().flatten().filter(|(_, same)| *same || column != "_id");
        places.map(|(place, _)| format!("{prefix}{place}.{column}")).collect()
    };
    let count = format!("{lines}:{}", order.len());
    for (name, value) in std::mem::take(&mut form.0) {
        if name == ROWS {
            let own = value.strip_prefix(lines).is_some_and(|rest| rest.starts_with(':'));
            form.0.push((name, if own { count.clone() } else { value }));
        } else if name == OFFERED {
            form.0.extend(moved(&value).into_iter().map(|value| (name.clone(), value)));
        } else {
            form.0.extend(moved(&name).into_iter().map(|name| (name, value.clone())));
        }
    }
}

/// The cells of a text that a spreadsheet put on the clipboard: columns parted by tabs, rows by line ends, a cell with either in
/// quotes.
pub fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_end_matches(['\r', '\n']).as_bytes());
    let record = |record: csv::StringRecord| record.iter().map(|cell| cell.trim().to_owned()).collect();
    reader.records().filter_map(Result::ok).map(record).collect()
}

/// Cells on their way into the lines of a grid.
pub struct Pasting<'a> {
    pub field: &'a Field,
    /// The columns to the right of where it starts, each with whether it may be written.
    pub columns: Vec<(&'a Field, bool)>,
    pub row: usize,
    pub cells: Vec<Vec<String>>,
}

impl Pasting<'_> {
    fn at(&self) -> impl Iterator<Item = (usize, &Field, &str)> {
        self.cells.iter().enumerate().flat_map(move |(index, cells)| {
            let columns = self.columns.iter().zip(cells).filter(|((_, writable), _)| *writable);
            columns.map(move |((column, _), text)| (self.row + index, *column, text.as_str()))
        })
    }

    /// How many lines there must be.
    pub fn rows(&self) -> usize {
        self.row + self.cells.len()
    }

    /// The texts that have to be found, by the table that links point at.
    pub fn named(&self) -> HashMap<String, BTreeSet<String>> {
        let mut named: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (_, column, text) in self.at().filter(|(_, column, text)| column.kind == Kind::Link && !text.is_empty()) {
            if let Some(target) = &column.target {
                named.entry(target.clone()).or_default().insert(text.to_owned());
            }
        }
        named
    }

    pub fn names_people(&self) -> bool {
        self.at().any(|(_, column, text)| column.kind == Kind::Member && !text.is_empty())
    }

    /// Puts the cells into the lines: links first (answering their posted names, so that linkage can run), everything else after.
    pub fn put(&self, posted: &mut Posted, links: bool, found: &Found) -> Vec<String> {
        let mut put = Vec::new();
        for (row, column, text) in self.at().filter(|(_, column, _)| (column.kind == Kind::Link) == links) {
            let name = format!("{}.{row}.{}", self.field.key, column.key);
            let read = found.read(column, text);
            posted.raw.remove(&name);
            let pointer = format!("/{}/{row}/{}", self.field.key, column.key);
            posted.errors.retain(|error| error.path != pointer);
            let value = read.unwrap_or_else(|error| {
                // The mark keeps a name that was not found apart from an id.
                let mark = if column.kind == Kind::Link { "?" } else { "" };
                posted.raw.insert(name.clone(), format!("{mark}{text}"));
                posted.errors.push(FieldError { path: pointer, ..error });
                Value::Unset
            });
            if let Some(line) = line_at(&mut posted.document, &self.field.key, row) {
                line.values.insert(column.key.clone(), value);
                put.push(name);
            }
        }
        put
    }
}

fn line_at<'d>(document: &'d mut Document, lines: &str, row: usize) -> Option<&'d mut Line> {
    document.lines.get_mut(lines)?.get_mut(row)
}

/// Records and people by what they are called.
#[derive(Debug, Default)]
pub struct Found {
    pub links: HashMap<String, HashMap<String, Named>>,
    /// By name and by login.
    pub people: Vec<(String, i64)>,
}

impl Found {
    fn read(&self, column: &Field, text: &str) -> Result<Value, FieldError> {
        match column.kind {
            _ if text.is_empty() => Ok(Value::Unset),
            Kind::Link => {
                let known = column.target.as_ref().and_then(|target| self.links.get(target)?.get(text));
                match known {
                    Some(Named::One { id, .. }) => Ok(Value::Integer(*id)),
                    Some(Named::Several) => Err(FieldError::new("", "link_ambiguous").with("value", text)),
                    None => Err(FieldError::new("", "link_unknown").with("value", text)),
                }
            }
            Kind::Member => {
                let mut fits = self.people.iter().filter(|(name, _)| name == text).map(|(_, id)| *id);
                match (fits.next(), fits.next()) {
                    (Some(id), None) => Ok(Value::Integer(id)),
                    (Some(_), Some(_)) => Err(FieldError::new("", "link_ambiguous").with("value", text)),
                    (None, _) => Err(FieldError::new("", "link_unknown").with("value", text)),
                }
            }
            kind if kind.is_number() => column.read_text(&number(text)),
            _ => column.read_text(text),
        }
    }
}

/// A number as a spreadsheet shows it: without its thousands, its currency and the width of Chinese figures.
fn number(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' => '.',
        '－' | '−' => '-',
        c => c,
    };
    let kept = |c: &char| !matches!(c, ',' | '，' | ' ' | '\u{a0}' | '¥' | '￥' | '$');
    text.chars().filter(kept).map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> FormBody {
        FormBody(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn after(act: &str) -> (Vec<(String, String)>, Option<usize>) {
        let mut posted = form(&[
            ("_rows", "lines:2"),
            ("_rows", "lines_more:7"),
            ("lines.0._id", "5"),
            ("lines.0.qty", "1"),
            (OFFERED, "lines.1.on"),
            ("lines.1.qty", "2"),
        ]);
        let new = Act::parse(act).and_then(|act| act.arrange(&mut posted));
        (posted.0, new)
    }

    fn quantities(act: &str) -> Vec<(String, String)> {
        after(act).0.into_iter().filter(|(name, _)| name.ends_with("qty")).collect()
    }

    #[test]
    fn rows_are_inserted_doubled_moved_and_removed() {
        let pairs = |pairs: &[(&str, &str)]| form(pairs).0;
        assert_eq!(quantities("insert:lines.0"), pairs(&[("lines.1.qty", "1"), ("lines.2.qty", "2")]));
        assert_eq!(after("insert:lines.0").1, Some(0));
        assert_eq!(after("add:lines").1, Some(2));
        let doubled = quantities("copy:lines.0");
        assert_eq!(doubled, pairs(&[("lines.0.qty", "1"), ("lines.1.qty", "1"), ("lines.2.qty", "2")]));
        assert_eq!(quantities("down:lines.0"), pairs(&[("lines.1.qty", "1"), ("lines.0.qty", "2")]));
        assert_eq!(quantities("up:lines.1"), quantities("down:lines.0"));
        assert_eq!(quantities("remove:lines.0"), pairs(&[("lines.0.qty", "2")]));
        assert_eq!(quantities("down:lines.1"), quantities("none:lines.1"));
        let copied = after("copy:lines.0").0;
        assert_eq!(copied.iter().filter(|(name, _)| name.ends_with("_id")).count(), 1, "a copy is a new line");
        assert!(
            copied.contains(&("_rows".into(), "lines:3".into()))
                && copied.contains(&("_rows".into(), "lines_more:7".into()))
        );
        assert!(copied.contains(&(OFFERED.into(), "lines.2.on".into())));
    }

    #[test]
    fn a_spreadsheets_text_is_cells() {
        assert_eq!(cells("A-1\t2\r\nB-2\t \"3\"\n"), [["A-1", "2"], ["B-2", "\"3\""]]);
        assert_eq!(cells("\"two\nlines\"\tx"), [["two\nlines", "x"]]);
        assert_eq!(cells("one"), [["one"]]);
    }

    #[test]
    fn numbers_are_read_as_spreadsheets_show_them() {
        assert_eq!(number("¥1,234.50"), "1234.50");
        assert_eq!(number("－１２．５"), "-12.5");
    }
}
