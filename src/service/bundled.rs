//! The app templates that come with the program, inside the binary.

use super::Error;
use crate::definition::package::{Documents, Limits, MANIFEST};
use rust_embed::RustEmbed;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "app-templates/"]
struct Files;

/// A bundled template, by the name of its folder.
#[derive(Debug, Clone)]
pub struct Bundled {
    pub key: String,
    pub documents: Documents,
}

/// All bundled templates, by key.
///
/// # Errors
/// A template that does not read, which the program's own tests prevent.
pub fn all() -> Result<Vec<Bundled>, Error> {
    let mut folders: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for path in Files::iter() {
        let Some((key, file)) = path.split_once('/') else { continue };
        if let Some(content) = Files::get(&path) {
            folders.entry(key.to_owned()).or_default().push((file.to_owned(), content.data.into_owned()));
        }
    }
    folders
        .into_iter()
        .filter(|(_, files)| files.iter().any(|(path, _)| path == MANIFEST))
        .map(|(key, files)| {
            let documents = Documents::from_files(files, &Limits::default())
                .map_err(|error| Error::internal(format!("the template \"{key}\" does not read: {error}")))?;
            Ok(Bundled { key, documents })
        })
        .collect()
}

/// The template with this key.
///
/// # Errors
/// `NotFound`, or as [`all`].
pub fn named(key: &str) -> Result<Bundled, Error> {
    all()?.into_iter().find(|template| template.key == key).ok_or(Error::NotFound)
}
