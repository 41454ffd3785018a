//! A link to a public form. `open` is 0 or 1, `day` the date (in the organisation's zone) that `sent_on_day` counts.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "public_link")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub app_id: i64,
    #[sea_orm(column_type = "Text")]
    pub form: String,
    #[sea_orm(column_type = "Text")]
    pub token: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub open: i64,
    pub expires_at: Option<i64>,
    pub most: Option<i64>,
    pub most_a_day: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub sent: i64,
    #[sea_orm(column_type = "Text")]
    pub day: String,
    pub sent_on_day: i64,
    pub created_by: Option<i64>,
    pub created_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
