//! With which layout of the program the tables of an app were made last.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_app_layout"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "ALTER TABLE app ADD COLUMN layout BIGINT NOT NULL DEFAULT 0";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
