//! A list as a table: rows, groups, totals, and what may be changed where it stands.

use super::{
    Stage,
    asked::Tally,
    columns::{GridColumn, Reader, RowReader},
    pager,
    rows::{Rows, measures},
    tools::Toolbox,
};
use crate::{
    definition::role::Action,
    service::{
        Error,
        aggregate::{AggregateRequest, GroupNode, aggregate, grouped},
        permits::Rights,
        records::list,
        represent,
    },
    web::{
        pages::{cell::Showing, find},
        view::{BodyRow, Editing, Grid},
    },
};

pub async fn lay(stage: &Stage<'_, '_>, toolbox: &Toolbox<'_, '_>, grid: &mut Grid) -> Result<(), Error> {
    let Stage { conn, call, live, key, scope, asked, view, .. } = *stage;
    let texts = stage.texts();
    let columns = scope.columns(view);
    let request = stage.request(&columns);
    let (listed, _) = list(conn, call, live, key, &request).await?;
    let measured = AggregateRequest {
        view: request.view.clone(),
        filter: request.filter.clone(),
        search: request.search.clone(),
        group: view.group.iter().map(|key| key.trim_start_matches('-')).collect::<Vec<_>>().join(","),
        measure: measures(view, &columns),
        ..AggregateRequest::default()
    };
    let worth = listed.records.len() > 1 && !measured.measure.is_empty();
    // Adding up takes as long as there are rows, so of very many it is done for whoever asks, as they do by grouping.
    let counted = listed.count.is_none_or(|count| count <= asked.tally.cap());
    let at_once = asked.tally == Tally::All || !view.group.is_empty() || counted;
    let totals = match worth && at_once {
        true => {
            let whole = AggregateRequest { group: String::new(), ..measured.clone() };
            Some(aggregate(conn, call, live, key, &whole).await?)
        }
        false => None,
    };
    let groups = match view.group.is_empty() || listed.records.is_empty() {
        true => None,
        false => {
            let mut groups = grouped(conn, call, live, key, &measured).await?;
            let downwards: Vec<bool> = view.group_keys().map(|(_, down)| down).collect();
            turn(&mut groups.groups, &downwards);
            Some(groups)
        }
    };
    let read = RowReader { reader: scope, listed: &listed };
    let labels = represent::labels_of(conn, stage.rights, read.wanted(&columns)).await?;
    let show = Showing { texts, zone: stage.zone, labels: &labels, links_in: Some(live.key()) };
    let rows = Rows {
        reader: scope,
        read: &read,
        show: &show,
        columns: &columns,
        asked,
        permit: &listed.permit,
        written: stage.written,
    };
    grid.body = match &groups {
        Some(groups) => rows.grouped(groups, &listed.records),
        None => listed.records.iter().map(|record| BodyRow::Row(rows.row(record))).collect(),
    };
    grid.totals = totals.as_ref().map_or_else(Vec::new, |totals| rows.totals(totals));
    if grid.totals.iter().skip(1).all(Option::is_none) {
        grid.totals.clear();
    }
    let ask = worth && !at_once && asked.tally != Tally::Glance;
    grid.totals_at = ask.then(|| asked.address(&[], &[("sum", "all".to_owned())]));
    let partial = totals.as_ref().is_some_and(|totals| totals.masked);
    grid.totals_label = texts.get(if partial { "sum-readable" } else { "sum-all" });
    grid.empty = listed.records.is_empty().then(|| stage.empty());
    grid.columns = toolbox.heads(&columns);
    grid.pager = pager(texts, &listed, asked, groups.is_some());
    let deletes = stage.rights.permit(key, Action::Delete).is_ok();
    let editing = stage.written.then(|| Editing {
        url: find::address(&format!("{}/cells", asked.path), &stage.shown_by()),
        base: asked.path.clone(),
        count: listed.count.unwrap_or(0),
        counted: find::capped(listed.count.unwrap_or(0), asked.tally.cap()),
        creates: stage.creates,
        deletes,
        fields: settable(scope, &columns, stage.rights, key),
    });
    grid.editing = editing.filter(|editing| editing.deletes || !editing.fields.is_empty());
    Ok(())
}

/// Groups in the order of the list; those without a value stay last.
fn turn(groups: &mut [GroupNode], downwards: &[bool]) {
    let Some((down, inner)) = downwards.split_first() else { return };
    let set = groups.iter().filter(|group| !group.value.is_unset()).count();
    if *down {
        groups[..set].reverse();
    }
    for group in groups {
        turn(&mut group.groups, inner);
    }
}

/// The fields in columns that this person may change in some row.
fn settable(scope: &Reader<'_>, columns: &[GridColumn<'_>], rights: &Rights<'_>, key: &str) -> Vec<(String, String)> {
    let Ok(permit) = rights.permit(key, Action::Edit) else { return Vec::new() };
    let all: Vec<bool> = permit.grants().iter().map(|_| true).collect();
    let can = permit.rights(&all);
    let mut fields = Vec::new();
    for column in columns {
        let Some(field) = column.place().field else { continue };
        let own = column.place().path.to_string() == field.key;
        if own && !field.read_only && can.can_write(Action::Edit, &field.key) {
            fields.push((field.key.clone(), scope.title(column.place())));
        }
    }
    fields
}
