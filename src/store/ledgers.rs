//! Ledgers: balances under lock, moves, holds, and the names under which lines post once.

use super::{
    Connection, Error, Row, Tx,
    entity::{ledger_hold, ledger_post},
    filter::store,
    records::rollup,
    schema::{Physical, Schema, bind, column},
    shadow,
};
use crate::{
    base::{
        decimal,
        id::{RecordId, TableId},
        time::Timestamp,
        value::{Document, Value, Values},
    },
    definition::{
        field::{Field, Stored},
        ledger::Ledger,
        table::Table,
    },
    ledger::{
        balance::Balance, hold::Held, keys::BalanceKey, name::PostName, reverse::StoredMove, verify::StampedMove,
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement},
};
use std::collections::{BTreeMap, BTreeSet};

const ALIAS: &str = "b";
/// Keys of one statement.
const CHUNK: usize = 100;

/// A balance row as it was locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    pub id: RecordId,
    pub balance: Balance,
}

/// The balances of these keys, locked in the keys' order until the transaction ends. Rows that do not exist are made.
///
/// # Errors
/// The database failed.
pub async fn lock_balances(
    tx: &Tx,
    schema: &Schema,
    ledger: &Ledger,
    keys: &BTreeSet<BalanceKey>,
    now: Timestamp,
) -> Result<BTreeMap<BalanceKey, BalanceRow>, Error> {
    let (table, physical) = schema.table(&ledger.balance)?;
    let keys: Vec<&BalanceKey> = keys.iter().collect();
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(CHUNK) {
        read_balances(tx, table, physical, ledger, chunk, &mut found).await?;
        let missing: Vec<&BalanceKey> = chunk.iter().filter(|key| !found.contains_key(**key)).copied().collect();
        if !missing.is_empty() {
            make_balances(tx, table, physical, ledger, &missing, now).await?;
            read_balances(tx, table, physical, ledger, &missing, &mut found).await?;
        }
    }
    Ok(found)
}

async fn read_balances(
    tx: &Tx,
    table: &Table,
    physical: &Physical,
    ledger: &Ledger,
    keys: &[&BalanceKey],
    found: &mut BTreeMap<BalanceKey, BalanceRow>,
) -> Result<(), Error> {
    let mut select = balance_select(table, physical, ledger);
    let mut any = Expr::val(1).eq(0);
    for key in keys {
        any = any.or(matches_key(table, physical, ledger, key));
    }
    select.and_where(any);
    tx.lock_rows(&mut select);
    for row in tx.query(&select).await? {
        let (grain, dimensions, balance) = read_balance(&row, table, ledger)?;
        let same = |key: &BalanceKey| {
            key.grain.as_str() == grain
                && key.named(ledger).iter().all(|(name, value)| dimensions.get(name) == Some(value))
        };
        if let Some(key) = keys.iter().find(|key| same(key)) {
            found.insert((*key).clone(), BalanceRow { id: RecordId(row.i64(0)?), balance });
        }
    }
    Ok(())
}

/// `SELECT` of id, grain, dimensions and figures, by id: the order in which rows are locked.
fn balance_select(table: &Table, physical: &Physical, ledger: &Ledger) -> SelectStatement {
    let mut select = Query::select();
    select.expr(column(ALIAS, "id")).expr(column(ALIAS, &physical.column(&ledger.grain)));
    for name in &ledger.dimensions {
        select.expr(column(ALIAS, &physical.column(name)));
    }
    for field in figures(table, ledger) {
        select.expr(column(ALIAS, &physical.column(&field.key)));
    }
    select.from_as(physical.name.clone(), ALIAS).order_by((ALIAS, "id"), Order::Asc);
    select
}

fn read_balance(row: &Row, table: &Table, ledger: &Ledger) -> Result<(String, Values, Balance), Error> {
    let grain = row.opt_text(1)?.unwrap_or_default();
    let mut dimensions = Values::new();
    for (index, name) in ledger.dimensions.iter().enumerate() {
        if let Some(field) = table.field(name) {
            dimensions.insert(name.clone(), super::records::read_field(row, index + 2, field)?);
        }
    }
    let start = ledger.dimensions.len() + 2;
    let mut numbers = Vec::new();
    for (index, field) in figures(table, ledger).iter().enumerate() {
        let stored = row.opt_i64(start + index)?.unwrap_or(0);
        numbers.push((field.key.clone(), decimal::from_scaled(stored, field.scale)));
    }
    let figure =
        |name: &str| numbers.iter().find(|(key, _)| key == name).map(|(_, number)| *number).unwrap_or_default();
    let balance = Balance {
        quantity: figure(&ledger.measure),
        reserved: ledger.hold.as_ref().map(|hold| figure(&hold.field)).unwrap_or_default(),
        amount: ledger.value.as_ref().map(|value| figure(&value.field)).unwrap_or_default(),
        last_unit_cost: None,
    };
    Ok((grain, dimensions, balance))
}

/// The numeric fields of a balance that the ledger counts in.
fn figures<'a>(table: &'a Table, ledger: &Ledger) -> Vec<&'a Field> {
    let names = [
        Some(ledger.measure.as_str()),
        ledger.hold.as_ref().map(|hold| hold.field.as_str()),
        ledger.value.as_ref().map(|value| value.field.as_str()),
    ];
    names.into_iter().flatten().filter_map(|name| table.field(name)).collect()
}

fn matches_key(table: &Table, physical: &Physical, ledger: &Ledger, key: &BalanceKey) -> Expr {
    let named = key.named(ledger);
    let mut all = column(ALIAS, &physical.column(&ledger.grain)).eq(key.grain.as_str());
    for name in &ledger.dimensions {
        let place = column(ALIAS, &physical.column(name));
        let stored = store(table.field(name), named.get(name).unwrap_or(&Value::Unset));
        all = all.and(if stored == Stored::Null { place.is_null() } else { place.eq(Expr::val(bind(stored))) });
    }
    all
}

async fn make_balances(
    tx: &Tx,
    table: &Table,
    physical: &Physical,
    ledger: &Ledger,
    keys: &[&BalanceKey],
    now: Timestamp,
) -> Result<(), Error> {
    let figures = figures(table, ledger);
    let mut names: Vec<String> = ["version", "created_at", "updated_at"].map(str::to_owned).to_vec();
    names.push(physical.column(&ledger.grain));
    let dimensions: Vec<&Field> = ledger.dimensions.iter().filter_map(|name| table.field(name)).collect();
    names.extend(dimensions.iter().flat_map(|field| shadow::columns(physical, field)));
    names.extend(figures.iter().map(|field| physical.column(&field.key)));
    let mut insert = Query::insert();
    insert.into_table(physical.name.clone()).columns(names);
    for key in keys {
        let named = key.named(ledger);
        let mut values = vec![Expr::val(1_i64), Expr::val(now.0), Expr::val(now.0), Expr::val(key.grain.as_str())];
        for field in &dimensions {
            let value = named.get(&field.key).unwrap_or(&Value::Unset);
            values.extend(shadow::values(field, value).into_iter().map(Expr::val));
        }
        values.extend(figures.iter().map(|_| Expr::val(0_i64)));
        insert.values(values).map_err(|error| Error::other(error.to_string()))?;
    }
    // Another node may make the same row at this moment; then it is read and locked like any other.
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    tx.execute(&insert).await?;
    Ok(())
}

/// Writes fields of one balance row and raises its version.
///
/// # Errors
/// The database failed.
pub async fn save_balance(
    tx: &Tx,
    schema: &Schema,
    ledger: &Ledger,
    id: RecordId,
    values: &Values,
    now: Timestamp,
) -> Result<(), Error> {
    let (table, physical) = schema.table(&ledger.balance)?;
    let mut update = Query::update();
    update.table(physical.name.clone());
    for (key, value) in values {
        let Some(field) = table.field(key) else { continue };
        for (name, value) in shadow::columns(physical, field).into_iter().zip(shadow::values(field, value)) {
            update.value(name, Expr::val(value));
        }
    }
    update
        .value("version", Expr::col("version").add(1))
        .value("updated_at", Expr::val(now.0))
        .and_where(Expr::col("id").eq(id.0));
    if tx.execute(&update).await? != 1 {
        return Err(Error::Stale);
    }
    let touched = rollup::by_ids(tx, schema, &table.key, &[id.0]).await?;
    rollup::settle(tx, schema, touched).await
}

/// Adds moves in order, in few statements. Their ids rise in that order.
///
/// # Errors
/// The database failed.
pub async fn insert_moves(
    tx: &Tx,
    schema: &Schema,
    ledger: &Ledger,
    moves: &[Values],
    by: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let (table, physical) = schema.table(&ledger.moves)?;
    let fields: Vec<&Field> = table.stored().collect();
    for chunk in moves.chunks(CHUNK) {
        let mut insert = Query::insert();
        let system = ["version", "created_at", "updated_at", "created_by", "updated_by", "owner"].map(str::to_owned);
        insert
            .into_table(physical.name.clone())
            .columns(system.into_iter().chain(fields.iter().flat_map(|field| shadow::columns(physical, field))));
        for values in chunk {
            let system =
                [Expr::val(1_i64), Expr::val(now.0), Expr::val(now.0), Expr::val(by), Expr::val(by), Expr::val(by)];
            let own = fields
                .iter()
                .flat_map(|field| shadow::values(field, values.get(&field.key).unwrap_or(&Value::Unset)))
                .map(Expr::val);
            insert.values(system.into_iter().chain(own)).map_err(|error| Error::other(error.to_string()))?;
        }
        tx.execute(&insert).await?;
    }
    let documents: Vec<Document> =
        moves.iter().map(|values| Document { values: values.clone(), ..Document::default() }).collect();
    rollup::settle(tx, schema, rollup::by_new(schema, &table.key, documents.iter())).await
}

/// The moves of a document that carry its stamps, in order: what a reversal takes back.
///
/// # Errors
/// The ledger does not stamp documents, or the database failed.
pub async fn moves_of(
    tx: &Tx,
    schema: &Schema,
    ledger: &Ledger,
    document: (&str, RecordId),
) -> Result<Vec<StoredMove>, Error> {
    let (table, physical) = schema.table(&ledger.moves)?;
    let stamps = &ledger.stamps;
    let (Some(by_table), Some(by_id)) = (&stamps.document_table, &stamps.document_id) else {
        return Err(Error::other(format!("the ledger \"{}\" does not stamp its documents", ledger.key)));
    };
    let fields: Vec<&Field> = table.stored().collect();
    let mut select = Query::select();
    select.expr(column(ALIAS, "id"));
    for field in &fields {
        select.expr(column(ALIAS, &physical.column(&field.key)));
    }
    select
        .from_as(physical.name.clone(), ALIAS)
        .and_where(column(ALIAS, &physical.column(by_table)).eq(document.0))
        .and_where(column(ALIAS, &physical.column(by_id)).eq(document.1.0))
        .order_by((ALIAS, "id"), Order::Asc);
    let mut found = Vec::new();
    for row in tx.query(&select).await? {
        let mut values = Values::new();
        for (index, field) in fields.iter().enumerate() {
            values.insert(field.key.clone(), super::records::read_field(&row, index + 1, field)?);
        }
        let number = |name: &str| values.get(name).and_then(Value::as_decimal);
        let dimensions = dimensions_of(ledger, &values);
        let whole =
            |stamp: &Option<String>| stamp.as_ref().and_then(|name| values.get(name)).and_then(Value::as_integer);
        let amount = ledger.value.as_ref().and_then(|value| number(&value.field));
        let (quantity, line, reverses) =
            (number(&ledger.measure).unwrap_or_default(), whole(&stamps.line).unwrap_or(0), whole(&stamps.reverses));
        found.push(StoredMove { id: row.i64(0)?, line, dimensions, quantity, amount, carried: values, reverses });
    }
    Ok(found)
}

/// Moves with what they say stands after them, in order, after the move with this id.
///
/// # Errors
/// The database failed.
pub async fn moves_after(
    conn: &impl Connection,
    schema: &Schema,
    ledger: &Ledger,
    after: i64,
    limit: u64,
) -> Result<Vec<StampedMove>, Error> {
    let (table, physical) = schema.table(&ledger.moves)?;
    let fields: Vec<&Field> = table.stored().collect();
    let mut select = Query::select();
    select.expr(column(ALIAS, "id"));
    for field in &fields {
        select.expr(column(ALIAS, &physical.column(&field.key)));
    }
    select
        .from_as(physical.name.clone(), ALIAS)
        .and_where(column(ALIAS, "id").gt(after))
        .order_by((ALIAS, "id"), Order::Asc)
        .limit(limit);
    let mut found = Vec::new();
    for row in conn.query(&select).await? {
        let mut values = Values::new();
        for (index, field) in fields.iter().enumerate() {
            values.insert(field.key.clone(), super::records::read_field(&row, index + 1, field)?);
        }
        let number = |name: &str| values.get(name).and_then(Value::as_decimal);
        let stamp = |name: &Option<String>| name.as_deref().and_then(number);
        found.push(StampedMove {
            id: row.i64(0)?,
            dimensions: dimensions_of(ledger, &values),
            quantity: number(&ledger.measure).unwrap_or_default(),
            amount: ledger.value.as_ref().and_then(|value| number(&value.field)),
            quantity_after: stamp(&ledger.stamps.measure_after),
            amount_after: stamp(&ledger.stamps.value_after),
        });
    }
    Ok(found)
}

fn dimensions_of(ledger: &Ledger, values: &Values) -> Values {
    ledger.dimensions.iter().map(|name| (name.clone(), values.get(name).cloned().unwrap_or_default())).collect()
}

/// Every balance row of a ledger.
///
/// # Errors
/// The database failed.
pub async fn all_balances(
    conn: &impl Connection,
    schema: &Schema,
    ledger: &Ledger,
) -> Result<BTreeMap<BalanceKey, Balance>, Error> {
    let (table, physical) = schema.table(&ledger.balance)?;
    let select = balance_select(table, physical, ledger);
    let mut found = BTreeMap::new();
    for row in conn.query(&select).await? {
        let (grain, dimensions, balance) = read_balance(&row, table, ledger)?;
        let kept = ledger.grains().into_iter().find(|kept| kept.as_str() == grain);
        let Some(kept) = kept else { continue };
        let names = ledger.dimensions_of(kept).unwrap_or_default();
        let dimensions = names.iter().map(|name| dimensions.get(name).cloned().unwrap_or_default()).collect();
        found.insert(BalanceKey { grain: kept, dimensions }, balance);
    }
    Ok(found)
}

/// Every hold of a ledger, whoever holds it.
///
/// # Errors
/// The database failed.
pub async fn all_holds(conn: &impl Connection, schema: &Schema, ledger: &Ledger) -> Result<Vec<Held>, Error> {
    let rows = ledger_hold::Entity::find()
        .filter(ledger_hold::Column::Ledger.eq(ledger.key.as_str()))
        .order_by_asc(ledger_hold::Column::Id)
        .all(conn.orm())
        .await?;
    held(schema, ledger, rows)
}

/// Takes the names of posts. `false` when every one was taken before (the same post again); a mixture is refused.
///
/// # Errors
/// Some of the names were taken and others not: the document changed after it posted.
pub async fn claim(tx: &Tx, names: &[PostName], now: Timestamp) -> Result<bool, Error> {
    if names.is_empty() {
        return Ok(true);
    }
    let rows = names.iter().map(|name| ledger_post::ActiveModel {
        table_id: Set(name.table.0),
        record_id: Set(name.record.0),
        line_id: Set(name.line),
        ledger: Set(name.ledger.clone()),
        phase: Set(name.phase.clone()),
        at: Set(now.0),
    });
    let conflict = OnConflict::new().do_nothing().to_owned();
    let taken = ledger_post::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx.orm()).await?;
    match taken {
        0 => Ok(false),
        count if count == names.len() as u64 => Ok(true),
        _ => Err(Error::other("some lines of the document were posted before and others not")),
    }
}

/// The holds of a document in a ledger.
///
/// # Errors
/// The database failed.
pub async fn holds_of(
    conn: &impl Connection,
    schema: &Schema,
    ledger: &Ledger,
    table: TableId,
    record: RecordId,
) -> Result<Vec<Held>, Error> {
    let rows = ledger_hold::Entity::find()
        .filter(ledger_hold::Column::TableId.eq(table.0))
        .filter(ledger_hold::Column::RecordId.eq(record.0))
        .filter(ledger_hold::Column::Ledger.eq(ledger.key.as_str()))
        .order_by_asc(ledger_hold::Column::LineId)
        .all(conn.orm())
        .await?;
    held(schema, ledger, rows)
}

fn held(schema: &Schema, ledger: &Ledger, rows: Vec<ledger_hold::Model>) -> Result<Vec<Held>, Error> {
    let (balances, _) = schema.table(&ledger.balance)?;
    let Some(hold) = &ledger.hold else { return Ok(Vec::new()) };
    let scale = balances.field(&hold.field).map_or(0, |field| field.scale);
    rows.into_iter()
        .map(|row| {
            let json: serde_json::Value = serde_json::from_str(&row.dimensions)
                .map_err(|error| Error::other(format!("a stored hold does not read: {error}")))?;
            let mut dimensions = Values::new();
            for name in &hold.dimensions {
                let field = balances.field(name);
                let value = field.and_then(|field| field.read(&json[name]).ok()).unwrap_or_default();
                dimensions.insert(name.clone(), value);
            }
            Ok(Held { line: row.line_id, dimensions, quantity: decimal::from_scaled(row.quantity, scale) })
        })
        .collect()
}

/// Makes the document's holds in a ledger be exactly these.
///
/// # Errors
/// The database failed.
pub async fn put_holds(
    tx: &Tx,
    schema: &Schema,
    ledger: &Ledger,
    table: TableId,
    record: RecordId,
    holds: &[Held],
) -> Result<(), Error> {
    let (balances, _) = schema.table(&ledger.balance)?;
    ledger_hold::Entity::delete_many()
        .filter(ledger_hold::Column::TableId.eq(table.0))
        .filter(ledger_hold::Column::RecordId.eq(record.0))
        .filter(ledger_hold::Column::Ledger.eq(ledger.key.as_str()))
        .exec(tx.orm())
        .await?;
    let scale = ledger.hold.as_ref().and_then(|hold| balances.field(&hold.field)).map_or(0, |field| field.scale);
    let rows: Vec<ledger_hold::ActiveModel> = holds
        .iter()
        .map(|held| {
            let dimensions: serde_json::Map<String, serde_json::Value> = held
                .dimensions
                .iter()
                .filter_map(|(name, value)| balances.field(name).map(|field| (name.clone(), field.write(value))))
                .collect();
            ledger_hold::ActiveModel {
                id: sea_orm::ActiveValue::NotSet,
                table_id: Set(table.0),
                record_id: Set(record.0),
                line_id: Set(held.line),
                ledger: Set(ledger.key.clone()),
                dimensions: Set(serde_json::Value::Object(dimensions).to_string()),
                quantity: Set(decimal::to_scaled(held.quantity, scale).unwrap_or(0)),
            }
        })
        .collect();
    if !rows.is_empty() {
        ledger_hold::Entity::insert_many(rows).exec_without_returning(tx.orm()).await?;
    }
    Ok(())
}
