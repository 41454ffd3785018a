//! The steps of a flow's hooks, of buttons and of automations, run in the command's transaction as the app, on the app's own tables.

mod others;

use super::{
    Call, Error, LiveApp, Service,
    context::{Circumstances, with_system_fields},
    notices,
    posting::{Bound, Poster},
    resolve_people::Search,
    save_record,
};
use crate::{
    access::Permit,
    base::{
        error::Params,
        id::{RecordId, UserId},
        value::{Document, Values},
    },
    definition::{
        action::{CreateStep, DeleteStep, LedgerStep, SetStep, Step, UpdateStep},
        automation::TARGET,
        role::Action,
        table::Table,
    },
    flow::event::Direction,
    rules::{Hops, Inputs, Names, Variable, fill},
    store::{BoxFuture, Tx, notices as stored, records},
};
use indexmap::IndexMap;
use others::settled;
use serde_json::Value as Json;
use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

/// What the steps act upon.
pub struct Effect<'a> {
    pub tx: &'a Tx,
    pub service: &'a Service,
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    /// The record that they are about; an automation may run without one.
    pub id: Option<RecordId>,
    pub starter: UserId,
    /// Of the case; part of the name under which a ledger posts once.
    pub round: u32,
    /// How the record is called.
    pub title: &'a str,
    /// What rules see beside the record.
    pub extras: &'a [Extra],
    pub trail: &'a Trail,
}

/// Values under a name: what a webhook was sent, the record as it was before.
#[derive(Debug, Clone)]
pub struct Extra {
    pub name: &'static str,
    pub values: Values,
    /// Whether they are those of the steps' own table.
    pub of_table: bool,
}

impl Extra {
    /// As rules over a table see it.
    pub fn variable<'a>(&'a self, table: &'a Table) -> (&'a str, Variable<'a>) {
        let values = &self.values;
        let variable =
            if self.of_table { Variable::Record { table: Some(table), values } } else { Variable::Sent(values) };
        (self.name, variable)
    }
}

/// How far the steps came, and what is to leave the program once they are done.
#[derive(Debug, Default)]
pub struct Trail {
    pub steps: AtomicI64,
    pub outgoing: Mutex<Vec<Outgoing>>,
}

/// Something to be sent after commit.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub address: String,
    /// Empty, where the step does not say.
    pub body: Option<Json>,
}

impl Effect<'_> {
    /// Runs the steps, or takes back what they did to ledgers.
    ///
    /// # Errors
    /// A broken check, a rule without a value, a `fail` step: the whole command is refused then.
    pub async fn run(&self, steps: &[Step], direction: Direction) -> Result<(), Error> {
        match direction {
            Direction::Forward => self.steps(steps).await,
            Direction::Undo => self.undo(steps).await,
        }
    }

    async fn document(&self) -> Result<Document, Error> {
        let Some(id) = self.id else { return Ok(Document::default()) };
        let permit = Permit::as_app(self.live.key(), &self.table.key, Action::View);
        let record = records::get(self.tx, &self.live.schema, &permit, id).await?;
        Ok(with_system_fields(record.ok_or(Error::NotFound)?))
    }

    /// The record, for steps that mean nothing without one; lint refuses those elsewhere.
    fn record(&self) -> Result<RecordId, Error> {
        self.id.ok_or_else(|| Error::internal("a step about a record runs without one"))
    }

    fn variables(&self) -> Vec<(&str, Variable<'_>)> {
        self.extras.iter().map(|extra| extra.variable(self.table)).collect()
    }

    fn names(&self) -> Vec<&'static str> {
        self.extras.iter().map(|extra| extra.name).chain([TARGET]).collect()
    }

    /// A sentence with its places filled in.
    async fn fill(&self, template: &str, document: &Document) -> Result<String, Error> {
        let mut around = Circumstances::new(self.call, self.live);
        let mut hops = Hops::new();
        Names::of(self.table).template_hops(template, &mut hops);
        around.load(self.tx, self.table, document, &hops).await?;
        let variables = self.variables();
        Ok(fill(template, &Inputs::new(around.context(), self.table, document).with_variables(&variables)))
    }

    fn steps<'s>(&'s self, steps: &'s [Step]) -> BoxFuture<'s, Result<(), Error>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await?;
                self.trail.steps.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    }

    async fn step(&self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Post(step) => {
                let document = self.document().await?;
                self.poster(&document)?.post(step).await
            }
            Step::Reserve(step) => {
                let document = self.document().await?;
                self.poster(&document)?.reserve(step).await
            }
            Step::Release(step) => {
                let document = self.document().await?;
                self.poster(&document)?.release(&step.ledger).await
            }
            Step::Reverse(step) => {
                let document = self.document().await?;
                self.poster(&document)?.reverse(&step.ledger).await
            }
            Step::Set(step) => Box::pin(self.set(step.for_each.as_deref(), &step.values)).await,
            Step::Notify(step) => {
                let document = self.document().await?;
                let search = self.search(&document);
                let nobody = IndexMap::new();
                let found = search.candidates(self.tx, &step.who, &nobody, &IndexMap::new()).await?;
                let message = self.fill(&step.message, &document).await?;
                let link = match self.id {
                    Some(id) => notices::record_link(self.live, &self.table.key, id),
                    None => format!("/apps/{}", self.live.key()),
                };
                let notices: Vec<stored::New> = found
                    .iter()
                    .filter(|candidate| !candidate.disabled)
                    .map(|candidate| notices::saying(candidate.user, self.live.id, &message, &link))
                    .collect();
                Ok(stored::insert(self.tx, &notices, self.call.now).await?)
            }
            Step::Fail(step) => {
                let document = self.document().await?;
                let message = self.fill(&step.message, &document).await?;
                Err(Error::Conflict {
                    code: step.code.clone().unwrap_or_else(|| "refused".into()),
                    message: Some(message),
                    params: Params::new(),
                    shortages: Vec::new(),
                })
            }
            Step::If(step) => {
                let document = self.document().await?;
                let expression = self.live.expression(&step.when)?;
                let mut around = Circumstances::new(self.call, self.live);
                around.load_for(self.tx, self.table, None, &self.names(), &expression, &document).await?;
                let variables = self.variables();
                let inputs = Inputs::new(around.context(), self.table, &document).with_variables(&variables);
                let holds = expression.condition(&inputs)?;
                self.steps(if holds { &step.then } else { &step.otherwise }).await
            }
            Step::ForEach(step) => {
                // The only steps that look at a line carry their own lines field, so the inner ones run for these lines.
                let inner: Vec<Step> = step.steps.iter().map(|inner| for_lines(inner, &step.lines)).collect();
                self.steps(&inner).await
            }
            Step::Create(step) => Box::pin(self.create(step)).await,
            Step::Update(step) => Box::pin(self.update(step)).await,
            Step::Delete(step) => Box::pin(self.delete(step)).await,
            Step::Webhook(step) => Box::pin(self.webhook(step)).await,
        }
    }

    fn poster<'p>(&'p self, document: &'p Document) -> Result<Poster<'p>, Error> {
        Ok(Poster {
            tx: self.tx,
            service: self.service,
            call: self.call,
            live: self.live,
            table: self.table,
            id: self.record()?,
            document,
            title: self.title,
            round: self.round,
        })
    }

    fn search<'p>(&'p self, document: &'p Document) -> Search<'p> {
        Search { call: self.call, live: self.live, table: self.table, document, starter: self.starter }
    }

    async fn set(&self, lines: Option<&str>, values: &IndexMap<String, String>) -> Result<(), Error> {
        let record = save_record::locked(self.tx, self.live, &self.table.key, self.record()?).await?;
        let mut document = record.document.clone();
        let before = &record.document;
        match lines {
            None => {
                let found = self.values(values, before, &[None], &[]).await?;
                document.values.extend(settled(self.table, found.into_iter().next().unwrap_or_default()));
            }
            Some(lines) => {
                let bounds: Vec<Bound<'_>> = before.lines_of(lines).iter().map(|line| Some((lines, line))).collect();
                let found = self.values(values, before, &bounds, &[]).await?;
                let field = self.table.field(lines);
                let rows = document.lines.get_mut(lines).into_iter().flatten();
                for (row, values) in rows.zip(found) {
                    for (key, value) in values {
                        let column = field.and_then(|field| field.column(&key));
                        row.values.insert(key, column.map_or(value.clone(), |column| column.settle(value)));
                    }
                }
            }
        }
        self.keep(self.table, &record, document).await
    }

    /// The values of some expressions, once for each line bound, or once for the record.
    async fn values(
        &self,
        sources: &IndexMap<String, String>,
        document: &Document,
        bounds: &[Bound<'_>],
        more: &[(&str, Variable<'_>)],
    ) -> Result<Vec<Values>, Error> {
        let mut around = Circumstances::new(self.call, self.live);
        let lines = bounds.iter().flatten().next().map(|(lines, _)| *lines);
        let mut compiled = Vec::with_capacity(sources.len());
        for (key, source) in sources {
            let expression = self.live.expression(source)?;
            around.load_for(self.tx, self.table, lines, &self.names(), &expression, document).await?;
            compiled.push((key, expression));
        }
        let mut variables = self.variables();
        variables.extend(more.iter().copied());
        let mut found = Vec::with_capacity(bounds.len());
        for bound in bounds {
            let mut inputs = Inputs::new(around.context(), self.table, document).with_variables(&variables);
            if let Some((lines, line)) = bound {
                inputs = inputs.with_line(lines, line);
            }
            let values = compiled.iter().map(|(key, expression)| Ok(((*key).clone(), expression.evaluate(&inputs)?)));
            found.push(values.collect::<Result<Values, Error>>()?);
        }
        Ok(found)
    }

    /// Ledgers are the only thing that is taken back: values that were set stay, as they are part of the record's history.
    fn undo<'s>(&'s self, steps: &'s [Step]) -> BoxFuture<'s, Result<(), Error>> {
        Box::pin(async move {
            for step in steps.iter().rev() {
                match step {
                    Step::Post(LedgerStep { ledger, .. }) => {
                        let document = self.document().await?;
                        self.poster(&document)?.reverse(ledger).await?;
                    }
                    Step::Reserve(LedgerStep { ledger, .. }) => {
                        let document = self.document().await?;
                        self.poster(&document)?.release(ledger).await?;
                    }
                    Step::If(step) => {
                        // Which side ran is not asked again, for its condition may have changed: taking back what was
                        // never done does nothing.
                        self.undo(&step.otherwise).await?;
                        self.undo(&step.then).await?;
                    }
                    Step::ForEach(step) => self.undo(&step.steps).await?,
                    _ => {}
                }
            }
            Ok(())
        })
    }
}

fn for_lines(step: &Step, lines: &str) -> Step {
    let mut step = step.clone();
    match &mut step {
        Step::Post(inner) | Step::Reserve(inner) | Step::Release(inner) | Step::Reverse(inner) => {
            inner.for_each.get_or_insert_with(|| lines.to_owned());
        }
        Step::Set(SetStep { for_each, .. })
        | Step::Create(CreateStep { for_each, .. })
        | Step::Update(UpdateStep { for_each, .. })
        | Step::Delete(DeleteStep { for_each, .. }) => {
            for_each.get_or_insert_with(|| lines.to_owned());
        }
        _ => {}
    }
    step
}
