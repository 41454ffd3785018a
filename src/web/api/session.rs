use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn open() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn close() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn me() -> Result<Response> { Err(Error::NotFound.into()) }
