//! A list as a board: cards in columns by the value of a field, each column going on by itself.

use super::{
    Stage,
    cards::{Cards, cover, want_cover},
    columns::RowReader,
    rows::{Rows, figure_of, measures},
};
use crate::{
    base::value::Value,
    definition::{field::Field, role::Action},
    i18n::{Arg, format},
    service::{
        Error,
        board::{BoardRequest, Column, MOST_COLUMNS, board},
        records::ListRequest,
        represent,
    },
    web::{
        pages::{
            cell::{self, Showing},
            find,
        },
        view::{Board, BoardColumn, BoardHead, Cell, Grid, Laid, Mover, Note, NoteTone},
    },
};
use serde_json::Value as Json;

/// The cards of a column that are shown at once.
const CARDS: u64 = 20;

pub async fn lay(stage: &Stage<'_, '_>, grid: &mut Grid) -> Result<(), Error> {
    let Stage { conn, call, live, key, scope, asked, view, .. } = *stage;
    let texts = stage.texts();
    let by = view.by.clone().unwrap_or_default();
    let columns = scope.columns(view);
    let request = BoardRequest {
        list: ListRequest { limit: Some(CARDS), count: None, ..stage.request(&columns) },
        by: by.clone(),
        measure: measures(view, &columns),
        only: asked.column.clone(),
    };
    let drawn = board(conn, call, live, key, &request).await?;
    let cover = cover(scope, view);
    let read = RowReader { reader: scope, listed: &drawn.listed };
    let mut wanted = read.wanted(&columns);
    want_cover(&mut wanted, cover, &drawn.listed.records);
    let labels = represent::labels_of(conn, stage.rights, wanted).await?;
    let show = Showing { texts, zone: stage.zone, labels: &labels, links_in: None };
    let permit = &drawn.listed.permit;
    let rows =
        Rows { reader: scope, read: &read, show: &show, columns: &columns, asked, permit, written: stage.written };
    let cards = Cards { rows, cover, said: Some(&by) };
    let moved = scope.table.field(&by).filter(|field| !field.read_only && stage.written);
    let head_show = Showing { labels: &drawn.labels, ..show };
    let name = |column: &Column| match (&column.value, by.as_str()) {
        (Value::Unset, _) => Cell::text(texts.get("board-unset")),
        (Value::Text(word), "state") => Cell::Status(cell::state(texts, word)),
        (value, _) => cell::cell(&head_show, &drawn.by.field, value),
    };
    let places: Vec<(String, String)> = drawn
        .columns
        .iter()
        .map(|column| (written(&drawn.by.field, &column.value), cell::as_text(texts, &name(column))))
        .collect();
    let creates = stage.creates.then(|| stage.rights.permit(key, Action::Create).ok()).flatten();
    let can_create = |field: &&Field| {
        creates.as_ref().is_some_and(|permit| permit.rights_to_create().can_write(Action::Create, &field.key))
    };
    let starts = moved.filter(can_create);
    let mut laid = Vec::with_capacity(drawn.columns.len());
    let mut mover = None;
    for (column, (value, label)) in drawn.columns.iter().zip(&places) {
        let records = drawn.listed.records.get(column.records.clone()).unwrap_or_default();
        let mut own = Vec::with_capacity(records.len());
        for record in records {
            let moves = moved.is_some_and(|field| cards.rows.may_write(record, field));
            let href = moves.then(|| {
                let mut with = vec![("move", record.id.to_string())];
                with.extend(asked.column.as_ref().map(|column| ("column", column.to_string())));
                with.extend(asked.cursor.clone().map(|cursor| ("cursor", cursor)));
                asked.address(&[], &with)
            });
            let card = cards.card(record, href);
            if moves && asked.moving == Some(card.id) {
                mover = Some(Mover {
                    action: String::new(),
                    id: card.id,
                    version: card.version,
                    label: card.label.clone(),
                    places: places.iter().map(|(to, name)| (to.clone(), name.clone(), to == value)).collect(),
                    day: None,
                    cancel: asked.address(&[], &[]),
                });
            }
            own.push(card);
        }
        let figures = drawn.measures.iter().zip(&column.figures);
        let figures = figures.filter_map(|(measure, value)| figure_of(texts, measure, value)).collect();
        let more = column.next.clone().map(|cursor| {
            let href = asked.address(&["move"], &[("column", value.clone()), ("cursor", cursor)]);
            (href, texts.get("board-more"))
        });
        let new = starts.filter(|_| asked.column.is_none()).map(|field| {
            let with: Vec<(String, String)> = match &column.value {
                Value::Unset => Vec::new(),
                set => vec![(field.key.clone(), posted(field, set))],
            };
            find::address(&format!("{}/new", asked.path), &with)
        });
        laid.push(BoardColumn {
            value: value.clone(),
            head: BoardHead {
                name: name(column),
                label: label.clone(),
                count: format::grouped(&column.count.to_string()),
                figures,
            },
            cards: own,
            more,
            new,
        });
    }
    let move_url = moved.is_some().then(|| find::address(&format!("{}/move", asked.path), &stage.shown_by()));
    if let (Some(mover), Some(url)) = (&mut mover, &move_url) {
        mover.action.clone_from(url);
    }
    if drawn.truncated {
        let most = texts.with("board-truncated", &[("count", Arg::Text(&MOST_COLUMNS.to_string()))]);
        grid.notes.push(Note::new(NoteTone::Warn, most));
    }
    // A field that points at nothing yet has no columns.
    grid.empty = laid.is_empty().then(|| stage.empty());
    let title = scope.place(&by).map(|place| scope.title(&place)).unwrap_or_default();
    grid.laid = Laid::Board(Board {
        by: texts.with("view-drawn-by", &[("title", Arg::Text(&title))]),
        places,
        columns: laid,
        move_url,
        mover,
        whole: asked.column.as_ref().map(|_| asked.address(&[], &[])),
    });
    Ok(())
}

/// The value as a form posts it.
fn posted(field: &Field, value: &Value) -> String {
    match field.write(value) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// The value as the API writes it.
fn written(field: &Field, value: &Value) -> String {
    field.write(value).to_string()
}
