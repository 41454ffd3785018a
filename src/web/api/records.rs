use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn list() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn create() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn get() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn edit() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn delete() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn submit() -> Result<Response> { Err(Error::NotFound.into()) }
