//! Uploaded files: their contents by hash, and who uploaded what to which record.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "blob")
            .text("id")
            .number("size")
            .number("created_at")
            .key(&["id"])
            .create(manager)
            .await?;
        Sketch::new(manager, "file")
            .numbered("id")
            .maybe_text("blob_id")
            .text("name")
            .text("media_type")
            .number("size")
            .number("uploaded_by")
            .number("uploaded_at")
            .maybe_number("app_id")
            .maybe_number("table_id")
            .maybe_number("record_id")
            .maybe_text("field")
            .maybe_number("removed_at")
            .refers("blob_id", "blob")
            .refers("uploaded_by", "user")
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        for index in [
            "CREATE INDEX file_blob ON file (blob_id)",
            "CREATE INDEX file_record ON file (table_id, record_id)",
            "CREATE INDEX file_unbound ON file (uploaded_at) WHERE record_id IS NULL",
            "CREATE INDEX file_removed ON file (removed_at) WHERE removed_at IS NOT NULL",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}
