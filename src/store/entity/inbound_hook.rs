//! The address at which an automation can be called; only a hash of its token is kept.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_hook")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    #[sea_orm(column_type = "Text")]
    pub automation: String,
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    pub created_by: i64,
    pub created_at: i64,
    pub called_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
