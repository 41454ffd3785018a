//! `/templates`: the gallery. `/templates/import`: a package is sent, looked into and decided upon; `/templates/{key}` does the
//! same with a template that comes with the program.

mod inspect;
mod upgrade;

use crate::{
    definition::{merge::Decisions, package::Documents},
    i18n::Texts,
    service::{
        Error, LiveApp,
        apps::ImportError,
        bundled,
        evolve::upgrade::Wanted,
        templates::{gallery, may_import},
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, message_of, status_of},
        extract::Wants,
        pages::find,
        shell, upload,
        view::{
            Crumb, Empty, Note, NoteTone, Place,
            templates::{TemplateCard, TemplatesPage, UploadPage},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// Where a package comes from.
struct Source {
    documents: Documents,
    /// The page that shows it.
    path: String,
    /// The file, and its size in bytes; nothing for a bundled one.
    file: Option<(i64, String, usize)>,
}

pub async fn list(State(web): State<Web>, caller: Caller, wants: Wants, RawQuery(query): RawQuery) -> Result<Response> {
    may_import(&caller.call)?;
    let texts = shell::texts(&caller);
    let pairs = find::pairs(query.as_deref());
    let words = find::parameter(&pairs, "q").unwrap_or_default().to_owned();
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    let mut cards = Vec::new();
    for template in gallery(&caller.call.actor.locale, &words)? {
        let state = match live.iter().find(|app| app.key() == template.key) {
            None => None,
            Some(app) if web.service.follows(app).await?.version == template.version => {
                Some(("ok", texts.get("template-installed")))
            }
            Some(_) => Some(("info", texts.get("template-upgradable"))),
        };
        cards.push(TemplateCard {
            href: format!("/templates/{}", template.key),
            icon: template.icon,
            title: template.title,
            description: template.description,
            facts: facts(
                texts,
                &[("tables", template.tables), ("flows", template.flows), ("scenarios", template.scenarios)],
            ),
            version: template.version,
            state,
        });
    }
    let empty = cards
        .is_empty()
        .then(|| Empty::new("search", texts.get("templates-empty-title"), texts.get("templates-empty-body")));
    let shell = shell::of(&web, &caller, &wants.path, texts.get("templates"), Place::Apps).await?;
    html(&TemplatesPage { shell, words, cards, empty })
}

fn facts(texts: Texts, counts: &[(&str, usize)]) -> Vec<String> {
    let told = counts.iter().filter(|(_, count)| *count > 0);
    told.map(|(what, count)| texts.count(&format!("template-count-{what}"), *count)).collect()
}

fn crumbs(texts: Texts, last: &str) -> Vec<Crumb> {
    vec![Crumb::new(texts.get("templates"), "/templates"), Crumb::new(last, "")]
}

pub async fn choose(State(web): State<Web>, caller: Caller, wants: Wants) -> Result<Response> {
    may_import(&caller.call)?;
    upload_page(&web, &caller, &wants, Vec::new()).await
}

async fn upload_page(web: &Web, caller: &Caller, wants: &Wants, notes: Vec<Note>) -> Result<Response> {
    let texts = shell::texts(caller);
    let title = texts.get("templates-import");
    let shell = shell::of(web, caller, &wants.path, title.clone(), Place::Apps).await?;
    html(&UploadPage { shell, crumbs: crumbs(texts, &title), notes })
}

pub async fn receive(State(web): State<Web>, caller: Caller, wants: Wants, request: Request) -> Result<Response> {
    may_import(&caller.call)?;
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
        Some((name, bytes)) => web.service.keep_package(&caller.call, &name, bytes.to_vec()).await,
    };
    match kept {
        Ok(id) => Ok(Redirect::to(&format!("/templates/import/{id}")).into_response()),
        Err(error @ Error::Invalid(_)) => {
            let note = Note::new(NoteTone::Bad, message_of(shell::texts(&caller), &error));
            let mut response = upload_page(&web, &caller, &wants, vec![note]).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn sent(web: &Web, caller: &Caller, id: i64) -> Result<Source> {
    let kept = web.service.kept_package(&caller.call, id).await?;
    let path = format!("/templates/import/{id}");
    Ok(Source { documents: kept.documents, path, file: Some((id, kept.name, kept.size)) })
}

fn own(caller: &Caller, key: &str) -> Result<Source> {
    may_import(&caller.call)?;
    let path = format!("/templates/{key}");
    Ok(Source { documents: bundled::named(key)?.documents, path, file: None })
}

pub async fn show_sent(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let source = sent(&web, &caller, id).await?;
    show(&web, &caller, &wants, &source, query.as_deref()).await
}

pub async fn show_own(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let source = own(&caller, &key)?;
    show(&web, &caller, &wants, &source, query.as_deref()).await
}

async fn show(web: &Web, caller: &Caller, wants: &Wants, source: &Source, query: Option<&str>) -> Result<Response> {
    let pairs = find::pairs(query);
    let notice = find::parameter(&pairs, "notice").map(str::to_owned);
    inspect::page(web, caller, wants, source, &Decisions::new(), notice, None).await
}

pub async fn act_sent(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(id): Path<i64>,
    form: FormBody,
) -> Result<Response> {
    let source = sent(&web, &caller, id).await?;
    act(&web, &caller, &wants, &source, &form).await
}

pub async fn act_own(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let source = own(&caller, &key)?;
    act(&web, &caller, &wants, &source, &form).await
}

/// The installed app with the key of a package.
async fn installed(web: &Web, caller: &Caller, documents: &Documents) -> Result<Option<Arc<LiveApp>>> {
    let json = documents.json("app.json").unwrap_or_default();
    let key = json["key"].as_str().unwrap_or_default();
    let live = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    Ok(live.into_iter().find(|app| app.key() == key))
}

/// An address that the app calls, and that nobody has agreed to.
fn not_agreed(source: &Source, form: &FormBody) -> Option<Error> {
    let hosts = crate::definition::inspection::addresses(&source.documents);
    let open = hosts.into_iter().find(|host| !form.all("agree").any(|agreed| agreed == host))?;
    let params = crate::base::error::Params::from([("address".to_owned(), open)]);
    Some(Error::Conflict { code: "address_not_agreed".into(), message: None, params, shortages: Vec::new() })
}

async fn act(web: &Web, caller: &Caller, wants: &Wants, source: &Source, form: &FormBody) -> Result<Response> {
    let service = &web.service;
    let in_spite = form.get("in_spite").map(str::trim).filter(|reason| !reason.is_empty());
    let mut decisions = Decisions::new();
    let done = match form.get("do") {
        Some("drop") => {
            if let Some((id, ..)) = &source.file {
                service.drop_package(&caller.call, *id).await?;
            }
            return Ok(Redirect::to("/templates").into_response());
        }
        Some("undo") => match installed(web, caller, &source.documents).await? {
            Some(app) => service.undo_upgrade(&caller.call, &app).await.map(|_| "undone"),
            None => Err(Error::NotFound.into()),
        },
        Some(what @ ("decide" | "upgrade")) => {
            let app = installed(web, caller, &source.documents).await?.ok_or(Error::NotFound)?;
            let open = service.plan_upgrade(&caller.call, &app, &source.documents, &decisions).await;
            let open = open.map(|planned| planned.merged.conflicts).unwrap_or_default();
            decisions = upgrade::decided(form, &open);
            if what == "decide" {
                return inspect::page(web, caller, wants, source, &decisions, None, None).await;
            }
            let wanted = Wanted {
                decisions: decisions.clone(),
                fingerprint: form.get("fingerprint").map(str::to_owned),
                confirmed: form.get("confirm") == Some("yes"),
                in_spite: in_spite.map(str::to_owned),
            };
            match not_agreed(source, form) {
                Some(error) => Err(error.into()),
                None => service.upgrade(&caller.call, &app, &source.documents, wanted).await.map(|_| "upgraded"),
            }
        }
        _ => match not_agreed(source, form) {
            Some(error) => Err(error.into()),
            None => {
                let samples = form.get("samples") == Some("yes");
                let imported = service.import_tried(&caller.call, source.documents.clone(), samples, in_spite).await;
                imported.map(|_| "imported")
            }
        },
    };
    let error = match done {
        Ok(notice) => return Ok(Redirect::to(&format!("{}?notice={notice}", source.path)).into_response()),
        Err(ImportError::Findings(_)) => Error::conflict("publish_findings"),
        Err(ImportError::Refused(
            error @ (Error::Conflict { .. } | Error::Stale { .. } | Error::Invalid(_) | Error::Malformed { .. }),
        )) => error,
        Err(ImportError::Refused(other)) => return Err(Failure(other)),
    };
    let texts = shell::texts(caller);
    let said = match &error {
        Error::Stale { .. } => texts.get("upgrade-moved"),
        other => message_of(texts, other),
    };
    let problem = Note::new(NoteTone::Bad, said);
    let mut response = inspect::page(web, caller, wants, source, &decisions, None, Some(problem)).await?;
    *response.status_mut() = status_of(&error);
    Ok(response)
}
