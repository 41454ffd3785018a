//! Records in columns by the value of one field: how many and how much each column holds, and its first records.

use super::{
    Call, Error, LiveApp,
    aggregate::{AggregateRequest, aggregate, compare_key},
    permits::Rights,
    records::{ListRequest, Listed, options, order},
    represent::{self, Labels, PEOPLE},
    selection::{Selection, filter_error},
};
use crate::{
    base::value::Value,
    definition::field::{Field, Kind},
    query::{Condition, Cursor, FieldPath, Figure, GroupKey, Operator, Page, SystemField, Test, group_filter},
    store::{
        Connection, people,
        records::{self, Listing},
    },
};
use serde_json::Value as Json;
use std::ops::Range;

/// The most columns of a board.
pub const MOST_COLUMNS: u64 = 40;
/// Records and people that nothing points at have columns too where there are no more of them.
const FEW: u64 = 12;
/// The states of a record in the order in which it goes through them.
const STATES: [&str; 5] = ["draft", "in_approval", "approved", "rejected", "revoked"];

/// What a caller asks of a board. Its list says which rows, in which order, and how many of each column.
#[derive(Debug, Clone, Default)]
pub struct BoardRequest {
    pub list: ListRequest,
    /// A field of the table, or `state`.
    pub by: String,
    /// Figures of each column: `sum(amount)`.
    pub measure: String,
    /// The column with this value alone, as the API writes it, from the list's cursor on.
    pub only: Option<Json>,
}

/// Records in columns.
#[derive(Debug)]
pub struct Board {
    /// The records of all columns, one column after the other.
    pub listed: Listed,
    pub by: Figure,
    pub measures: Vec<Figure>,
    pub columns: Vec<Column>,
    /// What the columns of links and people are called.
    pub labels: Labels,
    /// There are more columns than are shown.
    pub truncated: bool,
    /// Some rows withhold what is added up.
    pub masked: bool,
}

/// The records with one value.
#[derive(Debug)]
pub struct Column {
    pub value: Value,
    pub count: i64,
    /// In the order of the measures.
    pub figures: Vec<Value>,
    /// Its records among those of the board.
    pub records: Range<usize>,
    /// Where it goes on.
    pub next: Option<String>,
    /// The filter that finds its records among those of the board.
    pub filter: Json,
}

/// A board. The number of statements depends neither on the rows nor on the columns.
///
/// # Errors
/// `NotFound` for a table or view that the person cannot see; a field that has no columns; filters and sorts that do not fit.
pub async fn board(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &BoardRequest,
) -> Result<Board, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let asked = &request.list;
    let chosen = Selection::new(conn, &rights, table, asked.view.as_deref(), asked.filter.as_ref()).await?;
    let (key, by) = GroupKey::parse_all(&request.by, &chosen.names())
        .map_err(|error| filter_error("/by", error))?
        .into_iter()
        .next()
        .ok_or_else(|| Error::invalid("/by", "required"))?;
    let counted = AggregateRequest {
        view: asked.view.clone(),
        filter: asked.filter.clone(),
        search: asked.search.clone(),
        group: request.by.clone(),
        measure: match request.measure.as_str() {
            "" => "count()".to_owned(),
            figures => format!("count(),{figures}"),
        },
        limit: Some(MOST_COLUMNS),
        ..AggregateRequest::default()
    };
    let gathered = aggregate(conn, call, live, table, &counted).await?;
    let found = gathered.groups.iter().filter_map(|group| group.keys.first());
    let (mut values, labels) = columns(conn, &rights, &key.path, &by.field, found, gathered.labels).await?;
    let truncated = gathered.truncated || values.len() as u64 > MOST_COLUMNS;
    values.truncate(usize::try_from(MOST_COLUMNS).unwrap_or(usize::MAX));
    if let Some(only) = &request.only {
        values.retain(|value| by.field.write(value) == *only);
    }

    let sort = order(live, table, &chosen, asked.sort.as_deref())?;
    let hops = chosen.hops(&asked.hops);
    let limit = asked.limit.unwrap_or(20);
    let search = records::search(conn, &live.schema, chosen.reading(), asked.search.as_deref()).await?;
    let listings: Vec<Listing<'_>> = values
        .iter()
        .map(|value| Listing {
            condition: chosen.condition.clone().and(in_column(&key.path, value)),
            search: search.clone(),
            sort: &sort,
            page: Page { limit, after: None },
            hops: &hops,
        })
        .collect();
    let after = match asked.cursor.as_deref().filter(|_| request.only.is_some()) {
        Some(text) => Some(Cursor::decode(text).map_err(|_| Error::invalid("/cursor", "bad_cursor"))?),
        None => None,
    };
    let lists = match (listings.as_slice(), after) {
        ([only], Some(after)) => {
            let mut only = only.clone();
            only.page.after = Some(after);
            let page = records::list(conn, &live.schema, chosen.reading(), &only).await?;
            vec![page.map_err(|_| Error::invalid("/cursor", "bad_cursor"))?]
        }
        (several, _) => records::lists(conn, &live.schema, chosen.reading(), several).await?,
    };
    let mut records = Vec::new();
    let mut columns = Vec::with_capacity(values.len());
    for (value, (mut cards, next)) in values.into_iter().zip(lists) {
        let group = gathered.groups.iter().find(|group| group.keys.first() == Some(&value));
        let (count, figures) = group.and_then(|group| group.figures.split_first()).unzip();
        let start = records.len();
        records.append(&mut cards);
        columns.push(Column {
            filter: group_filter(&key, &by.field, &value),
            value,
            count: count.and_then(Value::as_integer).unwrap_or(0),
            figures: figures.unwrap_or_default().to_vec(),
            records: start..records.len(),
            next: next.map(|cursor| cursor.encode()),
        });
    }
    let Selection { permit, .. } = chosen;
    let listed = Listed { permit, records, next: None, sort: sort.clone(), hops: hops.clone(), count: None };
    let measures = gathered.measures.into_iter().skip(1).collect();
    Ok(Board { listed, by, measures, columns, labels, truncated, masked: gathered.masked })
}

/// The rows whose value is this one.
fn in_column(path: &FieldPath, value: &Value) -> Condition {
    match value {
        Value::Unset => Condition::Test(Test { path: path.clone(), operator: Operator::Empty, values: Vec::new() }),
        value => Condition::equals(path.clone(), value.clone()),
    }
}

/// The columns from left to right: what the field offers, whether somebody uses it or not, then what else is there; unset last.
async fn columns<'v>(
    conn: &impl Connection,
    rights: &Rights<'_>,
    path: &FieldPath,
    field: &Field,
    found: impl Iterator<Item = &'v Value>,
    mut labels: Labels,
) -> Result<(Vec<Value>, Labels), Error> {
    let mut values: Vec<Value> = match path {
        FieldPath::System(SystemField::State) => STATES.map(Value::from).to_vec(),
        _ if field.kind == Kind::Choice => {
            field.options.iter().map(|option| Value::from(option.value.as_str())).collect()
        }
        _ if field.kind == Kind::Boolean => vec![Value::Bool(true), Value::Bool(false)],
        _ => Vec::new(),
    };
    let by_label = values.is_empty();
    let mut unset = !field.required && matches!(path, FieldPath::Field(_)) && field.kind != Kind::Boolean;
    for value in found {
        unset |= value.is_unset();
        if !value.is_unset() && !values.contains(value) {
            values.push(value.clone());
        }
    }
    if by_label {
        for (target, id, label) in offered(conn, rights, field).await? {
            labels.0.entry(target).or_default().insert(id, label);
            if !values.contains(&Value::Integer(id)) {
                values.push(Value::Integer(id));
            }
        }
        values.sort_by(|one, other| compare_key(field, &labels, one, other));
    }
    if unset {
        values.push(Value::Unset);
    }
    Ok((values, labels))
}

/// What a field can point at, where that is little: table, id and name.
async fn offered(
    conn: &impl Connection,
    rights: &Rights<'_>,
    field: &Field,
) -> Result<Vec<(String, i64, String)>, Error> {
    let few = usize::try_from(FEW).unwrap_or(usize::MAX);
    let Some(target) = represent::target_of(field) else { return Ok(Vec::new()) };
    let known: Vec<(i64, String)> = if field.kind.is_member() {
        people::active_users(conn).await?.into_iter().map(|user| (user.id, user.name)).collect()
    } else if field.kind.is_link() {
        match options(conn, rights, target, None, None, FEW + 1).await {
            Ok(known) => known,
            Err(Error::NotFound | Error::Forbidden { .. }) => Vec::new(),
            Err(other) => return Err(other),
        }
    } else {
        Vec::new()
    };
    let table = if field.kind.is_member() { PEOPLE } else { target };
    let all = known.into_iter().map(|(id, label)| (table.to_owned(), id, label));
    let all: Vec<_> = all.collect();
    Ok(if all.len() > few { Vec::new() } else { all })
}
