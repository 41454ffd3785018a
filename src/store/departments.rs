//! The parts of the company: a tree, with heads and members.

use super::{
    Connection, Error, Tx,
    entity::{department, user, user_department},
    people::ACTIVE,
};
use crate::base::id::{DepartmentId, UserId};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};
use std::collections::{BTreeSet, HashMap};

/// Stores a new department.
///
/// # Errors
/// [`Error::ForeignKey`] when the parent or the head is unknown.
pub async fn insert(
    tx: &Tx,
    name: &str,
    parent: Option<DepartmentId>,
    head: Option<UserId>,
) -> Result<DepartmentId, Error> {
    let model = department::ActiveModel {
        id: NotSet,
        parent_id: Set(parent.map(|parent| parent.0)),
        name: Set(name.to_owned()),
        head_id: Set(head.map(|head| head.0)),
    };
    Ok(DepartmentId(model.insert(tx.orm()).await?.id))
}

/// Sets who heads a department.
///
/// # Errors
/// [`Error::ForeignKey`] when the head is unknown.
pub async fn set_head(tx: &Tx, id: DepartmentId, head: Option<UserId>) -> Result<(), Error> {
    department::Entity::update_many()
        .col_expr(department::Column::HeadId, Expr::val(head.map(|head| head.0)))
        .filter(department::Column::Id.eq(id.0))
        .exec(tx.orm())
        .await?;
    Ok(())
}

/// All departments, by id.
///
/// # Errors
/// The database failed.
pub async fn list(conn: &impl Connection) -> Result<Vec<department::Model>, Error> {
    Ok(department::Entity::find().order_by_asc(department::Column::Id).all(conn.orm()).await?)
}

/// The ids of departments by name. A name that several have stands for none of them.
///
/// # Errors
/// The database failed.
pub async fn ids_by_name(conn: &impl Connection, names: &BTreeSet<String>) -> Result<HashMap<String, i64>, Error> {
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    for department in list(conn).await?.into_iter().filter(|department| names.contains(&department.name)) {
        found.entry(department.name).or_default().push(department.id);
    }
    Ok(found.into_iter().filter(|(_, ids)| ids.len() == 1).map(|(name, ids)| (name, ids[0])).collect())
}

/// Every department with its names from the top (`Works / Stores`), in the order of those.
///
/// # Errors
/// The database failed.
pub async fn paths(conn: &impl Connection) -> Result<Vec<(i64, String)>, Error> {
    let all = list(conn).await?;
    let path = |department: &department::Model| {
        let mut names = vec![department.name.as_str()];
        let mut above = department.parent_id;
        // No tree is deeper than it has departments: a ring, which nobody should have made, ends as well.
        while let Some(parent) =
            above.and_then(|id| all.iter().find(|other| other.id == id)).filter(|_| names.len() < all.len())
        {
            names.push(&parent.name);
            above = parent.parent_id;
        }
        names.reverse();
        (department.id, names.join(" / "))
    };
    let mut paths: Vec<(i64, String)> = all.iter().map(path).collect();
    paths.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(paths)
}

/// The departments a user belongs to directly, by id; each with its head.
///
/// # Errors
/// The database failed.
pub async fn of_user(conn: &impl Connection, id: UserId) -> Result<Vec<department::Model>, Error> {
    Ok(department::Entity::find()
        .filter(department::Column::Id.in_subquery(ids_where(Expr::col(user_department::Column::UserId).eq(id.0))))
        .order_by_asc(department::Column::Id)
        .all(conn.orm())
        .await?)
}

/// The direct members of a department who are active, by id.
///
/// # Errors
/// The database failed.
pub async fn members(conn: &impl Connection, id: DepartmentId) -> Result<Vec<user::Model>, Error> {
    let members = Query::select()
        .column(user_department::Column::UserId)
        .from(user_department::Entity)
        .and_where(Expr::col(user_department::Column::DepartmentId).eq(id.0))
        .take();
    Ok(user::Entity::find()
        .filter(user::Column::Id.in_subquery(members))
        .filter(user::Column::Status.eq(ACTIVE))
        .order_by_asc(user::Column::Id)
        .all(conn.orm())
        .await?)
}

/// Puts a user into a department; nothing happens when they are in it.
///
/// # Errors
/// [`Error::ForeignKey`] when one of them is unknown.
pub async fn join(tx: &Tx, user: UserId, id: DepartmentId) -> Result<(), Error> {
    let insert = Query::insert()
        .into_table(user_department::Entity)
        .columns([user_department::Column::UserId, user_department::Column::DepartmentId])
        .values_panic([user.0.into(), id.0.into()])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .take();
    tx.execute(&insert).await?;
    Ok(())
}

/// The ids of the departments that have a member for whom `filter` holds.
pub(super) fn ids_where(filter: sea_orm::sea_query::SimpleExpr) -> SelectStatement {
    Query::select().column(user_department::Column::DepartmentId).from(user_department::Entity).and_where(filter).take()
}
