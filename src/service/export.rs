//! Export: the rows of a list as a spreadsheet, as far as the person sees them and may take them away.

mod sink;

use super::{
    Call, Error, LiveApp, Service, audit,
    import::{cells, lookup, on_table, plan::fits_a_cell},
    jobs::{Rest, Stop},
    permits::Rights,
    records::{COUNTED, ListRequest, list_for},
    represent::{self, DEPARTMENTS, Labels, PEOPLE},
};
use crate::{
    access::Visibility,
    base::{
        error::FieldError,
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    document::{Cell, Kind as Holds, csv, write},
    store::{
        Connection, job_files,
        jobs::{self as stored_jobs, Job},
        records,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sink::{Kept, Sink};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Rows of an export where no role says less.
pub const MOST_ROWS: u64 = 1_000_000;
/// Rows that are answered at once; more become a job.
pub const AT_ONCE: u64 = 2_000;
/// Rows read at a time.
const PAGE: u64 = 500;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What to export: a list as the reader narrowed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Export {
    pub table: String,
    pub format: Format,
    #[serde(default)]
    pub view: Option<String>,
    #[serde(default)]
    pub filter: Option<Json>,
    #[serde(default)]
    pub search: Option<String>,
    #[serde(default)]
    pub sort: Option<String>,
    /// Only these fields, in this order; a lines field stands for its columns.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
}

/// A finished file, or the job that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    File { name: String, bytes: Vec<u8> },
    Job(i64),
}

impl Export {
    fn request(&self, cursor: Option<String>, count: bool) -> ListRequest {
        ListRequest {
            view: self.view.clone(),
            filter: self.filter.clone(),
            search: self.search.clone(),
            sort: self.sort.clone(),
            limit: Some(PAGE),
            cursor,
            hops: Vec::new(),
            count: count.then_some(COUNTED),
        }
    }
}

/// The most rows that the person may take away at once: the most generous of the roles that let them export.
pub(super) fn most_rows(rights: &Rights<'_>, table: &str) -> u64 {
    if rights.actor.is_main_administrator {
        return MOST_ROWS;
    }
    let roles = &rights.live.app().roles;
    let letting =
        rights.actor.roles_in(rights.live.key()).filter_map(|key| roles.get(key)).filter(|role| {
            role.grants.iter().any(|grant| grant.table == table && grant.actions.contains(&Action::Export))
        });
    letting.map(|role| role.limits.export_rows.unwrap_or(MOST_ROWS)).max().unwrap_or(0).min(MOST_ROWS)
}

/// A column of the file.
struct Column<'a> {
    title: String,
    field: &'a Field,
    /// The lines field it belongs to.
    lines: Option<&'a Field>,
}

impl Column<'_> {
    fn head(&self) -> write::Head {
        head(self.title.clone(), self.field)
    }
}

/// The head of a column that holds the values of a field.
pub(super) fn head(title: String, field: &Field) -> write::Head {
    let format = match field.kind {
        Kind::Money => Some(format!("#,##0.{}", "0".repeat(field.scale as usize))),
        _ => None,
    };
    write::Head { title, required: false, format, options: Vec::new() }
}

fn columns<'a>(
    table: &'a Table,
    wanted: Option<&[String]>,
    shown: &dyn Fn(&str) -> bool,
) -> Result<Vec<Column<'a>>, Error> {
    let of_field = |field: &'a Field| -> Vec<Column<'a>> {
        if field.kind == Kind::Lines {
            let columns = field.columns.values().filter(|column| fits_a_cell(column));
            let shown = columns.filter(|column| shown(&format!("{}.{}", field.key, column.key)));
            let title = |column: &Field| format!("{}.{}", field.title, column.title);
            return shown.map(|column| Column { title: title(column), field: column, lines: Some(field) }).collect();
        }
        if fits_a_cell(field) { vec![Column { title: field.title.clone(), field, lines: None }] } else { Vec::new() }
    };
    let Some(wanted) = wanted else {
        return Ok(table.fields.values().filter(|field| shown(&field.key)).flat_map(of_field).collect());
    };
    let mut columns = Vec::new();
    for name in wanted {
        let unknown = || Error::Invalid(vec![FieldError::new("/fields", "unknown_field").with("field", name)]);
        let field = table.field_at(name).filter(|_| shown(name)).ok_or_else(unknown)?;
        match name.split_once('.') {
            Some((lines, _)) => {
                let lines = table.field(lines).filter(|lines| shown(&lines.key)).ok_or_else(unknown)?;
                let title = format!("{}.{}", lines.title, field.title);
                columns.push(Column { title, field, lines: Some(lines) });
            }
            None => columns.extend(of_field(field)),
        }
    }
    Ok(columns)
}

/// The file while it is written.
pub(super) enum Writer {
    Csv(Box<csv::Writer>),
    Xlsx(Box<write::Writer>),
}

impl Writer {
    pub(super) fn new(format: Format, name: &str, heads: &[write::Head]) -> Result<Self, Error> {
        let made = match format {
            Format::Csv => {
                let mut writer = csv::Writer::default();
                let titles: Vec<Cell> = heads.iter().map(|head| Cell::new(Holds::Text, head.title.clone())).collect();
                writer.row(&titles).map(|()| Self::Csv(Box::new(writer)))
            }
            Format::Xlsx => write::Writer::new(name, heads).map(|writer| Self::Xlsx(Box::new(writer))),
        };
        made.map_err(|problem| super::import::refused(&problem))
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), Error> {
        match self {
            Self::Csv(writer) => writer.row(cells),
            Self::Xlsx(writer) => writer.row(cells),
        }
        .map_err(|problem| super::import::refused(&problem))
    }

    /// What need not be held any longer.
    fn take(&mut self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(writer) => writer.take().map_err(|problem| super::import::refused(&problem)),
            Self::Xlsx(_) => Ok(Vec::new()),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(writer) => writer.finish(),
            Self::Xlsx(writer) => writer.finish(),
        }
        .map_err(|problem| super::import::refused(&problem))
    }
}

/// Names of links, people and departments on one page.
pub(super) struct Names(pub(super) Labels);

impl Names {
    pub(super) fn cell(&self, field: &Field, value: &Value, call: &Call) -> Cell {
        if !field.kind.is_identity() {
            return cells::write(field, value, &call.zone);
        }
        let ids: Vec<i64> = match value {
            Value::Integer(id) => vec![*id],
            Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
            _ => Vec::new(),
        };
        let names: Vec<String> = ids.into_iter().filter_map(|id| self.0.of(field, id).map(str::to_owned)).collect();
        let text = if lookup::is_several(field) { lookup::join(&names) } else { names.concat() };
        Cell::new(Holds::Text, text)
    }
}

async fn names<'d>(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    documents: impl Iterator<Item = &'d Document>,
) -> Result<Names, Error> {
    let mut labels = represent::labels(conn, rights, table, documents, std::iter::empty()).await?;
    // People and departments are named so that the name stands for nobody else.
    if let Some(people) = labels.0.get_mut(PEOPLE) {
        let ids: BTreeSet<i64> = people.keys().copied().collect();
        people.extend(lookup::names_of_people(conn, &ids).await?);
    }
    if let Some(departments) = labels.0.get_mut(DEPARTMENTS) {
        departments.extend(lookup::names_of_departments(conn).await?);
    }
    Ok(Names(labels))
}

/// The rows of one record: its own fields in the first, a line in each.
fn rows_of(document: &Document, columns: &[Column<'_>], names: &Names, call: &Call) -> Vec<Vec<Cell>> {
    let lines: BTreeMap<&str, &Field> =
        columns.iter().filter_map(|column| column.lines).map(|lines| (lines.key.as_str(), lines)).collect();
    let height = lines.keys().map(|key| document.lines_of(key).len()).max().unwrap_or(0).max(1);
    (0..height)
        .map(|row| {
            let cell = |column: &Column<'_>| match column.lines {
                Some(lines) => document
                    .lines_of(&lines.key)
                    .get(row)
                    .map_or_else(Cell::default, |line| names.cell(column.field, line.get(&column.field.key), call)),
                None if row == 0 => names.cell(column.field, document.get(&column.field.key), call),
                None => Cell::default(),
            };
            columns.iter().map(cell).collect()
        })
        .collect()
}

impl Service {
    /// Exports at once what is short, and queues a job for what is not.
    ///
    /// # Errors
    /// `NotFound`, `forbidden`, `too_many_rows` past what the person's roles let them take away; filters that do not fit.
    pub async fn export(&self, call: &Call, live: &Arc<LiveApp>, export: &Export) -> Result<Exported, Error> {
        let reader = self.store.reader();
        let rights = Rights::load(&reader, call, live).await?;
        let request = export.request(None, true);
        let (listed, _) = list_for(&reader, call, live, &export.table, &request, (Action::Export, PAGE)).await?;
        let most = most_rows(&rights, &export.table);
        let count = listed.count.unwrap_or(0);
        if count > most {
            return Err(too_many(most));
        }
        if count <= AT_ONCE {
            let (name, mut bytes) = (file_name(call, live, export)?, Vec::new());
            self.write_export(call, live, export, &mut Sink::Memory(&mut bytes)).await?;
            return Ok(Exported::File { name, bytes });
        }
        let new = stored_jobs::New {
            kind: "export".into(),
            user: call.actor.user,
            app: Some(live.id),
            input: json!(export).to_string(),
        };
        let now = call.now;
        let job = self
            .store
            .transaction(move |tx| {
                let new = new.clone();
                Box::pin(async move { Ok::<_, Error>(stored_jobs::insert(tx, &new, now).await?) })
            })
            .await?;
        self.wake_workers();
        Ok(Exported::Job(job))
    }

    /// Writes the file page by page.
    async fn write_export(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        export: &Export,
        sink: &mut Sink<'_, '_>,
    ) -> Result<(), Error> {
        let reader = self.store.reader();
        let table = live.table(&call.actor.locale, &export.table)?;
        let rights = Rights::load(&reader, call, live).await?;
        let permit = rights.permit(&export.table, Action::Export)?;
        let shown = |path: &str| permit.visibility(path) != Visibility::Never;
        let columns = columns(table, export.fields.as_deref(), &shown)?;
        let most = most_rows(&rights, &export.table);
        let heads: Vec<write::Head> = columns.iter().map(Column::head).collect();
        let mut writer = Writer::new(export.format, &table.title, &heads)?;
        let (mut cursor, mut done, mut total) = (None, 0_u64, None);
        loop {
            let request = export.request(cursor, total.is_none());
            let (mut listed, _) =
                list_for(&reader, call, live, &export.table, &request, (Action::Export, PAGE)).await?;
            total = total.or(listed.count);
            if table.lines().next().is_some() {
                records::with_lines(&reader, &live.schema, &listed.permit, &mut listed.records).await?;
            }
            let names = names(&reader, &rights, table, listed.records.iter().map(|record| &record.document)).await?;
            for record in &listed.records {
                for row in rows_of(&record.document, &columns, &names, call) {
                    writer.row(&row)?;
                }
            }
            done += listed.records.len() as u64;
            if done > most {
                return Err(too_many(most));
            }
            cursor = listed.next;
            let all = done.max(total.unwrap_or(0));
            sink.put(self, writer.take()?, (done, all), cursor.is_none()).await?;
            if cursor.is_none() {
                break;
            }
        }
        let bytes = tokio::task::spawn_blocking(move || writer.finish())
            .await
            .map_err(|error| Error::internal(error.to_string()))??;
        sink.finish(self, bytes).await?;
        let what = json!({
            "rows": done, "format": export.format, "view": export.view, "filter": export.filter, "q": export.search,
            "fields": export.fields,
        });
        let (call_, live_, key) = (call.clone(), live.clone(), export.table.clone());
        self.store
            .transaction(move |tx| {
                let (call, live, key, what) = (call_.clone(), live_.clone(), key.clone(), what.clone());
                Box::pin(async move { audit::act(tx, &call, "record.export", on_table(&live, &key), what).await })
            })
            .await?;
        Ok(())
    }
}

fn file_name(call: &Call, live: &LiveApp, export: &Export) -> Result<String, Error> {
    let table = live.table(&call.actor.locale, &export.table)?;
    Ok(format!("{}-{}.{}", table.title, call.today(), export.format.extension()))
}

pub(super) fn too_many(most: u64) -> Error {
    Error::conflict("export_too_many").with("maximum", most)
}

/// How a job that is stopped leaves the loop.
const CANCELLED: &str = "job_cancelled";
const INTERRUPTED: &str = "job_interrupted";

/// Does an export's job.
pub(super) async fn perform(service: &Service, job: &Arc<Job>, call: Call, stop: &Stop) -> Result<Rest, Error> {
    let export: Export = serde_json::from_str(&job.input).map_err(|error| Error::internal(error.to_string()))?;
    let live = service.app_of_job(job).await?;
    let name = file_name(&call, &live, &export)?;
    let mut kept =
        Kept { job, stop, user: call.actor.user, name: &name, file: None, waiting: Vec::new(), size: 0, count: 0 };
    let written = service.write_export(&call, &live, &export, &mut Sink::Job(&mut kept)).await;
    if let (Err(_), Some(file)) = (&written, kept.file) {
        let gone = service.store.transaction(move |tx| Box::pin(job_files::remove(tx, file)));
        gone.await?;
    }
    match written {
        Err(Error::Conflict { code, .. }) if code == CANCELLED => return Ok(Rest::Cancelled(json!({}))),
        Err(Error::Conflict { code, .. }) if code == INTERRUPTED => return Ok(Rest::Interrupted),
        other => other?,
    }
    Ok(Rest::Done(json!({"file": kept.file, "name": name, "size": kept.size})))
}
