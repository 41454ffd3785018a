//! `/apps/{app}/dashboards/{dashboard}`: figures, charts and tables on one page.

use super::{
    cell::{self, Showing},
    find, grid,
    report::{Asked, are_of_parameters, behind_filter, chart, given, offered, table, with_parameters},
};
use crate::{
    base::value::Value,
    i18n::format,
    service::{
        Error, LiveApp,
        dashboards::{self, Number, ROWS, ShownCard, What},
        permits::Rights,
        reports::Ran,
        represent::Labels,
    },
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Cell, Place, Tone,
            dashboard::{Card, DashboardPage, NumberCard},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    draw(&web, &caller, &wants, &live, &key, query.as_deref(), false).await
}

/// The page of a dashboard; `bare`: without the menus around it.
pub async fn draw(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &LiveApp,
    key: &str,
    query: Option<&str>,
    bare: bool,
) -> Result<Response> {
    let app = live.key();
    let reader = web.service.store.reader();
    let texts = shell::texts(caller);
    let face = &live.face(&caller.call.actor.locale).app;
    let dashboard = face.dashboards.get(key).ok_or(Error::NotFound)?;
    let given = given(&find::pairs(query));
    let path = format!("/apps/{app}/dashboards/{key}");
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let asked = Asked { web, rights: &rights, wanted: &dashboard.parameters, given: &given, path: &path, texts };
    let now = caller.person.zone.to_datetime(caller.call.now.to_jiff());
    let day = format::day_in_words(texts, now.month(), now.day(), now.weekday().to_monday_one_offset());
    let mut page = DashboardPage {
        shell: shell::of(web, caller, &wants.path, dashboard.title.clone(), Place::App).await?,
        title: dashboard.title.clone(),
        subtitle: format!("{day} {}", format::clock(now.hour(), now.minute())),
        action: path.clone(),
        parameters: Vec::new(),
        numbers: Vec::new(),
        cards: Vec::new(),
        waiting: false,
    };
    match dashboards::show(&reader, &caller.call, live, key, &given).await {
        Ok(shown) => {
            page.parameters = asked.fields(Some(&shown.parameters), &[]).await?;
            let nothing = Labels::default();
            let show = Showing { texts, zone: &caller.person.zone, labels: &nothing, links_in: None };
            for ShownCard { card, what } in &shown.cards {
                match what {
                    What::Number(number) => page.numbers.push(figure(&show, app, card, number)),
                    What::Report(ran) => {
                        let show = Showing { labels: &ran.labels, ..show };
                        let href = with_parameters(&format!("/apps/{app}/reports/{}", ran.report.key), ran, None);
                        page.cards.push(report_card(&show, app, card, ran, href));
                    }
                    What::View => page.cards.extend(view_card(web, caller, live, card).await?),
                }
            }
        }
        Err(Error::Invalid(errors)) if are_of_parameters(&dashboard.parameters, &errors) => {
            page.parameters = asked.fields(None, &errors).await?;
            page.waiting = true;
        }
        Err(other) => return Err(other.into()),
    }
    page.shell.bare = bare;
    html(&page)
}

/// What a parameter offers for some words.
pub async fn options(
    State(web): State<Web>,
    caller: Caller,
    Path((app, key, parameter)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let dashboard = face.dashboards.get(&key).ok_or(Error::NotFound)?;
    offered(&web, &caller, &live, (&dashboard.parameters, &parameter), query.as_deref()).await
}

fn figure(show: &Showing<'_>, app: &str, card: &crate::definition::dashboard::Card, number: &Number) -> NumberCard {
    let shown = |value: &Value| match cell::cell(show, &number.field, value) {
        Cell::Number { value, unit, .. } => (value, unit),
        Cell::Empty => ("0".to_owned(), String::new()),
        other => (cell::as_text(show.texts, &other), String::new()),
    };
    let wanted = card.number.as_ref();
    let compare = wanted.and_then(|number| number.compare.as_ref());
    let compared = compare.zip(number.compared.as_ref()).and_then(|(compare, before)| {
        let difference =
            number.value.as_decimal().unwrap_or_default().checked_sub(before.as_decimal().unwrap_or_default())?;
        let tone = match (difference.is_zero(), difference.is_sign_negative() == compare.less_is_better) {
            (true, _) => Tone::Plain,
            (false, true) => Tone::Ok,
            (false, false) => Tone::Warn,
        };
        let sign = match () {
            () if difference.is_zero() => "±",
            () if difference.is_sign_negative() => "−",
            () => "+",
        };
        let (text, _) = shown(&Value::Decimal(difference.abs()));
        Some((format!("{sign}{text}"), tone, compare.title.clone()))
    });
    let (value, unit) = shown(&number.value);
    let (table, view) = wanted.map_or(("", None), |wanted| (wanted.table.as_str(), wanted.drill.as_deref()));
    NumberCard {
        title: card.title.clone().unwrap_or_default(),
        value,
        unit,
        compared,
        href: behind_filter(app, table, view, number.filter.as_ref()),
    }
}

/// The first rows of a view.
async fn view_card(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    card: &crate::definition::dashboard::Card,
) -> Result<Option<Card>> {
    let face = &live.face(&caller.call.actor.locale).app;
    let Some(view) = card.view.as_deref().and_then(|key| face.views.get(key)) else { return Ok(None) };
    let (mut table, more) = grid::preview(web, caller, live, view, card.rows.unwrap_or(ROWS)).await?;
    let title = card.title.clone().unwrap_or_else(|| view.title.clone());
    table.caption.clone_from(&title);
    let href = format!("/apps/{}/{}?view={}", live.key(), view.table, view.key);
    let table = Some(table).filter(|table| !table.rows.is_empty());
    Ok(Some(Card { title, width: card.width.unwrap_or(2), href, chart: None, table, more }))
}

fn report_card(
    show: &Showing<'_>,
    app: &str,
    card: &crate::definition::dashboard::Card,
    ran: &Ran,
    href: String,
) -> Card {
    let mut shown = Card {
        title: card.title.clone().unwrap_or_else(|| ran.report.title.clone()),
        width: card.width.unwrap_or(2),
        href,
        chart: None,
        table: None,
        more: false,
    };
    if ran.sheet.rows.is_empty() {
        return shown;
    }
    if card.chart.is_some() {
        shown.chart = chart(show, ran);
    } else {
        let mut rows = table(show, ran, app);
        let most = usize::try_from(card.rows.unwrap_or(ROWS)).unwrap_or(usize::MAX);
        shown.more = rows.rows.len() > most;
        rows.rows.truncate(most);
        rows.caption.clone_from(&shown.title);
        shown.table = Some(rows);
    }
    shown
}
