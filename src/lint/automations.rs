//! Automations: what sets them off exists and fits, what they do can be done, and which might run for ever.

use super::{
    actions, filters,
    paths::{End, no_such, no_table, of_record},
};
use crate::{
    automation::{cycle, due, offset::Offset},
    definition::{
        app::App,
        automation::{Automation, Trigger, When},
        field::Kind,
        finding::Finding,
        form::Form,
        table::Table,
    },
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for automation in app.automations.values() {
        let file = format!("automations/{}.json", automation.key);
        let table = automation.table.as_deref();
        match table.map(|key| (key, app.table(key))) {
            None if automation.on.needs_table() => {
                let message = format!("what is {} is a record, so the table must be named", automation.on.name());
                findings.push(
                    Finding::error(&file, "/table", message)
                        .suggest(format!("one of {}", app.tables.keys().cloned().collect::<Vec<_>>().join(", "))),
                );
                continue;
            }
            None => {}
            Some((key, None)) => {
                findings.push(no_table(app, key).finding(&file, "/table"));
                continue;
            }
            Some((_, Some(table))) => on_table(app, automation, table, &file, findings),
        }
        if let Trigger::Schedule(schedule) = &automation.on
            && let Err(wrong) = due::schedule(&schedule.cron)
        {
            findings.push(
                Finding::error(&file, "/on/cron", format!("\"{}\" is no schedule: {wrong}", schedule.cron))
                    .suggest("write minute, hour, day, month and day of the week: 0 8 * * 1-5"),
            );
        }
        if automation.bound_table().is_none()
            && let Some(When::Filter(_)) = automation.when
        {
            let message = "rows of conditions need a record, and this runs without one; write an expression";
            findings.push(Finding::error(&file, "/when", message));
        }
        actions::automation(app, automation, &file, findings);
    }
    for cycle in cycle::cycles(app) {
        let file = format!("automations/{}.json", cycle[0]);
        let way = cycle.join(" → ");
        let message = format!("{way} → {} may set each other off again and again", cycle[0]);
        findings.push(
            Finding::warning(file, "/steps", message)
                .suggest("let a condition end it; a chain that does not end is refused when it runs"),
        );
    }
}

fn on_table(app: &App, automation: &Automation, table: &Table, file: &str, findings: &mut Vec<Finding>) {
    match &automation.on {
        Trigger::Changed(changed) => {
            for (index, name) in changed.fields.iter().enumerate() {
                let here = format!("/on/fields/{index}");
                match of_record(app, table, name) {
                    Ok(End::Field(field)) if field.rollup.is_some() || field.lookup.is_some() => {
                        let message = format!("\"{name}\" changes with other records, not with this one");
                        findings.push(Finding::error(file, here, message).suggest("listen to those records instead"));
                    }
                    Ok(End::System(_)) => {
                        let message = format!("\"{name}\" is a system field; name fields that people fill in");
                        findings.push(Finding::error(file, here, message));
                    }
                    Ok(_) => {}
                    Err(missing) => findings.push(missing.finding(file, here)),
                }
            }
        }
        Trigger::Entered(_) if app.submit_flow(&table.key).is_none() => {
            let message =
                format!("records of \"{}\" have no state, as no flow is started by submitting them", table.key);
            findings.push(Finding::error(file, "/on", message));
        }
        Trigger::Created if app.ledger_of(&table.key).is_some() => {
            let message = format!("\"{}\" is written by its ledger; listen to the document that posts", table.key);
            findings.push(Finding::error(file, "/table", message));
        }
        Trigger::Button(_) => button(app, automation, table, file, findings),
        Trigger::Date(date) => match table.field(&date.field) {
            Some(field) if matches!(field.kind, Kind::Date | Kind::DateTime) && field.lookup.is_none() => {
                let minutes = date.offset.as_deref().and_then(Offset::parse).is_some_and(|offset| offset.minutes != 0);
                if minutes && field.kind == Kind::Date && date.time.is_none() {
                    let message = "hours and minutes count from a time of the day; say one";
                    findings.push(Finding::error(file, "/on/time", message).suggest("\"time\": \"09:00\""));
                }
            }
            Some(field) => {
                let message = format!("\"{}\" is no date of the record", field.key);
                findings.push(Finding::error(file, "/on/field", message));
            }
            None => {
                let days = table.scalars().filter(|field| matches!(field.kind, Kind::Date | Kind::DateTime));
                let missing = no_such("date field", &date.field, days.map(|field| field.key.as_str()));
                findings.push(missing.finding(file, "/on/field"));
            }
        },
        _ => {}
    }
    if let Some(When::Filter(filter)) = &automation.when {
        filters::check(app, file, "/when", filter, table, findings);
    }
}

fn button(app: &App, automation: &Automation, table: &Table, file: &str, findings: &mut Vec<Finding>) {
    let of_table = |form: &&Form| form.table == table.key;
    let taken = |form: &Form| form.buttons.iter().any(|button| button.key == automation.key);
    if let Some(form) = app.forms.values().filter(of_table).find(|form| taken(form)) {
        let message = format!("the form \"{}\" has a button with the key \"{}\" already", form.key, automation.key);
        findings.push(Finding::error(file, "/key", message));
    }
    if app.ledger_of(&table.key).is_some() {
        let message = format!("\"{}\" is written by its ledger alone; nobody presses a button there", table.key);
        findings.push(Finding::error(file, "/table", message));
    }
}
