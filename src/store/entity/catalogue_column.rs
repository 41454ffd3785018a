//! A physical column `f{id}`; a retired one keeps its data but no longer its key.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalogue_column")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub table_id: i64,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub scale: i64,
    pub retired_at: Option<i64>,
    /// The field as it was when it was removed, as JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub definition: Option<String>,
    /// 1 where another column took the key over, with what fitted.
    pub converted: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
