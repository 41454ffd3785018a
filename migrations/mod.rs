//! The history of our own tables: one file per step, never changed once it was released. The tables of apps are not here:
//! publishing makes them.

use sea_orm_migration::prelude::*;

mod m0001_foundation;
mod m0002_saved_views;
mod m0003_files;
mod m0004_jobs;
mod m0005_public_links;
mod m0006_evolution;
mod m0007_app_layout;
mod m0008_draft_steps;
mod m0009_sharing;
mod m0010_automations;
mod sketch;

/// All steps in their order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_foundation::Migration),
            Box::new(m0002_saved_views::Migration),
            Box::new(m0003_files::Migration),
            Box::new(m0004_jobs::Migration),
            Box::new(m0005_public_links::Migration),
            Box::new(m0006_evolution::Migration),
            Box::new(m0007_app_layout::Migration),
            Box::new(m0008_draft_steps::Migration),
            Box::new(m0009_sharing::Migration),
            Box::new(m0010_automations::Migration),
        ]
    }
}
