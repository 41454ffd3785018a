//! Flows: their people can be found, their fields exist, and this version runs all that they say.

use super::{
    paths::{End, Missing, in_sight, no_such, no_table, of_record},
    roles::right_name,
};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    finding::Finding,
    flow::{Flow, Starts, Who, escape},
    table::{Table, placeholders},
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for flow in app.flows.values() {
        let file = format!("flows/{}.json", flow.key);
        findings.extend(flow.unsupported().into_iter().map(|(path, message)| Finding::error(&file, path, message)));
        let Some(table) = app.table(&flow.table) else {
            findings.push(no_table(app, &flow.table).finding(&file, "/table"));
            continue;
        };
        if let Some(ledger) = app.ledger_of(&table.key) {
            let message =
                format!("\"{}\" is written by the ledger \"{}\" alone; nobody submits its rows", table.key, ledger.key);
            findings.push(Finding::error(&file, "/table", message));
        }
        if flow.starts == Starts::Submit
            && let Some(first) = app.submit_flow(&table.key).filter(|first| first.key != flow.key)
        {
            let message = format!(
                "submitting a record of \"{}\" starts \"{}\" already; a table has one such flow",
                table.key, first.key
            );
            findings.push(Finding::error(&file, "/starts", message));
        }
        settings(app, &file, flow, table, findings);
        for (pointer, rules) in flow.all_people() {
            for (index, who) in rules.iter().enumerate() {
                person(app, &file, &format!("{pointer}/{index}"), who, table, findings);
            }
        }
        let nodes = flow.all_nodes();
        let named = nodes
            .iter()
            .filter_map(|(pointer, node)| node.fields().map(|fields| (format!("{pointer}/fields"), fields)));
        for (pointer, fields) in std::iter::once(("/start/fields".to_owned(), &flow.start.fields)).chain(named) {
            for name in fields.keys() {
                if let Err(finding) = right_name(app, &file, &format!("{pointer}/{}", escape(name)), name, table) {
                    findings.push(*finding);
                }
            }
        }
    }
}

fn settings(app: &App, file: &str, flow: &Flow, table: &Table, findings: &mut Vec<Finding>) {
    if let Some(title) = &flow.settings.title {
        let missing = template(app, title, table, None);
        findings.extend(missing.into_iter().map(|missing| missing.finding(file, "/settings/title")));
    }
    for (index, name) in flow.settings.summary.iter().enumerate() {
        let here = format!("/settings/summary/{index}");
        match of_record(app, table, name) {
            Ok(End::Field(field)) if field.kind == Kind::Lines => {
                findings.push(Finding::error(
                    file,
                    here,
                    format!("\"{name}\" are lines; a summary names fields of the record"),
                ));
            }
            Ok(_) => {}
            Err(missing) => findings.push(missing.finding(file, here)),
        }
    }
}

/// The places in braces of a text that is filled in from a record, and from one of its lines where one is bound.
pub fn template(app: &App, text: &str, table: &Table, lines: Option<&Field>) -> Vec<Missing> {
    placeholders(text).filter_map(|name| in_sight(app, table, lines, name.trim()).err()).collect()
}

/// One rule by which people are found.
pub fn person(app: &App, file: &str, here: &str, who: &Who, table: &Table, findings: &mut Vec<Finding>) {
    match who {
        Who::Role { role, tied } => {
            role_exists(app, file, here, role, findings);
            let Some(tied) = tied else { return };
            let place = format!("{here}/where/field");
            match of_record(app, table, &tied.field) {
                Ok(End::Field(field)) if field.kind == Kind::Link => {
                    let target = field.target.as_deref().unwrap_or_default();
                    if !app.manifest.user_values.values().any(|value| value.table == target) {
                        let message = format!(
                            "app.json has no user value over \"{target}\", so nobody is tied to a value of \"{}\"",
                            tied.field
                        );
                        findings.push(
                            Finding::error(file, place, message)
                                .suggest("add a user value with the members field of that table"),
                        );
                    }
                }
                Ok(_) => findings.push(Finding::error(
                    file,
                    place,
                    format!("\"{}\" is no link to a table of people's own rows", tied.field),
                )),
                Err(missing) => findings.push(missing.finding(file, place)),
            }
        }
        Who::Superiors { role: Some(role), .. } => role_exists(app, file, here, role, findings),
        Who::Field { field: name } => {
            let place = format!("{here}/field");
            match of_record(app, table, name) {
                Ok(End::Field(field)) if field.kind.is_member() => {}
                Ok(End::System("owner" | "created_by" | "updated_by" | "department") | End::Elsewhere) => {}
                Ok(_) => findings.push(Finding::error(file, place, format!("\"{name}\" holds no people"))),
                Err(missing) => findings.push(missing.finding(file, place)),
            }
        }
        Who::Department { field: Some(name), .. } => {
            if let Err(missing) = of_record(app, table, name) {
                findings.push(missing.finding(file, format!("{here}/field")));
            }
        }
        Who::StarterChoice { from } | Who::PreviousChoice { from } => {
            for (index, who) in from.iter().enumerate() {
                person(app, file, &format!("{here}/from/{index}"), who, table, findings);
            }
        }
        _ => {}
    }
}

fn role_exists(app: &App, file: &str, here: &str, role: &str, findings: &mut Vec<Finding>) {
    if !app.roles.contains_key(role) {
        let missing = no_such("role", role, app.roles.keys().map(String::as_str));
        findings.push(missing.finding(file, format!("{here}/role")));
    }
}
