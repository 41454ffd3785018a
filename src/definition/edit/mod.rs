//! Changes of an app's documents as designers make them: small, named, and without a world around them. Each is a function over
//! the documents of a draft; the same operations stand behind every button of every designer.
//!
//! A designer for another kind of document is a file here with a list of operations, and its template.

pub mod app;
pub mod fields;
pub mod form;
pub mod merge;
pub mod options;
pub mod place;
pub mod property;
mod removal;
pub mod sheet;
pub mod role;
pub mod sources;
pub mod standing;
pub mod table;
pub mod uses;
pub mod whole;

use super::{
    app::App,
    package::{Documents, canonical, place as place_of},
    schema::{self, DocumentKind},
    table::Table,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One change, told apart by the kind of document (`on`) and what is done (`do`).
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Edit {
    App(app::AppEdit),
    Table(table::TableEdit),
    Form(form::FormEdit),
    Sheet(sheet::SheetEdit),
    Role(role::RoleEdit),
}

/// What a change was, in a sentence: a message's key and the values in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {
    pub said: String,
    #[serde(default)]
    pub values: Vec<(String, String)>,
    /// What stands selected afterwards: a field's key, the place of an item.
    #[serde(default)]
    pub select: Option<String>,
}

impl Done {
    #[must_use]
    pub fn said(key: &str) -> Self {
        Self { said: key.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn select(mut self, what: impl Into<String>) -> Self {
        self.select = Some(what.into());
        self
    }
}

/// Why a change is not made. The code is the key of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    /// The property that is wrong; empty for the whole.
    pub at: String,
    pub params: Vec<(&'static str, String)>,
}

impl Refusal {
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, at: String::new(), params: Vec::new() }
    }

    /// What the change is about is not there, or not there any more.
    #[must_use]
    pub fn gone() -> Self {
        Self::new("edit_gone")
    }

    #[must_use]
    pub fn at(mut self, property: &str) -> Self {
        property.clone_into(&mut self.at);
        self
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, value.into()));
        self
    }
}

impl Edit {
    /// The document that the designer shows while this is done to it.
    #[must_use]
    pub fn document(&self) -> String {
        match self {
            Self::App(_) => "app.json".to_owned(),
            Self::Table(edit) => table::path(&edit.table),
            Self::Form(edit) => form::path(&edit.form),
            Self::Sheet(edit) => edit.document(),
            Self::Role(edit) => role::path(&edit.role),
        }
    }

    /// Makes the change. `live` is what is published: keys that are not in it may still be given anew.
    ///
    /// # Errors
    /// Why it is not made; the documents are as they were then.
    pub fn apply(&self, documents: &Documents, live: &Documents) -> Result<(Documents, Done), Refusal> {
        let mut bench = Bench { documents: documents.clone(), live };
        let done = match self {
            Self::App(edit) => edit.apply(&mut bench),
            Self::Table(edit) => edit.apply(&mut bench),
            Self::Form(edit) => edit.apply(&mut bench),
            Self::Sheet(edit) => edit.apply(&mut bench),
            Self::Role(edit) => edit.apply(&mut bench),
        }?;
        judge(documents, &bench.documents)?;
        Ok((bench.documents, done))
    }
}

/// The documents while they are changed.
pub struct Bench<'a> {
    pub documents: Documents,
    pub live: &'a Documents,
}

impl Bench<'_> {
    /// A document as JSON.
    ///
    /// # Errors
    /// `edit_gone`.
    pub fn json(&self, path: &str) -> Result<Json, Refusal> {
        self.documents.json(path).map_err(|_| Refusal::gone())
    }

    /// Puts a document into its place, in canonical form.
    ///
    /// # Errors
    /// `edit_broken`: it is not what its kind can be.
    pub fn put(&mut self, path: &str, json: &Json) -> Result<(), Refusal> {
        let broken = |detail: String| Refusal::new("edit_broken").with("detail", detail);
        let kind = place_of(path).and_then(|place| DocumentKind::of_folder(place.folder));
        let text = match kind {
            Some(kind) => canonical(kind, json).map_err(|error| broken(error.to_string()))?,
            None => format!("{json:#}\n"),
        };
        self.documents.set(path, text).map_err(|error| broken(error.to_string()))
    }

    /// Changes a document, where it is there.
    ///
    /// # Errors
    /// As [`Self::json`], [`Self::put`] and the change itself.
    pub fn change<T>(
        &mut self,
        path: &str,
        change: impl FnOnce(&mut Json) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut json = self.json(path)?;
        let done = change(&mut json)?;
        self.put(path, &json)?;
        Ok(done)
    }

    /// The documents of a folder that are about a table: their paths.
    #[must_use]
    pub fn of_table(&self, folder: &str, table: &str) -> Vec<String> {
        let stems = self.documents.folder(folder).map(|(stem, _)| format!("{folder}/{stem}.json"));
        stems.filter(|path| self.documents.json(path).is_ok_and(|json| json["table"] == table)).collect()
    }

    /// Whether a folder has a document of that key, published ones included.
    #[must_use]
    pub fn has(&self, folder: &str, key: &str) -> bool {
        let path = format!("{folder}/{key}.json");
        self.documents.get(&path).is_some() || self.live.get(&path).is_some()
    }
}

/// No operation makes a document that its kind cannot be, whatever it is given.
fn judge(before: &Documents, after: &Documents) -> Result<(), Refusal> {
    for (path, _) in after.iter().filter(|(path, text)| before.get(path) != Some(text)) {
        let Some(kind) = place_of(path).and_then(|place| DocumentKind::of_folder(place.folder)) else { continue };
        let wrong = |documents: &Documents| -> Vec<(String, String)> {
            let Ok(json) = documents.json(path) else { return Vec::new() };
            let found = schema::check(kind, path, &json);
            if !found.is_empty() || kind != DocumentKind::Table {
                return found.into_iter().map(|finding| (finding.path, finding.message)).collect();
            }
            Table::parse(&json).err().unwrap_or_default()
        };
        if kind == DocumentKind::Form
            && let Some(refusal) = after.json(path).ok().and_then(|form| standing::broken_tabs(&form))
            && before.json(path).ok().and_then(|form| standing::broken_tabs(&form)).is_none()
        {
            return Err(refusal);
        }
        let known = wrong(before);
        if let Some((place, message)) = wrong(after).into_iter().find(|found| !known.contains(found)) {
            let at = place.rsplit('/').next().unwrap_or_default();
            return Err(broken(at, message));
        }
        if kind == DocumentKind::Form {
            let known = said_of(path, before);
            if let Some((place, message)) = said_of(path, after).into_iter().find(|found| !known.contains(found)) {
                return Err(broken(place.rsplit('/').next().unwrap_or_default(), message));
            }
        }
    }
    Ok(())
}

/// What reading the whole app finds wrong in one document: what its own schema cannot know.
fn said_of(path: &str, documents: &Documents) -> Vec<(String, String)> {
    let findings = App::parse(documents).err().unwrap_or_default();
    findings.into_iter().filter(|finding| finding.file == path).map(|finding| (finding.path, finding.message)).collect()
}

fn broken(at: &str, message: String) -> Refusal {
    Refusal::new("edit_broken").at(at).with("detail", message)
}

#[cfg(test)]
mod tests;
