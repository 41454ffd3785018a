//! One run of an automation. `problem` is JSON: why it failed. `once` names what set it off, where that may not run twice.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "automation_run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    #[sea_orm(column_type = "Text")]
    pub automation: String,
    #[sea_orm(column_type = "Text")]
    pub trigger_name: String,
    pub table_id: Option<i64>,
    pub record_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub record_title: String,
    pub user_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    pub steps_done: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub problem: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub once: Option<String>,
    pub retry_of: Option<i64>,
    pub started_at: i64,
    pub took: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
