//! `/schemas/table.json` …: the meta-schemas of definitions.

use crate::{definition::schema, service::Error, web::Result};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

pub async fn show(Path(name): Path<String>) -> Result<Response> {
    let source = name.strip_suffix(".json").and_then(schema::source_named).ok_or(Error::NotFound)?;
    let mut response = source.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/schema+json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}
