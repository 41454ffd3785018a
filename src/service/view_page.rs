//! A view with the figures that it names: its columns, a page of its rows, its totals.

use super::{
    Call, Error, LiveApp,
    aggregate::{AggregateRequest, aggregate},
    permits::Rights,
    records::{ListRequest, Listed, list},
    represent,
    selection::Selection,
    views,
};
use crate::{
    base::{id::TableId, value::Value},
    definition::{
        field::{Field, Kind},
        view::{Total, View},
    },
    query::{FieldPath, SystemField, resolve},
    store::{Connection, records::Record, saved_views},
};
use serde_json::{Map, Value as Json, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// A column of the answer: a field of the table, of a linked record, or one that every record has.
struct Column {
    key: String,
    title: String,
    path: FieldPath,
    /// Reads and writes its values.
    field: Field,
    total: Option<Total>,
}

/// `{"columns", "rows", "totals", "refs", "partial", "next"}` of an app's view, or of a saved one by its id. Columns that the
/// person may not see are left out.
///
/// # Errors
/// `NotFound` for a view that the person may not open; a limit or cursor that does not fit.
pub async fn view_page(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    key: &str,
    limit: Option<u64>,
    cursor: Option<String>,
) -> Result<Json, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let view = find(conn, &rights, key).await?;
    let chosen = Selection::new(conn, &rights, &view.table, Some(key), None).await?;
    let columns = columns(&rights, &chosen, &view)?;
    let hops = columns.iter().filter(|column| matches!(column.path, FieldPath::Hop(..)));
    let request = ListRequest {
        view: Some(key.to_owned()),
        limit,
        cursor,
        hops: hops.map(|column| column.path.to_string()).collect(),
        ..ListRequest::default()
    };
    let (listed, _) = list(conn, call, live, &view.table, &request).await?;

    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(listed.records.len());
    for record in &listed.records {
        let mut values = Vec::with_capacity(columns.len());
        for column in &columns {
            let value = value_of(&listed, record, &column.path);
            if let Some(target) = represent::target_of(&column.field) {
                wanted.entry(target.to_owned()).or_default().extend(ids(&value));
            }
            values.push(column.field.write(&value));
        }
        rows.push(json!({"id": record.id.0, "version": record.version, "values": values}));
    }
    let labels = represent::labels_of(conn, &rights, wanted).await?;
    let mut refs: Map<String, Json> = Map::new();
    for record in &listed.records {
        for column in &columns {
            for id in ids(&value_of(&listed, record, &column.path)) {
                if let Some(label) = labels.of(&column.field, id) {
                    refs.entry(column.key.clone()).or_insert_with(|| json!({}))[id.to_string()] =
                        json!({"label": label});
                }
            }
        }
    }
    let heads: Vec<Json> = columns
        .iter()
        .map(|column| json!({"key": column.key, "title": column.title, "kind": column.field.kind.name()}))
        .collect();
    let (totals, partial) = totals(conn, call, live, key, &view.table, &columns).await?;
    Ok(json!({
        "columns": heads, "rows": rows, "totals": totals, "refs": refs, "partial": partial, "next": listed.next,
    }))
}

/// The app's view of this key in the person's language, else the saved one of this id.
async fn find<'a>(conn: &impl Connection, rights: &Rights<'a>, key: &str) -> Result<Cow<'a, View>, Error> {
    let face = &rights.live.face(&rights.actor.locale).app;
    if let Some(view) = face.views.get(key) {
        return Ok(Cow::Borrowed(view));
    }
    let id = key.parse().map_err(|_| Error::NotFound)?;
    let saved = saved_views::find(conn, id).await?.ok_or(Error::NotFound)?;
    let table = rights.live.table_key(TableId(saved.table_id).0).ok_or(Error::NotFound)?;
    Ok(Cow::Owned(views::find(conn, rights, table, key).await?.view))
}

fn columns(rights: &Rights<'_>, chosen: &Selection<'_>, view: &View) -> Result<Vec<Column>, Error> {
    let app = &rights.live.face(&rights.actor.locale).app;
    let table = app.tables.get(&view.table).ok_or(Error::NotFound)?;
    let mut columns = Vec::new();
    for written in &view.columns {
        let key = written.field().to_owned();
        let Ok((path, resolved)) = resolve(&key, table, app.as_ref()) else { continue };
        if !chosen.has(&key) || columns.iter().any(|column: &Column| column.key == key) {
            continue;
        }
        let own = written.detail().and_then(|detail| detail.title.clone());
        let field = resolved.field.cloned().unwrap_or_else(|| system_field(&path));
        let title = own.unwrap_or_else(|| field.title.clone());
        columns.push(Column { title, path, total: view.totals.get(&key).copied(), key, field });
    }
    Ok(columns)
}

/// A field that writes what every record has.
fn system_field(path: &FieldPath) -> Field {
    let end = path.end();
    let kind = match end {
        FieldPath::System(SystemField::State) => Kind::Text,
        FieldPath::System(SystemField::CreatedAt | SystemField::UpdatedAt) => Kind::DateTime,
        FieldPath::System(SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner) => Kind::Member,
        FieldPath::System(SystemField::Department) => Kind::Department,
        _ => Kind::Integer,
    };
    let mut field = Field::plain(&end.to_string(), kind);
    field.title = end.to_string();
    field
}

fn value_of(listed: &Listed, record: &Record, path: &FieldPath) -> Value {
    let person = |user: Option<crate::base::id::UserId>| user.map_or(Value::Unset, |user| Value::Integer(user.0));
    match path {
        FieldPath::Field(key) => record.document.get(key).clone(),
        FieldPath::Hop(..) => {
            let read = listed.hops.iter().position(|hop| hop == path);
            read.and_then(|at| record.hops.get(at)).cloned().unwrap_or_default()
        }
        FieldPath::System(system) => match system {
            SystemField::Id => Value::Integer(record.id.0),
            SystemField::Version => Value::Integer(record.version),
            SystemField::State => record.state.as_deref().map_or(Value::Unset, Value::from),
            SystemField::CreatedAt => Value::Instant(record.created_at),
            SystemField::UpdatedAt => Value::Instant(record.updated_at),
            SystemField::CreatedBy => person(record.created_by),
            SystemField::UpdatedBy => person(record.updated_by),
            SystemField::Owner => person(record.owner),
            SystemField::Department => record.department.map_or(Value::Unset, Value::Integer),
        },
    }
}

fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_integer).collect(),
        one => one.as_integer().into_iter().collect(),
    }
}

/// The totals that the view names, under its columns; nothing where it names none.
async fn totals(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    view: &str,
    table: &str,
    columns: &[Column],
) -> Result<(Json, bool), Error> {
    let measures: Vec<String> = columns.iter().filter_map(|column| Some(column.total?.measure(&column.key))).collect();
    if measures.is_empty() {
        return Ok((Json::Null, false));
    }
    let request =
        AggregateRequest { view: Some(view.to_owned()), measure: measures.join(","), ..AggregateRequest::default() };
    let answer = aggregate(conn, call, live, table, &request).await?;
    let figures = answer.groups.first().map_or(&[][..], |group| group.figures.as_slice());
    let under = |column: &Column| {
        let name = column.total?.measure(&column.key);
        let at = answer.measures.iter().position(|measure| measure.name == name)?;
        Some(answer.measures[at].field.write(figures.get(at)?))
    };
    Ok((columns.iter().map(|column| under(column).unwrap_or(Json::Null)).collect(), answer.masked))
}
