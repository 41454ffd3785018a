//! Selecting records: which columns, in which order, and back from a row.

use super::super::{
    Error, Row,
    filter::{Compiler, Reading},
    schema::Schema,
};
use super::search::Search;
use crate::{
    access::Permit,
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
        value::{Document, Value},
    },
    definition::{
        field::{Column, Field, Stored},
        table::Table,
    },
    query::{Condition, FieldPath, Page, Sort, SystemField},
};
use sea_orm::sea_query::{CaseStatement, Expr, Query, SelectStatement};

/// The alias of the table whose records are selected.
pub(super) const ALIAS: &str = "r";
/// Columns selected before the fields: see [`Record::from_row`].
const SYSTEM_COLUMNS: [&str; 10] = [
    "id",
    "version",
    "state",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "owner",
    "department",
    "trashed_at",
];

/// One record as it was read. Fields that the permit does not show in this row are unset and named in `hidden`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: RecordId,
    /// Raised by every write; what `If-Match` names.
    pub version: i64,
    pub state: Option<String>,
    pub created_at: Timestamp,
    pub created_by: Option<UserId>,
    pub updated_at: Timestamp,
    pub updated_by: Option<UserId>,
    pub owner: Option<UserId>,
    pub department: Option<i64>,
    pub document: Document,
    /// Field keys of the table whose values are withheld in this row.
    pub hidden: Vec<String>,
    /// Which of the permit's grants cover the row, in their order.
    pub matched: Vec<bool>,
    /// Values of link hops that were asked for, in the order asked.
    pub hops: Vec<Value>,
}

/// What a list asks for.
#[derive(Debug, Clone)]
pub struct Listing<'a> {
    /// The view's and the caller's conditions.
    pub condition: Condition,
    /// Words that searchable fields must hold.
    pub search: Option<Search>,
    pub sort: &'a [Sort],
    pub page: Page,
    /// Link hops to select besides the fields.
    pub hops: &'a [FieldPath],
}

impl<'a> Listing<'a> {
    /// All rows that the permit shows, newest first.
    #[must_use]
    pub const fn first(limit: u64) -> Self {
        Self { condition: Condition::Always, search: None, sort: &[], page: Page { limit, after: None }, hops: &[] }
    }

    #[must_use]
    pub fn of(condition: Condition, limit: u64) -> Self {
        Self { condition, ..Self::first(limit) }
    }
}

/// The compiler for a permit's table. A permit whose viewer is the app itself reads unmasked.
pub(super) fn compiler<'a>(schema: &'a Schema, reading: Reading<'a>, postgres: bool) -> Result<Compiler<'a>, Error> {
    let (table, physical) = schema.table(reading.permit.table())?;
    let reading = reading.permit.viewer().map(|_| reading);
    Ok(Compiler { schema, table, physical, alias: ALIAS, record: ALIAS, postgres, lines: None, reading })
}

/// `SELECT` of system columns, fields, matched grants and hops, without conditions.
pub(super) fn columns(compiler: Compiler<'_>, permit: &Permit, hops: &[FieldPath]) -> SelectStatement {
    let mut select = Query::select();
    select.from_as(compiler.physical.name.clone(), ALIAS);
    for name in SYSTEM_COLUMNS {
        select.expr(compiler.system(name));
    }
    for field in compiler.table.scalars() {
        select.expr(match &field.lookup {
            None => super::super::schema::column(ALIAS, &compiler.physical.column(&field.key)),
            Some(_) => compiler.operand(&FieldPath::Field(field.key.clone())).expression,
        });
    }
    for grant in conditional(permit) {
        let scope = Compiler { reading: None, ..compiler }.condition(&grant.rows);
        let bit = CaseStatement::new().case(scope, Expr::val(1_i64)).finally(Expr::val(0_i64));
        select.expr(super::super::integer(bit));
    }
    for hop in hops {
        select.expr(compiler.operand(hop).expression);
    }
    select
}

/// Grants whose scope the database has to judge row by row.
fn conditional(permit: &Permit) -> impl Iterator<Item = &crate::access::PermitGrant> {
    permit.grants().iter().filter(|grant| !matches!(grant.rows, Condition::Always | Condition::Never))
}

impl Record {
    pub(super) fn from_row(
        row: &Row,
        compiler: Compiler<'_>,
        permit: &Permit,
        hops: &[FieldPath],
    ) -> Result<Self, Error> {
        let mut document = Document::default();
        let mut column = SYSTEM_COLUMNS.len();
        for field in compiler.table.scalars() {
            let mut value = read(row, column, field)?;
            compiler.physical.open(field, RecordId(row.i64(0)?), &mut value);
            document.values.insert(field.key.clone(), value);
            column += 1;
        }
        let mut matched = Vec::with_capacity(permit.grants().len());
        for grant in permit.grants() {
            matched.push(match grant.rows {
                Condition::Always => true,
                Condition::Never => false,
                _ => {
                    column += 1;
                    row.i64(column - 1)? == 1
                }
            });
        }
        let mut values = Vec::with_capacity(hops.len());
        for hop in hops {
            values.push(read_operand(row, column, compiler.operand(hop).field, hop)?);
            column += 1;
        }
        let mut record = Self {
            id: RecordId(row.i64(0)?),
            version: row.i64(1)?,
            state: row.opt_text(2)?,
            created_at: Timestamp(row.i64(3)?),
            created_by: row.opt_i64(4)?.map(UserId),
            updated_at: Timestamp(row.i64(5)?),
            updated_by: row.opt_i64(6)?.map(UserId),
            owner: row.opt_i64(7)?.map(UserId),
            department: row.opt_i64(8)?,
            document,
            hidden: Vec::new(),
            matched,
            hops: values,
        };
        record.mask(compiler.table, permit);
        Ok(record)
    }

    /// Withholds what none of the matching grants shows.
    fn mask(&mut self, table: &Table, permit: &Permit) {
        if permit.viewer().is_none() {
            return;
        }
        let rights = permit.rights(&self.matched);
        for field in table.scalars().filter(|field| !rights.can_read(&field.key)) {
            self.document.values.insert(field.key.clone(), Value::Unset);
            self.hidden.push(field.key.clone());
        }
        for field in table.lines().filter(|field| !rights.can_read(&field.key)) {
            self.hidden.push(field.key.clone());
        }
    }
}

/// The value of a field from a column of a row; what is sealed stays so.
///
/// # Errors
/// The column holds another type.
pub fn read(row: &Row, column: usize, field: &Field) -> Result<Value, Error> {
    if field.sealed {
        return Ok(row.opt_text(column)?.map_or(Value::Unset, Value::Sealed));
    }
    let stored = match field.answered_as() {
        Some(Column::Integer) => row.opt_i64(column)?.map_or(Stored::Null, Stored::Integer),
        Some(Column::Text) => row.opt_text(column)?.map_or(Stored::Null, Stored::Text),
        None => Stored::Null,
    };
    Ok(field.load(stored))
}

/// The value of a hop, which may end at a system field.
pub(super) fn read_operand(row: &Row, column: usize, field: Option<&Field>, path: &FieldPath) -> Result<Value, Error> {
    if let Some(field) = field {
        return read(row, column, field);
    }
    let end = match path {
        FieldPath::Hop(_, end) => end.as_ref(),
        other => other,
    };
    match end {
        FieldPath::System(system) if super::super::filter::is_text(*system) => {
            Ok(row.opt_text(column)?.map_or(Value::Unset, Value::Text))
        }
        FieldPath::System(SystemField::CreatedAt | SystemField::UpdatedAt) => {
            Ok(row.opt_i64(column)?.map_or(Value::Unset, |at| Value::Instant(Timestamp(at))))
        }
        _ => Ok(row.opt_i64(column)?.map_or(Value::Unset, Value::Integer)),
    }
}
