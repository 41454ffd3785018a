//! `/build/new`: a new app by its name. Its key is made of the name and never asked for.

use crate::{
    definition::edit::app::begin,
    service::{Error, apps::ImportError},
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{Choice, Crumb, Place, designer::NewAppPage},
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

/// The icons that an app can be begun with.
pub const ICONS: [&str; 14] = [
    "apps", "check", "list", "stock", "truck", "calendar", "chart", "users", "tag", "clock", "file", "home", "shield",
    "message",
];

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants) -> Result<Response> {
    page(&web, &caller, &wants, "", ICONS[0], None).await
}

pub async fn create(State(web): State<Web>, caller: Caller, wants: Wants, form: FormBody) -> Result<Response> {
    let texts = shell::texts(&caller);
    let title = form.get("title").unwrap_or_default().to_owned();
    let icon = form.get("icon").filter(|icon| ICONS.contains(icon)).unwrap_or(ICONS[0]).to_owned();
    let reader = web.service.store.reader();
    let known = web.service.live.all(&reader, caller.person.epoch).await?;
    let taken = |key: &str| known.iter().any(|app| app.key() == key);
    let locale = caller.call.actor.locale.clone();
    let documents = match begin(&title, Some(&icon), &locale, &texts.get("word-members"), &taken) {
        Ok(documents) => documents,
        Err(refusal) => {
            let error = Error::from(refusal);
            let said = crate::web::error::message_of(texts, &error);
            let mut response = page(&web, &caller, &wants, &title, &icon, Some(said)).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    let imported = web.service.import_app(&caller.call, documents, false).await.map_err(|error| match error {
        ImportError::Refused(error) => Failure(error),
        ImportError::Findings(findings) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            Failure(Error::internal(format!("a new app does not read: {first}")))
        }
    })?;
    Ok(Redirect::to(&format!("/build/{}", imported.key)).into_response())
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    typed: &str,
    icon: &str,
    error: Option<String>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let title = texts.get("app-new");
    html(&NewAppPage {
        shell: shell::of(web, caller, &wants.path, title.clone(), Place::Apps).await?,
        crumbs: vec![Crumb::new(texts.get("apps-title"), "/apps"), Crumb::new(title.clone(), "")],
        title,
        typed: typed.to_owned(),
        error,
        icons: ICONS.map(|name| Choice::new(name, texts.get(&format!("icon-{name}")), name == icon)).to_vec(),
    })
}
