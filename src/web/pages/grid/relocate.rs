//! `POST /apps/{app}/{table}/move`: puts a record into another column of a board or on another day, which changes the field
//! that the columns or days are made by, as a cell is changed in a table.

use super::{
    Asked, Built, Open, build,
    columns::Reads,
    days::{between, day_of, moved},
    kinds, page,
};
use crate::{
    base::id::RecordId,
    definition::view::{View, ViewKind},
    service::{
        Error,
        batch::{Batch, Old, Update},
        permits::Rights,
        records,
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{message_of, status_of},
        extract::Wants,
        pages::{find, keys},
        shell,
        view::{
            BoardColumn, Grid, Laid, Note, NoteTone,
            cards::{CardFragment, HeadFragment},
        },
    },
};
use askama::Template;
use axum::{
    Json as AxumJson,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

pub async fn relocate(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let mut asked = Asked::of(&app, &key, query.as_deref());
    let view = shown(&web, &caller, &live, &key, &asked).await?;
    let given = |name: &str| form.get(name).ok_or_else(|| Failure(Error::invalid(&format!("/{name}"), "required")));
    let id: i64 = given("id")?.parse().map_err(|_| Error::NotFound)?;
    let version = form.get("version").and_then(|version| version.parse().ok());
    let to = given("to")?;
    let values = match view.kind {
        ViewKind::Kanban => into_column(&view, to)?,
        ViewKind::Calendar => onto_day(&web, &caller, &live, &key, &view, (RecordId(id), to)).await?,
        ViewKind::Grid | ViewKind::Gallery => return Err(Failure(Error::NotFound)),
    };
    let batch = Batch {
        live: live.clone(),
        table: key.clone(),
        delete: Vec::new(),
        restore: Vec::new(),
        update: vec![Update { old: Old { id: RecordId(id), version }, values, submit: false }],
        create: Vec::new(),
    };
    let call = keys::keyed(&caller, &format!("{}/move", asked.path), &form)?;
    let texts = wants.texts(Some(&caller));
    match web.service.batch_of(call, batch, 1).await {
        // The days are read anew by whoever moved something.
        Ok(_) if wants.json && view.kind == ViewKind::Calendar => {
            Ok(AxumJson(json!({"text": texts.get("flash-move")})).into_response())
        }
        Ok(_) if wants.json => {
            let now = build(&web, &caller, &live, &key, &asked).await?;
            let heads: Map<String, Json> = board_columns(&now)
                .map(|column| {
                    let head = HeadFragment { t: texts, head: &column.head }.render().unwrap_or_default();
                    (column.value.clone(), head.into())
                })
                .collect();
            asked.within = Some(json!({"field": "id", "op": "eq", "value": id}));
            let alone = build(&web, &caller, &live, &key, &asked).await?;
            let place = board_columns(&alone).find_map(|column| Some((column, column.cards.first()?)));
            let card = place.and_then(|(_, card)| CardFragment { t: texts, card }.render().ok());
            let column = place.map(|(column, _)| column.value.clone());
            let text = match place {
                Some((column, _)) => {
                    texts.with("board-moved", &[("title", crate::i18n::Arg::Text(&column.head.label))])
                }
                None => texts.get("board-moved-away"),
            };
            Ok(AxumJson(json!({"card": card, "column": column, "heads": heads, "text": text})).into_response())
        }
        Ok(_) => Ok(Redirect::to(&asked.address(&[], &[("notice", "move".to_owned())])).into_response()),
        Err(error @ (Error::NotFound | Error::Unauthenticated { .. })) => Err(Failure(error)),
        Err(error) => {
            let error = match error {
                Error::Items(mut items) if items.len() == 1 => items.swap_remove(0).error,
                other => other,
            };
            let (status, text) = (status_of(&error), message_of(texts, &error));
            if wants.json {
                return Ok((status, AxumJson(json!({"text": text}))).into_response());
            }
            asked.moving = Some(id);
            let Built::Grid(mut grid) = build(&web, &caller, &live, &key, &asked).await? else {
                return Err(Failure(error));
            };
            grid.notes.insert(0, Note::new(NoteTone::Bad, text));
            let mut response = page(&web, &caller, &asked.address(&[], &[]), None, *grid, false).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// The view that the address shows.
async fn shown(
    web: &Web,
    caller: &Caller,
    live: &crate::service::LiveApp,
    key: &str,
    asked: &Asked,
) -> std::result::Result<View, Error> {
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let reads = Reads::of(&rights, key)?;
    let scope = reads.reader(shell::texts(caller));
    let open = Open::find(scope.app, key, crate::service::views::of_table(&reader, &rights, key).await?, asked)?;
    let mut view = asked.over(&open.base(&scope, live));
    kinds::complete(&mut view, &scope, live.app().submit_flow(key).is_some());
    Ok(view)
}

/// What a record takes on in the column that is named by its value.
fn into_column(view: &View, to: &str) -> std::result::Result<Json, Error> {
    let by = view.by.as_deref().filter(|by| view.kind == ViewKind::Kanban && *by != "state").ok_or(Error::NotFound)?;
    let value: Json = serde_json::from_str(to).map_err(|_| Error::invalid("/to", "type"))?;
    Ok(json!({ by: value }))
}

/// What a record takes on when its first day becomes another: times of day and its length stay.
async fn onto_day(
    web: &Web,
    caller: &Caller,
    live: &crate::service::LiveApp,
    key: &str,
    view: &View,
    (id, to): (RecordId, &str),
) -> std::result::Result<Json, Error> {
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let (_, record) = records::get(&reader, &rights, key, id).await?;
    let table = live.app().tables.get(key).ok_or(Error::NotFound)?;
    let zone = &caller.person.zone;
    let to: Date = to.parse().map_err(|_| Error::invalid("/to", "type"))?;
    let start = view.start.as_deref().and_then(|start| table.field(start)).ok_or(Error::NotFound)?;
    let from = day_of(record.document.get(&start.key), zone).ok_or(Error::NotFound)?;
    let end = view.end.as_deref().and_then(|end| table.field(end)).filter(|end| end.kind == start.kind);
    let mut values = Map::new();
    for field in [Some(start), end].into_iter().flatten() {
        let value = moved(record.document.get(&field.key), between(from, to), zone);
        if !value.is_unset() {
            values.insert(field.key.clone(), field.write(&value));
        }
    }
    Ok(Json::Object(values))
}

fn board_columns(built: &Built) -> impl Iterator<Item = &BoardColumn> {
    let columns = match built {
        Built::Grid(grid) => match &**grid {
            Grid { laid: Laid::Board(board), .. } => board.columns.as_slice(),
            _ => &[],
        },
        Built::At(_) => &[],
    };
    columns.iter()
}
