use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn list() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn create() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn revoke() -> Result<Response> { Err(Error::NotFound.into()) }
