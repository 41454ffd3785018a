//! Users, the organisation, and who has which role.

use super::{
    Connection, Error, Tx, departments,
    entity::{organisation, role_member, user, user_department},
};
use crate::base::{
    id::{AppId, DepartmentId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};

/// `status` of a user who may sign in.
pub const ACTIVE: &str = "active";
/// `status` of a user who may not.
pub const DISABLED: &str = "disabled";

/// What a new user is made of; the rest is unset and the status is [`ACTIVE`].
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    pub login: String,
    pub name: String,
    /// The name in pinyin, for search and order.
    pub pinyin: String,
    pub password_hash: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub employee_number: Option<String>,
    pub position: Option<String>,
    pub superior: Option<UserId>,
    pub locale: Option<String>,
}

/// A role that somebody has, or a principal that has a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role {
    pub app: AppId,
    pub role: String,
}

/// Who may have a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    User(UserId),
    /// All direct members of the department.
    Department(DepartmentId),
}

impl Principal {
    const fn parts(self) -> (&'static str, i64) {
        match self {
            Self::User(UserId(id)) => ("user", id),
            Self::Department(DepartmentId(id)) => ("department", id),
        }
    }
}

/// What tells a node at each request that rights have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityState {
    pub active: bool,
    pub user_epoch: i64,
    pub organisation_epoch: i64,
}

/// A login as it is compared: in lower case, full-width letters and digits as plain ones, without spaces at its ends.
#[must_use]
pub fn fold_login(login: &str) -> String {
    login
        .trim()
        .chars()
        .map(|letter| match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect::<String>()
        .to_lowercase()
}

/// Stores a new user.
///
/// # Errors
/// [`Error::Unique`] `user_login` or `user.login_folded` when the login is taken.
pub async fn insert_user(tx: &Tx, new: &NewUser, now: Timestamp) -> Result<user::Model, Error> {
    let model = user::ActiveModel {
        id: NotSet,
        login: Set(new.login.trim().to_owned()),
        login_folded: Set(fold_login(&new.login)),
        name: Set(new.name.clone()),
        pinyin: Set(new.pinyin.clone()),
        password_hash: Set(new.password_hash.clone()),
        email: Set(new.email.clone()),
        phone: Set(new.phone.clone()),
        employee_number: Set(new.employee_number.clone()),
        position: Set(new.position.clone()),
        superior_id: Set(new.superior.map(|superior| superior.0)),
        locale: Set(new.locale.clone()),
        theme: Set(None),
        status: Set(ACTIVE.to_owned()),
        security_epoch: Set(1),
        created_at: Set(now.0),
        password_changed_at: Set(now.0),
    };
    Ok(model.insert(tx.orm()).await?)
}

/// One user.
///
/// # Errors
/// The database failed.
pub async fn user(conn: &impl Connection, id: UserId) -> Result<Option<user::Model>, Error> {
    Ok(user::Entity::find_by_id(id.0).one(conn.orm()).await?)
}

/// The users with these ids, in the order of their ids; unknown ids are left out.
///
/// # Errors
/// The database failed.
pub async fn users(conn: &impl Connection, ids: &[UserId]) -> Result<Vec<user::Model>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(user::Entity::find()
        .filter(user::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(user::Column::Id)
        .all(conn.orm())
        .await?)
}

/// The user with this login, however it is written.
///
/// # Errors
/// The database failed.
pub async fn user_by_login(conn: &impl Connection, login: &str) -> Result<Option<user::Model>, Error> {
    Ok(user::Entity::find().filter(user::Column::LoginFolded.eq(fold_login(login))).one(conn.orm()).await?)
}

/// Everybody who may sign in, by pinyin.
///
/// # Errors
/// The database failed.
pub async fn active_users(conn: &impl Connection) -> Result<Vec<user::Model>, Error> {
    Ok(user::Entity::find()
        .filter(user::Column::Status.eq(ACTIVE))
        .order_by_asc(user::Column::Pinyin)
        .order_by_asc(user::Column::Id)
        .all(conn.orm())
        .await?)
}

/// Sets the password and raises the user's epoch, which ends their sessions.
///
/// # Errors
/// [`Error::Stale`] when there is no such user.
pub async fn set_password(tx: &Tx, id: UserId, password_hash: &str, now: Timestamp) -> Result<(), Error> {
    let update = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::val(password_hash))
        .col_expr(user::Column::PasswordChangedAt, Expr::val(now.0));
    raise_epoch(tx, update, id).await
}

/// Enables or disables a user and raises their epoch.
///
/// # Errors
/// [`Error::Stale`] when there is no such user.
pub async fn set_status(tx: &Tx, id: UserId, status: &str) -> Result<(), Error> {
    let update = user::Entity::update_many().col_expr(user::Column::Status, Expr::val(status));
    raise_epoch(tx, update, id).await
}

async fn raise_epoch(tx: &Tx, update: sea_orm::UpdateMany<user::Entity>, id: UserId) -> Result<(), Error> {
    let done = update
        .col_expr(user::Column::SecurityEpoch, Expr::col(user::Column::SecurityEpoch).add(1))
        .filter(user::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// Remembers how a user wants the pages: locale and theme, `None` for the organisation's and the device's own.
///
/// # Errors
/// The database failed.
pub async fn set_appearance(tx: &Tx, id: UserId, locale: Option<&str>, theme: Option<&str>) -> Result<(), Error> {
    user::Entity::update_many()
        .col_expr(user::Column::Locale, Expr::val(locale))
        .col_expr(user::Column::Theme, Expr::val(theme))
        .filter(user::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// The organisation, once it is set up.
///
/// # Errors
/// The database failed.
pub async fn organisation(conn: &impl Connection) -> Result<Option<organisation::Model>, Error> {
    Ok(organisation::Entity::find_by_id(1).one(conn.orm()).await?)
}

/// Stores the organisation.
///
/// # Errors
/// [`Error::Unique`] when there is one already.
pub async fn insert_organisation(
    tx: &Tx,
    name: &str,
    locale: &str,
    time_zone: &str,
    main_administrator: UserId,
    now: Timestamp,
) -> Result<(), Error> {
    let model = organisation::ActiveModel {
        id: Set(1),
        name: Set(name.to_owned()),
        locale: Set(locale.to_owned()),
        time_zone: Set(time_zone.to_owned()),
        main_administrator_id: Set(main_administrator.0),
        security_epoch: Set(1),
        created_at: Set(now.0),
    };
    organisation::Entity::insert(model).exec_without_returning(tx.orm()).await?;
    Ok(())
}

/// Tells every node that rights have changed for more than one user: roles, departments, the main administrator.
///
/// # Errors
/// The database failed.
pub async fn raise_organisation_epoch(tx: &Tx) -> Result<(), Error> {
    organisation::Entity::update_many()
        .col_expr(organisation::Column::SecurityEpoch, Expr::col(organisation::Column::SecurityEpoch).add(1))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// The epochs to compare with what is cached, in one statement; `None` for an unknown user.
///
/// # Errors
/// The database failed.
pub async fn security_state(conn: &impl Connection, id: UserId) -> Result<Option<SecurityState>, Error> {
    let user = |column| Expr::col((user::Entity, column));
    let select = Query::select()
        .expr(user(user::Column::Status))
        .expr(user(user::Column::SecurityEpoch))
        .expr(Expr::col((organisation::Entity, organisation::Column::SecurityEpoch)))
        .from(user::Entity)
        .join(sea_orm::sea_query::JoinType::CrossJoin, organisation::Entity, Condition::all())
        .and_where(user(user::Column::Id).eq(id.0))
        .take();
    let Some(row) = conn.query_one(&select).await? else {
        return Ok(None);
    };
    Ok(Some(SecurityState { active: row.text(0)? == ACTIVE, user_epoch: row.i64(1)?, organisation_epoch: row.i64(2)? }))
}

/// Gives a role; tells whether it was new. The caller raises the organisation's epoch.
///
/// # Errors
/// [`Error::ForeignKey`] when the app is unknown.
pub async fn add_role_member(tx: &Tx, role: &Role, principal: Principal) -> Result<bool, Error> {
    let (kind, id) = principal.parts();
    let insert = Query::insert()
        .into_table(role_member::Entity)
        .columns([
            role_member::Column::AppId,
            role_member::Column::Role,
            role_member::Column::PrincipalKind,
            role_member::Column::PrincipalId,
        ])
        .values_panic([role.app.0.into(), role.role.as_str().into(), kind.into(), id.into()])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    Ok(tx.execute(&insert).await? == 1)
}

/// Takes a role away; tells whether it was there. The caller raises the organisation's epoch.
///
/// # Errors
/// The database failed.
pub async fn remove_role_member(tx: &Tx, role: &Role, principal: Principal) -> Result<bool, Error> {
    let (kind, id) = principal.parts();
    let done =
        role_member::Entity::delete_by_id((role.app.0, role.role.clone(), kind.to_owned(), id)).exec(tx.orm()).await?;
    Ok(done.rows_affected == 1)
}

/// All role members of an app, by role.
///
/// # Errors
/// The database failed.
pub async fn role_members(conn: &impl Connection, app: AppId) -> Result<Vec<role_member::Model>, Error> {
    Ok(role_member::Entity::find()
        .filter(role_member::Column::AppId.eq(app.0))
        .order_by_asc(role_member::Column::Role)
        .order_by_asc(role_member::Column::PrincipalKind)
        .order_by_asc(role_member::Column::PrincipalId)
        .all(conn.orm())
        .await?)
}

/// The roles a user has over all apps, of their own or as a direct member of a department; each once, in order.
///
/// # Errors
/// The database failed.
pub async fn roles_of(conn: &impl Connection, id: UserId) -> Result<Vec<Role>, Error> {
    let departments = departments::ids_where(Expr::col(user_department::Column::UserId).eq(id.0));
    let rows: Vec<(i64, String)> = role_member::Entity::find()
        .select_only()
        .column(role_member::Column::AppId)
        .column(role_member::Column::Role)
        .distinct()
        .filter(
            Condition::any()
                .add(role_member::Column::PrincipalKind.eq("user").and(role_member::Column::PrincipalId.eq(id.0)))
                .add(
                    role_member::Column::PrincipalKind
                        .eq("department")
                        .and(role_member::Column::PrincipalId.in_subquery(departments)),
                ),
        )
        .order_by_asc(role_member::Column::AppId)
        .order_by_asc(role_member::Column::Role)
        .into_tuple()
        .all(conn.orm())
        .await?;
    Ok(rows.into_iter().map(|(app, role)| Role { app: AppId(app), role }).collect())
}

/// The active users who have a role, of their own or by their department, by id.
///
/// # Errors
/// The database failed.
pub async fn users_with_role(conn: &impl Connection, role: &Role) -> Result<Vec<user::Model>, Error> {
    let principals = |kind: &str| {
        Query::select()
            .column(role_member::Column::PrincipalId)
            .from(role_member::Entity)
            .and_where(Expr::col(role_member::Column::AppId).eq(role.app.0))
            .and_where(Expr::col(role_member::Column::Role).eq(role.role.as_str()))
            .and_where(Expr::col(role_member::Column::PrincipalKind).eq(kind))
            .take()
    };
    let by_department = Query::select()
        .column(user_department::Column::UserId)
        .from(user_department::Entity)
        .and_where(Expr::col(user_department::Column::DepartmentId).in_subquery(principals("department")))
        .take();
    Ok(user::Entity::find()
        .filter(user::Column::Status.eq(ACTIVE))
        .filter(
            Condition::any()
                .add(user::Column::Id.in_subquery(principals("user")))
                .add(user::Column::Id.in_subquery(by_department)),
        )
        .order_by_asc(user::Column::Id)
        .all(conn.orm())
        .await?)
}

/// The user's superior, nearest first, up to the top; a circle ends where it closes.
///
/// # Errors
/// The database failed.
pub async fn superiors_of(conn: &impl Connection, id: UserId) -> Result<Vec<UserId>, Error> {
    let chain = Alias::new("chain");
    let (level, person) = (Alias::new("level"), Alias::new("person"));
    let first = Query::select()
        .expr_as(Expr::val(1i64), level.clone())
        .expr_as(Expr::col(user::Column::SuperiorId), person.clone())
        .from(user::Entity)
        .and_where(Expr::col(user::Column::Id).eq(id.0))
        .take();
    let next = Query::select()
        .expr(Expr::col((chain.clone(), level.clone())).add(1i64))
        .expr(Expr::col((user::Entity, user::Column::SuperiorId)))
        .from(user::Entity)
        .inner_join(chain.clone(), Expr::col((user::Entity, user::Column::Id)).equals((chain.clone(), person.clone())))
        .and_where(Expr::col((chain.clone(), level.clone())).lt(LONGEST_CHAIN))
        .take();
    let select = Query::select()
        .column(person.clone())
        .from(chain.clone())
        .and_where(Expr::col(person.clone()).is_not_null())
        .order_by(level.clone(), sea_orm::Order::Asc)
        .take()
        .with(
            sea_orm::sea_query::WithClause::new()
                .recursive(true)
                .cte(
                    sea_orm::sea_query::CommonTableExpression::new()
                        .table_name(chain)
                        .columns([level, person])
                        .query(first.clone().union(sea_orm::sea_query::UnionType::All, next).take())
                        .to_owned(),
                )
                .to_owned(),
        );
    let mut superiors = Vec::new();
    for row in conn.query(&select).await? {
        let superior = UserId(row.i64(0)?);
        if superior == id || superiors.contains(&superior) {
            break;
        }
        superiors.push(superior);
    }
    Ok(superiors)
}

/// Nobody has more superiors above each other than this; a circle is followed no further.
const LONGEST_CHAIN: i64 = 50;

/// Sets who is above a user.
///
/// # Errors
/// [`Error::ForeignKey`] when the superior is unknown.
pub async fn set_superior(tx: &Tx, id: UserId, superior: Option<UserId>) -> Result<(), Error> {
    let Some(found) = user(tx, id).await? else {
        return Err(Error::Stale);
    };
    let mut model = found.into_active_model();
    model.superior_id = Set(superior.map(|superior| superior.0));
    model.update(tx.orm()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fold_login;

    #[test]
    fn a_login_is_the_same_however_it_is_typed() {
        let check = |login: &str, expected: &str| assert_eq!(fold_login(login), expected);
        check(" Wang.Fang ", "wang.fang");
        check("ＷＡＮＧ８", "wang8");
        check("王芳", "王芳");
        check("ÉMILE", "émile");
    }
}
