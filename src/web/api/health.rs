use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn alive() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn ready() -> Result<Response> { Err(Error::NotFound.into()) }
