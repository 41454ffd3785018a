//! The rows of our own tables, one file a table. Moments are milliseconds since the Unix epoch.

pub mod api_token;
pub mod app;
pub mod app_setting;
pub mod app_version;
pub mod audit_log;
pub mod catalogue_column;
pub mod catalogue_table;
pub mod department;
pub mod flow_activation;
pub mod flow_case;
pub mod flow_cc;
pub mod flow_effect;
pub mod flow_log;
pub mod flow_task;
pub mod form_draft;
pub mod idempotency;
pub mod ledger_hold;
pub mod ledger_post;
pub mod notice;
pub mod organisation;
pub mod role_member;
pub mod series_counter;
pub mod session;
pub mod sign_in_failure;
pub mod user;
pub mod user_department;
