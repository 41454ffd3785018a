//! Opening a data directory for a command: one process at a time on the embedded database.

use super::{Failure, key};
use crate::{
    base::time::SystemClock,
    config::{Config, Database},
    service::Service,
    store::{Backend, Store, blobs::Blobs},
};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    sync::Arc,
};

/// An open data directory. The lock is held as long as this lives.
pub struct Opened {
    pub service: Service,
    _lock: Option<File>,
}

/// Opens the database of a configuration, making the directory where it is not there, and brings it to this version. With
/// PostgreSQL the directory holds the files that people upload, and several nodes share it.
///
/// # Errors
/// The directory cannot be used, another process has it, the database cannot be reached.
pub async fn open(config: &Config) -> Result<Opened, Failure> {
    make_private(&config.data)?;
    let (backend, lock) = match &config.database {
        Database::Postgres(url) => (Backend::Postgres { url: url.clone(), max_connections: 20 }, None),
        Database::Embedded => {
            let lock = lock(&config.data)?;
            (Backend::Sqlite { path: config.data.join("formwork.db") }, Some(lock))
        }
    };
    let store = Store::open(backend).await?;
    store.migrate().await?;
    let service = Service::new(store, Arc::new(SystemClock), Blobs::at(config.files()))
        .with_vault(key::vault(config)?)
        .with_inside(config.allow_calls.clone());
    service.lay_out_tables().await?;
    Ok(Opened { service, _lock: lock })
}

/// Makes the directory so that only its owner can look inside.
fn make_private(directory: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(directory)
        .map_err(|error| Failure::Failed(format!("the data directory {} cannot be used: {error}", directory.display())))
}

fn lock(directory: &Path) -> Result<File, Failure> {
    let path = directory.join("formwork.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|error| {
        Failure::Failed(format!("the data directory {} cannot be used: {error}", directory.display()))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::Failed(format!(
            "another formwork uses the data directory {}; stop it first, or use its API",
            directory.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(Failure::Failed(format!("{} cannot be locked: {error}", path.display())))
        }
    }
}
