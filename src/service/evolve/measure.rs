//! What the steps of a plan mean for the rows that are there.

use super::carry::{Names, labels, physical};
use crate::{
    base::value::Value,
    definition::{
        app::App,
        evolution::{Carried, Place, Step, carry},
        field::Field,
    },
    service::{Call, Error, LiveApp},
    store::{Connection, Schema, evolve},
};
use serde::Serialize;

/// How serious a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing that anybody has to think about.
    Safe,
    /// Worth knowing; nothing disappears.
    Told,
    /// Values will not be seen any more; confirmed by whoever publishes.
    Loses,
    /// Cannot be done as things are.
    Blocks,
}

/// A row that a step is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    pub id: i64,
    pub label: String,
    pub value: String,
    /// What it becomes; empty where it is left unset.
    pub becomes: String,
    /// `lost`, `cut`, `odd`, `collides`.
    pub why: &'static str,
}

/// A step with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    #[serde(flatten)]
    pub step: Step,
    pub outcome: Outcome,
    /// Rows of the table, trash aside.
    pub rows: u64,
    /// Rows that the step is about: with a value, without one, not fitting, colliding; or cases that run.
    pub affected: u64,
    /// Of a conversion: rows left unset, cut short, and kept though a rule refuses them.
    pub lost: u64,
    pub cut: u64,
    pub odd: u64,
    pub examples: Vec<Example>,
}

/// Rows that are named one by one.
pub const NAMED: usize = 20;

/// Measures every step. `old` is the live schema under the draft's keys, `live` the live app as it runs.
///
/// # Errors
/// The database failed.
pub async fn measure(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    (old, new): (&Schema, &App),
    steps: Vec<Step>,
) -> Result<Vec<PlanStep>, Error> {
    let cases = evolve::running_cases(conn, live.id).await?;
    let mut measured = Vec::with_capacity(steps.len());
    for step in steps {
        let mut told = PlanStep {
            step,
            outcome: Outcome::Safe,
            rows: 0,
            affected: 0,
            lost: 0,
            cut: 0,
            odd: 0,
            examples: Vec::new(),
        };
        if let Some(place) = told.step.place()
            && let Ok(table) = physical(old, &place)
        {
            told.rows = evolve::filled(conn, &table.name, None, place.lines.is_some()).await?.0;
        }
        match told.step.clone() {
            Step::RemoveTable { .. } | Step::RemoveLines { .. } => {
                told.affected = told.rows;
                told.outcome = if told.rows > 0 { Outcome::Loses } else { Outcome::Safe };
            }
            Step::RemoveField { place, field } => {
                told.affected = with_value(conn, old, &place, &field).await?;
                // A figure of other rows can be computed again.
                let kept = place.field(&old.app, &field).is_none_or(|field| field.rollup.is_none());
                told.outcome = match told.affected {
                    0 => Outcome::Safe,
                    _ if kept => Outcome::Loses,
                    _ => Outcome::Told,
                };
            }
            Step::RestoreField { .. } | Step::RestoreTable { .. } | Step::RestoreLines { .. } => {
                told.outcome = Outcome::Told;
            }
            Step::Required { place, field } => {
                told.affected = told.rows.saturating_sub(with_value(conn, old, &place, &field).await?);
                told.outcome = if told.affected > 0 { Outcome::Told } else { Outcome::Safe };
            }
            Step::RemoveOption { place, field, option } => {
                if let (Ok(table), Some(before)) = (physical(old, &place), place.field(&old.app, &field)) {
                    let (column, lines) = (table.column(&field), place.lines.is_some());
                    told.affected =
                        evolve::using_option(conn, &table.name, &column, before.kind, &option, lines).await?;
                }
                told.outcome = if told.affected > 0 { Outcome::Told } else { Outcome::Safe };
            }
            Step::Unique { table, fields } => collisions(conn, live, old, new, &table, &fields, &mut told).await?,
            Step::Convert { place, field } | Step::Retype { place, field } => {
                let both = place.field(&old.app, &field).zip(place.field(new, &field));
                if let Some((before, after)) = both.filter(|(_, after)| after.rollup.is_none()) {
                    conversion(conn, call, live, old, &place, (before, after), &mut told).await?;
                }
            }
            Step::Frozen { .. } | Step::Ledger { .. } => {
                let ledger = match &told.step {
                    Step::Ledger { ledger } => old.app.ledgers.get(ledger).map(|ledger| ledger.moves.clone()),
                    _ => None,
                };
                if let Some(moves) = ledger
                    && let Ok(table) = physical(old, &Place::table(&moves))
                {
                    told.rows = evolve::filled(conn, &table.name, None, false).await?.0;
                }
                told.affected = told.rows;
                told.outcome = Outcome::Blocks;
            }
            Step::Flow { flow } | Step::RemoveFlow { flow } => {
                told.affected = cases.iter().filter(|(of, _, _)| *of == flow).map(|(_, _, count)| count).sum();
                told.outcome = if told.affected > 0 { Outcome::Told } else { Outcome::Safe };
            }
            Step::Formula { .. } => told.outcome = if told.rows > 0 { Outcome::Told } else { Outcome::Safe },
            Step::AddTable { .. }
            | Step::AddLines { .. }
            | Step::AddField { .. }
            | Step::Fill { .. }
            | Step::RenameTable { .. }
            | Step::RenameField { .. }
            | Step::NotUnique { .. }
            | Step::Index { .. } => {}
        }
        measured.push(told);
    }
    Ok(measured)
}

async fn with_value(conn: &impl Connection, old: &Schema, place: &Place, key: &str) -> Result<u64, Error> {
    let Ok(table) = physical(old, place) else { return Ok(0) };
    if table.column_id(key).is_none() {
        return Ok(0);
    }
    Ok(evolve::filled(conn, &table.name, Some(&table.column(key)), place.lines.is_some()).await?.1)
}

async fn collisions(
    conn: &impl Connection,
    live: &LiveApp,
    old: &Schema,
    new: &App,
    table: &str,
    fields: &[String],
    told: &mut PlanStep,
) -> Result<(), Error> {
    let Ok(place) = physical(old, &Place::table(table)) else { return Ok(()) };
    let settled = |key: &String| {
        let (before, after) = (old.app.tables.get(table), new.tables.get(table));
        let (before, after) = (before.and_then(|table| table.field(key)), after.and_then(|table| table.field(key)));
        before.zip(after).is_some_and(|(before, after)| before.kind == after.kind && before.scale == after.scale)
    };
    // New fields are unset, and converted ones are judged when their values are there.
    if !fields.iter().all(settled) {
        return Ok(());
    }
    let columns: Vec<String> = fields.iter().map(|key| place.column(key)).collect();
    let (total, ids) = evolve::collisions(conn, &place.name, &columns, NAMED as u64).await?;
    told.affected = total;
    if total == 0 {
        return Ok(());
    }
    told.outcome = Outcome::Blocks;
    let names = labels(conn, live, &old_name(live, old, table), ids.iter().copied()).await?;
    told.examples = ids
        .into_iter()
        .map(|id| Example {
            id,
            label: names.get(&id).cloned().unwrap_or_default(),
            value: String::new(),
            becomes: String::new(),
            why: "collides",
        })
        .collect();
    Ok(())
}

/// What the running version calls a table: the same place, perhaps under another key.
fn old_name(live: &LiveApp, old: &Schema, table: &str) -> String {
    let running = old.id_of(table).and_then(|id| live.schema.key_of(id));
    running.unwrap_or(table).to_owned()
}

async fn conversion(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    old: &Schema,
    place: &Place,
    (before, after): (&Field, &Field),
    told: &mut PlanStep,
) -> Result<(), Error> {
    let table = physical(old, place)?;
    let mut names = Names::new(call);
    names.load(conn, old, before, after).await?;
    let columns = [(table.column(&before.key), before)];
    let mut last = 0;
    let mut named: Vec<Example> = Vec::new();
    loop {
        let rows = evolve::read_rows(conn, &table.name, &columns, last, true).await?;
        let Some((id, _)) = rows.last() else { break };
        last = *id;
        for (id, values) in rows {
            let carried = carry(before, after, &values[0], &names);
            told.affected += 1;
            let (why, count) = match &carried {
                Carried::Whole(_) => continue,
                Carried::Cut(_) => ("cut", &mut told.cut),
                Carried::Odd(_) => ("odd", &mut told.odd),
                Carried::Lost => ("lost", &mut told.lost),
            };
            *count += 1;
            if named.len() < NAMED {
                named.push(Example {
                    id,
                    label: String::new(),
                    value: shown(before, &values[0], &names),
                    becomes: shown(after, carried.value(), &names),
                    why,
                });
            }
        }
    }
    if place.lines.is_none() {
        let known = labels(conn, live, &old_name(live, old, &place.table), named.iter().map(|row| row.id)).await?;
        for row in &mut named {
            row.label = known.get(&row.id).cloned().unwrap_or_default();
        }
    }
    told.examples = named;
    told.outcome = match (told.lost + told.cut, told.odd) {
        (0, 0) => Outcome::Safe,
        (0, _) => Outcome::Told,
        _ => Outcome::Loses,
    };
    Ok(())
}

fn shown(field: &Field, value: &Value, names: &Names) -> String {
    use crate::definition::evolution::Carrier;
    if field.sensitive && !value.is_unset() {
        return "•••".to_owned();
    }
    match value {
        Value::Integer(id) if field.kind.is_link() || field.kind.is_member() => {
            names.name(field, *id).unwrap_or_else(|| format!("#{id}"))
        }
        value => field.show(value),
    }
}
