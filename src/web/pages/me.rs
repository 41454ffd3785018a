//! `/me`: the reader's own page: who they are here, language and theme, password.

use super::find;
use crate::{
    base::error::FieldError,
    i18n::{Locale, Texts, format},
    service::Error,
    store::departments,
    web::{
        Result, Web,
        body::FormBody,
        caller::{Caller, open_session},
        error::{html, say_field},
        extract::{Wants, is_local},
        shell,
        view::{Cell, Fact, Note, NoteTone, Place, Theme, me::MePage},
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use tower_sessions::Session;

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, RawQuery(query): RawQuery) -> Result<Response> {
    let pairs = find::pairs(query.as_deref());
    page(&web, &caller, &wants.path, find::parameter(&pairs, "notice"), Vec::new()).await
}

/// Sets the language of the pages.
pub async fn locale(State(web): State<Web>, caller: Caller, wants: Wants, form: FormBody) -> Result<Response> {
    people_only(&caller)?;
    let chosen = form.get("locale").and_then(Locale::parse).ok_or_else(|| Error::malformed("locale"))?;
    let locale = chosen.as_str().to_owned();
    web.service.set_appearance(caller.call.actor.user, Some(locale), None).await?;
    Ok(back(&wants, &form))
}

/// Sets light, dark, or what the device says.
pub async fn theme(State(web): State<Web>, caller: Caller, wants: Wants, form: FormBody) -> Result<Response> {
    people_only(&caller)?;
    let chosen = form.get("theme").and_then(Theme::parse).ok_or_else(|| Error::malformed("theme"))?;
    let theme = chosen.as_str().to_owned();
    web.service.set_appearance(caller.call.actor.user, None, Some(theme)).await?;
    Ok(back(&wants, &form))
}

/// Changes the password; every other session of the person ends, this one goes on under a new id.
pub async fn password(State(web): State<Web>, caller: Caller, session: Session, form: FormBody) -> Result<Response> {
    people_only(&caller)?;
    let texts = shell::texts(&caller);
    let typed = |name: &str| form.raw(name).unwrap_or_default();
    let (old, new) = (typed("current"), typed("password"));
    let mut errors = Vec::new();
    for name in ["current", "password", "password_again"] {
        if typed(name).is_empty() {
            errors.push((name.to_owned(), texts.get("error-required")));
        }
    }
    if errors.is_empty() && new != typed("password_again") {
        errors.push(("password_again".to_owned(), texts.get("error-passwords-differ")));
    }
    if errors.is_empty() {
        match web.service.change_password(caller.call.actor.user, old, new).await {
            Ok(signed_in) => {
                open_session(&session, signed_in).await?;
                return Ok(Redirect::to("/me?notice=password").into_response());
            }
            Err(Error::Invalid(wrong)) => errors.extend(wrong.iter().map(|error| at_field(texts, error))),
            Err(other) => return Err(other.into()),
        }
    }
    let mut response = page(&web, &caller, "/me", None, errors).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// A program has no eyes, and a token is no proof of a password.
fn people_only(caller: &Caller) -> Result<()> {
    if caller.by_token { Err(Error::forbidden("forbidden").into()) } else { Ok(()) }
}

/// Where the reader was.
fn back(wants: &Wants, form: &FormBody) -> Response {
    let next = form.get("next").filter(|next| is_local(next)).unwrap_or(&wants.back);
    Redirect::to(next).into_response()
}

fn at_field(texts: Texts, error: &FieldError) -> (String, String) {
    let name = if error.path == "/old" { "current" } else { "password" };
    (name.to_owned(), say_field(texts, error))
}

async fn page(
    web: &Web,
    caller: &Caller,
    path: &str,
    notice: Option<&str>,
    errors: Vec<(String, String)>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let reader = web.service.store.reader();
    let actor = &caller.call.actor;
    let own = departments::of_user(&reader, actor.user).await?;
    let departments: Vec<String> = own.into_iter().map(|department| department.name).collect();
    let live = web.service.live.all(&reader, caller.person.epoch).await?;
    let mut roles = Vec::new();
    for app in &live {
        let face = &app.face(&actor.locale).app;
        for role in actor.roles_in(app.key()).filter_map(|key| face.roles.get(key)) {
            roles.push(format!("{} · {}", face.manifest.title, role.title));
        }
    }
    if actor.is_main_administrator {
        roles.insert(0, texts.get("word-main-administrator"));
    }
    let facts = vec![
        Fact::new(texts.get("me-organisation"), Cell::text(&caller.person.organisation)),
        Fact::new(texts.get("me-login"), Cell::Code(actor.login.clone())),
        Fact::new(texts.get("me-department"), Cell::text(format::listed(texts, &departments))),
        Fact::new(texts.get("me-position"), Cell::text(caller.person.position.clone().unwrap_or_default())),
        Fact { wide: true, ..Fact::new(texts.get("me-roles"), Cell::text(format::listed(texts, &roles))) },
    ];
    let wrong = !errors.is_empty();
    let note = wrong.then(|| Note::new(NoteTone::Bad, texts.count("form-error-count", errors.len())));
    let mut shell = shell::of(web, caller, path, texts.get("nav-me"), Place::Me).await?;
    shell.flash = shell::flash(texts, notice, "");
    html(&MePage { shell, facts, note, errors })
}
