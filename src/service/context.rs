//! What rules are evaluated with: the person, the settings, the day, and the rows behind links, read beforehand.

use super::{Call, Error, LiveApp};
use crate::{
    access::{Actor, Permit},
    base::{
        id::{DepartmentId, UserId},
        value::{Document, Value, Values},
    },
    definition::{app::App, field::Field, role::Action, table::Table},
    rules::{Context, Expression, Hops, Limits, Links, Names, UserView},
    store::{
        Connection,
        records::{self, Record},
    },
};
use jiff::civil::Date;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The circumstances of evaluations in one request.
pub struct Circumstances<'a> {
    live: &'a LiveApp,
    user: UserView,
    today: Date,
    now: crate::base::time::Timestamp,
    rows: Rows,
}

/// Rows behind links, by table and id.
struct Rows {
    app: Arc<App>,
    found: HashMap<(String, i64), Arc<Values>>,
}

impl Links for Rows {
    fn get(&self, table: &str, id: i64) -> Option<Arc<Values>> {
        self.found.get(&(table.to_owned(), id)).cloned()
    }

    fn field(&self, table: &str, key: &str) -> Option<&Field> {
        self.app.tables.get(table)?.field(key)
    }
}

/// The person as rules see them.
#[must_use]
pub fn user_view(actor: &Actor) -> UserView {
    UserView {
        id: actor.user,
        name: actor.name.clone(),
        login: actor.login.clone(),
        department: actor.departments.first().copied().map(DepartmentId),
    }
}

impl<'a> Circumstances<'a> {
    #[must_use]
    pub fn new(call: &Call, live: &'a LiveApp) -> Self {
        let app = live.face(&call.actor.locale).app.clone();
        Self {
            live,
            user: user_view(&call.actor),
            today: call.today(),
            now: call.now,
            rows: Rows { app, found: HashMap::new() },
        }
    }

    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            user: &self.user,
            settings: &self.live.settings,
            today: self.today,
            now: self.now,
            links: &self.rows,
            limits: Limits::default(),
        }
    }

    /// Reads what rules over `document` need behind its links. Computed values are the same for everybody, so the app reads.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(
        &mut self,
        conn: &impl Connection,
        table: &Table,
        document: &Document,
        hops: &Hops,
    ) -> Result<(), Error> {
        self.load_all(conn, table, std::iter::once(document), hops).await
    }

    /// The same for several documents of a table, with no more statements than for one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_all<'d>(
        &mut self,
        conn: &impl Connection,
        table: &Table,
        documents: impl Iterator<Item = &'d Document>,
        hops: &Hops,
    ) -> Result<(), Error> {
        // Further hops are reached by reading their own link first, then asking again one table on.
        let mut wanted: Vec<(String, i64, BTreeSet<String>)> = Vec::new();
        for document in documents {
            for (path, fields) in hops {
                let Some(field) = table.field_at(path) else { continue };
                let Some(target) = field.target.clone() else { continue };
                for id in ids_at(document, path) {
                    wanted.push((target.clone(), id, fields.clone()));
                }
            }
        }
        self.load_rows(conn, wanted).await
    }

    /// Reads what one expression needs behind the document's links.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_for(
        &mut self,
        conn: &impl Connection,
        table: &Table,
        lines: Option<&str>,
        variables: &[&str],
        expression: &Expression,
        document: &Document,
    ) -> Result<(), Error> {
        let hops = hops_of(table, lines, variables, expression);
        self.load(conn, table, document, &hops).await
    }

    /// Reads fields of rows named by table and id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_rows(
        &mut self,
        conn: &impl Connection,
        mut wanted: Vec<(String, i64, BTreeSet<String>)>,
    ) -> Result<(), Error> {
        while !wanted.is_empty() {
            let mut by_table: HashMap<String, (BTreeSet<i64>, BTreeSet<String>)> = HashMap::new();
            for (table, id, fields) in &wanted {
                let entry = by_table.entry(table.clone()).or_default();
                entry.0.insert(*id);
                entry.1.extend(fields.iter().map(|path| path.split('.').next().unwrap_or(path).to_owned()));
            }
            for (table, (ids, fields)) in by_table {
                let permit = Permit::as_app(self.live.key(), &table, Action::View);
                let fields: Vec<String> = fields.into_iter().collect();
                for (id, values) in records::targets(conn, &self.live.schema, &permit, &ids, &fields).await? {
                    let slot = self.rows.found.entry((table.clone(), id)).or_default();
                    let mut merged = (**slot).clone();
                    merged.extend(values);
                    *slot = Arc::new(merged);
                }
            }
            let mut next = Vec::new();
            for (table, id, fields) in wanted {
                for path in &fields {
                    let Some((link, rest)) = path.split_once('.') else { continue };
                    let target = self.rows.field(&table, link).and_then(|field| field.target.clone());
                    let behind = self.rows.get(&table, id).and_then(|row| row.get(link).and_then(Value::as_integer));
                    if let (Some(target), Some(behind)) = (target, behind) {
                        next.push((target, behind, BTreeSet::from([rest.to_owned()])));
                    }
                }
            }
            wanted = next;
        }
        Ok(())
    }
}

/// A record with what the engine writes of it, as rules of its own see it: `record.id`, `record.state`, `record.created_by`.
pub(super) fn with_system_fields(record: Record) -> Document {
    let mut document = record.document;
    let person = |user: Option<UserId>| user.map_or(Value::Unset, |user| Value::Integer(user.0));
    let values = [
        ("id", Value::Integer(record.id.0)),
        ("version", Value::Integer(record.version)),
        ("state", record.state.map_or(Value::Unset, Value::Text)),
        ("created_at", Value::Instant(record.created_at)),
        ("created_by", person(record.created_by)),
        ("updated_at", Value::Instant(record.updated_at)),
        ("updated_by", person(record.updated_by)),
        ("owner", person(record.owner)),
        ("department", record.department.map_or(Value::Unset, Value::Integer)),
    ];
    document.values.extend(values.map(|(key, value)| (key.to_owned(), value)));
    document
}

/// The ids that a link field, or a link column of lines, holds in the document.
pub(super) fn ids_at(document: &Document, path: &str) -> Vec<i64> {
    match path.split_once('.') {
        None => document.get(path).as_integer().into_iter().collect(),
        Some((lines, column)) => {
            document.lines_of(lines).iter().filter_map(|line| line.get(column).as_integer()).collect()
        }
    }
}

/// What an expression needs behind links.
fn hops_of(table: &Table, lines: Option<&str>, variables: &[&str], expression: &Expression) -> Hops {
    let mut hops = Hops::new();
    let names = Names { variables, ..Names::of(table).in_line(lines) };
    expression.link_hops(&names, &mut hops);
    hops
}
