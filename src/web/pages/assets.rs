use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn asset() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn favicon() -> Result<Response> { Err(Error::NotFound.into()) }
