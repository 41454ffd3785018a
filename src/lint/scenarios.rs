//! What scenarios name: tables, saved records, roles and settings.

use crate::definition::{
    app::App,
    finding::Finding,
    scenario::{Act, Scenario},
};
use std::collections::BTreeSet;

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for (key, scenario) in &app.scenarios {
        one(app, &format!("scenarios/{key}.json"), scenario, findings);
    }
}

fn one(app: &App, file: &str, scenario: &Scenario, findings: &mut Vec<Finding>) {
    let unknown = |path: String, what: &str, name: &str, known: Vec<&str>| {
        Finding::error(file, path, format!("there is no {what} \"{name}\"")).nearest(name, known)
    };
    for (path, table) in scenario.tables() {
        if !app.tables.contains_key(table) {
            findings.push(unknown(path, "table", table, app.tables.keys().map(String::as_str).collect()));
        }
    }
    for (index, person) in scenario.given.people.iter().enumerate() {
        for role in person.roles.iter().filter(|role| !app.roles.contains_key(*role)) {
            let path = format!("/given/people/{index}/roles");
            findings.push(unknown(path, "role", role, app.roles.keys().map(String::as_str).collect()));
        }
    }
    for setting in scenario.given.settings.keys().filter(|key| !app.manifest.settings.contains_key(*key)) {
        let known = app.manifest.settings.keys().map(String::as_str).collect();
        findings.push(unknown(format!("/given/settings/{setting}"), "setting", setting, known));
    }
    let mut saved: BTreeSet<&str> = scenario.given.records.iter().filter_map(|record| record.save.as_deref()).collect();
    for (index, step) in scenario.steps.iter().enumerate() {
        for (member, name) in [("record", &step.record), ("task_of", &step.task_of)] {
            if let Some(name) = name.as_deref().filter(|name| !saved.contains(name)) {
                let path = format!("/steps/{index}/{member}");
                findings.push(unknown(path, "saved record", name, saved.iter().copied().collect()));
            }
        }
        let missing = match step.act {
            None => None,
            Some(Act::Create) => step.table.is_none().then_some("table"),
            Some(Act::Submit) => (step.table.is_none() && step.record.is_none()).then_some("table"),
            Some(Act::Edit | Act::Delete | Act::Withdraw | Act::Terminate) => step.record.is_none().then_some("record"),
            Some(Act::Press) => match (&step.record, &step.button) {
                (None, _) => Some("record"),
                (_, None) => Some("button"),
                _ => None,
            },
            Some(Act::Approve | Act::Reject | Act::Return | Act::Resubmit) => {
                step.task_of.is_none().then_some("task_of")
            }
        };
        if let Some(member) = missing {
            let path = format!("/steps/{index}");
            findings.push(Finding::error(file, path, format!("the member {member} is missing for what is done here")));
        }
        saved.extend(step.save.as_deref());
    }
}
