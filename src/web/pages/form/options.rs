//! What the pickers of a form offer before anybody types: one statement per linked field, one for people.

use super::standing::Standings;
use crate::{
    definition::field::Field,
    rules::option_filter::reads,
    service::{Error, permits::Rights, records},
    store::{Connection, departments, people},
};
use std::collections::HashMap;

/// Somebody who can be chosen.
#[derive(Debug, Clone)]
pub struct Choosable {
    pub id: i64,
    pub name: String,
    pub position: String,
}

/// Options by the path of the field: `customer`, `lines.item`; by its posted name, `lines.0.bin`, where they depend on the line.
#[derive(Debug, Default)]
pub struct Options {
    pub links: HashMap<String, Vec<(i64, String)>>,
    pub people: Vec<Choosable>,
    /// Every department by its way from the top: `Works / Stores`.
    pub departments: Vec<(i64, String)>,
}

impl Options {
    /// More people than these are searched, not listed.
    pub const MOST_PEOPLE: usize = 100;
    /// Offered for a field of the record.
    const FIRST: u64 = 50;
    /// Every row of a grid carries its list: with more rows than these there is none, and scripts only need a short one.
    const MOST_ROWS: usize = 10;
    const FEW: u64 = 20;

    /// Reads what the fields that may be filled in offer the person. A whole page may be used without scripts, so its lines
    /// carry lists as well; a part of a page is for scripts, which search.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(
        conn: &impl Connection,
        rights: &Rights<'_>,
        standings: &Standings<'_>,
        whole: bool,
    ) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut wants_people = false;
        let mut wants_departments = false;
        let items = || standings.working.form.places().map(|(_, item)| item);
        for item in items() {
            let Some(field) = item.field.as_deref().and_then(|key| standings.working.table.field(key)) else {
                continue;
            };
            if !standings.field(&field.key).writable() {
                continue;
            }
            wants_people |= field.kind.is_member();
            wants_departments |= field.kind.is_department();
            let narrowed = standings.narrowed(&field.key, item.options.as_ref(), None);
            options.link(conn, rights, field, &field.key, narrowed.as_ref(), None).await?;
        }
        for item in items() {
            let Some(lines) = item.lines.as_deref().and_then(|key| standings.working.table.field(key)) else {
                continue;
            };
            let rows = standings.working.document.lines_of(&lines.key).len();
            for column in lines.columns.values() {
                if !(0..=rows).any(|row| standings.cell(&lines.key, row, &column.key).writable()) {
                    continue;
                }
                wants_people |= column.kind.is_member();
                wants_departments |= column.kind.is_department();
                let shown = item.columns.iter().find(|shown| shown.field.as_deref() == Some(&column.key));
                let filter = shown.and_then(|shown| shown.options.as_ref());
                if rows > Self::MOST_ROWS {
                    continue;
                }
                let only_if_few = (!whole).then_some(Self::FEW);
                let by_line = filter.is_some_and(|filter| reads(filter).iter().any(|(place, _)| place == "line"));
                if by_line {
                    // What a line offers depends on the line.
                    for (row, line) in standings.working.document.lines_of(&lines.key).iter().enumerate() {
                        let narrowed = standings.narrowed(&lines.key, filter, Some(line));
                        let name = format!("{}.{row}.{}", lines.key, column.key);
                        options.link(conn, rights, column, &name, narrowed.as_ref(), only_if_few).await?;
                    }
                } else {
                    let path = format!("{}.{}", lines.key, column.key);
                    let narrowed = standings.narrowed(&lines.key, filter, None);
                    options.link(conn, rights, column, &path, narrowed.as_ref(), only_if_few).await?;
                }
            }
        }
        // Strangers are shown nobody.
        if wants_people && !rights.is_guest() {
            options.people = choosable(conn).await?;
        }
        if wants_departments && !rights.is_guest() {
            options.departments = departments::paths(conn).await?;
        }
        Ok(options)
    }

    /// What one field of a record offers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_field(conn: &impl Connection, rights: &Rights<'_>, field: &Field) -> Result<Self, Error> {
        let mut options = Self::default();
        options.link(conn, rights, field, &field.key, None, None).await?;
        if field.kind.is_member() {
            options.people = choosable(conn).await?;
        }
        if field.kind.is_department() {
            options.departments = departments::paths(conn).await?;
        }
        Ok(options)
    }

    async fn link(
        &mut self,
        conn: &impl Connection,
        rights: &Rights<'_>,
        field: &Field,
        path: &str,
        narrowed: Option<&serde_json::Value>,
        only_if_few: Option<u64>,
    ) -> Result<(), Error> {
        let Some(target) = field.target.as_deref().filter(|_| field.kind.is_link()) else { return Ok(()) };
        let limit = only_if_few.map_or(Self::FIRST, |few| few + 1);
        let found = match records::options(conn, rights, target, narrowed, None, limit).await {
            Ok(found) => found,
            // Whoever cannot see the table has nothing to choose from.
            Err(Error::NotFound | Error::Forbidden { .. }) => Vec::new(),
            Err(other) => return Err(other),
        };
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        if only_if_few.is_none_or(|few| count <= few) {
            self.links.insert(path.to_owned(), found);
        }
        Ok(())
    }
}

async fn choosable(conn: &impl Connection) -> Result<Vec<Choosable>, Error> {
    let active = people::active_users(conn).await?.into_iter();
    let people =
        active.map(|user| Choosable { id: user.id, name: user.name, position: user.position.unwrap_or_default() });
    Ok(people.collect())
}
