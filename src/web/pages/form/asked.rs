//! What the address of an empty form fills in: `…/new?shelf=3&day=2026-11-01`. It counts as if the reader had typed it.

use super::{posted::Posted, standing::Standings, subject::Subject};
use crate::{
    base::{error::FieldError, value::Value},
    definition::field::{Field, Kind},
    service::{
        Access,
        codes::{self, Named},
        forms, not_found,
    },
    web::{Result, body::FormBody},
};
use std::collections::BTreeSet;

impl Subject<'_> {
    /// A new record with what the address says of fields that the reader may fill in; the rest of it is passed over. What does
    /// not fit is among the errors.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_with(&self, pairs: &[(String, String)]) -> Result<Posted> {
        let asked = |name: &str| self.table.field(name.split('.').next()?).filter(|field| self.takes(field));
        let mut form: Vec<(String, String)> = Vec::new();
        let mut keys: Vec<&str> = Vec::new();
        for (name, text) in pairs {
            let Some(field) = asked(name) else { continue };
            form.push((name.clone(), self.named(field, text.trim()).await?));
            if !keys.contains(&field.key.as_str()) {
                keys.push(&field.key);
            }
        }
        if keys.is_empty() {
            return Ok(Posted { document: self.base.clone(), ..Posted::default() });
        }
        let mut posted = self.read(&FormBody(form));
        let unknown = not_found(&self.reader, &self.rights, self.table, &self.base, &posted.document).await?;
        for error in &unknown {
            if let Some(key) = key_of(error) {
                posted.document.values.insert(key.to_owned(), Value::Unset);
            }
        }
        posted.errors.extend(unknown);
        let working = self.evaluate(posted.document.clone(), None).await?;
        let standings = Standings::of(&working);
        // What the form itself hides or keeps closed stays as it is.
        let (open, closed): (Vec<&str>, Vec<&str>) = keys.into_iter().partition(|key| standings.field(key).writable());
        for key in &closed {
            posted.document.values.insert((*key).to_owned(), self.base.get(key).clone());
            posted.raw.remove(*key);
        }
        posted.errors.extend(working.errors.iter().cloned());
        posted.errors.retain(|error| key_of(error).is_some_and(|key| open.contains(&key)));
        let typed: Vec<(String, Value)> =
            open.iter().map(|key| ((*key).to_owned(), posted.document.get(key).clone())).collect();
        let changed: Vec<String> = typed.iter().map(|(key, _)| key.clone()).collect();
        forms::fill_in(&self.reader, &self.rights, self.which(), &self.access, &mut posted.document, &changed).await?;
        // What was typed is not filled in by something else that was.
        posted.document.values.extend(typed);
        Ok(posted)
    }

    /// Whether the field can be given in an address: no lines, no files, nothing secret.
    fn takes(&self, field: &Field) -> bool {
        let fits = !matches!(field.kind, Kind::Lines | Kind::Secret) && !field.kind.is_file();
        fits && !field.read_only && self.access.get(&field.key) == Some(&Access::Write)
    }

    /// A link is given by its id or by what names the record; another text stays as it is.
    async fn named(&self, field: &Field, text: &str) -> Result<String> {
        let Some(target) = field.target.as_deref().filter(|_| field.kind == Kind::Link) else {
            return Ok(text.to_owned());
        };
        if text.is_empty() || text.parse::<i64>().is_ok() {
            return Ok(text.to_owned());
        }
        let found = codes::find(&self.reader, &self.rights, target, None, &BTreeSet::from([text.to_owned()])).await?;
        Ok(match found.get(text) {
            Some(Named::One { id, .. }) => id.to_string(),
            _ => format!("?{text}"),
        })
    }
}

fn key_of(error: &FieldError) -> Option<&str> {
    error.path.split('/').nth(1)
}
