//! `/apps/{app}/{table}/options/{field}?q=`: what a link or member field offers for some words.

use super::find;
use crate::{
    base::value::{Document, Line},
    definition::{field::Field, role::Action, table::Table},
    rules::option_filter::{self, Around},
    service::{Error, permits::Rights, records},
    store::{departments, people},
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        shell,
        view::{Choice, picker::PickerFragment},
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde_json::Value as Json;

const SHOWN: u64 = 20;

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path((app, table, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let reader = web.service.store.reader();
    let call = &caller.call;
    let face = live.face(&call.actor.locale);
    let definition = face.app.tables.get(&table).ok_or(Error::NotFound)?;
    let field = definition.field_at(&path).ok_or(Error::NotFound)?;
    let rights = Rights::load(&reader, call, &live).await?;
    // Whoever fills in a record need not see others: the right to create shows the field as well.
    let shown = match rights.permit(&table, Action::Create) {
        Ok(permit) => permit.rights_to_create().can_read(&path),
        Err(_) => false,
    };
    let seen = || {
        let permit = rights.permit(&table, Action::View)?;
        Ok::<_, Error>(permit.visibility(&path) != crate::access::Visibility::Never)
    };
    if !shown && !seen()? {
        return Err(Error::NotFound.into());
    }
    let pairs = find::pairs(query.as_deref());
    let words = find::parameter(&pairs, "q");
    let (found, more) = if field.kind.is_member() {
        members(&web, words).await?
    } else if field.kind.is_department() {
        let wanted = words.map(crate::query::fold).unwrap_or_default();
        let all = departments::paths(&reader).await?;
        shortened(all.into_iter().filter(|(_, name)| crate::query::fold(name).contains(&wanted)).collect())
    } else {
        let options = face.form((&table).into()).ok().and_then(|(form, _)| form.item(&path)?.options.as_ref());
        let narrowed = options.and_then(|options| narrowed(options, definition, &path, &pairs));
        linked(&reader, &rights, field, narrowed.as_ref(), words).await?
    };
    let options = found.into_iter().map(|(id, label)| Choice::new(id.to_string(), label, false)).collect();
    html(&PickerFragment { t: shell::texts(&caller), options, more })
}

/// The filter of the options with the values of the form in it, which the address of the picker carries.
fn narrowed(options: &Json, table: &Table, path: &str, pairs: &[(String, String)]) -> Option<Json> {
    let lines = path.split_once('.').and_then(|(lines, _)| table.field(lines));
    let (mut document, mut line) = (Document::default(), Line::default());
    for (name, text) in pairs {
        let Some((place, key)) = name.split_once('.') else { continue };
        let (field, values) = match place {
            "record" => (table.field(key), &mut document.values),
            "line" => (lines.and_then(|lines| lines.column(key)), &mut line.values),
            _ => continue,
        };
        if let Some(value) = field.and_then(|field| field.read_text(text).ok()) {
            values.insert(key.to_owned(), value);
        }
    }
    let line = lines.map(|lines| (lines, &line));
    option_filter::with_values(options, Around { table, document: &document, line })
}

type Found = (Vec<(i64, String)>, bool);

async fn linked(
    conn: &impl crate::store::Connection,
    rights: &Rights<'_>,
    field: &Field,
    narrowed: Option<&Json>,
    words: Option<&str>,
) -> Result<Found> {
    let target = field.target.as_deref().ok_or(Error::NotFound)?;
    Ok(shortened(records::options(conn, rights, target, narrowed, words, SHOWN + 1).await?))
}

/// As many as are shown, and whether there were more.
fn shortened(mut found: Vec<(i64, String)>) -> Found {
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    (found, more)
}

async fn members(web: &Web, words: Option<&str>) -> Result<Found> {
    let wanted = words.map(crate::query::fold).unwrap_or_default();
    let active = people::active_users(&web.service.store.reader()).await?;
    let fits = |text: &str| crate::query::fold(text).contains(&wanted);
    let found = active.into_iter().filter(|user| fits(&user.name) || fits(&user.login));
    Ok(shortened(found.map(|user| (user.id, user.name)).collect()))
}
