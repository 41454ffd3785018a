use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn list() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn import() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn export() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn definition() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn settings() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn put_settings() -> Result<Response> { Err(Error::NotFound.into()) }
