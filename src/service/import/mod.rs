//! Import of a spreadsheet as an act that can be reviewed and taken back: the file is kept, its columns are assigned, a dry run names
//! every bad cell, the run writes in batches and remembers what it wrote, and undoing puts everything back.

mod batch;
pub mod lookup;
pub mod plan;
mod queue;
pub mod rows;
mod run;
mod sheets;
mod snapshot;
pub mod template;
mod undo;

pub use crate::spreadsheet::cells::{self, DateOrder};
pub use plan::{BadRows, Blank, Mapped, Mode, Plan, Target};
pub(in crate::service) use {run::on_table, sheets::Sheets};

use super::{
    Call, Error, LiveApp, Service,
    jobs::{Rest, Stop},
    permits::Rights,
};
use crate::{
    access::Permit,
    base::{error::FieldError, error::Params, time::Timestamp},
    definition::{role::Action, table::Table},
    document::{self, Limits, MOST_HEADER_ROWS, Problem, Sheet},
    store::{
        Connection, Tx,
        imports::{self, Change, Import, New},
        job_files,
        jobs::{self as stored_jobs, Job},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// What became of the records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub made: usize,
    pub changed: usize,
    pub same: usize,
    pub refused: usize,
}

impl Counts {
    fn slot(&mut self, action: &str) -> &mut usize {
        match action {
            "made" => &mut self.made,
            "changed" => &mut self.changed,
            "same" => &mut self.same,
            _ => &mut self.refused,
        }
    }

    fn add(&mut self, action: &str) {
        *self.slot(action) += 1;
    }

    fn put(&mut self, action: &str, count: usize) {
        *self.slot(action) = count;
    }

    #[must_use]
    pub const fn total(&self) -> usize {
        self.made + self.changed + self.same + self.refused
    }

    fn json(self, import: i64) -> Json {
        let mut json = json!(self);
        json["import"] = import.into();
        json
    }

    /// The counts that an import stored.
    #[must_use]
    pub fn of(import: &Import) -> Self {
        import.counts.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// What a caller says of the file; the rest is guessed.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub sheet: Option<String>,
    pub header_rows: Option<usize>,
    pub mode: Mode,
    pub key: Vec<String>,
    pub date_order: DateOrder,
    pub bad_rows: BadRows,
    pub blank: Blank,
    pub submit: bool,
    /// Column letters or titles, each with a field or none.
    pub mapping: Option<Vec<(String, Option<String>)>>,
}

/// A file's problem as a refusal.
#[must_use]
pub fn refused(problem: &Problem) -> Error {
    match problem {
        Problem::Unreadable(detail) => {
            Error::Invalid(vec![FieldError::new("/file", "file_unreadable").with("detail", detail)])
        }
        Problem::TooLarge(what, most) => {
            let params = Params::from_iter([("maximum".to_owned(), most.to_string())]);
            Error::TooLarge { code: format!("too_many_{what}"), params }
        }
        Problem::NoSheet(name) => Error::Invalid(vec![FieldError::new("/sheet", "no_such_sheet").with("value", name)]),
    }
}

/// Reads a sheet away from the threads that serve.
async fn sheet_of(bytes: Arc<Vec<u8>>, name: Option<String>) -> Result<(Vec<String>, Arc<Sheet>), Error> {
    let read = move || {
        let limits = Limits::default();
        Ok((document::sheets(&bytes, &limits)?, Arc::new(document::read(&bytes, name.as_deref(), &limits)?)))
    };
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| Error::internal(error.to_string()))?;
    read.map_err(|problem: Problem| refused(&problem))
}

/// Leave to import into a table: the permits to create and to edit, as far as there are any.
///
/// # Errors
/// `NotFound`, `forbidden`.
pub fn permits(rights: &Rights<'_>, table: &str) -> Result<Vec<Permit>, Error> {
    rights.permit(table, Action::Import)?;
    if rights.live.is_engine_written(table) {
        return Err(Error::forbidden("engine_written"));
    }
    Ok([Action::Create, Action::Edit].into_iter().filter_map(|action| rights.permit(table, action).ok()).collect())
}

impl Service {
    /// Keeps a file for an import and guesses what to do with it; answers the import's id.
    ///
    /// # Errors
    /// Refusals of rights, a file that cannot be read, a wish that does not fit.
    pub async fn upload_import(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        table: &str,
        name: &str,
        bytes: Vec<u8>,
        wish: &Wish,
    ) -> Result<i64, Error> {
        let reader = self.store.reader();
        let rights = Rights::load(&reader, call, live).await?;
        permits(&rights, table)?;
        let bytes = Arc::new(bytes);
        let (plan, sheet) = self.plan(call, live, table, bytes.clone(), wish).await?;
        let (size, name_of_sheet) = (bytes.len(), plan.sheet.clone());
        let new = (call.actor.user, live.id, table.to_owned(), name.chars().take(200).collect::<String>());
        let (bytes, now) = (bytes, call.now);
        let options = json!(plan).to_string();
        let vault = self.live.vault().cloned();
        let (id, file) = self
            .store
            .transaction_with(
                (new, bytes, options, vault),
                move |tx, ((user, app, table, name), bytes, options, vault)| {
                    Box::pin(async move {
                        let file = job_files::insert(tx, vault.as_deref(), *user, name, bytes, now).await?;
                        let new = New {
                            user: *user,
                            app: *app,
                            table: table.clone(),
                            file,
                            file_name: name.clone(),
                            options: options.clone(),
                        };
                        Ok::<_, Error>((imports::insert(tx, &new, now).await?, file))
                    })
                },
            )
            .await?;
        self.sheets.keep(file, name_of_sheet, &sheet, size);
        Ok(id)
    }

    /// What to do with a file, as far as the wish leaves it open as the person did it the last time.
    async fn plan(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        table: &str,
        bytes: Arc<Vec<u8>>,
        wish: &Wish,
    ) -> Result<(Plan, Arc<Sheet>), Error> {
        let reader = self.store.reader();
        let rights = Rights::load(&reader, call, live).await?;
        let permits = permits(&rights, table)?;
        let (sheets, sheet) = sheet_of(bytes, wish.sheet.clone()).await?;
        let definition = live.table(&call.actor.locale, table)?;
        let targets = plan::targets(definition, &permits.iter().collect::<Vec<_>>());
        let header_rows = wish.header_rows.unwrap_or_else(|| sheet.likely_header_rows());
        if header_rows == 0 || header_rows > MOST_HEADER_ROWS {
            let error = FieldError::new("/header_rows", "maximum").with("maximum", MOST_HEADER_ROWS);
            return Err(Error::Invalid(vec![error]));
        }
        let faces: Vec<&Table> =
            super::live::LOCALES.iter().filter_map(|locale| live.table(locale, table).ok()).collect();
        let remembered = remembered(&reader, call, live, table).await?;
        let mut columns = plan::guess(&sheet, header_rows, &targets, &faces, &remembered);
        let mut errors = Vec::new();
        if let Some(mapping) = &wish.mapping {
            assign(&mut columns, mapping, &targets, &mut errors);
        }
        let mut key = wish.key.clone();
        if key.is_empty() && wish.mode != Mode::Insert {
            let mapped = |set: &Vec<&str>| {
                set.iter().all(|key| columns.iter().any(|column| column.field.as_deref() == Some(*key)))
            };
            key = definition
                .unique_sets()
                .find(mapped)
                .map(|set| set.into_iter().map(str::to_owned).collect())
                .unwrap_or_default();
            if key.is_empty() {
                errors.push(FieldError::new("/key", "import_key_needed"));
            }
        }
        for name in &key {
            let known = definition.scalars().any(|field| field.key == *name);
            if !known || !columns.iter().any(|column| column.field.as_deref() == Some(name.as_str())) {
                errors.push(FieldError::new("/key", "import_key_unmapped").with("field", name));
            }
        }
        let mut plan = Plan {
            sheet: wish.sheet.clone().or_else(|| sheets.first().cloned()).filter(|name| !name.is_empty()),
            sheets,
            header_rows,
            mode: wish.mode,
            key,
            date_order: wish.date_order,
            bad_rows: wish.bad_rows,
            blank: wish.blank,
            submit: wish.submit,
            columns,
            left_out: Vec::new(),
            rows: 0,
        };
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        plan.rows = rows::group(&sheet, &plan, definition).len();
        Ok((plan, sheet))
    }

    /// An import of the person's own, or anybody's for an administrator.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn import(&self, call: &Call, live: &LiveApp, table: &str, id: i64) -> Result<Import, Error> {
        let found = imports::find(&self.store.reader(), id).await?;
        let may_see = |import: &Import| {
            import.app_id == live.id.0
                && import.table_key == table
                && (import.user_id == call.actor.user.0 || call.actor.is_main_administrator)
        };
        found.filter(may_see).ok_or(Error::NotFound)
    }

    /// An import's sheet.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub async fn import_sheet(&self, import: &Import, plan: &Plan) -> Result<Arc<Sheet>, Error> {
        if let Some(sheet) = self.sheets.find(import.file_id, plan.sheet.as_deref()) {
            return Ok(sheet);
        }
        let (_, bytes) = self.load_job_file(import.file_id).await?;
        let size = bytes.len();
        let (_, sheet) = sheet_of(Arc::new(bytes), plan.sheet.clone()).await?;
        self.sheets.keep(import.file_id, plan.sheet.clone(), &sheet, size);
        Ok(sheet)
    }

    /// Changes what an import is to do, before it ran.
    ///
    /// # Errors
    /// Refusals of rights, a wish that does not fit; `import_started`.
    pub async fn plan_import(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        import: &Import,
        wish: &Wish,
    ) -> Result<(), Error> {
        let (_, bytes) = self.load_job_file(import.file_id).await?;
        let size = bytes.len();
        let (plan, sheet) = self.plan(call, live, &import.table_key, Arc::new(bytes), wish).await?;
        self.sheets.keep(import.file_id, plan.sheet.clone(), &sheet, size);
        let (id, options) = (import.id, json!(plan).to_string());
        self.store
            .transaction(move |tx| {
                let change = Change { options: Some(options.clone()), ..Change::default() };
                Box::pin(async move {
                    imports::clear_rows(tx, id).await?;
                    started(imports::advance(tx, id, &["uploaded", "checked"], "uploaded", &change).await)
                })
            })
            .await
    }

    /// Queues the dry run, the import itself or taking it back; answers the job.
    ///
    /// # Errors
    /// `import_started` where that is not to be done now.
    pub async fn start_import(&self, call: &Call, import: &Import, what: Step) -> Result<i64, Error> {
        let begun = queue::Begun::new(import, call.actor.user, what, Vec::new());
        let now = call.now;
        let job = self
            .store
            .transaction_with(begun, move |tx, begun| Box::pin(async move { queue::begin(tx, begun, now).await }))
            .await?;
        self.wake_workers();
        Ok(job)
    }
}

/// What is done with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Check,
    Run,
    Undo,
}

fn started(advanced: Result<(), crate::store::Error>) -> Result<(), Error> {
    advanced.map_err(|error| match error {
        crate::store::Error::Stale => Error::conflict("import_started"),
        other => other.into(),
    })
}

/// What an import is to do, as stored.
///
/// # Errors
/// A fault of the program.
pub fn plan_of(import: &Import) -> Result<Plan, Error> {
    serde_json::from_str(&import.options).map_err(|error| Error::internal(error.to_string()))
}

/// Where the person's last import into this table sent each title.
async fn remembered(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
) -> Result<HashMap<String, Option<String>>, Error> {
    let last = imports::of_table(conn, live.id, table, Some(call.actor.user), 1).await?;
    let Some(plan) = last.first().and_then(|import| plan_of(import).ok()) else { return Ok(HashMap::new()) };
    let titles = plan.columns.into_iter().filter(|column| !column.title.is_empty() && column.field.is_some());
    Ok(titles.map(|column| (plan::folded(&column.title), column.field)).collect())
}

fn assign(
    columns: &mut [Mapped],
    mapping: &[(String, Option<String>)],
    targets: &[Target<'_>],
    errors: &mut Vec<FieldError>,
) {
    for (name, field) in mapping {
        let by_title = columns.iter().position(|column| plan::folded(&column.title) == plan::folded(name));
        let place = columns.iter().position(|column| plan::letters(column) == *name).or(by_title);
        let Some(place) = place else {
            errors.push(FieldError::new("/mapping", "no_such_column").with("value", name));
            continue;
        };
        let field = field.clone().filter(|field| !field.is_empty());
        if let Some(field) = &field {
            if !targets.iter().any(|target| target.path == *field) {
                errors.push(FieldError::new("/mapping", "unknown_field").with("field", field));
                continue;
            }
            for other in columns.iter_mut().filter(|other| other.field.as_ref() == Some(field)) {
                other.field = None;
            }
        }
        columns[place].field = field;
    }
}

/// Does a job of an import.
pub(super) async fn perform(service: &Service, job: &Arc<Job>, call: Call, stop: &Stop) -> Result<Rest, Error> {
    match go_on(service, job, call, stop).await {
        // The job is taken up again and reads what is left of the file by the new definitions.
        Err(Error::Conflict { code, .. }) if code == run::PUBLISHED => Ok(Rest::Interrupted),
        other => other,
    }
}

async fn go_on(service: &Service, job: &Arc<Job>, call: Call, stop: &Stop) -> Result<Rest, Error> {
    let input: Json = serde_json::from_str(&job.input).map_err(|error| Error::internal(error.to_string()))?;
    let reader = service.store.reader();
    let import = imports::find(&reader, input["import"].as_i64().unwrap_or(0)).await?.ok_or(Error::NotFound)?;
    let live = service.app_of_job(job).await?;
    let rights = Rights::load(&reader, &call, &live).await?;
    permits(&rights, &import.table_key)?;
    drop(rights);
    if job.kind == "import_undo" {
        return undo::undo(service, job, &import, live, call, stop).await;
    }
    let plan = plan_of(&import)?;
    let sheet = service.import_sheet(&import, &plan).await?;
    let table = live.table(&call.actor.locale, &import.table_key)?;
    let groups = rows::group(&sheet, &plan, table);
    let mut run = run::Run {
        service: service.clone(),
        job: job.clone(),
        import,
        live: live.clone(),
        call,
        plan,
        sheet,
        groups,
        lookup: lookup::Lookup::default(),
        taken: Arc::default(),
    };
    if job.kind == "import_run" {
        service.sheets.forget(run.import.file_id);
        let rest = run.run(stop).await?;
        if matches!(rest, Rest::Done(_)) {
            queue::go_on(service, &run.call, &input).await?;
        }
        return Ok(rest);
    }
    match run.rehearse(stop).await? {
        Ok((counts, refused)) => run.finish("checked", counts, refused).await,
        Err(rest) => Ok(rest),
    }
}

/// Gives an import back whose job will not go on: one that only looked can be planned anew, one that wrote can be taken back.
///
/// # Errors
/// The database failed.
pub(super) async fn abandoned(tx: &Tx, job: i64, now: Timestamp) -> Result<(), Error> {
    let Some(found) = stored_jobs::find(tx, job).await? else { return Ok(()) };
    let input: Json = serde_json::from_str(&found.input).unwrap_or_default();
    let Some(import) = input["import"].as_i64() else { return Ok(()) };
    let (from, state) = match found.kind.as_str() {
        "import_check" => ("checking", "uploaded"),
        "import_run" => ("running", "stopped"),
        "import_undo" => ("undoing", "done"),
        _ => return Ok(()),
    };
    let change = Change { finished: Some(now), ..Change::default() };
    match imports::advance(tx, import, &[from], state, &change).await {
        Ok(()) | Err(crate::store::Error::Stale) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
