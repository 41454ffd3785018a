//! Formwork: forms, approvals and stock keeping for a company, in one program.
//!
//! A pure core decides, a thin shell acts. Dependencies run one way, in the order of this list; `ARCHITECTURE.md` draws the map.

pub mod base;
pub mod definition;
pub mod query;
pub mod rules;
pub mod report;
pub mod access;
pub mod ledger;
pub mod flow;
pub mod automation;
pub mod lint;
pub mod store;
pub mod i18n;
pub mod document;
pub mod spreadsheet;
pub mod outward;
pub mod service;
pub mod web;
pub mod jobs;
pub mod config;
pub mod cli;
