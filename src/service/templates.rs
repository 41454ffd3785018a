//! Packages between their arrival and the decision what to do with them, and the templates that come with the program.

use super::{Call, Error, Service, bundled, setup::pinyin};
use crate::{
    base::error::FieldError,
    definition::{
        package::{Documents, Limits, PackageError},
        translation,
    },
    store::job_files,
};
use std::sync::Arc;

/// The largest package in bytes.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// A package that waits for a decision.
#[derive(Debug)]
pub struct Kept {
    pub name: String,
    pub size: usize,
    pub documents: Documents,
}

/// A template of the gallery.
#[derive(Debug, Clone)]
pub struct Shown {
    pub key: String,
    pub title: String,
    pub description: String,
    pub version: String,
    pub icon: String,
    pub tables: usize,
    pub flows: usize,
    pub scenarios: usize,
    words: String,
}

/// Why a package is not read, as an error at the file: what is wrong and what to do.
#[must_use]
pub fn refused(error: &PackageError) -> Error {
    let mut field = FieldError::new("/file", format!("package_{}", error.code()));
    if let Some(name) = error.file() {
        // A name may be anything: it is shown, but not at any length.
        field = field.with("name", name.chars().take(120).collect::<String>());
    }
    if let Some(most) = error.most() {
        field = field.with("most", most);
    }
    Error::Invalid(vec![field.with("detail", error.to_string().chars().take(400).collect::<String>())])
}

/// Unpacks a package away from the threads that serve.
///
/// # Errors
/// What is wrong with it, at `/file`.
pub async fn unpack(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Documents, Error> {
    let read = move || Documents::from_zip(bytes.as_ref(), &Limits::default());
    let unpacked = tokio::task::spawn_blocking(read).await;
    unpacked.map_err(|error| Error::internal(error.to_string()))?.map_err(|error| refused(&error))
}

/// The bundled templates in a language, those that the words fit: in title, description or pinyin.
///
/// # Errors
/// A template that does not read, which the program's own tests prevent.
pub fn gallery(locale: &str, words: &str) -> Result<Vec<Shown>, Error> {
    let wanted = words.trim().to_lowercase();
    let mut shown = Vec::new();
    for template in bundled::all()? {
        let documents = translation::translate(&template.documents, locale).documents;
        let json = documents.json("app.json").unwrap_or_default();
        let text = |member: &str| json[member].as_str().unwrap_or_default().to_owned();
        let (title, description) = (text("title"), text("description"));
        let own = template.documents.json("app.json").unwrap_or_default();
        let own = own["title"].as_str().unwrap_or_default();
        let words = format!("{title} {own} {description} {} {}", pinyin(own), template.key).to_lowercase();
        shown.push(Shown {
            key: template.key,
            title,
            description,
            version: text("version"),
            icon: text("icon"),
            tables: documents.folder("tables").count(),
            flows: documents.folder("flows").count(),
            scenarios: documents.folder("scenarios").count(),
            words,
        });
    }
    shown.retain(|template| wanted.split_whitespace().all(|word| template.words.contains(word)));
    Ok(shown)
}

impl Service {
    /// Keeps a package until somebody has decided; it is read once before, so that what is refused is not kept.
    ///
    /// # Errors
    /// Who may not import; what is wrong with the package, at `/file`.
    pub async fn keep_package(&self, call: &Call, name: &str, bytes: Vec<u8>) -> Result<i64, Error> {
        may_import(call)?;
        let bytes = Arc::new(bytes);
        let read = bytes.clone();
        let unpacked = tokio::task::spawn_blocking(move || Documents::from_zip(&read, &Limits::default())).await;
        unpacked.map_err(|error| Error::internal(error.to_string()))?.map_err(|error| refused(&error))?;
        let name: String = name.chars().take(200).collect();
        let (user, now, vault) = (call.actor.user, call.now, self.live.vault().cloned());
        self.store
            .transaction_with((name, bytes, vault), move |tx, (name, bytes, vault)| {
                Box::pin(async move {
                    Ok::<_, Error>(job_files::insert(tx, vault.as_deref(), user, name, bytes, now).await?)
                })
            })
            .await
    }

    /// A package that the person sent.
    ///
    /// # Errors
    /// `NotFound` for somebody else's.
    pub async fn kept_package(&self, call: &Call, id: i64) -> Result<Kept, Error> {
        may_import(call)?;
        let reader = self.store.reader();
        if job_files::owner(&reader, id).await? != Some(call.actor.user) {
            return Err(Error::NotFound);
        }
        let vault = self.live.vault().map(AsRef::as_ref);
        let (name, bytes) = job_files::load(&reader, vault, id).await?.ok_or(Error::NotFound)?;
        drop(reader);
        let size = bytes.len();
        Ok(Kept { name, size, documents: unpack(bytes).await? })
    }

    /// Forgets a package: it was imported, or nobody wants it.
    ///
    /// # Errors
    /// `NotFound` for somebody else's.
    pub async fn drop_package(&self, call: &Call, id: i64) -> Result<(), Error> {
        may_import(call)?;
        if job_files::owner(&self.store.reader(), id).await? != Some(call.actor.user) {
            return Err(Error::NotFound);
        }
        let gone = self.store.transaction(move |tx| Box::pin(job_files::remove(tx, id)));
        Ok(gone.await?)
    }
}

/// Whether somebody may import apps.
///
/// # Errors
/// `administrators_only`.
pub fn may_import(call: &Call) -> Result<(), Error> {
    if call.actor.is_main_administrator && call.actor.token_allows("admin", None) {
        Ok(())
    } else {
        Err(Error::forbidden("administrators_only"))
    }
}
