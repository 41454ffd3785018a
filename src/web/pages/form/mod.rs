//! Stub.
use crate::{service::Error, web::Result};
use axum::response::Response;
pub async fn new() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn create() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn live_new() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn edit() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn save() -> Result<Response> { Err(Error::NotFound.into()) }
pub async fn live_edit() -> Result<Response> { Err(Error::NotFound.into()) }
