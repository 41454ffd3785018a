//! Signing in and out.

use super::visitor;
use crate::{
    service::Error,
    store::{people, session},
    web::{
        Result, Web,
        body::FormBody,
        caller::{self, Caller},
        error::{self, Failure},
        extract::{Wants, is_local},
        shell,
        view::{
            Note, NoteTone,
            entry::{DemoSignIn, LoginPage},
        },
    },
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::net::SocketAddr;
use tower_sessions::Session;

/// The longest name of a browser that is kept with a session, in characters.
const LONGEST_AGENT: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    login: Option<String>,
    next: Option<String>,
    locale: Option<String>,
}

/// `GET /login`.
///
/// # Errors
/// The database failed.
pub async fn show(
    State(web): State<Web>,
    signed_in: Option<Extension<Caller>>,
    wants: Wants,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let next = local(asked.next.as_deref());
    if signed_in.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    if !web.service.is_set_up(&web.service.store.reader()).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let texts = visitor::texts(asked.locale.as_deref(), &headers, &wants);
    let page = page(&web, &wants, texts, asked.login.unwrap_or_default(), next, None).await?;
    Ok(visitor::remember(error::html(&page)?, asked.locale.as_deref(), &web))
}

/// `POST /login`.
///
/// # Errors
/// The database failed. Wrong credentials are said on the page.
pub async fn submit(
    State(web): State<Web>,
    session: Session,
    address: Option<Extension<SocketAddr>>,
    wants: Wants,
    headers: HeaderMap,
    form: FormBody,
) -> Result<Response> {
    let login = form.get("login").unwrap_or_default();
    let password = form.raw("password").unwrap_or_default();
    let next = local(form.get("next"));
    let address = address.map(|Extension(address)| address.ip().to_string());
    let signed_in = if login.is_empty() || password.is_empty() {
        Err(Error::unauthenticated("sign_in_blank"))
    } else {
        web.service.sign_in(login, password, address.as_deref()).await
    };
    match signed_in {
        Ok(signed_in) => {
            caller::open_session(&session, signed_in).await?;
            note_origin(&session, address.as_deref(), &headers).await?;
            Ok(Redirect::to(next).into_response())
        }
        Err(refusal @ (Error::Unauthenticated { .. } | Error::Limited { .. })) => {
            let texts = visitor::texts(None, &headers, &wants);
            let note = Note::new(NoteTone::Bad, error::message_of(texts, &refusal));
            let page = page(&web, &wants, texts, login.to_owned(), next, Some(note)).await?;
            let mut response = error::html(&page)?;
            *response.status_mut() = error::status_of(&refusal);
            if let Error::Limited { retry_after, .. } = refusal {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /logout`.
///
/// # Errors
/// The session could not be ended.
pub async fn sign_out(session: Session) -> Result<Response> {
    session.flush().await.map_err(broken)?;
    Ok(Redirect::to("/login").into_response())
}

fn broken(error: tower_sessions::session::Error) -> Failure {
    Failure(Error::internal(error.to_string()))
}

/// Keeps from where and with what a session was opened: its owner can tell it among their others.
pub async fn note_origin(session: &Session, address: Option<&str>, headers: &HeaderMap) -> Result<()> {
    if let Some(address) = address {
        session.insert(session::ADDRESS, address).await.map_err(broken)?;
    }
    if let Some(agent) = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()) {
        let agent: String = agent.chars().take(LONGEST_AGENT).collect();
        session.insert(session::AGENT, agent).await.map_err(broken)?;
    }
    Ok(())
}

/// Where to go on: only ever a path of this site.
fn local(next: Option<&str>) -> &str {
    next.filter(|next| is_local(next)).unwrap_or("/")
}

async fn page(
    web: &Web,
    wants: &Wants,
    texts: crate::i18n::Texts,
    login: String,
    next: &str,
    note: Option<Note>,
) -> Result<LoginPage> {
    let reader = web.service.store.reader();
    let mut frame = shell::frame(texts, None, &wants.path);
    frame.organisation = people::organisation(&reader).await?.map(|organisation| organisation.name).unwrap_or_default();
    let mut demo = Vec::with_capacity(web.settings.demo_people.len());
    for (known, title) in &web.settings.demo_people {
        let name = people::user_by_login(&reader, known).await?.map_or_else(|| known.clone(), |user| user.name);
        let onward: Vec<(&str, &str)> = if next == "/" { Vec::new() } else { vec![("next", next)] };
        let query = serde_urlencoded::to_string([&[("login", known.as_str())], onward.as_slice()].concat());
        demo.push(DemoSignIn {
            login: known.clone(),
            name,
            title: title.clone(),
            href: format!("/login?{}", query.unwrap_or_default()),
        });
    }
    let next = if next == "/" { String::new() } else { next.to_owned() };
    Ok(LoginPage { frame, login, next, note, demo })
}
