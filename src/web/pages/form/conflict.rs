//! What to do when somebody else has saved meanwhile: what was there, what is there now and what was typed stand side by side, and
//! for each the reader chooses.

use super::{
    posted::{Posted, rows},
    sheet::rearrange,
    subject::Subject,
};
use crate::{
    base::value::{Document, Line, Value},
    definition::field::{Field, Kind},
    service::Access,
    web::{
        body::FormBody,
        pages::cell::{self, Showing},
        view::StaleField,
    },
};
use serde_json::{Map, Value as Json};

/// The record as it was when the form was opened, as far as the form offers it: JSON, carried along.
pub const BASE: &str = "_base";
/// In front of a place: whose value is taken, `theirs` or `mine`.
pub const TAKE: &str = "_take.";
const THEIRS: &str = "theirs";

/// A place where documents differ: a field, a cell of a line (by its id), or a whole line.
#[derive(Debug, Clone, Copy)]
enum At<'a> {
    Field(&'a Field),
    Cell(&'a Field, i64, &'a Field),
    Line(&'a Field, i64),
    /// A line that was taken out meanwhile and is still in what was typed, at this row.
    Gone(&'a Field, i64, usize),
}

impl At<'_> {
    fn name(self) -> String {
        match self {
            Self::Field(field) => field.key.clone(),
            Self::Cell(lines, id, column) => format!("{}.{id}.{}", lines.key, column.key),
            Self::Line(lines, id) | Self::Gone(lines, id, _) => format!("{}.{id}", lines.key),
        }
    }
}

fn line_of<'d>(document: &'d Document, lines: &Field, id: i64) -> Option<&'d Line> {
    document.lines_of(&lines.key).iter().find(|line| line.id == Some(id))
}

/// The three documents of a conflict.
pub struct Conflict<'a> {
    pub subject: &'a Subject<'a>,
    /// As it was when the form was opened; nothing where that is not known any more.
    pub base: Option<Document>,
    pub stored: &'a Document,
    pub typed: &'a Document,
    pub form: &'a FormBody,
}

impl<'a> Conflict<'a> {
    fn written(&self, path: &str) -> bool {
        self.subject.access.get(path) == Some(&Access::Write)
    }

    /// Every place that differs between what is stored and what was typed.
    fn places(&self) -> Vec<At<'a>> {
        let table = self.subject.table;
        let mut places = Vec::new();
        for field in table.scalars().filter(|field| !field.read_only && self.written(&field.key)) {
            if self.stored.get(&field.key) != self.typed.get(&field.key) {
                places.push(At::Field(field));
            }
        }
        for lines in table.lines().filter(|field| self.written(&field.key)) {
            let columns = || lines.columns.values().filter(|column| !column.read_only);
            for line in self.stored.lines_of(&lines.key) {
                let Some(id) = line.id else { continue };
                let Some(mine) = line_of(self.typed, lines, id) else {
                    places.push(At::Line(lines, id));
                    continue;
                };
                for column in columns().filter(|column| self.written(&format!("{}.{}", lines.key, column.key))) {
                    if line.get(&column.key) != mine.get(&column.key) {
                        places.push(At::Cell(lines, id, column));
                    }
                }
            }
            for (id, row) in gone(self.form, &lines.key, self.stored) {
                places.push(At::Gone(lines, id, row));
            }
        }
        places
    }

    /// The places as they are shown, each with the choice that suggests itself.
    pub fn fields(&self, show: &Showing<'_>) -> Vec<StaleField> {
        self.places()
            .into_iter()
            .map(|at| {
                let name = at.name();
                let (label, texts) = match at {
                    At::Field(field) => {
                        let text = |document: &Document| cell::plain(show, field, document.get(&field.key));
                        (field.title.clone(), self.three(text))
                    }
                    At::Cell(lines, id, column) => {
                        let text = |document: &Document| {
                            let value = line_of(document, lines, id).map(|line| line.get(&column.key));
                            cell::plain(show, column, value.unwrap_or(&Value::Unset))
                        };
                        (format!("{} {} · {}", lines.title, self.number(lines, id), column.title), self.three(text))
                    }
                    At::Line(lines, id) => {
                        let text = |document: &Document| self.line(show, lines, line_of(document, lines, id));
                        (format!("{} {}", lines.title, self.number(lines, id)), self.three(text))
                    }
                    At::Gone(lines, id, row) => {
                        let base = self.base.as_ref().map(|base| self.line(show, lines, line_of(base, lines, id)));
                        let typed = self.line(show, lines, self.typed.lines_of(&lines.key).get(row));
                        let label = format!("{} {}", lines.title, row + 1);
                        (label, (base, self.line(show, lines, None), typed))
                    }
                };
                let (base, stored, typed) = texts;
                // Whoever alone changed something is taken; where both did, what was just typed is.
                let only_theirs = base.as_ref().is_some_and(|base| base == &typed);
                let both = base.as_ref().is_none_or(|base| base != &typed && base != &stored);
                let chosen = self.form.get(&format!("{TAKE}{name}"));
                let theirs = chosen.map_or(only_theirs, |chosen| chosen == THEIRS);
                StaleField { name: format!("{TAKE}{name}"), label, base, stored, typed, theirs, both }
            })
            .collect()
    }

    fn three(&self, text: impl Fn(&Document) -> String) -> (Option<String>, String, String) {
        (self.base.as_ref().map(&text), text(self.stored), text(self.typed))
    }

    /// A whole line in a few words.
    fn line(&self, show: &Showing<'_>, lines: &Field, line: Option<&Line>) -> String {
        let Some(line) = line else { return show.texts.get("stale-no-line") };
        let readable = |column: &&Field| {
            let path = format!("{}.{}", lines.key, column.key);
            self.subject.access.get(&path).is_some_and(|access| *access != Access::Hidden)
        };
        let filled = lines.columns.values().filter(|column| !line.get(&column.key).is_unset()).filter(readable);
        let texts: Vec<String> = filled.map(|column| cell::plain(show, column, line.get(&column.key))).collect();
        texts.join(" · ")
    }

    fn number(&self, lines: &Field, id: i64) -> usize {
        let place = |document: &Document| document.lines_of(&lines.key).iter().position(|line| line.id == Some(id));
        place(self.typed).or_else(|| place(self.stored)).map_or(0, |place| place + 1)
    }
}

/// The posted lines that are not stored any more: their ids and rows.
fn gone(form: &FormBody, lines: &str, stored: &Document) -> Vec<(i64, usize)> {
    let rows = rows(form, lines).unwrap_or(0);
    let id = |row: usize| form.get(&format!("{lines}.{row}._id"))?.parse::<i64>().ok().map(|id| (id, row));
    let known = |id: i64| stored.lines_of(lines).iter().any(|line| line.id == Some(id));
    (0..rows).filter_map(id).filter(|(id, _)| !known(*id)).collect()
}

/// Takes the lines out of the posted form that others took out, where the reader agrees.
pub fn drop_gone(subject: &Subject<'_>, form: &mut FormBody) {
    for lines in subject.table.lines() {
        let agreed: Vec<usize> = gone(form, &lines.key, &subject.base)
            .into_iter()
            .filter(|(id, _)| form.get(&format!("{TAKE}{}.{id}", lines.key)) == Some(THEIRS))
            .map(|(_, row)| row)
            .collect();
        if let Some(count) = rows(form, &lines.key).filter(|_| !agreed.is_empty()) {
            let left: Vec<Option<usize>> = (0..count).filter(|row| !agreed.contains(row)).map(Some).collect();
            rearrange(form, &lines.key, &left);
        }
    }
}

/// Puts what others stored where the reader chose it.
pub fn take_theirs(subject: &Subject<'_>, posted: &mut Posted, form: &FormBody) {
    let stored = &subject.base;
    for (name, _) in form.0.iter().filter(|(name, whose)| name.starts_with(TAKE) && whose == THEIRS) {
        let parts: Vec<&str> = name[TAKE.len()..].split('.').collect();
        let lines = |key: &str| subject.table.field(key).filter(|field| field.kind == Kind::Lines);
        match parts.as_slice() {
            [key] => {
                posted.document.values.insert((*key).to_owned(), stored.get(key).clone());
                posted.raw.remove(*key);
                posted.errors.retain(|error| error.path != format!("/{key}"));
            }
            [key, id, column] => {
                let (Some(lines), Ok(id)) = (lines(key), id.parse::<i64>()) else { continue };
                let Some(theirs) = line_of(stored, lines, id).map(|line| line.get(column).clone()) else { continue };
                let rows = posted.document.lines.entry((*key).to_owned()).or_default();
                if let Some(line) = rows.iter_mut().find(|line| line.id == Some(id)) {
                    line.values.insert((*column).to_owned(), theirs);
                }
            }
            [key, id] => {
                let (Some(lines), Ok(id)) = (lines(key), id.parse::<i64>()) else { continue };
                let rows = posted.document.lines.entry((*key).to_owned()).or_default();
                match line_of(stored, lines, id) {
                    Some(line) if rows.iter().all(|row| row.id != Some(id)) => rows.push(line.clone()),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The record as JSON, as far as the person may write it.
pub fn base_json(subject: &Subject<'_>, document: &Document) -> String {
    let written = |path: &str| subject.access.get(path) == Some(&Access::Write);
    let mut json = Map::new();
    for field in subject.table.fields.values().filter(|field| !field.read_only && written(&field.key)) {
        if field.kind != Kind::Lines {
            let value = document.get(&field.key);
            if !value.is_unset() {
                json.insert(field.key.clone(), field.write(value));
            }
            continue;
        }
        let rows = document.lines_of(&field.key).iter().map(|line| {
            let mut row = Map::new();
            if let Some(id) = line.id {
                row.insert("id".into(), id.into());
            }
            for column in field.columns.values().filter(|column| !column.read_only) {
                let value = line.get(&column.key);
                if written(&format!("{}.{}", field.key, column.key)) && !value.is_unset() {
                    row.insert(column.key.clone(), column.write(value));
                }
            }
            Json::Object(row)
        });
        json.insert(field.key.clone(), rows.collect());
    }
    Json::Object(json).to_string()
}

/// What the form carries of the record as it was; nothing where it does not read.
pub fn base_of(subject: &Subject<'_>, form: &FormBody) -> Option<Document> {
    let json: Json = serde_json::from_str(form.get(BASE)?).ok()?;
    let object = json.as_object()?;
    let mut document = Document::default();
    for field in subject.table.fields.values() {
        let Some(json) = object.get(&field.key) else { continue };
        if field.kind != Kind::Lines {
            document.values.insert(field.key.clone(), field.read(json).unwrap_or_default());
            continue;
        }
        let rows = json.as_array().into_iter().flatten().map(|row| {
            let values = field.columns.values().filter_map(|column| {
                let value = column.read(row.get(&column.key)?).ok()?;
                Some((column.key.clone(), value))
            });
            Line { id: row["id"].as_i64(), values: values.collect() }
        });
        document.lines.insert(field.key.clone(), rows.collect());
    }
    Some(document)
}
