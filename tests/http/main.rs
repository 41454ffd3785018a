//! The whole application through a real listener, on both databases.

#[path = "../support/apps.rs"]
mod app_packages;
#[path = "../support/client.rs"]
mod client;
#[path = "../support/database.rs"]
mod database;
#[path = "../support/every_kind.rs"]
mod every_kind;
#[path = "../support/figures.rs"]
mod figures;
#[path = "../support/repair_shop.rs"]
mod repair_shop;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/stock.rs"]
mod stock;

mod access;
mod aggregates;
mod apps;
mod automations;
mod batch;
mod boards;
mod build;
mod buttons;
mod calendars;
mod designers;
mod designers_flow;
mod designers_sheet;
mod files;
mod evolve;
mod flow;
mod fuzz;
mod grid;
mod forms;
mod from_excel;
mod idempotency;
mod import_pages;
mod kinds;
mod ledger;
mod lists;
mod lookups;
mod print;
mod race;
mod records;
mod report_export;
mod reports;
mod rollups;
mod routes;
mod scenarios;
mod sealed;
mod session;
mod share;
mod statements;
mod templates;
mod tokens;
mod transfer;
mod trash;
mod upgrade;
mod views;
