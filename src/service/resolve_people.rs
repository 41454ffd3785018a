//! Who a flow's rules mean: candidates in the order of the rules, each once.

use super::{Call, Error, LiveApp, context::Circumstances, permits};
use crate::{
    base::{
        id::{DepartmentId, UserId},
        value::{Document, Value},
    },
    definition::{
        flow::{DepartmentPart, Who},
        table::Table,
    },
    flow::need::{Answer, Candidate, Need, RuleError},
    rules::Inputs,
    store::{
        Connection, departments,
        people::{self, Role},
    },
};
use indexmap::IndexMap;
use std::collections::HashMap;

/// What people are looked for with.
pub struct Search<'a> {
    pub call: &'a Call,
    pub live: &'a LiveApp,
    pub table: &'a Table,
    pub document: &'a Document,
    pub starter: UserId,
}

impl Search<'_> {
    /// What the core of a flow asks: who somebody is, whether a condition holds. Of an effect nothing is known here.
    ///
    /// # Errors
    /// A rule that fails, or the database.
    pub async fn answer(&self, conn: &impl Connection, need: &Need) -> Result<Option<Answer>, Error> {
        Ok(Some(match need {
            Need::People { rules, handlers, weights, .. } => {
                Answer::People(self.candidates(conn, rules, handlers, weights).await?)
            }
            Need::Superior { of } => Answer::People(self.superior(conn, *of).await?),
            Need::Head { of } => Answer::People(self.head(conn, *of).await?),
            Need::Administrators => Answer::People(self.administrators(conn).await?),
            Need::Value { expression, .. } => Answer::Value(self.condition(conn, expression).await?),
            Need::Effect { .. } => return Ok(None),
        }))
    }

    async fn condition(&self, conn: &impl Connection, source: &str) -> Result<Result<bool, RuleError>, Error> {
        let expression = self.live.expression(source)?;
        let mut around = Circumstances::new(self.call, self.live);
        around.load_for(conn, self.table, None, &[], &expression, self.document).await?;
        let value = expression.condition(&Inputs::new(around.context(), self.table, self.document));
        Ok(value.map_err(|error| RuleError {
            code: error.code.as_str().to_owned(),
            field: error.field.clone(),
            message: error.to_string(),
        }))
    }

    /// The candidates of some rules. `handlers` are those who decided at earlier nodes; `weights` go by login.
    ///
    /// # Errors
    /// A rule that fails, or the database.
    pub async fn candidates(
        &self,
        conn: &impl Connection,
        rules: &[Who],
        handlers: &IndexMap<String, Vec<UserId>>,
        weights: &IndexMap<String, u32>,
    ) -> Result<Vec<Candidate>, Error> {
        let mut users: Vec<UserId> = Vec::new();
        for who in rules {
            for user in self.users(conn, who, handlers).await? {
                if !users.contains(&user) {
                    users.push(user);
                }
            }
        }
        self.known(conn, &users, weights).await
    }

    /// People as candidates, the unknown left out.
    async fn known(
        &self,
        conn: &impl Connection,
        users: &[UserId],
        weights: &IndexMap<String, u32>,
    ) -> Result<Vec<Candidate>, Error> {
        let rows: HashMap<i64, _> = people::users(conn, users).await?.into_iter().map(|user| (user.id, user)).collect();
        let candidate = |user: &UserId| {
            rows.get(&user.0).map(|row| Candidate {
                user: *user,
                disabled: row.status != people::ACTIVE,
                substitute: None,
                weight: weights.get(&row.login).copied().unwrap_or(1),
            })
        };
        Ok(users.iter().filter_map(candidate).collect())
    }

    /// The direct superior of a person, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn superior(&self, conn: &impl Connection, of: UserId) -> Result<Vec<Candidate>, Error> {
        let superior = people::superiors_of(conn, of).await?.into_iter().take(1).collect::<Vec<_>>();
        self.known(conn, &superior, &IndexMap::new()).await
    }

    /// The head of a person's first department that has one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn head(&self, conn: &impl Connection, of: UserId) -> Result<Vec<Candidate>, Error> {
        let own = departments::of_user(conn, of).await?;
        let head: Vec<UserId> = own.iter().find_map(|department| department.head_id).map(UserId).into_iter().collect();
        self.known(conn, &head, &IndexMap::new()).await
    }

    /// Who answers for the app when nobody else does: the main administrator.
    ///
    /// # Errors
    /// The database failed.
    pub async fn administrators(&self, conn: &impl Connection) -> Result<Vec<Candidate>, Error> {
        let organisation = people::organisation(conn).await?;
        let main: Vec<UserId> = organisation.map(|row| UserId(row.main_administrator_id)).into_iter().collect();
        self.known(conn, &main, &IndexMap::new()).await
    }

    /// Whether the starter is among those who may start.
    ///
    /// # Errors
    /// A rule that fails, or the database.
    pub async fn includes(&self, conn: &impl Connection, rules: &[Who], user: UserId) -> Result<bool, Error> {
        if rules.is_empty() || rules.iter().any(|who| matches!(who, Who::Anyone {})) {
            return Ok(true);
        }
        let found = self.candidates(conn, rules, &IndexMap::new(), &IndexMap::new()).await?;
        Ok(found.iter().any(|candidate| candidate.user == user))
    }

    async fn users(
        &self,
        conn: &impl Connection,
        who: &Who,
        handlers: &IndexMap<String, Vec<UserId>>,
    ) -> Result<Vec<UserId>, Error> {
        Ok(match who {
            Who::Members { members } => {
                let mut found = Vec::new();
                for login in members {
                    found.extend(people::user_by_login(conn, login).await?.map(|user| UserId(user.id)));
                }
                found
            }
            Who::Role { role, tied } => {
                let held = Role { app: self.live.id, role: role.clone() };
                let holders: Vec<UserId> =
                    people::users_with_role(conn, &held).await?.into_iter().map(|user| UserId(user.id)).collect();
                match tied {
                    None => holders,
                    Some(tied) => self.tied_to(conn, holders, &tied.field).await?,
                }
            }
            Who::Department { department, field, take } => {
                let mut found = Vec::new();
                for id in self.departments(conn, department.as_deref(), field.as_deref()).await? {
                    match take {
                        DepartmentPart::Head => {
                            let all = departments::list(conn).await?;
                            found.extend(all.iter().find(|row| row.id == id).and_then(|row| row.head_id).map(UserId));
                        }
                        DepartmentPart::Members => {
                            let members = departments::members(conn, DepartmentId(id)).await?;
                            found.extend(members.into_iter().map(|user| UserId(user.id)));
                        }
                    }
                }
                found
            }
            Who::Superior { level } => {
                let above = people::superiors_of(conn, self.starter).await?;
                above.into_iter().nth(level.saturating_sub(1) as usize).into_iter().collect()
            }
            Who::Superiors { level, role } => {
                let above = people::superiors_of(conn, self.starter).await?;
                match (level, role) {
                    (Some(level), _) => above.into_iter().take(*level as usize).collect(),
                    (None, Some(role)) => {
                        let held = Role { app: self.live.id, role: role.clone() };
                        let holders = people::users_with_role(conn, &held).await?;
                        let last = above.iter().position(|user| holders.iter().any(|holder| holder.id == user.0));
                        above.into_iter().take(last.map_or(usize::MAX, |last| last + 1)).collect()
                    }
                    (None, None) => above,
                }
            }
            Who::Starter {} => vec![self.starter],
            Who::Field { field } => ids(self.document.get(field)).into_iter().map(UserId).collect(),
            Who::Handler { node } => handlers.get(node).cloned().unwrap_or_default(),
            Who::Rule { expression } => self.by_rule(conn, expression).await?,
            Who::Anyone {} | Who::StarterChoice { .. } | Who::PreviousChoice { .. } => Vec::new(),
        })
    }

    /// Those of the holders whose own user values of the field's kind contain the record's value.
    async fn tied_to(&self, conn: &impl Connection, holders: Vec<UserId>, field: &str) -> Result<Vec<UserId>, Error> {
        let Some(wanted) = self.document.get(field).as_integer() else { return Ok(Vec::new()) };
        let target = self.table.field(field).and_then(|field| field.target.as_deref());
        let values = self.live.app().manifest.user_values.iter();
        let names: Vec<&String> =
            values.filter(|(_, value)| Some(value.table.as_str()) == target).map(|(name, _)| name).collect();
        let mut tied = Vec::new();
        for user in holders {
            for name in &names {
                if permits::user_value(conn, self.live, name, user).await?.contains(&wanted) {
                    tied.push(user);
                    break;
                }
            }
        }
        Ok(tied)
    }

    async fn departments(
        &self,
        conn: &impl Connection,
        named: Option<&str>,
        field: Option<&str>,
    ) -> Result<Vec<i64>, Error> {
        if let Some(field) = field {
            return Ok(ids(self.document.get(field)));
        }
        Ok(match named {
            Some(name) => {
                let all = departments::list(conn).await?;
                all.into_iter().filter(|department| department.name == name).map(|department| department.id).collect()
            }
            None => departments::of_user(conn, self.starter).await?.into_iter().map(|own| own.id).take(1).collect(),
        })
    }

    async fn by_rule(&self, conn: &impl Connection, source: &str) -> Result<Vec<UserId>, Error> {
        let expression = self.live.expression(source)?;
        let mut around = Circumstances::new(self.call, self.live);
        around.load_for(conn, self.table, None, &[], &expression, self.document).await?;
        let value = expression.evaluate(&Inputs::new(around.context(), self.table, self.document))?;
        Ok(ids(&value).into_iter().map(UserId).collect())
    }
}

fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
        other => other.as_integer().into_iter().collect(),
    }
}
