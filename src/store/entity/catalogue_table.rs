//! A physical table: `t{id}`, or for a lines field of `parent_id` `t{parent_id}_f{id}`; `parent_id` is 0 where there is none.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalogue_table")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    pub parent_id: i64,
    pub created_at: i64,
    pub retired_at: Option<i64>,
    /// The document as it was when the table was removed.
    #[sea_orm(column_type = "Text", nullable)]
    pub definition: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
