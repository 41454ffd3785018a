use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn list() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn get() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn act() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn case() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn steer() -> Result<Response> { Err(Error::NotFound.into()) }
