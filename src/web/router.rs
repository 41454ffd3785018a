//! Putting the route table and the layers around it together.

use super::{
    caller::{self, Needs},
    download, error, middleware,
    routes::{Route, all},
};
use crate::{service::Service, store::session::Sessions};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Extensions, HeaderMap, StatusCode, Version},
    middleware as layers,
};
use std::sync::Arc;
use tower_http::{
    compression::{CompressionLayer, DefaultPredicate, Predicate},
    csrf::CsrfLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

/// The largest body of a request in bytes; uploads of packages have their own.
pub const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// What the pages need to know about this server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address people use, `https://forms.example.com`; links in messages start with it, and cookies follow its scheme.
    pub public_url: Option<String>,
    /// Sign-ins that the sign-in page offers: only in the demo, which listens on loopback alone.
    pub demo_people: Vec<(String, String)>,
}

/// What handlers are given.
#[derive(Clone)]
pub struct Web {
    pub service: Service,
    pub settings: Arc<Settings>,
}

/// The whole application.
pub fn router(service: Service, settings: Settings) -> Router {
    let https = settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let sessions = SessionManagerLayer::new(Sessions::new(service.store.clone(), service.clock.clone()))
        .with_name("formwork")
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(https)
        .with_expiry(Expiry::OnInactivity(time::Duration::hours(12)));
    let web = Web { service, settings: Arc::new(settings) };
    let mut router = Router::new();
    for Route { path, needs, handler } in all() {
        let guarded = match needs {
            Needs::Nothing => handler,
            needs => handler.layer(layers::from_fn_with_state((web.clone(), needs), caller::require)),
        };
        router = router.route(path, guarded);
    }
    // The last layer is the first that a request meets.
    router
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(csrf(web.settings.public_url.as_deref()))
        .layer(layers::from_fn_with_state(web.clone(), error::render))
        .layer(layers::from_fn_with_state(web.clone(), caller::identify))
        .layer(sessions)
        .layer(layers::from_fn_with_state(web.clone(), middleware::headers))
        .layer(layers::from_fn(middleware::request_id))
        .layer(CompressionLayer::new().gzip(true).compress_when(packable()))
        .with_state(web)
}

/// What is worth packing, except for files, which are sent as they lie.
fn packable() -> impl Predicate {
    let a_page = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<download::AsItLies>().is_none()
    };
    DefaultPredicate::new().and(a_page)
}

fn csrf(public_url: Option<&str>) -> CsrfLayer {
    let layer = CsrfLayer::new();
    match public_url.map(|url| layer.clone().add_trusted_origin(url.trim_end_matches('/'))) {
        Some(Ok(trusting)) => trusting,
        Some(Err(_)) | None => layer,
    }
}
