//! Cells that are pasted and codes that are scanned, on their way into the document.

use super::{
    posted::Posted,
    sheet::{Found, Pasting, cells},
    standing::Standings,
    subject::Subject,
};
use crate::{
    base::value::Value,
    definition::{
        field::{Field, Kind},
        form::Scan,
    },
    i18n::{Arg, Texts},
    rules::option_filter::{self, Around},
    service::{
        Error,
        codes::{self, Named},
        forms,
    },
    store::people,
    web::Result,
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// No document has more lines.
const MOST_ROWS: usize = 1_000;

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The field shows this now.
    Taken(String),
    /// A line was added for it.
    Added(String),
    /// The line that has it counts this now.
    Counted(String, String),
    Unknown(String),
    Ambiguous(String),
}

impl Scanned {
    /// The words, and whether it went well.
    pub fn say(&self, texts: Texts) -> (String, bool) {
        let one = |key: &str, name: &str| texts.with(key, &[("name", Arg::Text(name))]);
        match self {
            Self::Taken(name) => (one("scan-taken", name), true),
            Self::Added(name) => (one("scan-added", name), true),
            Self::Counted(name, count) => {
                (texts.with("scan-counted", &[("name", Arg::Text(name)), ("count", Arg::Text(count))]), true)
            }
            Self::Unknown(code) => (one("scan-unknown", code), false),
            Self::Ambiguous(code) => (one("scan-ambiguous", code), false),
        }
    }
}

impl Subject<'_> {
    /// Puts cells of a spreadsheet into a grid, starting at a row and column; lines are added as they are needed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn paste(&self, posted: &mut Posted, lines: &str, row: usize, column: &str, text: &str) -> Result<()> {
        let Some(field) = self.table.field(lines).filter(|field| field.kind == Kind::Lines) else { return Ok(()) };
        let mut cells = cells(text);
        cells.truncate(MOST_ROWS.saturating_sub(row));
        if cells.is_empty() {
            return Ok(());
        }
        for index in posted.document.lines_of(lines).len()..row + cells.len() {
            self.begin_line(&mut posted.document, lines, index)?;
        }
        let columns = {
            let working = self.evaluate(posted.document.clone(), None).await?;
            let standings = Standings::of(&working);
            let item = working.form.item(lines);
            let shown: Vec<&str> = match item.filter(|item| !item.columns.is_empty()) {
                Some(item) => item.columns.iter().filter_map(|column| column.field.as_deref()).collect(),
                None => field.columns.keys().map(String::as_str).collect(),
            };
            let visible = shown.into_iter().filter(|key| working.state.column_visible(lines, key));
            let from_here = visible.skip_while(|key| *key != column);
            let columns = from_here.filter_map(|key| field.column(key));
            // A cell that is closed in the first line is closed; the rest is judged when the form is stored.
            columns.map(|column| (column, standings.cell(lines, row, &column.key).writable())).collect()
        };
        let pasting = Pasting { field, columns, row, cells };
        let mut found = Found::default();
        for (target, texts) in pasting.named() {
            let named = codes::find(&self.reader, &self.rights, &target, None, &texts).await?;
            found.links.insert(target, named);
        }
        if pasting.names_people() {
            let active = people::active_users(&self.reader).await?;
            let both = active.into_iter().flat_map(|user| [(user.name, user.id), (user.login, user.id)]);
            found.people = both.collect();
            found.people.sort();
            found.people.dedup();
        }
        debug_assert!(posted.document.lines_of(lines).len() >= pasting.rows());
        let links = pasting.put(posted, true, &found);
        forms::fill_in(&self.reader, &self.rights, self.which(), &self.access, &mut posted.document, &links).await?;
        pasting.put(posted, false, &found);
        Ok(())
    }

    /// Puts a scanned code into a field, or into a grid that takes codes. Nothing comes of one that is empty.
    ///
    /// # Errors
    /// `NotFound` for a field that takes none; the database failed.
    pub async fn scan(&self, posted: &mut Posted, place: &str, code: &str) -> Result<Option<Scanned>> {
        if code.is_empty() {
            return Ok(None);
        }
        let (form, _) = self.live.face(&self.caller.call.actor.locale).form(self.which())?;
        let grid = form.item(place).and_then(|item| match &item.scan {
            Some(Scan::Lines(scan)) => Some((item, scan)),
            _ => None,
        });
        let Some((item, scan)) = grid else { return self.scan_field(posted, place, code).await };
        let field = self.table.field(place).ok_or(Error::NotFound)?;
        let column = field.column(&scan.column).ok_or(Error::NotFound)?;
        let shown = item.columns.iter().find(|shown| shown.field.as_deref() == Some(scan.column.as_str()));
        let options = shown.and_then(|shown| shown.options.as_ref());
        let around = Around { table: self.table, document: &posted.document, line: None };
        let narrowed = options.and_then(|options| option_filter::with_values(options, around));
        let (value, label) = match self.read_code(column, narrowed.as_ref(), code).await? {
            Ok(read) => read,
            Err(refused) => return Ok(Some(refused)),
        };
        let rows = posted.document.lines_of(place);
        let known = rows.iter().position(|line| line.get(&scan.column) == &value);
        if let Some((increment, row)) = scan.increment.as_ref().zip(known) {
            let counted = rows[row].get(increment).as_decimal().unwrap_or_default() + Decimal::ONE;
            let shown = crate::base::decimal::to_plain(counted);
            let number = field.column(increment).and_then(|column| column.read_text(&shown).ok()).unwrap_or_default();
            if let Some(line) = posted.document.lines.get_mut(place).and_then(|rows| rows.get_mut(row)) {
                line.values.insert(increment.clone(), number);
            }
            posted.raw.remove(&format!("{place}.{row}.{increment}"));
            return Ok(Some(Scanned::Counted(label, shown)));
        }
        // A line to begin with that nobody has used yet is taken first.
        let row = self.free_row(posted, place);
        if row == rows.len() {
            self.begin_line(&mut posted.document, place, row)?;
        }
        let one = scan.increment.as_ref().and_then(|key| Some((key, field.column(key)?.read_text("1").ok()?)));
        if let Some(line) = posted.document.lines.get_mut(place).and_then(|rows| rows.get_mut(row)) {
            line.values.insert(scan.column.clone(), value);
            if let Some((key, one)) = one {
                line.values.insert(key.clone(), one);
            }
        }
        let name = format!("{place}.{row}.{}", scan.column);
        forms::fill_in(&self.reader, &self.rights, self.which(), &self.access, &mut posted.document, &[name]).await?;
        Ok(Some(Scanned::Added(label)))
    }

    async fn scan_field(&self, posted: &mut Posted, name: &str, code: &str) -> Result<Option<Scanned>> {
        let parts: Vec<&str> = name.split('.').collect();
        let (path, row) = match parts.as_slice() {
            [lines, row, column] => {
                (format!("{lines}.{column}"), row.parse::<usize>().ok().map(|row| (*lines, row, *column)))
            }
            _ => (name.to_owned(), None),
        };
        let field = self.table.field_at(&path).ok_or(Error::NotFound)?;
        if self.access.get(&path) != Some(&crate::service::Access::Write) || field.read_only {
            return Err(Error::NotFound.into());
        }
        let (value, label) = match self.read_code(field, None, code).await? {
            Ok(read) => read,
            Err(refused) => return Ok(Some(refused)),
        };
        posted.raw.remove(name);
        match row {
            None => {
                posted.document.values.insert(field.key.clone(), value);
            }
            Some((lines, row, column)) => {
                if let Some(line) = posted.document.lines.get_mut(lines).and_then(|rows| rows.get_mut(row)) {
                    line.values.insert(column.to_owned(), value);
                }
            }
        }
        let changed = [name.to_owned()];
        forms::fill_in(&self.reader, &self.rights, self.which(), &self.access, &mut posted.document, &changed).await?;
        Ok(Some(Scanned::Taken(label)))
    }

    /// The value that a code stands for in a field, with what it is called.
    async fn read_code(
        &self,
        field: &Field,
        narrowed: Option<&serde_json::Value>,
        code: &str,
    ) -> Result<std::result::Result<(Value, String), Scanned>> {
        let Some(target) = field.target.as_deref().filter(|_| field.kind == Kind::Link) else {
            return Ok(match field.read_text(code) {
                Ok(value) => Ok((value, code.to_owned())),
                Err(_) => Err(Scanned::Unknown(code.to_owned())),
            });
        };
        let texts = BTreeSet::from([code.to_owned()]);
        let found = codes::find(&self.reader, &self.rights, target, narrowed, &texts).await?;
        Ok(match found.get(code) {
            Some(Named::One { id, label }) => Ok((Value::Integer(*id), label.clone())),
            Some(Named::Several) => Err(Scanned::Ambiguous(code.to_owned())),
            None => Err(Scanned::Unknown(code.to_owned())),
        })
    }
}
