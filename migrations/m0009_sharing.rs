//! What became of an app's scenarios, and the template versions that apps came from.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_sharing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "scenario_run")
            .text("fingerprint")
            .text("result")
            .number("at")
            .key(&["fingerprint"])
            .create(manager)
            .await?;
        Sketch::new(manager, "app_base")
            .numbered("id")
            .number("app_id")
            .number("number")
            .text("version")
            .text("documents")
            .text("came_by")
            .one_of("came_by", &["upgrade", "undo"])
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        let index = "CREATE UNIQUE INDEX app_base_number ON app_base (app_id, number)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
