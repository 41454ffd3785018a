//! The blocks of a print filled with what one record, or one of its lines, says to one reader.

use super::always;
use crate::{
    base::{
        decimal::{self, round_half_up},
        value::Value,
    },
    definition::{
        field::{Field, Kind},
        form::Rule,
        print::{
            Align, BarcodeFormat, Block, Detail, Entry, Format, ImageBlock, Piece, QrBlock, TextBlock, TextSize, pieces,
        },
    },
    document::barcode::{self, BarcodeError, Symbology},
    i18n::{Arg, Texts, format},
    rules::{RuleError, rmb_upper},
    service::print::{Seen, Sheet},
    web::{
        error::say_field,
        pages::{
            case::CaseView,
            cell::{self, Showing},
        },
        view::print::{PrintBlock, PrintCell, PrintCode, PrintFact, PrintImage},
    },
};
use rust_decimal::Decimal;
use std::cell::Cell as Flag;

/// What stands for a value that the reader may not see.
pub const HIDDEN: &str = "***";
/// Millimetres of one module of a code of bars: fine enough for labels, coarse enough for any scanner.
const MODULE: f64 = 0.33;

/// What templates know besides fields.
pub struct Extras {
    pub organisation: String,
    pub record_address: String,
    pub printed_by: String,
    pub printed_at: String,
}

impl Extras {
    fn get(&self, name: &str) -> Option<&str> {
        Some(match name {
            "organisation" => &self.organisation,
            "record_address" => &self.record_address,
            "printed_by" => &self.printed_by,
            "printed_at" => &self.printed_at,
            _ => return None,
        })
    }
}

/// Lays one sheet out.
pub struct Layout<'a> {
    pub show: Showing<'a>,
    pub sheet: &'a Sheet<'a>,
    extras: &'a Extras,
    case: Option<&'a CaseView>,
    left_out: Flag<bool>,
}

impl<'a> Layout<'a> {
    #[must_use]
    pub fn new(show: Showing<'a>, sheet: &'a Sheet<'a>, extras: &'a Extras, case: Option<&'a CaseView>) -> Self {
        Self { show, sheet, extras, case, left_out: Flag::new(false) }
    }

    /// Whether anything was left out because the reader may not see it.
    pub fn left_out(&self) -> bool {
        self.left_out.get()
    }

    pub fn leave_out(&self) {
        self.left_out.set(true);
    }

    pub fn texts(&self) -> Texts {
        self.show.texts
    }

    #[must_use]
    pub fn blocks(&self, blocks: &[Block]) -> Vec<PrintBlock> {
        blocks.iter().filter_map(|block| self.block(block)).collect()
    }

    /// Whether something shows; a rule that is broken says so in its place.
    fn shows(&self, rule: Option<&Rule>) -> Result<bool, PrintBlock> {
        if always(rule) {
            return Ok(true);
        }
        self.sheet.holds(rule).map_err(|error| self.problem(&error))
    }

    fn block(&self, block: &Block) -> Option<PrintBlock> {
        match self.shows(block.visible()) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(problem) => return Some(problem),
        }
        Some(match block {
            Block::Title(it) => {
                PrintBlock::Title { text: self.filled(&it.text), class: align(it.align.unwrap_or(Align::Center)) }
            }
            Block::Text(it) => PrintBlock::Text { text: self.filled(&it.text), class: text_class(it) },
            Block::Fields(it) => {
                let items = self.facts(&it.items, it.columns);
                if items.is_empty() {
                    return None;
                }
                PrintBlock::Fields { columns: it.columns, boxed: it.boxed, items }
            }
            Block::Lines(it) => return self.lines(it),
            Block::Totals(it) => {
                let items = self.facts(&it.items, 1);
                if items.is_empty() {
                    return None;
                }
                PrintBlock::Totals(items)
            }
            Block::RmbUpper(it) => self.amount(it.label.as_deref(), &it.value),
            Block::Qr(it) => self.qr(it),
            Block::Barcode(it) => {
                let symbology = match it.format {
                    BarcodeFormat::Code128 => Symbology::Code128,
                    BarcodeFormat::Code39 => Symbology::Code39,
                    BarcodeFormat::Ean13 => Symbology::Ean13,
                    BarcodeFormat::Gs1128 => Symbology::Gs1128,
                    BarcodeFormat::DataMatrix => Symbology::DataMatrix,
                };
                let height = f64::from(it.height.unwrap_or(12));
                let (content, hidden) = self.fill(&it.content);
                if content.is_empty() || hidden {
                    return None;
                }
                self.code(symbology, &content, height, (!it.bare).then_some(None), it.align)
            }
            Block::Image(it) => return self.images(it),
            Block::Approval(it) => {
                let rows = self.case.map(|case| case.decisions(&self.show)).unwrap_or_default();
                if rows.is_empty() {
                    return None;
                }
                let title = it.title.clone().unwrap_or_else(|| self.texts().get("print-approvals"));
                PrintBlock::Approvals { title, rows }
            }
            Block::SignatureLine(it) => {
                let fact = |label: &str, text: Option<&String>| PrintFact {
                    label: label.to_owned(),
                    value: text.map(|text| self.filled(text)).unwrap_or_default(),
                    span: 1,
                };
                PrintBlock::Signatures(
                    it.items.iter().map(|signer| fact(&signer.label, signer.text.as_ref())).collect(),
                )
            }
            Block::Row(it) => {
                let whole: u32 = it.cells.iter().map(|cell| u32::from(cell.share)).sum();
                let cell = |cell: &crate::definition::print::CellBlock| PrintCell {
                    width: format!("{}%", u32::from(cell.share) * 100 / whole.max(1)),
                    blocks: self.blocks(&cell.blocks),
                };
                PrintBlock::Row(it.cells.iter().map(cell).collect())
            }
            Block::Divider(_) => PrintBlock::Divider,
            Block::PageBreak(_) => PrintBlock::PageBreak,
        })
    }

    /// A template with its places filled in.
    #[must_use]
    pub fn filled(&self, template: &str) -> String {
        self.fill(template).0
    }

    /// The same, and whether something in it is hidden.
    fn fill(&self, template: &str) -> (String, bool) {
        let (mut filled, mut hides) = (String::new(), false);
        for piece in pieces(template) {
            let found = match piece {
                Piece::Words(words) => {
                    filled += words;
                    continue;
                }
                Piece::Field(name) => match self.extras.get(name) {
                    Some(text) => Ok(Some(text.to_owned())),
                    None => Ok(self.text_of(&self.sheet.at(name), None)),
                },
                Piece::Expression(source) => self.sheet.evaluate(source).map(|seen| self.text_of(&seen, None)),
            };
            match found {
                Ok(Some(text)) => filled += &text,
                Ok(None) => {
                    filled += HIDDEN;
                    hides = true;
                }
                Err(error) => filled += &self.said(&error),
            }
        }
        if hides {
            self.leave_out();
        }
        (filled, hides)
    }

    /// A value in words; nothing where it is hidden.
    pub fn text_of(&self, seen: &Seen<'_>, wanted: Option<Format>) -> Option<String> {
        let show = &self.show;
        match seen {
            Seen::Hidden => None,
            Seen::System(field) => {
                Some(cell::as_text(show.texts, &cell::system(show, *field, &self.sheet.item.record)))
            }
            Seen::Value(value, field) => {
                let text = match (field, wanted, value.as_decimal()) {
                    (_, Some(wanted), Some(number)) => formatted(wanted, number),
                    (Some(field), _, _) => self.of_field(field, value),
                    (None, _, _) => self.of_rule(value),
                };
                (!matches!(value, Value::Integer(_)) || text != show.texts.get("masked")).then_some(text)
            }
        }
    }

    fn of_field(&self, field: &Field, value: &Value) -> String {
        cell::plain(&self.show, field, value)
    }

    /// What a rule yielded, whose kind no field tells.
    fn of_rule(&self, value: &Value) -> String {
        match value {
            Value::Unset | Value::Sealed(_) => String::new(),
            Value::Bool(truth) => self.texts().get(if *truth { "yes" } else { "no" }),
            Value::Integer(number) => format::grouped(&number.to_string()),
            Value::Decimal(number) => format::quantity(&decimal::to_plain(*number)),
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => format::clock(time.hour(), time.minute()),
            Value::Instant(at) => cell::moment(self.show.zone, *at).0,
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.of_rule(item)).collect();
                format::listed(self.texts(), &items)
            }
        }
    }

    fn facts(&self, entries: &[Entry], columns: u8) -> Vec<PrintFact> {
        let fact = |entry: &Entry| {
            let detail = entry.detail();
            match self.shows(detail.visible.as_ref()) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(problem) => {
                    return Some(PrintFact { label: String::new(), value: said_by(problem), span: columns });
                }
            }
            let field = detail.field.as_deref();
            // A field that no grant shows is as if it were not there.
            if let Some((place, ..)) = field.and_then(|path| self.sheet.begin(path))
                && !self.sheet.knows(&place)
            {
                self.leave_out();
                return None;
            }
            let value = match self.value(&detail) {
                Ok(Some(value)) => value,
                Ok(None) => {
                    self.leave_out();
                    HIDDEN.to_owned()
                }
                Err(error) => self.said(&error),
            };
            Some(PrintFact { label: self.label(&detail), value, span: detail.span.unwrap_or(1).clamp(1, columns) })
        };
        entries.iter().filter_map(fact).collect()
    }

    /// What an entry says; nothing where it is hidden.
    pub fn value(&self, detail: &Detail) -> Result<Option<String>, RuleError> {
        let seen = match (&detail.field, &detail.value) {
            (Some(path), _) => match self.extras.get(path) {
                Some(text) => return Ok(Some(text.to_owned())),
                None => self.sheet.at(path),
            },
            (None, Some(source)) => self.sheet.evaluate(source)?,
            (None, None) => return Ok(Some(String::new())),
        };
        Ok(self.text_of(&seen, detail.format))
    }

    /// What an entry is called: as it says itself, else as the last field on its path is.
    pub fn label(&self, detail: &Detail) -> String {
        self.label_on(self.sheet, detail)
    }

    /// The same on another sheet: of a line.
    pub fn label_on(&self, sheet: &Sheet<'_>, detail: &Detail) -> String {
        if let Some(label) = &detail.label {
            return label.clone();
        }
        let Some(path) = detail.field.as_deref() else { return String::new() };
        match sheet.title(path) {
            Some(title) => title,
            None => {
                let name = path.strip_prefix("record.").unwrap_or(path);
                let system = crate::query::SystemField::named(name);
                system.map(|field| cell::system_title(self.texts(), field)).unwrap_or_default()
            }
        }
    }

    fn amount(&self, label: Option<&str>, source: &str) -> PrintBlock {
        let label = label.map_or_else(|| self.texts().get("print-amount"), str::to_owned);
        let (words, figures) = match self.sheet.evaluate(source) {
            Err(error) => return self.problem(&error),
            Ok(Seen::Value(value, _)) => match value.as_decimal() {
                Some(amount) => (
                    rmb_upper(amount).unwrap_or_else(|| formatted(Format::Money, amount)),
                    format!("¥{}", formatted(Format::Money, amount)),
                ),
                None => (String::new(), String::new()),
            },
            Ok(_) => {
                self.leave_out();
                (HIDDEN.to_owned(), String::new())
            }
        };
        PrintBlock::Amount { label, words, figures }
    }

    fn qr(&self, block: &QrBlock) -> PrintBlock {
        let content = match &block.content {
            Some(content) => self.filled(content),
            None => self.extras.record_address.clone(),
        };
        let size = f64::from(block.size.unwrap_or(24));
        self.code(Symbology::Qr, &content, size, block.label.clone().map(Some), block.align)
    }

    /// The pictures of a field; nothing where there is none. Files of another kind are no pictures.
    fn images(&self, block: &ImageBlock) -> Option<PrintBlock> {
        let known = self.sheet.begin(&block.field).is_some_and(|(place, ..)| self.sheet.knows(&place));
        let (value, field) = match self.sheet.at(&block.field) {
            Seen::Value(value, Some(field)) if known && field.kind.is_file() => (value, field),
            Seen::Value(Value::Unset, _) if known => return None,
            _ => {
                self.leave_out();
                return None;
            }
        };
        let height = f64::from(block.height.unwrap_or(if field.kind == Kind::Signature { 18 } else { 60 }));
        let pictures = self.show.files(field, &value).into_iter().filter(|file| file.picture);
        let items: Vec<PrintImage> = pictures
            .map(|file| PrintImage { src: file.thumbnail("large"), name: file.name, height: pixels(height) })
            .collect();
        let label = block.label.clone().unwrap_or_else(|| field.title.clone());
        (!items.is_empty()).then(|| PrintBlock::Images { label, items, class: align(block.align.unwrap_or_default()) })
    }

    /// A code with its words under it: none, its own, or others.
    fn code(
        &self,
        symbology: Symbology,
        content: &str,
        height: f64,
        words: Option<Option<String>>,
        place: Option<Align>,
    ) -> PrintBlock {
        let symbol = match barcode::encode(symbology, content) {
            Ok(symbol) => symbol,
            Err(error) => return PrintBlock::Problem(self.code_problem(content, &error)),
        };
        let square = symbol.height > 1;
        let width = if square { height } else { f64::from(symbol.width) * MODULE };
        PrintBlock::Code(PrintCode {
            view_box: format!("0 0 {} {}", symbol.width, symbol.height),
            width: format!("{width:.2}"),
            height: format!("{height:.2}"),
            square,
            text: words.map(|words| words.unwrap_or_else(|| symbol.text.clone())).unwrap_or_default(),
            says: symbol.text,
            path: symbol.path,
            class: align(place.unwrap_or_default()),
        })
    }

    fn code_problem(&self, content: &str, error: &BarcodeError) -> String {
        let figures = error.figures();
        let figures: Vec<(&str, Arg<'_>)> = figures.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        let reason = self.texts().with(error.code(), &figures);
        self.texts().with("print-code-problem", &[("content", Arg::Text(content)), ("reason", Arg::Text(&reason))])
    }

    pub fn said(&self, error: &RuleError) -> String {
        say_field(self.texts(), &error.at_field(""))
    }

    pub fn problem(&self, error: &RuleError) -> PrintBlock {
        PrintBlock::Problem(self.said(error))
    }
}

/// Millimetres as CSS pixels.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few thousand at most
fn pixels(millimetres: f64) -> u32 {
    (millimetres / 25.4 * 96.0).round() as u32
}

fn said_by(problem: PrintBlock) -> String {
    match problem {
        PrintBlock::Problem(text) => text,
        _ => String::new(),
    }
}

/// A number as a print asks for it.
#[must_use]
pub fn formatted(wanted: Format, number: Decimal) -> String {
    let money = || format::grouped(&format!("{:.2}", round_half_up(number, 2)));
    match wanted {
        Format::Money => money(),
        Format::Quantity => format::quantity(&decimal::to_plain(number)),
        Format::Percent => format!("{}%", format::quantity(&decimal::to_plain(number))),
        Format::RmbUpper => rmb_upper(number).unwrap_or_else(money),
    }
}

#[must_use]
pub const fn align(align: Align) -> &'static str {
    match align {
        Align::Start => "start",
        Align::Center => "center",
        Align::End => "end",
    }
}

fn text_class(block: &TextBlock) -> String {
    let size = match block.size {
        TextSize::Small => " small",
        TextSize::Normal => "",
        TextSize::Large => " large",
    };
    format!("{}{size}{}", align(block.align.unwrap_or_default()), if block.bold { " bold" } else { "" })
}
