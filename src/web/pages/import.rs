//! `/apps/{app}/{table}/import`: choose a file, assign its columns, look at what would become of it, import, take it back.

mod columns;
mod outcome;

use super::{case::short_moment, find};
use crate::{
    base::{id::UserId, time::Timestamp},
    definition::table::Table,
    i18n::Arg,
    service::{
        Error, LiveApp,
        import::{self, BadRows, Blank, Counts, DateOrder, Mode, Plan, Step, Wish, plan, plan_of},
        permits::Rights,
    },
    store::{imports, people},
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of},
        extract::Wants,
        shell, upload,
        view::{
            Crumb, Note, NoteTone, Place, Status, Tone,
            transfer::{ImportPage, Past, Stage, Upload},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use columns::plan_page;
use outcome::{outcome_page, progress_page};
use std::sync::Arc;

/// Earlier imports that are listed.
const PAST: u64 = 20;

/// Where the page stands.
struct Here {
    live: Arc<LiveApp>,
    app: String,
    table: String,
    path: String,
}

impl Here {
    async fn find(web: &Web, caller: &Caller, app: String, table: String) -> Result<Self> {
        let live = find::app(web, caller, &app).await?;
        let reader = web.service.store.reader();
        let rights = Rights::load(&reader, &caller.call, &live).await?;
        import::permits(&rights, &table)?;
        drop(rights);
        let path = format!("/apps/{app}/{table}/import");
        Ok(Self { live, app, table, path })
    }

    fn definition(&self, caller: &Caller) -> Result<&Table> {
        Ok(self.live.table(&caller.call.actor.locale, &self.table)?)
    }
}

pub async fn choose(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
) -> Result<Response> {
    let here = Here::find(&web, &caller, app, table).await?;
    upload_page(&web, &caller, &wants, &here, Vec::new()).await
}

async fn upload_page(web: &Web, caller: &Caller, wants: &Wants, here: &Here, notes: Vec<Note>) -> Result<Response> {
    let refused = !notes.is_empty();
    let mut page = page(web, caller, wants, here, 0).await?;
    page.notes = notes;
    page.upload = Some(Upload {
        action: here.path.clone(),
        template: format!("/api/v1/apps/{}/tables/{}/records/import-template", here.app, here.table),
        past: past(web, caller, here).await?,
    });
    let mut response = html(&page)?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

pub async fn receive(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let here = Here::find(&web, &caller, app, table).await?;
    let texts = shell::texts(&caller);
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
    let refused = |error: &Error| vec![Note::new(NoteTone::Bad, message_of(texts, error))];
    let Some((name, bytes)) = file else {
        return upload_page(&web, &caller, &wants, &here, refused(&Error::invalid("/file", "file_needed"))).await;
    };
    let wish = Wish { bad_rows: BadRows::Skip, ..Wish::default() };
    match web.service.upload_import(&caller.call, &here.live, &here.table, &name, bytes.to_vec(), &wish).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", here.path)).into_response()),
        Err(error @ (Error::Invalid(_) | Error::TooLarge { .. })) => {
            upload_page(&web, &caller, &wants, &here, refused(&error)).await
        }
        Err(other) => Err(Failure(other)),
    }
}

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let here = Here::find(&web, &caller, app, table).await?;
    let import = web.service.import(&caller.call, &here.live, &here.table, id).await?;
    let stored = plan_of(&import)?;
    let pairs = find::pairs(query.as_deref());
    let again = find::parameter(&pairs, "edit").is_some();
    let after = find::parameter(&pairs, "after").and_then(|text| text.parse().ok()).unwrap_or(-1);
    match import.state.as_str() {
        "uploaded" => plan_page(&web, &caller, &wants, &here, &import, &stored, &[]).await,
        "checked" if again => plan_page(&web, &caller, &wants, &here, &import, &stored, &[]).await,
        "checking" | "running" | "undoing" => progress_page(&web, &caller, &wants, &here, &import).await,
        _ => outcome_page(&web, &caller, &wants, &here, &import, &stored, after).await,
    }
}

pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let here = Here::find(&web, &caller, app, table).await?;
    let call = &caller.call;
    let import = web.service.import(call, &here.live, &here.table, id).await?;
    let stored = plan_of(&import)?;
    let done = match form.get("_do") {
        Some("run") => web.service.start_import(call, &import, Step::Run).await.map(|_| ()),
        Some("run_skip") => {
            let wish = Wish { bad_rows: BadRows::Skip, ..wish_of(&stored) };
            match web.service.plan_import(call, &here.live, &import, &wish).await {
                Ok(()) => web.service.start_import(call, &import, Step::Run).await.map(|_| ()),
                refused => refused,
            }
        }
        Some("undo") => web.service.start_import(call, &import, Step::Undo).await.map(|_| ()),
        other => {
            let wish = posted(&form, &stored);
            let planned = match web.service.plan_import(call, &here.live, &import, &wish).await {
                Ok(()) if other == Some("check") => {
                    web.service.start_import(call, &import, Step::Check).await.map(|_| ())
                }
                planned => planned,
            };
            if let Err(Error::Invalid(errors)) = &planned {
                let typed = typed(&wish, &stored);
                let mut page = plan_page(&web, &caller, &wants, &here, &import, &typed, errors).await?;
                *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                return Ok(page);
            }
            planned
        }
    };
    match done {
        // It has begun or ended meanwhile: the page shows how it stands.
        Ok(()) | Err(Error::Conflict { .. }) => Ok(Redirect::to(&format!("{}/{id}", here.path)).into_response()),
        Err(other) => Err(Failure(other)),
    }
}

fn word<T: serde::de::DeserializeOwned + Default>(form: &FormBody, name: &str) -> T {
    form.get(name).and_then(|text| serde_json::from_value(text.into()).ok()).unwrap_or_default()
}

/// What was posted. Another sheet or header has other columns, so their assignment starts anew.
fn posted(form: &FormBody, stored: &Plan) -> Wish {
    let sheet = form.get("sheet").map(str::to_owned).or_else(|| stored.sheet.clone());
    let header_rows = form.get("header_rows").and_then(|text| text.parse().ok()).unwrap_or(stored.header_rows);
    let same = sheet == stored.sheet && header_rows == stored.header_rows;
    let mapping = stored.columns.iter().map(|column| {
        let field = form.get(&format!("map.{}", column.column)).map(str::to_owned);
        (plan::letters(column), field)
    });
    Wish {
        sheet,
        header_rows: Some(header_rows),
        mode: word::<Mode>(form, "mode"),
        key: form.get("key").map(|key| key.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        date_order: word::<DateOrder>(form, "date_order"),
        bad_rows: word::<BadRows>(form, "bad_rows"),
        blank: word::<Blank>(form, "blank"),
        submit: form.has("submit"),
        mapping: same.then(|| mapping.collect()),
    }
}

/// A plan as what somebody wishes.
fn wish_of(plan: &Plan) -> Wish {
    let mapping = plan.columns.iter().map(|column| (plan::letters(column), column.field.clone()));
    Wish {
        sheet: plan.sheet.clone(),
        header_rows: Some(plan.header_rows),
        mode: plan.mode,
        key: plan.key.clone(),
        date_order: plan.date_order,
        bad_rows: plan.bad_rows,
        blank: plan.blank,
        submit: plan.submit,
        mapping: Some(mapping.collect()),
    }
}

/// The plan with what was typed, to be shown again.
fn typed(wish: &Wish, stored: &Plan) -> Plan {
    let mut plan = stored.clone();
    (plan.mode, plan.date_order, plan.bad_rows, plan.blank) = (wish.mode, wish.date_order, wish.bad_rows, wish.blank);
    (plan.key, plan.submit) = (wish.key.clone(), wish.submit);
    for (column, (_, field)) in plan.columns.iter_mut().zip(wish.mapping.iter().flatten()) {
        column.field.clone_from(field);
    }
    plan
}

async fn page(web: &Web, caller: &Caller, wants: &Wants, here: &Here, stage: usize) -> Result<ImportPage> {
    let texts = shell::texts(caller);
    let table = here.definition(caller)?;
    let title = texts.with("import-title", &[("title", Arg::Text(&table.title))]);
    let stages = ["import-step-upload", "import-step-columns", "import-step-check", "import-step-done"];
    let stages = stages.iter().enumerate().map(|(index, key)| Stage {
        label: texts.get(key),
        done: index < stage,
        now: index == stage,
    });
    Ok(ImportPage {
        stages: stages.collect(),
        shell: shell::of(web, caller, &wants.path, title.clone(), Place::App).await?,
        crumbs: vec![
            Crumb::new(&table.title, format!("/apps/{}/{}", here.app, here.table)),
            Crumb::new(texts.get("import"), if stage == 0 { "" } else { &here.path }),
        ],
        title,
        notes: Vec::new(),
        upload: None,
        plan: None,
        progress: None,
        outcome: None,
    })
}

async fn past(web: &Web, caller: &Caller, here: &Here) -> Result<Vec<Past>> {
    let texts = shell::texts(caller);
    let own = (!caller.call.actor.is_main_administrator).then_some(caller.call.actor.user);
    let reader = web.service.store.reader();
    let found = imports::of_table(&reader, here.live.id, &here.table, own, PAST).await?;
    let ids: Vec<UserId> = found.iter().map(|import| UserId(import.user_id)).collect();
    let people = people::users(&reader, &ids).await?;
    Ok(found
        .iter()
        .map(|import| {
            let counts = Counts::of(import);
            let at = Timestamp(import.created_at);
            let tone = match import.state.as_str() {
                "done" => Tone::Ok,
                "running" | "undoing" => Tone::Now,
                "stopped" => Tone::Bad,
                _ => Tone::Off,
            };
            let number = |count: usize| Arg::Number(i64::try_from(count).unwrap_or(i64::MAX));
            Past {
                href: format!("{}/{}", here.path, import.id),
                file: if import.file_name.is_empty() { format!("#{}", import.id) } else { import.file_name.clone() },
                who: people
                    .iter()
                    .find(|user| user.id == import.user_id)
                    .map(|user| user.name.clone())
                    .unwrap_or_default(),
                when: short_moment(&caller.person.zone, caller.call.now, at),
                machine: at.to_rfc3339(),
                state: Status { label: texts.get(&format!("import-state-{}", import.state)), tone },
                counts: texts.with(
                    "import-counts-line",
                    &[
                        ("made", number(counts.made)),
                        ("changed", number(counts.changed)),
                        ("refused", number(counts.refused)),
                    ],
                ),
            }
        })
        .collect())
}
