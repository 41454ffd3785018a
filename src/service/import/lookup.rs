//! Rows and people that cells name, found in few statements and remembered for the whole file.

use super::super::{
    Error,
    permits::Rights,
    represent::{DEPARTMENTS, PEOPLE, target_of},
};
use crate::{
    access::Permit,
    base::{error::FieldError, value::Value},
    definition::{
        field::{Field, Kind},
        role::Action,
        table::{Table, placeholders},
    },
    query::{Condition, Page},
    store::{
        Connection, Reading, departments, people,
        records::{self, Listing},
    },
};
use std::collections::{BTreeSet, HashMap};

/// Rows of a table whose labels are looked through when no unique value names them.
const MOST_LABELS: usize = 20_000;
/// Rows of one page of labels.
const PAGE: u64 = 1_000;
/// Between several names in one cell: these, or where they are used, only a bar or a new line.
const BETWEEN: [char; 5] = ['、', '，', ',', ';', '；'];

/// Who or what a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    One(i64),
    Several,
    Nobody,
}

/// What is known so far, by table; people and departments stand under names that no table has.
#[derive(Debug, Default)]
pub struct Lookup {
    rows: HashMap<String, HashMap<String, Found>>,
    /// All labels of a table, once they had to be read.
    labels: HashMap<String, HashMap<String, Found>>,
}

/// Holds several ids.
#[must_use]
pub const fn is_several(field: &Field) -> bool {
    matches!(field.kind, Kind::Links | Kind::Members | Kind::Departments)
}

/// The names in a cell: the whole, and what it may be made of.
fn parts(field: &Field, text: &str) -> Vec<String> {
    if !is_several(field) {
        return vec![text.to_owned()];
    }
    let trim = |part: &str| part.trim().to_owned();
    if text.contains(['|', '\n']) {
        return text.split(['|', '\n']).map(trim).filter(|part| !part.is_empty()).collect();
    }
    text.split(BETWEEN).map(trim).filter(|part| !part.is_empty()).collect()
}

/// Several names in one cell, so that [`Lookup::read`] finds them again.
#[must_use]
pub fn join(names: &[String]) -> String {
    let plain = names.iter().all(|name| !name.contains(BETWEEN));
    if plain { names.join("、") } else { names.join("|") }
}

impl Lookup {
    /// Reads what these cells name, as far as the person may see it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load<'c>(
        &mut self,
        conn: &impl Connection,
        rights: &Rights<'_>,
        cells: impl Iterator<Item = (&'c Field, &'c str)>,
    ) -> Result<(), Error> {
        let mut wanted: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for (field, text) in cells.filter(|(_, text)| !text.is_empty()) {
            let Some(target) = target_of(field) else { continue };
            let known = self.rows.get(target);
            let names = parts(field, text).into_iter().chain([text.to_owned()]);
            let fresh = names.filter(|name| known.is_none_or(|known| !known.contains_key(name)));
            wanted.entry(target).or_default().extend(fresh);
        }
        for (target, names) in wanted {
            let found = match target {
                PEOPLE | DEPARTMENTS if self.rows.contains_key(target) => continue,
                PEOPLE => all_people(conn).await?,
                DEPARTMENTS => all_departments(conn).await?,
                table => self.rows_named(conn, rights, table, names).await?,
            };
            self.rows.entry(target.to_owned()).or_default().extend(found);
        }
        Ok(())
    }

    async fn rows_named(
        &mut self,
        conn: &impl Connection,
        rights: &Rights<'_>,
        target: &str,
        names: BTreeSet<String>,
    ) -> Result<HashMap<String, Found>, Error> {
        let mut found: HashMap<String, Found> = names.iter().map(|name| (name.clone(), Found::Nobody)).collect();
        let (Ok(permit), Ok(table)) =
            (rights.permit(target, Action::View), rights.live.table(&rights.actor.locale, target))
        else {
            return Ok(found);
        };
        // A label holds the unique value at a known place; what is found there must have that label.
        let by_key: HashMap<String, Vec<&String>> = names.iter().fold(HashMap::new(), |mut by_key, name| {
            for key in std::iter::once(Some(name.as_str())).chain([key_in_label(table, name)]).flatten() {
                by_key.entry(key.to_owned()).or_insert_with(Vec::new).push(name);
            }
            by_key
        });
        let keys: BTreeSet<String> = by_key.keys().cloned().collect();
        let ids = records::natural_ids(conn, &rights.live.schema, &permit, &keys).await?;
        let of: BTreeSet<i64> = ids.values().map(|id| id.0).collect();
        let labels = records::labels(conn, &rights.live.schema, &permit, &of).await?;
        for (key, id) in &ids {
            for name in &by_key[key] {
                let is_it = *name == key || labels.get(&id.0) == Some(*name);
                if is_it && (*name == key || found.get(*name) == Some(&Found::Nobody)) {
                    found.insert((*name).clone(), Found::One(id.0));
                }
            }
        }
        if found.values().any(|found| *found == Found::Nobody) {
            if !self.labels.contains_key(target) {
                let all = all_labels(conn, rights, &permit, table).await?;
                self.labels.insert(target.to_owned(), all);
            }
            let labels = &self.labels[target];
            for (name, found) in found.iter_mut().filter(|(_, found)| **found == Found::Nobody) {
                *found = labels.get(name).copied().unwrap_or(Found::Nobody);
            }
        }
        Ok(found)
    }

    /// The value of a cell that names rows or people.
    ///
    /// # Errors
    /// `link_not_found`, `ambiguous` with the name.
    pub fn read(&self, field: &Field, text: &str) -> Result<Value, FieldError> {
        if text.is_empty() {
            return Ok(Value::Unset);
        }
        let known = target_of(field).and_then(|target| self.rows.get(target));
        let find = |name: &str| {
            let folded = field.kind.is_member().then(|| people::fold_login(name));
            known.and_then(|known| known.get(folded.as_deref().unwrap_or(name))).copied()
        };
        let one = |name: &str| match find(name).unwrap_or(Found::Nobody) {
            Found::One(id) => Ok(Value::Integer(id)),
            Found::Several => Err(FieldError::new("", "ambiguous").with("value", name)),
            Found::Nobody => Err(FieldError::new("", "link_not_found").with("value", name)),
        };
        if !is_several(field) {
            return one(text);
        }
        if let Ok(only) = one(text) {
            return Ok(Value::List(vec![only]));
        }
        let mut ids = Vec::new();
        for name in parts(field, text) {
            let id = one(&name)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(if ids.is_empty() { Value::Unset } else { Value::List(ids) })
    }
}

/// The text at the place of the table's unique value in a label: of `A-12 螺丝` under `{code} {name}` it is `A-12`.
fn key_in_label<'l>(table: &Table, label: &'l str) -> Option<&'l str> {
    let key = table.natural_key()?;
    let mut names = placeholders(&table.display);
    if names.next() != Some(key.key.as_str()) || !table.display.starts_with('{') {
        return None;
    }
    let behind = table.display.split_once('}')?.1;
    let between = behind.split('{').next().unwrap_or(behind);
    if between.is_empty() { None } else { label.split_once(between).map(|(key, _)| key) }
}

/// Every label of a table that the person sees, as far as they are looked through.
async fn all_labels(
    conn: &impl Connection,
    rights: &Rights<'_>,
    permit: &Permit,
    table: &Table,
) -> Result<HashMap<String, Found>, Error> {
    let mut found: HashMap<String, Found> = HashMap::new();
    let targets = HashMap::new();
    let mut after = None;
    while found.len() < MOST_LABELS {
        let page = Page { limit: PAGE, after };
        let listing = Listing { condition: Condition::Always, search: None, sort: &[], page, hops: &[] };
        let reading = Reading { permit, targets: &targets };
        let listed = records::list(conn, &rights.live.schema, reading, &listing).await?;
        let (rows, next) = listed.map_err(|_| Error::internal("a list does not go on"))?;
        for row in rows {
            let label = records::label(table, row.id.0, &row.document.values);
            let one = found.entry(label).or_insert(Found::One(row.id.0));
            if *one != Found::One(row.id.0) {
                *one = Found::Several;
            }
        }
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(found)
}

/// Everybody who works here, by login and by name; a login wins over a name.
async fn all_people(conn: &impl Connection) -> Result<HashMap<String, Found>, Error> {
    let active = people::active_users(conn).await?;
    let mut found: HashMap<String, Found> = HashMap::new();
    for user in &active {
        let one = found.entry(people::fold_login(&user.name)).or_insert(Found::One(user.id));
        if *one != Found::One(user.id) {
            *one = Found::Several;
        }
    }
    found.extend(active.into_iter().map(|user| (user.login_folded, Found::One(user.id))));
    Ok(found)
}

/// How people are named in a file: by name, by login where that name is not theirs alone.
///
/// # Errors
/// The database failed.
pub async fn names_of_people(conn: &impl Connection, ids: &BTreeSet<i64>) -> Result<HashMap<i64, String>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let known = all_people(conn).await?;
    let wanted: Vec<_> = ids.iter().map(|id| crate::base::id::UserId(*id)).collect();
    let users = people::users(conn, &wanted).await?;
    Ok(users
        .into_iter()
        .map(|user| {
            let by_name = known.get(&people::fold_login(&user.name)) == Some(&Found::One(user.id));
            (user.id, if by_name { user.name } else { user.login })
        })
        .collect())
}

/// Every department by its name, where that is its own, and by its names from the top.
async fn all_departments(conn: &impl Connection) -> Result<HashMap<String, Found>, Error> {
    let mut found: HashMap<String, Found> = HashMap::new();
    for department in departments::list(conn).await? {
        found.entry(department.name).and_modify(|one| *one = Found::Several).or_insert(Found::One(department.id));
    }
    found.extend(departments::paths(conn).await?.into_iter().map(|(id, path)| (path, Found::One(id))));
    Ok(found)
}

/// How departments are named in a file: by name, from the top where several have it.
///
/// # Errors
/// The database failed.
pub async fn names_of_departments(conn: &impl Connection) -> Result<HashMap<i64, String>, Error> {
    let known = all_departments(conn).await?;
    let mut names: HashMap<i64, String> = departments::paths(conn).await?.into_iter().collect();
    for department in departments::list(conn).await? {
        if known.get(&department.name) == Some(&Found::One(department.id)) {
            names.insert(department.id, department.name);
        }
    }
    Ok(names)
}
