//! A view of a table that somebody saved; `document` is a view as definitions write it, as JSON.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    pub table_id: i64,
    pub owner_id: i64,
    /// 1: for everybody who may see the table; 0: for its owner.
    pub shared: i64,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Among the views of its table, from left to right.
    pub place: i64,
    #[sea_orm(column_type = "Text")]
    pub document: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
