//! Somebody who asks the server: a browser with its cookies, or a program with its token. Answers come with their JSON.

#![allow(dead_code)] // each test binary uses the part it needs

use reqwest::{
    Method,
    cookie::Jar,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use std::{ops::Deref, sync::Arc};

/// One caller. Cheap to clone; clones share cookies and connections.
#[derive(Clone)]
pub struct Caller {
    client: reqwest::Client,
    jar: Arc<Jar>,
    base: String,
    headers: HeaderMap,
}

impl Caller {
    /// Somebody unknown to the server at `base`, such as `http://127.0.0.1:8080`.
    pub fn anonymous(base: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = reqwest::Client::builder()
            .cookie_provider(jar.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self { client, jar, base: base.to_owned(), headers: HeaderMap::new() }
    }

    /// The same, who shows this cookie (`name=value`).
    pub fn with_cookie(self, cookie: &str) -> Self {
        self.jar.add_cookie_str(cookie, &self.base.parse().expect("an address"));
        self
    }

    /// The same, with a header on every request.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    /// The same, with a token.
    pub fn with_token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// The same, who reads this language.
    pub fn reading(self, language: &str) -> Self {
        self.with("accept-language", language)
    }

    /// The cookies as the browser would send them.
    pub fn cookies(&self) -> Option<String> {
        use reqwest::cookie::CookieStore;
        let header = self.jar.cookies(&self.base.parse().expect("an address"))?;
        header.to_str().ok().map(str::to_owned)
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.post("/api/v1/session", serde_json::json!({"login": login, "password": password})).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Body::Json(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], Body::Json(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[], Body::Json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Body::None).await
    }

    /// A POST that is known by a key.
    pub async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[("idempotency-key", key)], Body::Json(body)).await
    }

    /// A list with its query parameters.
    pub async fn list(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        self.get(&with_query(path, parameters)).await
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        self.try_send(method, path, headers, body).await.expect("the server answers")
    }

    /// Any request, to a server that may be gone.
    ///
    /// # Errors
    /// No answer came.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Result<Answer, reqwest::Error> {
        let mut request =
            self.client.request(method.clone(), format!("{}{path}", self.base)).headers(self.headers.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match body {
            Body::None => request,
            Body::Json(json) => request.json(&json),
            Body::Bytes(kind, bytes) => request.header("content-type", kind).body(bytes),
        };
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { asked: format!("{method} {path}"), status, headers, bytes, json })
    }
}

/// What is sent along.
pub enum Body {
    None,
    Json(Value),
    /// A content type and the bytes.
    Bytes(&'static str, Vec<u8>),
}

/// What came back; members of its JSON are read by indexing.
#[derive(Debug, Clone)]
pub struct Answer {
    asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Deref for Answer {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.json
    }
}

impl Answer {
    /// The answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text());
        self
    }

    /// The answer, if it is a problem of this status and code that says something a reader understands.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let this = self.expect(status);
        let text = this.text();
        assert_eq!(this.header("content-type"), Some("application/problem+json"), "{} answered {text}", this.asked);
        assert_eq!(this["code"], code, "{} answered {text}", this.asked);
        assert_eq!(this["status"], status, "{} answered {text}", this.asked);
        assert_eq!(this["type"], format!("urn:formwork:problem:{code}"), "{text}");
        assert!(!this["request_id"].as_str().unwrap_or_default().is_empty(), "{text}");
        let errors = this["errors"].as_array().cloned().unwrap_or_default();
        let sentences = std::iter::once(&this["detail"]).chain(errors.iter().map(|error| &error["message"]));
        for sentence in sentences {
            let sentence = sentence.as_str().unwrap_or_default();
            assert!(!sentence.is_empty() && !sentence.contains(['{', '}']), "{} says “{sentence}”: {text}", this.asked);
        }
        this
    }

    /// The answer, if it refuses with this status in whatever form.
    #[track_caller]
    pub fn refused_page(self, status: u16) -> Self {
        let this = self.expect(status);
        assert!(!this.bytes.is_empty(), "{} says nothing", this.asked);
        this
    }

    /// Path and code of every error, in their order.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["path"]), text(&error["code"]))).collect()
    }

    /// The items of a list.
    #[track_caller]
    pub fn items(&self) -> &[Value] {
        self["items"].as_array().unwrap_or_else(|| panic!("{} is no list: {}", self.asked, self.text()))
    }

    /// The record's, task's or case's id.
    #[track_caller]
    pub fn id(&self) -> i64 {
        self["id"].as_i64().unwrap_or_else(|| panic!("{} has no id: {}", self.asked, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A path with query parameters, encoded.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
