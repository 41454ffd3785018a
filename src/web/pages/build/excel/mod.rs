//! `/build/new/excel` and `/build/{app}/from-excel`: an app, or tables of one, that begin as a spreadsheet.

mod asked;
mod outcome;
mod shown;

use super::start::ICONS;
use crate::{
    service::{
        Error, LiveApp,
        apps::ImportError,
        from_spreadsheet::{Destination, Workbook},
        templates::may_import,
    },
    spreadsheet::{Known, SheetPlan, guess::Guess},
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        extract::Wants,
        pages::find,
        shell, upload,
        view::{Note, NoteTone, from_excel::FromExcelPage, transfer::Stage},
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// Where the page stands: at a new app, or at one that there is.
struct Here {
    live: Option<Arc<LiveApp>>,
    path: String,
    back: (String, String),
}

impl Here {
    fn new(caller: &Caller) -> Result<Self> {
        may_import(&caller.call)?;
        let texts = shell::texts(caller);
        Ok(Self { live: None, path: "/build/new/excel".into(), back: (texts.get("app-new"), "/build/new".into()) })
    }

    async fn of(web: &Web, caller: &Caller, key: &str) -> Result<Self> {
        may_import(&caller.call)?;
        let live = find::app(web, caller, key).await?;
        let title = live.face(&caller.call.actor.locale).app.manifest.title.clone();
        Ok(Self { live: Some(live), path: format!("/build/{key}/from-excel"), back: (title, format!("/build/{key}")) })
    }
}

pub async fn choose(caller: Caller, wants: Wants) -> Result<Response> {
    let here = Here::new(&caller)?;
    upload_page(&caller, &wants, &here, Vec::new())
}

pub async fn choose_for(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
) -> Result<Response> {
    let here = Here::of(&web, &caller, &app).await?;
    upload_page(&caller, &wants, &here, Vec::new())
}

pub async fn receive(State(web): State<Web>, caller: Caller, wants: Wants, request: Request) -> Result<Response> {
    let here = Here::new(&caller)?;
    received(&web, &caller, &wants, &here, request).await
}

pub async fn receive_for(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response> {
    let here = Here::of(&web, &caller, &app).await?;
    received(&web, &caller, &wants, &here, request).await
}

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(id): Path<i64>) -> Result<Response> {
    let here = Here::new(&caller)?;
    shown(&web, &caller, &wants, &here, id).await
}

pub async fn show_for(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, id)): Path<(String, i64)>,
) -> Result<Response> {
    let here = Here::of(&web, &caller, &app).await?;
    shown(&web, &caller, &wants, &here, id).await
}

pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(id): Path<i64>,
    form: FormBody,
) -> Result<Response> {
    let here = Here::new(&caller)?;
    acted(&web, &caller, &wants, &here, id, &form).await
}

pub async fn act_for(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, id)): Path<(String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let here = Here::of(&web, &caller, &app).await?;
    acted(&web, &caller, &wants, &here, id, &form).await
}

fn page(caller: &Caller, wants: &Wants, here: &Here, stage: usize) -> FromExcelPage {
    let texts = shell::texts(caller);
    let stages = ["import-step-upload", "excel-step-adjust", "import-step-done"];
    let stages = stages.iter().enumerate().map(|(index, key)| Stage {
        label: texts.get(key),
        done: index < stage,
        now: index == stage,
    });
    FromExcelPage {
        frame: shell::frame(texts, Some(caller), &wants.path),
        title: texts.get(if here.live.is_some() { "excel-add" } else { "excel-new" }),
        back: here.back.clone(),
        stages: stages.collect(),
        notes: Vec::new(),
        choose: here.path.clone(),
        upload: false,
        adjust: None,
        made: None,
    }
}

fn upload_page(caller: &Caller, wants: &Wants, here: &Here, notes: Vec<Note>) -> Result<Response> {
    let mut page = page(caller, wants, here, 0);
    let refused = !notes.is_empty();
    page.notes = notes;
    page.upload = true;
    let mut response = html(&page)?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn received(web: &Web, caller: &Caller, wants: &Wants, here: &Here, request: Request) -> Result<Response> {
    let texts = shell::texts(caller);
    let too_large = || Failure(Error::TooLarge { code: "too_large_body".into(), params: Default::default() });
    let mut parts = upload::parts_of(request).await?;
    let mut file = None;
    while let Some(part) = parts.next_field().await.map_err(|_| too_large())? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|_| too_large())?;
            file = Some((name, bytes)).filter(|(_, bytes)| !bytes.is_empty());
        }
    }
    let kept = match file {
        None => Err(Error::invalid("/file", "file_needed")),
        Some((name, bytes)) => web.service.keep_workbook(&caller.call, &name, bytes.to_vec()).await,
    };
    match kept {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", here.path)).into_response()),
        Err(error @ (Error::Invalid(_) | Error::TooLarge { .. })) => {
            let note = Note::new(NoteTone::Bad, message_of(texts, &error));
            upload_page(caller, wants, here, vec![note])
        }
        Err(other) => Err(Failure(other)),
    }
}

/// A file with what is guessed of it, and with what somebody made of the guess.
struct Adjusting {
    book: Arc<Workbook>,
    known: Arc<Known>,
    guesses: Vec<Guess>,
    plans: Vec<SheetPlan>,
    /// The title and icon of a new app.
    title: String,
    icon: String,
}

impl Adjusting {
    async fn load(web: &Web, caller: &Caller, id: i64, form: &FormBody) -> Result<Self> {
        let book = Arc::new(web.service.workbook(&caller.call, id).await?);
        let known = Arc::new(web.service.known_names().await?);
        let heads = (0..book.sheets.len()).map(|number| asked::head(form, number)).collect();
        let guesses = web.service.guess_workbook(&book, heads, &known).await?;
        let plans = asked::plans(form, &guesses, &book);
        let title = form.raw("title").map_or_else(|| book.stem().to_owned(), str::to_owned);
        let icon = form.get("icon").filter(|icon| ICONS.contains(icon)).unwrap_or("list").to_owned();
        Ok(Self { book, known, guesses, plans, title, icon })
    }
}

async fn shown(web: &Web, caller: &Caller, wants: &Wants, here: &Here, id: i64) -> Result<Response> {
    let imports = web.service.imports_of_file(&caller.call, id).await?;
    if !imports.is_empty() {
        return outcome::page(web, caller, wants, here, id, &imports).await;
    }
    let adjusting = Adjusting::load(web, caller, id, &FormBody::default()).await?;
    shown::page(web, caller, wants, here, &adjusting, None).await
}

async fn acted(web: &Web, caller: &Caller, wants: &Wants, here: &Here, id: i64, form: &FormBody) -> Result<Response> {
    let done = format!("{}/{id}", here.path);
    if !web.service.imports_of_file(&caller.call, id).await?.is_empty() {
        // It was pressed twice: what was made is shown.
        return Ok(Redirect::to(&done).into_response());
    }
    let adjusting = Adjusting::load(web, caller, id, form).await?;
    if form.get("_do") != Some("create") {
        return shown::page(web, caller, wants, here, &adjusting, None).await;
    }
    let texts = shell::texts(caller);
    let into = match &here.live {
        Some(live) => Destination::App(live.clone()),
        None => Destination::New {
            title: adjusting.title.clone(),
            icon: adjusting.icon.clone(),
            role: texts.get("word-members"),
        },
    };
    let lines = texts.get("word-lines");
    let made = web.service.make_from_workbook(&caller.call, &adjusting.book, &adjusting.plans, into, &lines).await;
    let error = match made {
        Ok((key, imports)) if imports.is_empty() => return Ok(Redirect::to(&format!("/build/{key}")).into_response()),
        Ok(_) => return Ok(Redirect::to(&done).into_response()),
        Err(ImportError::Refused(error @ (Error::Invalid(_) | Error::Conflict { .. } | Error::Stale { .. }))) => error,
        Err(ImportError::Refused(other)) => return Err(Failure(other)),
        Err(ImportError::Findings(findings)) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            return Err(Failure(Error::internal(format!("tables made of a spreadsheet do not read: {first}"))));
        }
    };
    let status = status_of(&error);
    let mut response = shown::page(web, caller, wants, here, &adjusting, Some(&error)).await?;
    *response.status_mut() = status;
    Ok(response)
}
