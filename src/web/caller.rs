//! Who is calling: by session cookie or by token. Every route says what it needs; the rest is refused.

use super::{
    error::{self, Failure},
    middleware::RequestId,
    router::Web,
};
use crate::{
    access::Actor,
    base::id::UserId,
    definition::role::Action,
    i18n::Locale,
    service::{Call, Error, accounts::Person},
    store::session::{USER, USER_EPOCH},
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};
use tower_sessions::Session;

/// What a route needs. There is no default: a route without an entry does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: sign-in, set-up, health, assets.
    Nothing,
    /// Somebody signed in; what they see is theirs.
    Person,
    /// This right on the table in the path, which the use case decides row by row.
    Right(Action),
    /// The main administrator.
    Administrator,
}

/// The signed-in person of this request.
#[derive(Clone)]
pub struct Caller {
    pub person: Arc<Person>,
    pub call: Call,
    /// Whether a token was shown, which means a program and not a browser.
    pub by_token: bool,
}

/// Finds out who is calling and leaves it with the request.
pub async fn identify(State(web): State<Web>, session: Session, mut request: Request, next: Next) -> Response {
    let origin = Origin::of(&request);
    match find(&web, &session, origin).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        // Whoever needs nobody in particular is served all the same; the rest is refused by `require`.
        Err(error) => {
            request.extensions_mut().insert(Unidentified(Arc::new(error)));
        }
    }
    next.run(request).await
}

/// Why the caller could not be found out: a token that is not valid, or the database.
#[derive(Clone)]
struct Unidentified(Arc<Error>);

/// What a request says of where it comes from.
struct Origin {
    token: Option<String>,
    request_id: Option<String>,
    address: Option<String>,
    /// The language that a program asks for; a person has chosen theirs.
    locale: Option<Locale>,
}

impl Origin {
    fn of(request: &Request) -> Self {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        Self {
            token: header.and_then(|value| value.strip_prefix("Bearer ")).map(|token| token.trim().to_owned()),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
            address: request.extensions().get::<SocketAddr>().map(|address| address.ip().to_string()),
            locale: request
                .headers()
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .map(Locale::from_accept_language),
        }
    }
}

async fn find(web: &Web, session: &Session, origin: Origin) -> Result<Option<Caller>, Error> {
    let reader = web.service.store.reader();
    let (person, by_token) = match &origin.token {
        Some(token) => (web.service.person_of_token(&reader, token).await?, true),
        None => {
            // Static files and health checks come without a cookie or do not care; no cookie costs no statement.
            let Some(user) = session.get::<i64>(USER).await.map_err(|error| Error::internal(error.to_string()))? else {
                return Ok(None);
            };
            let Some(person) = web.service.person(&reader, UserId(user)).await? else { return Ok(None) };
            (person, false)
        }
    };
    let mut call = person.call(web.service.clock.now());
    if let Some(locale) = origin.locale.filter(|_| by_token) {
        call.actor = Arc::new(Actor { locale: locale.as_str().to_owned(), ..(*call.actor).clone() });
    }
    call.request_id = origin.request_id;
    call.address = origin.address;
    Ok(Some(Caller { person, call, by_token }))
}

/// Refuses a request whose caller is not what the route needs.
pub async fn require(State((_, needs)): State<(Web, Needs)>, request: Request, next: Next) -> Response {
    if let Some(Unidentified(error)) = request.extensions().get() {
        return error::carrying(error.clone());
    }
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Failure(Error::unauthenticated("unauthenticated")).into_response();
    };
    let allowed = match needs {
        Needs::Nothing | Needs::Person | Needs::Right(_) => true,
        Needs::Administrator => {
            caller.call.actor.is_main_administrator && caller.call.actor.token_allows("admin", None)
        }
    };
    if !allowed {
        return Failure(Error::forbidden("administrators_only")).into_response();
    }
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure(Error::unauthenticated("unauthenticated")))
    }
}

/// Opens a session for somebody who proved who they are: under a new id, so that an id known before is worth nothing.
///
/// # Errors
/// The session could not be stored.
pub async fn open_session(session: &Session, signed_in: crate::service::sign_in::SignedIn) -> Result<(), Error> {
    let broken = |error: tower_sessions::session::Error| Error::internal(error.to_string());
    session.cycle_id().await.map_err(broken)?;
    session.insert(USER, signed_in.user.0).await.map_err(broken)?;
    session.insert(USER_EPOCH, signed_in.security_epoch).await.map_err(broken)
}
