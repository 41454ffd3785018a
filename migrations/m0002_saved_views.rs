//! Views that people save, and which view a list opens with.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_saved_views"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "saved_view")
            .numbered("id")
            .number("app_id")
            .number("table_id")
            .number("owner_id")
            .number("shared")
            .text("title")
            .number("place")
            .text("document")
            .number("created_at")
            .number("updated_at")
            .belongs("app_id", "app")
            .belongs("owner_id", "user")
            .create(manager)
            .await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX saved_view_table ON saved_view (table_id, owner_id)")
            .await?;
        Sketch::new(manager, "first_view")
            .number("user_id")
            .number("table_id")
            .text("view")
            .key(&["user_id", "table_id"])
            .belongs("user_id", "user")
            .create(manager)
            .await
    }
}
