//! What one column holds: its kind with the reason, and the field that is made of it.

use super::{Becomes, Known, Why, cells, cells::DateOrder, folded};
use crate::{
    base::{decimal, error::FieldError},
    definition::{
        edit::fields::{Words, fresh, option_value},
        field::{Field, Kind},
    },
    document::{Cell, Kind as Holds},
};
use indexmap::IndexMap;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// Of a hundred cells so many must fit for a kind to be guessed; the others are named.
const MOST_OF: usize = 80;
/// The same where the column's name says what it holds.
const HALF: usize = 50;
/// Characters of a value that is one of few.
const LONGEST_OPTION: usize = 16;
/// Options that are guessed, and that are made when somebody asks for them.
const FEW: usize = 12;
const MOST_OPTIONS: usize = 200;
/// Decimal places of what a spreadsheet holds that are kept.
const MOST_PLACES: u32 = 6;
/// Characters of a unit.
const LONGEST_UNIT: usize = 4;
/// Characters beyond which a text needs several lines.
const LINE: usize = 40;
/// Digits beyond which a number is a name.
const LONGEST_NUMBER: usize = 15;

const CODES: [&str; 13] =
    ["编号", "编码", "单号", "代码", "工号", "序列号", "条码", "身份证", "型号", "code", "no.", "number", "id"];
const RUNNING: [&str; 6] = ["序号", "序", "行号", "项次", "no.", "#"];
const MONEY: [&str; 14] =
    ["金额", "单价", "价格", "总价", "费用", "成本", "工资", "奖金", "货款", "元)", "元）", "amount", "price", "cost"];
const FIGURES: [&str; 5] = ["数量", "重量", "单价", "qty", "quantity"];
const REMARKS: [&str; 11] =
    ["备注", "说明", "描述", "原因", "意见", "内容", "处理结果", "remark", "note", "description", "comment"];
const PHONES: [&str; 6] = ["电话", "手机", "联系方式", "phone", "mobile", "tel"];
const BARCODES: [&str; 4] = ["条码", "条形码", "barcode", "ean"];
const DAYS: [&str; 4] = ["日期", "时间", "date", "日"];
const PEOPLE: [&str; 10] = ["人", "员", "者", "经办", "负责", "主管", "经理", "by", "owner", "person"];
const NAMES: [&str; 7] = ["名称", "姓名", "名字", "品名", "标题", "name", "title"];
const TRUTHS: [&str; 16] =
    ["是", "否", "√", "✓", "✔", "×", "✗", "✘", "有", "无", "对", "错", "true", "false", "yes", "no"];

fn says(header: &str, words: &[&str]) -> bool {
    let header = folded(header);
    words.iter().any(|word| header.contains(word))
}

/// Whether a column by this name holds codes: what tells things apart.
#[must_use]
pub fn names_codes(header: &str) -> bool {
    let folded = folded(header);
    // A short English word may be part of another.
    CODES
        .iter()
        .any(|word| if word.is_ascii() { folded.split(' ').any(|part| part == *word) } else { folded.contains(word) })
}

/// Whether a column by this name only counts the rows.
#[must_use]
pub fn counts_rows(header: &str) -> bool {
    RUNNING.contains(&folded(header).as_str())
}

/// Whether a column by this name says what something is called.
#[must_use]
pub fn names_things(header: &str) -> bool {
    says(header, &NAMES)
}

/// The cells of a column that hold something.
#[derive(Debug, Clone)]
pub struct Seen<'s> {
    pub header: &'s str,
    pub cells: Vec<&'s Cell>,
    pub blank: usize,
    /// Each value with how often it occurs, in the order in which they come.
    pub distinct: IndexMap<&'s str, usize>,
}

impl<'s> Seen<'s> {
    pub fn of(header: &'s str, cells: impl Iterator<Item = &'s Cell>) -> Self {
        let mut seen = Self { header, cells: Vec::new(), blank: 0, distinct: IndexMap::new() };
        for cell in cells {
            if cell.is_empty() {
                seen.blank += 1;
            } else {
                *seen.distinct.entry(cell.text.as_str()).or_default() += 1;
                seen.cells.push(cell);
            }
        }
        seen
    }

    /// Whether no value occurs twice and none is missing.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.blank == 0 && self.cells.len() > 1 && self.distinct.len() == self.cells.len()
    }

    fn count(&self, fits: impl Fn(&Cell) -> bool) -> usize {
        self.cells.iter().filter(|cell| fits(cell)).count()
    }

    fn most(&self, count: usize) -> bool {
        self.at_least(count, MOST_OF)
    }

    /// Whether so many of a hundred cells are these.
    fn at_least(&self, count: usize, of_hundred: usize) -> bool {
        count > 0 && count * 100 >= self.cells.len() * of_hundred
    }

    /// The unit of its numbers: in brackets behind its name, or behind each of them.
    #[must_use]
    pub fn unit(&self) -> Option<String> {
        let header = cells::halved(self.header);
        let bracket = header.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        let bracket = bracket.map(str::trim).filter(|unit| is_unit(unit));
        if let Some(unit) = bracket {
            return Some(unit.to_owned());
        }
        let mut found: Option<String> = None;
        for cell in &self.cells {
            let Some((_, unit)) = split_unit(&cells::halved(&cell.text)) else { continue };
            match &found {
                Some(known) if *known != unit => return None,
                _ => found = Some(unit),
            }
        }
        found
    }

    fn number(&self, cell: &Cell, unit: Option<&str>) -> Option<Decimal> {
        if !matches!(cell.kind, Holds::Number | Holds::Text) {
            return None;
        }
        cells::plain_number(&cell.text).or_else(|| {
            let (number, found) = split_unit(&cells::halved(&cell.text))?;
            (unit == Some(found.as_str())).then_some(number)
        })
    }
}

fn is_unit(text: &str) -> bool {
    let length = text.chars().count();
    (1..=LONGEST_UNIT).contains(&length)
        && !text.chars().any(|c| c.is_ascii_digit() || c.is_whitespace())
        && text != "%"
}

/// `12.5kg` as a number and its unit; signs of currencies and of hundredths are none.
fn split_unit(text: &str) -> Option<(Decimal, String)> {
    let text = text.trim();
    let end = text.char_indices().rev().find(|(_, c)| c.is_ascii_digit()).map(|(place, _)| place + 1)?;
    let (number, unit) = (text[..end].trim(), text[end..].trim());
    if !is_unit(unit) || unit.chars().all(|c| "￥¥$€£元%".contains(c)) {
        return None;
    }
    Some((cells::plain_number(number)?, unit.to_owned()))
}

/// Whether a field can hold a cell; what is wrong otherwise.
///
/// # Errors
/// As the import would name it.
pub fn fits(field: &Field, cell: &Cell) -> Result<(), FieldError> {
    let value = cells::read(field, cell, DateOrder::Ymd, &TimeZone::UTC)?;
    field.check(&value)
}

/// What a column becomes, and why.
#[must_use]
pub fn guess(seen: &Seen<'_>, known: &Known) -> (Becomes, Option<Why>) {
    let kind = |kind| Becomes::Kind(kind);
    if seen.cells.is_empty() {
        let empty = match seen.header {
            header if says(header, &REMARKS) => Kind::Multiline,
            header if says(header, &["日期", "date"]) => Kind::Date,
            header if says(header, &MONEY) => Kind::Money,
            _ => Kind::Text,
        };
        return (kind(empty), Some(Why::new("guess-empty")));
    }
    if counts_rows(seen.header)
        && seen.is_unique()
        && seen.cells.iter().all(|cell| cells::plain_number(&cell.text).is_some())
    {
        return (Becomes::Nothing, Some(Why::new("guess-running")));
    }
    let found = truth(seen)
        .or_else(|| day(seen))
        .or_else(|| written(seen))
        .or_else(|| person(seen, known))
        .or_else(|| number(seen))
        .or_else(|| few(seen))
        .or_else(|| long(seen));
    found.map_or((kind(Kind::Text), None), |(found, why)| (kind(found), Some(why)))
}

type Found = Option<(Kind, Why)>;

fn truth(seen: &Seen<'_>) -> Found {
    let asks = folded(seen.header).starts_with("是否");
    let is_truth = |text: &&str| {
        let text = folded(text);
        TRUTHS.contains(&text.as_str()) || (asks && matches!(text.as_str(), "0" | "1" | "y" | "n"))
    };
    let all = seen.distinct.len() <= 2 && seen.distinct.keys().all(is_truth);
    all.then(|| {
        let values: Vec<&str> = seen.distinct.keys().copied().collect();
        (Kind::Boolean, Why::new("guess-boolean").with("values", values.join("、")))
    })
}

fn day(seen: &Seen<'_>) -> Found {
    let says_day = says(seen.header, &DAYS);
    let is_text = |cell: &Cell| {
        cell.kind == Holds::Text
            && (cells::written_day(&cell.text).is_some()
                || (says_day && cell.text.len() == 8 && fits(&Field::plain("x", Kind::Date), cell).is_ok()))
    };
    let is_eight = |cell: &Cell| {
        says_day
            && cell.kind == Holds::Number
            && cell.text.len() == 8
            && fits(&Field::plain("x", Kind::Date), cell).is_ok()
    };
    let texts = seen.count(|cell| is_text(cell) || is_eight(cell));
    let days = texts + seen.count(|cell| matches!(cell.kind, Holds::Date | Holds::DateTime));
    if !seen.at_least(days, if says_day { HALF } else { MOST_OF }) {
        let times = seen.count(|cell| {
            cell.kind == Holds::Time || (cell.text.contains(':') && fits(&Field::plain("x", Kind::Time), cell).is_ok())
        });
        return seen.most(times).then(|| (Kind::Time, Why::new("guess-time")));
    }
    let midnight = jiff::civil::Time::midnight();
    let timed = seen.count(|cell| {
        cell.kind == Holds::DateTime || cells::written_day(&cell.text).is_some_and(|moment| moment.time() != midnight)
    });
    let kind = if timed > 0 { Kind::DateTime } else { Kind::Date };
    Some((
        kind,
        odd(seen, days).unwrap_or_else(|| match texts {
            0 => Why::new("guess-dates"),
            texts => Why::new("guess-text-dates").with("count", texts),
        }),
    ))
}

/// Some cells do not fit what most are.
fn odd(seen: &Seen<'_>, fitting: usize) -> Option<Why> {
    let odd = seen.cells.len() - fitting;
    (odd > 0).then(|| Why::new("guess-mostly").with("count", odd))
}

/// Texts of a known form.
fn written(seen: &Seen<'_>) -> Found {
    let fitting = |kind: Kind| {
        let field = Field::plain("x", kind);
        seen.count(|cell| fits(&field, cell).is_ok())
    };
    let digits = |cell: &Cell| {
        cell.text.len() == 11 && cell.text.starts_with('1') && cell.text.bytes().all(|b| b.is_ascii_digit())
    };
    let found = if seen.most(seen.count(|cell| cell.text.contains('@'))) {
        Kind::Email
    } else if seen.most(seen.count(|cell| cell.text.starts_with("http"))) {
        Kind::Url
    } else if says(seen.header, &PHONES) || seen.most(seen.count(digits)) {
        Kind::Phone
    } else if says(seen.header, &BARCODES) || seen.most(seen.count(|cell| is_ean(&cell.text))) {
        Kind::Barcode
    } else {
        return None;
    };
    let count = fitting(found);
    seen.most(count).then(|| (found, odd(seen, count).unwrap_or_else(|| Why::new("guess-form"))))
}

/// An article number of 13 digits whose last one is right.
fn is_ean(text: &str) -> bool {
    text.len() == 13
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .enumerate()
            .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 })
            .sum::<u32>()
            % 10
            == 0
}

fn person(seen: &Seen<'_>, known: &Known) -> Found {
    let all = seen.distinct.len();
    let found = |names: &std::collections::HashSet<String>| {
        seen.distinct.keys().filter(|name| names.contains(&folded(name))).count()
    };
    let why = |code, found: usize| Why::new(code).with("count", all).with("found", found);
    let people = found(&known.people);
    if people == all || (people * 2 >= all && people > 0 && says(seen.header, &PEOPLE)) {
        return Some((Kind::Member, why("guess-people", people)));
    }
    let departments = found(&known.departments);
    (departments == all).then(|| (Kind::Department, why("guess-departments", departments)))
}

fn number(seen: &Seen<'_>) -> Found {
    let unit = seen.unit();
    let unit = unit.as_deref();
    let numbers: Vec<Decimal> = seen.cells.iter().filter_map(|cell| seen.number(cell, unit)).collect();
    let says_number = says(seen.header, &MONEY) || says(seen.header, &FIGURES);
    if !seen.at_least(numbers.len(), if says_number { HALF } else { MOST_OF }) {
        return None;
    }
    let plain = |cell: &&&Cell| cell.text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = seen.cells.iter().filter(plain).any(|cell| cell.text.len() > 1 && cell.text.starts_with('0'));
    let endless = seen.cells.iter().filter(plain).any(|cell| cell.text.len() > LONGEST_NUMBER);
    if padded || endless || names_codes(seen.header) {
        return Some((Kind::Text, Why::new("guess-code")));
    }
    let hundredths = seen.count(|cell| cell.text.ends_with(['%', '％']));
    let fractions = numbers.iter().any(|number| !number.fract().is_zero());
    let priced = seen.cells.iter().any(|cell| cell.text.contains(['￥', '¥', '$', '€', '£', '元']));
    let (kind, why) = if seen.most(hundredths) {
        (Kind::Percent, Why::new("guess-percent"))
    } else if priced || says(seen.header, &MONEY) || unit.is_some_and(|unit| unit.ends_with('元')) {
        (Kind::Money, Why::new("guess-money"))
    } else if fractions {
        (Kind::Decimal, Why::new("guess-numbers"))
    } else {
        (Kind::Integer, Why::new("guess-numbers"))
    };
    let wide = seen.count(|cell| cells::halved(&cell.text) != cell.text);
    let why = match (odd(seen, numbers.len()), unit) {
        (Some(odd), _) => odd,
        (None, Some(unit)) if kind != Kind::Money || unit != "元" => Why::new("guess-unit").with("unit", unit),
        (None, _) if wide > 0 => Why::new("guess-wide-numbers").with("count", wide),
        (None, _) => why,
    };
    Some((kind, why))
}

fn few(seen: &Seen<'_>) -> Found {
    let (cells, values) = (seen.cells.len(), seen.distinct.len());
    let most = if cells >= 100 { FEW + 8 } else { FEW };
    let short = |text: &&str| text.chars().count() <= LONGEST_OPTION && !text.contains('\n');
    let names = names_codes(seen.header) || names_things(seen.header) || says(seen.header, &REMARKS);
    let repeated = cells >= 4 && values >= 2 && values <= most && cells >= values * 2;
    (repeated && !names && seen.distinct.keys().all(short))
        .then(|| (Kind::Choice, Why::new("guess-few").with("count", values)))
}

fn long(seen: &Seen<'_>) -> Found {
    let long = seen.cells.iter().any(|cell| cell.text.contains('\n') || cell.text.chars().count() > LINE);
    if long {
        return Some((Kind::Multiline, Why::new("guess-long")));
    }
    says(seen.header, &REMARKS).then(|| (Kind::Multiline, Why::new("guess-remark")))
}

/// The title of a field: without the unit, where that stands by itself.
#[must_use]
pub fn title_of(seen: &Seen<'_>, becomes: Becomes) -> String {
    let numeric = matches!(becomes, Becomes::Kind(Kind::Integer | Kind::Decimal | Kind::Money));
    let bare = seen.header.rsplit_once(['(', '（']).map(|(bare, _)| bare.trim()).filter(|bare| !bare.is_empty());
    match (numeric.then(|| seen.unit()).flatten(), bare) {
        (Some(unit), Some(bare)) if cells::halved(seen.header).ends_with(&format!("({unit})")) => bare.to_owned(),
        _ => seen.header.to_owned(),
    }
}

/// The field that a column becomes: options, decimal places and unit as its cells have them.
#[must_use]
pub fn property(kind: Kind, title: &str, seen: &Seen<'_>, table: &str) -> Json {
    let mut property = fresh(kind, title, Words { table, ..Words::default() });
    let annotation = &mut property["x-field"];
    match kind {
        Kind::Choice => {
            let mut options: Vec<Json> = Vec::new();
            for title in seen.distinct.keys().take(MOST_OPTIONS) {
                options.push(json!({"value": option_value(title, &options), "title": title}));
            }
            if !options.is_empty() {
                annotation["options"] = options.into();
            }
        }
        Kind::Decimal | Kind::Money | Kind::Percent => {
            let unit = seen.unit();
            let places = seen.cells.iter().filter_map(|cell| seen.number(cell, unit.as_deref()));
            let places = places.map(|number| decimal::round_half_up(number, MOST_PLACES).normalize().scale()).max();
            let least = if kind == Kind::Money { 2 } else { 0 };
            annotation["scale"] = places.unwrap_or(2).max(least).into();
            if let Some(unit) = unit.filter(|unit| kind != Kind::Percent && unit != "元") {
                annotation["unit"] = unit.into();
            }
        }
        Kind::Integer => {
            if let Some(unit) = seen.unit() {
                annotation["unit"] = unit.into();
            }
        }
        _ => {}
    }
    property
}
