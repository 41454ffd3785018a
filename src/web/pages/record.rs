use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn show() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn submit() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn withdraw() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn delete() -> Result<Response> { Err(Error::NotFound.into()) }
