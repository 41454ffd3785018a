//! Uploaded files: receiving them, binding them to records, and handing them out to whoever may read their field.
//!
//! A file that belongs to no record is its uploader's alone. Written to a field it belongs to that record, and is read by
//! whoever may read a field that holds it there. Taken out, it is nobody's to read until it is written there again.

use super::{Call, Error, LiveApp, Service, input::Access, input::Input, media_type, permits::Rights, see};
use crate::{
    base::{
        error::{FieldError, Params},
        file_name,
        id::{AppId, RecordId, TableId},
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind, file_list},
        table::Table,
    },
    store::{
        self, Connection, Tx,
        blobs::Incoming,
        entity::file::Model as Row,
        files::{self, NewFile, Owner},
    },
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The largest file in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;
/// The most files of one person that belong to no record.
const MOST_UNBOUND: u64 = 1_000;

/// What is told of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    pub id: i64,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Who uploaded it, while it belongs to no record.
    pub unbound_of: Option<i64>,
}

impl FileInfo {
    fn of(row: &Row) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            media_type: row.media_type.clone(),
            size: u64::try_from(row.size).unwrap_or(0),
            unbound_of: row.record_id.is_none().then_some(row.uploaded_by),
        }
    }

    /// As the API tells it.
    #[must_use]
    pub fn json(&self) -> Json {
        json!({"id": self.id, "name": self.name, "type": self.media_type, "size": self.size})
    }
}

/// A file that may be read, with the hash of its content.
#[derive(Debug, Clone)]
pub struct Readable {
    pub info: FileInfo,
    pub hash: String,
}

/// A file on its way in.
pub struct Upload {
    incoming: Incoming,
}

impl Upload {
    /// Takes the next part.
    ///
    /// # Errors
    /// `file_too_large` with the limit in bytes; `StorageFull`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.incoming.size() + bytes.len() as u64 > LARGEST {
            return Err(too_large());
        }
        Ok(self.incoming.write(bytes).await?)
    }
}

/// The refusal of a file beyond [`LARGEST`].
#[must_use]
pub fn too_large() -> Error {
    let params = Params::from([("maximum".to_owned(), LARGEST.to_string())]);
    Error::TooLarge { code: "file_too_large".into(), params }
}

impl Service {
    /// Begins to receive a file.
    ///
    /// # Errors
    /// A token that may not write; too many files that belong to nothing; `StorageFull`.
    pub async fn begin_upload(&self, call: &Call) -> Result<Upload, Error> {
        if !call.actor.token_allows("write", None) {
            return Err(Error::forbidden("forbidden"));
        }
        let waiting = files::unbound_of(&self.store.reader(), call.actor.user, MOST_UNBOUND).await?;
        if waiting as u64 >= MOST_UNBOUND {
            let params = Params::from([("maximum".to_owned(), MOST_UNBOUND.to_string())]);
            return Err(Error::Limited { code: "too_many_uploads".into(), retry_after: 60 * 60, params });
        }
        Ok(Upload { incoming: self.blobs.begin().await? })
    }

    /// Stores a file that was received whole. Its name is cleaned, its type is told from its content.
    ///
    /// # Errors
    /// `StorageFull`; the database failed.
    pub async fn finish_upload(&self, call: &Call, upload: Upload, name: &str) -> Result<FileInfo, Error> {
        let received = upload.incoming.finish().await?;
        let name = file_name::clean(name);
        let new = NewFile {
            hash: received.hash.clone(),
            media_type: media_type::of(&received.head, &name),
            name,
            size: i64::try_from(received.size).unwrap_or(i64::MAX),
            by: call.actor.user,
        };
        self.blobs.place(&received).await?;
        let stored = new.clone();
        let now = call.now;
        let id = self
            .store
            .transaction_with(stored, move |tx, new| Box::pin(async move { files::insert(tx, new, now).await }))
            .await
            .map_err(|error: store::Error| Error::from(error))?;
        // A removal of the same content may have come between; see `store::blobs`.
        self.blobs.place(&received).await?;
        Ok(FileInfo { id, name: new.name, media_type: new.media_type, size: received.size, unbound_of: Some(new.by.0) })
    }

    /// A file that the person may read: their own upload, or one in a field of a record that they may read.
    ///
    /// # Errors
    /// `NotFound` for everybody else, whether there is such a file or not.
    pub async fn readable_file(&self, call: &Call, epoch: i64, id: i64) -> Result<Readable, Error> {
        let reader = self.store.reader();
        let row = files::find(&reader, id).await?.ok_or(Error::NotFound)?;
        let hash = row.blob_id.clone().ok_or(Error::NotFound)?;
        let readable = Readable { info: FileInfo::of(&row), hash };
        let (Some(app), Some(table), Some(record)) = (row.app_id, row.table_id, row.record_id) else {
            let own = row.uploaded_by == call.actor.user.0 && call.actor.token_allows("read", None);
            return if own { Ok(readable) } else { Err(Error::NotFound) };
        };
        let live = self.live.all(&reader, epoch).await?;
        let live = live.iter().find(|live| live.id == AppId(app)).ok_or(Error::NotFound)?;
        let key = live.schema.key_of(TableId(table)).ok_or(Error::NotFound)?;
        let rights = Rights::load(&reader, call, live).await?;
        let seen = see::see(&reader, &rights, live, key, RecordId(record)).await.map_err(|error| match error {
            Error::Forbidden { .. } => Error::NotFound,
            other => other,
        })?;
        let can = seen.permit.rights(&seen.record.matched);
        let definition = live.table(&call.actor.locale, key)?;
        let shown =
            places(definition, &seen.record.document).iter().any(|place| place.id == id && can.can_read(&place.path));
        if shown { Ok(readable) } else { Err(Error::NotFound) }
    }
}

/// Where a document holds a file.
struct Place<'t> {
    field: &'t Field,
    /// `photos`, `lines.photo`.
    path: String,
    /// `/photos/0`, `/lines/2/photo/0`.
    pointer: String,
    id: i64,
}

fn places<'t>(table: &'t Table, document: &Document) -> Vec<Place<'t>> {
    fn of<'t>(field: &'t Field, path: &str, pointer: &str, value: &Value, found: &mut Vec<Place<'t>>) {
        let Value::List(items) = value else { return };
        for (index, id) in items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_integer()?))) {
            found.push(Place { field, path: path.to_owned(), pointer: format!("{pointer}/{index}"), id });
        }
    }
    let mut found = Vec::new();
    for field in table.fields.values() {
        if field.kind.is_file() {
            of(field, &field.key, &format!("/{}", field.key), document.get(&field.key), &mut found);
        }
        if field.kind != Kind::Lines {
            continue;
        }
        for column in field.columns.values().filter(|column| column.kind.is_file()) {
            let path = format!("{}.{}", field.key, column.key);
            for (index, line) in document.lines_of(&field.key).iter().enumerate() {
                of(column, &path, &format!("/{}/{index}/{}", field.key, column.key), line.get(&column.key), &mut found);
            }
        }
    }
    found
}

/// The ids of the files in a document.
#[must_use]
pub fn ids_in(table: &Table, document: &Document) -> BTreeSet<i64> {
    places(table, document).into_iter().map(|place| place.id).collect()
}

/// What is told of these files. Whether the reader may know of them is the caller's to see to.
///
/// # Errors
/// The database failed.
pub async fn infos(conn: &impl Connection, ids: &BTreeSet<i64>) -> Result<BTreeMap<i64, FileInfo>, Error> {
    let rows = files::with_ids(conn, ids.iter().copied()).await?;
    Ok(rows.iter().map(|row| (row.id, FileInfo::of(row))).collect())
}

/// Whether the files that were newly written are the person's to write, and fit their fields: own uploads that belong to
/// nothing, and files of this very record that the person may read there.
///
/// # Errors
/// The database failed; what does not fit goes to the input's errors.
pub(super) async fn check(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    record: Option<RecordId>,
    before: &Document,
    input: &mut Input,
    access: &(dyn Fn(&str) -> Access + Send + Sync),
) -> Result<(), Error> {
    let old = places(table, before);
    let known: BTreeSet<(i64, &str)> = old.iter().map(|place| (place.id, &*place.path)).collect();
    let fresh: Vec<Place<'_>> =
        places(table, &input.document).into_iter().filter(|new| !known.contains(&(new.id, &*new.path))).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let rows = files::with_ids(conn, fresh.iter().map(|place| place.id)).await?;
    let table_id = rights.live.schema.id_of(&table.key);
    for place in &fresh {
        let row = rows.iter().find(|row| row.id == place.id && row.blob_id.is_some());
        let may = row.is_some_and(|row| match (row.record_id, record) {
            (None, _) => row.uploaded_by == rights.actor.user.0,
            (Some(bound), Some(record)) if bound == record.0 && row.table_id == table_id.map(|id| id.0) => {
                let readable = |path: &str| access(path) != Access::Hidden;
                match row.removed_at {
                    Some(_) => row.field.as_deref().is_some_and(readable),
                    None => old.iter().any(|old| old.id == place.id && readable(&old.path)),
                }
            }
            (Some(_), _) => false,
        });
        let error = match row.filter(|_| may) {
            None => Some(FieldError::new(&*place.pointer, "link_not_found").with("value", place.id)),
            Some(row) => misfit(place, row),
        };
        input.errors.extend(error);
    }
    Ok(())
}

fn misfit(place: &Place<'_>, row: &Row) -> Option<FieldError> {
    let error = |code: &str| FieldError::new(&*place.pointer, code).with("name", &row.name);
    if let Some(most) = place.field.max_size.filter(|most| u64::try_from(row.size).is_ok_and(|size| size > *most)) {
        return Some(error("file_too_large").with("maximum", most));
    }
    let fits = file_list::takes(place.field, &row.media_type, &row.name);
    (!fits).then(|| error("file_type").with("accept", file_list::accepted(place.field).join(", ")))
}

/// Makes the files that were written to a record belong to it, and marks those that were taken out.
///
/// # Errors
/// `link_not_found` for a file that went to another record meanwhile.
pub(super) async fn bind(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    record: RecordId,
    (before, after): (&Document, &Document),
) -> Result<(), Error> {
    let (old, new) = (places(table, before), places(table, after));
    let known: BTreeSet<(i64, &str)> = old.iter().map(|place| (place.id, &*place.path)).collect();
    let kept: BTreeSet<i64> = new.iter().map(|place| place.id).collect();
    let owner = Owner { app: live.id, table: live.schema.id_of(&table.key).ok_or(Error::NotFound)?, record };
    for place in new.iter().filter(|place| !known.contains(&(place.id, &*place.path))) {
        if !files::bind(tx, place.id, owner, &place.path, call.actor.user).await? {
            let error = FieldError::new(&*place.pointer, "link_not_found").with("value", place.id);
            return Err(Error::Invalid(vec![error]));
        }
    }
    let gone: BTreeSet<i64> = old.iter().map(|place| place.id).filter(|id| !kept.contains(id)).collect();
    if !gone.is_empty() {
        let gone: Vec<i64> = gone.into_iter().collect();
        files::mark_removed(tx, &gone, owner, call.now).await?;
    }
    Ok(())
}
