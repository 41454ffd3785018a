//! One uploaded file. Without a record it is its uploader's alone; `field` is the path that it was last written to. Taken out of
//! its record (`removed_at`) it keeps its name for the history, and its content (`blob_id`) for a while.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub blob_id: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub uploaded_by: i64,
    pub uploaded_at: i64,
    pub app_id: Option<i64>,
    pub table_id: Option<i64>,
    pub record_id: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub field: Option<String>,
    pub removed_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
