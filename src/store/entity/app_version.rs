//! A published version, never changed. `documents` is one JSON object: path to the document's text.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_version")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    pub number: i64,
    #[sea_orm(column_type = "Text")]
    pub version: String,
    #[sea_orm(column_type = "Text")]
    pub documents: String,
    pub published_by: Option<i64>,
    pub published_at: i64,
    /// What the publisher says of it.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// The keys that this version changed, as a JSON list; nothing where it changed none.
    #[sea_orm(column_type = "Text", nullable)]
    pub renames: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
