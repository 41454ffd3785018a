//! `/apps/{app}/{table}`: a list of records, by saved views, words and conditions, sorted and paged by key.

mod columns;
mod filters;

use super::{
    cell::{self, Showing},
    find,
};
use crate::{
    definition::{app::App, role::Action, view::View},
    i18n::{Arg, Texts, format},
    service::{
        Error, LiveApp,
        permits::Rights,
        records::{COUNTED, ListRequest, Listed, list},
        represent,
    },
    web::{
        Failure, Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Action as Button, Column, Empty, Grid, GridFragment, GridPage, OnPhone, Pager, Place, Row, Search, Sort,
            SortDirection, Tab,
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use columns::{GridColumn, Reader, RowReader};
use filters::{Filters, Posted};

const SIZES: [u64; 4] = [20, 50, 100, 200];
const USUAL: u64 = 50;
/// How many of the fields that are searched the search box names.
const NAMED: usize = 2;
/// How many pages back a list remembers.
const TRAIL: usize = 12;
/// Between the starts of earlier pages; no start holds it.
const STEP: char = '.';

/// What the address asks for.
struct Asked {
    path: String,
    view: Option<String>,
    words: Option<String>,
    sort: Option<String>,
    limit: u64,
    cursor: Option<String>,
    /// Starts of the pages before this one, the first page being an empty one.
    trail: Vec<String>,
    conditions: Vec<Posted>,
    /// The reader is at the conditions.
    open: bool,
    notice: Option<String>,
}

impl Asked {
    fn of(app: &str, table: &str, query: Option<&str>) -> Self {
        let mut pairs = find::pairs(query);
        // A condition whose field was just changed starts anew: how the old one was compared says nothing of this one.
        if let Some(row) = find::parameter(&pairs, "_open").map(|row| format!("f.{row}.")) {
            pairs.retain(|(name, _)| name.strip_prefix(&row).is_none_or(|part| part == "field"));
        }
        let text = |name: &str| find::parameter(&pairs, name).map(str::to_owned);
        let limit = text("limit").and_then(|limit| limit.parse().ok()).filter(|limit| SIZES.contains(limit));
        let trail = pairs.iter().find(|(name, _)| name == "trail").map(|(_, trail)| trail.as_str());
        Self {
            path: format!("/apps/{app}/{table}"),
            view: text("view"),
            words: text("q"),
            sort: text("sort"),
            limit: limit.unwrap_or(USUAL),
            cursor: text("cursor"),
            trail: trail.map(|trail| trail.split(STEP).map(str::to_owned).collect()).unwrap_or_default(),
            conditions: filters::posted(&pairs),
            open: text("_open").is_some(),
            notice: text("notice"),
        }
    }

    /// The parameters that say which rows, in which order, how many: everything but the page. Those named are left out.
    fn kept(&self, without: &[&str]) -> Vec<(String, String)> {
        let mut kept = Vec::new();
        let mut keep = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|_| !without.contains(&name)) {
                kept.push((name.to_owned(), value));
            }
        };
        keep("view", self.view.clone());
        keep("q", self.words.clone());
        keep("sort", self.sort.clone());
        keep("limit", (self.limit != USUAL).then(|| self.limit.to_string()));
        if !without.contains(&"f") {
            kept.extend(filters::parameters(&self.conditions));
        }
        kept
    }

    fn address(&self, without: &[&str], with: &[(&str, String)]) -> String {
        let mut pairs = self.kept(without);
        pairs.extend(with.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        find::address(&self.path, &pairs)
    }

    /// Whether the reader narrowed the list themselves.
    fn narrowed(&self) -> bool {
        self.words.is_some() || !self.conditions.is_empty()
    }
}

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
        Ok(grid) => grid,
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
    // The page is called what the reader pressed in the menu.
    let pressed = shell.groups.iter().flat_map(|group| &group.entries).find(|entry| entry.current);
    if let Some(entry) = pressed {
        grid.title.clone_from(&entry.label);
        shell.title.clone_from(&entry.label);
    }
    html(&GridPage { shell, grid })
}

async fn build(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    key: &str,
    asked: &Asked,
) -> std::result::Result<Grid, Error> {
    let texts = shell::texts(caller);
    let reader = web.service.store.reader();
    let call = &caller.call;
    let face = &live.face(&call.actor.locale).app;
    let table = face.tables.get(key).ok_or(Error::NotFound)?;
    let rights = Rights::load(&reader, call, live).await?;
    let permit = rights.permit(key, Action::View)?;
    let targets = rights.targets(table);
    let scope = Reader { texts, app: face, table, permit: &permit, targets: &targets };

    let (views, view) = views(face, key, asked)?;
    let columns = scope.columns(view, live);
    let filters = Filters { conn: &reader, reader: &scope, rights: &rights, zone: &caller.person.zone };
    let judged = filters.judge(&asked.conditions, &asked.path, &asked.kept(&["f"])).await?;
    let request = ListRequest {
        view: view.map(|view| view.key.clone()),
        filter: judged.filter,
        search: asked.words.clone(),
        sort: asked.sort.clone(),
        limit: Some(asked.limit),
        cursor: asked.cursor.clone(),
        hops: columns.iter().flat_map(GridColumn::hops).collect(),
        count: true,
    };
    let (listed, _) = list(&reader, call, live, key, &request).await?;
    let rows = RowReader { reader: &scope, listed: &listed };
    let labels = represent::labels_of(&reader, &rights, rows.wanted(&columns)).await?;
    let show = Showing { texts, zone: &caller.person.zone, labels: &labels, links_in: Some(live.key()) };

    let mut builder = filters.builder(&asked.conditions, judged.error, asked.open).await?;
    builder.action.clone_from(&asked.path);
    builder.keep = asked.kept(&["f"]);
    let creates = !live.is_engine_written(key) && rights.permit(key, Action::Create).is_ok();
    let new = || {
        let label = texts.with("new-record", &[("title", Arg::Text(&table.title))]);
        Button::link(label, format!("{}/new", asked.path)).icon("plus").primary()
    };
    let empty = listed.records.is_empty().then(|| empty(texts, &table.title, asked, creates.then(new)));
    let shown: Vec<Row> = listed
        .records
        .iter()
        .map(|record| Row {
            href: format!("{}/{}", asked.path, record.id),
            cells: columns
                .iter()
                .enumerate()
                .flat_map(|(index, column)| column.cells(&show, &rows, record, index == 0))
                .collect(),
        })
        .collect();
    Ok(Grid {
        subtitle: String::new(),
        actions: if creates && empty.is_none() { vec![new()] } else { Vec::new() },
        notes: Vec::new(),
        views: tabs(texts, views, view, asked),
        search: search(texts, &scope, asked),
        filters: judged.chips,
        builder: Some(builder),
        columns: heads(&scope, &columns, &listed, asked),
        totals: totals(&columns, &rows),
        rows: shown,
        empty,
        compact: false,
        pager: pager(texts, &listed, asked),
        legend: String::new(),
        title: table.title.clone(),
    })
}

/// The views of a table, and the one that is open.
type Views<'a> = (Vec<&'a View>, Option<&'a View>);

/// The views of a table in the order of the menu, those without conditions first; and the one that is open.
///
/// Without a wish it is the first that leaves nothing out, and none where there is no such.
fn views<'a>(app: &'a App, table: &str, asked: &Asked) -> std::result::Result<Views<'a>, Error> {
    let mut views: Vec<&View> = app.views.values().filter(|view| view.table == table).collect();
    let menu = &app.manifest.menu;
    let place = |view: &View| menu.iter().position(|entry| entry.view.as_deref() == Some(&view.key));
    views.sort_by_key(|view| (view.filter.is_some(), place(view).unwrap_or(usize::MAX)));
    let whole = views.first().copied().filter(|view| view.filter.is_none());
    let open = match &asked.view {
        Some(key) => Some(views.iter().copied().find(|view| view.key == *key).ok_or(Error::NotFound)?),
        None => whole,
    };
    Ok((views, open))
}

fn tabs(texts: Texts, views: Vec<&View>, open: Option<&View>, asked: &Asked) -> Vec<Tab> {
    let whole = views.iter().any(|view| view.filter.is_none());
    let mut tabs: Vec<Tab> = views
        .into_iter()
        .map(|view| {
            let href = find::address(&asked.path, &[("view".to_owned(), view.key.clone())]);
            Tab::new(&view.title, href, open.is_some_and(|open| open.key == view.key))
        })
        .collect();
    if !whole {
        tabs.push(Tab::new(texts.get("view-all"), &asked.path, open.is_none()));
    }
    if tabs.len() > 1 { tabs } else { Vec::new() }
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

/// The heads of the columns with their links for sorting, and where each stands on a phone's card.
fn heads(scope: &Reader<'_>, columns: &[GridColumn<'_>], listed: &Listed, asked: &Asked) -> Vec<Column> {
    // The number that counts is the one that the view draws attention to, else the last.
    let is_number = |column: &GridColumn<'_>| column.place().field.is_some_and(|field| field.kind.is_number());
    let stressed = columns.iter().skip(1).position(GridColumn::is_stressed);
    let figure = stressed.or_else(|| columns.iter().skip(1).rposition(is_number)).map(|index| index + 1);
    let mut heads = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let sort = scope.sort_path(column).map(|path| {
            let now = listed.sort.first().filter(|key| key.path.to_string() == path);
            let direction = now.map(|key| match key.descending {
                true => SortDirection::Descending,
                false => SortDirection::Ascending,
            });
            let turned = if direction == Some(SortDirection::Ascending) { format!("-{path}") } else { path };
            Sort { href: asked.address(&["sort"], &[("sort", turned)]), direction }
        });
        let on_phone = match index {
            0 => OnPhone::Title,
            _ if column.is_state() => OnPhone::Corner,
            _ if Some(index) == figure => OnPhone::Figure,
            _ => OnPhone::Labelled,
        };
        for (nth, head) in column.heads(scope).into_iter().enumerate() {
            let own = nth == 0;
            heads.push(Column {
                sort: sort.clone().filter(|_| own),
                on_phone: if own { on_phone } else { head.on_phone },
                ..head
            });
        }
    }
    heads
}

fn totals(columns: &[GridColumn<'_>], rows: &RowReader<'_, '_>) -> Vec<Option<String>> {
    let total = |column: &GridColumn<'_>| {
        let field = column.adds_up()?;
        Some(cell::number(field, rows.sum(field)?))
    };
    let totals: Vec<Option<String>> = columns
        .iter()
        .flat_map(|column| {
            let width = column.heads(rows.reader).len();
            std::iter::once(total(column)).chain(std::iter::repeat_n(None, width - 1))
        })
        .collect();
    let worth = rows.listed.records.len() > 1 && totals.iter().skip(1).any(Option::is_some);
    if worth { totals } else { Vec::new() }
}

fn empty(texts: Texts, title: &str, asked: &Asked, new: Option<Button>) -> Empty {
    if asked.narrowed() {
        let mut empty = Empty::new("search", texts.get("grid-nothing-title"), texts.get("grid-nothing-body"));
        let all = asked.address(&["q", "f", "sort"], &[]);
        empty.action = Some(Button::link(texts.get("grid-clear"), all));
        return empty;
    }
    let body = if new.is_some() { "grid-empty-body" } else { "grid-empty-read" };
    let head = texts.with("grid-empty-title", &[("title", Arg::Text(title))]);
    let mut empty = Empty::new("list", head, texts.get(body));
    empty.action = new;
    empty
}

fn pager(texts: Texts, listed: &Listed, asked: &Asked) -> Pager {
    let page = |cursor: &str, trail: &[String]| {
        let mut with = Vec::new();
        if !cursor.is_empty() {
            with.push(("cursor", cursor.to_owned()));
            with.push(("trail", trail.join(&STEP.to_string())));
        }
        asked.address(&[], &with)
    };
    let next = listed.next.as_ref().map(|cursor| {
        let mut trail = asked.trail.clone();
        trail.push(asked.cursor.clone().unwrap_or_default());
        let from = trail.len().saturating_sub(TRAIL);
        page(cursor, &trail[from..])
    });
    let previous = asked.cursor.as_ref().and_then(|_| {
        let (last, earlier) = asked.trail.split_last()?;
        Some(page(last, earlier))
    });
    let shown = Arg::Number(i64::try_from(listed.records.len()).unwrap_or(i64::MAX));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_is_asked_apart_from_the_page() {
        let asked = Asked::of(
            "shop",
            "order",
            Some("view=open&q=a+b&sort=-no&limit=20&f.0.field=no&f.0.op=eq&f.0.value=1&cursor=00&trail=.11"),
        );
        assert_eq!(asked.limit, 20);
        assert_eq!(asked.trail, ["", "11"]);
        assert_eq!(asked.address(&["f"], &[]), "/apps/shop/order?view=open&q=a+b&sort=-no&limit=20");
        assert_eq!(
            asked.address(&["view", "q", "sort", "limit"], &[]),
            "/apps/shop/order?f.0.field=no&f.0.op=eq&f.0.value=1"
        );
        assert_eq!(Asked::of("shop", "order", Some("limit=7")).limit, USUAL);
    }
}
