//! A quantity that a line of a document holds in a ledger until it posts or lets go.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_hold")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub table_id: i64,
    pub record_id: i64,
    pub line_id: i64,
    #[sea_orm(column_type = "Text")]
    pub ledger: String,
    /// JSON: the hold's dimensions by name.
    #[sea_orm(column_type = "Text")]
    pub dimensions: String,
    /// Scaled as the ledger's hold field.
    pub quantity: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
