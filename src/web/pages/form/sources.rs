//! Taking over lines of another document: the reader chooses a document, ticks its lines, and says how much of each. What they may
//! not see of it is not offered and not taken over.

use super::{posted::Posted, standing::Standings, subject::Subject};
use crate::{
    access::Permit,
    base::{
        id::RecordId,
        value::{Document, Line, Value},
    },
    definition::{
        field::Field,
        form::{Form, Source},
        role::Action,
        table::Table,
    },
    service::{Access, Error, forms, permits::Rights, records as stored, represent},
    store::records::Record,
    web::{
        Result,
        body::FormBody,
        pages::cell::{self, Showing},
        shell,
        view::{Choice, Taking, TakingLine},
    },
};

/// The grid and its source: `lines.0`.
pub const SOURCE: &str = "_source";
const WORDS: &str = "_source_q";
const RECORD: &str = "_source_doc";
const LINE: &str = "_source_line";
/// In front of the id of a line: how much of it.
const QUANTITY: &str = "_source_qty.";
/// Documents that are offered at a time.
const SHOWN: u64 = 20;

/// The tables that grids of the form take lines from and the reader may see.
pub fn offered(rights: &Rights<'_>, form: &Form) -> Vec<String> {
    let tables = form.places().flat_map(|(_, item)| &item.sources).map(|source| &source.table);
    tables.filter(|table| rights.permit(table, Action::View).is_ok()).cloned().collect()
}

/// A document that lines are taken from.
struct Chosen {
    permit: Permit,
    record: Record,
}

impl Chosen {
    fn reads(&self, path: &str) -> bool {
        self.permit.rights(&self.record.matched).can_read(path)
    }
}

impl Subject<'_> {
    /// The source that is named, with the grid it is for.
    fn source(&self, place: &str) -> Result<(&Field, &Source, &Table)> {
        let (lines, index) = place.split_once('.').ok_or(Error::NotFound)?;
        let face = self.live.face(&self.caller.call.actor.locale);
        let (form, _) = face.form(self.which())?;
        let item = form.item(lines).ok_or(Error::NotFound)?;
        let source = index.parse::<usize>().ok().and_then(|index| item.sources.get(index)).ok_or(Error::NotFound)?;
        let field = self.table.field(lines).ok_or(Error::NotFound)?;
        if self.access.get(lines) != Some(&Access::Write) {
            return Err(Error::NotFound.into());
        }
        Ok((field, source, face.app.tables.get(&source.table).ok_or(Error::NotFound)?))
    }

    async fn chosen(&self, form: &FormBody, source: &Source) -> Result<Option<Chosen>> {
        let Some(id) = form.get(RECORD).and_then(|id| id.parse::<i64>().ok()) else { return Ok(None) };
        match stored::get(&self.reader, &self.rights, &source.table, RecordId(id)).await {
            Ok((permit, record)) => Ok(Some(Chosen { permit, record })),
            Err(Error::NotFound | Error::Forbidden { .. }) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// What the reader chooses from now: documents, and the lines of the one that is chosen.
    ///
    /// # Errors
    /// `NotFound` for a source that the form does not have; the database failed.
    pub async fn taking(&self, standings: &Standings<'_>, form: &FormBody, place: &str) -> Result<Taking> {
        let (field, source, table) = self.source(place)?;
        let words = form.get(WORDS);
        let narrowed = standings.narrowed(&field.key, source.filter.as_ref(), None);
        let found = stored::options(&self.reader, &self.rights, &source.table, narrowed.as_ref(), words, SHOWN).await?;
        let chosen = self.chosen(form, source).await?;
        let id = chosen.as_ref().map(|chosen| chosen.record.id.0);
        let documents =
            found.into_iter().map(|(known, label)| Choice::new(known.to_string(), label, Some(known) == id)).collect();
        let mut taking = Taking {
            place: place.to_owned(),
            title: source.title.clone(),
            words: words.unwrap_or_default().to_owned(),
            documents,
            heads: Vec::new(),
            lines: Vec::new(),
        };
        let (Some(chosen), Some(lines)) = (chosen, table.field(&source.lines)) else { return Ok(taking) };
        let people = std::iter::empty();
        let documents = std::iter::once(&chosen.record.document);
        let labels = represent::labels(&self.reader, &self.rights, table, documents, people).await?;
        let texts = shell::texts(self.caller);
        let show = Showing { texts, zone: &self.caller.person.zone, labels: &labels, links_in: None };
        let columns: Vec<&Field> =
            lines.columns.values().filter(|column| chosen.reads(&format!("{}.{}", lines.key, column.key))).collect();
        taking.heads = columns.iter().map(|column| column.title.clone()).collect();
        let ticked: Vec<&str> = form.all(LINE).collect();
        for line in chosen.record.document.lines_of(&lines.key) {
            let Some(id) = line.id else { continue };
            let quantity = source.quantity.as_ref().and_then(|key| {
                let from = source.map.get(key)?;
                let typed = form.get(&format!("{QUANTITY}{id}")).map(str::to_owned);
                let known = || lines.column(from).map(|column| column.text(line.get(from))).unwrap_or_default();
                Some((format!("{QUANTITY}{id}"), typed.unwrap_or_else(known)))
            });
            let cells = columns.iter().map(|column| cell::plain(&show, column, line.get(&column.key))).collect();
            let id = id.to_string();
            let chosen = ticked.is_empty() || ticked.contains(&id.as_str());
            taking.lines.push(TakingLine { id, cells, chosen, quantity });
        }
        Ok(taking)
    }

    /// Takes the ticked lines over.
    ///
    /// # Errors
    /// `NotFound` for a source that the form does not have; the database failed.
    pub async fn take(&self, posted: &mut Posted, form: &FormBody, place: &str) -> Result<()> {
        let (field, source, table) = self.source(place)?;
        let Some(chosen) = self.chosen(form, source).await? else { return Ok(()) };
        let lines = table.field(&source.lines).ok_or(Error::NotFound)?;
        let ticked: Vec<i64> = form.all(LINE).filter_map(|id| id.parse().ok()).collect();
        let head = &chosen.record.document;
        for line in head.lines_of(&lines.key).iter().filter(|line| line.id.is_some_and(|id| ticked.contains(&id))) {
            let row = self.free_row(posted, &field.key);
            self.begin_line(&mut posted.document, &field.key, row)?;
            let mut links = Vec::new();
            let mut values: Vec<(&String, Value)> = Vec::new();
            for (into, from) in &source.map {
                if self.access.get(&format!("{}.{into}", field.key)) != Some(&Access::Write) {
                    continue;
                }
                let value = match (from.as_str(), from.strip_prefix("record.")) {
                    ("@record", _) => Value::Integer(chosen.record.id.0),
                    ("@line", _) => line.id.map(Value::Integer).unwrap_or_default(),
                    (_, Some(key)) if chosen.reads(key) => head.get(key).clone(),
                    (key, None) if chosen.reads(&format!("{}.{key}", lines.key)) => line.get(key).clone(),
                    _ => Value::Unset,
                };
                let typed = line.id.and_then(|id| form.get(&format!("{QUANTITY}{id}")));
                let value = match (source.quantity.as_ref() == Some(into), typed, field.column(into)) {
                    (true, Some(typed), Some(column)) => column.read_text(typed).unwrap_or(value),
                    _ => value,
                };
                if field.column(into).is_some_and(|column| column.kind.is_link()) {
                    links.push(format!("{}.{row}.{into}", field.key));
                }
                values.push((into, value));
            }
            let put = |document: &mut Document| {
                if let Some(line) = document.lines.get_mut(&field.key).and_then(|rows| rows.get_mut(row)) {
                    line.values.extend(values.iter().map(|(key, value)| ((*key).clone(), value.clone())));
                }
            };
            // What the links bring along gives way to what the document says.
            put(&mut posted.document);
            forms::fill_in(&self.reader, &self.rights, self.which(), &self.access, &mut posted.document, &links)
                .await?;
            put(&mut posted.document);
        }
        for (into, from) in &source.record {
            let open = self.access.get(into) == Some(&Access::Write) && posted.document.get(into).is_unset();
            let value = match from.as_str() {
                "@record" => Value::Integer(chosen.record.id.0),
                key if chosen.reads(key) => head.get(key).clone(),
                _ => Value::Unset,
            };
            if open {
                posted.document.values.insert(into.clone(), value);
            }
        }
        Ok(())
    }

    /// The first line in which nothing was filled in besides what it began with, else the one after the last.
    pub fn free_row(&self, posted: &Posted, lines: &str) -> usize {
        let rows = posted.document.lines_of(lines);
        let face = self.live.face(&self.caller.call.actor.locale);
        let item = face.form(self.which()).ok().and_then(|(form, _)| form.item(lines));
        let begins = |key: &str| {
            let by_form = item.is_some_and(|item| {
                item.columns.iter().any(|shown| shown.field.as_deref() == Some(key) && shown.default.is_some())
            });
            let column = self.table.field(lines).and_then(|field| field.column(key));
            by_form || column.is_some_and(|column| column.default.is_some() || column.read_only)
        };
        let used = |row: usize, line: &Line| {
            let typed = format!("{lines}.{row}.");
            line.id.is_some()
                || posted.raw.keys().any(|name| name.starts_with(&typed))
                || line
                    .values
                    .iter()
                    .any(|(key, value)| !begins(key) && !matches!(value, Value::Unset | Value::Bool(false)))
        };
        rows.iter().enumerate().position(|(row, line)| !used(row, line)).unwrap_or(rows.len())
    }
}
