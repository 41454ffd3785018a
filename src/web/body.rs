//! Bodies of requests: HTML forms as ordered pairs, JSON with clear errors, idempotency keys.

use super::{caller::Caller, error::Failure, router::Web, upload};
use crate::{
    service::{Call, Error, tokens::hex},
    store::idempotency,
};
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, header},
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// A posted HTML form, in the order of its fields; a name may occur more than once.
#[derive(Debug, Clone, Default)]
pub struct FormBody(pub Vec<(String, String)>);

impl FormBody {
    /// The last value of a name, trimmed; none when it is missing or blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The last value of a name as it was sent.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

/// Somebody signed in may send files with a form: each is stored as theirs, and its id stands in its place.
impl FromRequest<Web> for FormBody {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let caller = request.extensions().get::<Caller>().cloned();
        if let Some(caller) = caller.filter(|_| upload::has_parts(request.headers())) {
            return upload::form(web, &caller, request).await;
        }
        let bytes = read(request).await?;
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(&bytes).map_err(|_| Error::malformed("the form could not be read"))?;
        Ok(Self(pairs))
    }
}

/// A JSON body, with the bytes it came as.
#[derive(Debug, Clone)]
pub struct JsonBody {
    pub json: Json,
    pub bytes: Bytes,
}

/// The deepest nesting of a body.
const DEEPEST: usize = 64;

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // A form that a foreign page posts cannot claim to be JSON; an empty body needs no type.
        let said_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self { json: Json::Object(serde_json::Map::new()), bytes });
        }
        if !said_json {
            return Err(Error::malformed("the body is sent as application/json").into());
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Error::malformed("the body is no UTF-8"))?;
        let json: Json = serde_json::from_str(text).map_err(|error| Error::malformed(error.to_string()))?;
        if depth(&json) > DEEPEST {
            return Err(Error::malformed(format!("the body nests deeper than {DEEPEST}")).into());
        }
        Ok(Self { json, bytes })
    }
}

impl JsonBody {
    /// The body as a type that knows all its members.
    ///
    /// # Errors
    /// `malformed`, with the member at fault.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_value(self.json.clone()).map_err(|error| Error::malformed(error.to_string()).into())
    }
}

fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

async fn read(request: Request) -> Result<Bytes, Failure> {
    let too_large = || Error::TooLarge { code: "too_large_body".into(), params: Default::default() };
    to_bytes(request.into_body(), super::router::LARGEST_BODY).await.map_err(|_| Failure(too_large()))
}

/// The longest idempotency key.
const LONGEST_KEY: usize = 200;

/// The caller's command with the key that the request carries in its header, if it does.
///
/// # Errors
/// A key that is too long.
pub fn keyed(caller: &Caller, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Call, Failure> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    with_key(caller, method.as_str(), path, key, body)
}

/// The caller's command with this key.
///
/// # Errors
/// A key that is too long.
pub fn with_key(caller: &Caller, method: &str, path: &str, key: Option<&str>, body: &[u8]) -> Result<Call, Failure> {
    let mut call = caller.call.clone();
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        if key.len() > LONGEST_KEY {
            return Err(Error::malformed(format!("an idempotency key has at most {LONGEST_KEY} characters")).into());
        }
        call.idempotency = Some(idempotency::Request {
            user: call.actor.user,
            method: method.to_owned(),
            path: path.to_owned(),
            key: key.to_owned(),
            body_hash: hex(&Sha256::digest(body)),
        });
    }
    Ok(call)
}
