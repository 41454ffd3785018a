//! Where a document may lie in an app's folder.

use super::{MANIFEST, PackageError};
use crate::base::key::{is_key, nearest};

/// Folders of JSON documents named for their keys.
const JSON_FOLDERS: [&str; 11] = [
    "tables",
    "forms",
    "views",
    "roles",
    "flows",
    "ledgers",
    "reports",
    "dashboards",
    "automations",
    "prints",
    "scenarios",
];

/// All folders, for the nearest spelling.
const FOLDERS: [&str; 15] = [
    "tables",
    "forms",
    "views",
    "roles",
    "flows",
    "ledgers",
    "reports",
    "dashboards",
    "automations",
    "prints",
    "scenarios",
    "locales",
    "rules",
    "data",
    "demo",
];

/// The people of a demo: who they are, their departments and roles.
pub const PEOPLE: &str = "demo/people.json";

/// What an export says of itself: which data it holds, and what it left out.
pub const EXPORT_NOTE: &str = "export.json";

/// A path taken apart: `tables/order.json` is the stem `order` in the folder `tables`; `app.json` has no folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub folder: &'a str,
    /// A key; for data, the table and possibly its lines field: `order.lines`; for locales, a language.
    pub stem: &'a str,
}

/// The place of a path, if it has one.
#[must_use]
pub fn place(path: &str) -> Option<Place<'_>> {
    if path == MANIFEST {
        return Some(Place { folder: "", stem: "app" });
    }
    if path == PEOPLE {
        return Some(Place { folder: "demo", stem: "people" });
    }
    if path == EXPORT_NOTE {
        return Some(Place { folder: "export", stem: "export" });
    }
    let (folder, file) = path.split_once('/')?;
    let (stem, extension) = file.rsplit_once('.')?;
    let fits = match folder {
        "locales" => extension == "json" && is_locale(stem),
        "rules" => extension == "rhai" && is_key(stem),
        "data" | "demo" => extension == "csv" && stem.split('.').count() <= 2 && stem.split('.').all(is_key),
        _ => JSON_FOLDERS.contains(&folder) && extension == "json" && is_key(stem),
    };
    fits.then_some(Place { folder, stem })
}

/// A language tag as file name: `en`, `zh-CN`.
fn is_locale(stem: &str) -> bool {
    (2..=16).contains(&stem.len())
        && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && stem.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
}

/// Refuses a path that could lead anywhere else, or has no place.
pub fn check(path: &str) -> Result<(), PackageError> {
    check_plain(path)?;
    match place(path) {
        Some(_) => Ok(()),
        None => Err(PackageError::Unknown { name: path.to_owned(), hint: hint(path) }),
    }
}

/// The same for an entry that stands for a folder (`tables/`).
pub fn check_folder(path: &str) -> Result<(), PackageError> {
    let name = path.trim_end_matches('/');
    check_plain(name)?;
    if FOLDERS.contains(&name) {
        Ok(())
    } else {
        Err(PackageError::Unknown { name: path.to_owned(), hint: folder_hint(name) })
    }
}

fn check_plain(path: &str) -> Result<(), PackageError> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let plain = !path.starts_with('/')
        && !drive
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|name| !matches!(name, "" | "." | ".."));
    if plain { Ok(()) } else { Err(PackageError::Traversal { name: path.to_owned() }) }
}

fn hint(path: &str) -> String {
    let Some((folder, file)) = path.split_once('/') else {
        return format!("at the top there is only {MANIFEST}");
    };
    if !FOLDERS.contains(&folder) {
        return folder_hint(folder);
    }
    match folder {
        "locales" => "a language file is called like locales/en.json".into(),
        "rules" => "shared functions are called like rules/prices.rhai".into(),
        "data" | "demo" => format!("data is called for its table, like {folder}/order.csv or {folder}/order.lines.csv"),
        _ if file.contains('/') => format!("{folder}/ has no folders of its own"),
        _ => format!(
            "a document is called for its key, like {folder}/order.json: small letters, digits and _, a letter first"
        ),
    }
}

fn folder_hint(folder: &str) -> String {
    if folder.contains('/') {
        return "folders hold no folders".into();
    }
    match nearest(folder, FOLDERS) {
        Some(near) => format!("there is no folder \"{folder}\"; did you mean \"{near}\"?"),
        None => format!("there is no folder \"{folder}\"; the folders are {}", FOLDERS.join(", ")),
    }
}
