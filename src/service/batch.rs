//! Several records created, changed and deleted in one transaction: all of it happens or nothing.

use super::{
    Answer, Call, Error, LiveApp, Service,
    record_trash::restore,
    represent,
    save_record::{Create, Edit, change, delete, insert},
};
use crate::{
    base::{error::FieldError, id::RecordId},
    store::Tx,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The most records of one batch.
pub const MOST_ITEMS: usize = 200;

/// What is done, in this order: first what goes, so that its unique values are free; then what changes; then what is new.
#[derive(Debug, Clone)]
pub struct Batch {
    pub live: Arc<LiveApp>,
    pub table: String,
    pub delete: Vec<Old>,
    /// Records that are taken back out of the trash; their version is the one that they have there.
    pub restore: Vec<Old>,
    pub update: Vec<Update>,
    pub create: Vec<New>,
}

/// A record to be created.
#[derive(Debug, Clone)]
pub struct New {
    pub values: Json,
    pub submit: bool,
}

/// A record to be changed.
#[derive(Debug, Clone)]
pub struct Update {
    pub old: Old,
    pub values: Json,
    pub submit: bool,
}

/// A record as the caller read it.
#[derive(Debug, Clone, Copy)]
pub struct Old {
    pub id: RecordId,
    pub version: Option<i64>,
}

/// What is wrong with one item of a batch.
#[derive(Debug)]
pub struct ItemError {
    /// `create`, `update`, `delete` or `restore`.
    pub list: &'static str,
    /// The place in the list, from 0.
    pub item: usize,
    pub error: Error,
}

impl Batch {
    fn len(&self) -> usize {
        self.delete.len() + self.restore.len() + self.update.len() + self.create.len()
    }

    fn edit(&self, old: Old, values: Json, submit: bool) -> Edit {
        Edit { live: self.live.clone(), table: self.table.clone(), id: old.id, values, version: old.version, submit }
    }
}

super::of_app!(Batch);

impl Service {
    /// Runs a batch of at most [`MOST_ITEMS`] and answers `{"create": [records], "update": [records], "delete": [ids]}`.
    ///
    /// # Errors
    /// `Items` with everything that is wrong, item by item; `maximum` for more than [`MOST_ITEMS`].
    pub async fn batch(&self, call: Call, batch: Batch) -> Result<Answer, Error> {
        self.batch_of(call, batch, MOST_ITEMS).await
    }

    /// The same with at most `most` items.
    ///
    /// # Errors
    /// As [`Self::batch`].
    pub async fn batch_of(&self, call: Call, batch: Batch, most: usize) -> Result<Answer, Error> {
        if batch.len() > most {
            return Err(Error::Invalid(vec![FieldError::new("", "max_batch").with("maximum", most)]));
        }
        self.command(call, batch, |tx, service, call, batch| Box::pin(run(tx, service, call, batch))).await
    }
}

/// What went wrong so far. A refusal leaves the transaction usable, so that the other items are judged as well; a failed
/// statement ends it.
struct Wrong(Vec<ItemError>);

impl Wrong {
    /// Notes an item's error; answers the error itself where nothing more can be tried.
    fn note(&mut self, tx: &Tx, list: &'static str, item: usize, error: Error) -> Result<(), Error> {
        if matches!(error, Error::Internal(_) | Error::Busy | Error::StorageFull) {
            return Err(error);
        }
        self.0.push(ItemError { list, item, error });
        if tx.has_failed() { Err(self.take()) } else { Ok(()) }
    }

    fn take(&mut self) -> Error {
        Error::Items(std::mem::take(&mut self.0))
    }
}

async fn run(tx: &Tx, service: &Service, call: &Call, batch: &Batch) -> Result<Answer, Error> {
    let mut wrong = Wrong(Vec::new());
    for (item, old) in batch.delete.iter().enumerate() {
        if let Err(error) = delete(tx, call, &batch.edit(*old, Json::Null, false)).await {
            wrong.note(tx, "delete", item, error)?;
        }
    }
    for (item, old) in batch.restore.iter().enumerate() {
        if let Err(error) = restore(tx, call, &batch.edit(*old, Json::Null, false)).await {
            wrong.note(tx, "restore", item, error)?;
        }
    }
    for (item, update) in batch.update.iter().enumerate() {
        let edit = batch.edit(update.old, update.values.clone(), update.submit);
        if let Err(error) = change(tx, service, call, &edit).await {
            wrong.note(tx, "update", item, error)?;
        }
    }
    let mut created = Vec::with_capacity(batch.create.len());
    for (item, new) in batch.create.iter().enumerate() {
        let create = Create {
            live: batch.live.clone(),
            table: batch.table.clone(),
            values: new.values.clone(),
            submit: new.submit,
        };
        match insert(tx, service, call, &create).await {
            Ok(id) => created.push(id),
            Err(error) => wrong.note(tx, "create", item, error)?,
        }
    }
    if !wrong.0.is_empty() {
        return Err(wrong.take());
    }
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for id in created {
        new.push(represent::written(tx, service, call, &batch.live, &batch.table, id).await?);
    }
    for update in &batch.update {
        changed.push(represent::written(tx, service, call, &batch.live, &batch.table, update.old.id).await?);
    }
    let gone: Vec<i64> = batch.delete.iter().map(|old| old.id.0).collect();
    Ok(Answer::new(200, json!({"create": new, "update": changed, "delete": gone})))
}
