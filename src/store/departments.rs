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
