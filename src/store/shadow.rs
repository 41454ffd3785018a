//! Columns beside a field's own that hold its value in another form: what a search looks in, and what texts are sorted by.
//!
//! Each field has its own, so that whatever withholds the field withholds these with it: a search cannot find what the reader
//! may not see. They are written wherever the field is, and filled when publishing makes them.

use super::{
    Connection, Error, Tx,
    schema::{Physical, Schema, bind, bind_for, column},
    search_index,
};
use crate::{
    base::value::Value,
    definition::{
        field::{Column, Field, Kind, Stored},
        table::Table,
    },
    query::{order_key, search_text},
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, Value as SqlValue};

/// Rows that are filled at once.
const CHUNK: u64 = 500;

/// A form in which a field's value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is read back.
    Own,
    /// As a search sees it.
    Searched,
    /// As it is sorted.
    Ordered,
}

impl Form {
    const SHADOWS: [Self; 2] = [Self::Searched, Self::Ordered];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Searched => "s",
            Self::Ordered => "k",
        }
    }

    /// Whether the field has a column of this form.
    pub fn is_of(self, field: &Field) -> bool {
        match self {
            Self::Own => true,
            // What is sealed has no other form: it would lie beside the sealed one in plain text.
            _ if field.sealed || field.lookup.is_some() => false,
            // What a link or a person is called is found where it is written.
            Self::Searched => {
                field.searchable && !field.kind.is_identity() && field.kind.behaviour().column().is_some()
            }
            Self::Ordered => field.kind == Kind::Text,
        }
    }

    /// The column's name: `f31`, `f31s`, `f31k`. A form that the field has not is its own one.
    pub fn column(self, physical: &Physical, field: &Field) -> String {
        let suffix = if self.is_of(field) { self.suffix() } else { "" };
        format!("{}{suffix}", physical.column(&field.key))
    }

    /// Whether the form of the field, if there is one, is a text beside its own column.
    pub fn has_own_column(self, field: Option<&Field>) -> bool {
        self != Self::Own && field.is_some_and(|field| self.is_of(field))
    }

    fn stored(self, field: &Field, value: &Value) -> Option<String> {
        if value.is_unset() {
            return None;
        }
        match self {
            Self::Own => None,
            Self::Searched => Some(search_text(&field.show(value))),
            Self::Ordered => value.as_text().map(order_key),
        }
    }
}

/// The names of all columns of a field.
pub(super) fn columns(physical: &Physical, field: &Field) -> Vec<String> {
    let shadows = Form::SHADOWS.into_iter().filter(|form| form.is_of(field));
    std::iter::once(Form::Own).chain(shadows).map(|form| form.column(physical, field)).collect()
}

/// A value for each of [`columns`].
pub(super) fn values(field: &Field, value: &Value) -> Vec<SqlValue> {
    let shadows = Form::SHADOWS.into_iter().filter(|form| form.is_of(field));
    let shadows = shadows.map(|form| SqlValue::String(form.stored(field, value)));
    std::iter::once(bind_for(field, field.store(value))).chain(shadows).collect()
}

/// Makes the columns that are missing and fills them, and removes those that are not written any more.
///
/// # Errors
/// The database failed.
pub(super) async fn prepare(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    search_index::drop_outdated(tx, schema).await?;
    for table in schema.app.tables.values() {
        let (_, physical) = schema.table(&table.key)?;
        let there = columns_there(tx, &physical.name).await?;
        for form in Form::SHADOWS {
            let mut made = Vec::new();
            for field in table.stored() {
                let name = format!("{}{}", physical.column(&field.key), form.suffix());
                match (form.is_of(field), there.contains(&name)) {
                    (true, false) => {
                        let kind = if tx.is_postgres() { "TEXT COLLATE \"C\"" } else { "TEXT" };
                        tx.execute_text(&format!("ALTER TABLE {} ADD COLUMN {name} {kind}", physical.name)).await?;
                        made.push((field, name));
                    }
                    (false, true) => {
                        tx.execute_text(&format!("DROP INDEX IF EXISTS i{}_{name}", physical.id)).await?;
                        tx.execute_text(&format!("ALTER TABLE {} DROP COLUMN {name}", physical.name)).await?;
                    }
                    _ => {}
                }
            }
            fill(tx, table, physical, form, &made).await?;
        }
        for field in table.stored().filter(|field| Form::Ordered.is_of(field) && is_sorted_by(table, field)) {
            let name = Form::Ordered.column(physical, field);
            let (index, place) = (format!("i{}_{name}", physical.id), &physical.name);
            tx.execute_text(&format!("CREATE INDEX IF NOT EXISTS {index} ON {place} ({name}, id)")).await?;
        }
    }
    search_index::prepare(tx, schema).await
}

/// Whether lists are likely to be sorted by the field: it is indexed, or names the record.
pub(super) fn is_sorted_by(table: &Table, field: &Field) -> bool {
    let names = table.display_fields().next().is_some_and(|first| first.key == field.key);
    names || field.index || field.unique || table.unique_sets().any(|set| *set == [field.key.as_str()])
}

async fn columns_there(tx: &Tx, table: &str) -> Result<Vec<String>, Error> {
    let mut select = Query::select();
    if tx.is_postgres() {
        select
            .expr(Expr::col("column_name").cast_as("text"))
            .from(("information_schema", "columns"))
            .and_where(Expr::col("table_name").eq(table))
            .and_where(Expr::col("table_schema").eq(Expr::cust("current_schema()")));
    } else {
        select.column("name").from_function(Func::cust("pragma_table_info").arg(table), "c");
    }
    tx.query(&select).await?.iter().map(|row| row.text(0)).collect()
}

/// Writes the form of every value that is there.
async fn fill(tx: &Tx, table: &Table, physical: &Physical, form: Form, made: &[(&Field, String)]) -> Result<(), Error> {
    if made.is_empty() {
        return Ok(());
    }
    if table.append_only {
        // Rows of such a table never change, but how they are found may; publishing puts the trigger back.
        let (name, place) = (&physical.name, if tx.is_postgres() { " ON " } else { "" });
        let (trigger, of) = if tx.is_postgres() { ("append_only", name.as_str()) } else { ("no_update", "") };
        tx.execute_text(&format!("DROP TRIGGER IF EXISTS {name}_{trigger}{place}{of}")).await?;
    }
    let mut last = 0;
    loop {
        let mut select = Query::select();
        select.expr(column("r", "id"));
        for (field, _) in made {
            select.expr(column("r", &physical.column(&field.key)));
        }
        select
            .from_as(physical.name.clone(), "r")
            .and_where(column("r", "id").gt(last))
            .order_by(("r", "id"), Order::Asc)
            .limit(CHUNK);
        let rows = tx.query(&select).await?;
        for row in &rows {
            last = row.i64(0)?;
            let mut update = Query::update();
            update.table(physical.name.clone()).and_where(Expr::col("id").eq(last));
            let mut any = false;
            for (place, (field, name)) in made.iter().enumerate() {
                let stored = match field.kind.behaviour().column() {
                    Some(Column::Integer) => row.opt_i64(place + 1)?.map_or(Stored::Null, Stored::Integer),
                    _ => row.opt_text(place + 1)?.map_or(Stored::Null, Stored::Text),
                };
                if let Some(text) = form.stored(field, &field.load(stored)) {
                    update.value(name.clone(), Expr::val(bind(Stored::Text(text))));
                    any = true;
                }
            }
            if any {
                tx.execute(&update).await?;
            }
        }
        if (rows.len() as u64) < CHUNK {
            return Ok(());
        }
    }
}
