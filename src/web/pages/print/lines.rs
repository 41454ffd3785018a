//! Lines as a printed table: numbered, put together in groups, summed up.

use super::layout::{Layout, align, formatted};
use crate::{
    base::value::Line,
    definition::{
        field::Field,
        print::{Align, Detail, LinesBlock},
    },
    rules::RuleError,
    service::print::{Seen, Sheet},
    web::{
        pages::cell,
        view::print::{PrintBlock, PrintColumn, PrintLines, PrintRow, PrintRows, PrintSum},
    },
};
use indexmap::IndexMap;
use rust_decimal::Decimal;

/// Columns are as wide as a text of this many shares where nothing is said.
const TEXT: u16 = 12;
const NUMBER: u16 = 7;

struct Column<'a> {
    detail: Detail,
    label: String,
    field: Option<&'a Field>,
    right: bool,
}

/// A row with the figures of the columns that are summed.
struct Filled {
    cells: Vec<String>,
    figures: Vec<Option<Decimal>>,
}

impl Layout<'_> {
    /// The table; nothing where the reader may see none of the lines.
    pub fn lines(&self, block: &LinesBlock) -> Option<PrintBlock> {
        let lines = self.sheet.printing.table.field(&block.lines)?;
        if !self.sheet.knows(&lines.key) {
            self.leave_out();
            return None;
        }
        let rows = self.sheet.rows(&lines.key);
        let columns = self.columns(block, lines);
        let mut groups: IndexMap<String, Vec<Filled>> = IndexMap::new();
        for line in rows {
            let sheet = self.sheet.with_line(&lines.key, line);
            let filled = match self.filled_row(&columns, &sheet) {
                Ok(filled) => filled,
                Err(error) => return Some(self.problem(&error)),
            };
            let name = block.group.as_deref().map(|group| self.text_of(&sheet.at(&format!("line.{group}")), None));
            groups.entry(name.flatten().unwrap_or_default()).or_default().push(filled);
        }
        let summed = columns.iter().any(|column| column.detail.total);
        let mut printed: Vec<PrintRows> = Vec::new();
        let mut number = 0;
        let every: Vec<&Filled> = groups.values().flatten().collect();
        let mut add = |cells: Vec<String>, parts: &mut Vec<PrintRows>| {
            number += 1;
            parts
                .push(PrintRows { rows: vec![PrintRow { number: number.to_string(), cells }], ..PrintRows::default() });
        };
        for (name, rows) in &groups {
            for row in rows {
                add(row.cells.clone(), &mut printed);
            }
            if summed && block.group.is_some() && groups.len() > 1 {
                let label = format!("{name} {}", self.texts().get("print-subtotal"));
                let sum = PrintSum { label, cells: sums(&columns, rows.iter()), total: false };
                if let Some(last) = printed.last_mut() {
                    last.sums.push(sum);
                    last.keep = true;
                }
            }
        }
        while printed.len() < usize::from(block.rows.unwrap_or(0)) {
            let cells = vec![String::new(); columns.len()];
            printed.push(PrintRows { rows: vec![PrintRow { number: String::new(), cells }], ..PrintRows::default() });
        }
        let mut last = printed.pop().unwrap_or_default();
        last.keep = true;
        if summed && !every.is_empty() {
            let label = self.texts().get("print-total");
            last.sums.push(PrintSum { label, cells: sums(&columns, every.into_iter()), total: true });
        }
        let whole: u32 = columns.iter().map(|column| u32::from(column.share())).sum();
        let head = |column: &Column<'_>| PrintColumn {
            label: column.label.clone(),
            width: format!("{}%", u32::from(column.share()) * 100 / whole.max(1)),
            class: column.class(),
        };
        Some(PrintBlock::Lines(PrintLines {
            label: lines.title.clone(),
            columns: columns.iter().map(head).collect(),
            numbered: block.numbered,
            groups: printed,
            last,
        }))
    }

    /// The columns that the reader may see in some line.
    fn columns<'f>(&self, block: &LinesBlock, lines: &'f Field) -> Vec<Column<'f>> {
        let named: Vec<Detail> = if block.columns.is_empty() {
            let keys = lines.columns.keys();
            keys.map(|key| Detail { field: Some(key.clone()), ..Detail::default() }).collect()
        } else {
            block.columns.iter().map(crate::definition::print::Entry::detail).collect()
        };
        let mut columns = Vec::new();
        for detail in named {
            let field = detail.field.as_deref().and_then(|path| {
                let key = path.strip_prefix("line.").unwrap_or(path);
                lines.column(key)
            });
            let first = detail.field.as_deref().map(|path| {
                let path = path.strip_prefix("line.").unwrap_or(path);
                path.split('.').next().unwrap_or(path)
            });
            let hidden = first
                .filter(|key| lines.column(key).is_some())
                .is_some_and(|key| !self.sheet.rights.can_read(&format!("{}.{key}", lines.key)));
            // A column that is computed from something hidden vanishes as well.
            let empty = Line::default();
            let sheet = self.sheet.with_line(&lines.key, &empty);
            let computed = detail.value.as_deref().is_some_and(|source| sheet.evaluate(source) == Ok(Seen::Hidden));
            if hidden || computed {
                self.leave_out();
                continue;
            }
            let number = field.is_some_and(|field| field.kind.is_number()) || detail.value.is_some();
            let label = self.label_on(&sheet, &detail);
            columns.push(Column { detail, label, field, right: number });
        }
        columns
    }

    fn filled_row(&self, columns: &[Column<'_>], sheet: &Sheet<'_>) -> Result<Filled, RuleError> {
        let mut filled = Filled { cells: Vec::new(), figures: Vec::new() };
        for Column { detail, .. } in columns {
            let seen = match (&detail.field, &detail.value) {
                (Some(path), _) => sheet.at(path),
                (None, Some(source)) => sheet.evaluate(source)?,
                (None, None) => continue,
            };
            let figure = match &seen {
                Seen::Value(value, _) if detail.total => value.as_decimal(),
                _ => None,
            };
            let text = self.text_of(&seen, detail.format).unwrap_or_else(|| {
                self.leave_out();
                super::layout::HIDDEN.to_owned()
            });
            filled.cells.push(text);
            filled.figures.push(figure);
        }
        Ok(filled)
    }
}

impl Column<'_> {
    fn share(&self) -> u16 {
        self.detail.width.unwrap_or(if self.right { NUMBER } else { TEXT })
    }

    fn class(&self) -> &'static str {
        align(self.detail.align.unwrap_or(if self.right { Align::End } else { Align::Start }))
    }
}

/// The exact sums of the columns that are summed; nothing for the others, and where a sum does not fit a number.
fn sums<'r>(columns: &[Column<'_>], rows: impl Iterator<Item = &'r Filled>) -> Vec<String> {
    let mut sums: Vec<Option<Decimal>> =
        columns.iter().map(|column| column.detail.total.then_some(Decimal::ZERO)).collect();
    for row in rows {
        for (sum, figure) in sums.iter_mut().zip(&row.figures) {
            if let (Some(sofar), Some(figure)) = (*sum, figure) {
                *sum = sofar.checked_add(*figure);
            }
        }
    }
    let shown = |(column, sum): (&Column<'_>, Option<Decimal>)| {
        let sum = sum?;
        Some(match (column.detail.format, column.field) {
            (Some(wanted), _) => formatted(wanted, sum),
            (None, Some(field)) => cell::number(field, sum),
            (None, None) => formatted(crate::definition::print::Format::Quantity, sum),
        })
    };
    columns.iter().zip(sums).map(|pair| shown(pair).unwrap_or_default()).collect()
}
