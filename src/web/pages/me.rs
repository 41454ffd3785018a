use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn show() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn locale() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn theme() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn password() -> Result<Response> { Err(Error::NotFound.into()) }
