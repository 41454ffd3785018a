//! The decision: roles' grants, bound to the person.

use super::{
    actor::Actor,
    permit::{Permit, PermitGrant},
};
use crate::base::value::Value;
use crate::{
    definition::{
        role::{Action, Grant, Role, Scope, ScopePreset},
        table::Table,
    },
    query::{Binding, Condition, FieldPath, FieldSource, Filter, Operator, SystemField, Test},
};

/// Why there is no permit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No grant lets the person see anything of the table: it does not exist for them.
    #[error("the table cannot be seen")]
    Invisible,
    /// They may see it, but not do this.
    #[error("the action is not granted")]
    Forbidden,
    /// A grant's scope does not bind: a definition that lint refuses.
    #[error("the scope of a grant of role {role} cannot be used: {reason}")]
    Broken { role: String, reason: String },
}

/// Decides whether `actor` may do `action` on rows of `table`, and on which.
///
/// The main administrator may do everything (each act is audited). A token needs the matching scope besides.
///
/// # Errors
/// [`Denied`].
pub fn authorize<'a>(
    actor: &Actor,
    app: &str,
    roles: impl Iterator<Item = &'a Role>,
    table: &Table,
    action: Action,
    binding: &Binding<'_>,
    source: &dyn FieldSource,
) -> Result<Permit, Denied> {
    let verb = match action {
        Action::View | Action::Export | Action::Print | Action::History => "read",
        _ => "write",
    };
    if !actor.token_allows(verb, Some(app)) {
        return Err(Denied::Forbidden);
    }
    authorize_person(actor, app, roles, table, action, binding, source)
}

/// The same whatever the token: what the person may do. A write with a token that cannot read has to find the row that it
/// writes, and nothing of it is shown.
///
/// # Errors
/// [`Denied`].
pub fn authorize_person<'a>(
    actor: &Actor,
    app: &str,
    roles: impl Iterator<Item = &'a Role>,
    table: &Table,
    action: Action,
    binding: &Binding<'_>,
    source: &dyn FieldSource,
) -> Result<Permit, Denied> {
    let mut grants = Vec::new();
    if actor.is_main_administrator {
        grants.push(PermitGrant::full("administrator", &table.key, Condition::Always));
    }
    for role in roles.filter(|role| actor.has_role(app, &role.key)) {
        for grant in role.grants.iter().filter(|grant| grant.table == table.key) {
            let rows = bind_scope(grant, actor, table, binding, source)
                .map_err(|reason| Denied::Broken { role: role.key.clone(), reason })?;
            grants.push(PermitGrant::new(role.key.clone(), grant.clone(), rows));
        }
    }
    let holds = |wanted| grants.iter().any(|grant| grant.actions.contains(&wanted) && grant.rows != Condition::Never);
    if holds(action) {
        Ok(Permit::new(app.to_owned(), table.key.clone(), action, grants, Some(actor.user)))
    } else if holds(Action::View) {
        Err(Denied::Forbidden)
    } else {
        Err(Denied::Invisible)
    }
}

fn bind_scope(
    grant: &Grant,
    actor: &Actor,
    table: &Table,
    binding: &Binding<'_>,
    source: &dyn FieldSource,
) -> Result<Condition, String> {
    let department_in = |ids: &[i64]| {
        if ids.is_empty() {
            return Condition::Never;
        }
        let values = ids.iter().copied().map(Value::Integer).collect();
        Condition::Test(Test { path: FieldPath::System(SystemField::Department), operator: Operator::In, values })
    };
    Ok(match &grant.scope {
        Scope::Preset(ScopePreset::All) => Condition::Always,
        Scope::Preset(ScopePreset::None) => Condition::Never,
        Scope::Preset(ScopePreset::Own) => {
            Condition::equals(FieldPath::System(SystemField::Owner), Value::Integer(actor.user.0))
        }
        Scope::Preset(ScopePreset::Department) => department_in(&actor.departments),
        Scope::Preset(ScopePreset::DepartmentTree) => department_in(&actor.department_tree),
        Scope::Preset(ScopePreset::Managed) => department_in(&actor.managed_departments),
        Scope::Filter(filter) => {
            let filter = Filter::parse(filter, table, source).map_err(|error| error.message)?;
            filter.bind(binding).map_err(|error| error.to_string())?
        }
    })
}
