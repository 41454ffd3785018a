//! Until when an automation of the calendar was looked at; `trigger_text` is its trigger as JSON, so that another one begins anew.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "automation_clock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: i64,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub automation: String,
    #[sea_orm(column_type = "Text")]
    pub trigger_text: String,
    pub looked_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
