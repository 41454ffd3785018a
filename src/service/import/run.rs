//! Working through a file: a dry run that keeps nothing, the import itself, and taking it back.

use super::{
    Counts, Plan,
    batch::{Batch, Halt, Outcome, Taken},
    lookup::Lookup,
    plan::BadRows,
    rows::{self, CellError, Draft, Group},
    snapshot,
};
use crate::{
    base::error::FieldError,
    definition::{field::Stored, table::Table},
    document::Sheet,
    service::{
        Call, Error, LiveApp, Service, audit, automations,
        jobs::{Rest, Stop, progress},
        kept,
        permits::Rights,
    },
    store::{
        Tx,
        imports::{self, Change, Import, Row},
        jobs::Job,
    },
};
use serde_json::json;
use std::{collections::HashSet, sync::Arc};

/// Records of one transaction.
const BATCH: usize = 500;
/// How a run leaves its loops when the app was published meanwhile.
pub(super) const PUBLISHED: &str = "import_published";

/// One run over a file. What it knows lives as long as the worker; after a crash another reads the file again and goes on.
pub(super) struct Run {
    pub service: Service,
    pub job: Arc<Job>,
    pub import: Import,
    pub live: Arc<LiveApp>,
    pub call: Call,
    pub plan: Plan,
    pub sheet: Arc<Sheet>,
    pub groups: Vec<Group>,
    pub lookup: Lookup,
    pub taken: Arc<Taken>,
}

/// What a batch's transaction borrows.
struct Input {
    service: Service,
    job: Arc<Job>,
    import: i64,
    table: String,
    live: Arc<LiveApp>,
    call: Call,
    plan: Plan,
    drafts: Vec<Draft>,
    sheet: Sheet,
    /// The first record's place in the file.
    first: usize,
    total: usize,
    taken: Arc<Taken>,
    outside: HashSet<usize>,
    keep: bool,
    /// Refused whatever they say: by an error that belongs to the record as a whole.
    refused: Option<Vec<FieldError>>,
}

/// A transaction that ended, or was undone on purpose.
enum Ended {
    Rehearsed(Vec<Outcome>),
    Halt(Halt),
    /// Somebody published since the file was read: what was read by the old definitions is not written.
    Published,
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Halt(Halt::Error(error))
    }
}

impl From<crate::store::Error> for Ended {
    fn from(error: crate::store::Error) -> Self {
        Self::Halt(error.into())
    }
}

impl Run {
    fn table(&self) -> Result<&Table, Error> {
        self.live.table(&self.call.actor.locale, &self.import.table_key)
    }

    fn now(&mut self) {
        self.call.now = self.service.clock.now();
    }

    fn batch_size(&self) -> usize {
        // What has consequences of its own is judged row by row.
        let submits = self.plan.submit && self.live.app().submit_flow(&self.import.table_key).is_some();
        if submits || automations::listens(&self.live, &self.import.table_key) { 1 } else { BATCH }
    }

    async fn drafts(&mut self, range: std::ops::Range<usize>) -> Result<Vec<Draft>, Error> {
        let reader = self.service.store.reader();
        let live = self.live.clone();
        let table = live.table(&self.call.actor.locale, &self.import.table_key)?;
        let rights = Rights::load(&reader, &self.call, &live).await?;
        let groups = &self.groups[range];
        self.lookup.load(&reader, &rights, rows::named(&self.sheet, &self.plan, table, groups)).await?;
        let others = live.table_in_others(&self.call.actor.locale, &self.import.table_key);
        let tables = rows::Languages { own: table, others };
        Ok(rows::read(&self.sheet, &self.plan, &tables, groups, &self.lookup, &self.call.zone))
    }

    /// Judges some records, and keeps them where `keep` says so; answers what became of each.
    async fn attempt(&mut self, first: usize, drafts: Vec<Draft>, keep: bool) -> Result<Vec<Outcome>, Error> {
        let mut outside = HashSet::new();
        loop {
            match self.transact(first, &drafts, &outside, keep, None).await {
                Ok(outcomes) | Err(Ended::Rehearsed(outcomes)) => return Ok(outcomes),
                Err(Ended::Halt(Halt::OutOfScope(more))) if !more.is_subset(&outside) => outside.extend(more),
                Err(Ended::Halt(Halt::OutOfScope(_))) => return Err(Error::forbidden("out_of_scope")),
                Err(Ended::Published) => return Err(Error::conflict(PUBLISHED)),
                Err(Ended::Halt(Halt::Error(error))) => {
                    let Some(errors) = of_one_record(&error) else { return Err(error) };
                    if drafts.len() > 1 {
                        return self.one_by_one(first, drafts, keep).await;
                    }
                    return match self.transact(first, &drafts, &outside, keep, Some(errors)).await {
                        Ok(outcomes) | Err(Ended::Rehearsed(outcomes)) => Ok(outcomes),
                        Err(Ended::Halt(Halt::Error(error))) => Err(error),
                        Err(Ended::Published) => Err(Error::conflict(PUBLISHED)),
                        Err(Ended::Halt(Halt::OutOfScope(_))) => Err(Error::forbidden("out_of_scope")),
                    };
                }
            }
        }
    }

    async fn one_by_one(&mut self, first: usize, drafts: Vec<Draft>, keep: bool) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::with_capacity(drafts.len());
        for (index, draft) in drafts.into_iter().enumerate() {
            outcomes.extend(Box::pin(self.attempt(first + index, vec![draft], keep)).await?);
        }
        Ok(outcomes)
    }

    async fn transact(
        &mut self,
        first: usize,
        drafts: &[Draft],
        outside: &HashSet<usize>,
        keep: bool,
        refused: Option<Vec<FieldError>>,
    ) -> Result<Vec<Outcome>, Ended> {
        self.now();
        let input = Input {
            service: self.service.clone(),
            job: self.job.clone(),
            import: self.import.id,
            table: self.import.table_key.clone(),
            live: self.live.clone(),
            call: self.call.clone(),
            plan: self.plan.clone(),
            sheet: self.excerpt(drafts),
            drafts: drafts.to_vec(),
            first,
            total: self.groups.len(),
            taken: self.taken.clone(),
            outside: outside.clone(),
            keep,
            refused,
        };
        let store = self.service.store.clone();
        let outcome = store.transaction_with(input, |tx, input| Box::pin(input.write(tx))).await;
        self.service.settle(&self.call.chain, keep && outcome.is_err()).await;
        outcome
    }

    /// The rows that these records stand in, at their places: what errors quote.
    fn excerpt(&self, drafts: &[Draft]) -> Sheet {
        let last = drafts.iter().flat_map(|draft| &draft.rows).max().copied();
        let mut sheet = Sheet { name: String::new(), rows: Vec::new(), ..Sheet::default() };
        if let Some(last) = last {
            sheet.rows.resize_with(last + 1, Vec::new);
            for row in drafts.iter().flat_map(|draft| &draft.rows) {
                sheet.rows[*row].clone_from(&self.sheet.rows[*row]);
            }
        }
        sheet
    }

    /// Remembers the unique values of what was written, for the rows to come.
    fn remember(&mut self, drafts: &[Draft], outcomes: &[Outcome]) -> Result<(), Error> {
        let live = self.live.clone();
        let table = live.table(&self.call.actor.locale, &self.import.table_key)?;
        for set in table.unique_sets() {
            let names: Vec<String> = set.iter().map(|key| (*key).to_owned()).collect();
            let taken = Arc::make_mut(&mut self.taken).entry(names).or_default();
            for (draft, _) in drafts.iter().zip(outcomes).filter(|(_, outcome)| outcome.action != "refused") {
                let stored = set.iter().map(|key| {
                    let value = draft.values.get(*key)?;
                    table.field(key).map(|field| field.store(value)).filter(|stored| *stored != Stored::Null)
                });
                if let Some(tuple) = stored.collect::<Option<Vec<Stored>>>() {
                    taken.insert(tuple, draft.rows.first().map_or(0, |row| row + 1));
                }
            }
        }
        Ok(())
    }

    /// Everything, and nothing kept: answers the counts and the records that would be refused.
    pub(super) async fn rehearse(&mut self, stop: &Stop) -> Result<Result<(Counts, Vec<Row>), Rest>, Error> {
        let mut counts = Counts::default();
        let mut refused = Vec::new();
        let mut first = 0;
        while first < self.groups.len() {
            let end = (first + self.batch_size()).min(self.groups.len());
            let drafts = self.drafts(first..end).await?;
            let outcomes = self.attempt(first, drafts.clone(), false).await?;
            self.remember(&drafts, &outcomes)?;
            let table = self.table()?;
            for (index, (draft, outcome)) in drafts.iter().zip(&outcomes).enumerate() {
                counts.add(outcome.action);
                if outcome.action == "refused" {
                    refused.push(row_of(self.import.id, first + index, draft, outcome, &self.sheet, &self.plan, table));
                }
            }
            first = end;
            let (job, total, now) = (self.job.clone(), self.groups.len(), self.service.clock.now());
            let cancelled = self
                .service
                .store
                .transaction(move |tx| {
                    let job = job.clone();
                    Box::pin(async move { Ok::<_, Error>(progress(tx, &job, end, total, now).await?) })
                })
                .await?;
            if cancelled {
                return Ok(Err(Rest::Cancelled(json!(counts))));
            }
            if stop.is_asked() {
                return Ok(Err(Rest::Interrupted));
            }
        }
        self.taken = Arc::default();
        Ok(Ok((counts, refused)))
    }

    /// The import itself, from where it was.
    pub(super) async fn run(&mut self, stop: &Stop) -> Result<Rest, Error> {
        let reader = self.service.store.reader();
        let mut first = usize::try_from(imports::next_ordinal(&reader, self.import.id).await?).unwrap_or(0);
        if first == 0 && self.plan.bad_rows == BadRows::Stop {
            match self.rehearse(stop).await? {
                Err(rest) => return Ok(rest),
                Ok((counts, refused)) if counts.refused > 0 => {
                    return self.finish("stopped", Counts { made: 0, changed: 0, ..counts }, refused).await;
                }
                Ok(_) => {}
            }
        }
        while first < self.groups.len() {
            let end = (first + self.batch_size()).min(self.groups.len());
            let drafts = self.drafts(first..end).await?;
            let outcomes = self.attempt(first, drafts.clone(), true).await?;
            self.remember(&drafts, &outcomes)?;
            first = end;
            let job = crate::store::jobs::find(&self.service.store.reader(), self.job.id).await?;
            if job.is_some_and(|job| job.cancel != 0) {
                let counts = self.counts().await?;
                self.finish("stopped", counts, Vec::new()).await?;
                return Ok(Rest::Cancelled(counts.json(self.import.id)));
            }
            if stop.is_asked() && first < self.groups.len() {
                return Ok(Rest::Interrupted);
            }
        }
        let counts = self.counts().await?;
        self.finish("done", counts, Vec::new()).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for (action, count) in imports::counts(&self.service.store.reader(), self.import.id).await? {
            counts.put(&action, usize::try_from(count).unwrap_or(0));
        }
        Ok(counts)
    }

    pub(super) async fn finish(&self, state: &'static str, counts: Counts, refused: Vec<Row>) -> Result<Rest, Error> {
        let (import, call, live) = (self.import.clone(), self.call.clone(), self.live.clone());
        let now = self.service.clock.now();
        self.service
            .store
            .transaction(move |tx| {
                let (import, call, live, refused) = (import.clone(), call.clone(), live.clone(), refused.clone());
                Box::pin(async move {
                    imports::insert_rows(tx, &refused).await?;
                    let change =
                        Change { counts: Some(json!(counts).to_string()), finished: Some(now), ..Change::default() };
                    imports::advance(tx, import.id, &["checking", "running"], state, &change).await?;
                    if state != "checked" {
                        let what = json!({"import": import.id, "file": import.file_name, "counts": counts});
                        audit::act(tx, &call, "record.import", on_table(&live, &import.table_key), what).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(Rest::Done(counts.json(self.import.id)))
    }
}

/// The object of an act on a whole table.
pub(in crate::service) fn on_table(live: &LiveApp, table: &str) -> crate::store::audit::Object {
    let table = live.schema.id_of(table);
    crate::store::audit::Object { kind: "table".into(), app: Some(live.id), table, id: table.map(|table| table.0) }
}

/// What stands in the way of one record, and not of the whole import.
fn of_one_record(error: &Error) -> Option<Vec<FieldError>> {
    let with_params = |code: &str, params: &crate::base::error::Params, message: &Option<String>| {
        vec![FieldError {
            path: String::new(),
            code: code.to_owned(),
            message: message.clone(),
            params: params.clone(),
        }]
    };
    match error {
        Error::Invalid(errors) => Some(errors.clone()),
        Error::Conflict { code, params, message, .. } => Some(with_params(code, params, message)),
        Error::Stale { .. } | Error::NotFound => None,
        _ => None,
    }
}

fn row_of(
    import: i64,
    ordinal: usize,
    draft: &Draft,
    outcome: &Outcome,
    sheet: &Sheet,
    plan: &Plan,
    table: &Table,
) -> Row {
    let errors: Option<Vec<CellError>> =
        (!outcome.errors.is_empty()).then(|| rows::in_cells(sheet, plan, table, draft, &outcome.errors));
    Row {
        import_id: import,
        ordinal: i64::try_from(ordinal).unwrap_or(i64::MAX),
        row: i64::try_from(draft.rows.first().map_or(0, |row| row + 1)).unwrap_or(i64::MAX),
        action: outcome.action.to_owned(),
        record_id: outcome.record.map(|id| id.0),
        version: outcome.version,
        before: None,
        errors: errors.map(|errors| json!(errors).to_string()),
        undo: None,
    }
}

impl Input {
    async fn write(&self, tx: &Tx) -> Result<Vec<Outcome>, Ended> {
        if self.service.live.current(tx, &self.live).await?.version != self.live.version {
            return Err(Ended::Published);
        }
        let table = self.live.table(&self.call.actor.locale, &self.table)?;
        let outcomes = match &self.refused {
            Some(errors) => self.drafts.iter().map(|_| Outcome::refused(errors.clone())).collect(),
            None => {
                let batch = Batch {
                    service: &self.service,
                    call: &self.call,
                    live: &self.live,
                    table,
                    plan: &self.plan,
                    drafts: &self.drafts,
                    taken: &self.taken,
                    outside: &self.outside,
                };
                batch.write(tx).await.map_err(Ended::Halt)?
            }
        };
        if !self.keep {
            return Err(Ended::Rehearsed(outcomes));
        }
        let rows: Vec<Row> = self
            .drafts
            .iter()
            .zip(&outcomes)
            .enumerate()
            .map(|(index, (draft, outcome))| {
                let mut row = row_of(self.import, self.first + index, draft, outcome, &self.sheet, &self.plan, table);
                if outcome.action == "refused" {
                    row.record_id = None;
                }
                row.before = outcome
                    .before
                    .as_ref()
                    .map(|before| kept::keep(&self.live, &snapshot::place(&row), before.to_string()))
                    .transpose()?;
                Ok(row)
            })
            .collect::<Result<_, Error>>()?;
        imports::insert_rows(tx, &rows).await?;
        progress(tx, &self.job, self.first + self.drafts.len(), self.total, self.call.now).await?;
        Ok(outcomes)
    }
}
