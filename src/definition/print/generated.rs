//! The prints that every table has without anybody having made them.

use super::{
    Align, Block, CellBlock, Detail, Entry, FieldsBlock, ImageBlock, LinesBlock, Paper, PaperSize, Print, QrBlock,
    RowBlock, TextBlock, TextSize,
};
use crate::definition::{
    field::Kind,
    form::{Form, Item, Text},
    table::Table,
};

/// Keys that no document can have.
pub const RECORD: &str = "~record";
pub const LABEL: &str = "~label";

/// The record as its form is laid out, on A4: fields, lines with their sums, approvals.
#[must_use]
pub fn record(table: &Table, form: &Form) -> Print {
    let mut blocks = vec![head(table)];
    // Tabs stand below their section on paper.
    let sections = form
        .layout
        .iter()
        .flat_map(|section| std::iter::once(section).chain(section.items.iter().flat_map(|item| &item.tabs)));
    for section in sections {
        let visible = section.visible.clone();
        let drawn = |item: &&Item| {
            let field = item.field.as_deref().and_then(|key| table.field(key));
            field.is_some_and(|field| matches!(field.kind, Kind::Image | Kind::Signature))
        };
        let fields: Vec<Entry> = section
            .items
            .iter()
            .filter(|item| item.field.is_some() && !drawn(item))
            .map(|item| entry(item, section.columns))
            .collect();
        if !fields.is_empty() {
            blocks.push(Block::Fields(FieldsBlock {
                columns: section.columns,
                boxed: false,
                items: fields,
                visible: visible.clone(),
            }));
        }
        for item in section.items.iter().filter(drawn) {
            blocks.push(Block::Image(ImageBlock {
                field: item.field.clone().unwrap_or_default(),
                height: None,
                align: None,
                label: item.label.as_ref().and_then(Text::constant).map(str::to_owned),
                visible: item.visible.clone().or_else(|| visible.clone()),
            }));
        }
        for item in &section.items {
            let Some(lines) = &item.lines else { continue };
            let column = |column: &Item| {
                let total = column.field.as_ref().is_some_and(|key| item.sums.contains(key));
                Entry::Detailed(Box::new(Detail {
                    field: column.field.clone(),
                    label: column.label.as_ref().and_then(Text::constant).map(str::to_owned),
                    total,
                    ..Detail::default()
                }))
            };
            blocks.push(Block::Lines(LinesBlock {
                lines: lines.clone(),
                columns: item.columns.iter().filter(|column| column.field.is_some()).map(column).collect(),
                numbered: true,
                group: None,
                rows: None,
                visible: item.visible.clone().or_else(|| visible.clone()),
            }));
        }
    }
    blocks.push(Block::Approval(super::ApprovalBlock::default()));
    print(table, RECORD, Paper::default(), blocks)
}

/// A label with the record's name and the QR code of its address.
#[must_use]
pub fn label(table: &Table) -> Print {
    let name = TextBlock { text: table.display.clone(), bold: true, ..TextBlock::default() };
    let kind = TextBlock { text: table.title.clone(), size: TextSize::Small, ..TextBlock::default() };
    let code = QrBlock { size: Some(28), ..QrBlock::default() };
    let row = Block::Row(RowBlock {
        cells: vec![
            CellBlock { share: 6, blocks: vec![Block::Qr(code)] },
            CellBlock { share: 5, blocks: vec![Block::Text(name), Block::Text(kind)] },
        ],
        visible: None,
    });
    Print { watermarks: Some(Vec::new()), ..print(table, LABEL, Paper::of(PaperSize::Label60x40), vec![row]) }
}

/// Title and number at the left, the code of the record's address at the right.
fn head(table: &Table) -> Block {
    let title = TextBlock { text: table.title.clone(), align: Some(Align::Start), ..TextBlock::default() };
    let name = TextBlock { text: table.display.clone(), ..TextBlock::default() };
    let code = QrBlock { size: Some(20), align: Some(Align::End), ..QrBlock::default() };
    Block::Row(RowBlock {
        cells: vec![
            CellBlock { share: 5, blocks: vec![Block::Title(title), Block::Text(name)] },
            CellBlock { share: 1, blocks: vec![Block::Qr(code)] },
        ],
        visible: None,
    })
}

fn entry(item: &Item, columns: u8) -> Entry {
    Entry::Detailed(Box::new(Detail {
        field: item.field.clone(),
        label: item.label.as_ref().and_then(Text::constant).map(str::to_owned),
        span: item.wide.then_some(columns),
        visible: item.visible.clone(),
        ..Detail::default()
    }))
}

fn print(table: &Table, key: &str, paper: Paper, blocks: Vec<Block>) -> Print {
    Print {
        key: key.to_owned(),
        table: table.key.clone(),
        title: table.title.clone(),
        paper,
        copies: 1,
        for_each: None,
        times: None,
        watermarks: None,
        header: None,
        footer: None,
        page_numbers: None,
        blocks,
    }
}
