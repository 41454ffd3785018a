//! What builders did to drafts, step by step, so that it can be undone and redone; and the documents as they were seen.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_draft_steps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "draft_step")
            .numbered("id")
            .number("app_id")
            .number("user_id")
            .text("said")
            .text("changes")
            .number("undone")
            .number("made_at")
            .belongs("app_id", "app")
            .refers("user_id", "user")
            .create(manager)
            .await?;
        // What a revision of a document said, for whoever still looks at it after somebody else has changed it.
        Sketch::new(manager, "draft_text")
            .number("revision")
            .number("app_id")
            .text("path")
            .maybe_text("text")
            .key(&["revision"])
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        for sql in [
            "CREATE INDEX draft_step_of ON draft_step (app_id, user_id, id)",
            "CREATE INDEX draft_text_of ON draft_text (app_id, revision)",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
