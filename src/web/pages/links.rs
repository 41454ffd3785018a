//! `/apps/{app}/links`: the links to an app's public forms.

use super::{case, find};
use crate::{
    base::time::Timestamp,
    definition::form::Audience,
    i18n::Arg,
    service::{Error, LiveApp, public_links::Terms},
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::{html, say_field},
        extract::Wants,
        shell,
        view::{
            Choice, Crumb, Place,
            links::{LinkRow, LinksPage},
        },
    },
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{civil::Date, tz::TimeZone};
use std::sync::Arc;

/// Shows the links.
///
/// # Errors
/// `NotFound`; the database failed.
pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(app): Path<String>) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    page(&web, &caller, &wants, &live, &FormBody::default(), Vec::new()).await
}

/// Makes a link, opens, closes or removes one.
///
/// # Errors
/// `NotFound`; the database failed. What does not fit is said on the page.
pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let id = form.get("link").and_then(|id| id.parse::<i64>().ok());
    let done = match (form.get("do"), id) {
        (Some("open" | "close"), Some(id)) => {
            let terms = Terms { open: Some(form.get("do") == Some("open")), ..Terms::default() };
            web.service.change_link(&caller.call, &live, id, terms).await.map(|_| ())
        }
        (Some("remove"), Some(id)) => web.service.remove_link(&caller.call, &live, id).await,
        _ => match terms(&form, &caller.person.zone) {
            Ok(terms) => {
                let key = form.get("form").unwrap_or_default();
                web.service.create_link(&caller.call, &live, key, terms).await.map(|_| ())
            }
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/apps/{app}/links")).into_response()),
        Err(Error::Invalid(errors)) => {
            let texts = shell::texts(&caller);
            let said = errors.iter().map(|error| say_field(texts, error)).collect();
            page(&web, &caller, &wants, &live, &form, said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What a new link is to be.
fn terms(form: &FormBody, zone: &TimeZone) -> std::result::Result<Terms, Error> {
    let number = |name: &str| match form.get(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(Error::invalid(&format!("/{name}"), "type_integer")),
    };
    // Through the end of the day that is named.
    let expires_at = match form.get("expires_on") {
        None => None,
        Some(text) => {
            let day: Option<Date> = text.parse().ok();
            let end = day.and_then(|day| day.tomorrow().ok()?.to_zoned(zone.clone()).ok());
            let end = end.ok_or_else(|| Error::invalid("/expires_on", "type_date"))?;
            Some(Timestamp(end.timestamp().as_millisecond()))
        }
    };
    Ok(Terms {
        title: form.get("title").map(str::to_owned),
        open: None,
        expires_at: Some(expires_at),
        most: Some(number("most")?),
        most_a_day: Some(number("most_a_day")?),
        password: Some(form.get("password").map(str::to_owned)),
    })
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    form: &FormBody,
    errors: Vec<String>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let app = &live.face(&caller.call.actor.locale).app;
    let public = app.forms.values().filter(|form| form.audience == Audience::Public);
    let forms: Vec<Choice> = public
        .map(|known| Choice::new(known.key.clone(), known.title.clone(), form.get("form") == Some(&known.key)))
        .collect();
    let (zone, now) = (&caller.person.zone, caller.call.now);
    let links = web.service.links(live).await?;
    let rows = links.into_iter().map(|link| {
        let expired = link.expires_at.is_some_and(|at| at <= now.0);
        let mut limits = Vec::new();
        if let Some(at) = link.expires_at {
            limits
                .push(texts.with("links-until", &[("time", Arg::Text(&case::short_moment(zone, now, Timestamp(at))))]));
        }
        if let Some(most) = link.most {
            limits.push(texts.with("links-most", &[("count", Arg::Number(most))]));
        }
        if let Some(most) = link.most_a_day {
            limits.push(texts.with("links-most-a-day", &[("count", Arg::Number(most))]));
        }
        if link.password_hash.is_some() {
            limits.push(texts.get("links-password"));
        }
        LinkRow {
            id: link.id.to_string(),
            path: format!(
                "{}/s/{}",
                web.settings.public_url.as_deref().unwrap_or_default().trim_end_matches('/'),
                link.token
            ),
            form: app.forms.get(&link.form).map_or_else(|| link.form.clone(), |form| form.title.clone()),
            title: link.title,
            open: link.open == 1 && !expired,
            switched_on: link.open == 1,
            sent: link.sent.to_string(),
            limits: limits.join(" · "),
        }
    });
    let rows = rows.collect();
    let title = texts.get("links-title");
    let failed = !errors.is_empty();
    let typed = ["title", "expires_on", "most", "most_a_day"];
    let mut response = html(&LinksPage {
        shell: shell::of(web, caller, &wants.path, title.clone(), Place::App).await?,
        crumbs: vec![
            Crumb::new(app.manifest.title.clone(), format!("/apps/{}", live.key())),
            Crumb::new(title.clone(), ""),
        ],
        title,
        action: format!("/apps/{}/links", live.key()),
        forms,
        rows,
        errors,
        typed: typed.map(|name| (name.to_owned(), form.get(name).unwrap_or_default().to_owned())).into_iter().collect(),
    })?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
