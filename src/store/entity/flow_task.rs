//! One person's part in an activation.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_task")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    pub ordinal: i64,
    pub activation: i64,
    #[sea_orm(column_type = "Text")]
    pub node: String,
    pub user_id: i64,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub opened_at: i64,
    pub decided_at: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    pub read_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
