//! `/s/{token}`: a public form. It shows nothing of the system but the form itself.

use super::{Sending, Subject};
use crate::{
    service::{
        Call, Error,
        accounts::Person,
        public_links::{self, Closed, Opened},
    },
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::{find, picker, visitor},
        shell,
        view::public::{PublicPage, PublicState},
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use std::{net::SocketAddr, sync::Arc};

/// A field that people do not see and robots fill in.
pub const TRAP: &str = "website";
/// The proof that the password was given lasts a day, in seconds.
const KEPT: u32 = 86_400;

/// What comes with every request to a public form.
pub struct Visit {
    headers: HeaderMap,
    address: Option<String>,
    wants: Wants,
    query: Option<String>,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<SocketAddr>().map(|address| address.ip().to_string());
        let wants = Wants::from_request_parts(parts, state).await?;
        Ok(Self { headers: parts.headers.clone(), address, wants, query: parts.uri.query().map(str::to_owned) })
    }
}

/// A link that was followed, by nobody in particular.
struct Guest {
    caller: Caller,
    opened: Opened,
}

impl Guest {
    async fn enter(web: &Web, visit: &Visit, token: &str) -> Result<Self> {
        let reader = web.service.store.reader();
        let known = web.service.main_administrator(&reader).await?;
        let pairs = find::pairs(visit.query.as_deref());
        let texts = visitor::texts(find::parameter(&pairs, "locale"), &visit.headers, &visit.wants);
        let now = web.service.clock.now();
        let today = now.date_in(&known.zone).to_string();
        let opened = web.service.open_link(token, &today).await?;
        let actor = Arc::new(public_links::guest(&opened.link, texts.locale().as_str()));
        let person = Person {
            actor: actor.clone(),
            theme: None,
            position: None,
            zone: known.zone.clone(),
            organisation: known.organisation.clone(),
            epoch: known.epoch,
        };
        let call = Call {
            actor,
            now,
            zone: known.zone.clone(),
            request_id: None,
            address: visit.address.clone(),
            idempotency: None,
            chain: Default::default(),
        };
        Ok(Self { caller: Caller { person: Arc::new(person), call, by_token: false }, opened })
    }

    fn url(&self) -> String {
        format!("/s/{}", self.opened.link.token)
    }

    /// What stands in the way of the form, as a page of its own.
    fn barrier(&self, visit: &Visit) -> Option<Result<Response>> {
        if let Some(closed) = self.opened.closed {
            let key = match closed {
                Closed::Off => "public-closed",
                Closed::Expired => "public-expired",
                Closed::Full => "public-full",
                Closed::FullToday => "public-full-today",
            };
            let text = shell::texts(&self.caller).get(key);
            return Some(self.page(PublicState::Closed(text), StatusCode::GONE));
        }
        let proof = public_links::proof(&self.opened.link)?;
        if cookie(&visit.headers, &self.cookie_name()).as_deref() == Some(proof.as_str()) {
            return None;
        }
        Some(self.page(PublicState::Password { wrong: None }, StatusCode::OK))
    }

    fn cookie_name(&self) -> String {
        format!("formwork_link_{}", self.opened.link.id)
    }

    fn page(&self, state: PublicState, status: StatusCode) -> Result<Response> {
        let texts = shell::texts(&self.caller);
        // What is closed says no more than that.
        let title = match &state {
            PublicState::Closed(_) => texts.get("public-title"),
            _ => self.opened.link.title.clone(),
        };
        let mut response = html(&PublicPage {
            frame: shell::frame(texts, Some(&self.caller), &self.url()),
            title,
            description: String::new(),
            action: self.url(),
            state,
        })?;
        *response.status_mut() = status;
        Ok(response)
    }

    async fn subject<'a>(&'a self, web: &'a Web) -> Result<Subject<'a>> {
        let form = self.opened.live.app().forms.get(&self.opened.link.form).ok_or(Error::NotFound)?;
        Subject::guest(web, &self.caller, &self.opened.live, &form.key, &form.table, &self.opened.link.token).await
    }
}

/// `GET /s/{token}`.
///
/// # Errors
/// `NotFound` for a link that there is not; the database failed.
pub async fn show(State(web): State<Web>, visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let guest = Guest::enter(&web, &visit, &token).await?;
    let pairs = find::pairs(visit.query.as_deref());
    let asked = find::parameter(&pairs, "locale").map(str::to_owned);
    if find::parameter(&pairs, "sent").is_some() {
        let form = guest.opened.live.face(&guest.caller.call.actor.locale).app.forms.get(&guest.opened.link.form);
        let own = form.and_then(|form| form.public.as_ref()).and_then(|public| public.message.clone());
        let text = own.unwrap_or_else(|| shell::texts(&guest.caller).get("public-thanks"));
        return guest.page(PublicState::Thanks(text), StatusCode::OK);
    }
    if let Some(barrier) = guest.barrier(&visit) {
        return Ok(visitor::remember(barrier?, asked.as_deref(), &web));
    }
    let subject = guest.subject(&web).await?;
    let response = Sending::of(&FormBody::default(), &subject).open(&visit.wants).await?;
    Ok(visitor::remember(response, asked.as_deref(), &web))
}

/// `POST /s/{token}`: what was filled in, or the password.
///
/// # Errors
/// As [`show`]; too many from one address.
pub async fn send(State(web): State<Web>, visit: Visit, Path(token): Path<String>, form: FormBody) -> Result<Response> {
    let guest = Guest::enter(&web, &visit, &token).await?;
    if let Some(password) = form.raw("_password") {
        return unlock(&web, &visit, &guest, password).await;
    }
    if let Some(barrier) = guest.barrier(&visit) {
        return barrier;
    }
    if form.get(TRAP).is_some() {
        return Ok(Redirect::to(&format!("{}?sent=1", guest.url())).into_response());
    }
    let subject = guest.subject(&web).await?;
    Sending::of(&form, &subject).send(form, &visit.wants).await
}

async fn unlock(web: &Web, visit: &Visit, guest: &Guest, password: &str) -> Result<Response> {
    let link = &guest.opened.link;
    if !web.service.try_link_password(link, password, visit.address.as_deref()).await? {
        let wrong = Some(shell::texts(&guest.caller).get("public-password-wrong"));
        return guest.page(PublicState::Password { wrong }, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut response = Redirect::to(&guest.url()).into_response();
    if let Some(proof) = public_links::proof(link) {
        let https = web.settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        let secure = if https { "; Secure" } else { "" };
        let cookie = format!(
            "{}={proof}; Path={}; Max-Age={KEPT}; SameSite=Lax; HttpOnly{secure}",
            guest.cookie_name(),
            guest.url()
        );
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}

/// `POST /s/{token}/live`.
///
/// # Errors
/// As [`show`].
pub async fn live(State(web): State<Web>, visit: Visit, Path(token): Path<String>, form: FormBody) -> Result<Response> {
    let guest = Guest::enter(&web, &visit, &token).await?;
    if let Some(barrier) = guest.barrier(&visit) {
        return barrier;
    }
    let subject = guest.subject(&web).await?;
    Sending::of(&form, &subject).change(form, &visit.wants).await
}

/// `GET /s/{token}/options/{field}`: labels and ids, as far as the form offers them.
///
/// # Errors
/// `NotFound` for everything else.
pub async fn options(
    State(web): State<Web>,
    visit: Visit,
    Path((token, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let guest = Guest::enter(&web, &visit, &token).await?;
    if let Some(barrier) = guest.barrier(&visit) {
        return barrier;
    }
    let subject = guest.subject(&web).await?;
    picker::offered_to_guests(&subject, &path, query.as_deref()).await
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}
