//! One run of an approval flow. `core` is what the pure core needs to go on, as JSON.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_case")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    #[sea_orm(column_type = "Text")]
    pub flow: String,
    pub version_number: i64,
    pub table_id: i64,
    pub record_id: i64,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub rev: i64,
    pub starter_id: i64,
    pub round: i64,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
