//! Links to public forms: whoever has one may send a record in.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_public_links"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "public_link")
            .numbered("id")
            .number("app_id")
            .text("form")
            .text("token")
            .text("title")
            .number("open")
            .maybe_number("expires_at")
            .maybe_number("most")
            .maybe_number("most_a_day")
            .maybe_text("password_hash")
            .number("sent")
            .text("day")
            .number("sent_on_day")
            .maybe_number("created_by")
            .number("created_at")
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        let index = Index::create().name("public_link_token").table("public_link").col("token").unique().take();
        manager.create_index(index).await
    }
}
