//! An effect of a case that was applied, so that it is applied once per round and direction.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_effect")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub effect: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub round: i64,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub direction: String,
    pub at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
