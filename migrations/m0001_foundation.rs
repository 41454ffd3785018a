//! People, sessions, apps, the catalogue of physical tables, approval flows, ledgers' post marks, notices and the audit.

use super::sketch::Sketch;
use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        people(manager).await?;
        signing_in(manager).await?;
        apps(manager).await?;
        catalogue(manager).await?;
        requests(manager).await?;
        flows(manager).await?;
        desk(manager).await?;
        audit(manager).await
    }
}

async fn people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "user")
        .numbered("id")
        .text("login")
        .text("login_folded")
        .text("name")
        .text("pinyin")
        .text("password_hash")
        .maybe_text("email")
        .maybe_text("phone")
        .maybe_text("employee_number")
        .maybe_text("position")
        .maybe_number("superior_id")
        .maybe_text("locale")
        .maybe_text("theme")
        .text("status")
        .number("security_epoch")
        .number("created_at")
        .number("password_changed_at")
        .one_of("status", &["active", "disabled"])
        .refers("superior_id", "user")
        .create(manager)
        .await?;
    run(manager, r#"CREATE UNIQUE INDEX user_login ON "user" (login_folded)"#).await?;
    Sketch::new(manager, "organisation")
        .number("id")
        .text("name")
        .text("locale")
        .text("time_zone")
        .number("main_administrator_id")
        .number("security_epoch")
        .number("created_at")
        .key(&["id"])
        .always("id", 1)
        .refers("main_administrator_id", "user")
        .create(manager)
        .await?;
    Sketch::new(manager, "department")
        .numbered("id")
        .maybe_number("parent_id")
        .text("name")
        .maybe_number("head_id")
        .refers("parent_id", "department")
        .refers("head_id", "user")
        .create(manager)
        .await?;
    Sketch::new(manager, "user_department")
        .number("user_id")
        .number("department_id")
        .key(&["user_id", "department_id"])
        .belongs("user_id", "user")
        .refers("department_id", "department")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX user_department_members ON user_department (department_id, user_id)").await
}

async fn signing_in(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "session")
        .text("id")
        .maybe_number("user_id")
        .text("data")
        .number("created_at")
        .number("seen_at")
        .number("expires_at")
        .maybe_text("address")
        .maybe_text("agent")
        .key(&["id"])
        .belongs("user_id", "user")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX session_of_user ON session (user_id)").await?;
    run(manager, "CREATE INDEX session_expiry ON session (expires_at)").await?;
    Sketch::new(manager, "api_token")
        .numbered("id")
        .number("user_id")
        .text("name")
        .text("hash")
        .text("scopes")
        .number("created_at")
        .maybe_number("expires_at")
        .maybe_number("last_used_at")
        .belongs("user_id", "user")
        .create(manager)
        .await?;
    run(manager, "CREATE UNIQUE INDEX api_token_hash ON api_token (hash)").await?;
    run(manager, "CREATE INDEX api_token_user ON api_token (user_id)").await?;
    Sketch::new(manager, "sign_in_failure").numbered("id").text("subject").number("at").create(manager).await?;
    run(manager, "CREATE INDEX sign_in_failure_subject ON sign_in_failure (subject, at)").await?;
    run(manager, "CREATE INDEX sign_in_failure_time ON sign_in_failure (at)").await
}

async fn apps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "app")
        .numbered("id")
        .text("key")
        .text("title")
        .maybe_text("icon")
        .number("live_version")
        .number("created_at")
        .create(manager)
        .await?;
    run(manager, "CREATE UNIQUE INDEX app_key ON app (key)").await?;
    Sketch::new(manager, "app_version")
        .numbered("id")
        .number("app_id")
        .number("number")
        .text("version")
        .text("documents")
        .maybe_number("published_by")
        .number("published_at")
        .belongs("app_id", "app")
        .refers("published_by", "user")
        .create(manager)
        .await?;
    run(manager, "CREATE UNIQUE INDEX app_version_number ON app_version (app_id, number)").await?;
    Sketch::new(manager, "app_setting")
        .number("app_id")
        .text("key")
        .text("value")
        .key(&["app_id", "key"])
        .belongs("app_id", "app")
        .create(manager)
        .await?;
    Sketch::new(manager, "role_member")
        .number("app_id")
        .text("role")
        .text("principal_kind")
        .number("principal_id")
        .key(&["app_id", "role", "principal_kind", "principal_id"])
        .one_of("principal_kind", &["user", "department"])
        .belongs("app_id", "app")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX role_member_principal ON role_member (principal_kind, principal_id)").await
}

async fn catalogue(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "catalogue_table")
        .numbered("id")
        .number("app_id")
        .text("key")
        .number("parent_id")
        .number("created_at")
        .refers("app_id", "app")
        .create(manager)
        .await?;
    run(manager, "CREATE UNIQUE INDEX catalogue_table_key ON catalogue_table (app_id, parent_id, key)").await?;
    Sketch::new(manager, "catalogue_column")
        .numbered("id")
        .number("table_id")
        .text("key")
        .text("kind")
        .number("scale")
        .maybe_number("retired_at")
        .refers("table_id", "catalogue_table")
        .create(manager)
        .await?;
    run(
        manager,
        "CREATE UNIQUE INDEX catalogue_column_key ON catalogue_column (table_id, key) WHERE retired_at IS NULL",
    )
    .await?;
    Sketch::new(manager, "series_counter")
        .number("table_id")
        .number("column_id")
        .text("period")
        .number("last")
        .key(&["table_id", "column_id", "period"])
        .create(manager)
        .await
}

async fn requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "idempotency")
        .number("user_id")
        .text("method")
        .text("path")
        .text("key")
        .text("body_hash")
        .number("status")
        .text("answer")
        .number("created_at")
        .key(&["user_id", "method", "path", "key"])
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX idempotency_time ON idempotency (created_at)").await?;
    Sketch::new(manager, "ledger_post")
        .number("table_id")
        .number("record_id")
        .number("line_id")
        .text("ledger")
        .text("phase")
        .number("at")
        .key(&["table_id", "record_id", "line_id", "ledger", "phase"])
        .create(manager)
        .await?;
    Sketch::new(manager, "ledger_hold")
        .numbered("id")
        .number("table_id")
        .number("record_id")
        .number("line_id")
        .text("ledger")
        .text("dimensions")
        .number("quantity")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX ledger_hold_record ON ledger_hold (table_id, record_id, ledger)").await
}

async fn flows(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "flow_case")
        .numbered("id")
        .number("app_id")
        .text("flow")
        .number("version_number")
        .number("table_id")
        .number("record_id")
        .text("state")
        .number("rev")
        .number("starter_id")
        .number("round")
        .text("title")
        .text("summary")
        .number("created_at")
        .maybe_number("ended_at")
        .refers("app_id", "app")
        .refers("starter_id", "user")
        .create(manager)
        .await?;
    run(
        manager,
        "CREATE UNIQUE INDEX flow_case_open ON flow_case (table_id, record_id) \
         WHERE state IN ('running', 'returned', 'suspended', 'revoking')",
    )
    .await?;
    run(manager, "CREATE INDEX flow_case_record ON flow_case (table_id, record_id, id)").await?;
    run(manager, "CREATE INDEX flow_case_starter ON flow_case (starter_id, id DESC)").await?;
    Sketch::new(manager, "flow_activation")
        .number("case_id")
        .number("ordinal")
        .maybe_number("parent_ordinal")
        .text("node")
        .text("kind")
        .text("state")
        .number("round")
        .number("entered_at")
        .maybe_number("ended_at")
        .key(&["case_id", "ordinal"])
        .refers("case_id", "flow_case")
        .create(manager)
        .await?;
    Sketch::new(manager, "flow_task")
        .numbered("id")
        .number("case_id")
        .number("ordinal")
        .number("activation")
        .text("node")
        .number("user_id")
        .text("state")
        .text("kind")
        .number("opened_at")
        .maybe_number("decided_at")
        .maybe_text("comment")
        .maybe_number("read_at")
        .refers("case_id", "flow_case")
        .refers("user_id", "user")
        .create(manager)
        .await?;
    for index in [
        "CREATE UNIQUE INDEX flow_task_ordinal ON flow_task (case_id, ordinal)",
        "CREATE INDEX flow_task_open ON flow_task (user_id, id DESC) WHERE state = 'open'",
        "CREATE INDEX flow_task_done ON flow_task (user_id, id DESC) WHERE decided_at IS NOT NULL",
    ] {
        run(manager, index).await?;
    }
    Sketch::new(manager, "flow_cc")
        .numbered("id")
        .number("case_id")
        .text("node")
        .number("user_id")
        .number("created_at")
        .maybe_number("read_at")
        .refers("case_id", "flow_case")
        .refers("user_id", "user")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX flow_cc_user ON flow_cc (user_id, id DESC)").await?;
    run(manager, "CREATE INDEX flow_cc_case ON flow_cc (case_id)").await?;
    Sketch::new(manager, "flow_log")
        .number("case_id")
        .number("sequence")
        .number("at")
        .maybe_number("actor_id")
        .text("event")
        .key(&["case_id", "sequence"])
        .refers("case_id", "flow_case")
        .create(manager)
        .await?;
    Sketch::new(manager, "flow_effect")
        .number("case_id")
        .text("effect")
        .number("round")
        .text("direction")
        .number("at")
        .key(&["case_id", "effect", "round", "direction"])
        .refers("case_id", "flow_case")
        .create(manager)
        .await
}

async fn desk(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "form_draft")
        .number("user_id")
        .number("app_id")
        .text("form")
        .number("record_id")
        .text("values")
        .number("updated_at")
        .key(&["user_id", "app_id", "form", "record_id"])
        .belongs("user_id", "user")
        .belongs("app_id", "app")
        .create(manager)
        .await?;
    Sketch::new(manager, "notice")
        .numbered("id")
        .number("user_id")
        .maybe_number("app_id")
        .text("kind")
        .text("text")
        .maybe_text("link")
        .number("created_at")
        .maybe_number("read_at")
        .belongs("user_id", "user")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX notice_user ON notice (user_id, id DESC)").await?;
    run(manager, "CREATE INDEX notice_unread ON notice (user_id, id) WHERE read_at IS NULL").await
}

async fn audit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::new(manager, "audit_log")
        .numbered("sequence")
        .number("at")
        .maybe_number("actor_id")
        .text("actor_kind")
        .maybe_number("on_behalf_of")
        .maybe_text("request_id")
        .maybe_text("address")
        .text("action")
        .text("object_kind")
        .maybe_number("object_app")
        .maybe_number("object_table")
        .maybe_number("object_id")
        .text("summary")
        .text("changes")
        .create(manager)
        .await?;
    run(manager, "CREATE INDEX audit_log_object ON audit_log (object_kind, object_table, object_id, sequence)").await?;
    run(manager, "CREATE INDEX audit_log_time ON audit_log (at)").await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        run(
            manager,
            "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'audit_log rows are only ever added'; END $$",
        )
        .await?;
        run(
            manager,
            "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
        )
        .await
    } else {
        for event in ["UPDATE", "DELETE"] {
            run(
                manager,
                &format!(
                    "CREATE TRIGGER audit_log_no_{} BEFORE {event} ON audit_log \
                     BEGIN SELECT RAISE(ABORT, 'audit_log rows are only ever added'); END",
                    event.to_ascii_lowercase()
                ),
            )
            .await?;
        }
        Ok(())
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
