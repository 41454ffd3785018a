//! A dashboard as one person sees it: every card with what it shows, cards of what they may not see left out.

use super::{
    Call, Error, LiveApp,
    aggregate::{AggregateRequest, aggregate},
    permits::Rights,
    reports::{self, Given, Parameters, Ran},
    view_page::view_page,
};
use crate::{
    base::value::Value,
    definition::{
        dashboard::{Card, Dashboard, NumberCard},
        field::Field,
        role::Action,
        view::FilterDocument,
    },
    store::Connection,
};
use serde_json::{Value as Json, json};

/// Rows of a report or view where the card does not say.
pub const ROWS: u64 = 8;

/// A dashboard with the cards that the reader may see.
#[derive(Debug)]
pub struct Shown {
    /// In the reader's language.
    pub dashboard: Dashboard,
    pub parameters: Parameters,
    pub cards: Vec<ShownCard>,
}

/// A card with what it shows.
#[derive(Debug)]
pub struct ShownCard {
    pub card: Card,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Number(Box<Number>),
    Report(Box<Ran>),
    /// The first rows of the card's view, which are read where they are shown.
    View,
}

/// A figure and what it is compared with.
#[derive(Debug)]
pub struct Number {
    pub field: Field,
    pub value: Value,
    pub compared: Option<Value>,
    /// The rows that were counted.
    pub filter: Option<FilterDocument>,
}

/// Reads a dashboard. The number of statements depends on its cards, not on the rows.
///
/// # Errors
/// `NotFound` for a dashboard of which the person may see no card; parameters that do not fit.
pub async fn show(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    key: &str,
    given: &Given,
) -> Result<Shown, Error> {
    let face = &live.face(&call.actor.locale).app;
    let dashboard = face.dashboards.get(key).ok_or(Error::NotFound)?.clone();
    let parameters = reports::parameters(call, live, &dashboard.parameters, given)?;
    // A report takes the shared values of its own parameters; its others keep their defaults.
    let shared: Given = parameters.fields.iter().map(|(field, value)| (field.key.clone(), field.text(value))).collect();
    let mut cards = Vec::new();
    for card in &dashboard.cards {
        let what = if let Some(number) = &card.number {
            figure(conn, call, live, number, &parameters).await.map(|number| What::Number(Box::new(number)))
        } else if let Some(report) = card.chart.as_deref().or(card.report.as_deref()) {
            let wanted = face.reports.get(report).map(|report| &report.parameters);
            let own = shared.iter().filter(|(key, _)| wanted.is_some_and(|wanted| wanted.contains_key(*key)));
            let own: Given = own.map(|(key, text)| (key.clone(), text.clone())).collect();
            reports::run(conn, call, live, report, &own).await.map(|ran| What::Report(Box::new(ran)))
        } else if let Some(view) = &card.view {
            readable(conn, call, live, view).await.map(|()| What::View)
        } else {
            continue;
        };
        match what {
            Ok(what) => cards.push(ShownCard { card: card.clone(), what }),
            Err(error) if is_withheld(&error) => {}
            Err(error) => return Err(error),
        }
    }
    if cards.is_empty() { Err(Error::NotFound) } else { Ok(Shown { dashboard, parameters, cards }) }
}

/// Whether the reader lacks the right to what a card shows: its table, or a field of its figures or conditions.
fn is_withheld(error: &Error) -> bool {
    match error {
        Error::NotFound | Error::Forbidden { .. } => true,
        Error::Invalid(errors) => errors.iter().any(|error| error.code == "unknown_field"),
        _ => false,
    }
}

async fn readable(conn: &impl Connection, call: &Call, live: &LiveApp, view: &str) -> Result<(), Error> {
    let view = live.app().views.get(view).ok_or(Error::NotFound)?;
    Rights::load(conn, call, live).await?.permit(&view.table, Action::View).map(|_| ())
}

async fn figure(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    number: &NumberCard,
    parameters: &Parameters,
) -> Result<Number, Error> {
    let filter = parameters.fill(number.filter.as_ref());
    let (field, value) = one(conn, call, live, number, filter.clone()).await?;
    let compared = match &number.compare {
        Some(compare) => {
            let filter = parameters.fill(Some(&compare.filter));
            Some(one(conn, call, live, number, filter).await?.1)
        }
        None => None,
    };
    Ok(Number { field, value, compared, filter })
}

async fn one(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    number: &NumberCard,
    filter: Option<FilterDocument>,
) -> Result<(Field, Value), Error> {
    let request = AggregateRequest { filter, measure: number.measure.clone(), ..AggregateRequest::default() };
    let answer = aggregate(conn, call, live, &number.table, &request).await?;
    let field = answer.measures.first().map(|figure| figure.field.clone()).ok_or(Error::NotFound)?;
    let value = answer.groups.first().and_then(|group| group.figures.first()).cloned().unwrap_or_default();
    Ok((field, value))
}

/// The API's answer.
///
/// # Errors
/// As [`show`].
pub async fn show_json(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    key: &str,
    given: &Given,
) -> Result<Json, Error> {
    let shown = show(conn, call, live, key, given).await?;
    let mut cards = Vec::with_capacity(shown.cards.len());
    for ShownCard { card, what } in &shown.cards {
        cards.push(match what {
            What::Number(number) => json!({
                "title": card.title, "value": number.field.write(&number.value),
                "compared": number.compared.as_ref().map(|value| number.field.write(value)),
            }),
            What::Report(ran) => {
                let title = card.title.as_ref().unwrap_or(&ran.report.title);
                json!({"title": title, "report": ran.report.key, "content": reports::json(ran)})
            }
            What::View => {
                let key = card.view.as_deref().unwrap_or_default();
                let own = live.face(&call.actor.locale).app.views.get(key).map(|view| &view.title);
                let content = view_page(conn, call, live, key, Some(card.rows.unwrap_or(ROWS)), None).await?;
                json!({"title": card.title.as_ref().or(own), "view": key, "content": content})
            }
        });
    }
    Ok(json!({"title": shown.dashboard.title, "cards": cards}))
}
