//! Where the header of a sheet stands, and which rows below it hold records.

use super::{cells, folded};
use crate::document::{Cell, Kind as Holds, MOST_HEADER_ROWS, Sheet};
use std::collections::HashMap;

/// Rows at the top among which the header is looked for.
const LOOKED: usize = 15;
/// Rows that tell how wide a sheet is.
const MEASURED: usize = 60;
/// Characters of the longest name of a column.
const LONGEST: usize = 30;
/// What a row of sums begins with, without spaces.
const SUMS: [&str; 12] =
    ["合计", "总计", "小计", "共计", "累计", "汇总", "总合计", "本页合计", "total", "subtotal", "grandtotal", "sum"];
/// What a remark below a table begins with.
const REMARKS: [&str; 12] =
    ["备注", "注：", "注:", "说明", "制表", "审核", "审批", "填表", "编制", "批准", "note", "prepared"];

/// The rows of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Counted from 0.
    pub first: usize,
    /// At least 1.
    pub rows: usize,
}

impl Head {
    /// The first row below it.
    #[must_use]
    pub const fn below(self) -> usize {
        self.first + self.rows
    }
}

/// Rows below a header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Those that hold something of a record, counted from 0.
    pub records: Vec<usize>,
    /// Sums, remarks, headers said again: what is no record.
    pub left_out: Vec<usize>,
}

/// What a column is called: the group that it stands under, if any, and its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    pub group: String,
    pub text: String,
}

/// A cell that says something itself: not one that a merged block repeats from its left.
fn own(sheet: &Sheet, row: usize, column: usize) -> Option<&Cell> {
    let cell = sheet.cell(row, column);
    (!cell.is_empty() && !is_beside(sheet, row, column)).then_some(cell)
}

fn is_beside(sheet: &Sheet, row: usize, column: usize) -> bool {
    let cell = sheet.cell(row, column);
    column > 0 && cell.merged && sheet.cell(row, column - 1).text == cell.text
}

/// Whether a cell repeats the one above it in a merged block.
pub(super) fn is_below(sheet: &Sheet, row: usize, column: usize) -> bool {
    let cell = sheet.cell(row, column);
    row > 0 && cell.merged && sheet.cell(row - 1, column).text == cell.text
}

fn owns(sheet: &Sheet, row: usize) -> Vec<&Cell> {
    (0..sheet.width).filter_map(|column| own(sheet, row, column)).collect()
}

/// Whether a column may be called so.
fn is_name(cell: &Cell) -> bool {
    cell.kind == Holds::Text
        && cell.text.chars().count() <= LONGEST
        && cells::plain_number(&cell.text).is_none()
        && cells::written_day(&cell.text).is_none()
}

/// The columns that hold anything near the top.
fn width(sheet: &Sheet) -> usize {
    let rows = sheet.rows.len().min(MEASURED);
    (0..sheet.width).filter(|column| (0..rows).any(|row| own(sheet, row, *column).is_some())).count()
}

/// The header: the first row that names most columns, with the rows above and below it that belong to it.
#[must_use]
pub fn find(sheet: &Sheet) -> Head {
    let width = width(sheet);
    let enough = (width * 3).div_ceil(5).max(width.min(2));
    let names_columns = |row: &usize| {
        let cells = owns(sheet, *row);
        let named = cells.iter().filter(|cell| is_name(cell)).count();
        !cells.is_empty() && cells.len() >= enough && named * 10 >= cells.len() * 7
    };
    let looked = sheet.rows.len().min(LOOKED);
    let fullest = || (0..looked).rev().max_by_key(|row| owns(sheet, *row).len()).unwrap_or(0);
    let found = (0..looked).find(names_columns).unwrap_or_else(fullest);
    let mut head = Head { first: found, rows: 1 };
    while head.first > 0 && head.rows < MOST_HEADER_ROWS && groups_columns(sheet, head.first - 1) {
        head = Head { first: head.first - 1, rows: head.rows + 1 };
    }
    while head.rows < MOST_HEADER_ROWS && goes_on(sheet, head.below() - 1) {
        head.rows += 1;
    }
    head
}

/// Whether a row above the header names groups of columns, and not the sheet.
fn groups_columns(sheet: &Sheet, row: usize) -> bool {
    let cells = owns(sheet, row);
    let merged = (0..sheet.width).any(|column| is_beside(sheet, row, column));
    let only_title = cells.len() == 1 && own(sheet, row, 0).is_some();
    merged
        && !only_title
        && !cells.is_empty()
        && cells.iter().all(|cell| is_name(cell) && !cell.text.contains(['：', ':']))
}

/// Whether the row below a row of the header belongs to the header as well: it is merged with it, or splits its groups.
fn goes_on(sheet: &Sheet, row: usize) -> bool {
    let next = row + 1;
    if next >= sheet.rows.len() {
        return false;
    }
    let merged_down =
        (0..sheet.width).any(|column| is_below(sheet, next, column) && !sheet.cell(row, column).is_empty());
    let grouped: Vec<usize> = (0..sheet.width)
        .filter(|column| {
            is_beside(sheet, row, *column) || (*column + 1 < sheet.width && is_beside(sheet, row, *column + 1))
        })
        .collect();
    let splits = !grouped.is_empty()
        && owns(sheet, row).len() > 1
        && grouped.iter().all(|column| own(sheet, next, *column).is_some_and(is_name))
        && (0..sheet.width).filter_map(|column| own(sheet, next, column)).all(is_name);
    merged_down || splits
}

/// What each column is called; several of the same name are told apart.
#[must_use]
pub fn titles(sheet: &Sheet, head: Head) -> Vec<Title> {
    let mut titles: Vec<Title> = (0..sheet.width)
        .map(|column| {
            let mut parts: Vec<String> = Vec::new();
            for row in head.first..head.below() {
                let text = tidy(&sheet.cell(row, column).text);
                if !text.is_empty() && parts.last() != Some(&text) {
                    parts.push(text);
                }
            }
            let text = parts.pop().unwrap_or_default();
            Title { group: parts.into_iter().next().unwrap_or_default(), text }
        })
        .collect();
    let mut count: HashMap<String, usize> = HashMap::new();
    for title in titles.iter().filter(|title| !title.text.is_empty()) {
        *count.entry(title.text.clone()).or_default() += 1;
    }
    for title in titles.iter_mut().filter(|title| count.get(&title.text).is_some_and(|count| *count > 1)) {
        if !title.group.is_empty() {
            title.text = format!("{} {}", title.group, title.text);
        }
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for title in titles.iter_mut().filter(|title| !title.text.is_empty()) {
        let times = seen.entry(title.text.clone()).or_default();
        *times += 1;
        if *times > 1 {
            title.text = format!("{} {times}", title.text);
        }
    }
    titles
}

/// A name in one line, without what marks it as required.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    // Characters that are spread over a narrow cell belong together.
    let spread = words.len() > 1 && words.iter().all(|word| word.chars().count() == 1 && !word.is_ascii());
    let joined = if spread { words.concat() } else { words.join(" ") };
    joined.trim_matches(|c: char| c.is_whitespace() || "*＊:：".contains(c)).to_owned()
}

/// What the rows above the header call the sheet.
#[must_use]
pub fn heading(sheet: &Sheet, head: Head) -> Option<String> {
    (0..head.first).find_map(|row| match owns(sheet, row).as_slice() {
        [only] if is_name(only) && !only.text.contains(['：', ':']) => Some(tidy(&only.text)),
        _ => None,
    })
}

/// Which rows below the header hold records.
#[must_use]
pub fn rows(sheet: &Sheet, head: Head) -> Rows {
    let mut rows = Rows::default();
    let header: Vec<&str> = (0..sheet.width).map(|column| sheet.cell(head.below() - 1, column).text.as_str()).collect();
    for row in head.below()..sheet.rows.len() {
        let cells = owns(sheet, row);
        if cells.is_empty() {
            continue;
        }
        let again = (0..sheet.width).all(|column| sheet.cell(row, column).text == header[column]);
        if again || is_sum(&cells) { rows.left_out.push(row) } else { rows.records.push(row) }
    }
    // Remarks stand at the end, each in one cell.
    while let Some(last) = rows.records.last().copied() {
        let cells = owns(sheet, last);
        let remark = header.len() > 2
            && cells.len() <= 2
            && cells.first().is_some_and(|cell| {
                let text = folded(&cell.text);
                REMARKS.iter().any(|start| text.starts_with(start))
            });
        if !remark {
            break;
        }
        rows.records.pop();
        rows.left_out.push(last);
    }
    rows.left_out.sort_unstable();
    rows
}

fn is_sum(cells: &[&Cell]) -> bool {
    cells.iter().take(3).any(|cell| {
        let text: String = folded(&cell.text).chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.split(['：', ':', '(', '（']).next().unwrap_or_default();
        SUMS.contains(&text)
    })
}
