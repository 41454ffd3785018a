//! Runs of automations, what leaves the program because of them, when those of the calendar were looked at, and the addresses that other
//! programs call.

use super::sketch::Sketch;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_automations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::new(manager, "automation_run")
            .numbered("id")
            .number("app_id")
            .text("automation")
            .text("trigger_name")
            .maybe_number("table_id")
            .maybe_number("record_id")
            .text("record_title")
            .maybe_number("user_id")
            .text("outcome")
            .number("steps_done")
            .maybe_text("problem")
            .maybe_text("once")
            .maybe_number("retry_of")
            .number("started_at")
            .number("took")
            .one_of("outcome", &["done", "failed"])
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        run(manager, "CREATE INDEX automation_run_of ON automation_run (app_id, automation, id)").await?;
        run(manager, "CREATE INDEX automation_run_started ON automation_run (started_at)").await?;
        run(manager, "CREATE UNIQUE INDEX automation_run_once ON automation_run (app_id, automation, once)").await?;
        Sketch::new(manager, "outbox")
            .numbered("id")
            .number("app_id")
            .number("run_id")
            .text("step")
            .text("address")
            .text("host")
            .text("body")
            .text("key")
            .text("state")
            .number("attempts")
            .number("due_at")
            .maybe_number("lease_until")
            .number("fence")
            .text("log")
            .number("created_at")
            .maybe_number("ended_at")
            .one_of("state", &["waiting", "delivered", "failed"])
            .belongs("app_id", "app")
            .belongs("run_id", "automation_run")
            .create(manager)
            .await?;
        run(manager, "CREATE INDEX outbox_due ON outbox (state, due_at)").await?;
        run(manager, "CREATE INDEX outbox_run ON outbox (run_id)").await?;
        Sketch::new(manager, "automation_clock")
            .number("app_id")
            .text("automation")
            .text("trigger_text")
            .number("looked_at")
            .key(&["app_id", "automation"])
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        Sketch::new(manager, "inbound_hook")
            .numbered("id")
            .number("app_id")
            .text("automation")
            .text("token_hash")
            .number("created_by")
            .number("created_at")
            .maybe_number("called_at")
            .belongs("app_id", "app")
            .create(manager)
            .await?;
        run(manager, "CREATE UNIQUE INDEX inbound_hook_automation ON inbound_hook (app_id, automation)").await?;
        run(manager, "CREATE UNIQUE INDEX inbound_hook_token ON inbound_hook (token_hash)").await
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
