//! Posting to ledgers inside a flow's transaction: the arithmetic is `ledger`'s, the rows are `store`'s.

use super::{Call, Error, LiveApp, Service, automations, context::Circumstances, verify_ledger::scales_of};
use crate::{
    automation::set_off::Event,
    base::{
        error::FieldError,
        id::RecordId,
        value::{Document, Line, Value, Values},
    },
    definition::{
        action::LedgerStep,
        ledger::{Grain, Ledger},
        table::Table,
    },
    ledger::{
        balance::Balance,
        check::Verdict,
        hold::{Held, hold_keys},
        keys::{BalanceKey, all_keys},
        name::PostName,
        post::{Entry, Move, Pending, Posted, Posting},
        reverse::negate,
    },
    rules::{Inputs, Variable},
    store::{
        Tx,
        ledgers::{self, BalanceRow},
    },
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A document about to post.
pub struct Poster<'a> {
    pub tx: &'a Tx,
    pub service: &'a Service,
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    pub id: RecordId,
    pub document: &'a Document,
    /// How the document is called, for the stamp.
    pub title: &'a str,
    /// The round of the case: what was posted in an earlier round and taken back may be posted again.
    pub round: u32,
}

/// A line of the step: the lines field and the line, or the document itself.
pub(super) type Bound<'a> = Option<(&'a str, &'a Line)>;

impl<'a> Poster<'a> {
    fn ledger(&self, key: &str) -> Result<&'a Ledger, Error> {
        self.live.app().ledgers.get(key).ok_or_else(|| Error::internal(format!("no ledger \"{key}\"")))
    }

    pub(super) fn balance_table(&self, ledger: &Ledger) -> Result<&'a Table, Error> {
        self.live
            .face(&self.call.actor.locale)
            .app
            .tables
            .get(&ledger.balance)
            .ok_or_else(|| Error::internal("no balance table"))
    }

    fn bounds(&self, step: &'a LedgerStep) -> Vec<Bound<'a>> {
        match &step.for_each {
            Some(lines) => self.document.lines_of(lines).iter().map(|line| Some((lines.as_str(), line))).collect(),
            None => vec![None],
        }
    }

    fn name(&self, step: &LedgerStep, line: i64) -> Result<PostName, Error> {
        let mut phase = step.phase.clone().unwrap_or_default();
        if self.round > 1 {
            phase = format!("{phase}:{}", self.round);
        }
        let table = self.live.schema.id_of(&self.table.key).ok_or(Error::NotFound)?;
        Ok(PostName { table, record: self.id, line, ledger: step.ledger.clone(), phase })
    }

    /// Writes moves. The same document, line and phase post once.
    ///
    /// # Errors
    /// The first broken check's code with every shortage; a rule without a value.
    pub async fn post(&self, step: &'a LedgerStep) -> Result<(), Error> {
        let ledger = self.ledger(&step.ledger)?;
        let bounds = self.bounds(step);
        let names = bounds.iter().map(|bound| self.name(step, line_id(*bound))).collect::<Result<Vec<_>, _>>()?;
        if !ledgers::claim(self.tx, &names, self.call.now).await? {
            return Ok(());
        }
        let mut around = Circumstances::new(self.call, self.live);
        for source in step.set.values() {
            let expression = self.live.expression(source)?;
            let lines = step.for_each.as_deref();
            around.load_for(self.tx, self.table, lines, &["balance"], &expression, self.document).await?;
        }
        let mut entries = Vec::with_capacity(bounds.len());
        for bound in &bounds {
            entries.push(self.dimensions(ledger, step, *bound, &around)?);
        }
        let own = self.own_holds(ledger).await?;
        let (rows, mut posting) = self.lock(ledger, &entries, &own).await?;
        posting.release(&own).map_err(post_error)?;
        let fallbacks = self.fallbacks(ledger, &entries).await?;
        for ((bound, dimensions), fallback) in bounds.iter().zip(&entries).zip(fallbacks) {
            let view = posting.balance_for(dimensions).map_err(post_error)?.bindings(ledger);
            let value = |name: &str| self.assigned(step, name, *bound, &around, Some(&view));
            let number = |name: &str| value(name).map(|value| value.as_decimal());
            let quantity = number(&ledger.measure)?.unwrap_or(Decimal::ZERO);
            let amount = match &ledger.value {
                Some(valued) if step.set.contains_key(&valued.field) => number(&valued.field)?,
                _ => None,
            };
            let mut carried = Values::new();
            for name in step.set.keys().filter(|name| !is_figure(ledger, name)) {
                carried.insert(name.clone(), value(name)?);
            }
            let line = line_id(*bound);
            let entry = Entry { line, dimensions: dimensions.clone(), quantity, amount, fallback, carried };
            posting.add(entry).map_err(post_error)?;
        }
        let phase = step.phase.clone().unwrap_or_default();
        let posted = self.judge(ledger, posting.finish(), &bounds).await?;
        ledgers::put_holds(self.tx, &self.live.schema, ledger, self.name(step, 0)?.table, self.id, &posted.held)
            .await?;
        self.store(ledger, &rows, posted, &phase).await
    }

    /// Sets quantities aside for the document, in place of what it held before.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn reserve(&self, step: &'a LedgerStep) -> Result<(), Error> {
        let ledger = self.ledger(&step.ledger)?;
        let bounds = self.bounds(step);
        let mut around = Circumstances::new(self.call, self.live);
        for source in step.set.values() {
            let expression = self.live.expression(source)?;
            around.load_for(self.tx, self.table, step.for_each.as_deref(), &[], &expression, self.document).await?;
        }
        let mut holds = Vec::new();
        for bound in &bounds {
            let dimensions = self.dimensions(ledger, step, *bound, &around)?;
            let quantity = self.assigned(step, &ledger.measure, *bound, &around, None)?.as_decimal();
            holds.push(Held { line: line_id(*bound), dimensions, quantity: quantity.unwrap_or(Decimal::ZERO) });
        }
        let own = self.own_holds(ledger).await?;
        let (rows, mut posting) = self.lock_holds(ledger, holds.iter().chain(&own)).await?;
        posting.release(&own).map_err(post_error)?;
        for hold in holds {
            posting.reserve(hold).map_err(post_error)?;
        }
        let posted = self.judge(ledger, posting.finish(), &bounds).await?;
        let table = self.live.schema.id_of(&self.table.key).ok_or(Error::NotFound)?;
        ledgers::put_holds(self.tx, &self.live.schema, ledger, table, self.id, &posted.held).await?;
        self.store(ledger, &rows, posted, "").await
    }

    /// Lets go of everything that the document holds.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release(&self, key: &str) -> Result<(), Error> {
        let ledger = self.ledger(key)?;
        let own = self.own_holds(ledger).await?;
        if own.is_empty() {
            return Ok(());
        }
        let (rows, mut posting) = self.lock_holds(ledger, own.iter()).await?;
        posting.release(&own).map_err(post_error)?;
        let posted = posting.finish().judge(&[]).map_err(|_| Error::internal("letting go broke a check"))?;
        let table = self.live.schema.id_of(&self.table.key).ok_or(Error::NotFound)?;
        ledgers::put_holds(self.tx, &self.live.schema, ledger, table, self.id, &[]).await?;
        self.store(ledger, &rows, posted, "").await
    }

    /// Takes back what the document posted, exactly.
    ///
    /// # Errors
    /// A check that the reversal breaks.
    pub async fn reverse(&self, key: &str) -> Result<(), Error> {
        let ledger = self.ledger(key)?;
        let moves = ledgers::moves_of(self.tx, &self.live.schema, ledger, (&self.table.key, self.id)).await?;
        let reversals = negate(&moves);
        if reversals.is_empty() {
            return Ok(());
        }
        let dimensions: Vec<Values> = reversals.iter().map(|reversal| reversal.dimensions.clone()).collect();
        let (rows, mut posting) = self.lock(ledger, &dimensions, &[]).await?;
        for reversal in &reversals {
            posting.add_reversal(reversal).map_err(post_error)?;
        }
        let posted = self.judge(ledger, posting.finish(), &[]).await?;
        self.store(ledger, &rows, posted, "reverse").await
    }

    async fn own_holds(&self, ledger: &Ledger) -> Result<Vec<Held>, Error> {
        let table = self.live.schema.id_of(&self.table.key).ok_or(Error::NotFound)?;
        Ok(ledgers::holds_of(self.tx, &self.live.schema, ledger, table, self.id).await?)
    }

    async fn lock(
        &self,
        ledger: &'a Ledger,
        entries: &[Values],
        own: &[Held],
    ) -> Result<(BTreeMap<BalanceKey, BalanceRow>, Posting<'a>), Error> {
        let mut keys = all_keys(ledger, entries);
        keys.extend(hold_keys(ledger, own.iter().map(|held| &held.dimensions)));
        self.locked(ledger, &keys).await
    }

    async fn lock_holds<'h>(
        &self,
        ledger: &'a Ledger,
        holds: impl Iterator<Item = &'h Held>,
    ) -> Result<(BTreeMap<BalanceKey, BalanceRow>, Posting<'a>), Error> {
        let keys = hold_keys(ledger, holds.map(|held| &held.dimensions));
        self.locked(ledger, &keys).await
    }

    async fn locked(
        &self,
        ledger: &'a Ledger,
        keys: &BTreeSet<BalanceKey>,
    ) -> Result<(BTreeMap<BalanceKey, BalanceRow>, Posting<'a>), Error> {
        let rows = ledgers::lock_balances(self.tx, &self.live.schema, ledger, keys, self.call.now).await?;
        let balances: BTreeMap<BalanceKey, Balance> =
            rows.iter().map(|(key, row)| (key.clone(), row.balance)).collect();
        Ok((rows, Posting::new(ledger, scales_of(self.live, ledger)?, balances)))
    }

    fn dimensions(
        &self,
        ledger: &Ledger,
        step: &LedgerStep,
        bound: Bound<'_>,
        around: &Circumstances<'_>,
    ) -> Result<Values, Error> {
        let names = ledger.dimensions_of(Grain::Dimensions).unwrap_or_default();
        let value = |name: &String| Ok((name.clone(), self.assigned(step, name, bound, around, None)?));
        names.iter().filter(|name| step.set.contains_key(*name)).map(value).collect()
    }

    /// The value of one assignment of the step; unset where it has none.
    fn assigned(
        &self,
        step: &LedgerStep,
        name: &str,
        bound: Bound<'_>,
        around: &Circumstances<'_>,
        balance: Option<&Values>,
    ) -> Result<Value, Error> {
        let Some(source) = step.set.get(name) else { return Ok(Value::Unset) };
        let expression = self.live.expression(source)?;
        let empty = Values::new();
        let balance = Variable::Record { table: None, values: balance.unwrap_or(&empty) };
        let variables = [("balance", balance)];
        let mut inputs = Inputs::new(around.context(), self.table, self.document).with_variables(&variables);
        if let Some((lines, line)) = bound {
            inputs = inputs.with_line(lines, line);
        }
        Ok(expression.evaluate(&inputs)?)
    }

    /// The unit cost of each entry where nothing else is known.
    async fn fallbacks(&self, ledger: &Ledger, entries: &[Values]) -> Result<Vec<Option<Decimal>>, Error> {
        let Some(source) = ledger.value.as_ref().and_then(|value| value.fallback.as_deref()) else {
            return Ok(vec![None; entries.len()]);
        };
        let table = self.balance_table(ledger)?;
        let expression = self.live.expression(source)?;
        let mut around = Circumstances::new(self.call, self.live);
        let mut costs = Vec::with_capacity(entries.len());
        for entry in entries {
            let document = Document { values: entry.clone(), ..Document::default() };
            around.load_for(self.tx, table, None, &[], &expression, &document).await?;
            let cost = expression.evaluate(&Inputs::new(around.context(), table, &document))?;
            costs.push(cost.as_decimal());
        }
        Ok(costs)
    }

    /// Runs the checks on the final balances.
    async fn judge(&self, ledger: &Ledger, pending: Pending, bounds: &[Bound<'_>]) -> Result<Posted, Error> {
        let table = self.balance_table(ledger)?;
        let face = &self.live.face(&self.call.actor.locale).app;
        let checks = face.ledgers.get(&ledger.key).map_or(&ledger.checks, |ledger| &ledger.checks);
        let mut around = Circumstances::new(self.call, self.live);
        let mut verdicts = Vec::new();
        for run in pending.checks() {
            let Some(check) = checks.get(run.check) else { continue };
            let document = Document { values: run.bindings.clone(), ..Document::default() };
            let mut holds = async |source: &str| -> Result<bool, Error> {
                let expression = self.live.expression(source)?;
                around.load_for(self.tx, table, None, &[], &expression, &document).await?;
                Ok(expression.condition(&Inputs::new(around.context(), table, &document)).unwrap_or(false))
            };
            let met = holds(&check.rule).await?;
            let excused = match &check.unless {
                Some(unless) if !met => holds(unless).await?,
                _ => false,
            };
            verdicts.push(Verdict::of(met, excused));
        }
        match pending.judge(&verdicts) {
            Ok(posted) => Ok(posted),
            Err(violations) => Err(self.refusal(ledger, violations, bounds).await?),
        }
    }

    /// Writes moves and balances.
    async fn store(
        &self,
        ledger: &Ledger,
        rows: &BTreeMap<BalanceKey, BalanceRow>,
        posted: Posted,
        phase: &str,
    ) -> Result<(), Error> {
        let schema = &self.live.schema;
        let moves: Vec<Values> = posted.moves.iter().map(|made| self.move_row(ledger, made, phase)).collect();
        if !moves.is_empty() {
            let by = Some(self.call.actor.user.0);
            ledgers::insert_moves(self.tx, schema, ledger, &moves, by, self.call.now).await?;
        }
        let table = self.balance_table(ledger)?;
        let rules = self.live.face(&self.call.actor.locale).tables.get(&ledger.balance);
        let heard = automations::listens(self.live, &ledger.balance);
        let mut told = Vec::new();
        for (key, balance) in &posted.balances {
            let Some(row) = rows.get(key) else { return Err(Error::internal("a balance was not locked")) };
            let mut document = Document { values: key.named(ledger), ..Document::default() };
            document.values.insert(ledger.grain.clone(), Value::from(key.grain.as_str()));
            let mut before = document.clone();
            let figures = self.figures(ledger, key.grain, balance);
            document.values.extend(figures.clone());
            let mut changed = figures;
            if let Some(rules) = rules {
                let mut around = Circumstances::new(self.call, self.live);
                around.load(self.tx, table, &document, &rules.link_hops()).await?;
                let _unset_inputs_leave_unset = rules.recompute(&mut document, around.context());
                for field in table.scalars().filter(|field| field.formula.is_some()) {
                    changed.insert(field.key.clone(), document.get(&field.key).clone());
                }
                if heard {
                    before.values.extend(self.figures(ledger, key.grain, &row.balance));
                    let _unset_inputs_leave_unset = rules.recompute(&mut before, around.context());
                }
            }
            ledgers::save_balance(self.tx, schema, ledger, row.id, &changed, self.call.now).await?;
            if heard {
                told.push((row.id, before, document));
            }
        }
        for (id, before, after) in &told {
            let event = Event::Changed { before, after };
            automations::happened(self.tx, self.service, self.call, self.live, &ledger.balance, *id, event).await?;
        }
        Ok(())
    }

    /// The figures that a grain's row keeps.
    fn figures(&self, ledger: &Ledger, grain: Grain, balance: &Balance) -> Values {
        let mut values = Values::new();
        values.insert(ledger.measure.clone(), Value::Decimal(balance.quantity));
        if let Some(hold) = ledger.hold.as_ref().filter(|_| ledger.kept_as(Grain::Hold) == grain) {
            values.insert(hold.field.clone(), Value::Decimal(balance.reserved));
        }
        if let Some(value) = ledger.value.as_ref().filter(|_| ledger.kept_as(Grain::Value) == grain) {
            values.insert(value.field.clone(), Value::Decimal(balance.amount));
        }
        values
    }

    fn move_row(&self, ledger: &Ledger, made: &Move, phase: &str) -> Values {
        let mut values = made.carried.clone();
        values.extend(made.dimensions.clone());
        values.insert(ledger.measure.clone(), Value::Decimal(made.quantity));
        if let (Some(value), Some(amount)) = (&ledger.value, made.amount) {
            values.insert(value.field.clone(), Value::Decimal(amount));
        }
        for (stamp, field) in ledger.stamps.named() {
            let value = match stamp {
                "measure_after" => Value::Decimal(made.quantity_after),
                "value_after" => made.amount_after.map_or(Value::Unset, Value::Decimal),
                "document_table" => Value::from(self.table.key.as_str()),
                "document_id" => Value::Integer(self.id.0),
                "document_title" => Value::from(self.title),
                "line" => Value::Integer(made.line),
                "phase" => Value::from(phase),
                "reverses" => made.reverses.map_or(Value::Unset, Value::Integer),
                _ => continue,
            };
            values.insert(field.to_owned(), value);
        }
        values
    }
}

fn is_figure(ledger: &Ledger, name: &str) -> bool {
    ledger.measure == name
        || ledger.dimensions.iter().any(|dimension| dimension == name)
        || ledger.value.as_ref().is_some_and(|value| value.field == name)
}

pub(super) fn line_id(bound: Bound<'_>) -> i64 {
    bound.and_then(|(_, line)| line.id).unwrap_or(0)
}

fn post_error(error: crate::ledger::error::PostError) -> Error {
    let mut field = FieldError::new("", error.code());
    field.params.extend(error.params());
    Error::Invalid(vec![field])
}
