//! An app as a package, with data or without: written page by page, and without anything that is secret or means nothing elsewhere.

use super::{
    Call, Error, LiveApp, Service, audit,
    evolve::may_build,
    live::to_documents,
    records::{ListRequest, list_for},
};
use crate::{
    access::Permit,
    base::value::{Document, Line, Value},
    definition::{
        app::{KEY_COLUMN, PARENT_COLUMN},
        field::{Field, Kind},
        package::{Documents, EXPORT_NOTE, PEOPLE},
        role::Action,
        table::Table,
    },
    store::{
        Reader, apps as versions,
        evolve::filled,
        records::{self, Record},
    },
};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Rows read at a time.
const PAGE: u64 = 500;

/// Which rows go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// The definitions, with the data that the app started with.
    None,
    /// Rows of tables without an approval flow, as they are now.
    Seed,
    /// Documents too; elsewhere they begin as drafts.
    All,
}

impl Data {
    pub const EVERY: [Self; 3] = [Self::None, Self::Seed, Self::All];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Seed => "seed",
            Self::All => "all",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|data| data.as_str() == name)
    }
}

/// Something that does not go along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub table: String,
    /// A field, or a column of lines (`lines.item`); nothing for the whole table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// As people read it.
    pub title: String,
    /// `secret`, `sensitive`, `people`, `files`, `unnamed` (a link to rows that no value names), `required` (it cannot do without
    /// something that is left out), `ledger`.
    pub why: &'static str,
}

/// A table whose rows go along.
#[derive(Debug, Clone)]
pub struct Carried {
    pub table: String,
    pub title: String,
    pub rows: u64,
    fields: Vec<String>,
    /// Lines fields, each with its columns.
    lines: Vec<(String, Vec<String>)>,
}

/// What a package would hold.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    pub carried: Vec<Carried>,
    pub left_out: Vec<LeftOut>,
}

/// Why the values of a field stay; nothing where they go along.
fn stays(live: &LiveApp, field: &Field) -> Option<&'static str> {
    let named = |target: &str| live.app().tables.get(target).is_some_and(|table| table.natural_key().is_some());
    match field.kind {
        _ if field.sealed => Some("secret"),
        _ if field.sensitive => Some("sensitive"),
        kind if kind.is_member() || kind.is_department() => Some("people"),
        kind if kind.is_file() => Some("files"),
        kind if kind.is_link() && !field.target.as_deref().is_some_and(named) => Some("unnamed"),
        _ => None,
    }
}

/// Whether somebody fills it in: what is computed is computed again.
fn is_own(field: &Field) -> bool {
    field.formula.is_none() && !field.is_gathered() && field.stored_as().is_some() && field.kind != Kind::Lines
}

fn contents(live: &LiveApp, data: Data) -> Contents {
    let mut contents = Contents::default();
    if data == Data::None {
        return contents;
    }
    let app = live.app();
    for table in app.tables.values() {
        let mut leave = |field: Option<String>, title: String, why| {
            contents.left_out.push(LeftOut { table: table.key.clone(), field, title, why });
        };
        if live.is_engine_written(&table.key) || table.append_only {
            leave(None, table.title.clone(), "ledger");
            continue;
        }
        if app.submit_flow(&table.key).is_some() && data == Data::Seed {
            continue;
        }
        let mut blocked = false;
        let mut kept = |fields: &mut dyn Iterator<Item = &Field>, above: Option<&Field>| -> Vec<String> {
            let mut keys = Vec::new();
            for field in fields.filter(|field| is_own(field)) {
                let Some(why) = stays(live, field) else {
                    keys.push(field.key.clone());
                    continue;
                };
                let (path, title) = match above {
                    Some(above) => (
                        format!("{}.{}", above.key, field.key),
                        format!("{} · {} · {}", table.title, above.title, field.title),
                    ),
                    None => (field.key.clone(), format!("{} · {}", table.title, field.title)),
                };
                blocked |= field.required && field.default.is_none();
                leave(Some(path), title, why);
            }
            keys
        };
        let fields = kept(&mut table.scalars(), None);
        let lines: Vec<(String, Vec<String>)> =
            table.lines().map(|lines| (lines.key.clone(), kept(&mut lines.columns.values(), Some(lines)))).collect();
        if blocked {
            leave(None, table.title.clone(), "required");
            continue;
        }
        contents.carried.push(Carried { table: table.key.clone(), title: table.title.clone(), rows: 0, fields, lines });
    }
    contents
}

/// What the archive has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Vec<u8>>>);

impl Held {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An archive on its way to somebody.
struct Archive<W> {
    held: Held,
    writer: ZipWriter<zip::write::StreamWriter<Held>>,
    out: W,
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the package cannot be written: {error}"))
}

impl<W: AsyncWrite + Unpin> Archive<W> {
    fn new(out: W) -> Self {
        let held = Held::default();
        Self { writer: ZipWriter::new_stream(held.clone()), held, out }
    }

    fn begin(&mut self, path: &str) -> Result<(), Error> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.writer.start_file(path, options).map_err(broken)
    }

    async fn put(&mut self, text: &[u8]) -> Result<(), Error> {
        self.writer.write_all(text).map_err(broken)?;
        let bytes = self.held.take();
        self.out.write_all(&bytes).await.map_err(broken)
    }

    async fn finish(mut self) -> Result<(), Error> {
        self.writer.finish().map_err(broken)?;
        let bytes = self.held.take();
        self.out.write_all(&bytes).await.map_err(broken)?;
        self.out.shutdown().await.map_err(broken)
    }
}

fn row(cells: &[String]) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).map_err(broken)?;
    writer.into_inner().map_err(broken)
}

/// What rows are named by that the links of a page point at: by table and id.
type Names = HashMap<String, HashMap<i64, String>>;

impl Service {
    /// What a package would hold and what it would leave out, with the rows that there are.
    ///
    /// # Errors
    /// Who may not build; the database failed.
    pub async fn package_contents(&self, call: &Call, live: &LiveApp, data: Data) -> Result<Contents, Error> {
        may_build(call, live.key())?;
        let mut contents = contents(live, data);
        let reader = self.store.reader();
        for carried in &mut contents.carried {
            let (_, physical) = live.schema.table(&carried.table)?;
            carried.rows = filled(&reader, &physical.name, None, false).await?.0;
        }
        Ok(contents)
    }

    /// The definitions of an app as they go into a package.
    async fn definitions(&self, live: &LiveApp, data: Data) -> Result<Documents, Error> {
        let (_, stored) =
            versions::version(&self.store.reader(), live.id, live.version).await?.ok_or(Error::NotFound)?;
        let mut documents = to_documents(stored)?;
        let gone: Vec<String> = documents
            .iter()
            .map(|(path, _)| path)
            // The people of the demo stay: scenarios play with them.
            .filter(|path| {
                path.starts_with("demo/") && *path != PEOPLE || data != Data::None && path.starts_with("data/")
            })
            .map(str::to_owned)
            .collect();
        for path in gone {
            documents.remove(&path);
        }
        Ok(documents)
    }

    /// Writes an app as a package, holding a page of rows at a time.
    ///
    /// # Errors
    /// Who may not build; the database failed, or nobody takes what is written.
    pub async fn write_package(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        data: Data,
        out: impl AsyncWrite + Unpin,
    ) -> Result<(), Error> {
        let contents = self.package_contents(call, live, data).await?;
        let what = json!({"data": [null, data], "tables": [null, contents.carried.len()]});
        let input = (call.clone(), live.clone(), what);
        let told = self.store.transaction_with(input, |tx, (call, live, what)| {
            Box::pin(async move {
                audit::act(tx, call, "app.export", audit::on_app(live.id), what.clone()).await?;
                Ok::<_, Error>(())
            })
        });
        told.await?;
        let mut archive = Archive::new(out);
        for (path, text) in self.definitions(live, data).await?.iter() {
            archive.begin(path)?;
            archive.put(text.as_bytes()).await?;
        }
        for carried in contents.carried.iter().filter(|carried| carried.rows > 0) {
            self.write_rows(call, live, carried, &mut archive).await?;
        }
        if data != Data::None {
            archive.begin(EXPORT_NOTE)?;
            let note = json!({"data": data, "left_out": contents.left_out});
            archive.put(format!("{note:#}\n").as_bytes()).await?;
        }
        archive.finish().await
    }

    async fn write_rows<W: AsyncWrite + Unpin>(
        &self,
        call: &Call,
        live: &LiveApp,
        carried: &Carried,
        archive: &mut Archive<W>,
    ) -> Result<(), Error> {
        let table = live.app().tables.get(&carried.table).ok_or(Error::NotFound)?;
        let lines: Vec<(&Field, &Vec<String>)> =
            carried.lines.iter().filter_map(|(key, columns)| Some((table.field(key)?, columns))).collect();
        archive.begin(&format!("data/{}.csv", table.key))?;
        let mut head: Vec<String> = if lines.is_empty() { Vec::new() } else { vec![KEY_COLUMN.to_owned()] };
        head.extend(carried.fields.iter().cloned());
        archive.put(&row(&head)?).await?;
        let mut cursor = None;
        loop {
            let (rows, next) = self.page(call, live, table, cursor).await?;
            let names = names(&self.store.reader(), live, table, carried, &rows).await?;
            let mut text = Vec::new();
            for record in &rows {
                let mut cells = if lines.is_empty() { Vec::new() } else { vec![record.id.0.to_string()] };
                cells.extend(carried.fields.iter().map(|key| {
                    table.field(key).map_or_else(String::new, |field| cell(field, record.document.get(key), &names))
                }));
                text.extend(row(&cells)?);
            }
            archive.put(&text).await?;
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        for (field, columns) in lines {
            archive.begin(&format!("data/{}.{}.csv", table.key, field.key))?;
            let head: Vec<String> = std::iter::once(PARENT_COLUMN.to_owned()).chain(columns.iter().cloned()).collect();
            archive.put(&row(&head)?).await?;
            let mut cursor = None;
            loop {
                let (rows, next) = self.page(call, live, table, cursor).await?;
                let names = names(&self.store.reader(), live, table, carried, &rows).await?;
                let mut text = Vec::new();
                for record in &rows {
                    for line in record.document.lines_of(&field.key) {
                        let mut cells = vec![record.id.0.to_string()];
                        cells.extend(columns.iter().map(|key| {
                            field.column(key).map_or_else(String::new, |column| cell(column, line.get(key), &names))
                        }));
                        text.extend(row(&cells)?);
                    }
                }
                archive.put(&text).await?;
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        call: &Call,
        live: &LiveApp,
        table: &Table,
        cursor: Option<String>,
    ) -> Result<(Vec<Record>, Option<String>), Error> {
        let reader = self.store.reader();
        let request = ListRequest { limit: Some(PAGE), cursor, ..ListRequest::default() };
        let (mut listed, _) = list_for(&reader, call, live, &table.key, &request, (Action::View, PAGE)).await?;
        if table.lines().next().is_some() {
            records::with_lines(&reader, &live.schema, &listed.permit, &mut listed.records).await?;
        }
        Ok((listed.records, listed.next))
    }
}

fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::Integer(id) => vec![*id],
        Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
        _ => Vec::new(),
    }
}

fn cell(field: &Field, value: &Value, names: &Names) -> String {
    if !field.kind.is_link() {
        return field.text(value);
    }
    let known = field.target.as_ref().and_then(|target| names.get(target));
    let named: Vec<String> = ids(value).iter().filter_map(|id| known?.get(id).cloned()).collect();
    named.join("|")
}

/// What the rows that a page links to are named by.
async fn names(
    reader: &Reader,
    live: &LiveApp,
    table: &Table,
    carried: &Carried,
    rows: &[Record],
) -> Result<Names, Error> {
    let mut wanted: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut note = |field: &'_ Field, value: &Value| -> Option<()> {
        let target = live.app().tables.get(field.target.as_deref()?)?;
        wanted.entry(&target.key).or_default().extend(ids(value));
        Some(())
    };
    let links = |key: &String| table.field(key).filter(|field| field.kind.is_link());
    let of_lines = |document: &Document, note: &mut dyn FnMut(&Field, &Value) -> Option<()>| {
        for (key, columns) in &carried.lines {
            let Some(field) = table.field(key) else { continue };
            for column in columns.iter().filter_map(|key| field.column(key)).filter(|column| column.kind.is_link()) {
                for line in document.lines_of(key) {
                    let line: &Line = line;
                    note(column, line.get(&column.key));
                }
            }
        }
    };
    for record in rows {
        for field in carried.fields.iter().filter_map(links) {
            note(field, record.document.get(&field.key));
        }
        of_lines(&record.document, &mut note);
    }
    let mut names = Names::new();
    for (target, ids) in wanted {
        let Some(natural) = live.app().tables.get(target).and_then(Table::natural_key) else { continue };
        let permit = Permit::as_app(live.key(), target, Action::View);
        let found = records::many(reader, &live.schema, &permit, &ids).await?;
        let named = found.into_iter().map(|(id, record)| (id, natural.text(record.document.get(&natural.key))));
        names.insert(target.to_owned(), named.collect());
    }
    Ok(names)
}
