//! The steps of a flow's hooks and of buttons, run in the command's transaction as the app, on the app's own tables.

use super::{
    Call, Error, LiveApp, context::Circumstances, notices, posting::Poster, resolve_people::Search, save_record,
};
use crate::{
    access::Permit,
    base::{
        error::Params,
        id::{RecordId, UserId},
        value::Document,
    },
    definition::{
        action::{LedgerStep, Step},
        role::Action,
        table::Table,
    },
    flow::event::Direction,
    rules::{Inputs, fill},
    store::{BoxFuture, Tx, notices as stored, records},
};
use indexmap::IndexMap;

/// What the steps act upon.
pub struct Effect<'a> {
    pub tx: &'a Tx,
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    pub id: RecordId,
    pub starter: UserId,
    /// Of the case; part of the name under which a ledger posts once.
    pub round: u32,
    /// How the record is called.
    pub title: &'a str,
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
        let permit = Permit::as_app(self.live.key(), &self.table.key, Action::View);
        let record = records::get(self.tx, &self.live.schema, &permit, self.id).await?;
        Ok(record.ok_or(Error::NotFound)?.document)
    }

    fn steps<'s>(&'s self, steps: &'s [Step]) -> BoxFuture<'s, Result<(), Error>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await?;
            }
            Ok(())
        })
    }

    async fn step(&self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Post(step) => {
                let document = self.document().await?;
                self.poster(&document).post(step).await
            }
            Step::Reserve(step) => {
                let document = self.document().await?;
                self.poster(&document).reserve(step).await
            }
            Step::Release(step) => {
                let document = self.document().await?;
                self.poster(&document).release(&step.ledger).await
            }
            Step::Reverse(step) => {
                let document = self.document().await?;
                self.poster(&document).reverse(&step.ledger).await
            }
            Step::Set(step) => self.set(step.for_each.as_deref(), &step.values).await,
            Step::Notify(step) => {
                let document = self.document().await?;
                let search = self.search(&document);
                let nobody = IndexMap::new();
                let found = search.candidates(self.tx, &step.who, &nobody, &IndexMap::new()).await?;
                let around = Circumstances::new(self.call, self.live);
                let message = fill(&step.message, &Inputs::new(around.context(), self.table, &document));
                let link = notices::record_link(self.live, &self.table.key, self.id);
                let notices: Vec<stored::New> = found
                    .iter()
                    .filter(|candidate| !candidate.disabled)
                    .map(|candidate| notices::saying(candidate.user, self.live.id, &message, &link))
                    .collect();
                Ok(stored::insert(self.tx, &notices, self.call.now).await?)
            }
            Step::Fail(step) => {
                let document = self.document().await?;
                let around = Circumstances::new(self.call, self.live);
                let message = fill(&step.message, &Inputs::new(around.context(), self.table, &document));
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
                around.load_for(self.tx, self.table, None, &[], &expression, &document).await?;
                let holds = expression.condition(&Inputs::new(around.context(), self.table, &document))?;
                self.steps(if holds { &step.then } else { &step.otherwise }).await
            }
            Step::ForEach(step) => {
                // The only steps that look at a line carry their own lines field, so the inner ones run for these lines.
                let inner: Vec<Step> = step.steps.iter().map(|inner| for_lines(inner, &step.lines)).collect();
                self.steps(&inner).await
            }
        }
    }

    fn poster<'p>(&'p self, document: &'p Document) -> Poster<'p> {
        Poster {
            tx: self.tx,
            call: self.call,
            live: self.live,
            table: self.table,
            id: self.id,
            document,
            title: self.title,
            round: self.round,
        }
    }

    fn search<'p>(&'p self, document: &'p Document) -> Search<'p> {
        Search { call: self.call, live: self.live, table: self.table, document, starter: self.starter }
    }

    async fn set(&self, lines: Option<&str>, values: &IndexMap<String, String>) -> Result<(), Error> {
        let record = save_record::locked(self.tx, self.live, &self.table.key, self.id).await?;
        let mut document = record.document.clone();
        let mut around = Circumstances::new(self.call, self.live);
        for (key, source) in values {
            let expression = self.live.expression(source)?;
            around.load_for(self.tx, self.table, lines, &[], &expression, &record.document).await?;
            match lines {
                None => {
                    let inputs = Inputs::new(around.context(), self.table, &record.document);
                    let value = expression.evaluate(&inputs)?;
                    let settled = self.table.field(key).map_or(value.clone(), |field| field.settle(value));
                    document.values.insert(key.clone(), settled);
                }
                Some(lines) => {
                    let rows = record.document.lines_of(lines);
                    for (index, line) in rows.iter().enumerate() {
                        let inputs = Inputs::new(around.context(), self.table, &record.document).with_line(lines, line);
                        let value = expression.evaluate(&inputs)?;
                        let column = self.table.field(lines).and_then(|field| field.column(key));
                        let settled = column.map_or(value.clone(), |column| column.settle(value));
                        if let Some(place) = document.lines.get_mut(lines).and_then(|rows| rows.get_mut(index)) {
                            place.values.insert(key.clone(), settled);
                        }
                    }
                }
            }
        }
        if let Some(rules) = self.live.face(&self.call.actor.locale).tables.get(&self.table.key) {
            around.load(self.tx, self.table, &document, &rules.link_hops()).await?;
            let errors = rules.recompute(&mut document, around.context());
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
        }
        let permit = Permit::as_app(self.live.key(), &self.table.key, Action::Edit);
        save_record::save(self.tx, self.call, self.live, self.table, &permit, &record, &document).await
    }

    /// Ledgers are the only thing that is taken back: values that were set stay, as they are part of the record's history.
    fn undo<'s>(&'s self, steps: &'s [Step]) -> BoxFuture<'s, Result<(), Error>> {
        Box::pin(async move {
            for step in steps.iter().rev() {
                match step {
                    Step::Post(LedgerStep { ledger, .. }) => {
                        let document = self.document().await?;
                        self.poster(&document).reverse(ledger).await?;
                    }
                    Step::Reserve(LedgerStep { ledger, .. }) => {
                        let document = self.document().await?;
                        self.poster(&document).release(ledger).await?;
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
        Step::Set(inner) => {
            inner.for_each.get_or_insert_with(|| lines.to_owned());
        }
        _ => {}
    }
    step
}
