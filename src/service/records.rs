//! Reading records: a list, one, and what a page around them needs.

use super::{Call, Error, LiveApp, permits::Rights, represent, see, views};
use crate::{
    access::{Permit, Visibility},
    base::{error::FieldError, id::RecordId},
    definition::{app::App, role::Action, table::Table, view::View},
    query::{Condition, Cursor, FieldPath, FieldSource, Filter, FilterError, Page, Sort, resolve},
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
    pub count: bool,
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
    let rights = Rights::load(conn, call, live).await?;
    let permit = rights.permit(table, Action::View)?;
    let app = live.app();
    let definition = app.tables.get(table).ok_or(Error::NotFound)?;
    let targets = rights.targets(definition);
    let shown = Shown::new(app, definition, &permit, &targets);
    let source: &dyn FieldSource = app.as_ref();
    let defined = request.view.as_ref().and_then(|key| app.views.get(key)).filter(|view| view.table == table);
    let saved = match &request.view {
        Some(key) if defined.is_none() => Some(views::find(conn, &rights, table, key).await?.view),
        _ => None,
    };
    let view = defined.or(saved.as_ref());
    let mut condition = Condition::Always;
    if let Some(json) = view.and_then(|view| view.filter.as_ref()) {
        // The app's own views see what they name; what a person saved sees what its reader sees.
        let filter = match &saved {
            None => live.filter(table, json)?,
            Some(_) => Filter::parse(json, &shown.table, &shown).map_err(|error| filter_error("/view", error))?,
        };
        condition = rights.bind(conn, &filter).await?;
    }
    if let Some(json) = &request.filter {
        let filter = Filter::parse(json, &shown.table, &shown).map_err(|error| filter_error("/filter", error))?;
        condition = condition.and(rights.bind(conn, &filter).await?);
    }
    let sort = match (&request.sort, view) {
        (Some(sort), _) => Sort::parse(sort, &shown.table, &shown).map_err(|error| filter_error("/sort", error))?,
        (None, Some(view)) => {
            // A view is for everybody; keys that this reader does not see are left out.
            let keys =
                Sort::parse(&view.sort.join(","), definition, source).map_err(|error| filter_error("/sort", error))?;
            keys.into_iter().filter(|key| shown.has(&key.path.to_string())).collect()
        }
        (None, None) => Vec::new(),
    };
    let limit = request.limit.unwrap_or(50);
    if limit == 0 || limit > MOST_ROWS {
        let error = FieldError::new("/limit", "maximum").with("maximum", MOST_ROWS);
        return Err(Error::Invalid(vec![error]));
    }
    let after = match &request.cursor {
        Some(text) => Some(Cursor::decode(text).map_err(|_| Error::invalid("/cursor", "bad_cursor"))?),
        None => None,
    };
    let mut hops = Vec::new();
    for name in &request.hops {
        if let Ok((path, _)) = resolve(name, &shown.table, &shown) {
            hops.push(path);
        }
    }
    let reading = Reading { permit: &permit, targets: &targets };
    let listing =
        Listing { condition, search: request.search.clone(), sort: &sort, page: Page { limit, after }, hops: &hops };
    let page = records::list(conn, &live.schema, reading, &listing).await?;
    let (records, next) = page.map_err(|_| Error::invalid("/cursor", "bad_cursor"))?;
    let count = match request.count {
        true => Some(records::count(conn, &live.schema, reading, &listing, COUNTED).await?),
        false => None,
    };
    let next = next.map(|cursor| cursor.encode());
    Ok((Listed { permit, records, next, sort, hops, count }, targets))
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
    let listing = Listing {
        condition,
        search: words.map(str::to_owned),
        sort: &sort,
        page: Page { limit, after: None },
        hops: &[],
    };
    let reading = Reading { permit: &permit, targets: &targets };
    let page = records::list(conn, &live.schema, reading, &listing).await?;
    let (rows, _) = page.map_err(|_| Error::invalid("/cursor", "bad_cursor"))?;
    Ok(rows.into_iter().map(|row| (row.id.0, records::label(definition, row.id.0, &row.document.values))).collect())
}

/// The tables as this reader knows them: a field that no grant shows is indistinguishable from an unknown one, by code,
/// place and suggestion alike.
pub(super) struct Shown {
    table: Table,
    targets: HashMap<String, Table>,
}

impl Shown {
    pub(super) fn new(app: &App, table: &Table, permit: &Permit, targets: &HashMap<String, Permit>) -> Self {
        let known =
            targets.iter().filter_map(|(key, permit)| Some((key.clone(), masked(app.tables.get(key)?, permit))));
        Self { table: masked(table, permit), targets: known.collect() }
    }

    /// The table of the list.
    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    fn has(&self, path: &str) -> bool {
        resolve(path, &self.table, self).is_ok()
    }
}

impl FieldSource for Shown {
    fn table(&self, key: &str) -> Option<&Table> {
        self.targets.get(key)
    }
}

fn masked(table: &Table, permit: &Permit) -> Table {
    let mut shown = table.clone();
    shown.fields.retain(|key, _| permit.visibility(key) != Visibility::Never);
    shown
}

fn filter_error(pointer: &str, error: FilterError) -> Error {
    let code = if error.code == "malformed" { "invalid_filter" } else { error.code };
    let mut field = FieldError::new(format!("{pointer}{}", error.path), code).with("detail", error.message);
    if let Some(name) = error.name {
        field = field.with("field", name);
    }
    if let Some(near) = error.suggestion {
        field = field.with("near", near);
    }
    Error::Invalid(vec![field])
}
