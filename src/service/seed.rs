//! Data that travels with an app: CSV with field keys as headers, links by unique value, members by login.
//!
//! Master data is stored by the app itself, inside the import. Sample documents (`@key`, `@as`, `@submit`, `@approve`,
//! `@by`) go through the same use cases as a person's, so that what the sample company shows really happened.

use super::{
    Answer, Call, Error, LiveApp, Service,
    context::Circumstances,
    decide_task::{Decide, Decision},
    numbering,
    represent::{DEPARTMENTS, PEOPLE, target_of},
    save_record::{Create, blank},
};
use crate::{
    access::Permit,
    base::{
        id::{TaskId, UserId},
        time::Timestamp,
        value::{Document, Line, Value},
    },
    definition::{
        app::{App, KEY_COLUMN, PARENT_COLUMN},
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    rules::Mode,
    store::{
        Tx, departments, flows, people,
        records::{self, NewRecord},
    },
};
use indexmap::IndexMap;
use jiff::{Span, civil::Date};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Who files a sample document; files with this column are documents, not master data.
const FILED_BY: &str = "@as";

type Row = IndexMap<String, String>;

fn broken(file: &str, what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("{file}.csv: {what}"))
}

fn rows_of(file: &str, text: &str) -> Result<Vec<Row>, Error> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers: Vec<String> =
        reader.headers().map_err(|error| broken(file, error))?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(file, error))?;
        rows.push(headers.iter().cloned().zip(record.iter().map(str::to_owned)).collect());
    }
    Ok(rows)
}

fn is_documents(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .lines()
        .next()
        .is_some_and(|head| head.split(',').any(|name| name.trim() == FILED_BY))
}

/// The tables in an order in which links point backwards, as far as that can be.
fn in_link_order(app: &App) -> Vec<&Table> {
    let mut ordered: Vec<&Table> = Vec::new();
    let mut left: Vec<&Table> = app.tables.values().collect();
    while !left.is_empty() {
        let ready = |table: &&Table| {
            let fields = table.fields.values().flat_map(|field| std::iter::once(field).chain(field.columns.values()));
            let mut targets = fields.filter(|field| field.kind.is_link()).filter_map(|field| field.target.as_deref());
            targets.all(|target| target == table.key || ordered.iter().any(|done| done.key == target))
        };
        let next = left.iter().position(ready).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

/// Rows that are read and stored at a time: what they name is looked up for all of them at once.
const AT_ONCE: usize = 500;

/// Stores the master data of some CSV files; answers how many rows. A record of a table with a flow becomes a draft.
///
/// # Errors
/// A cell that does not fit its field, with file, row and column.
pub async fn master_data(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    files: &IndexMap<String, String>,
) -> Result<usize, Error> {
    let mut count = 0;
    for table in in_link_order(live.app()) {
        let Some(text) = files.get(&table.key).filter(|text| !is_documents(text)) else { continue };
        let mut lines = Vec::new();
        for field in table.lines() {
            let name = format!("{}.{}", table.key, field.key);
            let Some(text) = files.get(&name) else { continue };
            let mut of: HashMap<String, Vec<(usize, Row)>> = HashMap::new();
            for (index, row) in rows_of(&name, text)?.into_iter().enumerate() {
                of.entry(row.get(PARENT_COLUMN).cloned().unwrap_or_default()).or_default().push((index, row));
            }
            lines.push((field, name, of));
        }
        let rows = rows_of(&table.key, text)?;
        for (chunk, rows) in rows.chunks(AT_ONCE).enumerate() {
            let own: Vec<&str> = rows.iter().filter_map(|row| row.get(KEY_COLUMN)).map(String::as_str).collect();
            let mut named: Vec<(Option<&Field>, &String)> = Vec::new();
            for row in rows {
                named.extend(cells(row).map(|(column, cell)| (table.field(column), cell)));
            }
            for (field, _, of) in &lines {
                for (_, row) in own.iter().filter_map(|key| of.get(*key)).flatten() {
                    named.extend(cells(row).map(|(column, cell)| (field.column(column), cell)));
                }
            }
            let lookup = Lookup::load(tx, live, named).await?;
            for (index, row) in rows.iter().enumerate() {
                let mut document = blank(table);
                for (column, cell) in cells(row) {
                    let place = (table.key.as_str(), chunk * AT_ONCE + index, column.as_str());
                    let value = lookup.value(table.field(column), cell, place, call.today())?;
                    document.values.insert(column.clone(), value);
                }
                for (field, name, of) in &lines {
                    let mine = row.get(KEY_COLUMN).and_then(|key| of.get(key)).map(Vec::as_slice).unwrap_or_default();
                    for (index, row) in mine {
                        let mut line = Line::default();
                        for (column, cell) in cells(row) {
                            let place = (name.as_str(), *index, column.as_str());
                            let value = lookup.value(field.column(column), cell, place, call.today())?;
                            line.values.insert(column.clone(), value);
                        }
                        document.lines.entry(field.key.clone()).or_default().push(line);
                    }
                }
                store(tx, call, live, table, document).await?;
                count += 1;
            }
        }
    }
    Ok(count)
}

/// The cells of a row that hold something, with their columns.
fn cells(row: &Row) -> impl Iterator<Item = (&String, &String)> {
    row.iter().filter(|(column, cell)| !column.starts_with('@') && !cell.is_empty())
}

async fn store(tx: &Tx, call: &Call, live: &LiveApp, table: &Table, mut document: Document) -> Result<(), Error> {
    let rules = live.face(&call.actor.locale).tables.get(&table.key).ok_or(Error::NotFound)?;
    let mut around = Circumstances::new(call, live);
    let mut errors = rules.apply_defaults(&mut document, around.context());
    around.load(tx, table, &document, &rules.link_hops()).await?;
    errors.extend(rules.recompute(&mut document, around.context()));
    let has_flow = live.app().submit_flow(&table.key).is_some();
    let mode = if has_flow { Mode::Draft } else { Mode::Submit };
    errors.extend(crate::rules::validate(table, None, &document, mode));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors.into_iter().map(|error| error.under(&format!("/{}", table.key))).collect()));
    }
    if !has_flow {
        numbering::take(tx, call, live, table, &mut document).await?;
    }
    let permit = Permit::as_app(live.key(), &table.key, Action::Create);
    let new = NewRecord {
        document: &document,
        state: has_flow.then_some("draft"),
        owner: Some(call.actor.user),
        department: None,
        by: Some(call.actor.user),
        now: call.now,
    };
    records::insert(tx, &live.schema, &permit, new).await?;
    Ok(())
}

/// Rows and people that cells name.
struct Lookup {
    links: HashMap<String, HashMap<String, i64>>,
    people: HashMap<String, i64>,
    departments: HashMap<String, i64>,
}

impl Lookup {
    async fn load(tx: &Tx, live: &LiveApp, cells: Vec<(Option<&Field>, &String)>) -> Result<Self, Error> {
        let mut links: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (field, cell) in cells {
            if let Some(target) = field.filter(|field| field.kind.is_link()).and_then(|field| field.target.clone()) {
                links.entry(target).or_default().extend(cell.split('|').map(|part| part.trim().to_owned()));
            }
        }
        let mut found = HashMap::new();
        for (target, keys) in links {
            let permit = Permit::as_app(live.key(), &target, Action::View);
            let ids = records::natural_ids(tx, &live.schema, &permit, &keys).await?;
            found.insert(target, ids.into_iter().map(|(key, id)| (key, id.0)).collect());
        }
        let people = people::active_users(tx).await?.into_iter().map(|user| (user.login_folded, user.id)).collect();
        let departments = departments::list(tx).await?.into_iter().map(|place| (place.name, place.id)).collect();
        Ok(Self { links: found, people, departments })
    }

    /// The value of a cell; `place` is its file, row from 0 and column.
    fn value(
        &self,
        field: Option<&Field>,
        cell: &str,
        (file, row, column): (&str, usize, &str),
        today: Date,
    ) -> Result<Value, Error> {
        let place = format!("row {}, column {column}", row + 2);
        let field = field.ok_or_else(|| broken(file, format!("{place}: no such field")))?;
        let value = self.read(field, cell, today);
        let value = value.ok_or_else(|| broken(file, format!("{place}: \"{cell}\" does not fit")))?;
        field.check(&value).map_err(|error| broken(file, format!("{place}: \"{cell}\": {}", error.code)))?;
        Ok(value)
    }

    fn read(&self, field: &Field, cell: &str, today: Date) -> Option<Value> {
        if let Some(target) = target_of(field) {
            let one = |part: &str| match target {
                // Sample people exist only in the sample company; elsewhere the cell stays empty.
                PEOPLE => self.people.get(&people::fold_login(part)).copied(),
                DEPARTMENTS => self.departments.get(part.trim()).copied(),
                target => self.links.get(target)?.get(part.trim()).copied(),
            };
            if field.kind.is_several() {
                let ids: Vec<Value> = cell.split('|').filter_map(one).map(Value::Integer).collect();
                return Some(if ids.is_empty() { Value::Unset } else { Value::List(ids) });
            }
            return match one(cell) {
                Some(id) => Some(Value::Integer(id)),
                None if !field.kind.is_link() => Some(Value::Unset),
                None => None,
            };
        }
        if let Some(day) = relative_day(cell, today) {
            return Some(Value::Date(day));
        }
        field.read_text(cell).ok()
    }
}

/// `@today` and `@today-12`.
fn relative_day(cell: &str, today: Date) -> Option<Date> {
    let rest = cell.strip_prefix("@today")?;
    let days: i64 = if rest.is_empty() { 0 } else { rest.parse().ok()? };
    Some(today.saturating_add(Span::new().days(days)))
}

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Between two sample documents of one day.
const BETWEEN: i64 = 7 * 60 * 1000;

impl Service {
    /// Files, submits and approves the sample documents of an app in the order of their dates, as the people they name;
    /// answers how many.
    ///
    /// # Errors
    /// A document that does not go through: the sample contradicts the app.
    pub async fn seed_documents(&self, call: &Call, live: &Arc<LiveApp>) -> Result<usize, Error> {
        let mut samples = Vec::new();
        for table in in_link_order(live.app()) {
            samples.extend(samples_of(call, live.app(), table)?);
        }
        // The sort is stable: documents of one day keep the order of their files.
        samples.sort_by_key(|sample| sample.day);
        let mut previous = None;
        for sample in &samples {
            // Later than the one before, so that what happened can be read off the times.
            let at = previous.map_or(sample.at, |before: Timestamp| sample.at.max(before.plus(BETWEEN)));
            previous = Some(at);
            let filed = self.seed_document(live, sample, at).await;
            filed.map_err(|error| broken(&sample.table, format!("row {}: {error}: {error:?}", sample.row)))?;
        }
        Ok(samples.len())
    }

    async fn seed_document(&self, live: &Arc<LiveApp>, sample: &SampleDocument, at: Timestamp) -> Result<(), Error> {
        let create = Create {
            live: live.clone(),
            table: sample.table.clone(),
            values: sample.values.clone(),
            submit: sample.submit,
        };
        let Answer { body, .. } = self.create_record(self.call_as(&sample.filed_by, at).await?, create).await?;
        let Some(by) = &sample.approved_by else { return Ok(()) };
        let case = body["case"]["id"].as_i64().unwrap_or(0);
        let approver = self.call_as(by, at.plus(BETWEEN / 2)).await?;
        let open = flows::tasks_of(&self.store.reader(), &[case]).await?;
        let mine = open.into_iter().find(|task| task.state == "open" && task.user_id == approver.actor.user.0);
        let task = mine.ok_or_else(|| Error::malformed(format!("\"{by}\" has no task to approve")))?;
        let decide = Decide {
            live: live.clone(),
            task: TaskId(task.id),
            decision: Decision::Approve,
            comment: None,
            values: None,
        };
        self.decide(approver, decide).await.map(|_| ())
    }

    /// A command of the person with this login, at that moment.
    pub(super) async fn call_as(&self, login: &str, now: Timestamp) -> Result<Call, Error> {
        let reader = self.store.reader();
        let user = people::user_by_login(&reader, login).await?;
        let user = user.ok_or_else(|| Error::malformed(format!("there is nobody with the login \"{login}\"")))?;
        let person = self.person(&reader, UserId(user.id)).await?;
        Ok(person.ok_or(Error::NotFound)?.call(now))
    }
}

/// A sample document, read.
struct SampleDocument {
    table: String,
    /// The row of its file, as a spreadsheet counts.
    row: usize,
    day: Date,
    at: Timestamp,
    values: Json,
    filed_by: String,
    submit: bool,
    approved_by: Option<String>,
}

/// The sample documents of a table with their lines.
fn samples_of(call: &Call, app: &App, table: &Table) -> Result<Vec<SampleDocument>, Error> {
    let Some(text) = app.demo.get(&table.key).filter(|text| is_documents(text)) else { return Ok(Vec::new()) };
    let today = call.today();
    let mut lines: HashMap<&str, Vec<Row>> = HashMap::new();
    for field in table.lines() {
        let name = format!("{}.{}", table.key, field.key);
        if let Some(text) = app.demo.get(&name) {
            lines.insert(&field.key, rows_of(&name, text)?);
        }
    }
    let mut samples = Vec::new();
    for (index, row) in rows_of(&table.key, text)?.iter().enumerate() {
        let mut values = api_values(table, row, today);
        for field in table.lines() {
            let Some(rows) = lines.get(field.key.as_str()) else { continue };
            let mine = rows.iter().filter(|line| line.get(PARENT_COLUMN) == row.get(KEY_COLUMN));
            let list: Vec<Json> = mine.map(|line| Json::Object(column_values(field, line, today))).collect();
            values.insert(field.key.clone(), list.into());
        }
        let flag = |name: &str| row.get(name).is_some_and(|cell| cell == "true");
        let day = day_of(table, row, today);
        samples.push(SampleDocument {
            table: table.key.clone(),
            row: index + 2,
            day,
            at: filed_at(call, day),
            values: values.into(),
            filed_by: row.get(FILED_BY).cloned().unwrap_or_default(),
            submit: flag("@submit"),
            approved_by: row.get("@by").filter(|_| flag("@approve")).cloned(),
        });
    }
    Ok(samples)
}

/// The first day that a sample document names.
fn day_of(table: &Table, row: &Row, today: Date) -> Date {
    let dates = table.scalars().filter(|field| field.kind == Kind::Date);
    dates.filter_map(|field| relative_day(row.get(&field.key)?, today)).next().unwrap_or(today)
}

/// When a sample document was filed: at nine in the morning of its day, but some hours before now.
fn filed_at(call: &Call, day: Date) -> Timestamp {
    let nine = day.at(9, 0, 0, 0).to_zoned(call.zone.clone());
    let nine = nine.map_or(call.now, |zoned| Timestamp(zoned.timestamp().as_millisecond()));
    nine.min(call.now.plus(-DAY / 6))
}

fn api_values(table: &Table, row: &Row, today: Date) -> Map<String, Json> {
    let mut values = Map::new();
    for (column, cell) in row.iter().filter(|(column, cell)| !column.starts_with('@') && !cell.is_empty()) {
        if let Some(field) = table.field(column) {
            values.insert(column.clone(), api_value(field, cell, today));
        }
    }
    values
}

fn column_values(field: &Field, row: &Row, today: Date) -> Map<String, Json> {
    let mut values = Map::new();
    for (column, cell) in row.iter().filter(|(column, cell)| !column.starts_with('@') && !cell.is_empty()) {
        if let Some(column_field) = field.column(column) {
            values.insert(column.clone(), api_value(column_field, cell, today));
        }
    }
    values
}

/// A cell as the API takes it.
fn api_value(field: &Field, cell: &str, today: Date) -> Json {
    if field.kind.is_identity() {
        let by = super::input::named_by(field);
        let one = |part: &str| json!({by: part.trim()});
        return if field.kind.is_several() { cell.split('|').map(one).collect() } else { one(cell) };
    }
    if let Some(day) = relative_day(cell, today) {
        return day.to_string().into();
    }
    field.read_text(cell).map_or_else(|_| cell.into(), |value| field.write(&value))
}
