//! A short way to say a table that is the same on both databases.

use sea_orm_migration::prelude::*;

/// A table to be made. Numbers are 64-bit; texts are compared by code point on both databases.
pub struct Sketch {
    name: &'static str,
    table: TableCreateStatement,
    postgres: bool,
}

impl Sketch {
    #[must_use]
    pub fn new(manager: &SchemaManager<'_>, name: &'static str) -> Self {
        Self {
            name,
            table: Table::create().table(name).take(),
            postgres: manager.get_database_backend() == sea_orm::DbBackend::Postgres,
        }
    }

    /// A key that the database hands out; a number is never handed out twice.
    #[must_use]
    pub fn numbered(self, column: &'static str) -> Self {
        self.with(ColumnDef::new(column).big_integer().not_null().auto_increment().primary_key())
    }

    #[must_use]
    pub fn number(self, column: &'static str) -> Self {
        self.with(ColumnDef::new(column).big_integer().not_null())
    }

    #[must_use]
    pub fn maybe_number(self, column: &'static str) -> Self {
        self.with(ColumnDef::new(column).big_integer().null())
    }

    #[must_use]
    pub fn text(self, column: &'static str) -> Self {
        let mut definition = self.text_column(column);
        self.with(definition.not_null())
    }

    #[must_use]
    pub fn maybe_text(self, column: &'static str) -> Self {
        let mut definition = self.text_column(column);
        self.with(definition.null())
    }

    /// The primary key, of columns that are there already.
    #[must_use]
    pub fn key(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        for column in columns {
            index.col(*column);
        }
        self.table.primary_key(&mut index);
        self
    }

    /// `column` names a row of `table`, which stays while it is named.
    #[must_use]
    pub fn refers(self, column: &'static str, table: &'static str) -> Self {
        self.foreign(column, table, ForeignKeyAction::Restrict)
    }

    /// `column` names a row of `table`, and goes with it.
    #[must_use]
    pub fn belongs(self, column: &'static str, table: &'static str) -> Self {
        self.foreign(column, table, ForeignKeyAction::Cascade)
    }

    /// `column` is one of these texts.
    #[must_use]
    pub fn one_of(mut self, column: &'static str, texts: &[&'static str]) -> Self {
        self.table.check(Expr::col(column).is_in(texts.iter().copied()));
        self
    }

    /// `column` has this value in every row.
    #[must_use]
    pub fn always(mut self, column: &'static str, value: i64) -> Self {
        self.table.check(Expr::col(column).eq(value));
        self
    }

    /// Makes the table.
    ///
    /// # Errors
    /// The database refused it.
    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.table).await
    }

    fn with(mut self, column: &mut ColumnDef) -> Self {
        self.table.col(column.take());
        self
    }

    fn text_column(&self, column: &'static str) -> ColumnDef {
        let mut definition = ColumnDef::new(column);
        definition.text();
        if self.postgres {
            definition.extra("COLLATE \"C\"");
        }
        definition
    }

    fn foreign(mut self, column: &'static str, table: &'static str, on_delete: ForeignKeyAction) -> Self {
        self.table.foreign_key(
            ForeignKey::create()
                .name(format!("{}_{column}", self.name))
                .from(self.name, column)
                .to(table, "id")
                .on_delete(on_delete),
        );
        self
    }
}
