//! `/apps/{app}/{table}/options/{field}?q=`: what a link or member field offers for some words.

use super::{find, form::Subject};
use crate::{
    base::value::{Document, Line},
    definition::{field::Field, role::Action, table::Table},
    rules::option_filter::{self, Around},
    service::{Error, permits::Rights, records, represent},
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

/// The options of one search.
pub(super) const SHOWN: u64 = 20;

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
    let options = face.form((&table).into()).ok().and_then(|(form, _)| form.item(&path)?.options.as_ref());
    let narrowed = options.and_then(|options| narrowed(options, definition, &path, &pairs));
    let (found, more) = offered(&web, &rights, field, narrowed.as_ref(), words, SHOWN).await?;
    let options = found.into_iter().map(|(id, label)| Choice::new(id.to_string(), label, false)).collect();
    html(&PickerFragment { t: shell::texts(&caller), options, more })
}

/// What a public form offers for some words: nothing but the labels of the links that its definition opens.
///
/// # Errors
/// `NotFound` for every other field.
pub async fn offered_to_guests(subject: &Subject<'_>, path: &str, query: Option<&str>) -> Result<Response> {
    let (form, _) = subject.live.face(&subject.caller.call.actor.locale).form(subject.which())?;
    let item = form.item(path).filter(|item| item.public_options).ok_or(Error::NotFound)?;
    let field = subject.table.field_at(path).filter(|field| field.kind.is_link()).ok_or(Error::NotFound)?;
    let pairs = find::pairs(query);
    let narrowed = item.options.as_ref().and_then(|options| narrowed(options, subject.table, path, &pairs));
    let words = find::parameter(&pairs, "q");
    let (found, more) = offered(subject.web, &subject.rights, field, narrowed.as_ref(), words, SHOWN).await?;
    let options = found.into_iter().map(|(id, label)| Choice::new(id.to_string(), label, false)).collect();
    html(&PickerFragment { t: shell::texts(subject.caller), options, more })
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

/// What a field that holds ids may point at: as many as `most`, and whether there are more.
pub(super) async fn offered(
    web: &Web,
    rights: &Rights<'_>,
    field: &Field,
    narrowed: Option<&Json>,
    words: Option<&str>,
    most: u64,
) -> Result<Found> {
    let reader = web.service.store.reader();
    let wanted = words.map(crate::query::fold).unwrap_or_default();
    let fits = |text: &str| crate::query::fold(text).contains(&wanted);
    let mut found: Vec<(i64, String)> = if field.kind.is_member() {
        let active = people::active_users(&reader).await?.into_iter();
        active.filter(|user| fits(&user.name) || fits(&user.login)).map(|user| (user.id, user.name)).collect()
    } else if field.kind.is_department() {
        departments::paths(&reader).await?.into_iter().filter(|(_, name)| fits(name)).collect()
    } else {
        let target = field.target.as_deref().ok_or(Error::NotFound)?;
        records::options(&reader, rights, target, narrowed, words, most + 1).await?
    };
    let shown = usize::try_from(most).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    Ok((found, more))
}

/// What an id of the field is called, as far as the reader may see it.
pub(super) async fn label(
    conn: &impl crate::store::Connection,
    rights: &Rights<'_>,
    field: &Field,
    id: i64,
) -> Result<String> {
    let Some(target) = represent::target_of(field) else { return Ok(format!("#{id}")) };
    let wanted = std::iter::once((target.to_owned(), std::iter::once(id).collect())).collect();
    let labels = represent::labels_of(conn, rights, wanted).await?;
    Ok(labels.get(target, id).map_or_else(|| format!("#{id}"), str::to_owned))
}
