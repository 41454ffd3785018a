//! Steps that write other records than the one they are about, and those that leave the program.

use super::{Effect, Outgoing};
use crate::{
    access::Permit,
    automation::set_off::Event,
    base::{
        error::FieldError,
        id::RecordId,
        value::{Document, Value, Values},
    },
    definition::{
        action::{CreateStep, DeleteStep, Find, UpdateStep, WebhookStep},
        automation::TARGET,
        field::Kind,
        role::Action,
        table::Table,
    },
    rules::{Mode, Variable, validate},
    service::{
        Error, audit, automations,
        context::Circumstances,
        numbering,
        posting::Bound,
        run_flow,
        save_record::{self, blank},
    },
    store::records::{self, NewRecord, Record},
};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeSet, sync::PoisonError};

/// The most records that one step changes or deletes at once.
const MOST: usize = 200;

/// Values as their fields hold them.
pub(super) fn settled(table: &Table, values: Values) -> Values {
    let settle = |(key, value): (String, Value)| {
        let Some(field) = table.field(&key) else { return (key, value) };
        // What another program sent is text where it means a day or a figure.
        let value = match &value {
            Value::Text(text)
                if field.kind.is_number() || matches!(field.kind, Kind::Date | Kind::DateTime | Kind::Time) =>
            {
                field.read_text(text).unwrap_or(value)
            }
            _ => value,
        };
        let settled = field.settle(value);
        (key, settled)
    };
    values.into_iter().map(settle).collect()
}

/// What does not fit, each with the title of its field: nobody sees the form that it would stand in.
fn unfit(table: &Table, mut errors: Vec<FieldError>) -> Error {
    for error in &mut errors {
        let path = error.path.trim_start_matches('/').replace('/', ".");
        if let Some(field) = table.field_at(&path).filter(|_| !error.params.contains_key("field")) {
            error.params.insert("field".into(), field.title.clone());
        }
    }
    Error::Invalid(errors)
}

impl Effect<'_> {
    /// The lines that a step runs for; the record itself, where it names none.
    fn bounds<'d>(document: &'d Document, lines: Option<&'d str>) -> Vec<Bound<'d>> {
        match lines {
            Some(lines) => document.lines_of(lines).iter().map(|line| Some((lines, line))).collect(),
            None => vec![None],
        }
    }

    fn table_of(&self, key: &str) -> Result<&Table, Error> {
        self.live.table(&self.call.actor.locale, key)
    }

    pub(super) async fn create(&self, step: &CreateStep) -> Result<(), Error> {
        let table = self.table_of(&step.table)?;
        let document = self.document().await?;
        let bounds = Self::bounds(&document, step.for_each.as_deref());
        for values in self.values(&step.values, &document, &bounds, &[]).await? {
            let id = self.insert(table, values).await?;
            if step.submit {
                run_flow::submit(self.tx, self.service, self.call, self.live, &table.key, id).await?;
            }
        }
        Ok(())
    }

    async fn insert(&self, table: &Table, values: Values) -> Result<RecordId, Error> {
        let (call, live) = (self.call, self.live);
        let rules = live.face(&call.actor.locale).tables.get(&table.key).ok_or(Error::NotFound)?;
        let mut document = blank(table);
        document.values.extend(settled(table, values));
        let mut around = Circumstances::new(call, live);
        let mut errors = rules.apply_defaults(&mut document, around.context());
        around.load(self.tx, table, &document, &rules.link_hops()).await?;
        errors.extend(rules.recompute(&mut document, around.context()));
        let has_flow = live.app().submit_flow(&table.key).is_some();
        let mode = if has_flow { Mode::Draft } else { Mode::Submit };
        errors.extend(validate(table, None, &document, mode));
        if !errors.is_empty() {
            return Err(unfit(table, errors));
        }
        if mode == Mode::Submit {
            numbering::take(self.tx, call, live, table, &mut document).await?;
        }
        // Where nobody caused it, it belongs to nobody, as what comes in by a public form does.
        let person = (call.actor.user.0 != 0).then_some(call.actor.user);
        let permit = Permit::as_app(live.key(), &table.key, Action::Create);
        let new = NewRecord {
            document: &document,
            state: has_flow.then_some("draft"),
            owner: person,
            department: call.actor.departments.first().copied(),
            by: person,
            now: call.now,
        };
        let stored = records::insert(self.tx, &live.schema, &permit, new).await;
        let id = stored.map_err(|error| save_record::unique_error(live, table, error))?;
        audit::record(self.tx, call, live, "record.create", table, id, (&Document::default(), &document)).await?;
        if !has_flow {
            automations::happened(self.tx, self.service, call, live, &table.key, id, Event::Created).await?;
        }
        Ok(id)
    }

    pub(super) async fn update(&self, step: &UpdateStep) -> Result<(), Error> {
        let table = self.table_of(&step.table)?;
        let document = self.document().await?;
        for bound in Self::bounds(&document, step.for_each.as_deref()) {
            for id in self.found(table, step.find(), &document, bound).await? {
                let record = save_record::locked(self.tx, self.live, &table.key, id).await?;
                let target = [(TARGET, Variable::Record { table: Some(table), values: &record.document.values })];
                let found = self.values(&step.values, &document, &[bound], &target).await?;
                let mut changed = record.document.clone();
                changed.values.extend(settled(table, found.into_iter().next().unwrap_or_default()));
                self.keep(table, &record, changed).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn delete(&self, step: &DeleteStep) -> Result<(), Error> {
        let table = self.table_of(&step.table)?;
        let document = self.document().await?;
        for bound in Self::bounds(&document, step.for_each.as_deref()) {
            for id in self.found(table, step.find(), &document, bound).await? {
                let record = save_record::locked(self.tx, self.live, &table.key, id).await?;
                save_record::into_trash(self.tx, self.call, self.live, table, &record).await?;
            }
        }
        Ok(())
    }

    /// The records that a step means, in their order.
    async fn found(
        &self,
        table: &Table,
        find: Find<'_>,
        document: &Document,
        bound: Bound<'_>,
    ) -> Result<BTreeSet<RecordId>, Error> {
        let permit = Permit::as_app(self.live.key(), &table.key, Action::View);
        if let Some(source) = find.record {
            let sources = [("record".to_owned(), source.to_owned())].into_iter().collect();
            let found = self.values(&sources, document, &[bound], &[]).await?;
            let value = found.into_iter().next().and_then(|mut values| values.swap_remove("record"));
            let ids: Vec<RecordId> = match value.unwrap_or_default() {
                Value::Integer(id) => vec![RecordId(id)],
                Value::List(ids) => ids.iter().filter_map(Value::as_integer).map(RecordId).collect(),
                _ => Vec::new(),
            };
            let there = records::covered(self.tx, &self.live.schema, &permit, &ids).await?;
            return Ok(there.into_iter().map(RecordId).collect());
        }
        let found = self.values(find.matching, document, &[bound], &[]).await?;
        let values = settled(table, found.into_iter().next().unwrap_or_default());
        // What is not set finds nothing, rather than everything that is not set either.
        if values.is_empty() || values.values().any(Value::is_unset) {
            return Ok(BTreeSet::new());
        }
        let keys: Vec<&str> = values.keys().map(String::as_str).collect();
        let tuple = values.iter().filter_map(|(key, value)| Some(table.field(key)?.store(value))).collect();
        let found = records::with_values(self.tx, &self.live.schema, &permit, &keys, &[tuple]).await?;
        if found.len() > MOST {
            return Err(Error::conflict("automation_too_many_records")
                .with("maximum", MOST)
                .with("table", &table.title));
        }
        Ok(found.into_iter().map(|(id, _)| id).collect())
    }

    /// Writes a record that was changed, and tells the automations.
    pub(super) async fn keep(&self, table: &Table, record: &Record, mut document: Document) -> Result<(), Error> {
        let (call, live) = (self.call, self.live);
        if let Some(rules) = live.face(&call.actor.locale).tables.get(&table.key) {
            let mut around = Circumstances::new(call, live);
            around.load(self.tx, table, &document, &rules.link_hops()).await?;
            let errors = rules.recompute(&mut document, around.context());
            if !errors.is_empty() {
                return Err(unfit(table, errors));
            }
        }
        let own = self.id == Some(record.id) && self.table.key == table.key;
        if !own {
            let errors = validate(table, None, &document, Mode::Draft);
            if !errors.is_empty() {
                return Err(unfit(table, errors));
            }
        }
        if document == record.document {
            return Ok(());
        }
        let permit = Permit::as_app(live.key(), &table.key, Action::Edit);
        save_record::save(self.tx, call, live, table, &permit, record, &document).await?;
        if !own {
            audit::record(self.tx, call, live, "record.edit", table, record.id, (&record.document, &document)).await?;
        }
        automations::changed(self.tx, self.service, call, live, &table.key, record, &document).await
    }

    /// Notes what is to be sent. An address that nobody has set yet sends nothing.
    pub(super) async fn webhook(&self, step: &WebhookStep) -> Result<(), Error> {
        let set = step.setting.as_ref().and_then(|key| self.live.settings.get(key)).and_then(Value::as_text);
        let Some(address) = step.url.as_deref().or(set).map(str::trim).filter(|address| !address.is_empty()) else {
            return Ok(());
        };
        let body = match &step.body {
            Some(body) => {
                let document = self.document().await?;
                Some(self.filled(body, &document).await?)
            }
            None => None,
        };
        let outgoing = Outgoing { address: address.to_owned(), body };
        self.trail.outgoing.lock().unwrap_or_else(PoisonError::into_inner).push(outgoing);
        Ok(())
    }

    fn filled<'s>(
        &'s self,
        body: &'s Json,
        document: &'s Document,
    ) -> crate::store::BoxFuture<'s, Result<Json, Error>> {
        Box::pin(async move {
            Ok(match body {
                Json::String(text) => Json::String(self.fill(text, document).await?),
                Json::Array(items) => {
                    let mut filled = Vec::with_capacity(items.len());
                    for item in items {
                        filled.push(self.filled(item, document).await?);
                    }
                    Json::Array(filled)
                }
                Json::Object(members) => {
                    let mut filled = Map::new();
                    for (name, member) in members {
                        filled.insert(name.clone(), self.filled(member, document).await?);
                    }
                    Json::Object(filled)
                }
                other => other.clone(),
            })
        })
    }
}
