use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn verify() -> Result<Response> { Err(Error::NotFound.into()) }
