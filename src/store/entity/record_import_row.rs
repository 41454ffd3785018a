//! What became of one record of an import's file. `before` is what it changed, `errors` why it was refused, `undo` what became of
//! taking it back: all JSON.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record_import_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i64,
    /// The row of the sheet, counted from 1.
    pub row: i64,
    #[sea_orm(column_type = "Text")]
    pub action: String,
    pub record_id: Option<i64>,
    pub version: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub before: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub errors: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub undo: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
