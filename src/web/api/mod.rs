//! The REST API, version 1: contracts that outside clients are written against.

pub(super) mod answer;
pub mod apps;
pub mod automations;
pub mod files;
pub mod builder;
pub mod health;
pub mod jobs;
pub mod ledgers;
pub mod links;
pub mod notices;
pub mod openapi;
pub mod records;
pub mod reports;
pub mod schemas;
pub mod session;
pub mod tasks;
pub mod tokens;
pub mod transfer;
pub mod users;
pub mod views;
