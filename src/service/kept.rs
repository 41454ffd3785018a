//! Texts that are kept beside the records and say what is in them: half-filled forms, what an import took away, answers that
//! are given once more. An app with encrypted fields has them sealed like those fields.

use super::{Error, LiveApp};
use crate::{base::id::RecordId, definition::field::Stored, store::vault::Vault};
use std::sync::Arc;

/// What names a kept text: it opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub what: String,
    pub id: i64,
}

impl Place {
    #[must_use]
    pub const fn new(what: String, id: i64) -> Self {
        Self { what, id }
    }
}

/// The text as it is kept.
///
/// # Errors
/// The app has encrypted fields and there is no key.
pub fn keep(live: &LiveApp, place: &Place, text: String) -> Result<String, Error> {
    if !live.seals() {
        return Ok(text);
    }
    let vault = live.vault.as_ref().ok_or_else(|| Error::internal("there is no key for encrypted fields"))?;
    Ok(vault.seal(&Stored::Text(text), &place.what, RecordId(place.id))?)
}

/// The text that was kept; nothing when it was sealed with another key. An app that had no encrypted fields kept it plain,
/// as JSON, which no sealed text looks like.
#[must_use]
pub fn read(vault: Option<&Arc<Vault>>, place: &Place, kept: String) -> Option<String> {
    if kept.starts_with(['{', '[', '"', 'n']) {
        return Some(kept);
    }
    match vault?.open(&kept, &place.what, RecordId(place.id))? {
        Stored::Text(text) => Some(text),
        Stored::Null | Stored::Integer(_) => None,
    }
}
