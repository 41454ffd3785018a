//! Making the tables of a published app. Every name is made of catalogue numbers, so the statements are plain text
//! without anything from a definition in them.
//!
//! App data knows two column types, `INTEGER`/`BIGINT` and `TEXT` (by code point on both databases). Links are foreign
//! keys that restrict; uniqueness is a partial index, so that a row in the trash does not collide.

use super::{
    Connection, Error, Tx,
    catalogue::{self, Catalogue},
    schema::{Schema, column_name, unique_prefix},
};
use crate::{
    base::{
        id::{AppId, TableId},
        time::Timestamp,
    },
    definition::{
        app::App,
        field::{Column, Field, Kind},
        ledger::Grain,
    },
};
use std::{fmt::Write, sync::Arc};

/// The number of the layout that this program gives to the tables of apps. Raise it when [`publish`] makes something that
/// tables of earlier programs lack: they are brought up to it when the program starts.
pub const LAYOUT: i64 = 2;

/// Brings the physical tables to the app's definitions: adds tables, columns and indexes that are missing.
///
/// # Errors
/// A column exists with another kind or scale (converting is not done here), or the database failed.
pub async fn publish(tx: &Tx, app_id: AppId, app: &Arc<App>, now: Timestamp) -> Result<Catalogue, Error> {
    let catalogue = shape(tx, app_id, app, now).await?;
    finish(tx, &Schema::new(app.clone(), &catalogue)).await?;
    Ok(catalogue)
}

/// The first half of [`publish`]: tables and columns. Values are moved before the second.
///
/// # Errors
/// As [`publish`].
pub async fn shape(tx: &Tx, app_id: AppId, app: &Arc<App>, now: Timestamp) -> Result<Catalogue, Error> {
    let dialect = Dialect { postgres: tx.is_postgres() };
    for table in app.tables.values() {
        let made = catalogue::ensure_table(tx, app_id, &table.key, None, now).await?;
        if made.new {
            tx.execute_text(&dialect.record_table(&catalogue::physical(made.value, None))).await?;
        }
        for field in table.lines() {
            let lines = catalogue::ensure_table(tx, app_id, &field.key, Some(made.value), now).await?;
            if lines.new {
                let name = catalogue::physical(lines.value, Some(made.value));
                tx.execute_text(&dialect.lines_table(&name, &catalogue::physical(made.value, None))).await?;
            }
        }
    }
    // Columns come second: a link may point at any table of the app.
    for table in app.tables.values() {
        let known = catalogue::load(tx, app_id).await?;
        let Some(physical) = known.table(&table.key) else { continue };
        add_columns(tx, dialect, &known, physical, table.scalars()).await?;
        for field in table.lines() {
            if let Some(lines) = known.lines(physical.id, &field.key) {
                add_columns(tx, dialect, &known, lines, field.columns.values()).await?;
            }
        }
    }
    catalogue::load(tx, app_id).await
}

/// The second half of [`publish`]: indexes and triggers.
///
/// # Errors
/// [`Error::Unique`] when rows collide in a set that is unique from now on.
pub async fn finish(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    add_indexes(tx, Dialect { postgres: tx.is_postgres() }, schema).await
}

async fn add_columns<'a>(
    tx: &Tx,
    dialect: Dialect,
    catalogue: &Catalogue,
    table: &catalogue::Table,
    fields: impl Iterator<Item = &'a Field> + Send,
) -> Result<(), Error> {
    for field in fields {
        let Some(column) = field.stored_as() else { continue };
        let scale = if field.kind.is_number() { field.scale } else { 0 };
        // A sealed column holds something else than a plain one of the same kind.
        let kind = if field.sealed { format!("{}+sealed", field.kind.name()) } else { field.kind.name().to_owned() };
        let made = catalogue::ensure_column(tx, table.id, &field.key, &kind, scale).await?;
        if !made.new {
            continue;
        }
        let mut sql =
            format!("ALTER TABLE {} ADD COLUMN {} {}", table.physical(), made.value.physical(), dialect.column(column));
        let target = field.target.as_deref().filter(|_| field.kind == Kind::Link).and_then(|key| catalogue.table(key));
        if let Some(target) = target {
            let _infallible = write!(sql, " REFERENCES {} (id)", target.physical());
        } else if field.kind == Kind::Member {
            sql.push_str(" REFERENCES \"user\" (id)");
        } else if field.kind == Kind::Department {
            sql.push_str(" REFERENCES department (id)");
        }
        tx.execute_text(&sql).await?;
    }
    Ok(())
}

async fn add_indexes(tx: &Tx, dialect: Dialect, schema: &Schema) -> Result<(), Error> {
    super::shadow::prepare(tx, schema).await?;
    for table in schema.app.tables.values() {
        let (_, physical) = schema.table(&table.key)?;
        let ids = |keys: &[&str]| -> Vec<_> { keys.iter().filter_map(|key| physical.column_id(key)).collect() };
        for set in table.unique_sets() {
            let columns: Vec<String> = ids(&set).into_iter().map(column_name).collect();
            let name = unique_name(physical.id, &columns);
            let sql = format!(
                "CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {} ({}) WHERE trashed_at IS NULL",
                physical.name,
                columns.join(", ")
            );
            tx.execute_text(&sql).await?;
        }
        let single = table
            .stored()
            .filter(|field| field.index || field.kind == Kind::Link)
            .map(|field| vec![field.key.as_str()]);
        let composite = table.index.iter().map(|set| set.iter().map(String::as_str).collect::<Vec<_>>());
        for set in single.chain(composite) {
            let columns: Vec<String> = ids(&set).into_iter().map(column_name).collect();
            add_index(tx, physical.id, &physical.name, &columns).await?;
        }
        for field in table.lines() {
            let Some(lines) = physical.lines(&field.key) else { continue };
            for link in field.stored_columns().filter(|column| column.kind == Kind::Link || column.index) {
                let columns: Vec<String> = lines.column_id(&link.key).into_iter().map(column_name).collect();
                add_index(tx, lines.id, &lines.name, &columns).await?;
            }
        }
        if table.append_only {
            for sql in dialect.append_only(&physical.name) {
                tx.execute_text(&sql).await?;
            }
        }
    }
    add_balance_keys(tx, schema).await
}

/// The name of the index that keeps these columns unique together.
pub(super) fn unique_name(table: TableId, columns: &[String]) -> String {
    format!("{}{}", unique_prefix(table), columns.join("_"))
}

async fn add_index(tx: &Tx, table: TableId, name: &str, columns: &[String]) -> Result<(), Error> {
    let sql =
        format!("CREATE INDEX IF NOT EXISTS i{table}_{} ON {name} ({}, id)", columns.join("_"), columns.join(", "));
    tx.execute_text(&sql).await
}

/// One balance per grain and key, unset dimensions counting as a value of their own.
async fn add_balance_keys(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    for ledger in schema.app.ledgers.values() {
        let (table, physical) = schema.table(&ledger.balance)?;
        let mut parts = vec![physical.column(&ledger.grain)];
        for key in ledger.dimensions_of(Grain::Dimensions).unwrap_or_default() {
            let text = table.field(key).is_some_and(|field| field.kind.behaviour().column() == Some(Column::Text));
            parts.push(format!("coalesce({}, {})", physical.column(key), if text { "''" } else { "0" }));
        }
        let sql =
            format!("CREATE UNIQUE INDEX IF NOT EXISTS b{} ON {} ({})", physical.id, physical.name, parts.join(", "));
        tx.execute_text(&sql).await?;
        let (_, moves) = schema.table(&ledger.moves)?;
        let columns: Vec<String> = ledger.dimensions.iter().map(|key| moves.column(key)).collect();
        add_index(tx, moves.id, &moves.name, &columns).await?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Dialect {
    postgres: bool,
}

impl Dialect {
    const fn column(self, column: Column) -> &'static str {
        match (self.postgres, column) {
            (true, Column::Integer) => "BIGINT",
            (true, Column::Text) => "TEXT COLLATE \"C\"",
            (false, Column::Integer) => "INTEGER",
            (false, Column::Text) => "TEXT",
        }
    }

    const fn identity(self) -> &'static str {
        if self.postgres {
            "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
        } else {
            "INTEGER PRIMARY KEY AUTOINCREMENT"
        }
    }

    const fn options(self) -> &'static str {
        if self.postgres { "" } else { " STRICT" }
    }

    fn record_table(self, name: &str) -> String {
        let (integer, text) = (self.column(Column::Integer), self.column(Column::Text));
        format!(
            "CREATE TABLE {name} (id {}, version {integer} NOT NULL, state {text}, created_at {integer} NOT NULL, \
             created_by {integer}, updated_at {integer} NOT NULL, updated_by {integer}, owner {integer}, \
             department {integer}, trashed_at {integer}){}",
            self.identity(),
            self.options()
        )
    }

    fn lines_table(self, name: &str, parent: &str) -> String {
        let integer = self.column(Column::Integer);
        format!(
            "CREATE TABLE {name} (id {}, record_id {integer} NOT NULL REFERENCES {parent} (id) ON DELETE CASCADE, \
             ordinal {integer} NOT NULL){}; CREATE INDEX {name}_record ON {name} (record_id, ordinal, id)",
            self.identity(),
            self.options()
        )
    }

    /// Moves are history: the database itself refuses to change or remove one.
    fn append_only(self, name: &str) -> Vec<String> {
        if self.postgres {
            return vec![
                "CREATE OR REPLACE FUNCTION formwork_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN RAISE EXCEPTION 'rows of an append-only table are never changed' USING ERRCODE = '23514'; END $$"
                    .to_owned(),
                format!(
                    "CREATE OR REPLACE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} \
                     FOR EACH ROW EXECUTE FUNCTION formwork_append_only()"
                ),
            ];
        }
        ["UPDATE", "DELETE"]
            .map(|event| {
                format!(
                    "CREATE TRIGGER IF NOT EXISTS {name}_no_{} BEFORE {event} ON {name} BEGIN \
                     SELECT RAISE(ABORT, 'rows of an append-only table are never changed'); END",
                    event.to_lowercase()
                )
            })
            .to_vec()
    }
}
