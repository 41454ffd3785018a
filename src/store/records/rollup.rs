//! Rollups: figures that a record keeps of the rows that link to it. Whoever writes such rows brings the figures up to date in the
//! same transaction: the records that keep them are locked in the order of their ids, then the figures are computed from the rows
//! themselves, so that two writers never lose one another's share. No version is raised: nobody changed the record.

use super::{
    super::{
        Connection, Error, Row, Tx,
        filter::Compiler,
        schema::{Physical, Schema, column},
        shadow,
    },
    aggregate::{figure, figures},
    select::{ALIAS, read},
};
use crate::{
    base::{
        id::{RecordId, UserId},
        time::Timestamp,
        value::{Document, Value},
    },
    definition::{
        app::App,
        field::{Field, Rollup, Stored},
        table::Table,
    },
    query::{Condition, FieldPath, Filter, Measure, TableNames},
    rules::{Context, Limits, NoLinks, Program, TableRules, UserView},
};
use indexmap::IndexMap;
use jiff::civil::Date;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, LockType, Order, Query};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The alias of the record to which gathered lines belong.
const OF_LINES: &str = "d";
/// Records whose figures are computed by one statement.
const CHUNK: usize = 500;

/// Which records keep figures of which rows, for all of an app.
#[derive(Debug, Default)]
pub struct Rollups {
    flows: Vec<Flow>,
    /// Formulas that read such figures, by table.
    formulas: HashMap<String, Formulas>,
}

/// The rows of one table, or of its lines, that link to records which keep figures of them.
#[derive(Debug)]
struct Flow {
    table: String,
    lines: Option<String>,
    link: String,
    /// The table of the records that keep the figures.
    keeper: String,
    /// What the rows are made of.
    rows: Table,
    figures: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    key: String,
    measure: Measure,
    condition: Condition,
}

#[derive(Debug)]
struct Formulas {
    rules: TableRules,
    keys: Vec<String>,
}

/// Records whose figures may have changed, by the place of the flow.
pub type Touched = BTreeMap<usize, BTreeSet<i64>>;

impl Rollups {
    /// What does not fit, lint has refused before.
    #[must_use]
    pub fn of(app: &App) -> Self {
        let mut flows: Vec<Flow> = Vec::new();
        for keeper in app.tables.values() {
            for field in keeper.scalars() {
                let Some(rollup) = field.rollup.as_ref().filter(|rollup| rollup.from.table.is_some()) else { continue };
                let Some((flow, kept)) = Flow::of(app, keeper, &field.key, rollup) else { continue };
                let same = |known: &&mut Flow| {
                    known.table == flow.table
                        && known.lines == flow.lines
                        && known.link == flow.link
                        && known.keeper == flow.keeper
                };
                match flows.iter_mut().find(same) {
                    Some(known) => known.figures.push(kept),
                    None => flows.push(Flow { figures: vec![kept], ..flow }),
                }
            }
        }
        let formulas = if flows.is_empty() { HashMap::new() } else { formulas(app) };
        Self { flows, formulas }
    }
}

/// The formulas that have to be computed again with a figure that they read.
fn formulas(app: &App) -> HashMap<String, Formulas> {
    let mut found = HashMap::new();
    let Ok(program) = Program::compile(&app.functions) else { return found };
    for table in app.tables.values().filter(|table| table.scalars().any(|field| field.formula.is_some())) {
        let gathered = table.scalars().filter(|field| field.is_gathered()).map(|field| field.key.as_str()).collect();
        let Ok(rules) = TableRules::compile(&program, table) else { continue };
        let keys: Vec<String> = rules.dependents(&gathered).0.into_iter().map(str::to_owned).collect();
        if !keys.is_empty() {
            found.insert(table.key.clone(), Formulas { rules, keys });
        }
    }
    found
}

impl Flow {
    fn of(app: &App, keeper: &Table, key: &str, rollup: &Rollup) -> Option<(Self, Kept)> {
        let from = app.table(rollup.from.table.as_deref()?)?;
        let rows = match &rollup.from.lines {
            None => from.clone(),
            Some(lines) => Table::of_lines(from.field(lines)?),
        };
        let condition = match &rollup.filter {
            None => Condition::Always,
            Some(json) => Filter::parse(json, &rows, app).ok()?.fixed(&rows).ok()?,
        };
        let measures = Measure::parse_all(&rollup.measure(), &TableNames { table: &rows, source: app }).ok()?;
        let (measure, _) = measures.into_iter().next()?;
        let flow = Self {
            table: from.key.clone(),
            lines: rollup.from.lines.clone(),
            link: rollup.from.field.clone()?,
            keeper: keeper.key.clone(),
            rows,
            figures: Vec::new(),
        };
        Some((flow, Kept { key: key.to_owned(), measure, condition }))
    }

    /// What its figures look at, besides the link.
    fn paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.figures.iter().flat_map(|kept| kept.measure.path.iter().chain(kept.condition.paths()))
    }

    /// Whether a change of a record can change a figure.
    fn concerns(&self, before: &Document, after: &Document) -> bool {
        if let Some(lines) = &self.lines {
            return before.lines_of(lines) != after.lines_of(lines);
        }
        let differs = |key: &str| before.get(key) != after.get(key);
        let changed = |path: &FieldPath| match path {
            FieldPath::Field(key) => differs(key),
            // The engine writes those with every change.
            _ => true,
        };
        differs(&self.link) || self.paths().any(changed)
    }

    /// The records that the rows of a document link to.
    fn keepers(&self, document: &Document) -> Vec<i64> {
        match &self.lines {
            None => document.get(&self.link).as_integer().into_iter().collect(),
            Some(lines) => {
                let links = document.lines_of(lines).iter().map(|line| line.get(&self.link));
                links.filter_map(Value::as_integer).collect()
            }
        }
    }
}

/// The flows that start at a table, with their places.
fn flows_of<'s>(schema: &'s Schema, table: &'s str) -> impl Iterator<Item = (usize, &'s Flow)> {
    schema.rollups.flows.iter().enumerate().filter(move |(_, flow)| flow.table == table)
}

fn note(touched: &mut Touched, flow: usize, ids: impl IntoIterator<Item = i64>) {
    let mut ids = ids.into_iter().peekable();
    if ids.peek().is_some() {
        touched.entry(flow).or_default().extend(ids);
    }
}

/// What new records touch.
pub(in crate::store) fn by_new<'d>(
    schema: &Schema,
    table: &str,
    documents: impl Iterator<Item = &'d Document> + Clone,
) -> Touched {
    let mut touched = Touched::new();
    for (place, flow) in flows_of(schema, table) {
        note(&mut touched, place, documents.clone().flat_map(|document| flow.keepers(document)));
    }
    touched
}

/// What a change of a record touches; `state` says that its state changes as well.
pub(super) fn by_change(schema: &Schema, table: &str, before: &Document, after: &Document, state: bool) -> Touched {
    let mut touched = Touched::new();
    for (place, flow) in flows_of(schema, table).filter(|(_, flow)| state || flow.concerns(before, after)) {
        note(&mut touched, place, flow.keepers(before).into_iter().chain(flow.keepers(after)));
    }
    touched
}

/// What records touch whose values are not at hand. One statement for each link that figures are gathered by.
pub(in crate::store) async fn by_ids(tx: &Tx, schema: &Schema, table: &str, ids: &[i64]) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    let (_, physical) = schema.table(table)?;
    for (place, flow) in flows_of(schema, table) {
        let (rows, of) = match &flow.lines {
            None => (physical, "id"),
            Some(lines) => (physical.lines(lines).ok_or_else(|| Error::other("lines without a table"))?, "record_id"),
        };
        let mut select = Query::select();
        select
            .expr(column(ALIAS, &rows.column(&flow.link)))
            .from_as(rows.name.clone(), ALIAS)
            .and_where(column(ALIAS, of).is_in(ids.iter().copied()))
            .and_where(column(ALIAS, &rows.column(&flow.link)).is_not_null())
            .distinct();
        let found = tx.query(&select).await?;
        note(&mut touched, place, found.iter().map(|row| row.i64(0)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(touched)
}

/// From here on, what is touched is only noted, until [`release`]: for many records that are written one after the other.
pub fn hold(tx: &Tx) {
    tx.held().get_or_insert_default();
}

/// Brings up to date what was touched since [`hold`].
///
/// # Errors
/// As [`settle`].
pub async fn release(tx: &Tx, schema: &Schema) -> Result<(), Error> {
    let touched = tx.held().take();
    settle(tx, schema, touched.unwrap_or_default()).await
}

/// Brings the figures of the records up to date that were touched, and what is computed from those in turn. For each link that
/// figures are gathered by, three statements per [`CHUNK`] of records; none where nothing was touched.
///
/// # Errors
/// [`Error::TooLarge`] for a figure that the field cannot hold; the database failed.
pub(in crate::store) async fn settle(tx: &Tx, schema: &Schema, mut touched: Touched) -> Result<(), Error> {
    if touched.is_empty() {
        return Ok(());
    }
    if let Some(held) = tx.held().as_mut() {
        for (place, ids) in touched {
            note(held, place, ids);
        }
        return Ok(());
    }
    while let Some((place, ids)) = touched.pop_first() {
        let Some(flow) = schema.rollups.flows.get(place) else { continue };
        let ids: Vec<i64> = ids.into_iter().collect();
        for chunk in ids.chunks(CHUNK) {
            let keepers = locked(tx, schema, flow, chunk).await?;
            let figures = gathered(tx, schema, flow, chunk).await?;
            let changed = compute(schema, flow, keepers, figures);
            write(tx, schema, flow, &changed).await?;
            for (_, before, after) in &changed {
                for (next, ids) in by_change(schema, &flow.keeper, before, after, false) {
                    note(&mut touched, next, ids);
                }
            }
        }
    }
    Ok(())
}

/// Computes every figure that is kept in one of these tables, or gathered from one of them: after publishing moved values.
///
/// # Errors
/// As [`settle`].
pub async fn refill(tx: &Tx, schema: &Schema, tables: &BTreeSet<String>) -> Result<(), Error> {
    for (place, flow) in schema.rollups.flows.iter().enumerate() {
        if !tables.contains(&flow.table) && !tables.contains(&flow.keeper) {
            continue;
        }
        let (_, physical) = schema.table(&flow.keeper)?;
        let mut last = 0;
        loop {
            let mut select = Query::select();
            select
                .column("id")
                .from(physical.name.clone())
                .and_where(Expr::col("id").gt(last))
                .order_by("id", Order::Asc)
                .limit(CHUNK as u64);
            let ids = tx.query(&select).await?.iter().map(|row| row.i64(0)).collect::<Result<BTreeSet<_>, _>>()?;
            let Some(end) = ids.last().copied() else { break };
            last = end;
            settle(tx, schema, Touched::from([(place, ids)])).await?;
        }
    }
    Ok(())
}

/// The records that keep the figures, locked in the order of their ids, in the trash too. A link to one of them may be written
/// meanwhile: only who writes the record itself waits.
async fn locked(tx: &Tx, schema: &Schema, flow: &Flow, ids: &[i64]) -> Result<Vec<(i64, Document)>, Error> {
    let (table, physical) = schema.table(&flow.keeper)?;
    let mut select = Query::select();
    select.expr(column(ALIAS, "id"));
    for field in table.stored() {
        select.expr(column(ALIAS, &physical.column(&field.key)));
    }
    select
        .from_as(physical.name.clone(), ALIAS)
        .and_where(column(ALIAS, "id").is_in(ids.iter().copied()))
        .order_by((ALIAS, "id"), Order::Asc);
    if tx.is_postgres() {
        select.lock(LockType::NoKeyUpdate);
    }
    let document = |row: &Row| -> Result<(i64, Document), Error> {
        let id = row.i64(0)?;
        let mut document = Document::default();
        for (index, field) in table.stored().enumerate() {
            let mut value = read(row, index + 1, field)?;
            physical.open(field, RecordId(id), &mut value);
            document.values.insert(field.key.clone(), value);
        }
        Ok((id, document))
    };
    tx.query(&select).await?.iter().map(document).collect()
}

/// The figures of some records. Drafts and what is in the trash do not count.
async fn gathered(tx: &Tx, schema: &Schema, flow: &Flow, ids: &[i64]) -> Result<HashMap<i64, Vec<Value>>, Error> {
    let (_, physical) = schema.table(&flow.table)?;
    let (rows, record) = match &flow.lines {
        None => (physical, ALIAS),
        Some(lines) => (physical.lines(lines).ok_or_else(|| Error::other("lines without a table"))?, OF_LINES),
    };
    let compiler = Compiler {
        schema,
        table: &flow.rows,
        physical: rows,
        alias: ALIAS,
        record,
        postgres: tx.is_postgres(),
        lines: None,
        reading: None,
    };
    let link = || column(ALIAS, &rows.column(&flow.link));
    let mut select = Query::select();
    select.expr(link());
    for kept in &flow.figures {
        let value =
            kept.measure.path.as_ref().map_or_else(|| Expr::val(1_i64), |path| compiler.operand(path).expression);
        let counted = match &kept.condition {
            Condition::Always => value,
            condition => CaseStatement::new().case(compiler.condition(condition), value).into(),
        };
        for figure in figures(kept.measure.function, Some(counted)) {
            select.expr(figure);
        }
    }
    select.from_as(rows.name.clone(), ALIAS);
    if flow.lines.is_some() {
        select.inner_join(
            sea_orm::sea_query::TableRef::from(physical.name.clone()).alias(OF_LINES),
            column(OF_LINES, "id").equals((ALIAS, "record_id")),
        );
    }
    let state = || column(record, "state");
    select
        .and_where(link().is_in(ids.iter().copied()))
        .and_where(column(record, "trashed_at").is_null())
        .and_where(state().is_null().or(state().ne("draft")))
        .add_group_by([link()]);
    let mut found = HashMap::new();
    for row in tx.query(&select).await? {
        let mut place = 1;
        let figure = |kept: &Kept| {
            let field = kept.measure.path.as_ref().and_then(|path| compiler.operand(path).field);
            figure(&row, &mut place, &kept.measure, field)
        };
        found.insert(row.i64(0)?, flow.figures.iter().map(figure).collect::<Result<_, Error>>()?);
    }
    Ok(found)
}

/// The records whose figures changed, before and after, with the formulas that read them.
fn compute(
    schema: &Schema,
    flow: &Flow,
    keepers: Vec<(i64, Document)>,
    mut figures: HashMap<i64, Vec<Value>>,
) -> Vec<(i64, Document, Document)> {
    let mut changed = Vec::new();
    for (id, before) in keepers {
        let mut after = before.clone();
        let found = figures.remove(&id);
        for (index, kept) in flow.figures.iter().enumerate() {
            let Some(field) = schema.app.table(&flow.keeper).and_then(|table| table.field(&kept.key)) else { continue };
            let value = found.as_ref().map(|values| values[index].clone()).filter(|value| !value.is_unset());
            after
                .values
                .insert(kept.key.clone(), value.map_or_else(|| field.of_nothing(), |value| field.settle(value)));
        }
        if let Some(formulas) = schema.rollups.formulas.get(&flow.keeper) {
            // They read nothing but the record: see `TableRules::dependents`.
            let nobody = UserView { id: UserId(0), name: String::new(), login: String::new(), department: None };
            let context = Context {
                user: &nobody,
                settings: &IndexMap::new(),
                today: Date::constant(2000, 1, 1),
                now: Timestamp(0),
                links: &NoLinks,
                limits: Limits::default(),
            };
            formulas.rules.recompute_only(&formulas.keys, &mut after, context);
        }
        if after != before {
            changed.push((id, before, after));
        }
    }
    changed
}

/// Writes what changed, in one statement.
async fn write(tx: &Tx, schema: &Schema, flow: &Flow, changed: &[(i64, Document, Document)]) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let (table, physical) = schema.table(&flow.keeper)?;
    let mut update = Query::update();
    update.table(physical.name.clone()).and_where(Expr::col("id").is_in(changed.iter().map(|(id, ..)| *id)));
    for field in table.stored() {
        let key = &field.key;
        if changed.iter().all(|(_, before, after)| before.get(key) == after.get(key)) {
            continue;
        }
        let names = if field.sealed { vec![physical.column(key)] } else { shadow::columns(physical, field) };
        let mut cases: Vec<CaseStatement> = names.iter().map(|_| CaseStatement::new()).collect();
        for (id, _, after) in changed {
            let values = stored(physical, field, *id, after.get(key))?;
            for (case, value) in cases.iter_mut().zip(values) {
                *case = std::mem::take(case).case(Expr::col("id").eq(*id), Expr::val(value));
            }
        }
        for (name, case) in names.into_iter().zip(cases) {
            update.value(name, case);
        }
    }
    tx.execute(&update).await?;
    Ok(())
}

fn stored(physical: &Physical, field: &Field, id: i64, value: &Value) -> Result<Vec<sea_orm::sea_query::Value>, Error> {
    if field.sealed {
        return Ok(vec![physical.bind(field, RecordId(id), value)?]);
    }
    if field.store(value) == Stored::Null && !value.is_unset() {
        return Err(Error::TooLarge { field: field.title.clone() });
    }
    Ok(shadow::values(field, value))
}
