//! Prints: what they put on paper exists in their table and fits its place.

use super::paths::{End, in_sight, no_such, no_table, of_line};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    finding::Finding,
    print::{Block, EXTRAS, Entry, LinesBlock, PaperSize, Print, What},
    table::Table,
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for print in app.prints.values() {
        let file = format!("prints/{}.json", print.key);
        let Some(table) = app.table(&print.table) else {
            findings.push(no_table(app, &print.table).finding(&file, "/table"));
            continue;
        };
        let mut place = Place { app, file: &file, table, findings };
        place.print(print);
    }
}

struct Place<'a, 'f> {
    app: &'a App,
    file: &'f str,
    table: &'a Table,
    findings: &'f mut Vec<Finding>,
}

impl<'a> Place<'a, '_> {
    fn error(&mut self, here: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding::error(self.file, here, message));
    }

    fn print(&mut self, print: &'a Print) {
        if let Some(lines) = &print.for_each {
            self.lines("/for_each", lines);
        } else if print.times.is_some() {
            self.error("/times", "\"times\" says how many sheets of each line; name the lines in \"for_each\"");
        }
        let paper = &print.paper;
        let measured = paper.width.is_some() || paper.height.is_some();
        if paper.size == PaperSize::Custom && (paper.width.is_none() || paper.height.is_none()) {
            self.error("/paper", "a custom size needs width and height");
        } else if paper.size != PaperSize::Custom && measured {
            self.error("/paper", "only a custom size has width and height of its own");
        }
        let sheet = paper.geometry();
        let (across, down) = (sheet.margin.left + sheet.margin.right, sheet.margin.top + sheet.margin.bottom);
        if across >= sheet.width || down >= sheet.height {
            self.error("/paper/margin", "the margins leave nothing of the paper");
        }
        for read in print.reads() {
            let What::Field(path) = read.what else { continue };
            if EXTRAS.contains(&path) {
                continue;
            }
            let lines = read.line.and_then(|key| lines_of(self.table, key));
            if read.line.is_some() && lines.is_none() {
                continue;
            }
            if let Err(missing) = in_sight(self.app, self.table, lines, path) {
                self.findings.push(missing.finding(self.file, read.pointer));
            }
        }
        for (here, block) in print.all_blocks() {
            match block {
                Block::Lines(block) => self.block_of_lines(&here, block),
                Block::Image(block) => {
                    let lines = print.for_each.as_deref().and_then(|key| lines_of(self.table, key));
                    let end = in_sight(self.app, self.table, lines, &block.field);
                    if end.is_ok_and(|end| !matches!(end, End::Field(field) if field.kind.is_file())) {
                        let message = format!(
                            "\"{}\" holds no pictures; name an image, a signature or an attachment",
                            block.field
                        );
                        self.error(format!("{here}/field"), message);
                    } else if block.field.trim_start_matches("record.").trim_start_matches("line.").contains('.') {
                        let message = "pictures are printed of the record and its lines, not of what a link points at";
                        self.error(format!("{here}/field"), message);
                    }
                }
                Block::Row(_) if here.contains("/cells/") => {
                    self.error(here, "a row stands in no other row; put the blocks into one row");
                }
                _ => {}
            }
        }
    }

    fn block_of_lines(&mut self, here: &str, block: &'a LinesBlock) {
        let Some(lines) = self.lines(&format!("{here}/lines"), &block.lines) else { return };
        if let Some(group) = &block.group
            && let Err(missing) = of_line(self.app, lines, group)
        {
            self.findings.push(missing.finding(self.file, format!("{here}/group")));
        }
        for (index, entry) in block.columns.iter().enumerate() {
            let Entry::Detailed(detail) = entry else { continue };
            let Some(field) = detail.field.as_deref().filter(|_| detail.total) else { continue };
            let end = in_sight(self.app, self.table, Some(lines), field);
            if end.is_ok_and(|end: End<'_>| !end.is_number()) {
                let place = format!("{here}/columns/{index}/total");
                self.error(place, format!("\"{field}\" is no number and has no total"));
            }
        }
    }

    fn lines(&mut self, here: &str, name: &str) -> Option<&'a Field> {
        let found = lines_of(self.table, name);
        if found.is_none() {
            let missing = no_such("lines field", name, self.table.lines().map(|field| field.key.as_str()));
            self.findings.push(missing.finding(self.file, here));
        }
        found
    }
}

fn lines_of<'a>(table: &'a Table, key: &str) -> Option<&'a Field> {
    table.field(key).filter(|field| field.kind == Kind::Lines)
}
