//! What an app is made of: JSON documents, read into types that the rest of the program can trust.
//!
//! Reading goes folder or package → [`package::Documents`] → [`app::App`]. Every problem is a [`finding::Finding`] with
//! file, JSON Pointer and, where one is near, the spelling that was meant. A live app is immutable.

pub mod action;
pub mod app;
pub mod automation;
pub mod computed;
pub mod dashboard;
pub mod edit;
pub mod evolution;
pub mod field;
pub mod finding;
pub mod flow;
pub mod form;
pub mod inspection;
pub mod ledger;
pub mod manifest;
pub mod measure;
pub mod merge;
pub mod package;
pub mod print;
pub mod report;
pub mod role;
pub mod scenario;
pub mod schema;
pub mod table;
pub mod translation;
pub mod view;
