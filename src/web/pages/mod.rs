//! The pages: one file each, each filling the structures of `view`.

pub mod apps;
pub mod assets;
pub mod build;
pub mod case;
pub mod cell;
pub mod dashboard;
pub mod find;
pub mod form;
pub mod grid;
pub mod home;
pub mod import;
pub mod jobs;
mod keys;
pub mod links;
pub mod me;
pub mod messages;
pub mod picker;
pub mod print;
pub mod publish;
pub mod record;
pub mod report;
pub mod setup;
pub mod sign_in;
pub mod task;
pub mod todo;
pub mod trash;
mod visitor;
