//! The first run: the organisation, its main administrator, and what to begin with.

use super::{keys::new_key, sign_in, visitor};
use crate::{
    definition::{manifest::Manifest, package::MANIFEST, translation},
    i18n::Texts,
    service::{
        Error,
        apps::ImportError,
        bundled::{self, Bundled},
        setup::NewOrganisation,
    },
    web::{
        Result, Web,
        body::FormBody,
        caller,
        error::{self, Failure},
        extract::Wants,
        shell,
        view::entry::{SetupError, SetupPage, TemplateChoice},
    },
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::net::SocketAddr;
use tower_sessions::Session;

/// Where most who run this work; changed in the settings of the organisation.
const TIME_ZONE: &str = "Asia/Shanghai";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    locale: Option<String>,
}

/// What was filled in, apart from passwords.
#[derive(Default)]
struct Filled {
    key: String,
    organisation: String,
    name: String,
    login: String,
    start: String,
    demo: bool,
}

/// `GET /setup`.
///
/// # Errors
/// The database failed.
pub async fn show(
    State(web): State<Web>,
    wants: Wants,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if web.service.is_set_up(&web.service.store.reader()).await? {
        return Ok(Redirect::to("/").into_response());
    }
    let texts = visitor::texts(asked.locale.as_deref(), &headers, &wants);
    let templates = bundled::all()?;
    let start = templates.first().map(|template| template.key.clone()).unwrap_or_default();
    let filled = Filled { key: new_key(), start, ..Filled::default() };
    let page = page(texts, &wants, &templates, filled, Vec::new());
    Ok(visitor::remember(error::html(&page)?, asked.locale.as_deref(), &web))
}

/// `POST /setup`: sets up, imports the chosen template, and signs the main administrator in.
///
/// # Errors
/// The database failed. What does not fit is said on the page.
pub async fn submit(
    State(web): State<Web>,
    session: Session,
    address: Option<Extension<SocketAddr>>,
    wants: Wants,
    headers: HeaderMap,
    form: FormBody,
) -> Result<Response> {
    if web.service.is_set_up(&web.service.store.reader()).await? {
        return Ok(Redirect::to("/").into_response());
    }
    let texts = visitor::texts(form.get("locale"), &headers, &wants);
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let filled = Filled {
        key: text("_key"),
        organisation: text("organisation"),
        name: text("name"),
        login: text("login"),
        start: text("start"),
        demo: form.has("demo"),
    };
    let password = form.raw("password").unwrap_or_default();
    let templates = bundled::all()?;
    let chosen = templates.iter().find(|template| template.key == filled.start);
    let mut errors = Vec::new();
    if password != form.raw("password_again").unwrap_or_default() {
        errors.push(SetupError {
            field: "password_again".into(),
            message: texts.error("passwords_differ", &[]).unwrap_or_default(),
        });
    }
    if chosen.is_none() && !filled.start.is_empty() {
        errors.push(SetupError { field: "start".into(), message: texts.error("choice", &[]).unwrap_or_default() });
    }
    let new = NewOrganisation {
        organisation: filled.organisation.clone(),
        locale: texts.lang().to_owned(),
        time_zone: TIME_ZONE.to_owned(),
        login: filled.login.clone(),
        name: filled.name.clone(),
        password: password.to_owned(),
    };
    let refused =
        if errors.is_empty() { web.service.set_up(new).await.err() } else { Some(Error::Invalid(new.problems())) };
    match refused {
        None => {}
        // Somebody was faster, or pressed twice.
        Some(Error::Conflict { code, .. }) if code == "already_set_up" => return Ok(Redirect::to("/").into_response()),
        Some(Error::Invalid(more)) => errors.extend(more.iter().map(|error| SetupError {
            field: error.path.trim_start_matches('/').to_owned(),
            message: error::say_field(texts, error),
        })),
        Some(other) => return Err(other.into()),
    }
    if !errors.is_empty() {
        let mut response = error::html(&page(texts, &wants, &templates, filled, errors))?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let address = address.map(|Extension(address)| address.ip().to_string());
    let signed_in = web.service.sign_in(&filled.login, password, address.as_deref()).await?;
    caller::open_session(&session, signed_in).await?;
    sign_in::note_origin(&session, address.as_deref(), &headers).await?;
    if let Some(template) = chosen {
        import(&web, template, filled.demo).await?;
    }
    Ok(Redirect::to("/").into_response())
}

/// Sample people belong to the demo; a company gets the sample master data alone.
async fn import(web: &Web, template: &Bundled, samples: bool) -> Result<()> {
    let person = web.service.main_administrator(&web.service.store.reader()).await?;
    let call = person.call(web.service.clock.now());
    let imported = web.service.import_app(&call, template.documents.clone(), samples).await;
    imported.map(|_| ()).map_err(|refusal| match refusal {
        ImportError::Refused(error) => Failure(error),
        ImportError::Findings(findings) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            Failure(Error::internal(format!("the template \"{}\" does not import: {first}", template.key)))
        }
    })
}

fn page(texts: Texts, wants: &Wants, templates: &[Bundled], filled: Filled, errors: Vec<SetupError>) -> SetupPage {
    SetupPage {
        frame: shell::frame(texts, None, &wants.path),
        key: filled.key,
        organisation: filled.organisation,
        name: filled.name,
        login: filled.login,
        templates: templates.iter().map(|template| choice(texts, template)).collect(),
        start: filled.start,
        demo: filled.demo,
        errors,
    }
}

/// The template as its own manifest describes it, in the language of the page.
fn choice(texts: Texts, template: &Bundled) -> TemplateChoice {
    let translated = translation::translate(&template.documents, texts.lang()).documents;
    let manifest: Option<Manifest> = translated.json(MANIFEST).ok().and_then(|json| serde_json::from_value(json).ok());
    let (title, description) = manifest
        .map_or_else(|| (template.key.clone(), String::new()), |manifest| (manifest.title, manifest.description));
    let has_demo = template.documents.folder("demo").next().is_some();
    TemplateChoice { key: template.key.clone(), title, description, has_demo }
}
