//! The only place with HTTP: pages and the REST API over the use cases.
//!
//! [`routes`] is the one table of what can be asked; a request passes `middleware` and [`caller`] before it meets a handler.

pub mod api;
pub mod asset;
mod body;
pub mod caller;
mod download;
mod error;
mod evolution;
mod extract;
mod middleware;
pub mod pages;
mod router;
pub mod routes;
pub mod serve;
mod scenarios;
mod shell;
mod upload;
pub mod view;

pub use error::{Failure, Result, message_of, say_field};
pub use router::{Settings, Web, router};
