//! What a print reads of a record: for judging it, and for reading beforehand what is behind links.

use super::{Block, Entry, Piece, Print, pieces};
use crate::definition::form::Rule;

/// Something in a print that reads the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Reads<'a> {
    /// JSON Pointer.
    pub pointer: String,
    /// The lines field whose line is bound.
    pub line: Option<&'a str>,
    pub what: What<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// The path of a field.
    Field(&'a str),
    Expression(&'a str),
}

impl Print {
    /// Everything that reads the record, with its place.
    #[must_use]
    pub fn reads(&self) -> Vec<Reads<'_>> {
        let mut found = Found { line: self.for_each.as_deref(), all: Vec::new() };
        if let Some(times) = &self.times {
            found.expression("/times".into(), times);
        }
        for (name, band) in [("header", &self.header), ("footer", &self.footer)] {
            let Some(band) = band else { continue };
            for (side, words) in [("left", &band.left), ("center", &band.center), ("right", &band.right)] {
                if let Some(words) = words {
                    found.template(&format!("/{name}/{side}/text"), &words.text);
                }
            }
        }
        for (index, block) in self.blocks.iter().enumerate() {
            found.block(&format!("/blocks/{index}"), block);
        }
        found.all
    }

    /// Every block, those in rows included, with its JSON Pointer.
    #[must_use]
    pub fn all_blocks(&self) -> Vec<(String, &Block)> {
        let mut all = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let here = format!("/blocks/{index}");
            if let Block::Row(row) = block {
                for (c, cell) in row.cells.iter().enumerate() {
                    let inner = cell.blocks.iter().enumerate();
                    all.extend(inner.map(|(b, block)| (format!("{here}/cells/{c}/blocks/{b}"), block)));
                }
            }
            all.push((here, block));
        }
        all
    }
}

struct Found<'a> {
    line: Option<&'a str>,
    all: Vec<Reads<'a>>,
}

impl<'a> Found<'a> {
    fn expression(&mut self, pointer: String, text: &'a str) {
        self.all.push(Reads { pointer, line: self.line, what: What::Expression(text) });
    }

    fn field(&mut self, pointer: String, path: &'a str) {
        self.all.push(Reads { pointer, line: self.line, what: What::Field(path) });
    }

    fn template(&mut self, pointer: &str, text: &'a str) {
        for piece in pieces(text) {
            match piece {
                Piece::Words(_) => {}
                Piece::Field(path) => self.field(pointer.to_owned(), path),
                Piece::Expression(text) => self.expression(pointer.to_owned(), text),
            }
        }
    }

    fn rule(&mut self, here: &str, rule: Option<&'a Rule>) {
        if let Some(Rule::Expression(text)) = rule {
            self.expression(format!("{here}/visible"), text);
        }
    }

    fn entries(&mut self, here: &str, entries: &'a [Entry]) {
        for (index, entry) in entries.iter().enumerate() {
            let here = format!("{here}/{index}");
            match entry {
                Entry::Field(path) => self.field(here, path),
                Entry::Detailed(detail) => {
                    if let Some(path) = &detail.field {
                        self.field(format!("{here}/field"), path);
                    }
                    if let Some(text) = &detail.value {
                        self.expression(format!("{here}/value"), text);
                    }
                    self.rule(&here, detail.visible.as_ref());
                }
            }
        }
    }

    fn block(&mut self, here: &str, block: &'a Block) {
        self.rule(here, block.visible());
        match block {
            Block::Title(block) | Block::Text(block) => self.template(&format!("{here}/text"), &block.text),
            Block::Fields(block) => self.entries(&format!("{here}/items"), &block.items),
            Block::Totals(block) => self.entries(&format!("{here}/items"), &block.items),
            Block::Lines(block) => {
                let outer = self.line.replace(&block.lines);
                self.entries(&format!("{here}/columns"), &block.columns);
                self.line = outer;
            }
            Block::RmbUpper(block) => self.expression(format!("{here}/value"), &block.value),
            Block::Qr(block) => {
                if let Some(content) = &block.content {
                    self.template(&format!("{here}/content"), content);
                }
            }
            Block::Barcode(block) => self.template(&format!("{here}/content"), &block.content),
            Block::Image(block) => self.field(format!("{here}/field"), &block.field),
            Block::SignatureLine(block) => {
                for (index, signer) in block.items.iter().enumerate() {
                    if let Some(text) = &signer.text {
                        self.template(&format!("{here}/items/{index}/text"), text);
                    }
                }
            }
            Block::Row(row) => {
                for (c, cell) in row.cells.iter().enumerate() {
                    for (b, block) in cell.blocks.iter().enumerate() {
                        self.block(&format!("{here}/cells/{c}/blocks/{b}"), block);
                    }
                }
            }
            Block::Approval(_) | Block::Divider(_) | Block::PageBreak(_) => {}
        }
    }
}
