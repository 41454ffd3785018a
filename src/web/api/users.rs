use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn create() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn role_members() -> Result<Response> { Err(Error::NotFound.into()) }
