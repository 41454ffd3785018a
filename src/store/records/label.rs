//! How records are called elsewhere: labels of links, and links named by a unique value.

use super::{
    super::{
        Connection, Error,
        filter::Reading,
        schema::{Schema, bind, column},
    },
    select::{ALIAS, compiler, read},
};
use crate::{
    access::Permit,
    base::{
        id::RecordId,
        value::{Value, Values},
    },
    definition::table::{Table, placeholders},
    query::FieldPath,
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use std::collections::{BTreeSet, HashMap};

/// The labels of records by the table's display template, as far as the permit shows them. Records in the trash keep their
/// label, because documents go on naming them. One statement.
///
/// # Errors
/// The database failed.
pub async fn labels(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    ids: &BTreeSet<i64>,
) -> Result<HashMap<i64, String>, Error> {
    let (table, _) = schema.table(permit.table())?;
    let fields: Vec<String> = table.display_fields().map(|field| field.key.clone()).collect();
    let rows = targets(conn, schema, permit, ids, &fields).await?;
    Ok(rows.into_iter().map(|(id, values)| (id, label(table, id, &values))).collect())
}

/// The display template filled in.
#[must_use]
pub fn label(table: &Table, id: i64, values: &Values) -> String {
    let mut text = table.display.clone();
    for name in placeholders(&table.display) {
        let shown = match table.field(name) {
            Some(field) => field.show(values.get(name).unwrap_or(&Value::Unset)),
            None if name == "id" => id.to_string(),
            None => String::new(),
        };
        text = text.replace(&format!("{{{name}}}"), &shown);
    }
    let text = text.trim();
    if text.is_empty() { format!("#{id}") } else { text.to_owned() }
}

/// Some fields of some records, as far as the permit shows them: what link hops read. One statement.
///
/// # Errors
/// The database failed.
pub async fn targets(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    ids: &BTreeSet<i64>,
    fields: &[String],
) -> Result<HashMap<i64, Values>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let nothing = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &nothing }, conn.is_postgres())?;
    let known: Vec<_> = fields.iter().filter_map(|key| compiler.table.field(key)).collect();
    let mut select = Query::select();
    select.expr(column(ALIAS, "id"));
    for field in &known {
        select.expr(compiler.operand(&FieldPath::Field(field.key.clone())).expression);
    }
    select.from_as(compiler.physical.name.clone(), ALIAS).and_where(column(ALIAS, "id").is_in(ids.iter().copied()));
    if permit.viewer().is_some() {
        let scope = super::super::filter::Compiler { reading: None, ..compiler };
        select.and_where(scope.condition(&permit.visible_rows()));
    }
    let mut found = HashMap::new();
    for row in conn.query(&select).await? {
        let mut values = Values::new();
        for (index, field) in known.iter().enumerate() {
            values.insert(field.key.clone(), read(&row, index + 1, field)?);
        }
        found.insert(row.i64(0)?, values);
    }
    Ok(found)
}

/// The ids of records by the value of the table's natural key (`{"key": "A-12"}`), trash aside. One statement.
///
/// # Errors
/// The database failed.
pub async fn natural_ids(
    conn: &impl Connection,
    schema: &Schema,
    permit: &Permit,
    keys: &BTreeSet<String>,
) -> Result<HashMap<String, RecordId>, Error> {
    let (table, physical) = schema.table(permit.table())?;
    let Some(field) = table.natural_key().filter(|_| !keys.is_empty()) else { return Ok(HashMap::new()) };
    let nothing = HashMap::new();
    let compiler = compiler(schema, Reading { permit, targets: &nothing }, conn.is_postgres())?;
    let name = physical.column(&field.key);
    let stored: Vec<(String, _)> = keys
        .iter()
        .filter_map(|key| field.read_text(key).ok().map(|value| (key.clone(), field.store(&value))))
        .collect();
    let mut select = Query::select();
    select
        .expr(column(ALIAS, "id"))
        .expr(column(ALIAS, &name))
        .from_as(physical.name.clone(), ALIAS)
        .and_where(compiler.visible(permit, permit.action()))
        .and_where(column(ALIAS, &name).is_in(stored.iter().map(|(_, value)| Expr::val(bind(value.clone())))))
        .order_by((ALIAS, "id"), Order::Asc);
    let mut found = HashMap::new();
    for row in conn.query(&select).await? {
        let value = field.store(&read(&row, 1, field)?);
        if let Some((key, _)) = stored.iter().find(|(_, stored)| *stored == value) {
            found.insert(key.clone(), RecordId(row.i64(0)?));
        }
    }
    Ok(found)
}
