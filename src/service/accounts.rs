//! People as actors: loaded once, kept by epoch, so that a change of rights acts at the next request.

use super::{Error, Service};
use crate::{
    access::{Actor, TokenScope},
    base::{
        id::{AppId, UserId},
        time::Timestamp,
    },
    store::{
        Connection, apps, departments,
        people::{self, SecurityState},
    },
};
use jiff::tz::TimeZone;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// Actors by user, each valid for the epochs it was read at.
#[derive(Default)]
pub(super) struct Actors(Mutex<HashMap<UserId, (SecurityState, Arc<Person>)>>);

/// A person with what the shell shows of them.
#[derive(Debug)]
pub struct Person {
    pub actor: Arc<Actor>,
    pub theme: Option<String>,
    pub position: Option<String>,
    pub zone: TimeZone,
    pub organisation: String,
    pub epoch: i64,
}

impl Service {
    /// The person as they are now; `None` when they are unknown or disabled. One statement while nothing has changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn person(&self, conn: &impl Connection, user: UserId) -> Result<Option<Arc<Person>>, Error> {
        match people::security_state(conn, user).await? {
            Some(state) => self.person_in(conn, user, state).await,
            None => Ok(None),
        }
    }

    /// The person in a state of rights that was just read.
    async fn person_in(
        &self,
        conn: &impl Connection,
        user: UserId,
        state: SecurityState,
    ) -> Result<Option<Arc<Person>>, Error> {
        if !state.active {
            return Ok(None);
        }
        if let Some((known, person)) = self.actors.0.lock().unwrap_or_else(PoisonError::into_inner).get(&user)
            && *known == state
        {
            return Ok(Some(person.clone()));
        }
        let Some(person) = load(conn, user, state).await? else { return Ok(None) };
        let person = Arc::new(person);
        self.actors.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user, (state, person.clone()));
        Ok(Some(person))
    }

    /// The person behind an API token, with the token's scopes.
    ///
    /// # Errors
    /// `Unauthenticated` for an unknown, expired or revoked token, or a disabled person.
    pub async fn person_of_token(&self, conn: &impl Connection, token: &str) -> Result<Arc<Person>, Error> {
        let now = self.clock.now();
        let found = crate::store::tokens::by_hash(conn, &super::tokens::hash(token), now).await?;
        let shown = found.ok_or_else(|| Error::unauthenticated("unauthenticated"))?;
        let scopes = TokenScope::parse_all(&shown.scopes).map_err(Error::internal)?;
        let person = self.person_in(conn, shown.user, shown.state).await?;
        let person = person.ok_or_else(|| Error::unauthenticated("unauthenticated"))?;
        let actor = Actor { token: Some(scopes), ..(*person.actor).clone() };
        Ok(Arc::new(Person {
            actor: Arc::new(actor),
            theme: person.theme.clone(),
            position: person.position.clone(),
            zone: person.zone.clone(),
            organisation: person.organisation.clone(),
            epoch: person.epoch,
        }))
    }

    /// Remembers how a person wants the pages. What is not given stays as it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_appearance(
        &self,
        user: UserId,
        locale: Option<String>,
        theme: Option<String>,
    ) -> Result<(), Error> {
        self.store
            .transaction_with((locale, theme), move |tx, (locale, theme)| {
                Box::pin(async move {
                    let row = people::user(tx, user).await?.ok_or(Error::NotFound)?;
                    let locale = locale.as_ref().or(row.locale.as_ref());
                    let theme = theme.as_ref().or(row.theme.as_ref());
                    people::set_appearance(tx, user, locale.map(String::as_str), theme.map(String::as_str)).await?;
                    // Every node keeps people by this epoch, and must read this one again.
                    people::raise_organisation_epoch(tx).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// What the main administrator may do, as an actor: for the command line, which acts on the machine itself.
    ///
    /// # Errors
    /// Nothing is set up yet, or the database failed.
    pub async fn main_administrator(&self, conn: &impl Connection) -> Result<Arc<Person>, Error> {
        let organisation = people::organisation(conn).await?.ok_or_else(|| Error::conflict("not_set_up"))?;
        let person = self.person(conn, UserId(organisation.main_administrator_id)).await?;
        person.ok_or_else(|| Error::internal("the main administrator is disabled"))
    }
}

async fn load(conn: &impl Connection, user: UserId, state: SecurityState) -> Result<Option<Person>, Error> {
    let (Some(row), Some(organisation)) = (people::user(conn, user).await?, people::organisation(conn).await?) else {
        return Ok(None);
    };
    let keys: HashMap<AppId, String> =
        apps::list(conn).await?.into_iter().map(|app| (AppId(app.id), app.key)).collect();
    let mut roles: BTreeMap<String, _> = BTreeMap::new();
    for held in people::roles_of(conn, user).await? {
        if let Some(app) = keys.get(&held.app) {
            roles.entry(app.clone()).or_insert_with(std::collections::BTreeSet::new).insert(held.role);
        }
    }
    let all = departments::list(conn).await?;
    let tree: Vec<(i64, Option<i64>)> = all.iter().map(|department| (department.id, department.parent_id)).collect();
    let departments: Vec<i64> = departments::of_user(conn, user).await?.into_iter().map(|own| own.id).collect();
    let headed: Vec<i64> = all.iter().filter(|own| own.head_id == Some(user.0)).map(|own| own.id).collect();
    let actor = Actor {
        user,
        login: row.login,
        name: row.name,
        locale: row.locale.unwrap_or_else(|| organisation.locale.clone()),
        is_main_administrator: organisation.main_administrator_id == user.0,
        department_tree: below(&tree, &departments),
        managed_departments: below(&tree, &headed),
        departments,
        roles,
        token: None,
    };
    Ok(Some(Person {
        actor: Arc::new(actor),
        theme: row.theme,
        position: row.position,
        zone: TimeZone::get(&organisation.time_zone).unwrap_or(TimeZone::UTC),
        organisation: organisation.name,
        epoch: state.organisation_epoch,
    }))
}

/// The departments and everything below them.
fn below(tree: &[(i64, Option<i64>)], roots: &[i64]) -> Vec<i64> {
    let mut found = roots.to_vec();
    let mut next = 0;
    while next < found.len() {
        let children = tree.iter().filter(|(_, parent)| *parent == Some(found[next])).map(|(id, _)| *id);
        let fresh: Vec<i64> = children.filter(|id| !found.contains(id)).collect();
        found.extend(fresh);
        next += 1;
    }
    found
}

impl Person {
    /// A command of this person at this moment.
    #[must_use]
    pub fn call(&self, now: Timestamp) -> super::Call {
        super::Call {
            actor: self.actor.clone(),
            now,
            zone: self.zone.clone(),
            request_id: None,
            address: None,
            idempotency: None,
            chain: super::automations::Chain::default(),
        }
    }
}
