use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn show() -> Result<Response> { Err(Error::NotFound.into()) }
