//! Some records of an import, judged and written in one transaction: the same rights, rules, numbers, audit and flows as a form's.

use super::{
    plan::{Blank, Mode, Plan},
    rows::Draft,
    snapshot::snapshot,
};
use crate::{
    access::Permit,
    automation::set_off::Event,
    base::{
        error::FieldError,
        id::RecordId,
        value::{Document, Line},
    },
    definition::{
        field::{Kind, Stored},
        role::Action,
        table::Table,
    },
    rules,
    service::{
        Call, Error, LiveApp, Service, audit, automations,
        input::{Access, Input},
        numbering,
        permits::Rights,
        run_flow,
        save_record::{access_of, blank, judge_all, open_to_change, save, unique_error},
    },
    store::{
        Tx,
        records::{self, NewRecord, Record},
    },
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What became of one record.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// `made`, `changed`, `same`, `refused`.
    pub action: &'static str,
    pub record: Option<RecordId>,
    pub version: Option<i64>,
    /// What was changed, as it was.
    pub before: Option<Json>,
    pub errors: Vec<FieldError>,
    /// It was returned to the person, and goes back to where it was.
    returned: bool,
}

impl Outcome {
    pub(super) fn refused(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::written("refused", None, None) }
    }

    fn written(action: &'static str, record: Option<RecordId>, version: Option<i64>) -> Self {
        Self { action, record, version, before: None, errors: Vec::new(), returned: false }
    }
}

/// Values that must be unique, by the set of fields: those of earlier records of this file.
pub(super) type Taken = HashMap<Vec<String>, HashMap<Vec<Stored>, usize>>;

/// Why a batch is not kept.
pub(super) enum Halt {
    Error(Error),
    /// These records lie outside what the person may write: by position in the batch.
    OutOfScope(HashSet<usize>),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<crate::store::Error> for Halt {
    fn from(error: crate::store::Error) -> Self {
        Self::Error(error.into())
    }
}

/// What a batch needs besides its transaction.
pub(super) struct Batch<'a> {
    pub service: &'a Service,
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    pub plan: &'a Plan,
    pub drafts: &'a [Draft],
    pub taken: &'a Taken,
    /// Known to lie outside the person's scope.
    pub outside: &'a HashSet<usize>,
}

/// A record on its way.
struct Planned {
    /// Its place in the batch.
    place: usize,
    record: Option<Record>,
    returned: bool,
    input: Input,
}

impl Batch<'_> {
    /// Judges and writes; answers what became of each record, in order.
    pub(super) async fn write(&self, tx: &Tx) -> Result<Vec<Outcome>, Halt> {
        let rights = Rights::load(tx, self.call, self.live).await?;
        rights.permit(&self.table.key, Action::Import)?;
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        let planned = self.plan_all(tx, &rights, &mut outcomes).await?;
        let has_flow = self.live.app().submit_flow(&self.table.key).is_some();
        let submit = self.plan.submit && has_flow;
        let mode = if has_flow && !submit { rules::Mode::Draft } else { rules::Mode::Submit };
        let mut places = Vec::with_capacity(planned.len());
        let mut inputs = Vec::with_capacity(planned.len());
        for Planned { place, record, returned, input } in planned {
            inputs.push((input, record.is_none()));
            places.push((place, record, returned));
        }
        let judged = judge_all(tx, self.call, self.live, self.table, inputs, mode).await?;
        let mut ready: Vec<(usize, Option<Record>, bool, Document)> = Vec::new();
        for ((place, record, returned), judged) in places.into_iter().zip(judged) {
            match judged {
                Ok(document) => ready.push((place, record, returned, document)),
                Err(errors) => {
                    outcomes.insert(place, Outcome::refused(errors));
                }
            }
        }
        self.refuse_taken(tx, &mut ready, &mut outcomes).await?;
        self.store(tx, &rights, mode, ready, &mut outcomes).await?;
        if submit {
            self.submit(tx, &outcomes).await?;
        }
        Ok(outcomes.into_values().collect())
    }

    /// Finds what each record changes, and lays its values over that.
    async fn plan_all(
        &self,
        tx: &Tx,
        rights: &Rights<'_>,
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) -> Result<Vec<Planned>, Error> {
        let key = self.table.key.as_str();
        let creating = match self.plan.mode {
            Mode::Update => None,
            Mode::Insert | Mode::Upsert => Some(rights.permit(key, Action::Create)?),
        };
        let (known, seen, view) = if self.plan.mode == Mode::Insert {
            (HashMap::new(), HashMap::new(), None)
        } else {
            rights.permit(key, Action::Edit)?;
            let view = rights.permit(key, Action::View)?;
            let known = self.known(tx, &view).await?;
            let ids: BTreeSet<i64> = known.values().flatten().map(|id| id.0).collect();
            let all = Permit::as_app(self.live.key(), key, Action::View);
            let records = records::many_for_update(tx, &self.live.schema, &all, &ids).await?;
            let matched = records::many(tx, &self.live.schema, &view, &ids).await?;
            let seen: HashMap<i64, (Record, Vec<bool>)> = records
                .into_iter()
                .filter_map(|(id, record)| Some((id, (record, matched.get(&id)?.matched.clone()))))
                .collect();
            (known, seen, Some(view))
        };
        let empty = blank(self.table);
        let mut planned = Vec::new();
        let mut used: HashSet<i64> = HashSet::new();
        for (place, draft) in self.drafts.iter().enumerate() {
            if self.outside.contains(&place) {
                outcomes.insert(place, Outcome::refused(vec![FieldError::new("", "out_of_scope")]));
                continue;
            }
            let found = match self.target_of(draft, &known) {
                Ok(found) => found,
                Err(error) => {
                    let errors = draft.errors.iter().cloned().chain([error]).collect();
                    outcomes.insert(place, Outcome::refused(errors));
                    continue;
                }
            };
            let mut refuse = |error: FieldError| {
                outcomes.insert(place, Outcome::refused(draft.errors.iter().cloned().chain([error]).collect()));
            };
            let Some(id) = found else {
                let Some(permit) = &creating else {
                    refuse(self.at_key("no_such_record"));
                    continue;
                };
                let rights = permit.rights_to_create();
                let input = self.input(draft, &empty, &|path| access_of(&rights, Action::Create, path), true);
                planned.push(Planned { place, record: None, returned: false, input });
                continue;
            };
            if !used.insert(id.0) {
                refuse(self.at_key("repeated_key"));
                continue;
            }
            let (Some((record, matched)), Some(view)) = (seen.get(&id.0), &view) else {
                refuse(self.at_key("no_such_record"));
                continue;
            };
            let can = view.rights(matched);
            if !can.can(Action::Edit) {
                refuse(FieldError::new("", "forbidden"));
                continue;
            }
            let returned = match open_to_change(tx, self.call, self.live, key, record).await {
                Ok(returned) => returned,
                Err(Error::Conflict { code, .. }) => {
                    refuse(FieldError::new("", code));
                    continue;
                }
                Err(other) => return Err(other),
            };
            let input = self.input(draft, &record.document, &|path| access_of(&can, Action::Edit, path), false);
            planned.push(Planned { place, record: Some(record.clone()), returned, input });
        }
        Ok(planned)
    }

    fn at_key(&self, code: &str) -> FieldError {
        FieldError::new(format!("/{}", self.plan.key.first().map_or("", String::as_str)), code)
    }

    fn key_of(&self, draft: &Draft) -> Option<Vec<Stored>> {
        let stored = self.plan.key.iter().map(|key| {
            let value = draft.values.get(key).filter(|value| !value.is_unset())?;
            Some(self.table.field(key)?.store(value))
        });
        stored.collect()
    }

    /// The records that the keys of this batch name, among those that the person sees.
    async fn known(&self, tx: &Tx, view: &Permit) -> Result<HashMap<Vec<Stored>, Vec<RecordId>>, Error> {
        let fields: Vec<&str> = self.plan.key.iter().map(String::as_str).collect();
        let tuples: Vec<Vec<Stored>> = self.drafts.iter().filter_map(|draft| self.key_of(draft)).collect();
        let mut known: HashMap<Vec<Stored>, Vec<RecordId>> = HashMap::new();
        for (id, key) in records::with_values(tx, &self.live.schema, view, &fields, &tuples).await? {
            known.entry(key).or_default().push(id);
        }
        Ok(known)
    }

    fn target_of(
        &self,
        draft: &Draft,
        known: &HashMap<Vec<Stored>, Vec<RecordId>>,
    ) -> Result<Option<RecordId>, FieldError> {
        if self.plan.mode == Mode::Insert {
            return Ok(None);
        }
        let Some(key) = self.key_of(draft) else {
            let name = self.plan.key.first().map_or("", String::as_str);
            let title = self.table.field(name).map_or(name, |field| field.title.as_str());
            // A number that is given out later names nothing yet.
            let numbered = self.table.field(name).is_some_and(|field| field.read_only);
            let known = draft.errors.iter().any(|error| error.path == format!("/{name}"));
            return match (numbered && self.plan.mode == Mode::Upsert, known) {
                (true, false) => Ok(None),
                (_, true) => Err(FieldError::new("", "key_unreadable").with("field", title)),
                (false, false) => Err(self.at_key("required").with("field", title)),
            };
        };
        match known.get(&key).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([one]) => Ok(Some(*one)),
            Some(_) => Err(self.at_key("ambiguous")),
        }
    }

    /// The draft's values over what is there, as a form would send them.
    fn input(&self, draft: &Draft, before: &Document, access: &(dyn Fn(&str) -> Access + Sync), new: bool) -> Input {
        let mut input = Input { document: before.clone(), errors: draft.errors.clone(), ..Input::default() };
        let keep_blank = new || self.plan.blank == Blank::Keep;
        for (key, value) in &draft.values {
            if (value.is_unset() && keep_blank) || value == before.get(key) {
                continue;
            }
            let Some(field) = self.table.field(key) else { continue };
            // The numbers of new records are given out, whatever the file says.
            if field.kind == Kind::NumberSeries && new {
                continue;
            }
            if field.read_only || access(key) != Access::Write {
                let error = FieldError::new(format!("/{key}"), "not_editable").with("field", &field.title);
                input.errors.push(error);
                continue;
            }
            input.document.values.insert(key.clone(), value.clone());
            input.changed.insert(key.clone());
        }
        for (key, rows) in &draft.lines {
            let Some(field) = self.table.field(key) else { continue };
            let old = before.lines_of(key);
            let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
            for (index, (_, values)) in rows.iter().enumerate() {
                // Lines keep their place, and with it what the file does not say.
                let mut line = old.get(index).cloned().unwrap_or_default();
                for (column, _) in values.iter().filter(|(column, value)| *value != line.get(column)) {
                    let path = format!("{key}.{column}");
                    let closed = field.column(column).is_none_or(|column| column.read_only);
                    if closed || access(&path) != Access::Write {
                        let title = field.column(column).map_or(column.as_str(), |column| column.title.as_str());
                        let error = FieldError::new(format!("/{key}/{index}/{column}"), "not_editable");
                        input.errors.push(error.with("field", title));
                    }
                }
                line.values.extend(values.iter().map(|(column, value)| (column.clone(), value.clone())));
                lines.push(line);
            }
            if lines != old {
                input.document.lines.insert(key.clone(), lines);
                input.changed.insert(key.clone());
            }
        }
        input
    }

    /// Refuses records whose values an earlier one of the file or another record has already.
    async fn refuse_taken(
        &self,
        tx: &Tx,
        ready: &mut Vec<(usize, Option<Record>, bool, Document)>,
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) -> Result<(), Error> {
        let all = Permit::as_app(self.live.key(), &self.table.key, Action::View);
        for set in self.table.unique_sets() {
            let tuple = |document: &Document| {
                let stored = set.iter().map(|key| Some(self.table.field(key)?.store(document.get(key))));
                let stored: Option<Vec<Stored>> = stored.collect();
                stored.filter(|stored| !stored.contains(&Stored::Null))
            };
            let tuples: Vec<Vec<Stored>> = ready.iter().filter_map(|(_, _, _, document)| tuple(document)).collect();
            let stored: HashMap<Vec<Stored>, RecordId> =
                records::with_values(tx, &self.live.schema, &all, &set, &tuples)
                    .await?
                    .into_iter()
                    .map(|(id, values)| (values, id))
                    .collect();
            let names: Vec<String> = set.iter().map(|key| (*key).to_owned()).collect();
            let titles: Vec<&str> =
                set.iter().filter_map(|key| self.table.field(key)).map(|field| field.title.as_str()).collect();
            let before = self.taken.get(&names);
            let mut here: HashMap<Vec<Stored>, usize> = HashMap::new();
            ready.retain(|(place, record, _, document)| {
                let Some(tuple) = tuple(document) else { return true };
                let row = self.drafts[*place].rows.first().map_or(0, |row| row + 1);
                let error =
                    |code: &str| FieldError::new(format!("/{}", set[0]), code).with("fields", titles.join("、"));
                let mine = record.as_ref().map(|record| record.id);
                if stored.get(&tuple).is_some_and(|other| Some(*other) != mine) {
                    outcomes.insert(*place, Outcome::refused(vec![error("unique")]));
                    return false;
                }
                let earlier = here.get(&tuple).or_else(|| before.and_then(|before| before.get(&tuple)));
                if let Some(earlier) = earlier.filter(|earlier| **earlier != row) {
                    outcomes.insert(*place, Outcome::refused(vec![error("unique_in_file").with("row", earlier)]));
                    return false;
                }
                here.insert(tuple, row);
                true
            });
        }
        Ok(())
    }

    async fn store(
        &self,
        tx: &Tx,
        rights: &Rights<'_>,
        mode: rules::Mode,
        ready: Vec<(usize, Option<Record>, bool, Document)>,
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) -> Result<(), Halt> {
        let (call, live, table) = (self.call, self.live, self.table);
        let has_flow = live.app().submit_flow(&table.key).is_some();
        let mut entries = Vec::with_capacity(ready.len());
        let mut made: Vec<(usize, Document)> = Vec::new();
        let mut changed: Vec<(usize, RecordId)> = Vec::new();
        let heard = automations::listens(live, &table.key);
        let mut written: Vec<(Record, Document)> = Vec::new();
        records::hold_rollups(tx);
        for (place, record, returned, mut document) in ready {
            if mode == rules::Mode::Submit {
                numbering::take(tx, call, live, table, &mut document).await?;
            }
            let Some(record) = record else {
                made.push((place, document));
                continue;
            };
            if document == record.document {
                outcomes.insert(place, Outcome::written("same", Some(record.id), None));
                continue;
            }
            let permit = rights.permit(&table.key, Action::Edit)?;
            save(tx, call, live, table, &permit, &record, &document).await?;
            entries.push(audit::entry(call, live, "record.edit", table, record.id, (&record.document, &document)));
            changed.push((place, record.id));
            let before = Some(snapshot(table, &record.document, &document));
            let outcome = Outcome::written("changed", Some(record.id), Some(record.version + 1));
            outcomes.insert(place, Outcome { before, returned, ..outcome });
            if heard {
                written.push((record, document));
            }
        }
        let created = if made.is_empty() {
            Vec::new()
        } else {
            let permit = rights.permit(&table.key, Action::Create)?;
            let news: Vec<NewRecord<'_>> = made
                .iter()
                .map(|(_, document)| NewRecord {
                    document,
                    state: has_flow.then_some("draft"),
                    owner: Some(call.actor.user),
                    department: call.actor.departments.first().copied(),
                    by: Some(call.actor.user),
                    now: call.now,
                })
                .collect();
            let ids = records::insert_many(tx, &live.schema, &permit, &news)
                .await
                .map_err(|error| unique_error(live, table, error))?;
            made.iter().zip(ids).map(|((place, _), id)| (*place, id)).collect()
        };
        records::release_rollups(tx, &live.schema).await?;
        self.within_scope(tx, rights, Action::Create, &created).await?;
        self.within_scope(tx, rights, Action::Edit, &changed).await?;
        for ((place, id), (_, document)) in created.iter().zip(&made) {
            entries.push(audit::entry(call, live, "record.create", table, *id, (&Document::default(), document)));
            outcomes.insert(*place, Outcome::written("made", Some(*id), Some(1)));
        }
        audit::append_all(tx, call, &entries).await?;
        if !automations::listens(live, &table.key) {
            return Ok(());
        }
        // Those of documents with a flow come to be when they are submitted.
        for (_, id) in created.iter().filter(|_| !has_flow) {
            automations::happened(tx, self.service, call, live, &table.key, *id, Event::Created).await?;
        }
        for (record, document) in &written {
            automations::changed(tx, self.service, call, live, &table.key, record, document).await?;
        }
        Ok(())
    }

    async fn within_scope(
        &self,
        tx: &Tx,
        rights: &Rights<'_>,
        action: Action,
        written: &[(usize, RecordId)],
    ) -> Result<(), Halt> {
        if written.is_empty() {
            return Ok(());
        }
        let permit = rights.permit(&self.table.key, action)?;
        if permit.rows_for(action) == crate::query::Condition::Always {
            return Ok(());
        }
        let ids: Vec<RecordId> = written.iter().map(|(_, id)| *id).collect();
        let covered = records::covered(tx, &self.live.schema, &permit, &ids).await?;
        let outside: HashSet<usize> =
            written.iter().filter(|(_, id)| !covered.contains(&id.0)).map(|(place, _)| *place).collect();
        if outside.is_empty() { Ok(()) } else { Err(Halt::OutOfScope(outside)) }
    }

    /// Starts the flow of what was written: each with its own checks, so batches that submit hold one record.
    async fn submit(&self, tx: &Tx, outcomes: &BTreeMap<usize, Outcome>) -> Result<(), Error> {
        for outcome in outcomes.values().filter(|outcome| matches!(outcome.action, "made" | "changed")) {
            let Some(id) = outcome.record else { continue };
            let rights = Rights::load(tx, self.call, self.live).await?;
            rights.permit(&self.table.key, Action::Submit)?;
            if outcome.returned {
                run_flow::resubmit(tx, self.service, self.call, self.live, &self.table.key, id).await?;
            } else {
                run_flow::submit(tx, self.service, self.call, self.live, &self.table.key, id).await?;
            }
        }
        Ok(())
    }
}
