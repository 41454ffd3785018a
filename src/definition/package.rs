//! The documents of an app as files: from a folder or from a package (`.fwapp`, a zip of the same folder), and back.
//!
//! A package comes from anywhere, so nothing in it is believed: names, sizes and nesting are judged while it is read.

mod canonical;
mod json;
mod layout;

pub use canonical::canonical;
pub use json::{JsonError, parse as parse_json};
pub use layout::{EXPORT_NOTE, PEOPLE, Place, place};

use super::finding::Finding;
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// The file that every app has.
pub const MANIFEST: &str = "app.json";

/// What a package may ask of the machine that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most files.
    pub entries: usize,
    /// The most bytes of all files together, unpacked.
    pub total: u64,
    /// The most unpacked bytes for each packed byte.
    pub ratio: u64,
    /// The deepest nesting of a JSON document.
    pub depth: usize,
    /// The most values of a JSON document, and the most cells of a file of data.
    pub parts: usize,
    pub cells: usize,
    /// The longest text of a document, and the longest cell, in bytes.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 2_000,
            total: 64 * 1024 * 1024,
            ratio: 100,
            depth: 64,
            parts: 100_000,
            cells: 5_000_000,
            text: 1024 * 1024,
        }
    }
}

/// Unpacked bytes that are granted whatever they were packed from: a few empty lines pack very well.
const RATIO_FREE: u64 = 64 * 1024;

/// Why a package or folder is not read. Each names the file and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    #[error("this is not a package: {reason}; a package is the zip that \"app pack\" or an export makes")]
    NotAPackage { reason: String },
    #[error("the package names \"{name}\", which leaves its own folder or is not a plain path; it is refused whole")]
    Traversal { name: String },
    #[error("\"{name}\" is a link; a package holds plain files only")]
    Link { name: String },
    #[error("\"{name}\" is encrypted; a package holds plain files only")]
    Encrypted { name: String },
    #[error("the package holds one name twice{}; each file may occur once", .name.as_ref().map(|name| format!(" (\"{name}\")")).unwrap_or_default())]
    Duplicate { name: Option<String> },
    #[error("\"{name}\" has no place in an app: {hint}")]
    Unknown { name: String, hint: String },
    #[error("the package holds more than {most} files")]
    TooManyEntries { most: usize },
    #[error("the files are larger than {most} bytes together")]
    TooLarge { most: u64 },
    #[error(
        "\"{name}\" unpacks to more than {most} times its packed size; that is how archives are built to fill a disk"
    )]
    Ratio { name: String, most: u64 },
    #[error("\"{name}\" is not text in UTF-8; save it as UTF-8 (without another encoding such as GBK)")]
    NotUtf8 { name: String },
    #[error("\"{name}\" is nested deeper than {most} levels")]
    TooDeep { name: String, most: usize },
    #[error("\"{name}\" says more than {most} things; an app is split over several tables and documents")]
    TooManyParts { name: String, most: usize },
    #[error("\"{name}\" holds a text or line of more than {most} characters")]
    TooLong { name: String, most: usize },
    #[error("\"{name}\" cannot be unpacked: {reason}; the package is damaged, make or fetch it again")]
    Damaged { name: String, reason: String },
    #[error("the package cannot be written: {reason}")]
    Write { reason: String },
}

impl PackageError {
    /// The file that is wrong, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Traversal { name }
            | Self::Link { name }
            | Self::Encrypted { name }
            | Self::Duplicate { name: Some(name) }
            | Self::Unknown { name, .. }
            | Self::Ratio { name, .. }
            | Self::NotUtf8 { name }
            | Self::TooDeep { name, .. }
            | Self::TooManyParts { name, .. }
            | Self::TooLong { name, .. }
            | Self::Damaged { name, .. } => Some(name),
            _ => None,
        }
    }

    /// A stable word for what is wrong.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAPackage { .. } => "unreadable",
            Self::Traversal { .. } => "traversal",
            Self::Link { .. } => "link",
            Self::Encrypted { .. } => "encrypted",
            Self::Duplicate { .. } => "duplicate",
            Self::Unknown { .. } => "unknown",
            Self::TooManyEntries { .. } => "too_many_files",
            Self::TooLarge { .. } => "too_large",
            Self::Ratio { .. } => "ratio",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::TooDeep { .. } => "too_deep",
            Self::Damaged { .. } => "damaged",
            Self::Write { .. } => "not_written",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::TooLong { .. } => "too_long_text",
        }
    }

    /// The limit that it breaks, where it is one.
    #[must_use]
    pub fn most(&self) -> Option<u64> {
        match self {
            Self::TooManyEntries { most } | Self::TooDeep { most, .. } => u64::try_from(*most).ok(),
            Self::TooManyParts { most, .. } | Self::TooLong { most, .. } => u64::try_from(*most).ok(),
            Self::TooLarge { most } | Self::Ratio { most, .. } => Some(*most),
            _ => None,
        }
    }

    /// The same as a finding, to stand beside those of the schemas and the lint.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding::error(self.file().unwrap_or_default(), "", self.to_string())
    }
}

/// File path (`tables/order.json`) → text, sorted by path. Every path has a place in the layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Documents {
    files: BTreeMap<String, String>,
}

impl Documents {
    /// Reads the folder form: paths relative to the app's folder, `/` between names.
    ///
    /// # Errors
    /// The first file that breaks a limit or has no place.
    pub fn from_files<P, B>(files: impl IntoIterator<Item = (P, B)>, limits: &Limits) -> Result<Self, PackageError>
    where
        P: Into<String>,
        B: Into<Vec<u8>>,
    {
        let mut documents = Self::default();
        let mut total = 0_u64;
        for (path, bytes) in files {
            let bytes: Vec<u8> = bytes.into();
            total = total.saturating_add(bytes.len() as u64);
            if total > limits.total {
                return Err(PackageError::TooLarge { most: limits.total });
            }
            documents.add(path.into(), bytes, limits)?;
        }
        Ok(documents)
    }

    /// Reads a package.
    ///
    /// # Errors
    /// What is wrong with the first entry that is refused; nothing of the package is used then.
    pub fn from_zip(bytes: &[u8], limits: &Limits) -> Result<Self, PackageError> {
        let not_a_package = |error: ZipError| PackageError::NotAPackage { reason: error.to_string() };
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(not_a_package)?;
        if archive.len() > limits.entries {
            return Err(PackageError::TooManyEntries { most: limits.entries });
        }
        if archive.has_duplicate_names() {
            return Err(PackageError::Duplicate { name: None });
        }
        if archive.has_overlapping_files().map_err(not_a_package)? {
            return Err(PackageError::NotAPackage { reason: "its entries share bytes".into() });
        }
        let mut documents = Self::default();
        let mut left = limits.total;
        for index in 0..archive.len() {
            let about = archive.by_index_data(index).map_err(not_a_package)?;
            let name = about.name().map_err(not_a_package)?.into_owned();
            if about.is_symlink() {
                return Err(PackageError::Link { name });
            }
            if about.encrypted() {
                return Err(PackageError::Encrypted { name });
            }
            if name.ends_with('/') {
                layout::check_folder(&name)?;
                continue;
            }
            layout::check(&name)?;
            let damaged = |reason: String| PackageError::Damaged { name: name.clone(), reason };
            let mut entry = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
            // What the headers say of sizes is never used to decide: only bytes that came out are counted.
            let packed = entry.compressed_size().min(bytes.len() as u64);
            let most = packed.saturating_mul(limits.ratio).saturating_add(RATIO_FREE);
            let allowed = left.min(most);
            let mut content = Vec::new();
            entry.by_ref().take(allowed + 1).read_to_end(&mut content).map_err(|error| damaged(error.to_string()))?;
            if content.len() as u64 > allowed {
                return Err(if left <= most {
                    PackageError::TooLarge { most: limits.total }
                } else {
                    PackageError::Ratio { name, most: limits.ratio }
                });
            }
            left -= content.len() as u64;
            documents.add(name, content, limits)?;
        }
        Ok(documents)
    }

    /// Writes the package form. The same documents give the same bytes, whenever and wherever.
    ///
    /// # Errors
    /// [`PackageError::Write`] where a document is beyond what a zip can hold.
    pub fn to_zip(&self) -> Result<Vec<u8>, PackageError> {
        let fail = |reason: String| PackageError::Write { reason };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, text) in &self.files {
            writer.start_file(path.as_str(), options).map_err(|error| fail(error.to_string()))?;
            writer.write_all(text.as_bytes()).map_err(|error| fail(error.to_string()))?;
        }
        let cursor = writer.finish().map_err(|error| fail(error.to_string()))?;
        Ok(cursor.into_inner())
    }

    fn add(&mut self, path: String, bytes: Vec<u8>, limits: &Limits) -> Result<(), PackageError> {
        layout::check(&path)?;
        if self.files.len() >= limits.entries {
            return Err(PackageError::TooManyEntries { most: limits.entries });
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(PackageError::NotUtf8 { name: path });
        };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if path.ends_with(".json") {
            let shape = json::shape(&text);
            if shape.depth > limits.depth {
                return Err(PackageError::TooDeep { name: path, most: limits.depth });
            }
            if shape.parts > limits.parts {
                return Err(PackageError::TooManyParts { name: path, most: limits.parts });
            }
            if shape.longest > limits.text {
                return Err(PackageError::TooLong { name: path, most: limits.text });
            }
        } else if path.ends_with(".csv") {
            if text.bytes().filter(|byte| matches!(byte, b',' | b'\n')).count() > limits.cells {
                return Err(PackageError::TooManyParts { name: path, most: limits.cells });
            }
        } else if text.len() > limits.text {
            return Err(PackageError::TooLong { name: path, most: limits.text });
        }
        // Every place in the layout is in small letters but the languages; two names that differ in case only would be one file on
        // many machines.
        if self.files.keys().any(|known| known.eq_ignore_ascii_case(&path)) {
            return Err(PackageError::Duplicate { name: Some(path) });
        }
        self.files.insert(path, text);
        Ok(())
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Puts a document in its place, replacing what was there.
    ///
    /// # Errors
    /// [`PackageError::Unknown`] or [`PackageError::Traversal`] where the path has no place.
    pub fn set(&mut self, path: impl Into<String>, text: impl Into<String>) -> Result<(), PackageError> {
        let path = path.into();
        layout::check(&path)?;
        self.files.insert(path, text.into());
        Ok(())
    }

    pub fn remove(&mut self, path: &str) -> Option<String> {
        self.files.remove(path)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files of one folder by their stem: `tables` → (`order`, text). The people of a demo are no data and not among them.
    pub fn folder<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter().filter(|(path, _)| *path != PEOPLE).filter_map(move |(path, text)| {
            let place = place(path)?;
            (place.folder == name).then_some((place.stem, text))
        })
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The JSON of a document.
    ///
    /// # Errors
    /// A finding where the document is missing or is not JSON.
    pub fn json(&self, path: &str) -> Result<Json, Finding> {
        let text = self.get(path).ok_or_else(|| Finding::error(path, "", "the file is missing"))?;
        parse_json(text).map_err(|error| Finding::error(path, "", error.to_string()))
    }
}

#[cfg(test)]
mod tests;
