//! Where an export goes while it is written.

use super::{CANCELLED, INTERRUPTED};
use crate::{
    base::id::UserId,
    service::{
        Error, Service,
        jobs::{Stop, progress},
    },
    store::{job_files, jobs::Job},
};
use std::sync::Arc;

/// Where a file goes: to memory while it is short, else piece by piece to the files of jobs.
pub(super) enum Sink<'a, 'k> {
    Memory(&'a mut Vec<u8>),
    Job(&'a mut Kept<'k>),
}

/// A file of a job, while it is written.
pub(super) struct Kept<'a> {
    pub job: &'a Arc<Job>,
    pub stop: &'a Stop,
    pub user: UserId,
    pub name: &'a str,
    /// Once something of it is stored.
    pub file: Option<i64>,
    pub waiting: Vec<u8>,
    /// Bytes that are stored, and in how many pieces.
    pub size: usize,
    pub count: i64,
}

impl Sink<'_, '_> {
    /// Takes the next bytes; `(rows, of rows)` is how far it is.
    pub async fn put(
        &mut self,
        service: &Service,
        bytes: Vec<u8>,
        so_far: (u64, u64),
        last: bool,
    ) -> Result<(), Error> {
        let kept = match self {
            Self::Memory(memory) => {
                memory.extend(bytes);
                return Ok(());
            }
            Self::Job(kept) => kept,
        };
        kept.waiting.extend(bytes);
        while kept.waiting.len() >= job_files::PIECE {
            kept.store(service, job_files::PIECE).await?;
        }
        let count = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        let (job, now, done, all) = (kept.job.clone(), service.clock.now(), count(so_far.0), count(so_far.1));
        let told = service.store.transaction(move |tx| {
            let job = job.clone();
            Box::pin(async move { Ok::<_, Error>(progress(tx, &job, done, all, now).await?) })
        });
        if told.await? {
            return Err(Error::conflict(CANCELLED));
        }
        if kept.stop.is_asked() && !last {
            return Err(Error::conflict(INTERRUPTED));
        }
        Ok(())
    }

    /// Takes the last bytes.
    pub async fn finish(&mut self, service: &Service, bytes: Vec<u8>) -> Result<(), Error> {
        let kept = match self {
            Self::Memory(memory) => {
                memory.extend(bytes);
                return Ok(());
            }
            Self::Job(kept) => kept,
        };
        kept.waiting.extend(bytes);
        while !kept.waiting.is_empty() {
            kept.store(service, job_files::PIECE.min(kept.waiting.len())).await?;
        }
        Ok(())
    }
}

impl Kept<'_> {
    async fn store(&mut self, service: &Service, length: usize) -> Result<(), Error> {
        let rest = self.waiting.split_off(length);
        let piece = std::mem::replace(&mut self.waiting, rest);
        let (user, file, ordinal, now) = (self.user, self.file, self.count, service.clock.now());
        let input = (self.name.to_owned(), piece, service.live.vault().cloned());
        let stored = service.store.transaction_with(input, move |tx, (name, piece, vault)| {
            Box::pin(async move {
                let file = match file {
                    Some(file) => file,
                    None => job_files::begin(tx, user, name, now).await?,
                };
                job_files::append(tx, vault.as_deref(), file, ordinal, piece).await?;
                Ok::<_, Error>(file)
            })
        });
        self.file = Some(stored.await?);
        self.size += length;
        self.count += 1;
        Ok(())
    }
}
