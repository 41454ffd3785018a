//! Import, export and the template of `/api/v1/apps/{app}/tables/{table}/records`.

use super::{
    answer::{Parameters, app, parameters},
    jobs::{accepted, download, problem_of, template_words},
};
use crate::{
    base::error::FieldError,
    i18n::Texts,
    service::{
        Error,
        export::{Export, Exported, Format},
        import::{BadRows, Blank, Counts, DateOrder, Mode, Plan, Step, Wish, plan_of, rows::CellError},
        jobs::Stop,
    },
    store::imports::{self, Import},
    web::{Failure, Result, Web, caller::Caller, error::say_field, shell},
};
use axum::{
    Json,
    body::to_bytes,
    extract::{Path, Query, Request, State},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The largest file in bytes.
pub const LARGEST_FILE: usize = 32 * 1024 * 1024;
/// Records that are imported before the answer; more become a job.
const AT_ONCE: usize = 1_000;
/// Bad records named in one answer.
const NAMED: u64 = 10_000;

const IMPORT: [&str; 11] =
    ["dry_run", "sheet", "header_rows", "mode", "key", "date_order", "bad_rows", "blank", "submit", "mapping", "name"];
/// What an export can be asked.
pub const EXPORT: [&str; 6] = ["format", "filter", "q", "sort", "view", "fields"];

/// One of the words of an enumeration.
fn word<T: DeserializeOwned + Default>(asked: &Parameters, name: &str, options: &str) -> Result<T> {
    let Some(text) = asked.get(name) else { return Ok(T::default()) };
    serde_json::from_value(Value::from(text)).map_err(|_| {
        let error = FieldError::new(format!("/{name}"), "option").with("value", text).with("options", options);
        Failure(Error::Invalid(vec![error]))
    })
}

fn list(asked: &Parameters, name: &str) -> Vec<String> {
    let parts = asked.get(name).unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn wish(asked: &Parameters) -> Result<Wish> {
    let mapping = match asked.json("mapping")? {
        None => None,
        Some(Value::Object(mapping)) => {
            let pairs = mapping.into_iter().map(|(column, field)| match field {
                Value::Null => Ok((column, None)),
                Value::String(field) => Ok((column, Some(field))),
                _ => Err(Failure(Error::invalid("/mapping", "type"))),
            });
            Some(pairs.collect::<Result<Vec<_>>>()?)
        }
        Some(_) => return Err(Error::invalid("/mapping", "type").into()),
    };
    Ok(Wish {
        sheet: asked.get("sheet").map(str::to_owned),
        header_rows: asked.number("header_rows")?.map(|rows| usize::try_from(rows).unwrap_or(0)),
        mode: word::<Mode>(asked, "mode", "insert, update, upsert")?,
        key: list(asked, "key"),
        date_order: word::<DateOrder>(asked, "date_order", "ymd, mdy, dmy")?,
        bad_rows: word::<BadRows>(asked, "bad_rows", "stop, skip")?,
        blank: word::<Blank>(asked, "blank", "keep, clear")?,
        submit: asked.flag("submit")?,
        mapping,
    })
}

/// The body is the file: XLSX, XLS or CSV. A dry run answers what would become of it and changes nothing.
pub async fn import(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
    request: Request,
) -> Result<Response> {
    let asked = parameters(pairs, &IMPORT)?;
    let (dry_run, wish) = (asked.flag("dry_run")?, wish(&asked)?);
    let live = app(&web, &caller, &key).await?;
    let bytes = to_bytes(request.into_body(), LARGEST_FILE)
        .await
        .map_err(|_| Failure(Error::TooLarge { code: "too_large_body".into(), params: Default::default() }))?;
    let name = asked.get("name").unwrap_or("import");
    let call = &caller.call;
    let id = web.service.upload_import(call, &live, &table, name, bytes.to_vec(), &wish).await?;
    let import = web.service.import(call, &live, &table, id).await?;
    let plan = plan_of(&import)?;
    let step = if dry_run { Step::Check } else { Step::Run };
    let job = web.service.start_import(call, &import, step).await?;
    if plan.rows > AT_ONCE {
        return Ok(accepted(job));
    }
    web.service.work(Some(job), &Stop::default()).await?;
    let ended = web.service.job(call, job).await?;
    problem_of(&ended)?;
    if ended.finished_at.is_none() {
        return Ok(accepted(job));
    }
    let import = web.service.import(call, &live, &table, id).await?;
    Ok(Json(result(&web, shell::texts(&caller), &import, &plan).await?).into_response())
}

/// An import with its counts and every bad cell.
async fn result(web: &Web, texts: Texts, import: &Import, plan: &Plan) -> Result<Value> {
    let refused = imports::refused(&web.service.store.reader(), import.id, -1, NAMED).await?;
    let mut errors = Vec::new();
    for row in &refused {
        let cells: Vec<CellError> =
            row.errors.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        errors.extend(cells.iter().map(|cell| {
            json!({
                "address": cell.address, "row": cell.row, "column": cell.column, "field": cell.field, "value": cell.value,
                "code": cell.code, "params": cell.params, "message": say_field(texts, &cell.as_field_error()),
            })
        }));
    }
    let counts = Counts::of(import);
    Ok(json!({
        "import": import.id, "job": import.job_id, "state": import.state, "rows": plan.rows, "made": counts.made,
        "changed": counts.changed, "same": counts.same, "refused": counts.refused, "errors": errors,
        "mapping": plan.columns.iter().filter(|column| column.field.is_some())
            .map(|column| (column.title.clone(), Value::from(column.field.clone()))).collect::<serde_json::Map<_, _>>(),
        "unmapped": plan.unmapped().map(|column| column.title.as_str()).collect::<Vec<_>>(),
    }))
}

/// How an import went.
pub async fn imported(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let import = web.service.import(&caller.call, &live, &table, id).await?;
    let plan = plan_of(&import)?;
    Ok(Json(result(&web, shell::texts(&caller), &import, &plan).await?).into_response())
}

/// Takes an import back.
pub async fn undo(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = app(&web, &caller, &key).await?;
    let import = web.service.import(&caller.call, &live, &table, id).await?;
    Ok(accepted(web.service.start_import(&caller.call, &import, Step::Undo).await?))
}

/// The form of a file by its word; XLSX where nothing is said.
///
/// # Errors
/// A word that is not known.
pub fn format(word: Option<&str>) -> Result<Format> {
    match word {
        None | Some("xlsx") => Ok(Format::Xlsx),
        Some("csv") => Ok(Format::Csv),
        Some(other) => {
            let error = FieldError::new("/format", "option").with("value", other).with("options", "csv, xlsx");
            Err(Error::Invalid(vec![error]).into())
        }
    }
}

/// What a query asks to be exported.
pub fn export_of(table: String, asked: &Parameters) -> Result<Export> {
    Ok(Export {
        table,
        format: format(asked.get("format"))?,
        view: asked.get("view").map(str::to_owned),
        filter: asked.json("filter")?,
        search: asked.get("q").map(str::to_owned),
        sort: asked.get("sort").map(str::to_owned),
        fields: asked.get("fields").map(|_| list(asked, "fields")),
    })
}

pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked = parameters(pairs, &EXPORT)?;
    let live = app(&web, &caller, &key).await?;
    let export = export_of(table, &asked)?;
    Ok(match web.service.export(&caller.call, &live, &export).await? {
        Exported::File { name, bytes } => download(&name, export.format.content_type(), bytes),
        Exported::Job(job) => accepted(job),
    })
}

pub async fn template(
    State(web): State<Web>,
    caller: Caller,
    Path((key, table)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    parameters(pairs, &[])?;
    let live = app(&web, &caller, &key).await?;
    let words = template_words(shell::texts(&caller));
    let bytes = web.service.import_template(&caller.call, &live, &table, &words).await?;
    let title = &live.table(&caller.call.actor.locale, &table)?.title;
    Ok(download(&format!("{title}.xlsx"), Format::Xlsx.content_type(), bytes))
}
