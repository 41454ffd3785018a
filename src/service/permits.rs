//! What a person may do in an app at this moment: their roles' grants with the user values that scopes need.

use super::{Call, Error, LiveApp};
use crate::{
    access::{Actor, Permit, authorize, authorize_person},
    base::{id::UserId, value::Value},
    definition::{
        field::Kind,
        role::{Action, Scope},
        table::Table,
    },
    query::{Binding, Condition, FieldPath, FieldSource, Filter, Operator, Test},
    store::{Connection, records},
};
use indexmap::IndexMap;
use jiff::{civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most rows a user value stands for.
const MOST_IDS: u64 = 500;

/// A person's rights in one app, loaded once per request.
pub struct Rights<'a> {
    pub actor: &'a Actor,
    pub live: &'a LiveApp,
    today: Date,
    zone: &'a TimeZone,
    user_values: IndexMap<String, Vec<i64>>,
    /// Somebody with a link to a public form, who has no roles.
    guest: Option<Guest>,
}

/// What a public form lets a guest do.
struct Guest {
    /// The table that the form fills in.
    table: String,
    /// Tables whose labels the form shows.
    offered: BTreeSet<String>,
}

impl<'a> Rights<'a> {
    /// Reads the user values that the person's scopes name: one statement each, none where no scope does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(conn: &impl Connection, call: &'a Call, live: &'a LiveApp) -> Result<Rights<'a>, Error> {
        let mut rights = Self {
            actor: &call.actor,
            live,
            today: call.today(),
            zone: &call.zone,
            user_values: IndexMap::new(),
            guest: None,
        };
        for name in rights.names_in_scopes()? {
            let ids = user_value(conn, live, &name, rights.actor.user).await?;
            rights.user_values.insert(name, ids);
        }
        Ok(rights)
    }

    /// The rights of a guest: to create records of one table, and to be shown the labels of some others.
    #[must_use]
    pub fn of_guest(call: &'a Call, live: &'a LiveApp, table: &str, offered: BTreeSet<String>) -> Rights<'a> {
        let guest = Some(Guest { table: table.to_owned(), offered });
        let user_values = IndexMap::new();
        Self { actor: &call.actor, live, today: call.today(), zone: &call.zone, user_values, guest }
    }

    /// Whether it is nobody in particular.
    #[must_use]
    pub const fn is_guest(&self) -> bool {
        self.guest.is_some()
    }

    fn names_in_scopes(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        if self.actor.is_main_administrator {
            return Ok(names);
        }
        for role in self.actor.roles_in(self.live.key()).filter_map(|key| self.live.app().roles.get(key)) {
            for grant in &role.grants {
                let Scope::Filter(json) = &grant.scope else { continue };
                let filter = self.live.filter(&grant.table, json)?;
                let named = filter.user_values().into_iter().map(str::to_owned);
                names.extend(named.filter(|name| self.live.user_value(name).is_some()));
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn binding(&self) -> Binding<'_> {
        Binding {
            user: self.actor.user,
            departments: &self.actor.departments,
            user_values: &self.user_values,
            today: self.today,
            zone: self.zone,
        }
    }

    /// The organisation's time zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        self.zone
    }

    /// Leave to do `action` on a table.
    ///
    /// # Errors
    /// `NotFound` where the person may see nothing of it, `Forbidden` where they may not do this.
    pub fn permit(&self, table: &str, action: Action) -> Result<Permit, Error> {
        let app = self.live.app();
        let definition = app.tables.get(table).ok_or(Error::NotFound)?;
        if let Some(guest) = &self.guest {
            return match action {
                Action::Create if guest.table == table => Ok(Permit::as_app(self.live.key(), table, action)),
                Action::View if guest.offered.contains(table) => {
                    let shown = definition.display_fields().map(|field| field.key.clone());
                    Ok(Permit::of_labels(self.live.key(), table, shown))
                }
                _ => Err(Error::NotFound),
            };
        }
        let source: &dyn FieldSource = app.as_ref();
        let roles = app.roles.values();
        let permit = authorize(self.actor, self.live.key(), roles, definition, action, &self.binding(), source)?;
        Ok(permit.with_behind(self.behind(definition)))
    }

    /// Leave to see the rows that lookups of a table read; tables that the person cannot see are left out. Such rows are shown
    /// with what their own table lets the person see of them, whatever may be done with the record.
    #[must_use]
    pub fn behind(&self, table: &Table) -> BTreeMap<String, Permit> {
        let fields = table.fields.values().flat_map(|field| std::iter::once(field).chain(field.columns.values()));
        let read: BTreeSet<&str> =
            fields.filter_map(|field| field.lookup.as_ref()).map(|lookup| lookup.table.as_str()).collect();
        read.into_iter().filter_map(|key| Some((key.to_owned(), self.target(key)?))).collect()
    }

    /// Leave to see rows of a table, without what its own lookups read.
    fn target(&self, key: &str) -> Option<Permit> {
        if self.guest.is_some() {
            return self.permit(key, Action::View).ok();
        }
        let app = self.live.app();
        let (definition, source): (_, &dyn FieldSource) = (app.tables.get(key)?, app.as_ref());
        let roles = app.roles.values();
        authorize(self.actor, self.live.key(), roles, definition, Action::View, &self.binding(), source).ok()
    }

    /// The same whatever the caller's token: to find what is about to be written, never to show it.
    ///
    /// # Errors
    /// As [`Self::permit`].
    pub fn permit_of_person(&self, table: &str, action: Action) -> Result<Permit, Error> {
        if self.guest.is_some() {
            return self.permit(table, action);
        }
        let app = self.live.app();
        let definition = app.tables.get(table).ok_or(Error::NotFound)?;
        let source: &dyn FieldSource = app.as_ref();
        let roles = app.roles.values();
        let permit = authorize_person(self.actor, self.live.key(), roles, definition, action, &self.binding(), source)?;
        Ok(permit.with_behind(self.behind(definition)))
    }

    /// Whether the caller may be shown anything of the app: a token may lack the scope.
    #[must_use]
    pub fn may_read(&self) -> bool {
        self.actor.token_allows("read", Some(self.live.key()))
    }

    /// Leave to see, for each table that links of `table` point at; those that the person cannot see are left out.
    #[must_use]
    pub fn targets(&self, table: &Table) -> HashMap<String, Permit> {
        let fields = table.fields.values().flat_map(|field| std::iter::once(field).chain(field.columns.values()));
        let mut permits = HashMap::new();
        for target in fields.filter(|field| field.kind.is_link()).filter_map(|field| field.target.as_deref()) {
            if !permits.contains_key(target)
                && let Ok(permit) = self.permit(target, Action::View)
            {
                permits.insert(target.to_owned(), permit);
            }
        }
        permits
    }

    /// A filter with this person's values. One that names a user value outside their scopes has to be loaded first.
    ///
    /// # Errors
    /// A user value that the app does not define, or the database failed.
    pub async fn bind(&self, conn: &impl Connection, filter: &Filter) -> Result<Condition, Error> {
        let mut user_values = self.user_values.clone();
        for name in filter.user_values() {
            if !user_values.contains_key(name) && self.live.user_value(name).is_some() {
                user_values.insert(name.to_owned(), user_value(conn, self.live, name, self.actor.user).await?);
            }
        }
        let binding = Binding { user_values: &user_values, ..self.binding() };
        filter.bind(&binding).map_err(|error| Error::malformed(error.to_string()))
    }
}

/// The ids that a user value stands for: the rows whose members field contains the person.
///
/// # Errors
/// The database failed.
pub async fn user_value(conn: &impl Connection, live: &LiveApp, name: &str, user: UserId) -> Result<Vec<i64>, Error> {
    let Some(definition) = live.user_value(name) else { return Ok(Vec::new()) };
    let permit = Permit::as_app(live.key(), &definition.table, Action::View);
    let several = live
        .app()
        .tables
        .get(&definition.table)
        .and_then(|table| table.field(&definition.member_field))
        .is_some_and(|field| field.kind == Kind::Members);
    let condition = Condition::Test(Test {
        path: FieldPath::Field(definition.member_field.clone()),
        operator: if several { Operator::Contains } else { Operator::Eq },
        values: vec![Value::Integer(user.0)],
    });
    Ok(records::matching_ids(conn, &live.schema, &permit, &condition, MOST_IDS).await?)
}
