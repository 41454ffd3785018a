//! Apps, or tables of an app, that begin as a spreadsheet: the file is kept, what becomes of it is guessed, and once somebody has
//! agreed, tables, forms, views and the data are made in one go.

use super::{
    Call, Error, LiveApp, Service,
    apps::ImportError,
    evolve::{draft::State, publish::Publish},
    import::{BadRows, Mapped, Plan, refused, rows},
    live::to_documents,
    templates::may_import,
};
use crate::{
    base::error::FieldError,
    definition::{
        edit::{
            app::begin,
            whole::{Whole, is_table_taken, with_tables},
        },
        package::Documents,
    },
    document::{self, Limits, Problem, Sheet},
    spreadsheet::{
        Book, Known, SheetPlan, check, folded,
        guess::{self, Guess},
        head::{self, Head},
        made::{self, Circle, Made},
    },
    store::{
        apps as versions, departments,
        imports::{self, Import},
        job_files, people,
    },
};
use std::{collections::HashMap, sync::Arc};

/// Sheets of a file that are looked at.
const MOST_SHEETS: usize = 40;
/// Endings of the files that are read.
const ENDINGS: [&str; 6] = ["xlsx", "xlsm", "xls", "csv", "tsv", "txt"];

/// A file that somebody sent.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub id: i64,
    pub name: String,
    pub sheets: Vec<ReadSheet>,
}

/// One of its sheets.
#[derive(Debug, Clone)]
pub struct ReadSheet {
    pub name: String,
    /// Empty where it cannot be read.
    pub sheet: Arc<Sheet>,
    pub problem: Option<Problem>,
}

impl Workbook {
    /// The file's name without its ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem)
    }

    fn with_book<T>(&self, work: impl FnOnce(Book<'_>) -> T) -> T {
        let sheets: Vec<&Sheet> = self.sheets.iter().map(|read| read.sheet.as_ref()).collect();
        work(Book { name: self.stem(), sheets: &sheets })
    }
}

/// Where the tables go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A new app by this title and icon, with a role by this name.
    New {
        title: String,
        icon: String,
        role: String,
    },
    App(Arc<LiveApp>),
}

/// What a sheet will make, and what stands in its way.
pub type Outlook = (Made, check::Checked);

fn read_all(bytes: &[u8]) -> Result<Vec<ReadSheet>, Problem> {
    let limits = Limits::default();
    let names = document::sheets(bytes, &limits)?;
    let read = |name: String| match document::read(bytes, Some(&name), &limits) {
        Ok(sheet) => ReadSheet { name, sheet: Arc::new(sheet), problem: None },
        Err(problem) => ReadSheet { name, sheet: Arc::default(), problem: Some(problem) },
    };
    let sheets: Vec<ReadSheet> = names.into_iter().take(MOST_SHEETS).map(read).collect();
    // A file of which nothing can be read is not read.
    let all = sheets.iter().all(|read| read.problem.is_some());
    match sheets.first().and_then(|read| read.problem.clone()) {
        Some(problem) if all => Err(problem),
        _ => Ok(sheets),
    }
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(error.to_string()))
}

impl Service {
    /// Keeps a file until somebody has decided what becomes of it; it is read once before, so that what cannot be read is not kept.
    ///
    /// # Errors
    /// Who may not build; what is wrong with the file, at `/file`.
    pub async fn keep_workbook(&self, call: &Call, name: &str, bytes: Vec<u8>) -> Result<i64, Error> {
        may_import(call)?;
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        if !ENDINGS.contains(&ending.as_str()) {
            let name: String = name.chars().take(120).collect();
            return Err(Error::Invalid(vec![FieldError::new("/file", "spreadsheet_type").with("name", name)]));
        }
        let bytes = Arc::new(bytes);
        let read = bytes.clone();
        let sheets = aside(move || read_all(&read)).await?.map_err(|problem| refused(&problem))?;
        if sheets.iter().all(|read| read.sheet.rows.is_empty() && read.problem.is_none()) {
            return Err(Error::invalid("/file", "spreadsheet_empty"));
        }
        let name: String = name.chars().take(200).collect();
        let (user, now, vault) = (call.actor.user, call.now, self.live.vault().cloned());
        self.store
            .transaction_with((name, bytes, vault), move |tx, (name, bytes, vault)| {
                Box::pin(async move {
                    Ok::<_, Error>(job_files::insert(tx, vault.as_deref(), user, name, bytes, now).await?)
                })
            })
            .await
    }

    /// A file that the person sent.
    ///
    /// # Errors
    /// `NotFound` for somebody else's; it cannot be read any more.
    pub async fn workbook(&self, call: &Call, id: i64) -> Result<Workbook, Error> {
        may_import(call)?;
        if job_files::owner(&self.store.reader(), id).await? != Some(call.actor.user) {
            return Err(Error::NotFound);
        }
        let (name, bytes) = self.load_job_file(id).await?;
        let sheets = aside(move || read_all(&bytes)).await?.map_err(|problem| refused(&problem))?;
        Ok(Workbook { id, name, sheets })
    }

    /// What was imported from a file, in the order in which it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn imports_of_file(&self, call: &Call, file: i64) -> Result<Vec<Import>, Error> {
        may_import(call)?;
        let all = imports::of_file(&self.store.reader(), file).await?;
        Ok(all.into_iter().filter(|import| import.user_id == call.actor.user.0).collect())
    }

    /// Who and what there is that cells may name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known_names(&self) -> Result<Known, Error> {
        let reader = self.store.reader();
        let users = people::active_users(&reader).await?;
        let mut names: HashMap<String, usize> = HashMap::new();
        for user in &users {
            *names.entry(folded(&user.name)).or_default() += 1;
        }
        let logins = users.into_iter().map(|user| user.login_folded);
        let alone = names.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name);
        let departments = departments::list(&reader).await?;
        Ok(Known {
            people: alone.chain(logins).collect(),
            departments: departments.into_iter().map(|department| folded(&department.name)).collect(),
        })
    }

    /// Guesses what becomes of a file. `heads` are the headers that somebody chose.
    ///
    /// # Errors
    /// A fault of the program.
    pub async fn guess_workbook(
        &self,
        book: &Arc<Workbook>,
        heads: Vec<Option<Head>>,
        known: &Arc<Known>,
    ) -> Result<Vec<Guess>, Error> {
        let (book, known) = (book.clone(), known.clone());
        aside(move || book.with_book(|sheets| guess::propose(sheets, &heads, &known))).await
    }

    /// What will be made of a file, in the order in which it is.
    ///
    /// # Errors
    /// A fault of the program; inside, links that lead in a circle.
    pub async fn look_through(
        &self,
        book: &Arc<Workbook>,
        plans: &[SheetPlan],
        known: &Arc<Known>,
        lines: &str,
    ) -> Result<Result<Vec<Outlook>, Circle>, Error> {
        let (book, known, plans, lines) = (book.clone(), known.clone(), plans.to_vec(), lines.to_owned());
        aside(move || {
            book.with_book(|sheets| {
                let made = made::tables(sheets, &plans, &lines, &|_| false)?;
                let look = |made: Made| {
                    let checked = check::sheet(sheets, &plans, &made, &known);
                    (made, checked)
                };
                Ok(made.into_iter().map(look).collect())
            })
        })
        .await
    }

    /// Makes the tables, publishes them, and begins to import the rows. Answers the app's key, and the imports.
    ///
    /// # Errors
    /// Who may not build; `spreadsheet_circle`, `spreadsheet_nothing`, `draft_in_the_way`; what publishing refuses. Then nothing is
    /// made.
    pub async fn make_from_workbook(
        &self,
        call: &Call,
        book: &Arc<Workbook>,
        plans: &[SheetPlan],
        into: Destination,
        lines: &str,
    ) -> Result<(String, Vec<i64>), ImportError> {
        may_import(call)?;
        let reader = self.store.reader();
        let (documents, over) = match &into {
            Destination::New { title, icon, role } => {
                let known = self.live.all(&reader, self.epoch().await?).await?;
                let taken = |key: &str| known.iter().any(|app| app.key() == key);
                (begin(title, Some(icon), &call.actor.locale, role, &taken).map_err(Error::from)?, None)
            }
            Destination::App(live) => {
                if !State::load(&reader, live).await?.is_empty() {
                    return Err(Error::conflict("draft_in_the_way").with("app", live.key()).into());
                }
                let (_, stored) = versions::version(&reader, live.id, live.version).await?.ok_or(Error::NotFound)?;
                (to_documents(stored)?, Some(live.clone()))
            }
        };
        let (made, documents) = whole(book, plans, documents, lines).await?;
        drop(reader);
        let key = match over {
            None => self.import_app(call, documents, false).await?.key,
            Some(live) => {
                let publish = Publish {
                    instead: Some(documents),
                    over: Some(live.version),
                    note: Some(book.name.clone()),
                    ..Publish::default()
                };
                self.publish(call, &live, publish).await?;
                live.key().to_owned()
            }
        };
        let live = self.live.all(&self.store.reader(), self.epoch().await?).await?;
        let live = live.into_iter().find(|app| app.key() == key).ok_or(Error::NotFound)?;
        let mut queue = Vec::new();
        for made in &made {
            let plan = plan_of(book, &plans[made.sheet], made, &live, call)?;
            if plan.rows > 0 {
                queue.push((made.key.clone(), plan));
            }
        }
        let imports = self.queue_imports(call, &live, book.id, &book.name, queue).await?;
        Ok((key, imports))
    }
}

/// The tables, and the documents of the app that has them.
async fn whole(
    book: &Arc<Workbook>,
    plans: &[SheetPlan],
    documents: Documents,
    lines: &str,
) -> Result<(Vec<Made>, Documents), Error> {
    let (book, plans, lines) = (book.clone(), plans.to_vec(), lines.to_owned());
    aside(move || {
        let taken = |key: &str| is_table_taken(&documents, &documents, key);
        let made = book.with_book(|sheets| made::tables(sheets, &plans, &lines, &taken));
        let made =
            made.map_err(|Circle(titles)| Error::conflict("spreadsheet_circle").with("sheets", titles.join("、")))?;
        if made.is_empty() {
            return Err(Error::invalid("/file", "spreadsheet_nothing"));
        }
        // The menu has them in the order of the sheets, whatever has to be filled first.
        let mut in_order: Vec<&Made> = made.iter().collect();
        in_order.sort_by_key(|made| made.sheet);
        let tables: Vec<Whole<'_>> =
            in_order.iter().map(|made| (made.key.as_str(), made.title.as_str(), &made.document)).collect();
        let documents = with_tables(&documents, &documents, &tables)?;
        Ok((made, documents))
    })
    .await?
}

/// How the rows of a sheet are imported into its table.
fn plan_of(book: &Workbook, plan: &SheetPlan, made: &Made, live: &LiveApp, call: &Call) -> Result<Plan, Error> {
    let read = &book.sheets[made.sheet];
    let table = live.table(&call.actor.locale, &made.key)?;
    let field = |column: usize| made.paths.iter().find(|(known, _)| *known == column).map(|(_, path)| path.clone());
    let columns = plan.columns.iter().map(|column| Mapped {
        column: column.column,
        title: column.header.clone(),
        field: field(column.column),
    });
    let mut imported = Plan {
        sheet: Some(read.name.clone()).filter(|name| !name.is_empty()),
        sheets: book.sheets.iter().map(|read| read.name.clone()).collect(),
        header_rows: plan.head.below(),
        // Rows that say the same number are lines of one record.
        key: made.key_field.clone().filter(|_| plan.has_lines()).into_iter().collect(),
        bad_rows: BadRows::Skip,
        columns: columns.collect(),
        left_out: head::rows(&read.sheet, plan.head).left_out,
        ..Plan::default()
    };
    imported.rows = rows::group(&read.sheet, &imported, table).len();
    Ok(imported)
}
