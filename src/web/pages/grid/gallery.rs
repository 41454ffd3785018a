//! A list as a gallery: cards with pictures, paged by key.

use super::{
    Stage,
    cards::{Cards, cover, want_cover},
    columns::RowReader,
    kinds::fitting,
    pager,
    rows::Rows,
};
use crate::{
    definition::view::View,
    service::{Error, records::list, represent},
    web::{
        pages::cell::Showing,
        view::{Card, Grid, Laid},
    },
};

pub async fn lay(stage: &Stage<'_, '_>, grid: &mut Grid) -> Result<(), Error> {
    let Stage { conn, call, live, key, scope, asked, view, .. } = *stage;
    let texts = stage.texts();
    let columns = scope.columns(view);
    // Without a word about it the pictures are those of the first field that has any.
    let first = || fitting(scope, false, "cover").first().map(|(key, _)| (*key).to_owned());
    let cover = cover(scope, &View { cover: view.cover.clone().or_else(first), ..view.clone() });
    let (listed, _) = list(conn, call, live, key, &stage.request(&columns)).await?;
    let read = RowReader { reader: scope, listed: &listed };
    let mut wanted = read.wanted(&columns);
    want_cover(&mut wanted, cover, &listed.records);
    let labels = represent::labels_of(conn, stage.rights, wanted).await?;
    let show = Showing { texts, zone: stage.zone, labels: &labels, links_in: None };
    let permit = &listed.permit;
    let rows =
        Rows { reader: scope, read: &read, show: &show, columns: &columns, asked, permit, written: stage.written };
    let cards = Cards { rows, cover, said: None };
    let cards: Vec<Card> = listed.records.iter().map(|record| cards.card(record, None)).collect();
    grid.empty = cards.is_empty().then(|| stage.empty());
    grid.pager = pager(texts, &listed, asked, false);
    grid.laid = Laid::Gallery(cards);
    Ok(())
}
