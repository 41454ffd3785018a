//! What was done, by whom, to what; rows are only ever added. `changes` is JSON.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub sequence: i64,
    pub at: i64,
    pub actor_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub actor_kind: String,
    pub on_behalf_of: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub action: String,
    #[sea_orm(column_type = "Text")]
    pub object_kind: String,
    pub object_app: Option<i64>,
    pub object_table: Option<i64>,
    pub object_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    #[sea_orm(column_type = "Text")]
    pub changes: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
