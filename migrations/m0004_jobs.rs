//! Work that outlives a request, its files, and imports with what they wrote.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_jobs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        jobs(manager).await?;
        imports(manager).await
    }
}

async fn jobs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "job")
        .numbered("id")
        .text("kind")
        .number("user_id")
        .maybe_number("app_id")
        .text("state")
        .number("done")
        .maybe_number("total")
        .maybe_text("message")
        .text("input")
        .maybe_text("result")
        .number("cancel")
        .number("fence")
        .maybe_number("lease_until")
        .number("attempts")
        .number("created_at")
        .maybe_number("started_at")
        .maybe_number("finished_at")
        .one_of("state", &["queued", "running", "done", "failed", "cancelled"])
        .belongs("user_id", "user")
        .belongs("app_id", "app")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX job_waiting ON job (state, lease_until, id)").await?;
    run(manager, "CREATE INDEX job_of_user ON job (user_id, id)").await?;
    let mut file = Table::create()
        .table("job_file")
        .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("size").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .name("job_file_user_id")
                .from("job_file", "user_id")
                .to("user", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    manager.create_table(file.take()).await?;
    let mut part = Table::create()
        .table("job_file_part")
        .col(ColumnDef::new("file_id").big_integer().not_null())
        .col(ColumnDef::new("ordinal").big_integer().not_null())
        .col(ColumnDef::new("content").blob().not_null())
        .primary_key(Index::create().col("file_id").col("ordinal"))
        .foreign_key(
            ForeignKey::create()
                .name("job_file_part_file_id")
                .from("job_file_part", "file_id")
                .to("job_file", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    manager.create_table(part.take()).await
}

async fn imports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "record_import")
        .numbered("id")
        .number("user_id")
        .number("app_id")
        .text("table_key")
        .number("file_id")
        .text("file_name")
        .text("state")
        .text("options")
        .maybe_number("job_id")
        .maybe_text("counts")
        .number("created_at")
        .maybe_number("finished_at")
        .one_of("state", &["uploaded", "checking", "checked", "running", "done", "stopped", "undoing", "undone"])
        .belongs("user_id", "user")
        .belongs("app_id", "app")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX record_import_of_table ON record_import (app_id, table_key, id)").await?;
    Sketch::new(manager, "record_import_row")
        .number("import_id")
        .number("ordinal")
        .number("row")
        .text("action")
        .maybe_number("record_id")
        .maybe_number("version")
        .maybe_text("before")
        .maybe_text("errors")
        .maybe_text("undo")
        .key(&["import_id", "ordinal"])
        .belongs("import_id", "record_import")
        .one_of("action", &["made", "changed", "same", "refused"])
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX record_import_row_action ON record_import_row (import_id, action, ordinal)").await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
