//! A posted form read back into a document. What does not read is kept as it was typed, with an error at its place.

use super::{public::TRAP, sheet::rearrange};
use crate::{
    base::{
        error::FieldError,
        time::Timestamp,
        value::{Document, Line, Value, Values},
    },
    definition::{
        field::{Field, Kind},
        table::Table,
    },
    web::body::FormBody,
};
use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeSet, HashMap};

/// Names the fields whose controls post nothing when nothing is chosen, so that "none" can be told from "not on the page".
pub const OFFERED: &str = "_has";
/// In front of the name of a field that is filled in but does not show now: `_kept.customer`.
pub const KEPT: &str = "_kept.";
/// `lines:3`, once per grid.
pub const ROWS: &str = "_rows";
/// No document has more lines; a form that says so is cut off.
const MOST_ROWS: usize = 1_000;

/// What was posted, read.
#[derive(Debug, Default)]
pub struct Posted {
    pub document: Document,
    /// What was typed where it does not read, by posted name.
    pub raw: HashMap<String, String>,
    /// Where it does not read, as JSON Pointers into the document.
    pub errors: Vec<FieldError>,
}

/// Which fields a person may fill in, and how lines are treated.
pub struct Reading<'a> {
    pub table: &'a Table,
    /// The record as it is stored, or a new one with its defaults.
    pub base: &'a Document,
    /// The organisation's zone, in which moments are typed.
    pub zone: &'a TimeZone,
    /// Whether a field (`amount`, `lines.qty`) may be filled in.
    pub writable: &'a dyn Fn(&str) -> bool,
    /// Whether lines may be added; else only stored ones are read.
    pub lines_open: &'a dyn Fn(&str) -> bool,
}

/// Reads a posted form over the base.
pub fn read(reading: &Reading<'_>, form: &FormBody) -> Posted {
    let mut given: HashMap<&str, Vec<&str>> = HashMap::with_capacity(form.0.len());
    for (name, value) in &form.0 {
        given.entry(name).or_default().push(value);
    }
    let offered: BTreeSet<&str> = given.get(OFFERED).into_iter().flatten().copied().collect();
    let mut reader = Reader { reading, given, offered, posted: Posted::default() };
    reader.posted.document = reading.base.clone();
    for field in reading.table.scalars().filter(|field| !field.read_only && (reading.writable)(&field.key)) {
        if let Some(value) = reader.value(field, &field.key, &format!("/{}", field.key)) {
            reader.posted.document.values.insert(field.key.clone(), value);
        }
    }
    for field in reading.table.lines() {
        if let Some(rows) = rows(form, &field.key) {
            reader.lines(field, rows);
        }
    }
    reader.posted
}

/// What was typed into controls whose fields are no more: somebody published while the form was open. It is told once, so that
/// it can be put elsewhere; the form that is shown again does not have these controls.
pub fn gone(table: &Table, form: &FormBody) -> Vec<FieldError> {
    let is_known = |name: &str| {
        let mut parts = name.split('.');
        let field = parts.next().and_then(|key| table.field(key));
        field.is_some_and(|field| {
            let column = parts.nth(1).filter(|_| field.kind == Kind::Lines);
            column.is_none_or(|column| column.starts_with('_') || field.columns.contains_key(column))
        })
    };
    let typed = form.0.iter().filter(|(name, text)| !name.starts_with('_') && name != TRAP && !text.trim().is_empty());
    let strange = typed.filter(|(name, _)| !is_known(name));
    strange.map(|(_, text)| FieldError::new("", "field_gone").with("value", text.trim())).collect()
}

/// How many rows a grid was posted with; nothing when it was not on the page to be filled in.
pub fn rows(form: &FormBody, lines: &str) -> Option<usize> {
    form.all(ROWS).find_map(|row| row.split_once(':').filter(|(name, _)| *name == lines)?.1.parse().ok())
}

struct Reader<'a> {
    reading: &'a Reading<'a>,
    given: HashMap<&'a str, Vec<&'a str>>,
    offered: BTreeSet<&'a str>,
    posted: Posted,
}

impl Reader<'_> {
    /// The value of a field; nothing when its control was not on the page.
    fn value(&mut self, field: &Field, name: &str, pointer: &str) -> Option<Value> {
        let kept = format!("{KEPT}{name}");
        if field.kind == Kind::Secret {
            return self.secret(name);
        }
        let parts = self.parts(field, name);
        let texts: Vec<&str> = match self.given.get(name).or_else(|| self.given.get(kept.as_str())) {
            None if !parts.is_empty() => return field.read(&Json::Object(parts)).ok(),
            Some(texts) => texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect(),
            None if self.offered.contains(name) => Vec::new(),
            None => return None,
        };
        match parse(field, &texts, self.reading.zone) {
            Ok(value) => Some(value),
            Err(error) => {
                self.posted.raw.insert(name.to_owned(), texts.join(" "));
                self.posted.errors.push(FieldError { path: pointer.to_owned(), ..error });
                Some(Value::Unset)
            }
        }
    }

    /// A secret that was typed anew or shall go; left blank it stays what it is.
    fn secret(&self, name: &str) -> Option<Value> {
        let typed = self.given.get(name).and_then(|texts| texts.last()).filter(|text| !text.is_empty());
        match typed {
            Some(typed) => Some(Value::from(*typed)),
            None => self.given.contains_key(format!("{name}.clear").as_str()).then_some(Value::Unset),
        }
    }

    /// The parts of a value that are posted under names of their own (`address.city`).
    fn parts(&self, field: &Field, name: &str) -> Map<String, Json> {
        let part = |part: &&str| {
            let texts = self.given.get(format!("{name}.{part}").as_str())?;
            Some(((*part).to_owned(), Json::from(texts.last()?.trim())))
        };
        field.kind.parts().iter().filter_map(part).collect()
    }

    fn lines(&mut self, field: &Field, rows: usize) {
        let open = (self.reading.lines_open)(&field.key);
        let stored = self.reading.base.lines_of(&field.key);
        if rows > MOST_ROWS {
            let error = FieldError::new(format!("/{}", field.key), "max_items").with("maximum", MOST_ROWS);
            self.posted.errors.push(error);
        }
        let mut lines = Vec::new();
        for row in 0..rows.min(MOST_ROWS) {
            let id = self.given.get(format!("{}.{row}._id", field.key).as_str());
            let id: Option<i64> = id.and_then(|texts| texts.last()?.parse().ok());
            let known = id.and_then(|id| stored.iter().find(|line| line.id == Some(id)));
            let line = match known {
                Some(line) => line.clone(),
                None if open => Line { id: None, values: Values::new() },
                None => continue,
            };
            lines.push(self.line(field, row, lines.len(), line));
        }
        self.posted.document.lines.insert(field.key.clone(), lines);
    }

    /// `row` counts what was posted, `place` what is kept of it.
    fn line(&mut self, field: &Field, row: usize, place: usize, mut line: Line) -> Line {
        for column in field.columns.values() {
            if column.read_only || !(self.reading.writable)(&format!("{}.{}", field.key, column.key)) {
                continue;
            }
            let name = format!("{}.{row}.{}", field.key, column.key);
            let pointer = format!("/{}/{place}/{}", field.key, column.key);
            if let Some(value) = self.value(column, &name, &pointer) {
                line.values.insert(column.key.clone(), value);
            }
        }
        line
    }
}

/// What the control of a field posted: trimmed texts, none of them empty.
///
/// # Errors
/// What does not read.
pub fn parse(field: &Field, texts: &[&str], zone: &TimeZone) -> Result<Value, FieldError> {
    match (field.kind, texts) {
        (Kind::Boolean, []) => Ok(Value::Bool(false)),
        (_, []) => Ok(Value::Unset),
        (Kind::Choices, texts) => field.read(&Json::from(texts.to_vec())),
        (Kind::Links | Kind::Members | Kind::Departments, texts) => field.read_text(&texts.join(",")),
        (kind, texts) if kind.is_file() => field.read_text(&texts.join(",")),
        // A name that was pasted and not found.
        (Kind::Link, [.., text]) if text.starts_with('?') => {
            Err(FieldError::new("", "link_unknown").with("value", text.trim_start_matches('?')))
        }
        (Kind::DateTime, [.., text]) => match moment(text, zone) {
            Some(moment) => Ok(Value::Instant(moment)),
            None => field.read_text(text),
        },
        (_, [.., text]) => field.read_text(text),
    }
}

/// `2026-11-20T09:30` and `2026-11-20 09:30` on the organisation's clock.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local: DateTime = text.replacen(' ', "T", 1).parse().ok()?;
    if text.ends_with('Z') || text.contains('+') {
        return None;
    }
    let zoned = local.to_zoned(zone.clone()).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

/// Takes a file (`photos:12`) out of a posted form.
pub fn drop_file(form: &mut FormBody, file: &str) {
    if let Some((field, id)) = file.rsplit_once(':') {
        form.0.retain(|(name, value)| name != field || value.trim() != id);
    }
}

/// Takes out the rows in which nothing was filled in: a line that was added and not used is no line.
pub fn remove_blank_rows(form: &mut FormBody) {
    let grids: Vec<(String, usize)> = form
        .all(ROWS)
        .filter_map(|row| row.split_once(':').and_then(|(lines, count)| Some((lines.to_owned(), count.parse().ok()?))))
        .collect();
    for (lines, count) in grids {
        let mut filled: BTreeSet<usize> = BTreeSet::new();
        for (name, _) in form.0.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let row = name.strip_prefix(&lines).and_then(|rest| rest.strip_prefix('.')?.split_once('.'));
            filled.extend(row.and_then(|(row, _)| row.parse::<usize>().ok()));
        }
        let left: Vec<Option<usize>> = (0..count.min(MOST_ROWS)).filter(|row| filled.contains(row)).map(Some).collect();
        if left.len() < count {
            rearrange(form, &lines, &left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn table() -> Table {
        Table::parse(&json!({
            "title": "Order", "type": "object", "x-table": {"key": "order"},
            "properties": {
                "note": {"title": "Note", "type": "string", "x-field": {"kind": "text"}},
                "urgent": {"title": "Urgent", "type": "boolean", "x-field": {"kind": "boolean"}},
                "at": {"title": "At", "type": "string", "x-field": {"kind": "datetime"}},
                "shelves": {"title": "Shelves", "type": "array", "x-field": {"kind": "links", "table": "shelf"}},
                "lines": {"title": "Lines", "type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                    "qty": {"title": "Qty", "type": "string", "x-field": {"kind": "decimal"}}}}}
            }
        }))
        .expect("the table reads")
    }

    fn form(pairs: &[(&str, &str)]) -> FormBody {
        FormBody(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn posted(base: &Document, pairs: &[(&str, &str)]) -> Posted {
        let zone = TimeZone::get("Asia/Shanghai").expect("the zone is bundled");
        let all = |_: &str| true;
        let reading = Reading { table: &table(), base, zone: &zone, writable: &all, lines_open: &all };
        read(&reading, &form(pairs))
    }

    #[test]
    fn values_are_read_by_their_kind() {
        let read = posted(
            &Document::default(),
            &[("note", " a "), (OFFERED, "urgent"), ("at", "2026-11-20T09:30"), ("shelves", "3"), ("shelves", "7")],
        );
        assert_eq!(read.document.get("note"), &Value::from("a"));
        assert_eq!(read.document.get("urgent"), &Value::Bool(false));
        let at = Timestamp::parse_rfc3339("2026-11-20T01:30:00Z").expect("a moment");
        assert_eq!(read.document.get("at"), &Value::Instant(at));
        assert_eq!(read.document.get("shelves"), &Value::List(vec![3.into(), 7.into()]));
        assert!(read.errors.is_empty());
    }

    #[test]
    fn what_was_not_on_the_page_stays() {
        let mut base = Document::default();
        base.values.insert("note".into(), "kept".into());
        base.values.insert("urgent".into(), Value::Bool(true));
        let read = posted(&base, &[]);
        assert_eq!(read.document, base);
        assert_eq!(posted(&base, &[("_kept.note", "typed")]).document.get("note"), &Value::from("typed"));
    }

    #[test]
    fn what_does_not_read_is_kept_with_its_error() {
        let read = posted(&Document::default(), &[("_rows", "lines:1"), ("lines.0.qty", "twelve")]);
        assert_eq!(read.raw.get("lines.0.qty").map(String::as_str), Some("twelve"));
        assert_eq!(read.errors[0].path, "/lines/0/qty");
        assert_eq!(read.document.lines_of("lines").len(), 1);
    }

    #[test]
    fn lines_keep_their_identity_and_foreign_ones_get_none() {
        let mut base = Document::default();
        base.lines.insert("lines".into(), vec![Line { id: Some(5), values: Values::new() }]);
        let pairs = [("_rows", "lines:2"), ("lines.0._id", "5"), ("lines.1._id", "99"), ("lines.1.qty", "2")];
        let ids: Vec<_> = posted(&base, &pairs).document.lines_of("lines").iter().map(|line| line.id).collect();
        assert_eq!(ids, [Some(5), None]);
    }

    #[test]
    fn blank_rows_are_no_lines() {
        let mut blank = form(&[("_rows", "lines:3"), ("lines.0.qty", "1"), ("lines.1.qty", ""), ("lines.2.qty", "3")]);
        remove_blank_rows(&mut blank);
        assert_eq!(blank.0, form(&[("_rows", "lines:2"), ("lines.0.qty", "1"), ("lines.1.qty", "3")]).0);
    }

    #[test]
    fn a_name_that_was_not_found_is_no_id() {
        let table = Table::parse(&json!({
            "title": "Order", "type": "object", "x-table": {"key": "order"},
            "properties": {"shelf": {"title": "Shelf", "type": "integer", "x-field": {"kind": "link", "table": "shelf"}}}
        }))
        .expect("the table reads");
        let field = table.field("shelf").expect("a field");
        assert_eq!(parse(field, &["?A-9"], &TimeZone::UTC).expect_err("refused").code, "link_unknown");
        assert_eq!(parse(field, &["7"], &TimeZone::UTC), Ok(Value::Integer(7)));
    }
}
