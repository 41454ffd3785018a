//! Drafts of definitions, the trash of tables and fields, and what a version says of how it came about.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_evolution"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A draft's number is never given twice, so that it tells one state of a document from every other.
        Sketch::new(manager, "app_draft")
            .numbered("id")
            .number("app_id")
            .text("path")
            .maybe_text("text")
            .number("updated_by")
            .number("updated_at")
            .belongs("app_id", "app")
            .refers("updated_by", "user")
            .create(manager)
            .await?;
        run(manager, "CREATE UNIQUE INDEX app_draft_path ON app_draft (app_id, path)").await?;
        Sketch::new(manager, "app_draft_rename")
            .numbered("id")
            .number("app_id")
            .text("rename")
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        for sql in [
            "ALTER TABLE app_version ADD COLUMN note TEXT",
            "ALTER TABLE app_version ADD COLUMN renames TEXT",
            "ALTER TABLE catalogue_table ADD COLUMN retired_at BIGINT",
            "ALTER TABLE catalogue_table ADD COLUMN definition TEXT",
            "ALTER TABLE catalogue_column ADD COLUMN definition TEXT",
            "ALTER TABLE catalogue_column ADD COLUMN converted BIGINT NOT NULL DEFAULT 0",
            "DROP INDEX catalogue_table_key",
            "CREATE UNIQUE INDEX catalogue_table_key ON catalogue_table (app_id, parent_id, key) WHERE retired_at IS NULL",
        ] {
            run(manager, sql).await?;
        }
        Ok(())
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
