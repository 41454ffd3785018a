//! Reading records: a list, one, and what a page around them needs.

use super::{
    Call, Error, LiveApp,
    permits::Rights,
    represent, see,
    selection::{Selection, filter_error},
};
use crate::{
    access::Permit,
    base::{error::FieldError, id::RecordId},
    definition::{role::Action, view::View},
    query::{Condition, Cursor, FieldPath, Page, Sort, SystemField},
    store::{
        Connection, Reading,
        records::{self, Listing, Record},
    },
};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// The most rows of a page.
pub const MOST_ROWS: u64 = 200;
/// Counting stops here.
pub const COUNTED: u64 = 10_000;

/// What a caller asks of a list, as they wrote it.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    pub view: Option<String>,
    pub filter: Option<Json>,
    pub search: Option<String>,
    pub sort: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
    /// Link hops to read besides the fields.
    pub hops: Vec<String>,
    /// Counted too, no further than this.
    pub count: Option<u64>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listed {
    pub permit: Permit,
    pub records: Vec<Record>,
    pub next: Option<String>,
    pub sort: Vec<Sort>,
    /// The hops that were read, in the order asked; those that may not be read are left out.
    pub hops: Vec<FieldPath>,
    pub count: Option<u64>,
}

/// A page of a table's records.
///
/// # Errors
/// `NotFound` for a table or view that the person cannot see; filters, sorts and cursors that do not fit.
pub async fn list(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &ListRequest,
) -> Result<(Listed, HashMap<String, Permit>), Error> {
    list_for(conn, call, live, table, request, (Action::View, MOST_ROWS)).await
}

/// As [`list`], of the rows on which the person may do this action, and with pages of up to so many rows.
///
/// # Errors
/// As [`list`]; `forbidden` where they may see the table, but not do this.
pub async fn list_for(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &ListRequest,
    (action, most): (Action, u64),
) -> Result<(Listed, HashMap<String, Permit>), Error> {
    let rights = Rights::load(conn, call, live).await?;
    let mut chosen = Selection::new(conn, &rights, table, request.view.as_deref(), request.filter.as_ref()).await?;
    if action != Action::View {
        chosen.permit = rights.permit(table, action)?;
    }
    let sort = order(live, table, &chosen, request.sort.as_deref())?;
    let limit = request.limit.unwrap_or(50);
    if limit == 0 || limit > most {
        let error = FieldError::new("/limit", "maximum").with("maximum", most);
        return Err(Error::Invalid(vec![error]));
    }
    let after = match &request.cursor {
        Some(text) => Some(Cursor::decode(text).map_err(|_| Error::invalid("/cursor", "bad_cursor"))?),
        None => None,
    };
    let hops = chosen.hops(&request.hops);
    let reading = chosen.reading();
    let condition = chosen.condition.clone();
    let search = records::search(conn, &live.schema, reading, request.search.as_deref()).await?;
    let listing = Listing { condition, search, sort: &sort, page: Page { limit, after }, hops: &hops };
    let page = records::list(conn, &live.schema, reading, &listing).await?;
    let (records, next) = page.map_err(|_| Error::invalid("/cursor", "bad_cursor"))?;
    let count = match request.count {
        Some(cap) => Some(records::count(conn, &live.schema, reading, &listing, cap).await?),
        None => None,
    };
    let next = next.map(|cursor| cursor.encode());
    let Selection { permit, targets, .. } = chosen;
    Ok((Listed { permit, records, next, sort, hops, count }, targets))
}

/// The keys by which the rows are sorted: those asked for, else the view's.
pub(super) fn order(
    live: &LiveApp,
    table: &str,
    chosen: &Selection<'_>,
    asked: Option<&str>,
) -> Result<Vec<Sort>, Error> {
    let names = chosen.names();
    match (asked, &chosen.view) {
        (Some(sort), _) => Sort::parse(sort, names.table, names.source).map_err(|error| filter_error("/sort", error)),
        (None, Some(view)) => {
            // A view is for everybody; keys that this reader does not see are left out.
            let app = live.app();
            let definition = app.tables.get(table).ok_or(Error::NotFound)?;
            let keys = Sort::parse(&view.sort.join(","), definition, app.as_ref())
                .map_err(|error| filter_error("/sort", error))?;
            Ok(keys.into_iter().filter(|key| chosen.has(&key.path.to_string())).collect())
        }
        (None, None) => Ok(Vec::new()),
    }
}

/// How many records of a view there are for the person, counted no further than `cap`.
///
/// # Errors
/// As [`list`].
pub async fn count_view(conn: &impl Connection, rights: &Rights<'_>, view: &View, cap: u64) -> Result<u64, Error> {
    let live = rights.live;
    let permit = rights.permit(&view.table, Action::View)?;
    let definition = live.app().tables.get(&view.table).ok_or(Error::NotFound)?;
    let targets = rights.targets(definition);
    let condition = match &view.filter {
        Some(json) => rights.bind(conn, &live.filter(&view.table, json)?).await?,
        None => Condition::Always,
    };
    let reading = Reading { permit: &permit, targets: &targets };
    let listing = Listing::of(condition, 1);
    Ok(records::count(conn, &live.schema, reading, &listing, cap).await?)
}

/// The API's list.
///
/// # Errors
/// As [`list`].
pub async fn list_json(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &ListRequest,
) -> Result<Json, Error> {
    let (listed, _) = list(conn, call, live, table, request).await?;
    let definition = live.table(&call.actor.locale, table)?;
    let rights = Rights::load(conn, call, live).await?;
    let documents = listed.records.iter().map(|record| &record.document);
    let labels = represent::labels(conn, &rights, definition, documents, std::iter::empty()).await?;
    let items: Vec<Json> = listed
        .records
        .iter()
        .map(|record| {
            let can = listed.permit.rights(&record.matched);
            Json::Object(represent::record_json(definition, record, Some(&can), &labels))
        })
        .collect();
    let mut json = json!({"items": items, "next": listed.next});
    if let Some(count) = listed.count {
        json["count"] = count.min(COUNTED).into();
        if count > COUNTED {
            json["count_capped"] = true.into();
        }
    }
    Ok(json)
}

/// One record with the permit that shows it.
///
/// # Errors
/// `NotFound`.
pub async fn get(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &str,
    id: RecordId,
) -> Result<(Permit, Record), Error> {
    let see::Seen { permit, record } = see::see(conn, rights, rights.live, table, id).await?;
    Ok((permit, record))
}

/// The ids of records by the value that names them alone, as far as the permit shows them.
///
/// # Errors
/// The database failed.
pub async fn by_key(
    conn: &impl Connection,
    schema: &crate::store::Schema,
    permit: &Permit,
    keys: &std::collections::BTreeSet<String>,
) -> Result<Vec<(String, i64)>, Error> {
    let found = records::natural_ids(conn, schema, permit, keys).await?;
    Ok(found.into_iter().map(|(key, id)| (key, id.0)).collect())
}

/// Whether a picker offers this row.
///
/// # Errors
/// The database failed.
pub async fn offers(
    conn: &impl Connection,
    rights: &Rights<'_>,
    target: &str,
    narrowed: Option<&Json>,
    id: i64,
) -> Result<bool, Error> {
    let live = rights.live;
    let Ok(permit) = rights.permit(target, Action::View) else { return Ok(false) };
    let condition = match narrowed {
        Some(json) => rights.bind(conn, &live.filter(target, json)?).await?,
        None => Condition::Always,
    };
    let own = Condition::equals(FieldPath::System(SystemField::Id), id.into());
    let known = records::matching_ids(conn, &live.schema, &permit, &condition.and(own), 1).await?;
    Ok(known.contains(&id))
}

/// Rows that a link may point at: what a picker offers. Each id with its label.
///
/// # Errors
/// `NotFound` for a table that the person cannot see.
pub async fn options(
    conn: &impl Connection,
    rights: &Rights<'_>,
    target: &str,
    narrowed: Option<&Json>,
    words: Option<&str>,
    limit: u64,
) -> Result<Vec<(i64, String)>, Error> {
    let live = rights.live;
    let permit = rights.permit(target, Action::View)?;
    let definition = live.table(&rights.actor.locale, target)?;
    let targets = rights.targets(definition);
    let condition = match narrowed {
        Some(json) => rights.bind(conn, &live.filter(target, json)?).await?,
        None => Condition::Always,
    };
    let sort: Vec<Sort> = definition
        .display_fields()
        .take(1)
        .map(|field| Sort { path: FieldPath::Field(field.key.clone()), descending: false })
        .collect();
    let reading = Reading { permit: &permit, targets: &targets };
    let search = records::search(conn, &live.schema, reading, words).await?;
    let listing = Listing { condition, search, sort: &sort, page: Page { limit, after: None }, hops: &[] };
    let page = records::list(conn, &live.schema, reading, &listing).await?;
    let (rows, _) = page.map_err(|_| Error::invalid("/cursor", "bad_cursor"))?;
    Ok(rows.into_iter().map(|row| (row.id.0, records::label(definition, row.id.0, &row.document.values))).collect())
}
