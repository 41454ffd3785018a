//! `/apps/{app}/{table}`: a list of records, by views, words and conditions, grouped and totalled, sorted and paged by key.

mod asked;
mod board;
mod calendar;
mod cards;
mod cells;
mod columns;
mod compared;
mod conditions;
mod days;
mod filter_row;
mod filters;
mod gallery;
mod kinds;
mod open;
mod preview;
mod relocate;
mod rows;
mod table;
mod tools;

pub use cells::{change, control};
pub use open::act;
pub use preview::preview;
pub use relocate::relocate;

use super::{find, trash};
use crate::{
    definition::{
        role::Action,
        view::{View, ViewKind},
    },
    i18n::{Arg, Texts, format},
    query::stretch_of,
    service::{
        Call, Error, LiveApp,
        permits::Rights,
        records::{ListRequest, Listed, list},
        views,
    },
    store,
    web::{
        Failure, Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Action as Button, BodyRow, Empty, Filter, FilterBuilder, Flash, Grid, GridFragment, GridPage, Laid, Pager,
            Place, Row, Search, Tab, ViewMenu,
        },
    },
};
use asked::{Asked, SIZES, Tally, USUAL};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use columns::{GridColumn, Reader, Reads};
use conditions::{Group, Part, Posted};
use filters::{Filters, Judged};
use jiff::tz::TimeZone;
use open::Open;
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
    draw(&web, &caller, &wants, &live, &table, query.as_deref(), false).await
}

/// The page of a list; `bare`: without the menus around it.
pub async fn draw(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &LiveApp,
    table: &str,
    query: Option<&str>,
    bare: bool,
) -> Result<Response> {
    let asked = Asked::of(live.key(), table, query);
    let grid = match build(web, caller, live, table, &asked).await {
        Ok(Built::Grid(grid)) => *grid,
        Ok(Built::At(address)) => return Ok(Redirect::to(&address).into_response()),
        // A page whose rows have moved on is no page any more; its list still is one.
        Err(Error::Invalid(errors)) if errors.iter().any(|error| error.path == "/cursor") => {
            return Ok(Redirect::to(&asked.address(&[], &[])).into_response());
        }
        Err(other) => return Err(Failure(other)),
    };
    if wants.fragment {
        return html(&GridFragment { t: shell::texts(caller), grid });
    }
    let flash = shell::flash(shell::texts(caller), asked.notice.as_deref(), "");
    let flash = match (flash, asked.deleted) {
        (Some(flash), Some(id)) => {
            Some(Flash { action: trash::way_back(web, caller, live, table, id).await?, ..flash })
        }
        (flash, _) => flash,
    };
    page(web, caller, &wants.path, flash, grid, bare).await
}

/// The whole page around a list; `path` is its own address.
async fn page(
    web: &Web,
    caller: &Caller,
    path: &str,
    flash: Option<Flash>,
    mut grid: Grid,
    bare: bool,
) -> Result<Response> {
    let mut shell = shell::of(web, caller, path, grid.title.clone(), Place::App).await?;
    shell.flash = flash;
    shell.bare = bare;
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
    let rights = Rights::load(&reader, call, live).await?;
    let reads = Reads::of(&rights, key)?;
    let scope = reads.reader(texts);
    let table = scope.table;
    let open = Open::find(scope.app, key, views::of_table(&reader, &rights, key).await?, asked)?;
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
    let there = |key: &String| scope.place(stretch_of(key.trim_start_matches('-')).1).is_some();
    view.sort.retain(there);
    view.group.retain(there);
    let stateful = live.app().submit_flow(key).is_some();
    kinds::complete(&mut view, &scope, stateful);
    let mut kept = base.clone();
    kinds::complete(&mut kept, &scope, stateful);
    let changed = asked.differs() && view != kept;

    let written = !live.is_engine_written(key);
    let stage = Stage {
        conn: &reader,
        call,
        live,
        key,
        rights: &rights,
        scope: &scope,
        asked,
        open: &open,
        view: &view,
        filter: both(own, asked.within.clone()),
        written,
        creates: written && rights.permit(key, Action::Create).is_ok(),
        zone: &caller.person.zone,
    };
    let toolbox = Toolbox { reader: &scope, asked, view: &view, stateful: stage.stateful() };
    let mut grid = Grid {
        title: table.title.clone(),
        subtitle: String::new(),
        actions: Vec::new(),
        notes: open.notes(texts),
        views: open.tabs(texts, asked),
        view_menu: Some(ViewMenu {
            trash: (written && rights.permit(key, Action::Delete).is_ok()).then(|| format!("{}/trash", asked.path)),
            kinds: toolbox.kind_choices(),
            ..open.menu(&scope, asked, changed, views::may_share(&call.actor))
        }),
        search: search(texts, &scope, asked),
        filters: chips(&filters, &stands, &known, asked, at_work),
        builder: Some(builder(&filters, drafted, &judged, &known, asked, at_work)),
        tools: Some(toolbox.tools(&rights, &stage.request(&[]))),
        laid: Laid::Table,
        columns: Vec::new(),
        body: Vec::new(),
        totals: Vec::new(),
        totals_at: None,
        totals_label: String::new(),
        empty: None,
        height: view.row_height.as_str(),
        pager: Pager::default(),
        legend: String::new(),
        editing: None,
    };
    match view.kind {
        ViewKind::Kanban => board::lay(&stage, &mut grid).await?,
        ViewKind::Calendar => calendar::lay(&stage, &mut grid).await?,
        ViewKind::Gallery => gallery::lay(&stage, &mut grid).await?,
        ViewKind::Grid => table::lay(&stage, &toolbox, &mut grid).await?,
    }
    if stage.creates && grid.empty.is_none() {
        grid.actions = vec![stage.new_record()];
    }
    Ok(Built::Grid(Box::new(grid)))
}

/// A list as it is asked for, and by whom: what every kind of view is laid out from.
struct Stage<'s, 'a> {
    conn: &'s store::Reader,
    call: &'s Call,
    live: &'s LiveApp,
    key: &'s str,
    rights: &'s Rights<'s>,
    scope: &'s Reader<'a>,
    asked: &'s Asked,
    open: &'s Open<'a>,
    /// What is on screen.
    view: &'s View,
    /// The reader's own conditions; those of the app's view are not among them.
    filter: Option<Json>,
    /// Rows of the table are written by people.
    written: bool,
    creates: bool,
    zone: &'s TimeZone,
}

impl Stage<'_, '_> {
    const fn texts(&self) -> Texts {
        self.scope.texts
    }

    /// Whether records of the table go through an approval.
    fn stateful(&self) -> bool {
        self.live.app().submit_flow(self.key).is_some()
    }

    /// The rows of the list in their order.
    fn request(&self, columns: &[GridColumn<'_>]) -> ListRequest {
        let grouped = if self.view.kind == ViewKind::Grid { self.view.group.as_slice() } else { &[] };
        // A stretch of the calendar is in the order of its days.
        let by_day = |key: &String| match key.strip_prefix('-') {
            Some(key) => format!("-{}", stretch_of(key).1),
            None => stretch_of(key).1.to_owned(),
        };
        let sort: Vec<String> = grouped.iter().map(by_day).chain(self.view.sort.iter().cloned()).collect();
        let groups = grouped.iter().map(|key| stretch_of(key.trim_start_matches('-')).1.to_owned());
        ListRequest {
            view: self.open.own.map(|view| view.key.clone()),
            filter: self.filter.clone(),
            search: self.asked.words.clone(),
            sort: Some(sort.join(",")),
            limit: Some(self.asked.limit),
            cursor: self.asked.cursor.clone(),
            hops: columns.iter().flat_map(GridColumn::hops).chain(groups.filter(|key| key.contains('.'))).collect(),
            count: Some(self.asked.tally.cap()),
        }
    }

    fn new_record(&self) -> Button {
        let label = self.texts().with("new-record", &[("title", Arg::Text(&self.scope.table.title))]);
        Button::link(label, format!("{}/new", self.asked.path)).icon("plus").primary()
    }

    /// The address of this list with the view that is open, which it need not name.
    fn shown_by(&self) -> Vec<(String, String)> {
        let mut shown_by = self.asked.kept(&["view"]);
        shown_by.insert(0, ("view".to_owned(), self.open.key().unwrap_or("all").to_owned()));
        shown_by
    }

    /// What stands for no rows.
    fn empty(&self) -> Empty {
        let new = self.creates.then(|| self.new_record());
        empty(self.texts(), &self.scope.table.title, self.asked, new)
    }
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
            let total = find::capped(count, asked.tally.cap());
            texts.with("pager-rows-of", &[("count", shown), ("total", Arg::Text(&total))])
        }
        None => texts.with("pager-rows", &[("count", shown)]),
    };
    let more = listed.count.is_some_and(|count| count > SIZES[0]);
    let sizes = SIZES.iter().map(|size| {
        let with = if *size == USUAL { Vec::new() } else { vec![("limit", size.to_string())] };
        Tab::new(size.to_string(), asked.address(&["limit"], &with), *size == asked.limit)
    });
    let glanced = asked.tally == Tally::Glance && listed.count.is_some_and(|count| count > Tally::Glance.cap());
    let tally = glanced.then(|| asked.here(&[("sum", "most".to_owned())]));
    Pager { previous, next, text, tally, sizes: if more { sizes.collect() } else { Vec::new() } }
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
        kind: Some(ViewKind::Grid),
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
