//! Finding a record for a person: what their roles show, and what their part in its cases adds.

use super::{Error, LiveApp, decide_task::node_access, permits::Rights};
use crate::{
    access::Permit,
    base::id::RecordId,
    definition::{
        flow::FieldAccess,
        role::{Action, FieldRight, Grant, Scope},
    },
    store::{
        Connection, flows,
        records::{self, Record},
    },
};
use std::collections::HashMap;

/// A record with the leave that shows it.
#[derive(Debug)]
pub struct Seen {
    pub permit: Permit,
    pub record: Record,
}

/// A record as the person may see it: by their roles, and by a task or copy of one of its cases. One statement and one per
/// lines field where no flow is involved.
///
/// # Errors
/// `NotFound` where neither shows it.
pub async fn see(
    conn: &impl Connection,
    rights: &Rights<'_>,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<Seen, Error> {
    if !rights.may_read() {
        return Err(Error::forbidden("forbidden"));
    }
    find(conn, rights, live, table, id).await
}

/// The same whatever the caller's token: to find what is about to be written, never to show it.
///
/// # Errors
/// As [`see`].
pub async fn find(
    conn: &impl Connection,
    rights: &Rights<'_>,
    live: &LiveApp,
    table: &str,
    id: RecordId,
) -> Result<Seen, Error> {
    let by_roles = rights.permit_of_person(table, Action::View);
    let covered = match &by_roles {
        Ok(permit) => records::get(conn, &live.schema, permit, id).await?,
        Err(_) => None,
    };
    if live.app().submit_flow(table).is_none() {
        return match (by_roles?, covered) {
            (permit, Some(record)) => Ok(Seen { permit, record }),
            (_, None) => Err(Error::NotFound),
        };
    }
    let grant = by_flow(conn, rights, live, table, id, covered.is_some()).await?;
    match (grant, covered, by_roles) {
        (None, Some(record), Ok(permit)) => Ok(Seen { permit, record }),
        (None, _, Err(error)) => Err(error),
        (None, None, Ok(_)) => Err(Error::NotFound),
        (Some(grant), _, by_roles) => {
            let definition = live.app().tables.get(table).ok_or(Error::NotFound)?;
            let permit = Permit::with_record(rights.actor.user, live.key(), id, grant, by_roles.ok())
                .with_behind(rights.behind(definition));
            let record = records::get(conn, &live.schema, &permit, id).await?.ok_or(Error::NotFound)?;
            Ok(Seen { permit, record })
        }
    }
}

/// What the person's part in the record's cases shows them; nothing where they have none, or where roles show as much.
async fn by_flow(
    conn: &impl Connection,
    rights: &Rights<'_>,
    live: &LiveApp,
    table: &str,
    id: RecordId,
    covered: bool,
) -> Result<Option<Grant>, Error> {
    let place = live.schema.id_of(table).ok_or(Error::NotFound)?;
    let cases = flows::of_records(conn, place, &[id.0]).await?;
    if cases.is_empty() {
        return Ok(None);
    }
    let user = rights.actor.user;
    let ids: Vec<i64> = cases.iter().map(|case| case.id).collect();
    let tasks = flows::tasks_of_user(conn, &ids, user).await?;
    let mut named = HashMap::new();
    for task in tasks.iter().filter(|task| task.state == "open") {
        let flow = cases.iter().find(|case| case.id == task.case_id).and_then(|case| live.app().flows.get(&case.flow));
        named.extend(node_access(flow.and_then(|flow| flow.node(&task.node))));
    }
    let mut fields = indexmap::IndexMap::new();
    for (path, access) in &named {
        let right = if *access == FieldAccess::Hidden { FieldRight::Hidden } else { FieldRight::Read };
        // Fields that the node does not name follow the person's roles, where those show the record.
        if path != "*" || !covered {
            fields.insert(path.clone(), right);
        }
    }
    if covered {
        if fields.is_empty() {
            return Ok(None);
        }
        fields.insert("*".to_owned(), FieldRight::Hidden);
    } else {
        let started = cases.iter().any(|case| case.starter_id == user.0);
        if tasks.is_empty() && !started && !flows::has_copy(conn, &ids, user).await? {
            return Ok(None);
        }
        fields.entry("*".to_owned()).or_insert(FieldRight::Read);
    }
    Ok(Some(Grant { table: table.to_owned(), actions: vec![Action::View], scope: Scope::default(), fields }))
}
