//! The file to fill in: a header that the import understands, an example, lists to choose from, and what each column takes.

use super::plan::{Target, targets};
use crate::{
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    document::{
        Cell, Kind as Holds,
        write::{Head, template},
    },
    service::{
        Call, Error, LiveApp, Service,
        permits::Rights,
        records::{ListRequest, list},
        represent,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of a list to choose from.
const LISTED: u64 = 200;

/// The words of a template in the reader's language: titles of the columns of the notes, names of kinds, yes and no.
pub struct Words {
    /// The notes sheet's name, then its column titles: column, needed, kind, what it takes.
    pub notes: [String; 5],
    pub yes: String,
    pub no: String,
    /// By the name of a kind.
    pub kind: fn(&str) -> String,
}

impl Service {
    /// The template for a table, as this person may fill it in.
    ///
    /// # Errors
    /// `NotFound`, `forbidden`.
    pub async fn import_template(
        &self,
        call: &Call,
        live: &LiveApp,
        table: &str,
        words: &Words,
    ) -> Result<Vec<u8>, Error> {
        let reader = self.store.reader();
        let rights = Rights::load(&reader, call, live).await?;
        let permits = super::permits(&rights, table)?;
        let definition = live.table(&call.actor.locale, table)?;
        let targets = targets(definition, &permits.iter().collect::<Vec<_>>());
        let targets: Vec<&Target<'_>> = targets.iter().filter(|target| !target.field.read_only).collect();
        let mut heads = Vec::new();
        for target in &targets {
            let options = match target.field.kind {
                Kind::Choice => target.field.options.iter().map(|option| option.title.clone()).collect(),
                Kind::Boolean => vec![words.yes.clone(), words.no.clone()],
                Kind::Link => self.link_options(call, live, target.field).await?,
                _ => Vec::new(),
            };
            heads.push(Head { title: target.title.clone(), required: target.required, format: None, options });
        }
        let example: Vec<Cell> = targets.iter().zip(&heads).map(|(target, head)| example(target, head, call)).collect();
        let notes: Vec<Vec<String>> = targets
            .iter()
            .map(|target| {
                let needed = if target.required { &words.yes } else { &words.no };
                let mut takes = target.field.help.clone().unwrap_or_default();
                if matches!(target.field.kind, Kind::Choice | Kind::Choices) {
                    let titles: Vec<&str> = target.field.options.iter().map(|option| option.title.as_str()).collect();
                    takes = format!("{takes} {}", titles.join("、")).trim().to_owned();
                }
                let kind = (words.kind)(target.field.kind.name());
                vec![target.title.clone(), needed.clone(), kind, takes]
            })
            .collect();
        let [name, titles @ ..] = &words.notes;
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        template(&definition.title, &heads, &[example], (name, &titles, &notes))
            .map_err(|problem| super::refused(&problem))
    }

    async fn link_options(&self, call: &Call, live: &LiveApp, field: &Field) -> Result<Vec<String>, Error> {
        let Some(target) = &field.target else { return Ok(Vec::new()) };
        let reader = self.store.reader();
        let request = ListRequest { limit: Some(LISTED), count: Some(LISTED), ..ListRequest::default() };
        let listed = match list(&reader, call, live, target, &request).await {
            Ok((listed, _)) => listed,
            Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        // A list that is cut short would hide what may be chosen.
        if listed.next.is_some() {
            return Ok(Vec::new());
        }
        let ids: BTreeSet<i64> = listed.records.iter().map(|record| record.id.0).collect();
        let rights = Rights::load(&reader, call, live).await?;
        let labels = represent::labels_of(&reader, &rights, BTreeMap::from([(target.clone(), ids)])).await?;
        let named = listed.records.iter().filter_map(|record| labels.get(target, record.id.0));
        Ok(named.map(str::to_owned).collect())
    }
}

/// A value that a column could hold.
fn example(target: &Target<'_>, head: &Head, call: &Call) -> Cell {
    let today = call.today().to_string();
    let (holds, text) = match target.field.kind {
        Kind::Integer | Kind::Rating => (Holds::Number, "1".to_owned()),
        Kind::Decimal | Kind::Money | Kind::Percent => (Holds::Number, "10".to_owned()),
        Kind::Date => (Holds::Date, today),
        Kind::DateTime => (Holds::DateTime, format!("{today} 09:00:00")),
        Kind::Time => (Holds::Time, "09:00:00".to_owned()),
        Kind::Member | Kind::Members => (Holds::Text, call.actor.name.clone()),
        Kind::Choices => {
            (Holds::Text, target.field.options.first().map(|option| option.title.clone()).unwrap_or_default())
        }
        Kind::Text | Kind::Multiline | Kind::Barcode => (Holds::Text, target.field.title.clone()),
        _ => (Holds::Text, head.options.first().cloned().unwrap_or_default()),
    };
    Cell::new(holds, text)
}

/// Whether a table can be imported into at all.
#[must_use]
pub fn can_import(rights: &Rights<'_>, table: &Table) -> bool {
    rights.permit(&table.key, Action::Import).is_ok() && super::permits(rights, &table.key).is_ok()
}
