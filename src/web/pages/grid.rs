//! `/apps/{app}/{table}`: a list of records, by views, words and conditions, grouped and totalled, sorted and paged by key.

mod asked;
mod cells;
mod columns;
mod compared;
mod conditions;
mod filters;
mod open;
mod rows;
mod tools;

pub use cells::{change, control};
pub use open::act;

use super::{cell::Showing, find, trash};
use crate::{
    definition::role::Action,
    i18n::{Arg, Texts, format},
    service::{
        Error, LiveApp,
        aggregate::{AggregateRequest, aggregate, grouped},
        permits::Rights,
        records::{COUNTED, ListRequest, Listed, list},
        represent, views,
    },
    web::{
        Failure, Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Action as Button, BodyRow, Editing, Empty, Filter, FilterBuilder, Grid, GridFragment, GridPage, Pager,
            Place, Row, Search, Tab, ViewMenu,
        },
    },
};
use asked::{Asked, SIZES, USUAL};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use columns::{GridColumn, Reader, RowReader};
use conditions::{Group, Part, Posted};
use filters::{Filters, Judged};
use open::Open;
use rows::{Rows, measures};
use serde_json::{Value as Json, json};
use tools::{Toolbox, as_i64};

/// How many of the fields that are searched the search box names.
const NAMED: usize = 2;

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let asked = Asked::of(&app, &table, query.as_deref());
    let mut grid = match build(&web, &caller, &live, &table, &asked).await {
        Ok(Built::Grid(grid)) => *grid,
        Ok(Built::At(address)) => return Ok(Redirect::to(&address).into_response()),
        // A page whose rows have moved on is no page any more; its list still is one.
        Err(Error::Invalid(errors)) if errors.iter().any(|error| error.path == "/cursor") => {
            return Ok(Redirect::to(&asked.address(&[], &[])).into_response());
        }
        Err(other) => return Err(Failure(other)),
    };
    if wants.fragment {
        return html(&GridFragment { t: shell::texts(&caller), grid });
    }
    let mut shell = shell::of(&web, &caller, &wants.path, grid.title.clone(), Place::App).await?;
    shell.flash = shell::flash(shell::texts(&caller), asked.notice.as_deref(), "");
    if let (Some(flash), Some(id)) = (&mut shell.flash, asked.deleted) {
        flash.action = trash::way_back(&web, &caller, &live, &table, id).await?;
    }
    // The page is called what the reader pressed in the menu.
    let pressed = shell.groups.iter().flat_map(|group| &group.entries).find(|entry| entry.current);
    if let Some(entry) = pressed {
        grid.title.clone_from(&entry.label);
        shell.title.clone_from(&entry.label);
    }
    html(&GridPage { shell, grid })
}

/// A list, or the address that says the same as the form that was sent.
enum Built {
    Grid(Box<Grid>),
    At(String),
}

/// Both filters at once.
fn both(one: Option<Json>, other: Option<Json>) -> Option<Json> {
    match (one, other) {
        (Some(one), Some(other)) => Some(json!({"all": [one, other]})),
        (one, other) => one.or(other),
    }
}

async fn build(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    key: &str,
    asked: &Asked,
) -> std::result::Result<Built, Error> {
    let texts = shell::texts(caller);
    let reader = web.service.store.reader();
    let call = &caller.call;
    let face = &live.face(&call.actor.locale).app;
    let table = face.tables.get(key).ok_or(Error::NotFound)?;
    let rights = Rights::load(&reader, call, live).await?;
    let permit = rights.permit(key, Action::View)?;
    let targets = rights.targets(table);
    let scope = Reader { texts, app: face, table, permit: &permit, targets: &targets };
    let open = Open::find(face, key, views::of_table(&reader, &rights, key).await?, asked)?;
    let base = open.base(&scope, live);

    let filters = Filters { conn: &reader, reader: &scope, rights: &rights, path: &asked.path };
    let own = asked.filter.clone().map_or_else(|| base.filter.clone(), |filter| Some(filter).filter(|f| !f.is_null()));
    let stands = own.as_ref().map(compared::tree).unwrap_or_default();
    let at_work = asked.draft.is_some();
    let drafted = asked.draft.clone().unwrap_or_else(|| stands.clone());
    let known = filters.know(&drafted, true).await?;
    let judged = filters.judge(&drafted, &known);
    if asked.apply && judged.errors.is_empty() {
        let filter = judged.filter.map_or_else(String::new, |filter| filter.to_string());
        return Ok(Built::At(asked.address(&[], &[("filter", filter)])));
    }
    let mut view = asked.over(&base);
    view.columns.retain(|column| scope.place(column.field()).is_some());
    let there = |key: &String| scope.place(key.trim_start_matches('-')).is_some();
    view.sort.retain(there);
    view.group.retain(there);
    let changed = asked.differs() && view != base;

    let columns = scope.columns(&view);
    let filter = both(own.clone(), asked.within.clone());
    let sort: Vec<String> = view.group.iter().chain(&view.sort).cloned().collect();
    let group_hops =
        view.group.iter().map(|key| key.trim_start_matches('-').to_owned()).filter(|key| key.contains('.'));
    let request = ListRequest {
        view: open.own.map(|view| view.key.clone()),
        filter: filter.clone(),
        search: asked.words.clone(),
        sort: Some(sort.join(",")),
        limit: Some(asked.limit),
        cursor: asked.cursor.clone(),
        hops: columns.iter().flat_map(GridColumn::hops).chain(group_hops).collect(),
        count: true,
    };
    let (listed, _) = list(&reader, call, live, key, &request).await?;
    let measured = AggregateRequest {
        view: request.view.clone(),
        filter,
        search: request.search.clone(),
        group: view.group.iter().map(|key| key.trim_start_matches('-')).collect::<Vec<_>>().join(","),
        measure: measures(&view, &columns),
        ..AggregateRequest::default()
    };
    let worth = listed.records.len() > 1;
    let totals = match worth && !measured.measure.is_empty() {
        true => {
            let whole = AggregateRequest { group: String::new(), ..measured.clone() };
            Some(aggregate(&reader, call, live, key, &whole).await?)
        }
        false => None,
    };
    let groups = match view.group.is_empty() || listed.records.is_empty() {
        true => None,
        false => Some(grouped(&reader, call, live, key, &measured).await?),
    };
    let read = RowReader { reader: &scope, listed: &listed };
    let labels = represent::labels_of(&reader, &rights, read.wanted(&columns)).await?;
    let show = Showing { texts, zone: &caller.person.zone, labels: &labels, links_in: Some(live.key()) };
    let written = !live.is_engine_written(key);
    let rows =
        Rows { reader: &scope, read: &read, show: &show, columns: &columns, asked, permit: &listed.permit, written };
    let body = match &groups {
        Some(groups) => rows.grouped(groups, &listed.records),
        None => listed.records.iter().map(|record| BodyRow::Row(rows.row(record))).collect(),
    };

    let stateful = live.app().submit_flow(key).is_some();
    let toolbox = Toolbox { reader: &scope, asked, view: &view, stateful };
    let creates = written && rights.permit(key, Action::Create).is_ok();
    let new = || {
        let label = texts.with("new-record", &[("title", Arg::Text(&table.title))]);
        Button::link(label, format!("{}/new", asked.path)).icon("plus").primary()
    };
    let empty = listed.records.is_empty().then(|| empty(texts, &table.title, asked, creates.then(new)));
    let heads = toolbox.heads(&columns);
    let mut totals_row = totals.as_ref().map_or_else(Vec::new, |totals| rows.totals(totals));
    if totals_row.iter().skip(1).all(Option::is_none) {
        totals_row.clear();
    }
    let partial = totals.as_ref().is_some_and(|totals| totals.masked);
    // Rows that come back are shown by the same view, which the address need not name.
    let mut shown_by = asked.kept(&["view"]);
    shown_by.insert(0, ("view".to_owned(), open.key().unwrap_or("all").to_owned()));
    let editing = written.then(|| Editing {
        url: find::address(&format!("{}/cells", asked.path), &shown_by),
        base: asked.path.clone(),
        count: listed.count.unwrap_or(0),
        creates,
        deletes: rights.permit(key, Action::Delete).is_ok(),
        fields: settable(&scope, &columns, &rights, key),
    });
    let editing = editing.filter(|editing| editing.deletes || !editing.fields.is_empty());
    Ok(Built::Grid(Box::new(Grid {
        subtitle: String::new(),
        actions: if creates && empty.is_none() { vec![new()] } else { Vec::new() },
        notes: open.notes(texts),
        views: open.tabs(texts, asked),
        view_menu: Some(ViewMenu {
            trash: (written && rights.permit(key, Action::Delete).is_ok()).then(|| format!("{}/trash", asked.path)),
            ..open.menu(&scope, asked, changed, views::may_share(&call.actor))
        }),
        search: search(texts, &scope, asked),
        filters: chips(&filters, &stands, &known, asked, at_work),
        builder: Some(builder(&filters, drafted, &judged, &known, asked, at_work)),
        tools: Some(toolbox.tools(&rights, &request)),
        totals: totals_row,
        totals_label: texts.get(if partial { "sum-readable" } else { "sum-all" }),
        columns: heads,
        body,
        empty,
        height: view.row_height.as_str(),
        pager: pager(texts, &listed, asked, groups.is_some()),
        legend: String::new(),
        editing,
        title: table.title.clone(),
    })))
}

/// The fields in columns that this person may change in some row.
fn settable(scope: &Reader<'_>, columns: &[GridColumn<'_>], rights: &Rights<'_>, key: &str) -> Vec<(String, String)> {
    let Ok(permit) = rights.permit(key, Action::Edit) else { return Vec::new() };
    let all: Vec<bool> = permit.grants().iter().map(|_| true).collect();
    let can = permit.rights(&all);
    let mut fields = Vec::new();
    for column in columns {
        let Some(field) = column.place().field else { continue };
        let own = column.place().path.to_string() == field.key;
        if own && !field.read_only && can.can_write(Action::Edit, &field.key) {
            fields.push((field.key.clone(), scope.title(column.place())));
        }
    }
    fields
}

/// The reader's own conditions in words, each with the list without it.
fn chips<C: crate::store::Connection>(
    filters: &Filters<'_, '_, C>,
    stands: &Group,
    known: &filters::Known,
    asked: &Asked,
    at_work: bool,
) -> Vec<Filter> {
    // While the conditions are being changed, the ones that stand are named by the builder's values.
    if at_work {
        return Vec::new();
    }
    let words = filters.words(stands, known);
    let mut chips: Vec<Filter> = words
        .into_iter()
        .enumerate()
        .filter(|(_, label)| !label.is_empty())
        .map(|(index, label)| {
            let mut left = stands.clone();
            if left.join == conditions::Join::All {
                left.remove(&index.to_string());
            } else {
                left = Group::default();
            }
            let filter = filters.judge(&left, known).filter.map_or_else(String::new, |filter| filter.to_string());
            Filter { label, remove: asked.address(&[], &[("filter", filter)]) }
        })
        .collect();
    if asked.within.is_some() {
        let label = filters.reader.texts.get("group-alone");
        chips.push(Filter { label, remove: asked.address(&["in", "group"], &[]) });
    }
    chips
}

fn builder<C: crate::store::Connection>(
    filters: &Filters<'_, '_, C>,
    mut group: Group,
    judged: &Judged,
    known: &filters::Known,
    asked: &Asked,
    at_work: bool,
) -> FilterBuilder {
    let count = group.tests().len();
    if group.parts.is_empty() {
        group.parts.push(Part::Test(Posted::default()));
    }
    FilterBuilder {
        action: asked.path.clone(),
        keep: asked.kept(&["in"]),
        root: filters.builder(&group, &judged.errors, known),
        open: at_work,
        count,
    }
}

/// The search box, where something can be searched: it names what.
fn search(texts: Texts, scope: &Reader<'_>, asked: &Asked) -> Option<Search> {
    let searched = scope.table.scalars().filter(|field| field.searchable && scope.place(&field.key).is_some());
    let named: Vec<&str> = searched.map(|field| field.title.as_str()).take(NAMED).collect();
    if named.is_empty() {
        return None;
    }
    Some(Search {
        action: asked.path.clone(),
        value: asked.words.clone().unwrap_or_default(),
        placeholder: texts.with("search-hint", &[("fields", Arg::Text(&format::listed(texts, &named)))]),
        keep: asked.kept(&["q"]),
    })
}

fn empty(texts: Texts, title: &str, asked: &Asked, new: Option<Button>) -> Empty {
    if asked.narrowed() {
        let mut empty = Empty::new("search", texts.get("grid-nothing-title"), texts.get("grid-nothing-body"));
        let all = asked.address(&["q", "in", "sort"], &[("filter", String::new())]);
        empty.action = Some(Button::link(texts.get("grid-clear"), all));
        return empty;
    }
    let body = if new.is_some() { "grid-empty-body" } else { "grid-empty-read" };
    let head = texts.with("grid-empty-title", &[("title", Arg::Text(title))]);
    let mut empty = Empty::new("list", head, texts.get(body));
    empty.action = new;
    empty
}

fn pager(texts: Texts, listed: &Listed, asked: &Asked, grouped: bool) -> Pager {
    let (previous, next) = if grouped { (None, None) } else { asked.pages(listed.next.as_ref()) };
    let shown = Arg::Number(as_i64(listed.records.len()));
    let text = match listed.count {
        Some(count) => {
            let total = find::capped(count, COUNTED);
            texts.with("pager-rows-of", &[("count", shown), ("total", Arg::Text(&total))])
        }
        None => texts.with("pager-rows", &[("count", shown)]),
    };
    let more = listed.count.is_some_and(|count| count > SIZES[0]);
    let sizes = SIZES.iter().map(|size| {
        let with = if *size == USUAL { Vec::new() } else { vec![("limit", size.to_string())] };
        Tab::new(size.to_string(), asked.address(&["limit"], &with), *size == asked.limit)
    });
    Pager { previous, next, text, sizes: if more { sizes.collect() } else { Vec::new() } }
}

/// The rows with these ids as the list of this address shows them.
async fn rows_of(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    key: &str,
    asked: &Asked,
    ids: &[i64],
) -> std::result::Result<(Grid, Vec<Row>), Error> {
    let asked = Asked {
        filter: Some(json!({"field": "id", "op": "in", "value": ids})),
        group: Some(Vec::new()),
        limit: 200,
        cursor: None,
        words: None,
        within: None,
        ..asked.clone()
    };
    let Built::Grid(grid) = build(web, caller, live, key, &asked).await? else { return Err(Error::NotFound) };
    let rows = grid.body.iter().filter_map(|row| if let BodyRow::Row(row) = row { Some(row.clone()) } else { None });
    let rows = rows.collect();
    Ok((*grid, rows))
}

/// Ids and versions of every row that the conditions of an address find, at most `most`.
async fn found(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    key: &str,
    asked: &Asked,
    most: usize,
) -> std::result::Result<Vec<(i64, i64)>, Error> {
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let open = Open::find(face, key, views::of_table(&reader, &rights, key).await?, asked)?;
    let saved = open.mine.as_ref().and_then(|saved| saved.view.filter.clone());
    let own = asked.filter.clone().map_or(saved, |filter| Some(filter).filter(|filter| !filter.is_null()));
    let mut request = ListRequest {
        view: open.own.map(|view| view.key.clone()),
        filter: both(own, asked.within.clone()),
        search: asked.words.clone(),
        sort: Some("id".to_owned()),
        limit: Some(200),
        ..ListRequest::default()
    };
    let mut rows = Vec::new();
    loop {
        let (page, _) = list(&reader, &caller.call, live, key, &request).await?;
        rows.extend(page.records.iter().map(|record| (record.id.0, record.version)));
        if rows.len() > most {
            let error = crate::base::error::FieldError::new("", "max_batch").with("maximum", most);
            return Err(Error::Invalid(vec![error]));
        }
        request.cursor = page.next;
        if request.cursor.is_none() {
            return Ok(rows);
        }
    }
}
