//! Which rows may hold a word: an index of the pieces of what is searched, so that a rare word is found without reading a table.
//!
//! Beside each table with searchable fields lie `w12_…`, the pieces of every row, and `q12_…`, the rows that have changed since
//! they were last taken into it. Triggers of the database fill the latter, whoever writes, which costs a write next to nothing;
//! [`take_in`] brings it into the former a little later. A row that waits counts as one that may hold every word. Whatever is
//! found here is looked at again, with the reader's rights: several pieces may share a number.

use super::{
    Connection, Error, Tx, integer,
    schema::{Physical, Schema, column},
    shadow::Form,
};
use crate::{
    definition::{field::Field, table::Table},
    query::{pieces, pieces_of_word},
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use std::collections::BTreeMap;

/// Any number that no other program uses on the same database; with a table's added, one at a time takes in its rows.
const LOCK: i64 = 0x0466_6f72_7365_0000;
/// Longer words are found by their first pieces.
const MOST_PIECES: usize = 16;

/// The index of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchIndex {
    /// `t12`.
    table: String,
    id: i64,
    /// The searched forms of its fields: `f31s`.
    columns: Vec<String>,
}

impl SearchIndex {
    /// The index that a table has; none where nothing of its own is searched.
    pub fn of(table: &Table, physical: &Physical) -> Option<Self> {
        let fields = table.stored().filter(|field| Form::Searched.is_of(field));
        let columns: Vec<String> = fields.map(|field| Form::Searched.column(physical, field)).collect();
        let (name, id) = (physical.name.clone(), physical.id.0);
        (!columns.is_empty()).then_some(Self { table: name, id, columns })
    }

    /// Whether it knows what a field of its table holds.
    pub fn holds(&self, physical: &Physical, field: &Field) -> bool {
        Form::Searched.is_of(field) && self.columns.contains(&Form::Searched.column(physical, field))
    }

    /// What its names end in: another one when other fields are searched, so that the index is made anew.
    fn suffix(&self) -> String {
        let own = crate::query::number_of(self.columns.join(" ").chars());
        format!("{}_{own:08x}", self.id)
    }

    /// `w12_…`: the pieces of each row.
    fn pieces(&self) -> String {
        format!("w{}", self.suffix())
    }

    /// `q12_…`: the rows that are still to be taken in.
    fn queue(&self) -> String {
        format!("q{}", self.suffix())
    }

    /// The ids of rows with all pieces of a word, and in a second select those that wait. Nothing for a word that is too short
    /// to have a piece.
    pub fn rows_with(&self, word: &str, postgres: bool) -> Option<(SelectStatement, SelectStatement)> {
        let wanted: Vec<i32> = pieces_of_word(word).into_iter().take(MOST_PIECES).collect();
        if wanted.is_empty() {
            return None;
        }
        let mut found = Query::select();
        found.from(self.pieces());
        if postgres {
            found.expr_as(Expr::col("id"), "id");
            found.and_where(Expr::cust_with_values("pieces @> CAST($1 AS integer[])", [array(wanted)]));
        } else {
            found.expr_as(Expr::col("rowid"), "id");
            let all: Vec<String> = wanted.into_iter().map(token).collect();
            found.and_where(Expr::cust_with_values(format!("{} MATCH ?", self.pieces()), [all.join(" AND ")]));
        }
        Some((found, Query::select().expr_as(Expr::col("record"), "id").from(self.queue()).take()))
    }

    async fn make(&self, tx: &Tx) -> Result<(), Error> {
        let (table, pieces, queue) = (&self.table, self.pieces(), self.queue());
        let changed = |old: &str, new: &str, differs: &str| {
            let one = |column: &String| format!("{old}.{column} {differs} {new}.{column}");
            self.columns.iter().map(one).collect::<Vec<_>>().join(" OR ")
        };
        let columns = self.columns.join(", ");
        let sql = if tx.is_postgres() {
            let changed = changed("old", "new", "IS DISTINCT FROM");
            format!(
                "CREATE TABLE {pieces} (id BIGINT PRIMARY KEY, pieces INTEGER[] NOT NULL); \
                 CREATE INDEX {pieces}_i ON {pieces} USING gin (pieces); \
                 CREATE TABLE {queue} (place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, record BIGINT NOT NULL); \
                 CREATE FUNCTION {queue}_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF tg_op = 'DELETE' THEN INSERT INTO {queue} (record) VALUES (old.id); \
                 ELSE INSERT INTO {queue} (record) VALUES (new.id); END IF; RETURN NULL; END $$; \
                 CREATE TRIGGER {queue}_new AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {queue}_add(); \
                 CREATE TRIGGER {queue}_changed AFTER UPDATE OF {columns} ON {table} FOR EACH ROW WHEN ({changed}) \
                 EXECUTE FUNCTION {queue}_add()"
            )
        } else {
            let changed = changed("old", "new", "IS NOT");
            let add = |row: &str| format!("BEGIN INSERT INTO {queue} (record) VALUES ({row}.id); END");
            format!(
                "CREATE VIRTUAL TABLE {pieces} USING fts5 (pieces, content='', contentless_delete=1, tokenize='ascii', \
                 detail=none); \
                 CREATE TABLE {queue} (place INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER NOT NULL) STRICT; \
                 CREATE TRIGGER {queue}_new AFTER INSERT ON {table} {}; \
                 CREATE TRIGGER {queue}_gone AFTER DELETE ON {table} {}; \
                 CREATE TRIGGER {queue}_changed AFTER UPDATE OF {columns} ON {table} WHEN {changed} {}",
                add("new"),
                add("old"),
                add("new")
            )
        };
        tx.execute_text(&sql).await?;
        tx.execute_text(&format!("INSERT INTO {queue} (record) SELECT id FROM {table} ORDER BY id")).await
    }
}

/// One piece as a token.
fn token(piece: i32) -> String {
    format!("{:08x}", piece.cast_unsigned())
}

/// Pieces as PostgreSQL writes an array.
fn array(pieces: impl IntoIterator<Item = i32>) -> String {
    let texts: Vec<String> = pieces.into_iter().map(|piece| piece.to_string()).collect();
    format!("{{{}}}", texts.join(","))
}

/// Removes the indexes of fields that are not searched as they were: columns cannot go while triggers look at them.
///
/// # Errors
/// The database failed.
pub(super) async fn drop_outdated(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    for table in schema.app.tables.values() {
        let (_, physical) = schema.table(&table.key)?;
        let wanted = SearchIndex::of(table, physical).map(|index| index.queue());
        let queues = queues(tx, physical).await?;
        for queue in queues.into_iter().filter(|queue| Some(queue) != wanted.as_ref()) {
            let suffix = queue.trim_start_matches('q');
            let place = if tx.is_postgres() { format!(" ON {}", physical.name) } else { String::new() };
            for event in ["new", "gone", "changed"] {
                tx.execute_text(&format!("DROP TRIGGER IF EXISTS {queue}_{event}{place}")).await?;
            }
            if tx.is_postgres() {
                tx.execute_text(&format!("DROP FUNCTION IF EXISTS {queue}_add()")).await?;
            }
            tx.execute_text(&format!("DROP TABLE {queue}")).await?;
            tx.execute_text(&format!("DROP TABLE w{suffix}")).await?;
        }
    }
    Ok(())
}

/// Makes the indexes that are missing; their rows are taken in later.
///
/// # Errors
/// The database failed.
pub(super) async fn prepare(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    for table in schema.app.tables.values() {
        let (_, physical) = schema.table(&table.key)?;
        let Some(index) = SearchIndex::of(table, physical) else { continue };
        if !queues(tx, physical).await?.contains(&index.queue()) {
            index.make(tx).await?;
        }
    }
    Ok(())
}

/// The queues of a table that there are.
async fn queues(tx: &Tx, physical: &Physical) -> Result<Vec<String>, Error> {
    let start = format!("q{}\\_", physical.id);
    let mut select = Query::select();
    if tx.is_postgres() {
        select
            .expr(Expr::col("table_name").cast_as("text"))
            .from(("information_schema", "tables"))
            .and_where(Expr::col("table_schema").eq(Expr::cust("current_schema()")));
        select.and_where(Expr::cust_with_values("table_name LIKE $1", [format!("{start}%")]));
    } else {
        select.column("name").from("sqlite_master").and_where(Expr::col("type").eq("table"));
        select.and_where(Expr::cust_with_values("name LIKE ? ESCAPE '\\'", [format!("{start}%")]));
    }
    tx.query(&select).await?.iter().map(|row| row.text(0)).collect()
}

/// The keys of the tables with rows that are still to be taken in. One statement.
///
/// # Errors
/// The database failed.
pub async fn waiting(conn: &impl Connection, schema: &Schema) -> Result<Vec<String>, Error> {
    let mut select: Option<SelectStatement> = None;
    for table in schema.app.tables.values() {
        let (_, physical) = schema.table(&table.key)?;
        let Some(index) = SearchIndex::of(table, physical) else { continue };
        let any = Query::select().expr(Expr::val(1)).from(index.queue()).limit(1).take();
        let part = Query::select().expr(Expr::val(table.key.as_str())).and_where(Expr::exists(any)).take();
        match &mut select {
            None => select = Some(part),
            Some(select) => {
                select.union(UnionType::All, part);
            }
        }
    }
    let Some(select) = select else { return Ok(Vec::new()) };
    conn.query(&select).await?.iter().map(|row| row.text(0)).collect()
}

/// Takes in up to so many of the rows that wait longest; answers how many.
///
/// # Errors
/// The database failed.
pub async fn take_in(tx: &Tx, schema: &Schema, table: &str, most: u64) -> Result<u64, Error> {
    let (table, physical) = schema.table(table)?;
    let Some(index) = SearchIndex::of(table, physical) else { return Ok(0) };
    if tx.is_postgres() {
        tx.execute_text(&format!("SELECT pg_advisory_xact_lock({})", LOCK + index.id)).await?;
    }
    let mut queued = Query::select();
    queued.columns(["place", "record"]).from(index.queue()).order_by("place", Order::Asc).limit(most);
    let queued = tx.query(&queued).await?;
    let queued = queued.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?))).collect::<Result<Vec<_>, Error>>()?;
    if queued.is_empty() {
        return Ok(0);
    }
    // Read after the queue: what changes from here on waits in it again.
    let mut rows: BTreeMap<i64, String> = BTreeMap::new();
    let mut select = Query::select();
    select.expr(column("r", "id")).from_as(index.table.clone(), "r");
    for name in &index.columns {
        select.expr(column("r", name));
    }
    select.and_where(column("r", "id").is_in(queued.iter().map(|(_, record)| *record)));
    for row in tx.query(&select).await? {
        let texts = (1..=index.columns.len()).map(|place| Ok(row.opt_text(place)?.unwrap_or_default()));
        rows.insert(row.i64(0)?, texts.collect::<Result<Vec<_>, Error>>()?.join("\n"));
    }
    let id = if tx.is_postgres() { "id" } else { "rowid" };
    let mut delete = Query::delete();
    delete.from_table(index.pieces()).and_where(Expr::col(id).is_in(queued.iter().map(|(_, record)| *record)));
    tx.execute(&delete).await?;
    let mut insert = Query::insert();
    insert.into_table(index.pieces()).columns([id, "pieces"]);
    for (id, text) in &rows {
        let pieces = pieces(text);
        let pieces: Expr = if tx.is_postgres() {
            Expr::val(array(pieces)).cast_as("integer[]")
        } else {
            Expr::val(pieces.into_iter().map(token).collect::<Vec<_>>().join(" "))
        };
        insert.values([Expr::val(*id), pieces]).map_err(|error| Error::other(error.to_string()))?;
    }
    if !rows.is_empty() {
        tx.execute(&insert).await?;
    }
    let mut done = Query::delete();
    done.from_table(index.queue()).and_where(Expr::col("place").is_in(queued.iter().map(|(place, _)| *place)));
    tx.execute(&done).await
}

/// The first ids that a select finds for a word, with the word's number.
pub(super) fn first(select: SelectStatement, most: u64, word: usize) -> SelectStatement {
    let mut part = Query::select();
    let word = i64::try_from(word).unwrap_or_default();
    let mut inner = select;
    inner.limit(most);
    part.expr_as(integer(Expr::val(word)), "word").expr_as(Expr::col(("p", "id")), "id");
    part.from_subquery(inner, "p");
    part
}
