//! Changing cells where they stand: the control of one, and what was typed, pasted, filled down, set in bulk or undone.

use super::{asked::Asked, rows_of};
use crate::{
    base::id::RecordId,
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    i18n::{Arg, Texts},
    query::fold,
    rules::option_filter::Around,
    service::{
        Error,
        batch::{Batch, ItemError, New, Old, Update},
        permits::Rights,
        records::{self, ListRequest},
        represent,
    },
    store::{Connection, people},
    web::{
        Failure, Result, Web,
        body::{JsonBody, keyed},
        caller::Caller,
        error::{html, item_errors},
        extract::Wants,
        pages::{
            cell::Showing,
            find,
            form::{Making, Options, parse_control},
        },
        shell,
        view::{
            self, Widget,
            grid::{CellFragment, RowsFragment},
        },
    },
};
use askama::Template;
use axum::{
    Json as AxumJson,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most rows that one act of a person changes.
const MOST: usize = 2_000;
/// How many names behind links are looked for in one paste.
const MOST_NAMES: usize = 300;

/// What is done to the cells of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Changes {
    update: Vec<Row>,
    create: Vec<NewRow>,
    delete: Vec<Gone>,
    restore: Vec<Gone>,
    /// The same for every row that the conditions of the address find.
    all: Option<Every>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: i64,
    version: Option<i64>,
    /// As controls post it.
    #[serde(default)]
    posted: BTreeMap<String, Vec<String>>,
    /// As a spreadsheet holds it.
    #[serde(default)]
    texts: BTreeMap<String, String>,
    /// As the API has it.
    #[serde(default)]
    values: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRow {
    #[serde(default)]
    texts: BTreeMap<String, String>,
    #[serde(default)]
    values: Map<String, Json>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    id: i64,
    version: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    #[serde(default)]
    posted: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    delete: bool,
}

/// `GET /apps/{app}/{table}/{id}/cell/{field}`: the control of one field of one record; of `0`, for a bulk change.
pub async fn control(
    State(web): State<Web>,
    caller: Caller,
    Path((app, table, id, key)): Path<(String, String, i64, String)>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let definition = live.table(&caller.call.actor.locale, &table)?;
    let permit = rights.permit(&table, Action::Edit)?;
    let field = definition.field(&key).filter(|field| field.kind != Kind::Lines).ok_or(Error::NotFound)?;
    let texts = shell::texts(&caller);
    let mut document = crate::base::value::Document::default();
    if id == 0 {
        let all: Vec<bool> = permit.grants().iter().map(|_| true).collect();
        if field.read_only || !permit.rights(&all).can_write(Action::Edit, &key) {
            return Err(Failure(Error::forbidden("not_editable")));
        }
    } else {
        let (view, record) = records::get(&reader, &rights, &table, RecordId(id)).await?;
        if field.read_only || !view.rights(&record.matched).can_write(Action::Edit, &key) {
            return Err(Failure(Error::forbidden("not_editable")));
        }
        document = record.document;
    }
    let value = document.get(&key);
    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let target = if field.kind.is_member() { Some(represent::PEOPLE) } else { field.target.as_deref() };
    if let Some(target) = target {
        wanted.entry(target.to_owned()).or_default().extend(crate::web::pages::cell::ids(value));
    }
    wanted.retain(|_, ids| !ids.is_empty());
    let labels = represent::labels_of(&reader, &rights, wanted).await?;
    let show = Showing { texts, zone: &caller.person.zone, labels: &labels, links_in: None };
    let options = Options::of_field(&reader, &rights, field).await?;
    let base = format!("/apps/{app}/{table}");
    let making = Making {
        show: &show,
        options: &options,
        base: &base,
        field,
        path: &key,
        name: &key,
        item: None,
        around: Around { table: definition, document: &document, line: None },
        value,
        raw: None,
        required: field.required,
    };
    let widget = match making.widget() {
        Widget::Segmented(options) => Widget::Select { options, blank: None },
        other => other,
    };
    html(&CellFragment { t: texts, field: view::Field::new(key.clone(), field.title.clone(), widget) })
}

/// `POST /apps/{app}/{table}/cells`: does what is asked in one transaction; answers the rows as this list shows them, and
/// what undoes it.
pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    uri: Uri,
    Path((app, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response> {
    let mut changes: Changes = body.parse()?;
    let live = find::app(&web, &caller, &app).await?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    rights.permit(&key, Action::View)?;
    let table = live.table(&caller.call.actor.locale, &key)?;
    let texts = wants.texts(Some(&caller));
    let asked = Asked::of(&app, &key, uri.query());
    let judge = Judge { conn: &reader, rights: &rights, table, texts, zone: &caller.person.zone };
    if let Some(every) = changes.all.take() {
        let found = super::found(&web, &caller, &live, &key, &asked, MOST).await?;
        if every.delete {
            changes.delete.extend(found.iter().map(|(id, version)| Gone { id: *id, version: Some(*version) }));
        } else {
            changes.update.extend(found.into_iter().map(|(id, version)| Row {
                id,
                version: Some(version),
                posted: every.posted.clone(),
                texts: BTreeMap::new(),
                values: Map::new(),
            }));
        }
    }
    let names = judge.names(&changes).await?;
    let mut wrong = Vec::new();
    let mut update = Vec::with_capacity(changes.update.len());
    for (item, row) in changes.update.iter().enumerate() {
        let values = judge.values(&row.posted, &row.texts, &row.values, &names);
        match values {
            Ok(values) => {
                update.push(Update { old: old(row.id, row.version), values: Json::Object(values), submit: false })
            }
            Err(error) => wrong.push(ItemError { list: "update", item, error }),
        }
    }
    let mut create = Vec::with_capacity(changes.create.len());
    for (item, row) in changes.create.iter().enumerate() {
        match judge.values(&BTreeMap::new(), &row.texts, &row.values, &names) {
            Ok(values) => create.push(New { values: Json::Object(values), submit: false }),
            Err(error) => wrong.push(ItemError { list: "create", item, error }),
        }
    }
    if !wrong.is_empty() {
        return Ok(refused(texts, &wrong));
    }
    let gone: Vec<Old> = changes.delete.iter().map(|gone| old(gone.id, gone.version)).collect();
    let back: Vec<Old> = changes.restore.iter().map(|back| old(back.id, back.version)).collect();
    let before = before(&reader, &caller, &live, &key, table, &update).await?;
    let count = update.len() + create.len() + gone.len() + back.len();
    let call = keyed(&caller, &Method::POST, uri.path(), &headers, &body.bytes)?;
    let batch =
        Batch { live: live.clone(), table: key.clone(), delete: gone.clone(), restore: back.clone(), update, create };
    let done = match web.service.batch_of(call, batch, MOST).await {
        Ok(done) => done.body,
        Err(Error::Items(items)) => return Ok(refused(texts, &items)),
        Err(other) => return Err(Failure(other)),
    };
    let undo = inverse(&done, &before, &gone, &back);
    let mut ids: Vec<i64> = listed(&done, "update").chain(listed(&done, "create")).map(|(id, _)| id).collect();
    ids.extend(back.iter().map(|back| back.id.0));
    // A long list is read anew by whoever changed it.
    let rows = if ids.is_empty() || ids.len() > 200 {
        Vec::new()
    } else {
        let (mut grid, rows) = rows_of(&web, &caller, &live, &key, &asked, &ids).await?;
        grid.body.clear();
        let drawn = rows.into_iter().map(|row| {
            let (id, version) = (row.id, row.version);
            let html = RowsFragment { t: texts, grid: &grid, row: &row }.render().unwrap_or_default();
            json!({"id": id, "version": version, "html": html})
        });
        drawn.collect()
    };
    let text = texts.count(if gone.is_empty() { "cells-done" } else { "cells-deleted" }, count);
    let deleted: Vec<i64> = gone.iter().map(|gone| gone.id.0).collect();
    Ok(AxumJson(json!({"rows": rows, "deleted": deleted, "count": count, "text": text, "undo": undo})).into_response())
}

const fn old(id: i64, version: Option<i64>) -> Old {
    Old { id: RecordId(id), version }
}

/// Ids and versions of the records that a batch answered.
fn listed<'a>(done: &'a Json, list: &str) -> impl Iterator<Item = (i64, i64)> + 'a {
    let records = done.get(list).and_then(Json::as_array).into_iter().flatten();
    records.filter_map(|record| Some((record.get("id")?.as_i64()?, record.get("version")?.as_i64()?)))
}

/// What the fields about to be changed hold now, as the API writes it, by record.
async fn before(
    conn: &impl Connection,
    caller: &Caller,
    live: &crate::service::LiveApp,
    key: &str,
    table: &Table,
    update: &[Update],
) -> Result<HashMap<i64, Map<String, Json>>> {
    let mut before = HashMap::new();
    for part in update.chunks(200) {
        let ids: Vec<i64> = part.iter().map(|update| update.old.id.0).collect();
        let request = ListRequest {
            filter: Some(json!({"field": "id", "op": "in", "value": ids})),
            limit: Some(200),
            ..ListRequest::default()
        };
        let (read, _) = records::list(conn, &caller.call, live, key, &request).await?;
        for record in read.records {
            let changed = part.iter().filter(|update| update.old.id == record.id);
            let fields = changed.filter_map(|update| update.values.as_object()).flat_map(Map::keys);
            let values = fields.filter_map(|name| {
                let field = table.field(name)?;
                Some((name.clone(), field.write(record.document.get(name))))
            });
            before.insert(record.id.0, values.collect());
        }
    }
    Ok(before)
}

/// The changes that bring back what was, as long as nobody else changes it.
fn inverse(done: &Json, before: &HashMap<i64, Map<String, Json>>, gone: &[Old], back: &[Old]) -> Json {
    let update: Vec<Json> = listed(done, "update")
        .filter_map(|(id, version)| Some(json!({"id": id, "version": version, "values": before.get(&id)?})))
        .collect();
    let next = |old: &Old| json!({"id": old.id.0, "version": old.version.map(|version| version + 1)});
    let created: Vec<Json> =
        listed(done, "create").map(|(id, version)| json!({"id": id, "version": version})).collect();
    let mut delete: Vec<Json> = created;
    delete.extend(back.iter().map(next));
    let restore: Vec<Json> = gone.iter().map(next).collect();
    json!({"update": update, "delete": delete, "restore": restore})
}

/// What is wrong, item by item and field by field.
fn refused(texts: Texts, items: &[ItemError]) -> Response {
    let mut errors = Vec::new();
    let stale = items.iter().any(|item| matches!(item.error, Error::Stale { .. }));
    for item in items {
        for error in item_errors(texts, item) {
            let field = error.path.trim_start_matches('/').split('/').next().unwrap_or_default();
            errors.push(json!({"list": item.list, "item": item.item, "field": field, "code": error.code,
                "message": error.message}));
        }
    }
    let text = texts.with("cells-refused", &[("count", Arg::Number(super::as_i64(items.len())))]);
    let status = if stale { StatusCode::PRECONDITION_FAILED } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, AxumJson(json!({"text": text, "errors": errors}))).into_response()
}

/// Records and people by what they are called.
type Names = HashMap<(String, String), i64>;

struct Judge<'a, C> {
    conn: &'a C,
    rights: &'a Rights<'a>,
    table: &'a Table,
    texts: Texts,
    zone: &'a jiff::tz::TimeZone,
}

impl<C: Connection> Judge<'_, C> {
    /// Looks up what pasted texts call records and people by.
    async fn names(&self, changes: &Changes) -> Result<Names> {
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut people_too = false;
        let rows = changes.update.iter().map(|row| &row.texts).chain(changes.create.iter().map(|row| &row.texts));
        for (key, text) in rows.flatten() {
            let Some(field) = self.table.field(key) else { continue };
            people_too |= field.kind.is_member();
            if let Some(target) = field.target.as_deref().filter(|_| field.kind.is_link()) {
                wanted.entry(target).or_default().extend(parts(field, text));
            }
        }
        let mut names = Names::new();
        let mut looked = 0;
        for (target, words) in wanted {
            let keys: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let Ok(permit) = self.rights.permit(target, Action::View) else { continue };
            let schema = &self.rights.live.schema;
            let found = crate::service::records::by_key(self.conn, schema, &permit, &keys).await?;
            names.extend(found.into_iter().map(|(word, id)| ((target.to_owned(), word), id)));
            for word in words {
                if names.contains_key(&(target.to_owned(), word.to_owned())) || looked >= MOST_NAMES {
                    continue;
                }
                looked += 1;
                let found = records::options(self.conn, self.rights, target, None, Some(word), 5).await?;
                let exact = found.iter().find(|(_, label)| label == word);
                let only = if let [one] = found.as_slice() { Some(one) } else { None };
                if let Some((id, _)) = exact.or(only) {
                    names.insert((target.to_owned(), word.to_owned()), *id);
                }
            }
        }
        if people_too {
            for user in people::active_users(self.conn).await? {
                names.insert((represent::PEOPLE.to_owned(), fold(&user.login)), user.id);
                names.insert((represent::PEOPLE.to_owned(), fold(&user.name)), user.id);
            }
        }
        Ok(names)
    }

    /// The values of a row as the API writes them.
    fn values(
        &self,
        posted: &BTreeMap<String, Vec<String>>,
        texts: &BTreeMap<String, String>,
        given: &Map<String, Json>,
        names: &Names,
    ) -> std::result::Result<Map<String, Json>, Error> {
        let mut values = given.clone();
        let mut errors = Vec::new();
        for (key, written) in posted {
            let Some(field) = self.table.field(key) else { continue };
            let written: Vec<&str> = written.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
            match parse_control(field, &written, self.zone) {
                Ok(value) => {
                    values.insert(key.clone(), field.write(&value));
                }
                Err(error) => errors.push(error.under(&format!("/{key}"))),
            }
        }
        for (key, text) in texts {
            let Some(field) = self.table.field(key) else { continue };
            match self.read(field, text, names) {
                Ok(value) => {
                    values.insert(key.clone(), value);
                }
                Err(error) => errors.push(error.under(&format!("/{key}"))),
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(Error::Invalid(errors)) }
    }

    fn read(
        &self,
        field: &Field,
        text: &str,
        names: &Names,
    ) -> std::result::Result<Json, crate::base::error::FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Json::Null);
        }
        if field.kind == Kind::Boolean {
            let said = |key: &str| self.texts.get(key) == text;
            if said("yes") || said("no") {
                return Ok(said("yes").into());
            }
        }
        let target = if field.kind.is_member() { Some(represent::PEOPLE) } else { field.target.as_deref() };
        let Some(target) = target.filter(|_| field.kind.is_link() || field.kind.is_member()) else {
            let value = parse_control(field, &[text], self.zone)?;
            return Ok(field.write(&value));
        };
        let found = |word: &str| {
            let word = if field.kind.is_member() { fold(word) } else { word.to_owned() };
            names
                .get(&(target.to_owned(), word))
                .copied()
                .ok_or_else(|| crate::base::error::FieldError::new("", "link_not_found").with("value", text))
        };
        if field.kind.is_several() {
            return Ok(parts(field, text).map(found).collect::<std::result::Result<Vec<i64>, _>>()?.into());
        }
        found(text).map(Json::from)
    }
}

/// The names that a text holds.
fn parts<'t>(field: &Field, text: &'t str) -> impl Iterator<Item = &'t str> {
    let several = field.kind.is_several();
    text.split(move |letter| several && matches!(letter, ',' | '、' | '，' | ';'))
        .map(str::trim)
        .filter(|word| !word.is_empty())
}
