//! The four boxes of a person: to do, done, started, copies. Paged by keyset; counted no further than needed.

use super::super::{
    Connection, Error, Row,
    entity::{app, flow_case, flow_cc, flow_task},
    integer,
};
use crate::base::{id::UserId, time::Timestamp};
use sea_orm::{
    Iden,
    sea_query::{Expr, ExprTrait, Func, IntoColumnRef, Order, Query, SelectStatement},
};

/// Which of a person's boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Box {
    Todo,
    Done,
    Started,
    Copies,
}

impl Box {
    pub const ALL: [Self; 4] = [Self::Todo, Self::Done, Self::Started, Self::Copies];

    /// The word in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Done => "done",
            Self::Started => "started",
            Self::Copies => "cc",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.as_str() == name)
    }
}

/// What a box is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    pub app: Option<i64>,
    pub table: Option<i64>,
    pub record: Option<i64>,
    pub case: Option<i64>,
    /// Text that the title holds.
    pub words: Option<String>,
}

/// A row of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRow {
    /// The task's, copy's or case's id: the key of the next page.
    pub key: i64,
    /// The task, in the boxes of tasks.
    pub task: Option<i64>,
    pub case: i64,
    pub app: i64,
    pub app_key: String,
    pub flow: String,
    /// The version of the app that the case is pinned to.
    pub version: i64,
    pub table: i64,
    pub record: i64,
    pub case_state: String,
    pub rev: i64,
    pub starter: UserId,
    pub title: String,
    pub summary: String,
    /// The node of the task or copy; empty for a case.
    pub node: String,
    pub task_state: String,
    pub at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub read: bool,
}

fn col(entity: &impl Iden, column: impl sea_orm::IdenStatic) -> Expr {
    Expr::col((entity.to_string(), column.as_str().to_owned()).into_column_ref())
}

fn base(which: Box, user: UserId, narrowed: &Narrowed, postgres: bool) -> (SelectStatement, Expr) {
    let (case, task, copy) = (flow_case::Entity, flow_task::Entity, flow_cc::Entity);
    let mut select = Query::select();
    let key = match which {
        Box::Todo | Box::Done => {
            select
                .from(task)
                .inner_join(case, col(&case, flow_case::Column::Id).eq(col(&task, flow_task::Column::CaseId)));
            select.and_where(col(&task, flow_task::Column::UserId).eq(user.0));
            if which == Box::Todo {
                // A literal, so that the partial index of open tasks is used.
                select.and_where(Expr::cust("flow_task.state = 'open'"));
            } else {
                select.and_where(col(&task, flow_task::Column::DecidedAt).is_not_null());
            }
            col(&task, flow_task::Column::Id)
        }
        Box::Started => {
            select.from(case).and_where(col(&case, flow_case::Column::StarterId).eq(user.0));
            col(&case, flow_case::Column::Id)
        }
        Box::Copies => {
            select
                .from(copy)
                .inner_join(case, col(&case, flow_case::Column::Id).eq(col(&copy, flow_cc::Column::CaseId)));
            select.and_where(col(&copy, flow_cc::Column::UserId).eq(user.0));
            col(&copy, flow_cc::Column::Id)
        }
    };
    for (column, wanted) in [
        (flow_case::Column::AppId, narrowed.app),
        (flow_case::Column::TableId, narrowed.table),
        (flow_case::Column::RecordId, narrowed.record),
        (flow_case::Column::Id, narrowed.case),
    ] {
        if let Some(wanted) = wanted {
            select.and_where(col(&case, column).eq(wanted));
        }
    }
    if let Some(words) = narrowed.words.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let name = if postgres { "strpos" } else { "instr" };
        let title = Func::lower(col(&case, flow_case::Column::Title));
        let found: Expr = Func::cust(name).arg(title).arg(crate::query::fold(words)).into();
        select.and_where(found.gt(0));
    }
    (select, key)
}

/// A page of a box, newest first, after the row with the key `after`; one row more than `limit` tells that there is more.
///
/// # Errors
/// The database failed.
pub async fn page(
    conn: &impl Connection,
    which: Box,
    user: UserId,
    narrowed: &Narrowed,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<BoxRow>, Error> {
    let (mut select, key) = base(which, user, narrowed, conn.is_postgres());
    let (case, task, copy, app) = (flow_case::Entity, flow_task::Entity, flow_cc::Entity, app::Entity);
    select.inner_join(app, col(&app, app::Column::Id).eq(col(&case, flow_case::Column::AppId)));
    select.expr(key.clone());
    for column in [flow_case::Column::Id, flow_case::Column::AppId] {
        select.expr(col(&case, column));
    }
    select.expr(col(&app, app::Column::Key));
    for column in [
        flow_case::Column::Flow,
        flow_case::Column::VersionNumber,
        flow_case::Column::TableId,
        flow_case::Column::RecordId,
        flow_case::Column::State,
        flow_case::Column::Rev,
        flow_case::Column::StarterId,
        flow_case::Column::Title,
        flow_case::Column::Summary,
        flow_case::Column::CreatedAt,
        flow_case::Column::EndedAt,
    ] {
        select.expr(col(&case, column));
    }
    match which {
        Box::Todo | Box::Done => {
            for column in [
                flow_task::Column::Node,
                flow_task::Column::State,
                flow_task::Column::OpenedAt,
                flow_task::Column::DecidedAt,
                flow_task::Column::ReadAt,
            ] {
                select.expr(col(&task, column));
            }
        }
        Box::Copies => {
            select
                .expr(col(&copy, flow_cc::Column::Node))
                .expr(Expr::val(""))
                .expr(col(&copy, flow_cc::Column::CreatedAt));
            select.expr(integer(Expr::val(Option::<i64>::None))).expr(col(&copy, flow_cc::Column::ReadAt));
        }
        Box::Started => {}
    }
    if let Some(after) = after {
        select.and_where(key.clone().lt(after));
    }
    select.order_by_expr(key, Order::Desc).limit(limit + 1);
    conn.query(&select).await?.iter().map(|row| read(which, row)).collect()
}

fn read(which: Box, row: &Row) -> Result<BoxRow, Error> {
    let tasks = matches!(which, Box::Todo | Box::Done);
    let detailed = which != Box::Started;
    Ok(BoxRow {
        key: row.i64(0)?,
        task: if tasks { Some(row.i64(0)?) } else { None },
        case: row.i64(1)?,
        app: row.i64(2)?,
        app_key: row.text(3)?,
        flow: row.text(4)?,
        version: row.i64(5)?,
        table: row.i64(6)?,
        record: row.i64(7)?,
        case_state: row.text(8)?,
        rev: row.i64(9)?,
        starter: UserId(row.i64(10)?),
        title: row.text(11)?,
        summary: row.text(12)?,
        node: if detailed { row.text(15)? } else { String::new() },
        task_state: if detailed { row.text(16)? } else { String::new() },
        at: Timestamp(if detailed { row.i64(17)? } else { row.i64(13)? }),
        decided_at: if detailed { row.opt_i64(18)?.map(Timestamp) } else { row.opt_i64(14)?.map(Timestamp) },
        read: !detailed || row.opt_i64(19)?.is_some(),
    })
}

/// How many rows a box has, counted to `cap + 1` at most.
///
/// # Errors
/// The database failed.
pub async fn counts(
    conn: &impl Connection,
    which: Box,
    user: UserId,
    narrowed: &Narrowed,
    cap: u64,
) -> Result<u64, Error> {
    let (mut inner, _) = base(which, user, narrowed, conn.is_postgres());
    inner.expr(Expr::val(1)).limit(cap + 1);
    let mut outer = Query::select();
    outer.expr(integer(Expr::cust("COUNT(*)"))).from_subquery(inner, "counted");
    let row = conn.query_one(&outer).await?.ok_or_else(|| Error::other("a count answers a row"))?;
    Ok(u64::try_from(row.i64(0)?).unwrap_or(0))
}
