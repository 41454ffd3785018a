//! Roles: what they grant exists, fits its table, and no role changes what only the engine writes.

use super::{
    filters,
    paths::{no_such, no_table, of_record},
};
use crate::definition::{
    app::App,
    field::Kind,
    finding::Finding,
    role::{Action, FieldRight, Grant, Scope},
    table::Table,
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for role in app.roles.values() {
        let file = format!("roles/{}.json", role.key);
        for (index, grant) in role.grants.iter().enumerate() {
            let here = format!("/grants/{index}");
            let Some(table) = app.table(&grant.table) else {
                findings.push(no_table(app, &grant.table).finding(&file, format!("{here}/table")));
                continue;
            };
            actions(app, &file, &here, grant, table, findings);
            if let Scope::Filter(filter) = &grant.scope {
                filters::check(app, &file, &format!("{here}/scope"), filter, table, findings);
            }
            for name in grant.fields.keys() {
                field_name(app, &file, &here, name, table, findings);
            }
            unfillable(&file, &here, grant, table, findings);
        }
        for (index, tile) in role.home.iter().enumerate() {
            if !app.views.contains_key(&tile.view) {
                let missing = no_such("view", &tile.view, app.views.keys().map(String::as_str));
                findings.push(missing.finding(&file, format!("/home/{index}/view")));
            }
        }
        for (index, entry) in role.menu.iter().enumerate() {
            let known =
                app.views.keys().chain(app.tables.keys()).chain(app.reports.keys()).chain(app.dashboards.keys());
            if known.clone().all(|key| key != entry) {
                let missing = no_such("view, table, report or dashboard", entry, known.map(String::as_str));
                findings.push(missing.finding(&file, format!("/menu/{index}")));
            }
        }
    }
}

/// Changes to rows by a person.
const CHANGES: [Action; 6] =
    [Action::Create, Action::Edit, Action::EditApproved, Action::Delete, Action::Submit, Action::Import];

fn actions(app: &App, file: &str, here: &str, grant: &Grant, table: &Table, findings: &mut Vec<Finding>) {
    for (index, action) in grant.actions.iter().enumerate() {
        let place = format!("{here}/actions/{index}");
        let word = action.as_str();
        if CHANGES.contains(action) && (table.append_only || app.ledger_of(&table.key).is_some()) {
            let message =
                format!("nobody may \"{word}\" rows of \"{}\": only posting to its ledger writes them", table.key);
            findings.push(Finding::error(file, place, message).suggest("grant view and export only"));
        } else if matches!(action, Action::Submit | Action::EditApproved) && app.submit_flow(&table.key).is_none() {
            let message =
                format!("\"{word}\" means nothing: no flow starts when a record of \"{}\" is submitted", table.key);
            findings.push(Finding::warning(file, place, message));
        }
        if *action != Action::View && grant.actions.first() == Some(action) && !grant.actions.contains(&Action::View) {
            let message = format!(
                "\"{word}\" is granted without \"view\"; members act on rows of \"{}\" that they cannot see",
                table.key
            );
            findings.push(Finding::warning(file, format!("{here}/actions"), message));
        }
    }
}

fn field_name(app: &App, file: &str, here: &str, name: &str, table: &Table, findings: &mut Vec<Finding>) {
    let place = format!("{here}/fields/{}", crate::definition::flow::escape(name));
    if let Err(finding) = right_name(app, file, &place, name, table) {
        findings.push(*finding);
    }
}

/// A name in a map of rights on fields: `*`, `amount`, `lines.*`, `lines.qty`.
pub fn right_name(app: &App, file: &str, place: &str, name: &str, table: &Table) -> Result<(), Box<Finding>> {
    if name == "*" {
        return Ok(());
    }
    if let Some(lines) = name.strip_suffix(".*") {
        return if table.field(lines).is_some_and(|field| field.kind == Kind::Lines) {
            Ok(())
        } else {
            let missing = no_such("lines field", lines, table.lines().map(|field| field.key.as_str()));
            Err(Box::new(missing.finding(file, place)))
        };
    }
    if let Some((first, _)) = name.split_once('.')
        && table.field(first).is_some_and(|field| field.kind != Kind::Lines)
    {
        let message = format!("\"{name}\" goes through a link; the rights on another table are said there");
        return Err(Box::new(Finding::error(file, place, message)));
    }
    of_record(app, table, name).map(|_| ()).map_err(|missing| Box::new(missing.finding(file, place)))
}

/// Whoever may create a record must be able to fill in what it needs.
fn unfillable(file: &str, here: &str, grant: &Grant, table: &Table, findings: &mut Vec<Finding>) {
    if !grant.actions.contains(&Action::Create) {
        return;
    }
    let fields =
        table.fields.values().filter(|field| field.kind != Kind::Lines).map(|field| (field.key.clone(), field));
    let columns = table
        .lines()
        .flat_map(|lines| lines.columns.values().map(|column| (format!("{}.{}", lines.key, column.key), column)));
    for (path, field) in fields.chain(columns) {
        let closed = grant.right(&path) != FieldRight::Edit;
        if closed && field.required && field.default.is_none() && !field.read_only {
            let message =
                format!("\"{path}\" is required, but members who may create \"{}\" cannot fill it in", table.key);
            findings.push(
                Finding::warning(file, format!("{here}/fields"), message)
                    .suggest("grant edit, or give the field a default"),
            );
        }
    }
}
