//! Views: table, columns, order and filter exist and fit.

use super::{
    filters,
    paths::{End, no_table, of_record},
};
use crate::definition::{
    app::App,
    field::Kind,
    finding::Finding,
    table::Table,
    view::{ColumnDisplay, Total, View, ViewKind},
};
use crate::query::stretch_of;

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for view in app.views.values() {
        let file = format!("views/{}.json", view.key);
        let Some(table) = app.table(&view.table) else {
            findings.push(no_table(app, &view.table).finding(&file, "/table"));
            continue;
        };
        columns(app, &file, view, table, findings);
        for (index, (field, _)) in view.sort_keys().enumerate() {
            shown(app, &file, &format!("/sort/{index}"), field, table, findings);
        }
        for (index, (field, _)) in view.group_keys().enumerate() {
            let here = format!("/group/{index}");
            let (stretch, field) = stretch_of(field);
            let end = shown(app, &file, &here, field, table, findings);
            if stretch.is_some() && end.is_some_and(|end| !end.is_day()) {
                let message = format!("\"{field}\" is no date; only dates are gathered by day, week or month");
                findings.push(Finding::error(&file, here, message));
            } else if end.is_some_and(|end| end.is_several()) {
                let message = format!("\"{field}\" holds several values, so records cannot be grouped by it");
                findings.push(Finding::error(&file, here, message));
            }
        }
        for (field, total) in &view.totals {
            let here = format!("/totals/{field}");
            let end = shown(app, &file, &here, field, table, findings);
            let counts = matches!(total, Total::Count | Total::CountDistinct | Total::Min | Total::Max);
            if end.is_some_and(|end| !end.is_number()) && !counts {
                let message = format!("\"{field}\" is no number and has no {}", total.as_str());
                findings.push(Finding::error(&file, here, message));
            }
        }
        drawn_by(app, &file, view, table, findings);
        if let Some(filter) = &view.filter {
            filters::check(app, &file, "/filter", filter, table, findings);
        }
    }
}

fn columns(app: &App, file: &str, view: &View, table: &Table, findings: &mut Vec<Finding>) {
    for (index, column) in view.columns.iter().enumerate() {
        let here = format!("/columns/{index}");
        let Some(detail) = column.detail() else {
            shown(app, file, &here, column.field(), table, findings);
            continue;
        };
        let end = shown(app, file, &format!("{here}/field"), &detail.field, table, findings);
        if let Some(under) = &detail.under {
            shown(app, file, &format!("{here}/under"), under, table, findings);
        }
        let Some(display) = &detail.display else { continue };
        if end.is_some_and(|end| !end.is_number()) {
            let message = format!("\"{}\" is no number and cannot show so", detail.field);
            findings.push(Finding::error(file, format!("{here}/display"), message));
        }
        if let ColumnDisplay::Level { of } = display {
            let place = format!("{here}/display/level/of");
            if shown(app, file, &place, of, table, findings).is_some_and(|end| !end.is_number()) {
                findings.push(Finding::error(file, place, format!("\"{of}\" is no number")));
            }
        }
    }
}

/// The fields that a kind of view is drawn by are the table's own and of the right sort.
fn drawn_by(app: &App, file: &str, view: &View, table: &Table, findings: &mut Vec<Finding>) {
    let mut own = view.clone();
    for (member, path) in own.drawn_by() {
        let Some(path) = path.as_deref() else { continue };
        let here = format!("/{member}");
        if member == "by" && path == "state" && view.kind == ViewKind::Kanban {
            if app.submit_flow(&table.key).is_none() {
                let message =
                    format!("no flow is started by submitting \"{}\", so its records have no state", table.key);
                findings.push(Finding::error(file, here, message));
            }
            continue;
        }
        let Some(field) = table.field(path) else {
            findings.push(Finding::error(file, here, format!("\"{path}\" is no field of \"{}\"", table.key)));
            continue;
        };
        let (fits, wanted) = match member {
            "by" => (field.kind.parts_rows(), "a choice, a boolean, a link, a member or a department"),
            "start" | "end" => (matches!(field.kind, Kind::Date | Kind::DateTime), "a date or a moment"),
            "color_by" => (field.kind == Kind::Choice, "a choice"),
            _ => (field.kind == Kind::Image, "a field of pictures"),
        };
        if !fits || field.sealed {
            findings.push(Finding::error(file, here, format!("\"{path}\" is not {wanted}")));
        }
    }
    if let (Some(start), Some(end)) = (&view.start, &view.end) {
        let kind = |key: &str| table.field(key).map(|field| field.kind);
        if kind(start) != kind(end) {
            let message = "the first and the last day are both dates or both moments".to_owned();
            findings.push(Finding::error(file, "/end".to_owned(), message));
        }
    }
}

/// A field that a list can show: of the record or one hop away, not lines.
fn shown<'a>(
    app: &'a App,
    file: &str,
    here: &str,
    path: &'a str,
    table: &'a Table,
    findings: &mut Vec<Finding>,
) -> Option<End<'a>> {
    let first = path.split('.').next().and_then(|first| table.field(first));
    match of_record(app, table, path) {
        Ok(_) if first.is_some_and(|field| field.kind == Kind::Lines) => {
            let message = format!("\"{path}\" are lines, which a list of records does not show");
            findings.push(Finding::error(file, here, message));
            None
        }
        Ok(end) => Some(end),
        Err(missing) => {
            findings.push(missing.finding(file, here));
            None
        }
    }
}
